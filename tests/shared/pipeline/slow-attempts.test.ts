import { beforeEach, describe, expect, it } from '@jest/globals';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { rerun } from '../../../shared/pipeline/rerun.ts';
import type { StageMessage } from '../../../shared/pipeline/stage-message.ts';
import type { StageOutcome } from '../../../shared/pipeline/work-stage.ts';
import type { Snapshot } from '../../../shared/ports/snapshot-registry.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { type Held, holdAt } from '../../support/held-delivery.ts';
import { type PortCall, ProcessDied, watched } from '../../support/port-faults.ts';
import { loanIds, loansOf, paymentsOf } from '../../support/related-files.ts';

// A delivery stands still somewhere in its work. Its message is delivered again, or a newer attempt begins and comes to
// its end; then the slow one goes on. What was said in the meantime stands.

const PAYMENTS = 'looker/transactions/payments.csv';
const LOANS = 'looker/loans/loans.csv';
const KNOWN = loanIds(400);
const STRAY = ['ABT - DSB9001-001', 'ABT - DSB9002-001'];

let pipeline: Pipeline;
beforeEach(async () => {
  pipeline = await Pipeline.open();
});

const isRegister = ({ port, method }: PortCall): boolean => port === 'registry' && method === 'register';
const isRemove = ({ port, method }: PortCall): boolean => port === 'registry' && method === 'remove';
const isNote = ({ port, method, args: [run] }: PortCall): boolean =>
  port === 'ledger' && method === 'save' && 'checkedBook' in Object(run);
const isStaging = ({ method, args }: PortCall): boolean => method === 'upload' && args[0] === 'staging';

describe('an attempt that a newer one has overtaken', () => {
  it.each([
    ['before it stages its rows', isStaging],
    ['before it registers them', isRegister],
  ])(
    'leaves the staged rows and the place in the book to the newer one, held %s',
    async (_when, isMoment) => {
      const message = await arrived(PAYMENTS, paymentsOf([...KNOWN, ...STRAY]));
      const slow = await held(message, isMoment);
      await pipeline.takeThrough(LOANS, loansOf(KNOWN));
      const run = await pipeline.run(message.runId);
      const [place, staged] = [await placeOf(run), await pipeline.bytes('staging', run.stagingPath ?? '')];

      const outcome = await slow.release();

      expect(outcome).toEqual({ kind: 'stale', next: [] });
      expect(run).toMatchObject({ status: 'success', attempt: 2, rows: 402, rejectedRows: 2 });
      expect(place).toMatchObject({ attempt: 2, rows: 400, stagingPath: run.stagingPath });
      expect(await placeOf(run)).toEqual(place);
      expect((await pipeline.bytes('staging', run.stagingPath ?? '')).equals(staged)).toBe(true);
      expect(await pipeline.run(message.runId)).toEqual(run);
    },
  );

  it('does not bring back the snapshot of a run that was rejected meanwhile', async () => {
    const message = await arrived(PAYMENTS, paymentsOf(KNOWN));
    const slow = await held(message, isRegister);
    await spoilRaw(await pipeline.run(message.runId));
    await validateAgain(await pipeline.run(message.runId));

    const outcome = await slow.release();

    expect(outcome).toEqual({ kind: 'stale', next: [] });
    expect(await pipeline.run(message.runId)).toMatchObject({ status: 'rejected', attempt: 2 });
    expect(await pipeline.deps.registry.all()).toEqual([]);
  });

  it('does not take out the snapshot of a run that was accepted meanwhile', async () => {
    const message = await arrived(PAYMENTS, paymentsOf(KNOWN));
    const [run, good] = [await pipeline.run(message.runId), paymentsOf(KNOWN)];
    await spoilRaw(run);
    const slow = await held(message, isRemove);
    await pipeline.deps.lake.write('raw', run.rawPath ?? '', good);
    await validateAgain(run);

    const outcome = await slow.release();

    expect(outcome).toEqual({ kind: 'stale', next: [] });
    expect(await pipeline.run(message.runId)).toMatchObject({ status: 'success', attempt: 2 });
    expect(await placeOf(run)).toMatchObject({ attempt: 2, rows: 400 });
  });

  it('keeps the rows that it sets aside apart from those of the newer one', async () => {
    const earlier = loansOf([...KNOWN, ...STRAY.slice(1)], LocalDate.parse('2025-10-31'));
    await pipeline.takeThrough('looker/loans/october.csv', earlier);
    const message = await arrived(PAYMENTS, paymentsOf([...KNOWN, ...STRAY]));
    const slow = await held(message, ({ method, args }) => method === 'upload' && args[0] === 'quarantine');
    await pipeline.takeThrough(LOANS, loansOf(KNOWN));
    const run = await pipeline.run(message.runId);
    const { quarantinePath = '' } = await pipeline.validationOf(run);
    const before = await pipeline.text('quarantine', quarantinePath);

    await slow.release();

    expect(quarantinePath).toBe(`${run.runId}/attempts/2/rejected.jsonl`);
    expect(before.trimEnd().split('\n')).toHaveLength(2);
    expect(await pipeline.text('quarantine', quarantinePath)).toBe(before);
    const manifest = JSON.stringify(await pipeline.json('runs', `${run.runId}/manifest.json`));
    expect(manifest).toContain(quarantinePath);
  });
});

