import { beforeEach, describe, expect, it } from '@jest/globals';
import { accessPath, type Link } from '../../../shared/access/access-record.ts';
import { lastWalk } from '../../../shared/access/last-walk.ts';
import { verifyChain } from '../../../shared/access/verify-chain.ts';
import { walkAccessRecord } from '../../../shared/access/walk-access-record.ts';
import type { Lake } from '../../../shared/ports/lake.ts';
import type { Log, LogFields } from '../../../shared/ports/log.ts';
import { aChain, aLake, asked, CLOCK, remove } from './a-chain.ts';

// Ten records that were walked the night before, of which each night reads four at most again, and what somebody might
// do to them who may write into the container.

const RECORDS = 10;
const BOUNDS = { mostNew: RECORDS, mostOld: 4 };

let lake: Lake;
let lines: [string, LogFields | undefined][];
let nights: number;
beforeEach(async () => {
  lake = await aLake();
  nights = 0;
  await act(RECORDS);
  await night();
});

async function act(times: number): Promise<Link[]> {
  const chain = aChain(lake);
  const links: Link[] = [];
  for (let time = 0; time < times; time += 1) links.push(await chain.append(asked('ana')));
  return links;
}

/** One night later. Returns the places that are broken, as they are kept. */
async function night(): Promise<readonly string[]> {
  nights += 1;
  lines = [];
  const write: Log['info'] = (event, fields) => void lines.push([event, fields]);
  const log = { debug: write, info: write, warn: write, error: write };
  const clock = { now: () => new Date(CLOCK.now().getTime() + nights * 86_400_000) };
  await walkAccessRecord({ lake, clock, log }, BOUNDS);
  return ((await lastWalk(lake))?.breaks ?? []).map(({ where }) => where);
}

const broken = () =>
  lines.filter(([event]) => event === 'access.broken').map(([, fields]) => fields?.['place']);
const walked = () => lines.find(([event]) => event === 'access.walked')?.[1];
const put = async (number: number, body: string) => await lake.write('audit', accessPath(number), body);
const bodyOf = async (number: number) => String(await lake.read('audit', accessPath(number)));

describe('a night', () => {
  it('reads what is new and a part of the old, and says how far the chain goes', async () => {
    const newest = (await act(2)).at(-1);

    expect(await night()).toEqual([]);
    // The noted end is read with what is new.
    expect(walked()).toEqual({ records: 12, read: 3 + 4, breaks: 0, ...newest });
  });

  it('reads no more than it may, and the next one goes on', async () => {
    await act(15);

    const read = [];
    for (let time = 0; time < 2; time += 1) {
      await night();
      read.push(walked()?.['number']);
    }

    expect(read).toEqual([20, 25]);
  });

  it('finds nothing wrong where nobody has acted yet', async () => {
    lake = await aLake();

    expect(await night()).toEqual([]);
    expect(walked()).toEqual({ records: 0, read: 0, breaks: 0, number: 0, sha256: undefined });
  });
});

describe('a record', () => {
  it.each([1, 4, 5, 9, RECORDS])(
    'that was changed is found within as many nights as the chain has parts: %i',
    async (number) => {
      await put(number, (await bodyOf(number)).replace('maintenance', 'nothing bad'));

      const found = [await night(), await night(), await night()].at(-1);

      // It is the one after it that does not follow; of the last one it is known what it was.
      expect(found).toEqual([`record ${Math.min(number + 1, RECORDS)}`]);
    },
  );

  it('that was removed is found the same night, wherever it was', async () => {
    await remove(lake, 9);

    expect(await night()).toEqual(['record 9']);
  });

  it('that is broken is told once, kept while it is, and over when it is restored', async () => {
    const body = await bodyOf(2);
    await put(2, '{}');

    expect([await night(), broken()]).toEqual([
      ['record 2', 'record 3'],
      ['record 2', 'record 3'],
    ]);
    // These nights read other parts.
    expect([await night(), broken()]).toEqual([['record 2', 'record 3'], []]);
    await put(2, body);
    expect([await night(), broken()]).toEqual([[], []]);
  });

  it('that is broken after another one is told though the first is known', async () => {
    await remove(lake, 3);
    await night();
    await remove(lake, 7);

    expect([await night(), broken()]).toEqual([['record 3', 'record 7'], ['record 7']]);
  });

  it('that was put among what is new is found the same night', async () => {
    await act(1);
    await put(12, (await bodyOf(11)).replace('"number":11', '"number":12'));

    expect(await night()).toEqual(['record 12']);
  });
});

describe('the end that was noted the night before', () => {
  it('shows that it was changed, which the chain alone does not, until it is restored', async () => {
    const body = await bodyOf(RECORDS);
    await put(RECORDS, body.replace('ana', 'eva'));

    expect((await verifyChain({}, { lake, clock: CLOCK })).breaks).toEqual([]);
    expect([await night(), await night()]).toEqual([['record 10'], ['record 10']]);
    await put(RECORDS, body);
    expect(await night()).toEqual([]);
  });

  it('shows that it was cut off, also when others were written in its place', async () => {
    await remove(lake, 9);
    await remove(lake, 10);

    expect(await night()).toEqual(['record 10']);
    await act(3);
    expect((await verifyChain({}, { lake, clock: CLOCK })).breaks).toEqual([]);
    expect([await night(), await night()]).toEqual([['record 10'], ['record 10']]);
  });
});

it('of many places ten are named, and the others are counted', async () => {
  await act(15);
  for (let number = 1; number <= 25; number += 2) await remove(lake, number + 1);

  expect(await night()).toHaveLength(10);
  expect(await lastWalk(lake)).toMatchObject({ moreBreaks: 2 });
  expect(broken()).toHaveLength(10);
});
