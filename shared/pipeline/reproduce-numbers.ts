import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Sha256 } from '../domain/ids.ts';
import type { Catalog } from '../kpis/catalog.ts';
import { KpiMart, type KpiResult } from '../kpis/kpi-result.ts';
import { martJson } from '../kpis/mart-files.ts';
import { FileMissing } from '../ports/lake.ts';
import type { Manifest } from '../runs/documents.ts';
import { computeMart, type MartOfBookDeps } from './mart-of-book.ts';

// How a number of last March came about, shown by doing it again: the files that the run had, the definitions and the
// code of today. The same inputs give the same bytes; where they do not, it is said which numbers differ.

const Difference = z.object({
  kpi: z.string(),
  version: z.int().positive(),
  dimension: z.record(z.string(), z.string()),
  reportingDate: z.string(),
  before: z.string().nullable().describe('Decimal text; null where it had none'),
  now: z.string().nullable(),
});

export type Reproduction = z.infer<typeof Reproduction>;
export const Reproduction = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('same'),
    sha256: Sha256,
    numbers: z.int().describe('How many results are the same'),
  }),
  z.object({
    kind: z.literal('differs'),
    sha256: Sha256.describe('Of the numbers of then'),
    sha256Now: Sha256,
    hasOtherDefinitions: z.boolean().describe('The KPI definitions or models have changed since'),
    differences: z
      .array(Difference)
      .describe('The first of them; none where only other parts of the document differ'),
    differing: z.int(),
  }),
  z.object({ kind: z.literal('impossible'), reason: z.string() }),
]);

const MOST_SHOWN = 100;

type Deps = MartOfBookDeps & { readonly catalog: () => Promise<Catalog> };

/** Computes the numbers of a run again from the book that its manifest names. Nothing is kept. */
export async function reproduceNumbers(manifest: Manifest | undefined, deps: Deps): Promise<Reproduction> {
  if (manifest === undefined) return impossible('Its manifest cannot be read.');
  const file = manifest.files.find(({ container, name }) => container === 'marts' && name === 'kpis.json');
  if (file === undefined) return impossible('The run has no numbers.');
  const body = await deps.lake.read('marts', file.path);
  if (body === undefined) return impossible('Its numbers are not kept any more.');
  const then = KpiMart.parse(JSON.parse(body.toString('utf8')));
  const catalog = await deps.catalog();
  try {
    const input = { book: then.book, catalog, asOf: then.asOf, grain: then.grain };
    const { mart: now } = await computeMart(input, deps);
    return comparison(then, body, now);
  } catch (error) {
    if (!(error instanceof FileMissing)) throw error;
    return impossible(`${error.message} any more. POST runs/{runId}/replay stages its raw file again.`);
  }
}

function impossible(reason: string): Reproduction {
  return { kind: 'impossible', reason };
}

function comparison(then: KpiMart, body: Buffer, now: KpiMart): Reproduction {
  const again = martJson(now);
  const [sha256, sha256Now] = [sha256Of(body), sha256Of(again)];
  if (sha256 === sha256Now) return { kind: 'same', sha256, numbers: resultsOf(now).size };
  const differences = differencesBetween(resultsOf(then), resultsOf(now));
  return {
    kind: 'differs',
    sha256,
    sha256Now,
    hasOtherDefinitions: then.catalogSha256 !== now.catalogSha256,
    differences: differences.slice(0, MOST_SHOWN),
    differing: differences.length,
  };
}

function differencesBetween(
  then: ReadonlyMap<string, KpiResult>,
  now: ReadonlyMap<string, KpiResult>,
): z.infer<typeof Difference>[] {
  return [...new Set([...then.keys(), ...now.keys()])].flatMap((key) => {
    const [earlier, later] = [then.get(key), now.get(key)];
    const any = earlier ?? later;
    if (any === undefined || partsOf(earlier) === partsOf(later)) return [];
    const { id: kpi, version, dimension, reportingDate } = any;
    return [
      { kpi, version, dimension, reportingDate, before: earlier?.value ?? null, now: later?.value ?? null },
    ];
  });
}

/** Every result of the mart, by what it is of. */
function resultsOf({ kpis, series, former, breakdowns, quarters }: KpiMart): ReadonlyMap<string, KpiResult> {
  const lists = { kpis, series, former, breakdowns, quarters };
  return new Map(
    Object.entries(lists).flatMap(([list, results]) =>
      results.map((result) => {
        const { id, version, dimension, reportingDate } = result;
        return [JSON.stringify([list, id, version, dimension, reportingDate]), result] as const;
      }),
    ),
  );
}

function partsOf(result: KpiResult | undefined): string {
  return JSON.stringify([
    result?.value,
    result?.numerator,
    result?.denominator,
    result?.status,
    result?.reason,
  ]);
}

function sha256Of(body: Buffer | string): Sha256 {
  return Sha256.parse(createHash('sha256').update(body).digest('hex'));
}
