import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ACCESS_FOLDER, accessPath, type Link, linkOf } from '../../../shared/access/access-record.ts';
import { type ChainVerdict, verifyChain } from '../../../shared/access/verify-chain.ts';
import type { Lake } from '../../../shared/ports/lake.ts';
import { aChain, aLake, answered, asked, CLOCK, remove } from './a-chain.ts';

// Five records, and what somebody might do to them who may write into the container.

let lake: Lake;
let bodies: string[];
beforeAll(async () => {
  lake = await aLake();
  const chain = aChain(lake);
  const first = await chain.append(asked('ana'));
  await chain.append(answered(first.number));
  await chain.append(asked('eva'));
  await chain.append(asked('ivo'));
  await chain.append(answered(4));
  bodies = await Promise.all(
    [1, 2, 3, 4, 5].map(async (n) => String(await lake.read('audit', accessPath(n)))),
  );
});
beforeEach(async () => {
  for (const [index, body] of bodies.entries()) await put(index + 1, body);
});

const bodyOf = (number: number): string => bodies[number - 1] ?? '';
const put = async (number: number, body: string) => await lake.write('audit', accessPath(number), body);
const verify = (noted?: Link): Promise<ChainVerdict> => verifyChain({ noted }, { lake, clock: CLOCK });
const brokenAt = (number: number, why: string) =>
  expect.objectContaining({
    breaks: [expect.objectContaining({ where: `record ${number}`, why: expect.stringContaining(why) })],
  });

describe('a chain that nobody touched', () => {
  it('is whole, and names its end and the acts whose outcome is not recorded', async () => {
    expect(await verify(linkOf(3, bodyOf(3)))).toMatchObject({
      breaks: [],
      records: 5,
      newest: { ...linkOf(5, bodyOf(5)), at: '2026-11-29T06:00:00.000Z' },
      unanswered: [{ number: 3, entry: { who: { by: 'eva' } } }],
    });
  });

  it('may be empty', async () => {
    expect(await verifyChain({}, { lake: await aLake(), clock: CLOCK })).toMatchObject({
      breaks: [],
      records: 0,
    });
  });
});

describe('a record', () => {
  it('that was changed is named with the one after it', async () => {
    await put(2, bodyOf(2).replace('200', '500'));

    expect(await verify()).toEqual(brokenAt(3, 'does not follow from record 2'));
  });

  it.each([1, 2, 4])('that was removed is named: %i', async (number) => {
    await remove(lake, number);

    expect(await verify()).toEqual(brokenAt(number, 'it is not there'));
  });

  it('that was removed with all before it is named, while they are kept', async () => {
    for (const number of [1, 2, 3]) await remove(lake, number);

    expect(await verify()).toEqual(brokenAt(3, 'kept for seven years'));
  });

  it('that was put in the place of another is named', async () => {
    await put(3, bodyOf(3).replace('eva', 'somebody else'));
    const forged = JSON.parse(bodyOf(4));
    await put(4, `${JSON.stringify({ ...forged, previous: linkOf(3, await text(3)).sha256 })}\n`);

    expect(await verify()).toEqual(brokenAt(5, 'does not follow from record 4'));
  });

  it('that is first and follows from another is named', async () => {
    await put(1, bodyOf(1).replace('"previous":"0', '"previous":"1'));

    expect((await verify()).breaks).toMatchObject([
      { where: 'record 1', why: expect.stringContaining('does not begin a chain') },
      { where: 'record 2' },
    ]);
  });

  it('that changed places with another is named', async () => {
    await put(3, bodyOf(4));
    await put(4, bodyOf(3));

    expect((await verify()).breaks).toMatchObject([
      { where: 'record 3', why: 'it is no record of ours' },
      { where: 'record 4', why: 'it is no record of ours' },
      { where: 'record 5' },
    ]);
  });

  it.each(['', '{', '{"number":2}'])('that is none any more is named: %j', async (body) => {
    await put(2, body);

    expect((await verify()).breaks).toMatchObject([
      { where: 'record 2', why: 'it is no record of ours' },
      { where: 'record 3', why: expect.stringContaining('it does not follow from record 2') },
    ]);
  });

  it('is named though another one before it is broken too', async () => {
    await put(2, bodyOf(2).replace('200', '500'));
    await put(4, bodyOf(4).replace('ivo', 'ana'));
    await remove(lake, 1);

    expect((await verify()).breaks.map(({ where }) => where)).toEqual(['record 1', 'record 3', 'record 5']);
  });

  it('that is missing with others is one break', async () => {
    await remove(lake, 2);
    await remove(lake, 3);

    expect((await verify()).breaks).toEqual([{ where: 'records 2 to 3', why: 'they are not there' }]);
  });

  it('that is none of ours is named by its file', async () => {
    const path = `${ACCESS_FOLDER}000000000002b.json`;
    await lake.write('audit', path, 'x');

    expect(await verify()).toMatchObject({ breaks: [{ where: `file ${path}`, why: 'it is no record' }] });

    const file = await lake.stat('audit', path);
    if (file !== undefined) await lake.remove('audit', path, file);
  });
});

describe('the end of a chain', () => {
  it('that was cut off shows by what was noted elsewhere, and by nothing else', async () => {
    await remove(lake, 5);

    expect(await verify()).toMatchObject({ breaks: [], records: 4 });
    expect(await verify(linkOf(5, bodyOf(5)))).toEqual(brokenAt(5, 'though it was noted'));
  });

  it('that was noted is missed when the chain begins after it, as if its seven years were over', async () => {
    const later = { now: () => new Date('2034-11-29T06:00:00Z') };
    for (const number of [1, 2]) await remove(lake, number);

    expect(await verifyChain({}, { lake, clock: later })).toMatchObject({ breaks: [], records: 3 });
    expect(await verifyChain({ noted: linkOf(1, bodyOf(1)) }, { lake, clock: later })).toEqual(
      brokenAt(1, 'though it was noted'),
    );
    // The record after it says whether it was the one that was noted.
    expect(await verifyChain({ noted: linkOf(2, bodyOf(2)) }, { lake, clock: later })).toMatchObject({
      breaks: [],
    });
    expect(await verifyChain({ noted: linkOf(2, 'another') }, { lake, clock: later })).toEqual(
      brokenAt(3, 'does not follow from record 2'),
    );
  });

  it('that was changed shows by what was noted elsewhere', async () => {
    await put(5, bodyOf(5).replace('200', '500'));

    expect(await verify(linkOf(5, bodyOf(5)))).toEqual(brokenAt(5, 'not the one that was noted'));
  });
});

async function text(number: number): Promise<string> {
  return String(await lake.read('audit', accessPath(number)));
}
