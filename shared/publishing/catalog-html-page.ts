import { rational } from '../domain/rational.ts';
import type { CatalogListing, ListedKpi } from '../kpis/catalog-listing.ts';
import { type Html, html } from './escape-html.ts';
import { inEnglish } from './in-english.ts';
import { type Language, type LanguageCode, languageOf } from './language/language.ts';
import { departmentName, dimensionName, ownerName } from './language/names.ts';
import { renderPage, statusChip, type Tone } from './page.ts';

export type CatalogPage = {
  readonly listing: CatalogListing;
  readonly language: LanguageCode;
  /** Makes a path below `/api/` into a link that carries the reader's key. */
  readonly link: (path: string) => string;
};

const WORDS = {
  en: {
    title: 'All KPIs',
    otherLanguage: 'En español',
    dashboard: 'Dashboard',
    counts: (all: string, computed: string, day: string) =>
      `${all} are defined; ${computed} have a value as of ${day}.`,
    nothing: (all: string) => `${all} are defined. Nothing has been computed yet.`,
    departments: 'Departments',
    dimensions: 'Divided by',
    datasets: 'Datasets',
    datasetsCaption: 'What the newest book has, and what each dataset is for.',
    dataset: 'Dataset',
    state: 'Status',
    use: 'Use',
    inBook: 'in the book',
    notInBook: 'not there',
    neededBy: (count: string) => (count === '1' ? 'used by 1 KPI' : `used by ${count} KPIs`),
    version: 'Version',
    owner: 'Owner',
    needs: 'Needs',
    or: 'or',
    optional: 'Better with',
    ripens:
      'Values go on changing after their period is over, so a new one is not held against those before.',
    periods: {
      any: '',
      months: ' · A quarter adds up its months, and is given with them alone',
      whole: ' · A quarter is computed as a whole, not from its months',
      month: ' · Of one month: a day, a week or a quarter has none',
    },
    states: {
      computed: 'Computed',
      'not-computable': 'Not computable',
      unavailable: 'No feed',
      unknown: 'Not computed yet',
    },
  },
  es: {
    title: 'Todos los indicadores',
    otherLanguage: 'In English',
    dashboard: 'Tablero',
    counts: (all: string, computed: string, day: string) =>
      `Hay ${all} definidos; ${computed} tienen valor al ${day}.`,
    nothing: (all: string) => `Hay ${all} definidos. Aún no se ha calculado ninguno.`,
    departments: 'Áreas',
    dimensions: 'Se divide por',
    datasets: 'Conjuntos de datos',
    datasetsCaption: 'Lo que tiene la cartera más reciente, y para qué sirve cada conjunto.',
    dataset: 'Conjunto de datos',
    state: 'Estado',
    use: 'Uso',
    inBook: 'en la cartera',
    notInBook: 'no está',
    neededBy: (count: string) => (count === '1' ? 'usado por 1 indicador' : `usado por ${count} indicadores`),
    version: 'Versión',
    owner: 'Responsable',
    needs: 'Necesita',
    or: 'o',
    optional: 'Mejor con',
    ripens:
      'Los valores siguen cambiando después de terminado su período; por eso uno nuevo no se juzga frente a los anteriores.',
    periods: {
      any: '',
      months: ' · Un trimestre suma sus meses, y solo se da con ellos',
      whole: ' · Un trimestre se calcula entero, no a partir de sus meses',
      month: ' · De un mes: un día, una semana o un trimestre no lo tienen',
    },
    states: {
      computed: 'Calculado',
      'not-computable': 'No calculable',
      unavailable: 'Sin fuente',
      unknown: 'Aún sin calcular',
    },
  },
} as const satisfies Record<LanguageCode, unknown>;

type Words = (typeof WORDS)[LanguageCode];

