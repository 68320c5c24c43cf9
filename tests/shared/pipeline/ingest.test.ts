import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { DatasetId, Sha256 } from '../../../shared/domain/ids.ts';
import { runIdOf } from '../../../shared/domain/run-identity.ts';
import { traceparentOf } from '../../../shared/domain/trace.ts';
import { ingestFile } from '../../../shared/pipeline/ingest.ts';
import { RunSummary } from '../../../shared/runs/documents.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { aLoan, csvOf } from '../../support/file-rows.ts';
import { type PortCall, watched } from '../../support/port-faults.ts';
import { parFile, tapeFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});

const sha256 = (body: string): Sha256 => Sha256.parse(createHash('sha256').update(body).digest('hex'));

describe('a good file', () => {
  it('is kept as it came, once, under its hash', async () => {
    const body = parFile('KEPT');
    const calls: PortCall[] = [];
    await pipeline.drop(`${PAR}/kept.csv`, body);

    const outcome = await pipeline.announce(
      `${PAR}/kept.csv`,
      watched(pipeline.deps, (call) => void calls.push(call)),
    );

    expect(outcome.outcome).toBe('accepted');
    const raw = (await pipeline.paths('raw', PAR)).filter((path) => path.includes(sha256(body)));
    expect(raw).toEqual([
      expect.stringMatching(new RegExp(`^${PAR}/\\d{4}-\\d\\d-\\d\\d/${sha256(body)}\\.csv$`)),
    ]);
    expect(await pipeline.text('raw', raw[0] ?? '')).toBe(body);
    const writes = calls.filter(({ method, args }) => method.startsWith('write') && args[0] === 'raw');
    expect(writes.map(({ args }) => args[3])).toEqual([expect.objectContaining({ onlyIf: 'absent' })]);
  });

  it('becomes the run that its dataset, contract and content name', async () => {
    const body = parFile('NAMED');
    await pipeline.drop(`${PAR}/named.csv`, body);

    const { runId, next } = await pipeline.announce(`${PAR}/named.csv`);

    const expected = runIdOf(DatasetId.parse(PAR), 'loan_par_balances', 1, sha256(body));
    expect(runId).toBe(expected);
    expect(next).toEqual([
      { v: 1, runId, stage: 'validate', attempt: 1, traceparent: traceparentOf(expected) },
    ]);
    expect(await pipeline.run(expected)).toMatchObject({
      status: 'running',
      stage: 'validate',
      attempt: 1,
      cause: 'dropped',
      drop: { path: `${PAR}/named.csv`, bytes: Buffer.byteLength(body) },
      trail: [{ stage: 'ingest', attempt: 1 }],
    });
  });

  it('hands its trace on with every message', async () => {
    await pipeline.drop(`${PAR}/traced.csv`, parFile('TRACED'));
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

    const { next } = await ingestFile({ path: `${PAR}/traced.csv`, traceparent }, pipeline.deps);

    expect(next).toEqual([expect.objectContaining({ traceparent })]);
  });

  it('goes on in the trace of the pull that brought it, and tells as much as its drop asked for', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const event = '00-11111111111111111111111111111111-2222222222222222-01';
    const metadata = { traceparent, loglevel: 'debug' };
    await pipeline.drop(`${PAR}/pulled.csv`, parFile('PULLED'), metadata);

    const { next } = await ingestFile({ path: `${PAR}/pulled.csv`, traceparent: event }, pipeline.deps);

    expect(next).toEqual([expect.objectContaining({ traceparent, logLevel: 'debug' })]);
  });

  it('keeps who brought it and what for with its run, and with its bytes in raw', async () => {
    const path = `${PAR}/traído.csv`;
    const metadata = {
      principal: 'Ana%20L%C3%B3pez',
      Purpose: 'close of November, tel. 7777 8888',
      ticket: '#12',
    };
    await pipeline.drop(path, parFile('BROUGHT'), { ...metadata, asof: '2025-11-30' });

    const run = await pipeline.runOf(await pipeline.announce(path));

    const origin = { principal: 'Ana López', purpose: 'close of November, tel. [withheld]', ticket: '#12' };
    expect(run.drop).toMatchObject({ path, origin });
    const raw = await pipeline.deps.lake.stat('raw', run.rawPath ?? '');
    expect(raw?.metadata).toEqual({
      principal: 'Ana%20L%C3%B3pez',
      purpose: 'close of November, tel. [withheld]',
      ticket: '#12',
      asof: '2025-11-30',
      landing: encodeURIComponent(path),
      landedat: run.drop.landedAt,
    });
  });

  it('is not put off by metadata that is neither', async () => {
    await pipeline.drop(`${PAR}/odd.csv`, parFile('ODD'), { traceparent: 'none', loglevel: 'loud' });

    const { runId = '', next } = await pipeline.announce(`${PAR}/odd.csv`);

    expect(next[0]).toMatchObject({ traceparent: traceparentOf(runId) });
    expect(next[0]).not.toHaveProperty('logLevel');
  });

  it('is found by its header when its folders name no dataset', async () => {
    await pipeline.drop('inbox/anything.csv', parFile('HEADER'));

    const { runId } = await pipeline.announce('inbox/anything.csv');

    expect(await pipeline.runOf({ runId })).toMatchObject({
      dataset: PAR,
      contract: 'loan_par_balances',
    });
  });

  it.each([
    'with spaces and (brackets).csv',
    'año ñandú – 日本.csv',
    '#1 100% a+b&c=d.csv',
    '50%25.csv',
    "it's;quoted,name.csv",
    'NO_EXTENSION',
  ])('may be called %s', async (name) => {
    const body = parFile(`NAME ${name.length}`);

    const run = await pipeline.takeThrough(`${PAR}/${name}`, body);

    expect(run).toMatchObject({ status: 'success', drop: { path: `${PAR}/${name}` } });
    expect(run.rawPath).toMatch(name.endsWith('.csv') ? /\.csv$/ : /\.bin$/);
  });
});

