import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { contractOf } from '../../../shared/contracts/registry.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { comparedBook, comparedBookId } from '../../../shared/pipeline/compared-book.ts';
import { rerun } from '../../../shared/pipeline/rerun.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { codesOf } from '../../support/old-and-alone.ts';
import { type PortCall, watched } from '../../support/port-faults.ts';
import {
  customersOf,
  loanIds,
  loansOf,
  parOf,
  paymentsOf,
  realPaymentsOf,
  schedulesOf,
} from '../../support/related-files.ts';

// Rows that name rows of another file, in whatever order the two come.

const PAYMENTS = 'looker/transactions/payments.csv';
const LOANS = 'looker/loans/loans.csv';
/** Two orphans among 402 rows are within one in 200. */
const KNOWN = loanIds(400);
const STRAY = ['ABT - DSB9001-001', 'ABT - DSB9002-001'];
const LATER = LocalDate.parse('2025-12-10');

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});
beforeEach(() => pipeline.forget());

describe('payments that come before the loans they name', () => {
  it('are taken in, say that nobody could look, and are checked again when the loans come', async () => {
    const early = await pipeline.takeThrough(PAYMENTS, paymentsOf([...KNOWN, ...STRAY]));
    const earlyReport = await pipeline.validationOf(early);

    await pipeline.takeThrough(LOANS, loansOf(KNOWN));
    const run = await pipeline.run(early.runId);
    const report = await pipeline.validationOf(run);

    expect(early).toMatchObject({ status: 'success', attempt: 1, rejectedRows: 0 });
    expect(statusesOf(earlyReport, 'loan_id')).toEqual(['not-evaluated', 'not-evaluated']);
    expect(early.problems).toContainEqual(
      expect.objectContaining({
        code: 'reference-not-evaluated',
        severity: 'notice',
        message: expect.stringContaining('No file of looker/loans is in the book'),
      }),
    );
    expect(run).toMatchObject({
      status: 'success',
      attempt: 2,
      rejectedRows: 2,
      cause: 'looker/loans as of 2025-11-30 arrived',
    });
    expect(run.trail.map(({ stage, attempt }) => `${stage} ${attempt}`)).toContain('validate 2');
    expect(statusesOf(report, 'loan_id')).toEqual(['failed', 'passed']);
    expect(report).toMatchObject({
      verdict: 'quarantined',
      rows: { read: 402, accepted: 400, rejected: 2, orphans: 2 },
      controlTotals: { principal: '400000.00' },
    });
    expect(await rejectedOf(run)).toEqual([
      [401, 'orphan', 'row 401: its loan_id is no loan_id of looker/loans'],
      [402, 'orphan', 'row 402: its loan_id is no loan_id of looker/loans'],
    ]);
    expect(
      await pipeline.text('quarantine', `${run.runId}/attempts/${run.attempt}/rejected.jsonl`),
    ).not.toContain('DSB9001');
  });

  it('end in the same file, byte for byte, as payments that come after', async () => {
    const body = paymentsOf([...KNOWN, ...STRAY]);
    const before = await pipeline.takeThrough(PAYMENTS, body);
    await pipeline.takeThrough(LOANS, loansOf(KNOWN));
    const first = await endOf(await pipeline.run(before.runId));
    await pipeline.forget();
    await pipeline.takeThrough(LOANS, loansOf(KNOWN));

    const after = await pipeline.takeThrough(PAYMENTS, body);

    expect(after.attempt).toBe(1);
    expect(await endOf(after)).toEqual(first);
  });

  it('are not checked again when loans come that are of a later day', async () => {
    const early = await pipeline.takeThrough(PAYMENTS, paymentsOf([...KNOWN, ...STRAY]));

    await pipeline.takeThrough('looker/loans/later.csv', loansOf(KNOWN, LATER));

    expect(await pipeline.run(early.runId)).toEqual(early);
  });

  it('are not checked again by loans that change nothing: the same rows in a file of an earlier day', async () => {
    await pipeline.takeThrough(LOANS, loansOf(KNOWN));
    const run = await pipeline.takeThrough(PAYMENTS, paymentsOf(KNOWN));

    await pipeline.takeThrough('looker/loans/older.csv', loansOf(KNOWN, LocalDate.parse('2025-10-31')));

    const after = await pipeline.run(run.runId);
    expect(after.checkedBook).toEqual(run.checkedBook);
    expect(after.trail.filter(({ stage }) => stage === 'validate')).toHaveLength(1);
  });
});

