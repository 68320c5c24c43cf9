import { z } from 'zod';
import { KpiResult } from '../shared/kpis/kpi-result.ts';
import { RunRecord } from '../shared/runs/run-record.ts';
import type { AppClient } from './app-client.ts';

// Two environments that were given the same files: do they come to the same numbers, without more errors, as fast?

export type Sight = {
  readonly kpis: readonly KpiResult[];
  readonly asOf: string;
  /** Content of each snapshot of the book, by dataset and relation. */
  readonly book: ReadonlyMap<string, string>;
  /** Runs of the time that is compared. */
  readonly runs: readonly RunRecord[];
};

export type Tolerances = {
  /** Share of the reference's value by which a value may differ; 0 for not at all. */
  readonly value: number;
  /** How many times as long the typical run may take. */
  readonly slower: number;
};

export type Difference = {
  readonly what: string;
  readonly reference: string;
  readonly candidate: string;
};

export type Comparison = {
  readonly compared: number;
  /** What speaks against the candidate. */
  readonly against: readonly Difference[];
  /** What is as it was meant: new KPIs, new versions. */
  readonly notes: readonly string[];
};

const Numbers = z.looseObject({
  asOf: z.string(),
  kpis: z.array(KpiResult),
  book: z.array(z.looseObject({ dataset: z.string(), relation: z.string(), sha256: z.string() })),
});
const Runs = z.object({ runs: z.array(RunRecord) });

/** What an app shows of its numbers and of the runs since then. Throws AppAnswered. */
export async function sightOf(app: AppClient, since: string): Promise<Sight> {
  const [numbers, listed] = await Promise.all([app.json('kpis'), app.json('runs?limit=500')]);
  const { asOf, kpis, book } = Numbers.parse(numbers);
  return {
    asOf,
    kpis,
    book: new Map(book.map(({ dataset, relation, sha256 }) => [`${dataset} (${relation})`, sha256])),
    runs: Runs.parse(listed).runs.filter(({ updatedAt }) => updatedAt >= since),
  };
}

export function compared(reference: Sight, candidate: Sight, tolerances: Tolerances): Comparison {
  const inputs = otherInputs(reference, candidate);
  // Over other files the numbers must differ, which says nothing of the code.
  const numbers =
    inputs.length > 0 ? { against: [], notes: [] } : otherNumbers(reference, candidate, tolerances);
  return {
    compared: inputs.length > 0 ? 0 : reference.kpis.length,
    against: [
      ...inputs,
      ...numbers.against,
      ...moreErrors(reference, candidate),
      ...slowerRuns(reference, candidate, tolerances),
    ],
    notes: numbers.notes,
  };
}

function otherInputs(reference: Sight, candidate: Sight): Difference[] {
  const days =
    reference.asOf === candidate.asOf
      ? []
      : [{ what: 'the day that is reported', reference: reference.asOf, candidate: candidate.asOf }];
  const datasets = [...new Set([...reference.book.keys(), ...candidate.book.keys()])].toSorted();
  return [
    ...days,
    ...datasets.flatMap((dataset) => {
      const [known, found] = [reference.book.get(dataset), candidate.book.get(dataset)];
      if (known === found) return [];
      return [{ what: `file of ${dataset}`, reference: short(known), candidate: short(found) }];
    }),
  ];
}

function short(sha256: string | undefined): string {
  return sha256?.slice(0, 12) ?? 'none';
}

