import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aMoneyColumn } from '../../support/a-contract.ts';
import {
  aBatch,
  firstDifference,
  readByHyparquet,
  rowsOf,
  withDuckDb,
  withStagedFile,
} from './staged-file.ts';

const LARGEST = Number.MAX_SAFE_INTEGER;
const COLUMNS = [aMoneyColumn({ name: 'amount', scale: 6 })];

async function differenceOf(units: readonly number[]): Promise<unknown> {
  const batches = [
    aBatch(
      COLUMNS,
      units.map((unit) => [unit]),
    ),
  ];
  const expected = rowsOf(COLUMNS, batches);
  return await withStagedFile(COLUMNS, batches, (path) =>
    withDuckDb(
      async (query) =>
        firstDifference(await query(`FROM '${path}'`), expected) ??
        firstDifference(await readByHyparquet(path), expected),
    ),
  );
}

describe('staged decimals', () => {
  it('keep the sign of a single large negative amount', async () => {
    const batches = [aBatch(COLUMNS, [[-5_000_000_000_250_000]])];

    const rows = await withStagedFile(COLUMNS, batches, (path) =>
      withDuckDb((query) => query(`SELECT amount::VARCHAR AS amount FROM '${path}'`)),
    );

    expect(rows).toEqual([{ amount: '-5000000000.250000' }]);
  });

  it.each([LARGEST, -LARGEST, LARGEST - 1, 1 - LARGEST, 2 ** 52, -(2 ** 52), -(2 ** 52) - 1])(
    'keep %d, alone in its row group',
    async (units) => {
      expect(await differenceOf([units])).toBeUndefined();
    },
  );

  // Amounts near one another are written as steps from one to the next, wherever they lie.
  it('keep amounts near one another over the whole range', async () => {
    const cluster = fc
      .record({
        centre: fc.oneof(
          fc.maxSafeInteger(),
          fc.constantFrom(LARGEST, -LARGEST, 2 ** 52, -(2 ** 52), 2 ** 31, -(2 ** 31), 0),
        ),
        steps: fc.array(fc.integer({ min: -(2 ** 30), max: 2 ** 30 }), {
          minLength: 1,
          maxLength: 300,
          size: '+1',
        }),
      })
      .map(({ centre, steps }) => steps.map((step) => Math.max(-LARGEST, Math.min(LARGEST, centre + step))));
    await fc.assert(
      fc.asyncProperty(cluster, async (units) => {
        expect(await differenceOf(units)).toBeUndefined();
      }),
      { seed: 20_251_210, numRuns: 60, endOnFailure: true },
    );
  });
});
