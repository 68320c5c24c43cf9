import { expect, it } from '@jest/globals';
import { remembering } from '../../../shared/publishing/remembering.ts';

it('makes each value once, also for two that ask at the same time', async () => {
  const kept = remembering<string>(2);
  let made = 0;
  const make = async (): Promise<string> => `value ${++made}`;

  const values = await Promise.all([kept('a', make), kept('a', make)]);

  expect([...values, await kept('a', make)]).toEqual(['value 1', 'value 1', 'value 1']);
});

it('forgets what was used longest ago', async () => {
  const kept = remembering<string>(2);
  const made: string[] = [];
  const ask = (key: string): Promise<string> =>
    kept(key, () => {
      made.push(key);
      return Promise.resolve(key);
    });

  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await ask(key);

  expect(made).toEqual(['a', 'b', 'c', 'b']);
});

it('does not keep what could not be made', async () => {
  const kept = remembering<string>(2);

  await expect(kept('a', () => Promise.reject(new Error('no picture')))).rejects.toThrow('no picture');

  expect(await kept('a', () => Promise.resolve('drawn'))).toBe('drawn');
});