function otherNumbers(reference: Sight, candidate: Sight, { value: tolerance }: Tolerances) {
  const found = new Map(candidate.kpis.map((kpi) => [keyOf(kpi), kpi]));
  const known = new Set(reference.kpis.map(keyOf));
  const against: Difference[] = [];
  const notes: string[] = [];
  for (const kpi of reference.kpis) {
    const other = found.get(keyOf(kpi));
    if (other === undefined) against.push({ what: keyOf(kpi), reference: shown(kpi), candidate: 'is gone' });
    else if (other.version !== kpi.version)
      notes.push(
        `${keyOf(kpi)}: version ${kpi.version} is ${shown(kpi)}, version ${other.version} is ${shown(other)}`,
      );
    else if (!isSame(kpi, other, tolerance))
      against.push({ what: keyOf(kpi), reference: shown(kpi), candidate: shown(other) });
  }
  for (const kpi of candidate.kpis)
    if (!known.has(keyOf(kpi))) notes.push(`${keyOf(kpi)} is new: ${shown(kpi)}`);
  return { against, notes };
}

function keyOf({ id, dimension }: KpiResult): string {
  const parts = Object.entries(dimension).map(([name, value]) => `${name}:${value}`);
  return [id, ...parts].join(' ');
}

function shown({ value, status, reason }: KpiResult): string {
  return value === null ? `${status}: ${reason ?? 'no reason'}` : `${value} (${status})`;
}

function isSame(kpi: KpiResult, other: KpiResult, tolerance: number): boolean {
  const isExact = kpi.value === other.value && kpi.numerator === other.numerator;
  if (isExact) return kpi.status === other.status && kpi.denominator === other.denominator;
  // One has a value and the other has none, or nothing may differ.
  if (kpi.value === null || other.value === null || tolerance === 0) return false;
  return Math.abs(Number(other.value) - Number(kpi.value)) <= tolerance * Math.abs(Number(kpi.value));
}

/** The machinery's failures; rejected files are the data's, and must be the same ones. */
function moreErrors(reference: Sight, candidate: Sight): Difference[] {
  const failed = (sight: Sight): number => sight.runs.filter(({ status }) => status === 'failed').length;
  const more =
    failed(candidate) > failed(reference)
      ? [{ what: 'failed runs', reference: String(failed(reference)), candidate: String(failed(candidate)) }]
      : [];
  const verdicts = new Map(
    candidate.runs.map(({ sha256, dataset, status }) => [`${dataset} ${sha256}`, status]),
  );
  const judged = reference.runs.flatMap(({ sha256, dataset, status }) => {
    const other = verdicts.get(`${dataset} ${sha256}`);
    const isVerdict = (word: string | undefined): boolean => word === 'success' || word === 'rejected';
    if (!isVerdict(status) || !isVerdict(other) || other === undefined || status === other) return [];
    return [
      { what: `verdict on a file of ${dataset} (${short(sha256)})`, reference: status, candidate: other },
    ];
  });
  return [...more, ...judged];
}

/** Where next to nothing is done, a moment more is no slowness. */
const MS_THAT_MATTER = 5_000;

/** Of the files that both have worked on: the typical time of the candidate against that of the reference. */
function slowerRuns(reference: Sight, candidate: Sight, { slower }: Tolerances): Difference[] {
  const others = new Map(candidate.runs.map((run) => [`${run.dataset} ${run.sha256}`, msOf(run)]));
  const pairs = reference.runs.flatMap((run) => {
    const [ms, other] = [msOf(run), others.get(`${run.dataset} ${run.sha256}`)];
    return ms === undefined || other === undefined ? [] : [{ ms, other }];
  });
  if (pairs.length === 0) return [];
  const [ms, other] = [median(pairs.map((pair) => pair.ms)), median(pairs.map((pair) => pair.other))];
  if (other <= ms * slower || other - ms < MS_THAT_MATTER) return [];
  const seconds = (time: number): string => `${(time / 1_000).toFixed(1)} s`;
  return [
    { what: `typical time of ${pairs.length} runs`, reference: seconds(ms), candidate: seconds(other) },
  ];
}

/** Of the work itself: how long a message waited says how busy the day was. */
function msOf({ status, phases }: RunRecord): number | undefined {
  if (status !== 'success') return undefined;
  return Object.values(phases).reduce((sum, phase) => sum + (phase?.durationMs ?? 0), 0);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}
