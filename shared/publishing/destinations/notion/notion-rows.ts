import { z } from 'zod';
import { LocalDate } from '../../../domain/local-date.ts';
import { type NotionApi, NotionId } from './notion-api.ts';
import { richText, wordsOf } from './notion-blocks.ts';

// KPIs as rows of a database: one for each day and KPI, written over when the day is told again.

export type KpiEntry = z.infer<typeof KpiEntry>;
export const KpiEntry = z.object({
  id: z.string(),
  name: z.string(),
  day: LocalDate,
  asOf: LocalDate,
  /** Null for one that cannot be computed. */
  value: z.number().nullable(),
  shown: z.string(),
  unit: z.string(),
  status: z.string(),
  limits: z.string(),
  owner: z.string(),
  runId: z.string(),
  /** When the numbers were published. */
  loggedAt: z.string(),
});

const KEY = 'KPI ID';
const DAY = 'Day';

type Kind = 'title' | 'rich_text' | 'number' | 'select' | 'date';
type Value = string | number | null;
type Column = { readonly kind: Kind; readonly of: (entry: KpiEntry) => Value };

/** Besides the title, which may have any name. */
const COLUMNS: Readonly<Record<string, Column>> = {
  [KEY]: { kind: 'rich_text', of: ({ id }) => id },
  [DAY]: { kind: 'date', of: ({ day }) => day },
  'As Of': { kind: 'date', of: ({ asOf }) => asOf },
  Value: { kind: 'number', of: ({ value }) => value },
  Shown: { kind: 'rich_text', of: ({ shown }) => shown },
  Unit: { kind: 'rich_text', of: ({ unit }) => unit },
  Status: { kind: 'select', of: ({ status }) => status },
  Limits: { kind: 'rich_text', of: ({ limits }) => limits },
  Owner: { kind: 'rich_text', of: ({ owner }) => owner },
  'Run ID': { kind: 'rich_text', of: ({ runId }) => runId },
  'Logged At': { kind: 'date', of: ({ loggedAt }) => loggedAt },
};

/** The database cannot hold these rows: somebody has to change it. */
export class DatabaseUnfit extends Error {
  override readonly name = 'DatabaseUnfit';
}

const Database = z.looseObject({ data_sources: z.array(z.looseObject({ id: NotionId })) });
const Source = z.looseObject({ properties: z.record(z.string(), z.looseObject({ type: z.string() })) });
const Row = z.looseObject({
  id: NotionId,
  created_time: z.string(),
  properties: z.record(z.string(), z.unknown()),
});
const Made = z.looseObject({ id: NotionId });

export async function writeRows(
  databaseId: string,
  { day, entries }: { readonly day: LocalDate; readonly entries: readonly KpiEntry[] },
  api: NotionApi,
): Promise<void> {
  const source = await dataSourceOf(databaseId, api);
  const columns = await withColumns(source, api);
  const writing = { source, columns, day, entries, made: new Set<string>(), unheard: new Set<string>() };
  // What nobody heard of is looked for once all the others are written: it may be seen only after a while.
  while (await writeMissing(writing, api)) await api.rest();
}

type Writing = {
  readonly source: string;
  readonly columns: readonly (readonly [string, Column])[];
  readonly day: LocalDate;
  readonly entries: readonly KpiEntry[];
  /** KPIs whose rows were heard to be made: those are there, whatever is shown. */
  readonly made: Set<string>;
  /** KPIs with a row that may be there, since nobody heard what became of it. */
  readonly unheard: Set<string>;
};

/**
 * Whether it has to be looked once more: for a row of which nobody heard that it was made, or for one that was made again
 * since it was not shown, and may be there twice.
 */
