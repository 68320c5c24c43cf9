import { describe, expect, it } from '@jest/globals';
import { contractOf } from '../../../shared/contracts/registry.ts';
import { comparedBook, comparedBookId } from '../../../shared/pipeline/compared-book.ts';
import type { StageMessage } from '../../../shared/pipeline/stage-message.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { dyingAtChange, nameOf, ProcessDied } from '../../support/port-faults.ts';
import { loansOf, paymentsOf } from '../../support/related-files.ts';

// Payments come before their loans and are checked again when these come. The process dies before every port
// call that changes something, in the loans' validation and in the second validation of the payments; what it would have sent is lost. Then
// the queue delivers again what was being worked, and all runs to its end.

const CASES_PER_ACCOUNT = 12;
/** Only ends a test that hangs: a busy machine may take its time. */
const GENEROUS_MS = 600_000;

let pipeline: Pipeline;
let cases = 0;

describe.each([
  ['the loans, whose coming has the payments checked again', (loans: StageMessage) => Promise.resolve(loans)],
  [
    'the payments, which are checked again',
    async (loans: StageMessage, payments: RunRecord) => {
      await pipeline.deliver(loans);
      const at = pipeline.queue.findIndex(({ runId }) => runId === payments.runId);
      const [message] = pipeline.queue.splice(at, 1);
      if (message?.stage !== 'validate') throw new Error('the payments are not checked again');
      return message;
    },
  ],
])('the validation of %s', (_what, messageOf) => {
  it(
    'ends with the orphan found wherever the process dies',
    async () => {
      let deaths = 0;
      for (let fatal = 1; ; fatal += 1) {
        if (fatal % CASES_PER_ACCOUNT === 1) pipeline = await Pipeline.open();
        await pipeline.forget();
        const files = newFiles();
        const payments = await pipeline.takeThrough(files.payments.path, files.payments.body);
        await pipeline.drop(files.loans.path, files.loans.body);
        const { runId } = await pipeline.announce(files.loans.path);
        const message = await messageOf(pipeline.next(), payments);
        const { deps, changes } = dyingAtChange(pipeline.deps, fatal);
        const waiting = [...pipeline.queue];

        await pipeline.deliver(message, deps).catch((error: unknown) => {
          if (!isDeath(error)) throw error;
        });
        pipeline.queue.splice(0, Number.POSITIVE_INFINITY, ...waiting);
        await pipeline.deliver(message);
        await pipeline.runDry();

        const last = changes[fatal - 1];
        try {
          expect(await pipeline.runOf({ runId })).toMatchObject({ status: 'success' });
          await expectChecked(await pipeline.run(payments.runId));
        } catch (error) {
          throw new Error(`after dying before ${last ? nameOf(last) : 'the end'}`, { cause: error });
        }
        if (changes.length < fatal) break;
        deaths += 1;
      }

      expect(deaths).toBeGreaterThan(7);
    },
    GENEROUS_MS,
  );
});

/** Of loans that no other case has. One payment in 201 is for a loan that nobody knows. */
function newFiles() {
  cases += 1;
  const ids = Array.from(
    { length: 200 },
    (_, index) => `ABT - DSB${String(cases * 1_000 + index).padStart(7, '0')}-001`,
  );
  return {
    loans: { path: `looker/loans/case ${cases}.csv`, body: loansOf(ids) },
    payments: {
      path: `looker/transactions/case ${cases}.csv`,
      body: paymentsOf([...ids, `ABT - DSB${cases}-999`]),
    },
  };
}

async function expectChecked(run: RunRecord): Promise<void> {
  expect(run).toMatchObject({ status: 'success', attempt: 2, rows: 201, rejectedRows: 1 });
  const report = await pipeline.validationOf(run);
  expect(report.rows).toMatchObject({ accepted: 200, rejected: 1, orphans: 1 });
  const [{ rows } = { rows: undefined }] = (await pipeline.deps.registry.all()).filter(
    ({ runId }) => runId === run.runId,
  );
  expect(rows).toBe(200);
  expect(await pipeline.staged(run, (all) => `SELECT count(*)::INTEGER AS staged FROM ${all}`)).toEqual([
    { staged: 200 },
  ]);
  const contract = contractOf(run.contract, run.contractVersion);
  if (contract === undefined) throw new Error(`contract ${run.contract} is not in force`);
  const book = comparedBook(contract, run.asOf, await pipeline.deps.registry.all());
  expect(run.checkedBook).toEqual({ attempt: 2, id: comparedBookId(book), asOf: run.asOf });
}

function isDeath(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isDeath);
  return error instanceof ProcessDied;
}
