import { z } from 'zod';
import { Sha256 } from '../domain/ids.ts';
import type { Lake } from '../ports/lake.ts';
import { Break } from './chain-files.ts';

// What the last walk along the access record found. It lies in another container than the record: who changes both has
// the log against them, which has each link as well.

/** Who destroys much would be told of once for each record. */
export const MOST_BREAKS = 10;

export type LastWalk = z.infer<typeof LastWalk>;
export const LastWalk = z.object({
  at: z.iso.datetime(),
  /** Up to here the chain has been read. */
  newest: z.object({ number: z.int().positive(), sha256: Sha256 }).optional(),
  /** Here the next walk goes on with what has been read before. */
  next: z.int().positive(),
  breaks: z.array(Break.extend({ foundAt: z.iso.datetime() })).max(MOST_BREAKS),
  /** Beyond those that are named. */
  moreBreaks: z.int().nonnegative(),
});

const PATH = 'access/last_walk.json';

/** Undefined before the first. */
export async function lastWalk(lake: Lake): Promise<LastWalk | undefined> {
  const body = await lake.read('runs', PATH);
  return body && LastWalk.parse(JSON.parse(body.toString('utf8')));
}

export async function keepWalk(walk: LastWalk, lake: Lake): Promise<void> {
  await lake.write('runs', PATH, JSON.stringify(walk, null, 2), { contentType: 'application/json' });
}