async function writeMissing(writing: Writing, api: NotionApi): Promise<boolean> {
  const { source, columns, day, entries, made, unheard } = writing;
  let isInDoubt = false;
  const rows = await api.query(source, { property: DAY, date: { equals: day } }, Row);
  const oldestFirst = rows.toSorted((a, b) => (a.created_time < b.created_time ? -1 : 1));
  const byKpi = Map.groupBy(oldestFirst, ({ properties }) => wordsIn(properties[KEY], 'rich_text'));
  for (const entry of entries) {
    const [row, ...others] = byKpi.get(entry.id) ?? [];
    if (row === undefined && !made.has(entry.id)) {
      const parent = { type: 'data_source_id', data_source_id: source };
      const heard = await api.create('/v1/pages', { parent, properties: propertiesOf(entry, columns) }, Made);
      isInDoubt ||= heard === undefined || unheard.has(entry.id);
      (heard === undefined ? unheard : made).add(entry.id);
    } else if (row !== undefined) {
      const differing = columns.filter(([name, column]) => !holds(row.properties[name], column, entry));
      if (differing.length > 0)
        await api.update(`/v1/pages/${row.id}`, { properties: propertiesOf(entry, differing) });
    }
    for (const { id } of others) await api.trash(id);
  }
  return isInDoubt;
}

async function dataSourceOf(databaseId: string, api: NotionApi): Promise<string> {
  const { data_sources: sources } = await api.get(`/v1/databases/${databaseId}`, Database);
  const [source] = sources;
  if (source === undefined || sources.length > 1)
    throw new DatabaseUnfit(
      `The database in Notion has ${sources.length} data sources: the KPI rows need one that has exactly one. Make one, and set NOTION_DATABASE_ID.`,
    );
  return source.id;
}

/** Adds the columns that are missing, and returns all. */
async function withColumns(source: string, api: NotionApi): Promise<readonly (readonly [string, Column])[]> {
  const { properties } = await api.get(`/v1/data_sources/${source}`, Source);
  const title = Object.entries(properties).find(([, { type }]) => type === 'title')?.[0] ?? 'Name';
  const wrong = Object.entries(COLUMNS).flatMap(([name, { kind }]) => {
    const there = properties[name]?.type;
    return there === undefined || there === kind ? [] : [`${name} is ${there} and must be ${kind}`];
  });
  if (wrong.length > 0)
    throw new DatabaseUnfit(
      `The database in Notion cannot hold the KPI rows: ${wrong.join(', ')}. Rename or change these columns.`,
    );
  const missing = Object.entries(COLUMNS).filter(([name]) => properties[name] === undefined);
  if (missing.length > 0)
    await api.update(`/v1/data_sources/${source}`, {
      properties: Object.fromEntries(missing.map(([name, { kind }]) => [name, { type: kind, [kind]: {} }])),
    });
  return [[title, { kind: 'title', of: ({ name }) => name }], ...Object.entries(COLUMNS)];
}

function propertiesOf(entry: KpiEntry, columns: readonly (readonly [string, Column])[]): object {
  return Object.fromEntries(
    columns.map(([name, { kind, of }]) => [name, { [kind]: asProperty(kind, of(entry)) }]),
  );
}

function asProperty(kind: Kind, value: Value): unknown {
  if (kind === 'title' || kind === 'rich_text') return richText([{ text: String(value ?? '') }]);
  if (value === null || kind === 'number') return value;
  return kind === 'select' ? { name: value } : { start: value };
}

const Property = z
  .looseObject({
    number: z.number().nullable().optional(),
    select: z.looseObject({ name: z.string() }).nullable().optional(),
    date: z.looseObject({ start: z.string() }).nullable().optional(),
  })
  .catch({});

function wordsIn(property: unknown, kind: 'title' | 'rich_text'): string {
  return wordsOf(z.looseObject({}).catch({}).parse(property)[kind]);
}

/** Whether the row says so already: Notion writes times of its own way. */
function holds(property: unknown, { kind, of }: Column, entry: KpiEntry): boolean {
  const wanted = of(entry);
  const there = Property.parse(property);
  switch (kind) {
    case 'title':
    case 'rich_text':
      return wordsIn(property, kind) === wanted;
    case 'number':
      return (there.number ?? null) === wanted;
    case 'select':
      return (there.select?.name ?? null) === wanted;
    case 'date':
      return Date.parse(there.date?.start ?? '') === Date.parse(String(wanted));
  }
}
