import { parseArgs } from 'node:util';
import { CONTRACTS } from '../shared/contracts/registry.ts';
import type { DatasetId } from '../shared/domain/ids.ts';
import { type LocalDate, parseLocalDate } from '../shared/domain/local-date.ts';
import { UsageError } from './pipeline-options.ts';

const DATASETS = [...new Set(CONTRACTS.map(({ dataset }) => dataset))];

export const HELP = `Says what would become of a file if it were dropped. Nothing is taken in, and no store and no key is needed.

Usage: npm run check-file -- FILE [options]

  --dataset NAME   dataset of the file (otherwise found by its header): ${DATASETS.join(', ')}
  --as-of DATE     day that the file stands for, where it does not say so itself
  --against FILE   file of another dataset that references are checked with; may be given several times
  --book DIR       the same with every file below a folder; none (default): references are not checked
  --json           one JSON document on stdout and nothing else there
  --html FILE      the verdict as a page
  --help           this text

Exit code: 0 the file would be taken in, 2 it would be rejected or the call was wrong, 1 the machinery failed.`;

export type CheckOptions = {
  readonly file: string;
  readonly dataset: DatasetId | undefined;
  readonly asOf: LocalDate | undefined;
  readonly against: readonly string[];
  readonly book: string | undefined;
  readonly json: boolean;
  readonly html: string | undefined;
};

export function checkOptions(args: readonly string[]): CheckOptions | 'help' {
  const { values, positionals } = parsed(args);
  if (values.help === true) return 'help';
  const [file, another] = positionals;
  if (file === undefined) throw new UsageError('no file was given');
  if (another !== undefined) throw new UsageError('one file is checked at a time; for others use --against');
  return {
    file,
    dataset: datasetOption(values.dataset),
    asOf: asOfOption(values['as-of']),
    against: values.against ?? [],
    book: values.book === 'none' ? undefined : values.book,
    json: values.json ?? false,
    html: values.html,
  };
}

function datasetOption(name: string | undefined): DatasetId | undefined {
  if (name === undefined) return undefined;
  const dataset = DATASETS.find((known) => known === name);
  if (dataset === undefined) throw new UsageError(`there is no dataset ${JSON.stringify(name)}`);
  return dataset;
}

function asOfOption(text: string | undefined): LocalDate | undefined {
  if (text === undefined) return undefined;
  const day = parseLocalDate(text);
  if (day === undefined) throw new UsageError(`--as-of ${JSON.stringify(text)} is not a day: YYYY-MM-DD`);
  return day;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        dataset: { type: 'string' },
        'as-of': { type: 'string' },
        against: { type: 'string', multiple: true },
        book: { type: 'string' },
        json: { type: 'boolean' },
        html: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
