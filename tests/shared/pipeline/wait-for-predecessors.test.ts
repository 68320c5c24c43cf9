import { TableClient } from '@azure/data-tables';
import { beforeEach, expect, it } from '@jest/globals';
import { provisionStorage } from '../../../local/provision.ts';
import { TableRunLedger } from '../../../shared/adapters/azure/table-run-ledger.ts';
import { waitForPredecessors } from '../../../shared/pipeline/wait-for-predecessors.ts';
import { aContract } from '../../support/a-contract.ts';
import { aRun } from '../../support/a-kpi-mart.ts';
import { aRunId } from '../../support/a-quality-entry.ts';
import { takeStorageAccount } from '../../support/emulator.ts';

const VOLUME = {
  id: 'volume',
  about: 'v',
  severity: 'warn',
  kind: 'volume',
  minPercent: 80,
  maxPercent: 120,
} as const;
const COUNTED = aContract({ expectations: [VOLUME] });

let ledger: TableRunLedger;
beforeEach(async () => {
  const storage = await takeStorageAccount();
  await provisionStorage(storage);
  ledger = new TableRunLedger(
    TableClient.fromConnectionString(storage, 'runs', { allowInsecureConnection: true }),
  );
});

const landedAt = (hour: number): string => `2026-01-05T0${hour}:00:00.000Z`;
const run = (n: number, hour: number, overrides = {}) => {
  const { drop, ...rest } = aRun();
  const landed = { ...drop, landedAt: landedAt(hour) };
  return {
    ...rest,
    runId: aRunId(n),
    status: 'running',
    stage: 'validate',
    ...overrides,
    drop: landed,
  } as const;
};

/** How often it looked again. */
async function pausesOf(
  own: ReturnType<typeof run>,
  contract = COUNTED,
  onPause = async () => {},
): Promise<number> {
  let pauses = 0;
  const pause = async (): Promise<void> => {
    pauses += 1;
    await onPause();
  };
  await waitForPredecessors(own, contract, { ledger, pause });
  return pauses;
}

it('waits until the file that landed before has been judged', async () => {
  const earlier = run(9, 1);
  await ledger.claim(earlier);

  const pauses = await pausesOf(run(1, 2), COUNTED, async () => {
    const found = await ledger.find(earlier.runId);
    await ledger.save({ ...earlier, stage: 'compute' }, found?.version ?? '');
  });

  expect(pauses).toBe(1);
});

it('waits a few seconds at most', async () => {
  await ledger.claim(run(9, 1));

  expect(await pausesOf(run(1, 2))).toBe(20);
});

it.each([
  ['landed after it', run(9, 3)],
  ['is itself', run(1, 2)],
  ['is of another contract', run(9, 1, { contract: 'another' })],
  ['has been judged', run(9, 1, { stage: 'compute' })],
  ['has ended', run(9, 1, { status: 'rejected' })],
])('does not wait for a file that %s', async (_, other) => {
  await ledger.claim(other);

  expect(await pausesOf(run(1, 2))).toBe(0);
});

it('of two files that landed together only one waits', async () => {
  const [a, b] = [run(1, 2), run(2, 2)];
  await ledger.claim(a);
  await ledger.claim(b);

  expect([await pausesOf(a), await pausesOf(b)]).toEqual([0, 20]);
});

it('does not wait where rows are not counted', async () => {
  await ledger.claim(run(9, 1));

  expect(await pausesOf(run(1, 2), aContract({ expectations: [] }))).toBe(0);
});
