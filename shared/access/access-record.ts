import { createHash } from 'node:crypto';
import { z } from 'zod';
import { RunId, Sha256 } from '../domain/ids.ts';

// One record for each thing that somebody did over HTTP, and for each look at rows of people. A record is a file of
// its own, written once under the next number, with the hash of the file before it: who changes, removes or slips in one
// breaks the chain. Records hold names of ours alone, and no value of a row.

export const ACCESS_FOLDER = 'access/';

const Who = z.strictObject({
  /** The first twelve digits of the SHA-256 of the function key: it tells keys apart and opens nothing. */
  key: z
    .string()
    .regex(/^[0-9a-f]{12}$/)
    .optional(),
  /** As App Service says, which is proof only where its authentication is on. */
  principal: z.string().optional(),
  /** As the caller says. */
  by: z.string().optional(),
});

const Request = z.strictObject({
  who: Who,
  what: z.strictObject({ route: z.string(), values: z.record(z.string(), z.string()) }),
  why: z.strictObject({ reason: z.string().optional(), ticket: z.string().optional() }),
  /** The name that the log has for it. */
  invocation: z.string(),
});

export type AccessAnswer = z.infer<typeof Answer>;
const Answer = z.strictObject({
  status: z.int().min(100).max(599),
  /** The run that the answer names, such as that of a file that was taken in. */
  runId: RunId.optional(),
  /** Of the address, where it was found: then they are names of ours. */
  found: z.record(z.string(), z.string()).optional(),
});

/** What is to be recorded. An act is two: what was asked, before it is done, and what came of it. */
export type AccessEntry = z.infer<typeof AccessEntry>;
const AccessEntry = z.discriminatedUnion('kind', [
  Request.extend({ kind: z.literal('asked') }),
  Answer.extend({ kind: z.literal('answered'), asked: z.int().positive() }),
  Request.extend({ kind: z.literal('read'), ...Answer.shape }),
]);

export type AccessRecord = z.infer<typeof AccessRecord>;
export const AccessRecord = z.strictObject({
  number: z.int().positive(),
  /** Tells whether a record is one's own, where the answer to writing it was lost. */
  id: z.uuid(),
  at: z.iso.datetime(),
  /** Of the bytes of the record before; of the first one zeros. */
  previous: Sha256,
  entry: AccessEntry,
});

/** A record's place in the chain, and the hash that the next one names. */
export type Link = { readonly number: number; readonly sha256: Sha256 };

export const BEFORE_THE_FIRST: Link = { number: 0, sha256: Sha256.parse('0'.repeat(64)) };

const DIGITS = 12;

/** Names sort as the numbers do. */
export function accessPath(number: number): string {
  return `${ACCESS_FOLDER}${String(number).padStart(DIGITS, '0')}.json`;
}

/** Undefined for what is no record's name. */
export function accessNumber(path: string): number | undefined {
  const number = Number(/^access\/(\d{12})\.json$/.exec(path)?.[1]);
  return number > 0 ? number : undefined;
}

export function linkOf(number: number, body: Uint8Array | string): Link {
  return { number, sha256: Sha256.parse(createHash('sha256').update(body).digest('hex')) };
}
