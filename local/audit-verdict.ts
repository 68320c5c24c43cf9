import type { AccessRecord } from '../shared/access/access-record.ts';
import type { ChainVerdict } from '../shared/access/verify-chain.ts';

/** What `npm run audit:verify` says of the access record. */
export function verdictLines(verdict: ChainVerdict): string[] {
  const { breaks, records, newest, unanswered } = verdict;
  if (breaks.length > 0)
    return [
      ...breaks.map(({ where, why }) => `The access record breaks at ${where}: ${why}.`),
      'Compare with the events access.recorded in the log, which have the hash of each record.',
      ...unanswered.map(unansweredLine),
    ];
  if (newest === undefined) return ['The access record is empty.'];
  return [
    `The access record is whole: ${records} records, each of which follows from the one before.`,
    `The newest is ${newest.number}:${newest.sha256} of ${newest.at}. Note it elsewhere: that the end is cut off shows by it alone.`,
    ...unanswered.map(unansweredLine),
  ];
}

function unansweredLine({ number, at, entry }: AccessRecord): string {
  const route = entry.kind === 'asked' ? entry.what.route : entry.kind;
  const by = entry.kind === 'asked' ? (entry.who.by ?? entry.who.principal ?? entry.who.key) : undefined;
  return `Record ${number}: ${route}, asked at ${at} by ${by ?? 'nobody who is named'}, and what came of it is not recorded.`;
}
