import { showHiddenCharacters } from '../shared/domain/hidden-characters.ts';
import { runbookOf } from '../shared/domain/problem.ts';
import type { Checked, RejectedLine } from '../shared/pipeline/check-file.ts';
import type { ValidationReport } from '../shared/runs/documents.ts';

// The verdict of a check for somebody at a terminal: what would happen, what to do, what was found.

/** Enough to see what is wrong; --json has more. */
const SHOWN_ROWS = 5;

export function checkLines(file: string, { report, rejectedRows }: Checked): string[] {
  return [
    `${lightOf(report).toUpperCase()}  ${verdict(report)}`,
    ...facts(file, report),
    ...problems(report),
    ...expectations(report),
    ...rejected(rejectedRows),
    ...notices(report),
    '',
    'This was a check: nothing was taken in.',
  ];
}

/** As on the page: amber is taken in, but somebody should look at it. */
export function lightOf({ verdict, expectations }: ValidationReport): 'green' | 'amber' | 'red' {
  if (verdict === 'rejected') return 'red';
  const isMet = expectations.every(({ status }) => status !== 'failed');
  return verdict === 'accepted' && isMet ? 'green' : 'amber';
}

function verdict(report: ValidationReport): string {
  const { verdict, rows } = report;
  if (verdict === 'rejected') return 'The file would be rejected: nothing of it would be taken in.';
  if (verdict === 'quarantined')
    return `The file would be taken in without ${counted(rows.rejected, 'row')}, to be set aside in quarantine.`;
  return lightOf(report) === 'green'
    ? 'The file would be taken in; no row would be set aside.'
    : 'The file would be taken in, with warnings; no row would be set aside.';
}

function facts(file: string, report: ValidationReport): string[] {
  const { dataset, contract, contractVersion, rows, tolerance, score, asOf, runId } = report;
  const shown = showHiddenCharacters(file);
  if (contractVersion === 0) return [`  ${shown}`, '  no row was read'];
  const day = asOf === undefined ? '' : `, as of ${asOf}`;
  const bad = `${counted(rows.rejected, 'row')} rejected`;
  const limits = `share of bad rows ${tolerance.rejectedShare}, tolerated ${tolerance.maxRejectedShare}`;
  return [
    `  ${shown}`,
    `  ${dataset}, contract ${contract} version ${contractVersion}${day}; a drop would be ${runId}`,
    `  ${counted(rows.read, 'row')} read, ${counted(rows.accepted, 'row')} to be taken in, ${bad} (${limits})`,
    ...(rows.orphans > 0
      ? [`  ${counted(rows.orphans, 'row')} of the rejected name nothing that is there`]
      : []),
    ...((rows.dropped ?? rows.identicalDuplicates > 0)
      ? [`  ${counted(rows.dropped ?? rows.identicalDuplicates, 'row')} left out, being there twice`]
      : []),
    ...(score === undefined ? [] : [`  quality score ${score} of 100`]),
  ];
}

function problems({ problems }: ValidationReport): string[] {
  const open = problems.filter(({ severity }) => severity !== 'notice');
  if (open.length === 0) return [];
  const lines = open.flatMap(({ code, severity, count, message }) => [
    `  ${severity}  ${code}${times(count)}: ${message}`,
    `      guide: ${runbookOf(code)}`,
  ]);
  return ['', 'What is wrong, and what to do', ...lines];
}

function expectations({ expectations }: ValidationReport): string[] {
  const failed = expectations.filter(({ status }) => status === 'failed');
  if (failed.length === 0) return [];
  const lines = failed.map(
    ({ severity, id, about, observed, threshold }) =>
      `  ${severity === 'block' ? 'must' : 'should'}  ${id}: ${about}; found ${observed}, allowed ${threshold}`,
  );
  return ['', `Expectations that are not met (${failed.length} of ${expectations.length})`, ...lines];
}

function rejected(rows: readonly RejectedLine[]): string[] {
  if (rows.length === 0) return [];
  const lines = rows.slice(0, SHOWN_ROWS).flatMap(({ record, issues, codes = [] }) => {
    const messages = issues?.map(({ message }) => message) ?? [`row ${record}: ${codes.join(', ')}`];
    return messages.map((message) => `  ${message}`);
  });
  return ['', 'First rejected rows', ...lines];
}

function notices({ problems }: ValidationReport): string[] {
  const told = problems.filter(({ severity }) => severity === 'notice');
  if (told.length === 0) return [];
  return [
    '',
    'Good to know',
    ...told.map(({ code, count, message }) => `  ${code}${times(count)}: ${message}`),
  ];
}

function times(count: number | undefined): string {
  return count === undefined ? '' : ` (${count})`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
