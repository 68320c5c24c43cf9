import { appendFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { appAt } from './app-client.ts';
import { CallWrong, needed, runToExit } from './script-failed.ts';
import { type Comparison, compared, sightOf } from './shadow-comparison.ts';

// `npm run shadow`: a candidate that ran beside production for a day, with the same files. The verdict gates promotion.

const HELP = `Compares two environments that were given the same files: KPI by KPI, errors, verdicts on files, time.

Usage: npm run shadow -- --candidate URL --reference URL [options]

  --candidate URL     what may be promoted; its function key in STAGING_KEY
  --reference URL     what it is held against; its function key in PRODUCTION_KEY
  --hours N           runs of so many hours count (default 24)
  --tolerance SHARE   by how much a value may differ, as a share of it (default 0: not at all)
  --slower TIMES      how many times as long the typical run may take (default 1.5)
  --markdown FILE     adds the report to FILE, such as $GITHUB_STEP_SUMMARY
  --json              one JSON document on stdout and nothing else there
  --help              this text

A KPI whose definition has another version differs on purpose: it is listed, and speaks against nothing.
Exit code: 0 the candidate may be promoted, 1 it may not, or one of them cannot be asked, 2 the call was wrong.`;

const MOST_SHOWN = 50;

await runToExit(async () => {
  const { values } = parseArgs({
    options: {
      candidate: { type: 'string' },
      reference: { type: 'string' },
      hours: { type: 'string', default: '24' },
      tolerance: { type: 'string', default: '0' },
      slower: { type: 'string', default: '1.5' },
      markdown: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const { candidate, reference } = values;
  if (!candidate || !reference) throw new CallWrong('two environments: --candidate URL and --reference URL.');
  const since = new Date(Date.now() - number('--hours', values.hours) * 3_600_000).toISOString();
  const [known, found] = await Promise.all([
    sightOf(appAt(reference, needed('PRODUCTION_KEY', 'a function key of the reference')), since),
    sightOf(appAt(candidate, needed('STAGING_KEY', 'a function key of the candidate')), since),
  ]);
  const comparison = compared(known, found, {
    value: number('--tolerance', values.tolerance),
    slower: number('--slower', values.slower),
  });
  const report = reportOf(comparison);
  console.log(values.json === true ? JSON.stringify(comparison) : report);
  if (values.markdown !== undefined) await appendFile(values.markdown, report);
  return comparison.against.length === 0 ? 0 : 1;
});

function number(option: string, text: string): number {
  if (!/^\d{1,6}(\.\d{1,12})?$/.test(text))
    throw new CallWrong(`${option} takes a number, not ${JSON.stringify(text)}.`);
  return Number(text);
}

function reportOf({ compared, against, notes }: Comparison): string {
  const lines = against
    .slice(0, MOST_SHOWN)
    .map(({ what, reference, candidate }) => `| ${what} | ${cell(reference)} | ${cell(candidate)} |`);
  return [
    '### Beside production',
    '',
    against.length === 0
      ? `${compared} KPIs are the same, and so are errors, verdicts and time: it may be promoted.`
      : `It may not be promoted: ${against.length} ${against.length === 1 ? 'thing differs' : 'things differ'}.`,
    ...(against.length > 0 && compared === 0
      ? ['', 'They were not given the same files, so the numbers were not compared.']
      : []),
    '',
    ...(lines.length > 0 ? ['| what | reference | candidate |', '|---|---|---|', ...lines, ''] : []),
    ...(against.length > MOST_SHOWN ? [`And ${against.length - MOST_SHOWN} more.`, ''] : []),
    ...notes.slice(0, MOST_SHOWN).map((note) => `- ${note}`),
    ...(notes.length > 0 ? [''] : []),
  ].join('\n');
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
