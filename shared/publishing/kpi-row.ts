import type { LocalDate } from '../domain/local-date.ts';
import { compare, type Rational, rational, toDecimal } from '../domain/rational.ts';
import { unreachable } from '../domain/unreachable.ts';
import type { KpiDefinition } from '../kpis/kpi-definition.ts';
import type { KpiMart, KpiResult, KpiStatus, KpiUnit } from '../kpis/kpi-result.ts';
import { exactValueOf, isTotal } from './exact-value.ts';
import { changeOf, type KpiChange } from './kpi-change.ts';
import { DOCUMENTS, type Language } from './language/language.ts';
import { wordFor } from './language/names.ts';

/** One KPI as a person reads it. Every number is text that is already rounded, grouped and given its unit. */
export type KpiRow = {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  /** `Risk`, `Portfolio`, `Pricing`. */
  readonly group: string;
  readonly shown: string;
  readonly unit: KpiUnit;
  readonly status: KpiStatus;
  readonly statusWord: string;
  /** `warning above 3 %, critical above 5 %`. */
  readonly limits: string | undefined;
  /** `PAR 90 is 5.40 %: critical, above 5 %`. Why there is no value is in `reason`, in a language of its own. */
  readonly sentence: string;
  readonly change: KpiChange | undefined;
  readonly owner: string;
  /** As the engine says it, in English. */
  readonly reason: string | undefined;
  readonly asOf: LocalDate;
  readonly reportingDate: LocalDate;
  readonly numerator: string | undefined;
  readonly denominator: string | undefined;
  readonly model: string;
  readonly inputs: readonly string[];
  readonly rows: string;
  readonly nulls: string;
};

export type NamedKpi = Pick<KpiDefinition, 'id' | 'version' | 'name' | 'nameEs'>;

export type RowLook = {
  readonly language?: Language;
  /** Names in the other language come from here. */
  readonly definitions?: readonly NamedKpi[];
};

const MOST_PLACES = 10;

/** The totals of the newest snapshot, by group, PAR 7 before PAR 30. Results by dimension are for the exports. */
export function kpiRows(mart: Pick<KpiMart, 'kpis' | 'series'>, look: RowLook = {}): KpiRow[] {
  const { language = DOCUMENTS, definitions = [] } = look;
  const names = new Map(definitions.map((definition) => [definition.id, definition.nameEs]));
  const series = Map.groupBy(mart.series, ({ id }) => id);
  const rows = mart.kpis
    .filter(isTotal)
    .map((kpi) => kpiRow({ ...kpi, name: nameIn(kpi, language, names) }, series.get(kpi.id) ?? [], language));
  return sortedRows(rows, language);
}

export function byGroup(rows: readonly KpiRow[]): [string, readonly KpiRow[]][] {
  return [...Map.groupBy(rows, (row) => row.group)];
}

/** By group, and within it PAR 7 before PAR 30. */
function sortedRows(rows: readonly KpiRow[], language: Language): KpiRow[] {
  const groups = Object.values(language.words.group);
  const rankOf = ({ group }: KpiRow): number => {
    const rank = groups.indexOf(group);
    return rank < 0 ? groups.length : rank;
  };
  return rows.toSorted((a, b) => rankOf(a) - rankOf(b) || NATURAL.compare(a.id, b.id));
}

const NATURAL = new Intl.Collator('en', { numeric: true });

export function nameIn(
  kpi: Pick<KpiResult, 'id' | 'name'>,
  { code }: Language,
  spanishNames: ReadonlyMap<string, string>,
): string {
  return code === 'es' ? (spanishNames.get(kpi.id) ?? kpi.name) : kpi.name;
}

/** A result of one KPI; its change is looked for among `series`. */
export function kpiRow(kpi: KpiResult, series: readonly KpiResult[], language: Language): KpiRow {
  const exact = exactValueOf(kpi);
  const shown = exact ? shownValue(kpi, exact, language) : language.words.noValue;
  return {
    id: kpi.id,
    version: kpi.version,
    name: kpi.name,
    group: groupOf(kpi.id, language),
    shown,
    unit: kpi.unit,
    status: kpi.status,
    statusWord: statusWord(kpi, language),
    limits: limitsInWords(kpi, language),
    sentence: sentenceOf(kpi, shown, language),
    change: exact && changeOf(kpi, exact, series, language),
    owner: kpi.owner,
    reason: kpi.reason,
    asOf: kpi.asOf,
    reportingDate: kpi.reportingDate,
    numerator: asWritten(kpi.numerator, language),
    denominator: asWritten(kpi.denominator, language),
    model: kpi.model,
    inputs: kpi.inputs,
    rows: language.count(kpi.rows),
    nulls: language.count(kpi.nulls),
  };
}

/** With its unit, and with enough digits to tell it from a limit. */
export function shownValue(kpi: KpiResult, exact: Rational, language: Language): string {
  return language.value(exact, kpi.unit, tellingPlaces(exact, kpi));
}

/** As many digits as it takes not to look like a limit that it is beside: 3.003 %, not 3.00 %, above 3 %. */
export function tellingPlaces(exact: Rational, { thresholds, precision }: KpiResult): number {
  const limits = [thresholds?.warning, thresholds?.critical].flatMap((limit) =>
    limit ? [rational(limit)] : [],
  );
  for (let places = precision; places < MOST_PLACES; places += 1) {
    const shown = rational(toDecimal(exact, places));
    if (!limits.some((limit) => compare(shown, limit) === 0 && compare(exact, limit) !== 0)) return places;
  }
  return MOST_PLACES;
}

function groupOf(id: string, { words }: Language): string {
  const prefix = id.split('.')[0] ?? id;
  return wordFor(prefix, words.group) ?? prefix.charAt(0).toUpperCase() + prefix.slice(1);
}

export function statusWord(kpi: Pick<KpiResult, 'status' | 'thresholds'>, { words }: Language): string {
  return kpi.status === 'ok' && !kpi.thresholds ? words.status.none : words.status[kpi.status];
}

function limitsInWords(kpi: KpiResult, language: Language): string | undefined {
  if (!kpi.thresholds) return undefined;
  const { warning, critical } = kpi.thresholds;
  const { worst } = language.words;
  const most = critical === undefined ? '' : `, ${worst.critical} ${limitPhrase(kpi, critical, language)}`;
  return `${worst.warning} ${limitPhrase(kpi, warning, language)}${most}`;
}

function limitPhrase(kpi: KpiResult, limit: string, language: Language): string {
  const side = kpi.direction === 'higher-is-better' ? 'below' : 'above';
  return language.words.limit[side](language.limit(limit, kpi.unit));
}

function sentenceOf(kpi: KpiResult, shown: string, language: Language): string {
  const { sentence, worst } = language.words;
  switch (kpi.status) {
    case 'ok':
      return kpi.thresholds ? sentence.within(kpi.name, shown) : sentence.plain(kpi.name, shown);
    case 'warning':
    case 'critical': {
      const limit = kpi.thresholds?.[kpi.status];
      const beyond = limit === undefined ? '' : limitPhrase(kpi, limit, language);
      return sentence.beyond(kpi.name, shown, worst[kpi.status], beyond);
    }
    case 'not-computable':
      return sentence.missing(kpi.name);
    default:
      return unreachable(kpi.status);
  }
}

/** Numerators and denominators in full: they are evidence, so no digit is dropped. */
function asWritten(decimal: string | null, language: Language): string | undefined {
  if (decimal === null) return undefined;
  return language.number(rational(decimal), decimal.split('.')[1]?.length ?? 0);
}