describe('a file that is not there', () => {
  it('ends as canceled, in words, when it was deleted before it could be read', async () => {
    const outcome = await pipeline.announce(`${PAR}/never was.csv`);

    expect(outcome).toMatchObject({ outcome: 'gone', next: [] });
    expect(outcome.detail).toContain(
      '"looker/loan_par_balances/never was.csv" was deleted or replaced before',
    );
    const run = await pipeline.runOf(outcome);
    expect(run).toMatchObject({ status: 'canceled', dataset: 'unknown/unknown', contractVersion: 0 });
    expect(run.rawPath).toBeUndefined();
    const summary = RunSummary.parse(await pipeline.json('runs', `${run.runId}/summary.json`));
    expect(summary.problems).toEqual([expect.objectContaining({ code: 'source-gone' })]);
  });

  it('says the same again when that event comes twice', async () => {
    const first = await pipeline.announce(`${PAR}/gone twice.csv`);

    const second = await pipeline.announce(`${PAR}/gone twice.csv`);

    expect(second).toEqual(first);
  });

  it('is taken in when it lands after all', async () => {
    await pipeline.announce(`${PAR}/late riser.csv`);

    const run = await pipeline.takeThrough(`${PAR}/late riser.csv`, parFile('LATE RISER'));

    expect(run.status).toBe('success');
  });

  it('changes nothing when a late event comes after the ingested file was removed', async () => {
    const run = await pipeline.takeThrough(`${PAR}/removed.csv`, parFile('REMOVED'));
    await pipeline.remove('landing', `${PAR}/removed.csv`);
    const before = await pipeline.versions();

    const outcome = await pipeline.announce(`${PAR}/removed.csv`);

    expect(outcome).toMatchObject({ outcome: 'accepted', runId: run.runId, next: [] });
    expect(await pipeline.run(run.runId)).toEqual(run);
    expect(await pipeline.versions()).toEqual(before);
  });

  it.each([
    ['its hash is read', 1],
    ['its header is read', 2],
  ])('ends as canceled when it vanishes before %s', async (_when, nthOpen) => {
    const path = `${PAR}/vanishing ${nthOpen}.csv`;
    await pipeline.drop(path, parFile(`VANISHING ${nthOpen}`));

    const outcome = await pipeline.announce(path, removingAtOpen(path, nthOpen));

    expect(outcome.outcome).toBe('gone');
    expect(await pipeline.runOf(outcome)).toMatchObject({ status: 'canceled' });
  });

  it('ends as canceled each time it vanishes, however often it is dropped', async () => {
    const path = `${PAR}/flickering.csv`;
    await pipeline.drop(path, parFile('FLICKERING'));
    await pipeline.announce(path, removingAtOpen(path, 1));
    await pipeline.drop(path, parFile('FLICKERING'));

    const outcome = await pipeline.announce(path, removingAtOpen(path, 1));

    expect(outcome.outcome).toBe('gone');
    expect(await pipeline.runOf(outcome)).toMatchObject({ status: 'canceled', attempt: 2 });
  });

  it('gets a new attempt when it vanished before it was kept and is dropped again', async () => {
    const path = `${PAR}/unkept.csv`;
    await pipeline.drop(path, parFile('UNKEPT'));
    const canceled = await pipeline.announce(path, removingAtOpen(path, 3));

    const run = await pipeline.takeThrough(path, parFile('UNKEPT'));

    expect(canceled.outcome).toBe('gone');
    expect(run).toMatchObject({ runId: canceled.runId, status: 'success', attempt: 2 });
    expect(run.cause).toBe('dropped again after a failure');
  });

  /** Deps under which the file is removed just before it is opened for the n-th time. */
  function removingAtOpen(path: string, nth: number): Pipeline['deps'] {
    let opened = 0;
    return watched(pipeline.deps, async ({ method, args }) => {
      if (!/^(open|ranges)$/.test(method) || args[0] !== 'landing') return;
      opened += 1;
      if (opened === nth) await pipeline.remove('landing', path);
    });
  }
});

