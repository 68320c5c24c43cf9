import { parseArgs } from 'node:util';
import { ZodError } from 'zod';
import type { ExpectedSums } from './generate/expected-sums.ts';
import type { ExpectedFault } from './generate/faults/expected-fault.ts';
import { FAULTS, faultsNamed, writeFaults } from './generate/faults/write-faults.ts';
import { EXPECTED_PATH, generateBook } from './generate/generate-book.ts';
import { generateParBalances } from './generate/generate-par-balances.ts';

// `npm run generate`: a synthetic book in the formats of the real files, and what it adds up to.
// Exit codes: 0 written, 2 the call was wrong, 1 anything else.

const HELP = `Writes a synthetic loan book in the formats of the real files, and expected.json: its exact sums.
The same options give the same bytes. Nobody in it exists.

Usage: npm run generate -- --out DIR [options]

  --out DIR          folder to write to (made if need be; files in it are overwritten)
  --loans N          loans in the book, at least 10 (default 600; shares of arrears hold from about 200 on)
  --seed S           whole number that everything is drawn from (default 1)
  --as-of DATE       tape cut-off, YYYY-MM-DD (default 2025-12-10)
  --par-rows R       only looker/loan_par_balances.csv, with exactly R rows (at least 100)
  --faults NAME ...  also write faulty variants to DIR/faults/NAME/, each with the verdict it must get;
                     "all" writes every one, "list" prints them and writes nothing
  --help             this text
`;

class UsageError extends Error {
  override name = 'UsageError';
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof UsageError || error instanceof RangeError || error instanceof ZodError;
  process.stderr.write(`generate: ${wordsOf(error)}\n`);
  if (isUsage) process.stderr.write('Nothing more was written. See: npm run generate -- --help\n');
  process.exitCode = isUsage ? 2 : 1;
}

async function main(args: string[]): Promise<void> {
  const call = readCall(args);
  if (call.help) return print(HELP);
  if (call.faultNames.includes('list')) return print(faultList());
  if (call.out === undefined) throw new UsageError('--out DIR is missing: where should the book go?');

  const faults = faultsNamed(call.faultNames);
  const settings = { dir: call.out, seed: call.seed, asOf: call.asOf, onProgress: progressLine() };
  if (call.parRows !== undefined) {
    const sums = await generateParBalances({ ...settings, rows: call.parRows });
    return print(report(call.out, sums, []));
  }
  const sums = await generateBook({ ...settings, loans: call.loans });
  const written = await writeFaults(call.out, faults, call.seed);
  print(report(call.out, sums, written));
}

type Call = {
  readonly help: boolean;
  readonly out: string | undefined;
  readonly loans: number | undefined;
  readonly seed: number;
  readonly asOf: string | undefined;
  readonly parRows: number | undefined;
  readonly faultNames: readonly string[];
};

function readCall(args: string[]): Call {
  const { values, positionals } = parsed(args);
  // `--faults bom crlf` reads naturally, so the words after it are names as well.
  if (positionals.length > 0 && values.faults === undefined)
    throw new UsageError(`do not know what to do with "${positionals.join(' ')}"`);
  const faultNames = [...(values.faults ?? []), ...positionals];
  const parRows = wholeNumber('--par-rows', values['par-rows']);
  const loans = wholeNumber('--loans', values.loans);
  if (parRows !== undefined && (loans !== undefined || faultNames.length > 0))
    throw new UsageError('--par-rows makes a PAR file alone: it goes with neither --loans nor --faults');
  return {
    help: values.help ?? false,
    out: values.out,
    loans,
    seed: wholeNumber('--seed', values.seed) ?? 1,
    asOf: values['as-of'],
    parRows,
    faultNames,
  };
}

function parsed(args: string[]): ReturnType<typeof parseCommandLine> {
  try {
    return parseCommandLine(args);
  } catch (error) {
    throw new UsageError(wordsOf(error), { cause: error });
  }
}

function parseCommandLine(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      loans: { type: 'string' },
      seed: { type: 'string' },
      'as-of': { type: 'string' },
      'par-rows': { type: 'string' },
      faults: { type: 'string', multiple: true },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${option} takes a whole number, not "${text}"`);
  return Number(text);
}

function faultList(): string {
  const width = Math.max(...FAULTS.map((fault) => fault.name.length));
  return FAULTS.map((fault) => `${fault.name.padEnd(width)}  ${fault.about}\n`).join('');
}

/** One line that overwrites itself, for people at a terminal only. */
function progressLine(): ((path: string, rows: number) => void) | undefined {
  if (!process.stderr.isTTY) return undefined;
  return (path, rows) => {
    process.stderr.write(`\r\u001b[K${path}: ${rows.toLocaleString('en-GB')} rows`);
  };
}

function report(out: string, sums: ExpectedSums, faults: readonly ExpectedFault[]): string {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  const files = Object.entries(sums.files).map(([path, file]) => [path, `${file.rows} rows`] as const);
  const variants = faults.map((fault) => [`faults/${fault.fault}/${fault.file}`, verdict(fault)] as const);
  const lines = [...files, [EXPECTED_PATH, 'the exact sums'] as const, ...variants];
  const width = Math.max(...lines.map(([path]) => path.length));
  const list = lines.map(([path, what]) => `  ${path.padEnd(width)}  ${what}\n`).join('');
  return `Wrote to ${out} (seed ${sums.seed}, as of ${sums.asOf}):\n${list}`;
}

function verdict({ outcome, problem }: ExpectedFault): string {
  return problem === undefined ? outcome : `${outcome}: ${problem}`;
}

function print(text: string): void {
  process.stdout.write(text);
}

function wordsOf(error: unknown): string {
  if (error instanceof ZodError)
    return error.issues.map((issue) => `--${optionOf(issue.path)}: ${issue.message}`).join('; ');
  return error instanceof Error ? error.message : String(error);
}

function optionOf(path: readonly PropertyKey[]): string {
  const name = String(path[0] ?? '');
  return name === 'asOf' ? 'as-of' : name;
}