describe('a file that is compared with others', () => {
  const PAR = 'looker/loan_par_balances/par.csv';
  const SCHEDULES = 'looker/schedules/schedules.csv';
  const BODIES: Readonly<Record<string, string>> = {
    [LOANS]: loansOf(KNOWN),
    [PAR]: parOf(KNOWN),
    [SCHEDULES]: schedulesOf(KNOWN),
    [PAYMENTS]: paymentsOf(KNOWN),
  };
  const comparisonsAfter = async (...paths: readonly string[]): Promise<readonly string[]> => {
    await pipeline.forget();
    for (const path of paths) await pipeline.takeThrough(path, BODIES[path] ?? '');
    const runs = await pipeline.deps.ledger.list();
    const reports = await Promise.all(runs.map((run) => pipeline.validationOf(run)));
    return reports
      .flatMap(({ dataset, expectations }) =>
        expectations.flatMap(({ id, status, observed, reason }) =>
          /^(reconciles|rebuilt)-/.test(id) ? [`${dataset} ${id}: ${status}, ${reason ?? observed}`] : [],
        ),
      )
      .toSorted();
  };

  it('is compared with those that come later as well', async () => {
    const found = await comparisonsAfter(PAR, LOANS, SCHEDULES, PAYMENTS);

    // Every loan owes 1000.00, but for the first one, which owes 500.00; the payments are of loans never disbursed.
    expect(found).toEqual([
      'looker/loan_par_balances rebuilt-from-events: failed, 400 differences in 400 rows, by 400000.00 in all',
      'looker/loan_par_balances reconciles-with-loans: failed, 400000.00 here, 399500.00 in looker/loans',
      'looker/loans reconciles-with-par: failed, 399500.00 here, 400000.00 in looker/loan_par_balances',
      'looker/loans reconciles-with-transactions: failed, 399500.00 here, -400000.00 in looker/transactions',
      'looker/transactions reconciles-with-loans: failed, -400000.00 here, 399500.00 in looker/loans',
    ]);
    expect(await comparisonsAfter(LOANS, PAYMENTS, SCHEDULES, PAR)).toEqual(found);
  });
});

describe('orphans', () => {
  it('are only counted where the contract says so', async () => {
    await pipeline.takeThrough('looker/customers/customers.csv', customersOf(49));
    const run = await pipeline.takeThrough(LOANS, loansOf(loanIds(100)));

    const report = await pipeline.validationOf(run);

    expect(run).toMatchObject({ status: 'success', rejectedRows: 0 });
    expect(statusesOf(report, 'customer_id')[0]).toBe('failed');
    expect(report.rows).toMatchObject({ accepted: 100, orphans: 0 });
    expect(codesOf(run)).toContain('orphan');
  });

  it('are found by the full id where the file leaves the prefix out', async () => {
    await pipeline.takeThrough(LOANS, loansOf(KNOWN));
    const run = await pipeline.takeThrough(
      'looker/historic_real_payments/real.csv',
      realPaymentsOf([...KNOWN, ...STRAY]),
    );

    expect(run).toMatchObject({ status: 'success', rejectedRows: 2 });
    expect((await rejectedOf(run)).map(([record]) => record)).toEqual([401, 402]);
  });

  it('are looked for in reference data against the newest loans of all', async () => {
    await pipeline.takeThrough(LOANS, loansOf(KNOWN));
    const early = await pipeline.takeThrough(
      'looker/schedules/schedules.csv',
      schedulesOf([...KNOWN, ...STRAY]),
    );

    await pipeline.takeThrough('looker/loans/later.csv', loansOf([...KNOWN, ...STRAY], LATER));

    expect(early).toMatchObject({ attempt: 1, rejectedRows: 2 });
    expect(await pipeline.run(early.runId)).toMatchObject({
      status: 'success',
      attempt: 2,
      rejectedRows: 0,
      cause: 'looker/loans as of 2025-12-10 arrived',
    });
  });

  it('reject the file when they are too many, and it gets another chance when better loans come', async () => {
    const more = [...KNOWN, ...loanIds(410).slice(400)];
    await pipeline.takeThrough(LOANS, loansOf(KNOWN));
    const refused = await pipeline.takeThrough(PAYMENTS, paymentsOf(more, LATER));

    await pipeline.takeThrough('looker/loans/newer.csv', loansOf(more, LATER));

    expect(refused).toMatchObject({ status: 'rejected', attempt: 1, asOf: LATER });
    expect(codesOf(refused).filter((code) => code === 'orphan')).toEqual(['orphan']);
    expect(refused.problems[0]?.message).toMatch(
      /10 of 410 rows .*Nothing was promoted\. Drop the file of looker\/loans .*by itself\.$/,
    );
    expect(await pipeline.run(refused.runId)).toMatchObject({
      status: 'success',
      attempt: 2,
      rows: 410,
      rejectedRows: 0,
    });
  });

  it('are not looked at again, in a file that was rejected for them, when loans of a later day come', async () => {
    await pipeline.takeThrough(LOANS, loansOf(KNOWN));
    const refused = await pipeline.takeThrough(PAYMENTS, paymentsOf(loanIds(410)));

    await pipeline.takeThrough('looker/loans/later.csv', loansOf(loanIds(410), LATER));

    expect(refused.status).toBe('rejected');
    expect(await pipeline.run(refused.runId)).toEqual(refused);
  });
});

