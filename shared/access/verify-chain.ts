import type { AccessDeps } from './access-chain.ts';
import type { AccessRecord, Link } from './access-record.ts';
import { type Break, brokenRecord, chainFiles, numbersIn, type Span } from './chain-files.ts';
import { type NewestRecord, walkRecords } from './walk-records.ts';

export type ChainVerdict = {
  readonly records: number;
  /** Undefined while there is none. */
  readonly newest: NewestRecord | undefined;
  /** None: the chain is whole. */
  readonly breaks: readonly Break[];
  /** Acts whose outcome is not recorded: the process died, or is at it now. */
  readonly unanswered: readonly AccessRecord[];
};

/**
 * Walks the whole chain and names every break. What the chain alone cannot show is that its end was cut off or
 * changed: for that, give a link that was noted elsewhere, such as in the log.
 */
export async function verifyChain(
  { noted }: { readonly noted?: Link | undefined },
  deps: AccessDeps,
): Promise<ChainVerdict> {
  const { spans, breaks } = await chainFiles(deps.lake);
  const all = { from: 1, to: Number.MAX_SAFE_INTEGER };
  const first = spans[0]?.from ?? 1;
  const known = noted === undefined ? [] : [noted];
  const walked = await walkRecords(numbersIn(spans, all), { first, noted: known }, deps);
  return { ...walked, breaks: [...breaks, ...walked.breaks, ...notedAndGone(known, spans)] };
}

/** Records that were noted, and lie outside of what there is. */
export function notedAndGone(noted: readonly Link[], spans: readonly Span[]): readonly Break[] {
  const [first = 1, last = 0] = [spans[0]?.from, spans.at(-1)?.to];
  return noted
    .filter(({ number }) => number > last || number < first - 1)
    .map((link) => brokenRecord(link.number, 'it is not there, though it was noted', link));
}
