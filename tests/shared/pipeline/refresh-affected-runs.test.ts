import { TableClient } from '@azure/data-tables';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { provisionStorage } from '../../../local/provision.ts';
import { TableRunLedger } from '../../../shared/adapters/azure/table-run-ledger.ts';
import { TableSnapshotRegistry } from '../../../shared/adapters/azure/table-snapshot-registry.ts';
import { DatasetId, RunId } from '../../../shared/domain/ids.ts';
import { LocalDate, REFERENCE_DAY } from '../../../shared/domain/local-date.ts';
import { loadCatalog } from '../../../shared/kpis/catalog.ts';
import {
  type RefreshDeps,
  refreshAffectedRuns,
  withdrawSnapshot,
} from '../../../shared/pipeline/refresh-affected-runs.ts';
import { aBookEntry, aRun } from '../../support/a-kpi-mart.ts';
import { takeStorageAccount } from '../../support/emulator.ts';

// A worker that dies between beginning a new attempt and sending its message. Its own message comes again.

const AS_OF = LocalDate.parse('2025-12-10');
const TAPE_RUN = RunId.parse('run_aaaaaaaaaaaa');
const OLDER_RUN = RunId.parse('run_bbbbbbbbbbbb');
const NEWER_RUN = RunId.parse('run_cccccccccccc');

let deps: RefreshDeps;

beforeAll(async () => {
  const storage = await takeStorageAccount();
  await provisionStorage(storage);
  const table = (name: string): TableClient =>
    TableClient.fromConnectionString(storage, name, { allowInsecureConnection: true });
  deps = {
    ledger: new TableRunLedger(table('runs')),
    registry: new TableSnapshotRegistry(table('datasets')),
    catalog: loadCatalog,
    clock: { now: () => new Date('2026-01-05T07:00:00Z') },
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  await snapshot(TAPE_RUN, 'cascade/loan_tape', 'cascade_loan_tape', AS_OF);
  await deps.ledger.claim(
    aRun({ runId: TAPE_RUN, dataset: DatasetId.parse('cascade/loan_tape'), asOf: AS_OF }),
  );
});

describe('a run whose new attempt was begun by a worker that died', () => {
  it('gets its message when the file that caused it comes again, though a newer one is in the book', async () => {
    await snapshot(OLDER_RUN, 'looker/loans', 'looker_loans', LocalDate.parse('2025-10-31'));
    const lost = await refreshAffectedRuns(OLDER_RUN, deps);
    await snapshot(NEWER_RUN, 'looker/loans', 'looker_loans', LocalDate.parse('2025-11-30'));

    const again = await refreshAffectedRuns(OLDER_RUN, deps);

    expect(lost).toMatchObject([{ runId: TAPE_RUN, stage: 'compute', attempt: 2 }]);
    expect(again).toEqual(lost);
    expect((await deps.ledger.find(TAPE_RUN))?.value.attempt).toBe(2);
  });

  it('gets no other message when a later file has begun an attempt of its own', async () => {
    const newer = await refreshAffectedRuns(NEWER_RUN, deps);

    const late = await refreshAffectedRuns(OLDER_RUN, deps);

    expect(newer).toMatchObject([{ runId: TAPE_RUN, stage: 'compute', attempt: 3 }]);
    expect(late).toEqual([]);
  });
});

async function snapshot(runId: RunId, dataset: string, relation: string, asOf: LocalDate): Promise<void> {
  await deps.registry.register({
    ...aBookEntry({ runId, dataset: DatasetId.parse(dataset), relation, asOf }),
    landedAt: '2026-01-05T06:30:00.000Z',
    attempt: 1,
  });
}

describe('a run that was accepted and is now rejected', () => {
  it('leaves the book, and the runs that used it are computed again; once more does no harm', async () => {
    const withdrawn = { runId: NEWER_RUN, attempt: 2, contract: 'loans', contractVersion: 1 };

    const [message] = await withdrawSnapshot(withdrawn, deps);
    const snapshots = await deps.registry.all();
    await withdrawSnapshot(withdrawn, deps);

    expect(message).toMatchObject({ runId: TAPE_RUN, stage: 'compute' });
    expect(snapshots.map(({ runId }) => runId)).not.toContain(NEWER_RUN);
    expect((await deps.ledger.find(TAPE_RUN))?.value.cause).toBe(
      'looker/loans as of 2025-11-30 was withdrawn',
    );
  });

  it('changes nothing when it was never accepted', async () => {
    const runId = RunId.parse('run_dddddddddddd');

    expect(
      await withdrawSnapshot({ runId, attempt: 1, contract: 'loans', contractVersion: 1 }, deps),
    ).toEqual([]);
  });
});

describe('what has nothing to be computed or checked again', () => {
  it('is reference data, which stands for no day', async () => {
    const [added, other] = [RunId.parse('run_eeeeeeeeeeee'), RunId.parse('run_ffffffffffff')];
    await snapshot(other, 'looker/loan_par_balances', 'looker_loan_par_balances', REFERENCE_DAY);
    await deps.ledger.claim(aRun({ runId: other, dataset: DatasetId.parse('looker/loan_par_balances') }));
    await snapshot(added, 'looker/loans', 'looker_loans', REFERENCE_DAY);

    const messages = await refreshAffectedRuns(added, deps);

    expect(messages.map(({ runId }) => runId)).not.toContain(other);
    expect((await deps.ledger.find(other))?.value.attempt).toBe(1);
  });

  it('is not looked for among all runs when no contract refers to what has changed', async () => {
    let lists = 0;
    const list: RefreshDeps['ledger']['list'] = (filter) => {
      lists += 1;
      return deps.ledger.list(filter);
    };
    const ledger = new Proxy(deps.ledger, {
      get: (target, name) => {
        if (name === 'list') return list;
        const method: unknown = Reflect.get(target, name);
        return typeof method === 'function' ? method.bind(target) : method;
      },
    });

    await refreshAffectedRuns(TAPE_RUN, { ...deps, ledger });
    const ofTape = lists;
    await refreshAffectedRuns(OLDER_RUN, { ...deps, ledger });

    expect([ofTape, lists]).toEqual([0, 1]);
  });
});