/** The catalogue for people: what each KPI means, what it needs, and what it is today. */
export function catalogHtmlPage(page: CatalogPage): string {
  const { listing, link } = page;
  const language = languageOf(page.language);
  const words = WORDS[page.language];
  const other = page.language === 'en' ? 'es' : 'en';
  const sections = listing.departments.map(
    ({ name, kpis }) => html`<h2 id="${name}">${departmentName(name, language)}</h2>
${listing.kpis.filter(({ id }) => kpis.includes(id)).map((kpi) => kpiPanel(kpi, page, language, words))}`,
  );
  const body = html`<main>
<header>
<p class="brand">${language.words.product}</p>
<h1>${words.title}</h1>
<p>${countsOf(listing, language, words)}</p>
<p class="no-print"><a href="${link(`dashboard?lang=${page.language}`)}">${words.dashboard}</a> · <a href="${link('catalog?format=json')}">JSON</a> · <a href="${link(`catalog?format=html&lang=${other}`)}" hreflang="${other}" lang="${other}">${words.otherLanguage}</a></p>
<p class="no-print">${words.departments}: ${listing.departments.map(({ name }) => html`<a href="#${name}">${departmentName(name, language)}</a> `)}</p>
</header>
${datasetsTable(listing, language, words)}
${sections}
</main>`;
  return renderPage({ title: words.title, body, language: page.language });
}

function countsOf({ kpis, asOf }: CatalogListing, language: Language, words: Words): string {
  const all = language.count(kpis.length);
  const computed = kpis.filter(({ availability }) => availability.state === 'computed').length;
  return asOf === null ? words.nothing(all) : words.counts(all, language.count(computed), language.day(asOf));
}

function datasetsTable({ datasets }: CatalogListing, language: Language, words: Words): Html {
  const rows = datasets.map(
    ({ name, isInBook, kpis }) =>
      html`<tr><th scope="row" class="lead">${name}</th><td data-label="${words.state}">${statusChip(isInBook ? 'good' : 'quiet', isInBook ? words.inBook : words.notInBook)}</td><td data-label="${words.use}">${words.neededBy(language.count(kpis.length))}</td></tr>\n`,
  );
  return html`<h2>${words.datasets}</h2>
<div class="panel wide"><table class="stack"><caption>${words.datasetsCaption}</caption>
<thead><tr><th scope="col">${words.dataset}</th><th scope="col">${words.state}</th><th scope="col">${words.use}</th></tr></thead><tbody>
${rows}</tbody></table></div>`;
}

const TONES: Readonly<Record<ListedKpi['availability']['state'], Tone>> = {
  computed: 'good',
  'not-computable': 'warning',
  unavailable: 'quiet',
  unknown: 'quiet',
};

function kpiPanel(
  kpi: ListedKpi,
  { language: code, link }: CatalogPage,
  language: Language,
  words: Words,
): Html {
  const { availability, expression, dimensions } = kpi;
  const name = code === 'es' ? kpi.nameEs : kpi.name;
  const title =
    availability.asOf === undefined
      ? html`${name}`
      : html`<a href="${link(`kpis/${encodeURIComponent(kpi.id)}?format=html&lang=${code}`)}">${name}</a>`;
  const value =
    availability.value == null
      ? undefined
      : html`<p class="value">${language.value(rational(availability.value), kpi.unit, kpi.precision)}</p>`;
  return html`<article class="panel spaced">
<div class="bar"><h3>${title} <code>${kpi.id}</code></h3>${statusChip(TONES[availability.state], words.states[availability.state])}</div>
${value}<p>${inEnglish(kpi.formula, language)}</p>
${kpi.ripens ? html`<p>${words.ripens}</p>\n` : undefined}${expression === null ? undefined : html`<p><code>${expression}</code></p>`}${availability.reason && html`<p class="muted">${inEnglish(availability.reason, language)}</p>`}
<p class="small muted">${words.version} ${kpi.version} · ${words.owner}: ${ownerName(kpi.owner, language)}${needsWords(kpi, words)}${words.periods[kpi.periods]}${dimensions.length > 0 ? ` · ${words.dimensions}: ${dimensions.map((dimension) => dimensionName(dimension, language)).join(', ')}` : ''}</p>
</article>
`;
}

function needsWords({ ways }: ListedKpi, words: Words): string {
  if (ways.length === 0) return '';
  const needs = [...new Set(ways.flatMap((way) => way.needs.map((datasets) => datasets.join(' + '))))];
  const optional = [...new Set(ways.flatMap((way) => way.optional))];
  const more = optional.length === 0 ? '' : ` · ${words.optional}: ${optional.join(', ')}`;
  return ` · ${words.needs}: ${needs.join(` ${words.or} `)}${more}`;
}