describe('loans that are withdrawn', () => {
  it('leave the payments to be checked again, against the loans before them', async () => {
    await pipeline.takeThrough('looker/loans/older.csv', loansOf(KNOWN, LocalDate.parse('2025-10-31')));
    const newer = await pipeline.takeThrough(LOANS, loansOf([...KNOWN, ...STRAY]));
    const payments = await pipeline.takeThrough(PAYMENTS, paymentsOf([...KNOWN, ...STRAY]));
    await spoilRaw(newer);

    const started = await rerun(
      { runId: newer.runId, from: 'validate', reason: 'a test', dryRun: false },
      pipeline.deps,
    );
    if (started.kind !== 'started') throw new Error(started.kind);
    pipeline.queue.push(...started.next);
    await pipeline.runDry();

    expect(payments).toMatchObject({ status: 'success', attempt: 1, rejectedRows: 0 });
    expect(await pipeline.run(newer.runId)).toMatchObject({ status: 'rejected' });
    const run = await pipeline.run(payments.runId);
    expect(run).toMatchObject({
      status: 'success',
      attempt: 2,
      rejectedRows: 2,
      cause: 'looker/loans as of 2025-11-30 was withdrawn',
    });
    expect(run.checkedBook).toEqual({ attempt: 2, id: await expectedBookId(run), asOf: '2025-11-30' });
  });

  it('leave the payments unchecked when there are no others, and that is said', async () => {
    const loans = await pipeline.takeThrough(LOANS, loansOf(loanIds(401)));
    const payments = await pipeline.takeThrough(PAYMENTS, paymentsOf([...KNOWN, ...STRAY]));
    await spoilRaw(loans);
    const started = await rerun(
      { runId: loans.runId, from: 'validate', reason: 'a test', dryRun: false },
      pipeline.deps,
    );
    if (started.kind !== 'started') throw new Error(started.kind);
    pipeline.queue.push(...started.next);
    await pipeline.runDry();

    const run = await pipeline.run(payments.runId);

    expect(payments).toMatchObject({ rejectedRows: 2 });
    expect(run).toMatchObject({ status: 'success', attempt: 2, rejectedRows: 0 });
    expect(codesOf(run)).toContain('reference-not-evaluated');
  });

  /**
   * What lies in raw is no loan tape any more, as if a newer contract refused it. Raw is never written twice, so no other
   * test may drop the same file.
   */
  async function spoilRaw({ rawPath = '' }: RunRecord): Promise<void> {
    await pipeline.deps.lake.write('raw', rawPath, 'loan_id\nX\n');
  }
});

