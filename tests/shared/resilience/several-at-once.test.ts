import { expect, it } from '@jest/globals';
import { severalAtOnce } from '../../../shared/resilience/several-at-once.ts';

it('gives results in the order of the items, with at most so many at work', async () => {
  let atWork = 0;
  let most = 0;
  const work = async (item: number) => {
    atWork += 1;
    most = Math.max(most, atWork);
    // Later items are done sooner.
    for (let turn = item; turn < 10; turn += 1) await Promise.resolve();
    atWork -= 1;
    return item * 2;
  };

  const results = await severalAtOnce([1, 2, 3, 4, 5, 6, 7], 3, work);

  expect(results).toEqual([2, 4, 6, 8, 10, 12, 14]);
  expect(most).toBe(3);
});

it('is done at once without items', async () => {
  expect(await severalAtOnce([], 3, () => Promise.reject(new Error('no work')))).toEqual([]);
});

it('fails when the work for one item fails', async () => {
  const work = (item: number) => (item === 2 ? Promise.reject(new Error('two')) : Promise.resolve(item));

  await expect(severalAtOnce([1, 2, 3], 2, work)).rejects.toThrow('two');
});
