import {
  compare,
  divide,
  multiply,
  type Rational,
  rational,
  subtract,
  toDecimal,
} from '../domain/rational.ts';
import type { Anomaly } from './anomaly.ts';
import { familiesOf } from './anomaly-causes.ts';
import {
  CHANGE_LIMIT,
  FEWEST_POINTS,
  MOST_CHANGES_WITHOUT_LIMITS,
  OUTLIER_LIMIT,
  watchOf,
} from './anomaly-rules.ts';
import { difference } from './explain-change.ts';
import type { KpiMart, KpiResult } from './kpi-result.ts';
import { outlierAmong } from './outlier.ts';
import { previousOf } from './previous-result.ts';

// What is worth a look about the totals of a mart: a status outside the limits, a move of more than a fifth since the
// date before, a level or a step far from all that were before.

/** The critical ones first; those of one cause stand together. */
export function findAnomalies({ kpis, series }: Pick<KpiMart, 'kpis' | 'series'>): Anomaly[] {
  const byId = Map.groupBy(series.filter(isTotal), ({ id }) => id);
  const watched = kpis.filter(isTotal).flatMap((current) => {
    if (current.value === null) return [];
    const kpi = { ...current, value: current.value };
    return [{ kpi, past: valuesBefore(kpi, byId.get(kpi.id) ?? []) }];
  });
  const families = familiesOf(watched.map(({ kpi, past }) => ({ kpi, previous: past.previous })));
  const found = watched.flatMap(({ kpi, past }) =>
    [thresholdOf(kpi, past), changeOf(kpi, past), levelOf(kpi, past), stepOf(kpi, past)]
      .filter((finding) => finding !== undefined)
      .map((finding) => anomalyOf(kpi, past, finding, families.get(kpi.id) ?? kpi.id)),
  );
  const limited = new Set(watched.filter(({ kpi }) => kpi.thresholds).map(({ kpi }) => kpi.id));
  return inOrder(withoutFlood(found, limited));
}

/** Of changes that no limit makes important only those that went furthest. */
function withoutFlood(found: readonly Anomaly[], limited: ReadonlySet<string>): Anomaly[] {
  const isMinor = ({ kind, kpi }: Anomaly): boolean => kind === 'change' && !limited.has(kpi);
  const minor = found.filter(isMinor).toSorted((a, b) => compare(sizeOf(b), sizeOf(a)));
  const left = new Set(minor.slice(MOST_CHANGES_WITHOUT_LIMITS));
  return found.filter((anomaly) => !left.has(anomaly));
}

function sizeOf({ changePercent }: Anomaly): Rational {
  return absolute(rational(changePercent ?? '0'));
}

function isTotal({ dimension }: KpiResult): boolean {
  return Object.keys(dimension).length === 0;
}

type Valued = KpiResult & { readonly value: string };
type Finding = Pick<Anomaly, 'kind' | 'direction' | 'zScore' | 'reason'>;

/** Values at the reporting dates before, oldest first; the last is the one that a change is counted from. */
type Past = { readonly values: readonly string[]; readonly previous: KpiResult | undefined };

function valuesBefore(kpi: Valued, series: readonly KpiResult[]): Past {
  const own = series
    .filter(({ id, model, version }) => id === kpi.id && model === kpi.model && version === kpi.version)
    .filter(({ reportingDate }) => reportingDate < kpi.reportingDate)
    .toSorted((a, b) => (a.reportingDate < b.reportingDate ? -1 : 1));
  return {
    values: own.flatMap(({ value }) => (value === null ? [] : [value])),
    previous: previousOf(kpi, own),
  };
}

function thresholdOf(kpi: Valued, _past: Past): Finding | undefined {
  if (kpi.status !== 'warning' && kpi.status !== 'critical') return undefined;
  const limit = kpi.thresholds?.[kpi.status];
  const direction = kpi.direction === 'higher-is-better' ? 'down' : 'up';
  const side = direction === 'down' ? 'below' : 'above';
  const reason = `${kpi.name} is ${shown(kpi, kpi.value)}: ${kpi.status}, ${side} ${limit}.`;
  return { kind: 'threshold', direction, zScore: null, reason };
}

