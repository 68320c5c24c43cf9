import { parseArgs } from 'node:util';
import { type LocalDate, parseLocalDate } from '../shared/domain/local-date.ts';
import { UsageError } from './pipeline-options.ts';

export const HELP = `Computes the core KPIs of a book twice, by the SQL models and by the twin, and says what agrees.

Usage: npm run parity -- --data DIR|FILE [--data DIR|FILE ...] [options]

  --data DIR|FILE   a file of the book, or a folder with all of them; may be given several times
  --as-of DATE      the day that is reported (default: the newest day of the files)
  --json            one JSON document on stdout and nothing else there
  --help            this text

Exit code: 0 everything agrees, 1 something does not (or the machinery failed), 2 a file was rejected (why, on stderr)
or the call was wrong.`;

export type ParityOptions = {
  readonly data: readonly string[];
  readonly asOf: LocalDate | undefined;
  readonly json: boolean;
};

export function parityOptions(args: readonly string[]): ParityOptions | 'help' {
  const { data = [], 'as-of': asOf, json = false, help = false } = parsed(args);
  if (help) return 'help';
  if (data.length === 0) throw new UsageError('no file was given: --data DIR or --data FILE');
  return { data, asOf: dayOption(asOf), json };
}

function dayOption(text: string | undefined): LocalDate | undefined {
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
        'as-of': { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
