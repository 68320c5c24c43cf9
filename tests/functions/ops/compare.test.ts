import { beforeAll, expect, it } from '@jest/globals';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { call } from '../../support/an-invocation.ts';
import { parFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';

let pipeline: Pipeline;
let october: RunRecord;
let november: RunRecord;
beforeAll(async () => {
  pipeline = await Pipeline.open();
  process.env['DataStorage'] = pipeline.storage;
  process.env['PII_KEY'] = TEST_PSEUDONYM_KEY;
  october = await pipeline.takeThrough(`${PAR}/october.csv`, parFile('OCTOBER', '2025-10-31'));
  november = await pipeline.takeThrough(`${PAR}/november.csv`, parFile('NOVEMBER'));
});

const compare = (runId: string, query: Record<string, string> = {}) =>
  call('compare-runs', { params: { runId }, query });

it('holds a run against the one of the file before, of its kind', async () => {
  const answer = await compare(november.runId);

  expect(answer.json()).toMatchObject({
    before: october.runId,
    now: november.runId,
    files: [{ dataset: PAR, before: { asOf: '2025-10-31' }, now: { asOf: '2025-11-30' } }],
  });
});

it('holds it against any other, also the other way round, and against itself', async () => {
  const back = await compare(october.runId, { with: november.runId });
  const itself = Object((await compare(november.runId, { with: november.runId })).json());

  expect(back.json()).toMatchObject({ before: november.runId, now: october.runId });
  expect([itself.files, itself.kpis, itself.same > 10]).toEqual([[], [], true]);
});

it('is a page for browsers, to which the runs of the dashboard lead', async () => {
  const { text } = await call('dashboard', { query: { view: 'operations', lang: 'es', code: 'key' } });
  const page = await compare(november.runId, { format: 'html', lang: 'es' });

  expect(text).toContain(
    `/api/runs/${november.runId}/compare?with=${october.runId}&amp;format=html&amp;lang=es&amp;code=key`,
  );
  expect(text).not.toContain(`/api/runs/${october.runId}/compare`);
  expect(page.text).toContain('<h1>Dos corridas comparadas</h1>');
  expect(page.text).toContain('31 oct 2025, ');
});

it('says of a run that is not there, that has no numbers, or that is the first, that it is so', async () => {
  const rejected = await pipeline.takeThrough(`${PAR}/odd.csv`, 'odd\n1\n');

  const answers = await Promise.all([
    compare('run_000000000000'),
    compare('odd'),
    compare(november.runId, { with: 'run_000000000000' }),
    compare(rejected.runId),
    compare(october.runId),
    compare(november.runId, { with: 'odd' }),
  ]);

  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 400]);
  expect(answers[3]?.text).toContain('Only runs whose KPIs were computed can be compared.');
  expect(answers[4]?.text).toContain('An earlier run of the same dataset is not there.');
});
