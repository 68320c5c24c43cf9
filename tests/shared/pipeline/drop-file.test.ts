import { beforeAll, expect, it } from '@jest/globals';
import { dropFile } from '../../../shared/pipeline/drop-file.ts';
import { Pipeline } from '../../support/a-pipeline.ts';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});

it('writes the bytes to landing, with or without the name of the container', async () => {
  const body = Buffer.from('a,b\n');

  const first = await dropFile({ path: 'looker/loans/a.csv', body }, pipeline.deps);
  const second = await dropFile({ path: 'landing/looker/loans/b.csv', body }, pipeline.deps);

  expect([first, second]).toMatchObject([
    { kind: 'dropped', file: { path: 'looker/loans/a.csv', bytes: 4 } },
    { kind: 'dropped', file: { path: 'looker/loans/b.csv' } },
  ]);
  expect(await pipeline.paths('landing')).toEqual(['looker/loans/a.csv', 'looker/loans/b.csv']);
});

it('finds the file that lies there when no bytes are sent', async () => {
  await pipeline.drop('looker/loans/there.csv', 'x');

  const there = await dropFile({ path: 'looker/loans/there.csv', body: undefined }, pipeline.deps);
  const missing = await dropFile({ path: 'looker/loans/missing.csv', body: undefined }, pipeline.deps);

  expect(there).toMatchObject({ kind: 'already-there', file: { path: 'looker/loans/there.csv' } });
  expect(missing).toEqual({ kind: 'missing' });
});

it.each(['../raw/x.csv', 'landing/../raw/x.csv', 'a/%2e%2e/x.csv', 'a\\b.csv', '', '/etc/passwd'])(
  'refuses to leave landing for %j',
  async (path) => {
    const before = await pipeline.paths('landing');

    const refused = await dropFile({ path, body: Buffer.from('x') }, pipeline.deps);

    expect(refused).toMatchObject({ kind: 'refused' });
    expect(await pipeline.paths('landing')).toEqual(before);
  },
);
