import type { CaseRuns, Found } from '../../bench/measurement.ts';

/** A measured case; times and peaks by round. */
export function aCase(
  name: string,
  {
    ms,
    peakRssMb = ms.map(() => 100),
    rows = 1_000_000,
    found = { rows: 1_000_000 },
    ...more
  }: {
    ms: readonly number[];
    peakRssMb?: readonly number[];
    rows?: number;
    found?: Found;
  } & Partial<Pick<CaseRuns, 'skipped' | 'isScaled'>>,
): CaseRuns {
  const runs = ms.map((time, round) => ({
    ms: time,
    cpuMs: time / 2,
    peakRssMb: peakRssMb[round] ?? 0,
    found,
  }));
  return { name, rows, bytes: rows * 80, runs, ...more };
}

export function byName(...cases: readonly CaseRuns[]): ReadonlyMap<string, CaseRuns> {
  return new Map(cases.map((runs) => [runs.name, runs]));
}