describe('waiting for a file that is just being taken in', () => {
  it('ends as soon as it is there', async () => {
    await pipeline.drop(LOANS, loansOf(KNOWN));
    await pipeline.announce(LOANS);
    const loansMessage = pipeline.next();
    await pipeline.drop(PAYMENTS, paymentsOf([...KNOWN, ...STRAY]));
    const { runId } = await pipeline.announce(PAYMENTS);
    const pauses: number[] = [];
    const deps = {
      ...pipeline.deps,
      pause: async (ms: number) => {
        pauses.push(ms);
        if (pauses.length === 2) await pipeline.deliver(loansMessage);
      },
    };

    await pipeline.deliver(pipeline.next(), deps);
    await pipeline.runDry();

    expect(pauses).toHaveLength(2);
    expect(await pipeline.runOf({ runId })).toMatchObject({ status: 'success', attempt: 1, rejectedRows: 2 });
  });

  it('is given up after a few seconds, and the file is checked again when the other one comes', async () => {
    await pipeline.drop(LOANS, loansOf(KNOWN));
    await pipeline.announce(LOANS);
    const loansMessage = pipeline.next();
    await pipeline.drop(PAYMENTS, paymentsOf([...KNOWN, ...STRAY]));
    const { runId } = await pipeline.announce(PAYMENTS);
    let waitedMs = 0;
    const deps = { ...pipeline.deps, pause: async (ms: number) => void (waitedMs += ms) };

    await pipeline.deliver(pipeline.next(), deps);
    const unchecked = await pipeline.runOf({ runId });
    await pipeline.deliver(loansMessage);
    await pipeline.runDry();

    expect(waitedMs).toBeGreaterThan(0);
    expect(waitedMs).toBeLessThanOrEqual(10_000);
    expect(unchecked).toMatchObject({ attempt: 1, rejectedRows: 0 });
    expect(await pipeline.runOf({ runId })).toMatchObject({ status: 'success', attempt: 2, rejectedRows: 2 });
  });

  it('is not done by a file that refers to nothing, nor for itself', async () => {
    await pipeline.drop(LOANS, loansOf(KNOWN));
    await pipeline.announce(LOANS);
    await pipeline.drop('looker/customers/customers.csv', customersOf(50));
    await pipeline.announce('looker/customers/customers.csv');
    let pauses = 0;
    const deps = { ...pipeline.deps, pause: async () => void (pauses += 1) };

    await pipeline.deliver(pipeline.queue[1] ?? pipeline.next(), deps);
    await pipeline.deliver(pipeline.next(), deps);

    expect(pauses).toBe(0);
  });
});

describe('a file that is registered while another one is held against it', () => {
  // The four moments of the referring run: it has read which files there are; it has written that down; it has looked
  // once more; it has put itself into the book.
  it.each<[string, (call: PortCall) => boolean]>([
    ['after the book was read', ({ port, method }) => port === 'sql' && method === 'open'],
    ['just before it is written down which files were met', isNoteOfBook],
    ['just before it looks once more', afterNote()],
    ['before its rows are staged', ({ method, args }) => method === 'upload' && args[0] === 'staging'],
    ['before it is in the book itself', ({ port, method }) => port === 'registry' && method === 'register'],
    ['before it goes on to its next stage', afterRegister()],
  ])('is met all the same: %s', async (_when, isMoment) => {
    await pipeline.drop(PAYMENTS, paymentsOf([...KNOWN, ...STRAY]));
    const { runId } = await pipeline.announce(PAYMENTS);
    const message = pipeline.next();
    let isThere = false;
    const interrupted = watched(pipeline.deps, async (call) => {
      if (isThere || !isMoment(call)) return;
      isThere = true;
      await pipeline.drop(LOANS, loansOf(KNOWN));
      await pipeline.announce(LOANS);
      await pipeline.deliver(pipeline.next());
    });

    await pipeline.deliver(message, interrupted);
    await pipeline.runDry();

    const run = await pipeline.runOf({ runId });
    expect(isThere).toBe(true);
    expect(run).toMatchObject({ status: 'success', rejectedRows: 2 });
    expect(run.checkedBook?.id).toBe(await expectedBookId(run));
    expect(await pipeline.validationOf(run)).toMatchObject({ rows: { orphans: 2, accepted: 400 } });
  });

  it('is met once only: nothing is done twice when the file was there from the beginning', async () => {
    await pipeline.takeThrough(LOANS, loansOf(KNOWN));
    await pipeline.drop(PAYMENTS, paymentsOf([...KNOWN, ...STRAY]));
    await pipeline.announce(PAYMENTS);
    const calls: PortCall[] = [];

    await pipeline.deliver(
      pipeline.next(),
      watched(pipeline.deps, (call) => void calls.push(call)),
    );

    const downloads = calls.filter(({ method, args }) => method === 'download' && args[0] === 'staging');
    expect(downloads).toHaveLength(1);
    // The first pass, and the second one without the orphans.
    expect(calls.filter(({ port, method }) => port === 'reader' && method === 'read')).toHaveLength(2);
  });

  function isNoteOfBook({ port, method, args: [run] }: PortCall): boolean {
    return port === 'ledger' && method === 'save' && 'checkedBook' in Object(run);
  }

  function afterNote(): (call: PortCall) => boolean {
    let isNoted = false;
    return (call) => {
      if (isNoteOfBook(call)) isNoted = true;
      return isNoted && call.port === 'registry' && call.method === 'all';
    };
  }

  function afterRegister(): (call: PortCall) => boolean {
    let isRegistered = false;
    return ({ port, method }) => {
      if (port === 'registry' && method === 'register') isRegistered = true;
      return isRegistered && port === 'ledger' && method === 'save';
    };
  }
});

