import type { KpiMart, KpiResult } from './kpi-result.ts';

// A mart in writing. A book has some thirteen thousand results, and most of what each says is said by the KPI's newest
// result too: its name, its unit, its owner. Written once, a mart is half as long; whoever reads it gets all of it back.

/** The same for every result of a KPI version, as a rule. */
const SHARED = [
  'version',
  'name',
  'unit',
  'precision',
  'owner',
  'direction',
  'ripens',
  'thresholds',
  'model',
  'inputs',
] as const;

const SHARED_NAMES: ReadonlySet<string> = new Set(SHARED);

/** Lists whose results leave out what `kpis` says of the same KPI. */
const LISTS = ['series', 'breakdowns', 'quarters'] as const;

/** One line for each result. The same mart gives the same bytes. */
export function martText(mart: KpiMart): string {
  const newest = new Map(mart.kpis.map((result) => [result.id, result]));
  const lists: ReadonlySet<string> = new Set(LISTS);
  const parts = Object.entries(mart).map(([name, value]) => {
    if (!Array.isArray(value)) return `${JSON.stringify(name)}: ${JSON.stringify(value)}`;
    const items = lists.has(name) ? mart[toList(name)].map((result) => shortened(result, newest)) : value;
    const lines = items.map((item) => `\n    ${JSON.stringify(item)}`);
    return `${JSON.stringify(name)}: [${lines.join(',')}${lines.length === 0 ? '' : '\n  '}]`;
  });
  return `{\n  ${parts.join(',\n  ')}\n}\n`;
}

/** What was read, with everything in every result again; anything that is no written mart stays as it is. */
export function withSharedFields(written: unknown): unknown {
  if (!isRecord(written) || !Array.isArray(written['kpis'])) return written;
  const newest = new Map(written['kpis'].filter(isRecord).map((result) => [result['id'], result]));
  const whole = (result: unknown): unknown => {
    if (!isRecord(result)) return result;
    const shared = newest.get(result['id']);
    if (shared === undefined) return result;
    const missing = SHARED.filter((field) => !(field in result) && field in shared);
    const all = { ...result, ...Object.fromEntries(missing.map((field) => [field, shared[field]])) };
    const isLacking = ([field, value]: readonly [string, unknown]) =>
      value === null && SHARED_NAMES.has(field);
    return Object.fromEntries(Object.entries(all).filter((entry) => !isLacking(entry)));
  };
  const lists = LISTS.flatMap((name) => {
    const list = written[name];
    return Array.isArray(list) ? [[name, list.map(whole)] as const] : [];
  });
  return { ...written, ...Object.fromEntries(lists) };
}

function shortened(
  result: KpiResult,
  newest: ReadonlyMap<string, KpiResult>,
): Readonly<Record<string, unknown>> {
  const shared = newest.get(result.id);
  if (shared === undefined) return result;
  const left = new Set<string>(SHARED.filter((field) => isSame(result[field], shared[field])));
  // A month that runs is held against no limits: it says that it has none, or it would get those of the newest.
  const lacking = SHARED.filter((field) => result[field] === undefined && shared[field] !== undefined);
  return {
    ...Object.fromEntries(Object.entries(result).filter(([field]) => !left.has(field))),
    ...Object.fromEntries(lacking.map((field) => [field, null])),
  };
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return a !== undefined;
  // Lists and limits; to write down each text of thirteen thousand results takes longer than all the rest.
  return typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b);
}

function toList(name: string): (typeof LISTS)[number] {
  const list = LISTS.find((candidate) => candidate === name);
  if (list === undefined) throw new RangeError(`${name} is no list of results`);
  return list;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
