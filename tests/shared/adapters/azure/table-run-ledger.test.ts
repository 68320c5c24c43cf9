import { TableClient } from '@azure/data-tables';
import { beforeAll, expect, it } from '@jest/globals';
import { provisionStorage } from '../../../../local/provision.ts';
import { TableRunLedger } from '../../../../shared/adapters/azure/table-run-ledger.ts';
import { RunId } from '../../../../shared/domain/ids.ts';
import { amendRun } from '../../../../shared/ports/run-ledger.ts';
import type { RunRecord } from '../../../../shared/runs/run-record.ts';
import { aRun } from '../../../support/a-kpi-mart.ts';
import { takeStorageAccount } from '../../../support/emulator.ts';

let ledger: TableRunLedger;
let broken: TableRunLedger;
beforeAll(async () => {
  const storage = await takeStorageAccount();
  await provisionStorage(storage);
  const at = (connection: string): TableRunLedger =>
    new TableRunLedger(
      TableClient.fromConnectionString(connection, 'runs', { allowInsecureConnection: true }),
    );
  ledger = at(storage);
  broken = at(await takeStorageAccount());
});

let made = 0;
function aNewRun(overrides: Partial<RunRecord> = {}): RunRecord {
  made += 1;
  return aRun({ runId: RunId.parse(`run_${String(made).padStart(12, '0')}`), ...overrides });
}

it('lets one of many claim a run, and shows the others what is there', async () => {
  const run = aNewRun();

  const claims = await Promise.all(['a', 'b', 'c', 'd'].map((cause) => ledger.claim({ ...run, cause })));

  const winners = claims.filter(({ kind }) => kind === 'claimed');
  expect(winners).toHaveLength(1);
  const { cause } = (await ledger.find(run.runId))?.value ?? {};
  expect(claims.flatMap((claim) => (claim.kind === 'exists' ? [claim.run.cause] : []))).toEqual([
    cause,
    cause,
    cause,
  ]);
});

it('saves over the version that was read, and over no other', async () => {
  const run = aNewRun();
  await ledger.claim(run);
  const version = (await ledger.find(run.runId))?.version ?? '';

  const first = await ledger.save({ ...run, cause: 'first' }, version);
  const second = await ledger.save({ ...run, cause: 'second' }, version);

  expect([first, second]).toEqual(['saved', 'conflict']);
  expect((await ledger.find(run.runId))?.value.cause).toBe('first');
});

it('loses no change of many writers', async () => {
  const run = aNewRun({ duplicates: 0 });
  await ledger.claim(run);

  await Promise.all(
    Array.from({ length: 5 }, () =>
      amendRun(ledger, run.runId, (current) => ({ ...current, duplicates: current.duplicates + 1 })),
    ),
  );

  expect((await ledger.find(run.runId))?.value.duplicates).toBe(5);
});

it('keeps a record that is too long for one property, and shortens it again', async () => {
  const message = 'ñ'.repeat(40_000);
  const run = aNewRun({ problems: [{ code: 'stage-failed', severity: 'error', message }] });
  await ledger.claim(run);

  const long = await ledger.find(run.runId);
  await ledger.save({ ...run, problems: [] }, long?.version ?? '');

  expect(long?.value.problems[0]?.message).toBe(message);
  expect((await ledger.find(run.runId))?.value.problems).toEqual([]);
});

it('refuses a record that Azure would refuse although the emulator would not', async () => {
  const message = 'x'.repeat(400_000);
  const run = aNewRun({ problems: [{ code: 'stage-failed', severity: 'error', message }] });

  await expect(ledger.claim(run)).rejects.toThrow('is too large');
});

it('lists the newest first, filtered and limited', async () => {
  const days = ['2031-01-02', '2031-01-03', '2031-01-01', '2031-01-03'];
  const runs = days.map((day) =>
    aNewRun({ startedAt: `${day}T00:00:00.000Z`, status: day === '2031-01-01' ? 'canceled' : 'success' }),
  );
  for (const run of runs) await ledger.claim(run);

  const newest = await ledger.list({ limit: 3 });
  const canceled = await ledger.list({ status: 'canceled' });

  expect(newest.map(({ runId }) => runId)).toEqual([runs[1]?.runId, runs[3]?.runId, runs[0]?.runId]);
  expect(canceled.map(({ runId }) => runId)).toEqual([runs[2]?.runId]);
});

it('remembers what became of a landing, whatever it is called', async () => {
  const path = "looker/loans/año #1 it's 100%.csv";
  const drop = { path, etag: '"1"', outcome: 'gone', detail: '', at: '2031-01-01T00:00:00.000Z' } as const;
  await ledger.recordDrop(drop);
  const without = await ledger.findDrop(path);

  await ledger.recordDrop({ ...drop, outcome: 'accepted', runId: aNewRun().runId });

  expect(without).toEqual(drop);
  expect(await ledger.findDrop(path)).toMatchObject({ outcome: 'accepted', runId: expect.any(String) });
  expect(await ledger.findDrop('never')).toBeUndefined();
});

it('throws when storage itself is not as it should be', async () => {
  const run = aNewRun();

  await expect(broken.claim(run)).rejects.toMatchObject({ name: 'RestError' });
  await expect(broken.save(run, '"x"')).rejects.toMatchObject({ name: 'RestError' });
  expect(await amendRun(ledger, run.runId, (current) => current)).toBeUndefined();
});
