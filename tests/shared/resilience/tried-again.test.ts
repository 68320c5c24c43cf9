import { expect, it } from '@jest/globals';
import { RequestRefused, ServiceUnavailable } from '../../../shared/resilience/service-errors.ts';
import { triedAgain } from '../../../shared/resilience/tried-again.ts';

/** Work that fails so many times, and then is done. */
function failing(times: number, error: Error): { work: () => Promise<string>; tries: () => number } {
  let tries = 0;
  return {
    tries: () => tries,
    work: () => {
      tries += 1;
      return tries > times ? Promise.resolve('done') : Promise.reject(error);
    },
  };
}

it('does once more what broke off', async () => {
  const { work, tries } = failing(1, new ServiceUnavailable('it broke off'));

  expect(await triedAgain(work)).toBe('done');

  expect(tries()).toBe(2);
});

it('leaves alone what is refused', async () => {
  const { work, tries } = failing(1, new RequestRefused('The service', 400));

  await expect(triedAgain(work)).rejects.toThrow(RequestRefused);

  expect(tries()).toBe(1);
});
