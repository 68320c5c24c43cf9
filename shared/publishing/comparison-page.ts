import type { ComparedFile, ComparedKpi } from '../kpis/compare-marts.ts';
import type { BookEntry, KpiResult } from '../kpis/kpi-result.ts';
import type { RunComparison } from '../pipeline/compare-runs.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { type Html, html } from './escape-html.ts';
import { exactValueOf } from './exact-value.ts';
import { inEnglish } from './in-english.ts';
import { changeBetween } from './kpi-change.ts';
import { type NamedKpi, nameIn, shownValue, statusWord } from './kpi-row.ts';
import { type Language, type LanguageCode, languageOf } from './language/language.ts';
import { renderPage, statusChip } from './page.ts';
import { unbroken } from './show-value.ts';

export type ComparisonPage = RunComparison & {
  readonly language: LanguageCode;
  /** Names in the other language come from here. */
  readonly definitions: readonly NamedKpi[];
  /** Makes a path below `/api/` into a link that carries the reader's key. */
  readonly link: (path: string) => string;
};

const WORDS = {
  en: {
    title: 'Two runs compared',
    otherLanguage: 'En español',
    dashboard: 'Dashboard',
    before: 'Before',
    now: 'Now',
    same: (count: string) => `${count} KPIs are the same to the last digit.`,
    differ: (count: string) => `${count} KPIs differ.`,
    files: 'Files that differ',
    filesCaption: 'What the numbers were computed from, where it is not the same file.',
    noFiles: 'Both were computed from the same files.',
    kpis: 'KPIs that differ',
    kpisCaption: 'The totals of either run, as of its own day.',
    noKpis: 'No KPI differs.',
    dataset: 'Dataset',
    kpi: 'KPI',
    change: 'Change',
    why: 'What differs',
    none: 'not there',
    version: (version: string) => `version ${version}`,
    rows: (rows: string) => `${rows} rows`,
    difference: {
      new: 'new',
      gone: 'gone',
      version: 'the definition',
      value: 'the value',
      status: 'the status',
    },
  },
  es: {
    title: 'Dos corridas comparadas',
    otherLanguage: 'In English',
    dashboard: 'Tablero',
    before: 'Antes',
    now: 'Ahora',
    same: (count: string) => `${count} indicadores son iguales hasta el último dígito.`,
    differ: (count: string) => `${count} indicadores difieren.`,
    files: 'Archivos que difieren',
    filesCaption: 'Aquello con que se calcularon las cifras, donde no es el mismo archivo.',
    noFiles: 'Ambas se calcularon con los mismos archivos.',
    kpis: 'Indicadores que difieren',
    kpisCaption: 'Los totales de cada corrida, al día de cada una.',
    noKpis: 'Ningún indicador difiere.',
    dataset: 'Conjunto de datos',
    kpi: 'Indicador',
    change: 'Cambio',
    why: 'Lo que difiere',
    none: 'no está',
    version: (version: string) => `versión ${version}`,
    rows: (rows: string) => `${rows} filas`,
    difference: {
      new: 'nuevo',
      gone: 'ya no está',
      version: 'la definición',
      value: 'el valor',
      status: 'el estado',
    },
  },
} as const satisfies Record<LanguageCode, unknown>;

type Reading = { readonly language: Language; readonly words: (typeof WORDS)[LanguageCode] };

