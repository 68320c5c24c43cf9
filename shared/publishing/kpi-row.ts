import type { LocalDate } from '../domain/local-date.ts';
import { compare, type Rational, rational, toDecimal } from '../domain/rational.ts';
import { unreachable } from '../domain/unreachable.ts';
import type { KpiMart, KpiResult, KpiStatus } from '../kpis/kpi-result.ts';
import { exactValueOf, isTotal } from './exact-value.ts';
import { changeOf, type KpiChange } from './kpi-change.ts';
import { showCount, showLimit, showNumber, showValue } from './show-value.ts';

/** One KPI as a person reads it. Every number is text that is already rounded, grouped and given its unit. */
export type KpiRow = {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  /** `Risk`, `Portfolio`, `Pricing`. */
  readonly group: string;
  readonly shown: string;
  readonly status: KpiStatus;
  readonly statusWord: string;
  /** `warning above 3 %, critical above 5 %`. */
  readonly limits: string | undefined;
  /** `PAR 90 is 5.40 %: critical, above 5 %`. */
  readonly sentence: string;
  readonly change: KpiChange | undefined;
  readonly owner: string;
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

const GROUPS = new Map([
  ['risk', 'Risk'],
  ['port', 'Portfolio'],
  ['price', 'Pricing'],
]);

const MOST_PLACES = 10;

const NATURAL = new Intl.Collator('en', { numeric: true });

/** The totals of the newest snapshot, by group, PAR 7 before PAR 30. Results by dimension are for the exports. */
export function kpiRows(mart: KpiMart): KpiRow[] {
  const rows = mart.kpis.filter(isTotal).map((kpi) => kpiRow(kpi, mart.series));
  return rows.toSorted((a, b) => rankOf(a.group) - rankOf(b.group) || NATURAL.compare(a.id, b.id));
}

export function byGroup(rows: readonly KpiRow[]): [string, readonly KpiRow[]][] {
  return [...Map.groupBy(rows, (row) => row.group)];
}

function rankOf(group: string): number {
  const rank = [...GROUPS.values()].indexOf(group);
  return rank < 0 ? GROUPS.size : rank;
}

function kpiRow(kpi: KpiResult, series: readonly KpiResult[]): KpiRow {
  const exact = exactValueOf(kpi);
  const shown = exact ? showValue(exact, kpi.unit, tellingPlaces(exact, kpi)) : 'no value';
  return {
    id: kpi.id,
    version: kpi.version,
    name: kpi.name,
    group: groupOf(kpi.id),
    shown,
    status: kpi.status,
    statusWord: statusWord(kpi),
    limits: limitsInWords(kpi),
    sentence: sentenceOf(kpi, shown),
    change: exact && changeOf(kpi, exact, series),
    owner: kpi.owner,
    reason: kpi.reason,
    asOf: kpi.asOf,
    reportingDate: kpi.reportingDate,
    numerator: asWritten(kpi.numerator),
    denominator: asWritten(kpi.denominator),
    model: kpi.model,
    inputs: kpi.inputs,
    rows: showCount(kpi.rows),
    nulls: showCount(kpi.nulls),
  };
}

/** As many digits as it takes not to look like a limit that it is beside: 3.003 %, not 3.00 %, above 3 %. */
function tellingPlaces(exact: Rational, { thresholds, precision }: KpiResult): number {
  const limits = [thresholds?.warning, thresholds?.critical].flatMap((limit) =>
    limit ? [rational(limit)] : [],
  );
  for (let places = precision; places < MOST_PLACES; places += 1) {
    const shown = rational(toDecimal(exact, places));
    if (!limits.some((limit) => compare(shown, limit) === 0 && compare(exact, limit) !== 0)) return places;
  }
  return MOST_PLACES;
}

function groupOf(id: string): string {
  const prefix = id.split('.')[0] ?? id;
  return GROUPS.get(prefix) ?? prefix.charAt(0).toUpperCase() + prefix.slice(1);
}

function statusWord(kpi: KpiResult): string {
  switch (kpi.status) {
    case 'ok':
      return kpi.thresholds ? 'OK' : 'No limit';
    case 'warning':
      return 'Warning';
    case 'critical':
      return 'Critical';
    case 'not-computable':
      return 'Not computable';
    default:
      return unreachable(kpi.status);
  }
}

function limitsInWords(kpi: KpiResult): string | undefined {
  if (!kpi.thresholds) return undefined;
  const { warning, critical } = kpi.thresholds;
  const most = critical === undefined ? '' : `, critical ${limitPhrase(kpi, critical)}`;
  return `warning ${limitPhrase(kpi, warning)}${most}`;
}

function limitPhrase(kpi: KpiResult, limit: string): string {
  const side = kpi.direction === 'higher-is-better' ? 'below' : 'above';
  return `${side} ${showLimit(limit, kpi.unit)}`;
}

function sentenceOf(kpi: KpiResult, shown: string): string {
  switch (kpi.status) {
    case 'ok':
      return kpi.thresholds ? `${kpi.name} is ${shown}: within its limits` : `${kpi.name} is ${shown}`;
    case 'warning':
    case 'critical': {
      const limit = kpi.thresholds?.[kpi.status];
      return `${kpi.name} is ${shown}: ${kpi.status}${limit ? `, ${limitPhrase(kpi, limit)}` : ''}`;
    }
    case 'not-computable':
      return `${kpi.name} is not computable${kpi.reason ? `: ${kpi.reason}` : ''}`;
    default:
      return unreachable(kpi.status);
  }
}

/** Numerators and denominators in full: they are evidence, so no digit is dropped. */
function asWritten(decimal: string | null): string | undefined {
  if (decimal === null) return undefined;
  return showNumber(rational(decimal), decimal.split('.')[1]?.length ?? 0);
}
