import { z } from 'zod';
import { Sha256 } from '../domain/ids.ts';
import type { Lake } from '../ports/lake.ts';
import { ACCESS_FOLDER, accessNumber, type Link } from './access-record.ts';

/** A place where the chain is not what was written. */
export type Break = z.infer<typeof Break>;
export const Break = z.object({
  where: z.string(),
  why: z.string(),
  /** Of a record that is there, or should be. */
  number: z.int().positive().optional(),
  /** What it was, where that was noted elsewhere. */
  noted: z.object({ number: z.int().positive(), sha256: Sha256 }).optional(),
});

/** Of a name that anybody may have given. */
const SHOWN = 100;

/** Numbers that follow each other, with none missing. */
export type Span = { readonly from: number; readonly to: number };

/** The records that there are, by their names alone: numbers that are missing between others, and files that are none. */
export async function chainFiles(
  lake: Lake,
): Promise<{ readonly spans: readonly Span[]; readonly breaks: readonly Break[] }> {
  const spans: { from: number; to: number }[] = [];
  const breaks: Break[] = [];
  // They come in the order of their names, which is that of the numbers.
  for await (const { path } of lake.list('audit', ACCESS_FOLDER)) {
    const number = accessNumber(path);
    const newest = spans.at(-1);
    if (number === undefined) breaks.push({ where: `file ${path.slice(0, SHOWN)}`, why: 'it is no record' });
    else if (newest?.to === number - 1) newest.to = number;
    else {
      if (newest !== undefined) breaks.push(gapBetween(newest.to, number));
      spans.push({ from: number, to: number });
    }
  }
  return { spans, breaks };
}

function gapBetween(last: number, next: number): Break {
  const [from, to] = [last + 1, next - 1];
  if (from === to) return brokenRecord(from, 'it is not there');
  return { where: `records ${from} to ${to}`, why: 'they are not there' };
}

export function brokenRecord(number: number, why: string, noted?: Link): Break {
  return { where: `record ${number}`, why, number, ...(noted !== undefined && { noted }) };
}

/** The numbers that there are from one to another. */
export function* numbersIn(spans: readonly Span[], { from, to }: Span): Iterable<number> {
  for (const span of spans)
    for (let number = Math.max(span.from, from); number <= Math.min(span.to, to); number++) yield number;
}
