import type { AccessRecord } from '../shared/access/access-record.ts';
import type { ChainVerdict } from '../shared/access/verify-chain.ts';
import { unreachable } from '../shared/domain/unreachable.ts';
import type { Reproduction } from '../shared/pipeline/reproduce-numbers.ts';
import type { RunVerdict } from '../shared/pipeline/verify-run.ts';

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

/** What `npm run audit:verify -- --run` says of the files of a run. */
export function runVerdictLines({ runId, attempt, isAsWritten, files }: RunVerdict): string[] {
  const name = `${runId}, attempt ${attempt}`;
  if (isAsWritten) return [`${name}: all of its ${files.length} files are as they were written.`];
  const wrong = files.filter(({ found }) => found !== 'as-written');
  return [
    `${name}: ${wrong.length} of ${files.length} files are not as they were written.`,
    ...wrong.map(({ container, path, found, sha256, foundSha256 }) =>
      found === 'missing'
        ? `  ${container}/${path} is missing`
        : `  ${container}/${path} was changed${foundSha256 === undefined ? ' and cannot be read' : `: ${foundSha256} instead of ${sha256}`}`,
    ),
  ];
}

/** What became of computing its numbers again. */
export function reproductionLines(numbers: Reproduction): string[] {
  switch (numbers.kind) {
    case 'same':
      return [`Computed again, ${numbers.numbers} numbers are the same to the last byte: ${numbers.sha256}.`];
    case 'impossible':
      return [`Its numbers cannot be computed again. ${numbers.reason}`];
    case 'differs': {
      const { differing, differences, hasOtherDefinitions } = numbers;
      const why = hasOtherDefinitions ? ' The definitions have changed since.' : '';
      return [
        `Computed again, ${differing} numbers are other ones.${why}`,
        ...differences.map(({ kpi, version, dimension, reportingDate, before, now }) => {
          const part = Object.entries(dimension).map(([of, value]) => ` ${of}:${value}`);
          return `  ${kpi}@${version}${part.join('')} on ${reportingDate}: ${before ?? 'none'}, now ${now ?? 'none'}`;
        }),
      ];
    }
    default:
      return unreachable(numbers);
  }
}