describe('a file that cannot be placed', () => {
  it('is rejected when it has no bytes', async () => {
    await pipeline.drop(`${PAR}/empty.csv`, '');

    const outcome = await pipeline.announce(`${PAR}/empty.csv`);

    expect(outcome).toMatchObject({ outcome: 'rejected', next: [] });
    expect(await pipeline.runOf(outcome)).toMatchObject({
      status: 'rejected',
      dataset: PAR,
      problems: [{ code: 'empty-file' }],
    });
  });

  it.each([
    ['looker/../secret.csv', 'segment'],
    ['looker/./loans/x.csv', 'segment'],
    ['looker/%2e%2e/x.csv', 'segment'],
    ['looker//x.csv', 'empty segment'],
    ['looker/loans/a\\b.csv', 'backslash'],
    ['looker/loans/a%5Cb.csv', 'unsafe escape'],
    ['looker/loans/a\u0007.csv', 'control character'],
    ['looker/loans/\u202excod.csv', 'direction of writing'],
    ['looker/loans/%ff.csv', 'unsafe escape'],
    [`looker/loans/${'x'.repeat(1_020)}`, '1 to 1024 characters'],
    ['', '1 to 1024 characters'],
  ])('is rejected unread when it is called %j', async (path, why) => {
    const calls: PortCall[] = [];

    const outcome = await pipeline.announce(
      path,
      watched(pipeline.deps, (call) => void calls.push(call)),
    );

    expect(outcome.outcome).toBe('rejected');
    expect(outcome.detail).toContain(why);
    expect(await pipeline.runOf(outcome)).toMatchObject({
      status: 'rejected',
      problems: [{ code: 'unsafe-name' }],
    });
    expect(calls.filter(({ args }) => args[0] === 'landing' || args[0] === 'raw')).toEqual([]);
  });

  it('is rejected with the nearest dataset when no contract fits', async () => {
    const rows = [aLoan({ loan_id: 'NEAREST' })].map(({ customer_id: _customer, ...row }) => row);
    await pipeline.drop('inbox/nearly loans.csv', csvOf(rows));

    const outcome = await pipeline.announce('inbox/nearly loans.csv');

    expect(outcome.outcome).toBe('rejected');
    expect(outcome.detail).toContain('nearest to loans@1 (looker/loans)');
    expect(outcome.detail).toContain('customer_id is missing');
    const run = await pipeline.runOf(outcome);
    expect(run).toMatchObject({ status: 'rejected', problems: [{ code: 'unknown-dataset' }] });
    expect(await pipeline.bytes('raw', run.rawPath ?? '')).toBeDefined();
  });

  it('is rejected with the name that may be meant, and without a gap where only others are too many', async () => {
    const renamed = [aLoan()].map(({ outstanding_balance, ...row }) => ({
      ...row,
      outstanding_bal: outstanding_balance,
    }));
    await pipeline.drop('inbox/renamed.csv', csvOf(renamed));
    await pipeline.drop('inbox/petty cash.csv', 'fecha,caja,nota\n2025-12-10,5,pan\n');

    const [near, few] = [
      await pipeline.announce('inbox/renamed.csv'),
      await pipeline.announce('inbox/petty cash.csv'),
    ];

    expect(near.detail).toContain(
      'but outstanding_balance (the file has "outstanding_bal") is missing. No row was read. Add or rename what is missing and drop the file below landing/looker/loans/.',
    );
    expect(few.detail).toContain(
      'nearest to financial_statements@1 (manual/financial_statements), but too many others are there to tell. No row was read. If it is such a file, drop the file below landing/manual/financial_statements/.',
    );
  });

  it('is rejected in words when its columns are those of nothing that we know', async () => {
    await pipeline.drop('inbox/recipe.csv', 'flour,sugar\n1,2\n');

    const outcome = await pipeline.announce('inbox/recipe.csv');

    expect(outcome.detail).toContain('its columns are those of none');
  });

  it('is rejected with both names when two contracts fit alike', async () => {
    const tapeColumns = tapeFile('1').split('\n')[0]?.split(',') ?? [];
    const parColumns = parFile('x').split('\n')[0]?.split(',') ?? [];
    const more = ['surplus_usd', 'next_payment_usd', 'cdr_pct', 'smm_pct'];
    await pipeline.drop('inbox/both.csv', `${[...tapeColumns, ...parColumns, ...more].join(',')}\n`);

    const outcome = await pipeline.announce('inbox/both.csv');

    expect(await pipeline.runOf(outcome)).toMatchObject({ problems: [{ code: 'ambiguous-dataset' }] });
    expect(outcome.detail).toContain('fit contracts loan_par_balances@1 and loan_tape@1 alike');
  });

  it('is rejected here when its header is unreadable and its folders name no dataset', async () => {
    await pipeline.drop('inbox/packed.csv', new Uint8Array([0x1f, 0x8b, 8, 0]));

    const packed = await pipeline.announce('inbox/packed.csv');

    expect(await pipeline.runOf(packed)).toMatchObject({
      status: 'rejected',
      problems: [{ code: 'unsupported-format' }],
    });
  });

  it('goes on to be judged in full when its header is unreadable in a known dataset', async () => {
    const run = await pipeline.takeThrough(`${PAR}/packed.csv`, new Uint8Array([0x1f, 0x8b, 8, 0]));

    expect(run).toMatchObject({ status: 'rejected', problems: [{ code: 'unsupported-format' }] });
    expect(run.trail.map(({ stage }) => stage)).toEqual(['ingest', 'validate']);
    expect(await pipeline.validationOf(run)).toMatchObject({
      verdict: 'rejected',
      contract: 'loan_par_balances',
      rows: { read: 0, accepted: 0, rejected: 0 },
      problems: [{ code: 'unsupported-format' }],
    });
  });

  it('is read with semicolons as well, and says so', async () => {
    const run = await pipeline.takeThrough(
      'inbox/semicolons.csv',
      parFile('SEMICOLONS').replaceAll(',', ';'),
    );

    expect(run).toMatchObject({ status: 'success', dataset: PAR, rows: 5, rejectedRows: 0 });
    expect(run.problems).toContainEqual({
      code: 'other-delimiter',
      severity: 'notice',
      message: expect.stringContaining('separated by semicolons, not by commas'),
    });
  });
});
