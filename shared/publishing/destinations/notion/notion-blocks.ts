import { z } from 'zod';

// What stands on a page, and how Notion takes and gives it. Text is never markup there: it goes as rich text objects,
// each a piece of plain text with its looks.

/** Some text of one look. */
export const Run = z.object({
  text: z.string(),
  bold: z.literal(true).optional(),
  link: z.string().optional(),
});
export type Run = z.infer<typeof Run>;

const Text = z.array(Run);
export type Text = z.infer<typeof Text>;

export const Block = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['paragraph', 'heading_2', 'heading_3']), text: Text }),
  z.object({ type: z.literal('callout'), text: Text, bullets: z.array(Text) }),
  /** The first row is the header; all have as many cells. */
  z.object({ type: z.literal('table'), rows: z.array(z.array(Text)).min(1) }),
]);
export type Block = z.infer<typeof Block>;

/** A block as Notion has it, with what may lie in it. */
export type NotionBlock = {
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly children: readonly NotionBlock[];
};

/** Of one request; blocks that lie in others count too. */
export const MOST_BLOCKS = 100;
const MOST_CHARACTERS = 2_000;
const MOST_OBJECTS = 100;

export function notionBlock(block: Block): NotionBlock {
  if (block.type === 'table') {
    const payload = {
      table_width: block.rows[0]?.length ?? 1,
      has_column_header: true,
      has_row_header: false,
    };
    const children = block.rows.map((cells) => ({
      type: 'table_row',
      payload: { cells: cells.map(richText) },
      children: [],
    }));
    return { type: 'table', payload, children };
  }
  const bullets = block.type === 'callout' ? block.bullets : [];
  return {
    type: block.type,
    payload: { rich_text: richText(block.text) },
    children: bullets.map((text) => ({
      type: 'bulleted_list_item',
      payload: { rich_text: richText(text) },
      children: [],
    })),
  };
}

/** To create it. Of its children only so many, and not none: a table without rows is refused. */
export function asRequest({ type, payload, children }: NotionBlock, mostChildren: number): object {
  const within = children.slice(0, mostChildren).map((child) => asRequest(child, 0));
  const own = within.length > 0 ? { ...payload, children: within } : payload;
  return { object: 'block', type, [type]: own };
}

/** Text as Notion takes it: pieces of at most 2,000 characters, at most 100 of them. */
export function richText(text: Text): readonly object[] {
  const pieces = text.flatMap(({ text: whole, ...look }) =>
    piecesOf(whole).map((piece) => ({ text: piece, ...look })),
  );
  const cut = pieces.length > MOST_OBJECTS ? [...pieces.slice(0, MOST_OBJECTS - 1), { text: '…' }] : pieces;
  return cut.map(({ text: content, bold, link }: Run) => ({
    type: 'text',
    text: { content, ...(link !== undefined && { link: { url: link } }) },
    ...(bold && { annotations: { bold } }),
  }));
}

/** Never through the middle of a character. */
function piecesOf(text: string): readonly string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    const end = from + MOST_CHARACTERS;
    const isHalf = /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) && end < text.length;
    const to = isHalf ? end - 1 : end;
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}

const RichText = z.array(
  z.looseObject({
    plain_text: z.string().optional(),
    text: z
      .looseObject({ content: z.string(), link: z.looseObject({ url: z.string() }).nullish() })
      .optional(),
    annotations: z.looseObject({ bold: z.boolean().optional() }).optional(),
  }),
);
const Payload = z.looseObject({
  rich_text: RichText.optional(),
  cells: z.array(RichText).optional(),
  table_width: z.int().optional(),
});

/** Equal for two blocks of which one can be made the other by writing over it: nothing turns a block into another kind. */
export function kindOf(type: string, payload: unknown): string {
  const { table_width: width } = Payload.catch({}).parse(payload);
  return width === undefined ? type : `${type} of ${width}`;
}

/** Equal for two blocks that say the same, whether they come from us or from Notion, which fills in what we leave out. */
export function saidBy(payload: unknown): string {
  const { rich_text: text = [], cells = [] } = Payload.catch({}).parse(payload);
  return JSON.stringify([plainRuns(text), cells.map(plainRuns)]);
}

/** The text alone. */
export function wordsOf(richText: unknown): string {
  return plainRuns(RichText.catch([]).parse(richText))
    .map(({ text }) => text)
    .join('');
}

/** Neighbours of one look are one. */
function plainRuns(pieces: z.infer<typeof RichText>): readonly { text: string; look: string }[] {
  const runs: { text: string; look: string }[] = [];
  for (const { text, plain_text: plain, annotations } of pieces) {
    const look = JSON.stringify([annotations?.bold === true, text?.link?.url ?? '']);
    const said = text?.content ?? plain ?? '';
    const last = runs.at(-1);
    if (last?.look === look) last.text += said;
    else runs.push({ text: said, look });
  }
  return runs;
}
