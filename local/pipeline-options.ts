import { parseArgs } from 'node:util';
import { CONTRACTS } from '../shared/contracts/registry.ts';
import { type LocalDate, parseLocalDate } from '../shared/domain/local-date.ts';

export const HELP = `Takes one file or several through the whole pipeline and reports. Nothing is kept but the artifacts.

Usage: npm run pipeline -- --data FILE [--data FILE ...] [options]

  --data FILE       file to take in; may be given several times
  --dataset NAME    dataset of the files (otherwise found by their headers): ${[...new Set(CONTRACTS.map(({ dataset }) => dataset))].join(', ')}
  --as-of DATE      day that the files stand for, where they do not say so themselves
  --output FILE     copy of the report: Markdown, or a page when the name ends in .html
  --out DIR         folder for the artifacts (default: a new temporary folder, named at the end)
  --json            one JSON document on stdout and nothing else there
  --verbose         the whole log on stderr
  --help            this text

Exit code: 0 all files were taken in, 2 a file was rejected (why, on stderr) or the call was wrong,
1 the machinery failed.`;

export type PipelineOptions = {
  readonly data: readonly string[];
  readonly dataset: string | undefined;
  readonly asOf: LocalDate | undefined;
  readonly output: string | undefined;
  readonly out: string | undefined;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly help: boolean;
};

/** The call was wrong: say so, point to --help, exit 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function pipelineOptions(args: readonly string[]): PipelineOptions {
  const values = parsed(args);
  const options = {
    data: values.data ?? [],
    dataset: values.dataset,
    asOf: asOfOption(values['as-of']),
    output: values.output,
    out: values.out,
    json: values.json ?? false,
    verbose: values.verbose ?? false,
    help: values.help ?? false,
  };
  if (!options.help && options.data.length === 0) throw new UsageError('no file was given: --data FILE');
  if (options.dataset !== undefined && !CONTRACTS.some(({ dataset }) => dataset === options.dataset)) {
    throw new UsageError(`there is no dataset ${JSON.stringify(options.dataset)}`);
  }
  return options;
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
      options: {
        data: { type: 'string', multiple: true },
        dataset: { type: 'string' },
        'as-of': { type: 'string' },
        output: { type: 'string' },
        out: { type: 'string' },
        json: { type: 'boolean' },
        verbose: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
