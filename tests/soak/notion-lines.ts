import { z } from 'zod';
import type { Block } from '../../shared/publishing/destinations/notion/notion-blocks.ts';
import type { NotionReport } from '../../shared/publishing/destinations/notion/notion-report.ts';
import type { KpiEntry } from '../../shared/publishing/destinations/notion/notion-rows.ts';
import { BOT, type StubNotion } from '../support/stub-notion.ts';
import type { StubNode } from '../support/stub-notion-answers.ts';

// A page in Notion line by line, and a row of its database as one line: as they were to be, and as they are there.

/** With where a line stands. */
export function linesOfReport({ blocks }: NotionReport): string[] {
  return blocks.flatMap((block, nth) => linesOfBlock(block).map((line) => `${nth} ${line}`));
}

export function linesOfNode(page: StubNode, notion: StubNotion): string[] {
  const own = (id: string) => notion.below(id).filter(({ createdBy }) => createdBy === BOT);
  return own(page.id).flatMap(({ id, type, payload }, nth) => [
    `${nth} ${type}: ${wordsIn(payload)}`,
    ...own(id).map((child, index) => `${nth} ${index} ${child.type}: ${wordsIn(child.payload)}`),
  ]);
}

function linesOfBlock(block: Block): string[] {
  const words = (text: readonly { readonly text: string }[]): string => text.map((run) => run.text).join('');
  if (block.type === 'table')
    return [
      'table: ',
      ...block.rows.map((cells, index) => `${index} table_row: ${cells.map(words).join(' | ')}`),
    ];
  const bullets = block.type === 'callout' ? block.bullets : [];
  return [
    `${block.type}: ${words(block.text)}`,
    ...bullets.map((bullet, index) => `${index} bulleted_list_item: ${words(bullet)}`),
  ];
}

export function rowOf({ day, id, value, shown, status, runId }: KpiEntry): string {
  return [day, id, value, shown, status, runId].join(' | ');
}

const Columns = z.looseObject({
  Day: z.looseObject({ date: z.looseObject({ start: z.string() }) }),
  Value: z.looseObject({ number: z.number().nullable() }),
  Status: z.looseObject({ select: z.looseObject({ name: z.string() }) }),
});

export function rowIn({ properties }: StubNode): string {
  const { Day, Value, Status } = Columns.parse(properties);
  const words = (name: string): string => wordsIn(properties[name] ?? {});
  return [
    Day.date.start,
    words('KPI ID'),
    Value.number,
    words('Shown'),
    Status.select.name,
    words('Run ID'),
  ].join(' | ');
}

const Pieces = z.array(z.looseObject({ plain_text: z.string() }));
const Payload = z.looseObject({ rich_text: Pieces.default([]), cells: z.array(Pieces).optional() });

function wordsIn(payload: unknown): string {
  const { rich_text: text, cells = [text] } = Payload.parse(payload);
  return cells.map((pieces) => pieces.map((piece) => piece.plain_text).join('')).join(' | ');
}
