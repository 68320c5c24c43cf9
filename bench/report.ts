import type { CaseRuns } from './measurement.ts';
import { median } from './paired-ratios.ts';
import { largestPeak, type Target, times, typicalMs, type Verdict } from './targets.ts';

// What `npm run bench` prints: a JSON line for each case, then two tables for people.

export function caseRecord(runs: CaseRuns): Record<string, unknown> {
  const { name, rows, bytes, isScaled } = runs;
  if (runs.skipped !== undefined) return { case: name, skipped: runs.skipped };
  const ms = typicalMs(runs);
  const found = runs.runs.at(-1)?.found;
  return {
    case: name,
    reps: runs.runs.length,
    rows,
    ...(isScaled === true && { scaledFromRows: rows / 10 }),
    msMedian: rounded(ms),
    msMin: rounded(Math.min(...times(runs))),
    cpuMsMedian: rounded(median(runs.runs.map(({ cpuMs }) => cpuMs))),
    rowsPerSec: rounded((rows / ms) * 1_000),
    mbPerSec: rounded(bytes / 1e6 / (ms / 1_000)),
    peakRssMb: rounded(largestPeak(runs)),
    badRows: found?.badRows,
    violations: found?.violations,
    centsSum: found?.centsSum,
    newest: found?.newest,
    more: found?.more,
  };
}

export function caseTable(cases: readonly CaseRuns[]): string {
  const header = [
    'case',
    'rows',
    'ms',
    'least',
    'cpu ms',
    'krows/s',
    'MB/s',
    'peak MB',
    'bad rows',
    'violations',
  ];
  const lines = cases.map((runs) => {
    if (runs.skipped !== undefined) return [runs.name, `skipped: ${runs.skipped}`];
    const found = runs.runs.at(-1)?.found;
    const ms = typicalMs(runs);
    const hasRows = (found?.rows ?? 0) > 0;
    return [
      runs.isScaled === true ? `${runs.name} (from a tenth)` : runs.name,
      hasRows ? grouped(runs.rows) : '',
      grouped(ms),
      grouped(Math.min(...times(runs))),
      grouped(median(runs.runs.map(({ cpuMs }) => cpuMs))),
      hasRows ? grouped(runs.rows / ms) : '',
      hasRows ? grouped(runs.bytes / 1e3 / ms) : '',
      grouped(largestPeak(runs)),
      found?.badRows === undefined ? '' : grouped(found.badRows),
      found?.violations === undefined ? '' : grouped(found.violations),
    ];
  });
  return table(header, lines);
}

/** Cases that time their parts: a table for each, the slowest first. */
export function partTables(cases: readonly CaseRuns[]): string {
  return cases.map(partTable).join('');
}

const PART = 'ms of ';
const MOST_PARTS = 20;

function partTable({ name, runs }: CaseRuns): string {
  const parts = new Map<string, number[]>();
  for (const [part, ms] of runs.flatMap(({ found }) => Object.entries(found.more ?? {}))) {
    if (!part.startsWith(PART)) continue;
    const model = part.slice(PART.length);
    parts.set(model, [...(parts.get(model) ?? []), ms]);
  }
  if (parts.size === 0) return '';
  const slowest = [...parts]
    .map(([part, times]) => ({ part, ms: median(times) }))
    .toSorted((a, b) => b.ms - a.ms);
  const rest = slowest.slice(MOST_PARTS).reduce((sum, { ms }) => sum + ms, 0);
  const lines = [
    ...slowest.slice(0, MOST_PARTS).map(({ part, ms }) => [part, grouped(ms)]),
    ...(slowest.length > MOST_PARTS ? [[`${slowest.length - MOST_PARTS} others`, grouped(rest)]] : []),
  ];
  return `${table([`part of ${name}`, 'ms'], lines)}\n`;
}

export function verdictTable(verdicts: readonly Verdict[]): string {
  const lines = verdicts.map(({ target, verdict, value, reason }) =>
    value === undefined
      ? [target.about, '', limitText(target), verdict, reason ?? '']
      : [
          target.about,
          amount(value.median, target.unit),
          limitText(target),
          verdict,
          value.min === value.max
            ? ''
            : `${amount(value.min, target.unit)} to ${amount(value.max, target.unit)}`,
        ],
  );
  return table(['goal', 'measured', 'target', 'verdict', 'spread over rounds, or why not'], lines);
}

/** The first column to the left, numbers to the right. A short line ends where it ends. */
export function table(header: readonly string[], lines: readonly (readonly string[])[]): string {
  const whole = [header, ...lines.filter(({ length }) => length === header.length)];
  const widths = header.map((_, column) => Math.max(...whole.map((line) => line[column]?.length ?? 0)));
  widths[0] = Math.max(...[header, ...lines].map((line) => line[0]?.length ?? 0));
  const shown = (line: readonly string[]): string =>
    line
      .map((cell, column) =>
        column === 0 || line.length < header.length
          ? cell.padEnd(column === 0 ? (widths[0] ?? 0) : 0)
          : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [shown(header), rule, ...lines.map(shown)].map((line) => `${line}\n`).join('');
}

function limitText({ limit, unit }: Target): string {
  return 'atMost' in limit
    ? `<= ${plainAmount(limit.atMost, unit)}`
    : `>= ${plainAmount(limit.atLeast, unit)}`;
}

function amount(value: number, unit: Target['unit'] = 'x'): string {
  return unit === 'MB' || unit === 'ms' ? `${grouped(value)} ${unit}` : `${value.toFixed(2)}${unit}`;
}

function plainAmount(value: number, unit: Target['unit'] = 'x'): string {
  return unit === 'MB' || unit === 'ms' ? `${grouped(value)} ${unit}` : `${value}${unit}`;
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-GB');
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
