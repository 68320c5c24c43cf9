import { z } from 'zod';
import type { LocalDate } from '../../../domain/local-date.ts';
import type { Lake } from '../../../ports/lake.ts';
import { AnswerChanged, RequestRefused } from '../../../resilience/service-errors.ts';
import { type NotionApi, NotionId } from './notion-api.ts';
import { asRequest, kindOf, MOST_BLOCKS, type NotionBlock, richText, saidBy } from './notion-blocks.ts';

// The page of a day, made to say what it should: once, whatever was done of it before. What people have added to it is
// not touched.

const Page = z.looseObject({
  id: NotionId,
  created_by: z.looseObject({ id: z.string() }),
  archived: z.boolean().default(false),
  in_trash: z.boolean().default(false),
});
/** Of a block that the integration may not read there is the id alone. */
const Found = z.looseObject({
  id: NotionId,
  type: z.string().default('unknown'),
  created_by: z.looseObject({ id: z.string() }).default({ id: 'unknown' }),
  has_children: z.boolean().default(false),
  child_page: z.looseObject({ title: z.string() }).optional(),
});
type Found = z.infer<typeof Found>;

/** Where the page of a day is. People may rename it or move it: its title finds it only after a crash. */
const Remembered = z.object({ parent: z.string(), page: NotionId });

export type DayPage = {
  /** The page that it lies below. */
  readonly parent: string;
  readonly day: LocalDate;
  readonly title: string;
};

/** A page, and who made it. */
export type OwnPage = { readonly id: string; readonly maker: string };

/** Throws RequestRefused, such as for a parent that is not shared with the integration. */
export async function pageOfDay(wanted: DayPage, api: NotionApi, lake: Lake): Promise<OwnPage> {
  const known = await remembered(wanted, api, lake);
  if (known !== undefined) return known;
  let found = await pageByTitle(wanted, api);
  while (found === undefined) found = (await newPage(wanted, api)) ?? (await pageByTitle(wanted, api));
  const memory = { parent: wanted.parent, page: found.id };
  await lake.write('reports', memoryOf(wanted.day), JSON.stringify(memory), {
    contentType: 'application/json',
  });
  return found;
}

const memoryOf = (day: LocalDate): string => `deliveries/notion/pages/${day}.json`;

async function remembered(
  { parent, day }: DayPage,
  api: NotionApi,
  lake: Lake,
): Promise<OwnPage | undefined> {
  const body = await lake.read('reports', memoryOf(day));
  const memory = body && Remembered.parse(JSON.parse(body.toString('utf8')));
  if (memory?.parent !== parent) return undefined;
  try {
    const page = await api.get(`/v1/pages/${memory.page}`, Page);
    return page.archived || page.in_trash ? undefined : ownPage(page);
  } catch (error) {
    if (error instanceof RequestRefused && error.status === 404) return undefined;
    throw error;
  }
}

/** Ours alone: a page of the same name that a person made is the person's. */
async function pageByTitle({ parent, title }: DayPage, api: NotionApi): Promise<OwnPage | undefined> {
  const me = await api.me();
  const [page, ...others] = (await api.children(parent, Found)).filter(
    (child) => child.child_page?.title === title && child.created_by.id === me,
  );
  // Two processes that both took the delivery for lost.
  for (const { id } of others) await api.trash(id);
  return page && ownPage(page);
}

async function newPage({ parent, title }: DayPage, api: NotionApi): Promise<OwnPage | undefined> {
  const json = {
    parent: { type: 'page_id', page_id: parent },
    // Below a page there is no other property.
    properties: { title: { title: richText([{ text: title }]) } },
  };
  const page = await api.create('/v1/pages', json, Page);
  return page && ownPage(page);
}

function ownPage({ id, created_by: maker }: Pick<Found, 'id' | 'created_by'>): OwnPage {
  return { id, maker: maker.id };
}

/** Makes our blocks below a page the wanted ones: writes over what differs, takes away and adds the rest. */
export async function writeBlocks(
  { id, maker }: OwnPage,
  wanted: readonly NotionBlock[],
  api: NotionApi,
): Promise<void> {
  // The page may have been made with another token than what was added to it since.
  await settle(id, wanted, { api, ours: new Set([maker, await api.me()]) });
}

type Writing = { readonly api: NotionApi; readonly ours: ReadonlySet<string> };

async function settle(parentId: string, wanted: readonly NotionBlock[], writing: Writing): Promise<void> {
  const { api } = writing;
  const first = await ownBlocks(parentId, writing);
  const kept = sameKinds(first, wanted);
  for (const { id } of first.slice(kept)) await api.trash(id);
  let own: readonly Found[] = first.slice(0, kept);
  /** Just taken with all that lies in them. */
  const whole = new Set<NotionBlock>();
  while (own.length < wanted.length) {
    const { children, count, wholeCount } = batchOf(wanted.slice(own.length));
    const after = own.at(-1)?.id;
    const isHeard = await api.append(parentId, { children, ...(after !== undefined && { after }) });
    const now = await ownBlocks(parentId, writing);
    if (!isHeard && now.length === own.length) continue;
    if (now.length !== own.length + count)
      throw new AnswerChanged('Notion does not show the blocks that it has just taken');
    for (const block of isHeard ? wanted.slice(own.length, own.length + wholeCount) : []) whole.add(block);
    own = now;
  }
  for (const [index, block] of wanted.entries()) {
    const there = own[index];
    if (there === undefined || whole.has(block)) continue;
    if (saidBy(there[there.type]) !== saidBy(block.payload))
      await api.update(`/v1/blocks/${there.id}`, { [block.type]: block.payload });
    if (block.children.length > 0 || there.has_children) await settle(there.id, block.children, writing);
  }
}

async function ownBlocks(parentId: string, { api, ours }: Writing): Promise<readonly Found[]> {
  const children = await api.children(parentId, Found);
  return children.filter(
    ({ type, created_by: maker }) => ours.has(maker.id) && type !== 'child_page' && type !== 'child_database',
  );
}

/** How many blocks from the first on are of the wanted kinds. */
function sameKinds(found: readonly Found[], wanted: readonly NotionBlock[]): number {
  const differs = wanted.findIndex(({ type, payload }, index) => {
    const there = found[index];
    return there === undefined || kindOf(there.type, there[there.type]) !== kindOf(type, payload);
  });
  return differs < 0 ? Math.min(found.length, wanted.length) : differs;
}

/** As many blocks as one request takes, with what lies in them; of a longer one the start, which is gone on with. */
function batchOf(blocks: readonly NotionBlock[]): {
  readonly children: readonly object[];
  readonly count: number;
  /** Of those, how many go with all that lies in them. */
  readonly wholeCount: number;
} {
  const children: object[] = [];
  let wholeCount = 0;
  let left = MOST_BLOCKS;
  for (const block of blocks) {
    const size = 1 + block.children.length;
    if (size > left && children.length > 0) break;
    children.push(asRequest(block, Math.min(block.children.length, left - 1)));
    if (size <= left) wholeCount += 1;
    left -= Math.min(size, left);
    if (left === 0) break;
  }
  return { children, count: children.length, wholeCount };
}
