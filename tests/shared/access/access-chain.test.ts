import { beforeEach, describe, expect, it } from '@jest/globals';
import { BEFORE_THE_FIRST } from '../../../shared/access/access-record.ts';
import { verifyChain } from '../../../shared/access/verify-chain.ts';
import type { Lake } from '../../../shared/ports/lake.ts';
import { aChain, aLake, answered, asked, CLOCK, recordsIn, remove, writing } from './a-chain.ts';

let lake: Lake;
beforeEach(async () => {
  lake = await aLake();
});

const verdict = () => verifyChain({}, { lake, clock: CLOCK });

describe('the access record', () => {
  it('has each record under the next number, with the hash of the one before', async () => {
    const chain = aChain(lake);

    const first = await chain.append(asked('ana'));
    const second = await chain.append(answered(first.number));

    const records = await recordsIn(lake);
    expect(records).toMatchObject([
      { number: 1, previous: BEFORE_THE_FIRST.sha256, at: '2026-11-29T06:00:00.000Z', entry: asked('ana') },
      { number: 2, previous: first.sha256, entry: answered(1) },
    ]);
    expect(await verdict()).toMatchObject({ breaks: [], records: 2, newest: second, unanswered: [] });
  });

  it('loses and doubles nothing of processes that write at once', async () => {
    const chains = [aChain(lake), aChain(lake), aChain(lake)];
    const names = Array.from({ length: 15 }, (_, index) => `person ${10 + index}`);

    const links = await Promise.all(
      chains.flatMap((chain, process) => names.map((name) => chain.append(asked(`${name} at ${process}`)))),
    );

    const people = (await recordsIn(lake)).map(({ entry }) => (entry.kind === 'asked' ? entry.who.by : ''));
    const expected = chains.flatMap((_, process) => names.map((name) => `${name} at ${process}`));
    expect(new Set(people)).toEqual(new Set(expected));
    expect(people).toHaveLength(expected.length);
    expect(new Set(links.map(({ number }) => number)).size).toBe(expected.length);
    expect(await verdict()).toMatchObject({ breaks: [], records: expected.length });
    // Also a process that comes late, and finds the end by itself.
    expect(await aChain(lake).append(asked('late'))).toMatchObject({ number: expected.length + 1 });
    expect(await verdict()).toMatchObject({ breaks: [], records: expected.length + 1 });
  });

  it('has one record where the answer to writing it was lost and the client tried again', async () => {
    const deaf = writing(lake, async (...args) => {
      await lake.write(...args);
      return await lake.write(...args);
    });

    const chain = aChain(deaf);
    await chain.append(asked('ana'));
    await chain.append(asked('eva'));

    expect(await verdict()).toMatchObject({ breaks: [], records: 2 });
  });

  it('goes on after one that could not be written', async () => {
    let isDown = true;
    const failing = writing(lake, async (...args) => {
      if (isDown) throw new Error('storage is away');
      return await lake.write(...args);
    });
    const chain = aChain(failing);
    const lost = chain.append(asked('ana'));
    const next = lost.catch(() => {
      isDown = false;
    });

    await expect(lost).rejects.toThrow('storage is away');
    await next;
    expect(await chain.append(asked('eva'))).toMatchObject({ number: 1 });
  });

  it('goes on while storage does not answer to one', async () => {
    let isSilent = true;
    const silent = writing(lake, async (...args) => {
      const never = isSilent;
      isSilent = false;
      return never ? await new Promise(() => undefined) : await lake.write(...args);
    });
    const chain = aChain(silent, CLOCK, 20);
    void chain.append(asked('ana'));

    expect(await chain.append(asked('eva'))).toMatchObject({ number: 1 });
    expect(await verdict()).toMatchObject({ breaks: [], records: 1 });
  });

  it('goes on after its first records have reached the end of their seven years', async () => {
    const old = aChain(lake, { now: () => new Date('2019-01-01T00:00:00Z') });
    for (const name of ['ana', 'eva', 'ivo']) await old.append(asked(name));
    await remove(lake, 1);
    await remove(lake, 2);

    expect(await aChain(lake).append(asked('uli'))).toMatchObject({ number: 4 });
    expect(await verdict()).toMatchObject({ breaks: [], records: 2 });
  });
});
