// What Notion refuses for its size or its number, in its own words (developers.notion.com/reference/request-limits).

const MOST = { characters: 2_000, elements: 100, blocks: 1_000, bytes: 500_000, levels: 2 };

/** On the average, with a few more in front. */
const RATE = { perSecond: 3, burst: 5 };

/** For requests, which fills up again. */
export class Room {
  readonly #now: () => number;
  #left = RATE.burst;
  #at = 0;

  /** `now` is the clock that requests are counted by. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether there is room for one more. */
  take(): boolean {
    const at = this.#now();
    const left = Math.min(RATE.burst, this.#left + ((at - this.#at) * RATE.perSecond) / 1_000) - 1;
    this.#at = at;
    this.#left = Math.max(left, 0);
    return left >= 0;
  }
}

/** The first limit that a request breaks. */
export function brokenLimit(json: unknown): string | undefined {
  if (json === undefined) return undefined;
  if (Buffer.byteLength(JSON.stringify(json)) > MOST.bytes) return 'body should be ≤ `500KB`.';
  const found = { blocks: 0 };
  const broken = limitIn(json, 'body', 0, found);
  if (broken !== undefined) return `body failed validation: ${broken}`;
  return found.blocks > MOST.blocks ? 'body should have ≤ `1000` blocks.' : undefined;
}

function limitIn(value: unknown, path: string, level: number, found: { blocks: number }): string | undefined {
  if (Array.isArray(value)) {
    if (value.length > MOST.elements)
      return `${path}.length should be ≤ \`${MOST.elements}\`, instead was \`${value.length}\`.`;
    return first(
      value.map((item, index) => [`${path}[${index}]`, item]),
      level,
      found,
    );
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const entries = Object.entries(value);
  const isBlock = Reflect.get(value, 'object') === 'block';
  if (isBlock) found.blocks += 1;
  if (isBlock && level >= MOST.levels) return `${path} is nested too deep.`;
  const content: unknown = Reflect.get(value, 'content');
  if (typeof content === 'string' && content.length > MOST.characters)
    return `${path}.content.length should be ≤ \`${MOST.characters}\`, instead was \`${content.length}\`.`;
  if (typeof content === 'string' && !content.isWellFormed()) return `${path}.content is half a character.`;
  const width: unknown = Reflect.get(value, 'table_width');
  if (typeof width === 'number') {
    const rows: unknown = Reflect.get(value, 'children');
    if (!Array.isArray(rows) || rows.length === 0)
      return `${path}.children should be defined, instead was \`undefined\`.`;
    if (rows.some((row) => row?.table_row?.cells?.length !== width))
      return 'Number of cells in table row must match the table width of the parent table';
  }
  return first(
    entries.map(([key, item]) => [`${path}.${key}`, item]),
    isBlock ? level + 1 : level,
    found,
  );
}

function first(
  items: readonly (readonly [string, unknown])[],
  level: number,
  found: { blocks: number },
): string | undefined {
  for (const [path, item] of items) {
    const broken = limitIn(item, path, level, found);
    if (broken !== undefined) return broken;
  }
  return undefined;
}
