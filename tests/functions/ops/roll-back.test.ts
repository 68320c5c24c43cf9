import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Deps } from '../../../shared/app.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { anInvocation, call, sentBy } from '../../support/an-invocation.ts';
import { coreCatalog } from '../../support/core-catalog.ts';
import { parFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';
const HOSTILE = { by: ' <b>ana</b> ', reason: 'bad\n\n<script>alert(1)</script> \u202efil' };

let pipeline: Pipeline;
let runId: string;
beforeAll(async () => {
  // Nothing is computed: it is about what is said.
  const noKpis: Deps['catalog'] = async () => ({ ...(await coreCatalog()), kpis: [], models: [] });
  pipeline = await Pipeline.open({ catalog: noKpis });
  process.env['DataStorage'] = pipeline.storage;
  process.env['PII_KEY'] = TEST_PSEUDONYM_KEY;
  ({ runId } = await pipeline.takeThrough(`${PAR}/par.csv`, parFile('WRONG')));
});

const asked = (query: Record<string, string>, invocation = anInvocation('rollback')) =>
  call('rollback', { params: { runId }, query }, invocation);

describe('a rollback over HTTP', () => {
  it.each([
    ['a blank name', { by: '  ', reason: 'wrong' }],
    ['a blank reason', { by: 'ana', reason: '\n' }],
    ['a name of 101 characters', { by: 'a'.repeat(101), reason: 'wrong' }],
    ['a reason of 201 characters', { by: 'ana', reason: 'r'.repeat(201) }],
  ])('is refused with %s', async (_, query) => {
    expect((await asked(query)).status).toBe(400);
  });

  it('is told above the numbers, also where none are left, in words that cannot become markup', async () => {
    const invocation = anInvocation('rollback');

    const answer = await asked(HOSTILE, invocation);

    expect(answer.status).toBe(202);
    expect(sentBy(invocation)).toMatchObject([{ runId, stage: 'validate', attempt: 2 }]);
    pipeline.queue.push(...sentBy(invocation));
    await pipeline.runDry();
    const { text } = await call('dashboard', {});
    expect(text).toContain(
      `The file of ${PAR} as of 30 Nov 2025 was rolled back by &lt;b&gt;ana&lt;/b&gt; on `,
    );
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt; [U+202E]fil');
    expect(text).not.toContain('<script>alert');
  });

  it('is told where the files are judged', async () => {
    const { text } = await call('dashboard', { query: { view: 'operations' } });

    expect(text).toContain('<span class="chip critical">Rolled back</span>');
    expect(text).not.toContain('<span class="chip good">Accepted</span>');
  });

  it('is impossible a second time, and the answer says who did it', async () => {
    const answer = await asked({ by: 'eva', reason: 'wrong' });

    expect(answer.status).toBe(409);
    expect(answer.text).toContain('has rolled it back already');
  });
});