/** The numbers of two runs side by side: which files and which KPIs differ, and by how much. */
export function comparisonPage(page: ComparisonPage): string {
  const { before, now, comparison, link } = page;
  const language = languageOf(page.language);
  const words = WORDS[page.language];
  const reading = { language, words };
  const other = page.language === 'en' ? 'es' : 'en';
  const names = new Map(page.definitions.map(({ id, nameEs }) => [id, nameEs]));
  const files = comparison.files.map((file) => fileRow(file, reading));
  const kpis = comparison.kpis.map((kpi) => kpiRow(kpi, nameIn(kpi, language, names), reading));
  const again = `runs/${now.runId}/compare?with=${before.runId}&format=html&lang=${other}`;
  const body = html`<main>
<header>
<p class="brand">${language.words.product}</p>
<h1>${words.title}</h1>
<p class="no-print"><a href="${link(`dashboard?view=operations&lang=${page.language}`)}">${words.dashboard}</a> · <a href="${link(again)}" hreflang="${other}" lang="${other}">${words.otherLanguage}</a></p>
</header>
<div class="panel wide"><dl>
<dt>${words.before}</dt><dd>${runLine(before, page, language)}</dd>
<dt>${words.now}</dt><dd>${runLine(now, page, language)}</dd>
</dl></div>
<p class="after"><strong>${words.differ(language.count(kpis.length))}</strong> ${words.same(language.count(comparison.same))}</p>
<h2>${words.files}</h2>
${files.length === 0 ? html`<p>${words.noFiles}</p>` : table(words.filesCaption, [words.dataset, words.before, words.now], files)}
<h2>${words.kpis}</h2>
${kpis.length === 0 ? html`<p>${words.noKpis}</p>` : table(words.kpisCaption, [words.kpi, words.before, words.now, words.change, words.why], kpis)}
</main>`;
  return renderPage({ title: words.title, body, language: page.language });
}

function runLine(
  { runId, dataset, asOf, drop }: RunRecord,
  { link }: ComparisonPage,
  language: Language,
): Html {
  const day = asOf === undefined ? '' : ` · ${language.words.asOf(language.day(asOf))}`;
  return html`<a href="${link(`runs/${runId}`)}"><code>${runId}</code></a> <code>${dataset}</code>${day} · <bdi>${drop.path.split('/').at(-1)}</bdi>`;
}

function fileRow({ dataset, relation, before, now }: ComparedFile, reading: Reading): Html {
  const { words } = reading;
  const isOneOfSeveral = dataset.replace('/', '_') !== relation;
  const name = isOneOfSeveral ? `${dataset} (${relation})` : dataset;
  return html`<tr><th scope="row" class="lead"><code>${name}</code></th><td data-label="${words.before}">${fileCell(before, reading)}</td><td data-label="${words.now}">${fileCell(now, reading)}</td></tr>
`;
}

function fileCell(entry: BookEntry | undefined, { language, words }: Reading): Html {
  if (entry === undefined) return html`${words.none}`;
  return html`${language.day(entry.asOf)}, ${words.rows(language.count(entry.rows))} <code>${entry.sha256.slice(0, 12)}</code>`;
}

function kpiRow(kpi: ComparedKpi, name: string, reading: Reading): Html {
  const { words, language } = reading;
  const { before, now, difference } = kpi;
  const exact = now && exactValueOf(now);
  const change = before && now && exact && changeBetween(before, now, exact, language);
  const course =
    change?.course === 'better' || change?.course === 'worse'
      ? `, ${language.words.change[change.course]}`
      : '';
  return html`<tr><th scope="row" class="lead">${name}</th><td data-label="${words.before}">${valueCell(before, difference, reading)}</td><td data-label="${words.now}">${valueCell(now, difference, reading)}</td><td data-label="${words.change}">${change && html`${unbroken(change.shown)}${course}`}</td><td data-label="${words.why}">${statusChip('quiet', words.difference[difference])}</td></tr>
`;
}

function valueCell(
  kpi: KpiResult | undefined,
  difference: ComparedKpi['difference'],
  { language, words }: Reading,
): Html {
  if (kpi === undefined) return html`${words.none}`;
  const exact = exactValueOf(kpi);
  const value = exact
    ? unbroken(shownValue(kpi, exact, language))
    : html`${language.words.noValue}${kpi.reason && html`: ${inEnglish(kpi.reason, language)}`}`;
  const version = difference === 'version' ? `, ${words.version(String(kpi.version))}` : '';
  const status = exact && kpi.thresholds ? ` (${statusWord(kpi, language)})` : '';
  return html`${value}${status}${version}`;
}

function table(caption: string, head: readonly string[], rows: readonly Html[]): Html {
  return html`<div class="panel wide"><table class="stack"><caption>${caption}</caption>
<thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>
${rows}</tbody></table></div>`;
}
