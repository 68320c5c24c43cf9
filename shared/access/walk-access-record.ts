import type { Log } from '../ports/log.ts';
import type { AccessDeps } from './access-chain.ts';
import type { Link } from './access-record.ts';
import { type Break, chainFiles, numbersIn, type Span } from './chain-files.ts';
import { keepWalk, LastWalk, lastWalk, MOST_BREAKS } from './last-walk.ts';
import { notedAndGone } from './verify-chain.ts';
import { type Walked, walkRecords } from './walk-records.ts';

/** How many records one walk reads: all while there are no more, and then a part of the old ones each night. */
export type WalkBounds = { readonly mostNew: number; readonly mostOld: number };
const BOUNDS: WalkBounds = { mostNew: 50_000, mostOld: 50_000 };

/**
 * Walks along the access record where nobody asks for it: every name, the records that are new, those that were found
 * broken, and a part of the others, which goes round. A break is an event when it is found, and stays in what is kept
 * until it is no longer one.
 */
export async function walkAccessRecord(
  deps: AccessDeps & { readonly log: Log },
  bounds = BOUNDS,
): Promise<LastWalk> {
  const last = await lastWalk(deps.lake);
  const { spans, breaks } = await chainFiles(deps.lake);
  const stretches = stretchesOf(last, spans, bounds);
  const noted = [...(last?.newest ? [last.newest] : []), ...(last?.breaks ?? []).flatMap(linkOfBreak)];
  const first = spans[0]?.from ?? 1;
  const walk = async (stretch: Span | undefined): Promise<Walked | undefined> =>
    stretch && (await walkRecords(numbersIn(spans, stretch), { first, noted }, deps));
  const [fresh, old] = [await walk(stretches.fresh), await walk(stretches.old)];
  const again = await Promise.all(stretches.again.map(walk));
  const walked = [fresh, old, ...again].filter((one) => one !== undefined);
  const found = [...breaks, ...notedAndGone(noted, spans), ...walked.flatMap((one) => one.breaks)];
  const newest = fresh?.newest ?? last?.newest;
  const at = deps.clock.now().toISOString();
  const kept = LastWalk.parse({
    at,
    newest: newest && { number: newest.number, sha256: newest.sha256 },
    next: stretches.next,
    ...namedBreaks(found, last, at),
  });
  for (const { where, why } of kept.breaks.filter(({ foundAt }) => foundAt === at))
    deps.log.error('access.broken', { place: where, why });
  await keepWalk(kept, deps.lake);
  deps.log.info('access.walked', {
    records: spans.reduce((sum, { from, to }) => sum + to - from + 1, 0),
    read: walked.reduce((sum, { records }) => sum + records, 0),
    breaks: kept.breaks.length + kept.moreBreaks,
    number: kept.newest?.number ?? 0,
    sha256: kept.newest?.sha256,
  });
  return kept;
}

type Stretches = {
  readonly fresh: Span;
  readonly old: Span | undefined;
  /** What was broken, each with those beside it. */
  readonly again: readonly Span[];
  readonly next: number;
};

function stretchesOf(last: LastWalk | undefined, spans: readonly Span[], bounds: WalkBounds): Stretches {
  const first = spans[0]?.from ?? 1;
  const read = last?.newest?.number;
  const again = (last?.breaks ?? []).flatMap(({ number }) =>
    number === undefined ? [] : [{ from: number - 1, to: number + 1 }],
  );
  const fresh = { from: read ?? first, to: (read ?? first - 1) + bounds.mostNew };
  if (last === undefined || read === undefined) return { fresh, old: undefined, again, next: first };
  const from = last.next > read || last.next < first ? first : last.next;
  const to = Math.min(from + bounds.mostOld - 1, read);
  // With the one before it, or where one part ends and the next begins nothing would be held against anything.
  return { fresh, old: { from: from - 1, to }, again, next: to >= read ? first : to + 1 };
}

const linkOfBreak = ({ noted }: Break): readonly Link[] => (noted === undefined ? [] : [noted]);

/** Each place once, those that were known before first. */
function namedBreaks(
  found: readonly Break[],
  last: LastWalk | undefined,
  at: string,
): Pick<LastWalk, 'breaks' | 'moreBreaks'> {
  const known = new Map(last?.breaks.map(({ where, foundAt }) => [where, foundAt]));
  const places = [...new Map(found.map((one) => [one.where, one])).values()]
    .map((one) => ({ ...one, foundAt: known.get(one.where) ?? at }))
    .toSorted((a, b) => a.foundAt.localeCompare(b.foundAt));
  return { breaks: places.slice(0, MOST_BREAKS), moreBreaks: Math.max(0, places.length - MOST_BREAKS) };
}