function changeOf(kpi: Valued, { previous }: Past): Finding | undefined {
  const watch = watchOf(kpi);
  if (previous?.value == null || watch?.rules.includes('change') !== true) return undefined;
  const change = subtract(rational(kpi.value), rational(previous.value));
  const share = divide(change, absolute(rational(previous.value)));
  if (share === undefined || compare(absolute(share), CHANGE_LIMIT) <= 0) return undefined;
  if (compare(absolute(change), watch.floor) <= 0) return undefined;
  const direction = change.numerator < 0n ? 'down' : 'up';
  const reason = `${kpi.name} went ${direction} from ${shown(kpi, previous.value)} on ${previous.reportingDate} to ${shown(kpi, kpi.value)}, by more than a fifth${openPeriod(kpi)}.`;
  return { kind: 'change', direction, zScore: null, reason };
}

function levelOf(kpi: Valued, { values }: Past): Finding | undefined {
  const watch = watchOf(kpi);
  if (watch?.rules.includes('outlier') !== true || values.length < FEWEST_POINTS) return undefined;
  const outlier = outlierAmong(kpi.value, values, OUTLIER_LIMIT);
  if (outlier === undefined || !isAboveFloor(kpi.value, values.at(-1), watch.floor)) return undefined;
  const reason = `${kpi.name} is ${shown(kpi, kpi.value)}: ${outlier.zScore} standard deviations from the mean of the ${values.length} dates before${openPeriod(kpi)}.`;
  return { kind: 'outlier-level', direction: outlier.direction, zScore: outlier.zScore, reason };
}

function stepOf(kpi: Valued, { values }: Past): Finding | undefined {
  const watch = watchOf(kpi);
  const steps = values.slice(1).map((value, index) => difference(value, values[index] ?? value));
  const last = values.at(-1);
  if (watch?.rules.includes('outlier') !== true || last === undefined) return undefined;
  if (steps.length < FEWEST_POINTS || !isAboveFloor(kpi.value, last, watch.floor)) return undefined;
  const outlier = outlierAmong(difference(kpi.value, last), steps, OUTLIER_LIMIT);
  if (outlier === undefined) return undefined;
  const reason = `${kpi.name} went from ${shown(kpi, last)} to ${shown(kpi, kpi.value)}: a step ${outlier.zScore} standard deviations from the mean of the ${steps.length} steps before${openPeriod(kpi)}.`;
  return { kind: 'outlier-step', direction: outlier.direction, zScore: outlier.zScore, reason };
}

/** A date that is a label for a period that is not over yet: sums of it will grow. */
function openPeriod({ asOf, reportingDate }: KpiResult): string {
  return asOf < reportingDate ? ` (the data ends on ${asOf})` : '';
}

function anomalyOf(kpi: Valued, { previous }: Past, finding: Finding, family: string): Anomaly {
  const before = previous?.value ?? null;
  return {
    kpi: kpi.id,
    name: kpi.name,
    version: kpi.version,
    reportingDate: kpi.reportingDate,
    kind: finding.kind,
    direction: finding.direction,
    previous: before,
    current: kpi.value,
    changePercent: before === null ? null : changePercent(before, kpi.value),
    zScore: finding.zScore,
    severity: kpi.status === 'critical' ? 'critical' : 'warning',
    reason: finding.reason,
    cause: `${family} ${finding.direction} ${kpi.reportingDate}`,
  };
}

function changePercent(before: string, now: string): string | null {
  const share = divide(subtract(rational(now), rational(before)), absolute(rational(before)));
  return share ? toDecimal(multiply(share, rational(100)), 2) : null;
}

/** A cause is as bad as the worst of its anomalies. */
function inOrder(anomalies: readonly Anomaly[]): Anomaly[] {
  const isCritical = new Set(
    anomalies.flatMap(({ cause, severity }) => (severity === 'critical' ? [cause] : [])),
  );
  const keyOf = ({ cause, severity, kpi, kind }: Anomaly): string =>
    [isCritical.has(cause) ? 0 : 1, cause, severity === 'critical' ? 0 : 1, kpi, kind].join(' ');
  return anomalies.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function isAboveFloor(now: string, before: string | undefined, floor: Rational): boolean {
  if (before === undefined) return true;
  return compare(absolute(subtract(rational(now), rational(before))), floor) > 0;
}

function shown({ precision, unit }: KpiResult, value: string): string {
  const [whole = '', ...fraction] = toDecimal(rational(value), precision).split('.');
  const number = [whole.replace(/\B(?=(\d{3})+$)/g, ','), ...fraction].join('.');
  return unit === 'usd' ? `USD ${number}` : unit === 'percent' ? `${number} %` : number;
}

function absolute({ numerator, denominator }: Rational): Rational {
  return { numerator: numerator < 0n ? -numerator : numerator, denominator };
}