describe('two deliveries of one attempt', () => {
  it('end in what the quicker one found when that is all over', async () => {
    const message = await arrived(PAYMENTS, paymentsOf([...KNOWN, ...STRAY]));
    const slow = await held(message, isNote);
    await pipeline.takeThrough(LOANS, loansOf(KNOWN));
    await pipeline.deliver(message);
    await pipeline.runDry();
    const run = await pipeline.run(message.runId);

    const outcome = await slow.release();

    expect(outcome.kind).toBe('stale');
    expect(run).toMatchObject({ status: 'success', attempt: 1, rejectedRows: 2 });
    expect(await pipeline.run(message.runId)).toEqual(run);
    expect(await placeOf(run)).toMatchObject({ rows: 400 });
  });

  it('are both over when they met other files: the run is validated in a new attempt', async () => {
    const message = await arrived(PAYMENTS, paymentsOf([...KNOWN, ...STRAY]));
    const first = await held(message, isNote);
    await pipeline.takeThrough(LOANS, loansOf(KNOWN));
    const second = await held(message, isRegister);

    const [one, other] = [await first.release(), await second.release()];
    pipeline.queue.push(...one.next, ...other.next);
    await pipeline.runDry();

    expect(one).toMatchObject({ kind: 'done', next: [{ stage: 'validate', attempt: 2 }] });
    expect(other.kind).toBe('stale');
    const run = await pipeline.run(message.runId);
    expect(run).toMatchObject({ status: 'success', rejectedRows: 2 });
    expect(run.trail.filter(({ stage }) => stage === 'validate')).toMatchObject([{ attempt: 2 }]);
    expect(await placeOf(run)).toMatchObject({ attempt: 2, rows: 400 });
  });

  it('are followed by a new attempt although the message of the one that began it was lost', async () => {
    const message = await arrived(PAYMENTS, paymentsOf([...KNOWN, ...STRAY]));
    const slow = await held(message, isNote);
    await pipeline.takeThrough(LOANS, loansOf(KNOWN));
    await slow.release();

    const again = await pipeline.deliver(message);
    await pipeline.runDry();

    expect(again).toMatchObject({ kind: 'stale', next: [{ stage: 'validate', attempt: 2 }] });
    expect(await pipeline.run(message.runId)).toMatchObject({ status: 'success', rejectedRows: 2 });
  });
});

describe('a worker that died after it had registered a snapshot', () => {
  it.each([
    ['the next attempt', (run: RunRecord) => validateAgain(run)],
    [
      'the same message',
      async ({ runId }: RunRecord) => {
        await pipeline.deliver({ v: 1, runId, stage: 'validate', attempt: 1 });
        await pipeline.runDry();
      },
    ],
  ])('leaves nothing in the books when %s ends in a rejection', async (_what, goOn) => {
    const message = await arrived(PAYMENTS, paymentsOf(KNOWN));
    await dieAfterRegister(message);
    const registered = await pipeline.deps.registry.all();
    const run = await pipeline.run(message.runId);
    await spoilRaw(run);

    await goOn(run);

    expect(registered).toHaveLength(1);
    expect(run.asOf).toBeUndefined();
    expect(await pipeline.run(message.runId)).toMatchObject({ status: 'rejected', attempt: 2 });
    expect(await pipeline.deps.registry.all()).toEqual([]);
  });

  async function dieAfterRegister(message: StageMessage): Promise<void> {
    let isRegistered = false;
    const mortal = watched(pipeline.deps, (call) => {
      if (isRegistered) throw new ProcessDied('after registering');
      if (isRegister(call)) isRegistered = true;
    });
    await expect(pipeline.deliver(message, mortal)).rejects.toThrow();
  }
});

describe('a file that is being validated for the first time', () => {
  it('is not begun anew when files of a later day come, since it is held against those of its own', async () => {
    await pipeline.takeThrough(LOANS, loansOf(KNOWN));
    const message = await arrived(PAYMENTS, paymentsOf([...KNOWN, ...STRAY]));
    const slow = await held(message, isRegister);
    const undated = await pipeline.run(message.runId);
    await pipeline.takeThrough(
      'looker/loans/later.csv',
      loansOf(loanIds(390), LocalDate.parse('2025-12-31')),
    );

    const outcome = await slow.release();
    pipeline.queue.push(...outcome.next);
    await pipeline.runDry();

    expect(undated.asOf).toBeUndefined();
    expect(undated.checkedBook).toMatchObject({ attempt: 1, asOf: '2025-11-30' });
    expect(outcome.kind).toBe('done');
    expect(await pipeline.run(message.runId)).toMatchObject({
      status: 'success',
      attempt: 1,
      rejectedRows: 2,
    });
  });
});

/** A file that lies in raw and waits to be validated. */
async function arrived(path: string, body: string): Promise<StageMessage> {
  await pipeline.drop(path, body);
  await pipeline.announce(path);
  return pipeline.next();
}

/** What it hands on does not join the queue by itself. */
async function held(
  message: StageMessage,
  isMoment: (call: PortCall) => boolean,
): Promise<Held<StageOutcome>> {
  const delivery = await holdAt(pipeline.deps, isMoment, async (deps) => {
    const waiting = [...pipeline.queue];
    const outcome = await pipeline.deliver(message, deps);
    pipeline.queue.splice(0, Number.POSITIVE_INFINITY, ...waiting);
    return outcome;
  });
  expect(delivery.isHeld).toBe(true);
  return delivery;
}

async function validateAgain({ runId }: RunRecord): Promise<void> {
  const started = await rerun({ runId, from: 'validate', reason: 'a test', dryRun: false }, pipeline.deps);
  if (started.kind !== 'started') throw new Error(started.kind);
  pipeline.queue.push(...started.next);
  await pipeline.runDry();
}

async function spoilRaw({ rawPath = '' }: RunRecord): Promise<void> {
  await pipeline.deps.lake.write('raw', rawPath, 'loan_id\nX\n');
}

async function placeOf({ runId }: RunRecord): Promise<Snapshot | undefined> {
  return (await pipeline.deps.registry.all()).find((snapshot) => snapshot.runId === runId);
}
