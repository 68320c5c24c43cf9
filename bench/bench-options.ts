import { parseArgs } from 'node:util';

export const HELP = `Measures how fast and how large the product's own path is, beside other ways to do the same work.
Every case runs in a process of its own, one case after the other, round after round.

Usage: npm run bench -- [options]

  --rows N      rows of the main file (default 1000000, at least 10000)
  --rounds N    rounds (default 5)
  --big         also a file of ten times as many rows: growth of time and memory
  --only TEXT   only cases whose name contains one of these, separated by commas
  --check       exit with 1 when a goal is missed or a result is wrong
  --json FILE   also write everything that was measured to FILE
  --help        this text
`;

/** The command was called in a way that means nothing. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type BenchOptions = {
  readonly rows: number;
  readonly rounds: number;
  readonly isBig: boolean;
  readonly isChecked: boolean;
  /** Parts of the names of cases; empty for all of them. */
  readonly only: readonly string[];
  readonly json: string | undefined;
};

/** Smaller files are over before anything can be told from them. */
const FEWEST_ROWS = 10_000;

/** Throws UsageError. */
export function readOptions(args: readonly string[]): BenchOptions | 'help' {
  const values = parsed(args);
  if (values.help === true) return 'help';
  const rows = wholeNumber('--rows', values.rows) ?? 1_000_000;
  if (rows < FEWEST_ROWS || rows % 10 !== 0)
    throw new UsageError(`--rows takes a multiple of ten from ${FEWEST_ROWS} on, not ${rows}`);
  const rounds = wholeNumber('--rounds', values.rounds) ?? 5;
  if (rounds < 1) throw new UsageError('--rounds takes at least 1');
  return {
    rows,
    rounds,
    isBig: values.big === true,
    isChecked: values.check === true,
    only: values.only?.split(',').filter((part) => part !== '') ?? [],
    json: values.json,
  };
}

function parsed(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        rows: { type: 'string' },
        rounds: { type: 'string' },
        big: { type: 'boolean' },
        only: { type: 'string' },
        check: { type: 'boolean' },
        json: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${option} takes a whole number, not "${text}"`);
  return Number(text);
}
