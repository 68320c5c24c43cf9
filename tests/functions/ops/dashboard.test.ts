import { beforeAll, expect, it } from '@jest/globals';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { call } from '../../support/an-invocation.ts';
import { parFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
  process.env['DataStorage'] = pipeline.storage;
  process.env['PII_KEY'] = TEST_PSEUDONYM_KEY;
  await pipeline.takeThrough(`${PAR}/good.csv`, parFile('SHOWN'));
});

it('shows the newest file of a contract that was taken in, and no banner', async () => {
  const { text } = await call('dashboard', { query: { view: 'operations' } });

  expect(text).toContain('<h2>Data quality</h2>');
  expect(text).toContain('<strong>looker/<wbr>loan_par_balances</strong>');
  expect(text).toContain('<span class="chip good">Accepted</span>');
  expect(text).not.toContain('No new numbers from');
});

it('says at the top that three bad files have stopped the dataset, until a good one comes', async () => {
  await pipeline.takeThrough(`${PAR}/a.csv`, 'column_a\n1\n');
  await pipeline.takeThrough(`${PAR}/b.csv`, 'column_b\n1\n');
  const third = await pipeline.takeThrough(`${PAR}/c.csv`, 'column_c\n1\n');
  const stopped = await call('dashboard', { query: { view: 'operations' } });
  const health = await call('health');
  // Of files of one second, nobody knows which one came last.
  await pipeline.landLaterThan(third);
  await pipeline.takeThrough(`${PAR}/again.csv`, parFile('AGAIN'));
  const again = await call('dashboard', { query: { view: 'operations' } });

  expect(stopped.text).toContain(`No new numbers from ${PAR} since `);
  expect(stopped.text).toContain('stand as of 30 Nov 2025, ');
  expect(stopped.text).toContain('<span class="chip critical">Open</span>');
  expect(stopped.text).toContain('System healthy');
  expect(health).toMatchObject({ status: 200 });
  expect(health.json()).toMatchObject({ status: 'healthy', dataQuality: [{ dataset: PAR }] });
  expect(again.text).not.toContain('No new numbers from');
  expect(again.text).toContain('Scores of the last 5 files, oldest first');
});

it('leads only to documents that can be fetched', async () => {
  const { text } = await call('dashboard', { query: { code: 'key', view: 'operations' } });

  const documents = [...text.matchAll(/href="\/api\/runs\/(run_\w+)\/artifacts\/([^?]+)\?code=key"/g)];
  for (const [, runId = '', name = ''] of documents) {
    const answer = await call('artifact', { params: { runId, name } });
    expect([runId, name, answer.status]).toEqual([runId, name, 200]);
  }
  const names = new Set(documents.map(([, , name]) => name));
  expect([...names]).toEqual(expect.arrayContaining(['validation_report.html', 'summary.json']));
});

it('shows the view, the language and the part that were asked for, and keeps them in its links', async () => {
  const { text } = await call('dashboard', { query: { view: 'risk', lang: 'es', code: 'key' } });

  expect(text).toContain('<html lang="es">');
  expect(text).toContain('<h1>Riesgo</h1>');
  expect(text).toContain('href="/api/dashboard?view=finance&amp;lang=es&amp;code=key"');
  expect(text).toContain('href="/api/kpis/risk.par_90?asOf=2025-11-30&amp;lang=es&amp;code=key"');
  expect(text).toContain('<input type="hidden" name="code" value="key">');
});

it('takes the language of the browser, unless another one was asked for', async () => {
  const spanish = { headers: { 'accept-language': 'es-SV,es;q=0.9,en;q=0.8' } };

  expect((await call('dashboard', spanish)).text).toContain('<html lang="es">');
  expect((await call('dashboard', { ...spanish, query: { lang: 'en' } })).text).toContain('<html lang="en">');
});

it('says that the book has no such part, and shows the whole one', async () => {
  const { text } = await call('dashboard', { query: { view: 'risk', company: 'Nobody' } });
  const byForm = await call('dashboard', { query: { view: 'risk', part: 'company:Nobody' } });

  expect(text).toContain('The book has no part Company = Nobody. The whole book is shown.');
  expect(byForm.text).toContain('The book has no part Company = Nobody.');
});

it('refuses a view or a language that there is not', async () => {
  expect(await call('dashboard', { query: { view: 'weather' } })).toMatchObject({ status: 400 });
  expect(await call('dashboard', { query: { lang: 'fr' } })).toMatchObject({ status: 400 });
});