describe('what Cascade says of the whole book', () => {
  const analytics = (loans: number, volume: number, outstanding: number): string =>
    JSON.stringify({
      metadata: { data_as_of: '2025-11-30' },
      traction: {
        total_customers: 5,
        total_loans: loans,
        total_volume_usd: volume,
        outstanding_balance_usd: outstanding,
      },
    });
  const complete = async (run: RunRecord): Promise<Record<string, string>> => {
    const { expectations } = await pipeline.validationOf(await pipeline.run(run.runId));
    return Object.fromEntries(
      expectations.flatMap(({ id, status, observed }) =>
        id.endsWith('-complete') ? [[id, `${status}: ${observed ?? ''}`]] : [],
      ),
    );
  };

  it('is held against the loans that came of it, in whatever order the files come', async () => {
    const ids = loanIds(5);
    await pipeline.takeThrough(LOANS, loansOf(ids));
    const whole = await pipeline.takeThrough('cascade/analytics/whole.json', analytics(5, 5000, 5000));
    await pipeline.takeThrough('looker/loan_par_balances/par.csv', parOf(ids));
    const short = await pipeline.takeThrough('cascade/analytics/short.json', analytics(6, 6000, 6000));

    expect(await complete(whole)).toEqual({
      'loans-are-complete': 'passed: 5 here, 5 in looker/loans',
      'disbursed-is-complete': 'passed: 5000.00 here, 5000.00 in looker/loans',
      'outstanding-is-complete': 'passed: 5000.00 here, 5000.00 in looker/loan_par_balances',
    });
    expect(await complete(short)).toEqual({
      'loans-are-complete': 'failed: 6 here, 5 in looker/loans',
      'disbursed-is-complete': 'failed: 6000.00 here, 5000.00 in looker/loans',
      'outstanding-is-complete': 'failed: 6000.00 here, 5000.00 in looker/loan_par_balances',
    });
    expect(short.status).toBe('success');
    expect(codesOf(short).filter((code) => code === 'not-reconciled')).toHaveLength(3);
  });
});

function statusesOf(
  { expectations }: { readonly expectations: readonly { id: string; status: string }[] },
  column: string,
): string[] {
  return expectations.flatMap(({ id, status }) =>
    /^(references|orphan-share):/.test(id) && id.includes(column) ? [status] : [],
  );
}

async function rejectedOf({ runId, attempt }: RunRecord): Promise<[number, string, string][]> {
  const lines = (await pipeline.text('quarantine', `${runId}/attempts/${attempt}/rejected.jsonl`))
    .trimEnd()
    .split('\n');
  return lines.map((line) => {
    const { record, issues }: { record: number; issues: { code: string; message: string }[] } =
      JSON.parse(line);
    return [record, issues[0]?.code ?? '', issues[0]?.message ?? ''];
  });
}

async function endOf(run: RunRecord): Promise<unknown> {
  // The place of the rows that were set aside names the attempt.
  const { quarantinePath: _, ...report } = await pipeline.validationOf(run);
  return {
    staged: (await pipeline.bytes('staging', run.stagingPath ?? '')).toString('base64'),
    rejected: await pipeline.text('quarantine', `${run.runId}/attempts/${run.attempt}/rejected.jsonl`),
    report,
    book: run.checkedBook?.id,
  };
}

/** Of the files that are there now. */
async function expectedBookId(run: RunRecord): Promise<string> {
  const contract = contractOf(run.contract, run.contractVersion);
  if (contract === undefined) throw new Error(`contract ${run.contract} is not in force`);
  return comparedBookId(comparedBook(contract, run.asOf, await pipeline.deps.registry.all()));
}
