import { ZodError } from 'zod';
import { type Call, HELP, readCall, UsageError } from './generate/command-options.ts';
import type { ExpectedSums } from './generate/expected-sums.ts';
import type { ExpectedFault } from './generate/faults/expected-fault.ts';
import { FAULTS, faultsNamed, writeFaults } from './generate/faults/write-faults.ts';
import { EXPECTED_PATH, generateBook } from './generate/generate-book.ts';
import { generateLoans } from './generate/generate-loans.ts';
import { generateParBalances } from './generate/generate-par-balances.ts';

// `npm run generate`: a synthetic book in the formats of the real files, and what it adds up to.
// Exit codes: 0 written, 2 the call was wrong, 1 anything else.

try {
  await main(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof UsageError || error instanceof RangeError || error instanceof ZodError;
  process.stderr.write(`generate: ${wordsOf(error)}\n`);
  if (isUsage) process.stderr.write('Nothing more was written. See: npm run generate -- --help\n');
  process.exitCode = isUsage ? 2 : 1;
}

async function main(args: readonly string[]): Promise<void> {
  const call = readCall(args);
  switch (call.kind) {
    case 'help':
      return print(HELP);
    case 'list-faults':
      return print(faultList());
    case 'write': {
      const { sums, faults } = await write(call);
      return print(report(call.out, sums, faults));
    }
  }
}

type Written = { readonly sums: ExpectedSums; readonly faults: readonly ExpectedFault[] };

async function write({ out, seed, asOf, wanted }: Extract<Call, { kind: 'write' }>): Promise<Written> {
  const settings = { dir: out, seed, asOf, onProgress: progressLine() };
  switch (wanted.kind) {
    case 'loans':
      return { sums: await generateLoans({ ...settings, ...wanted }), faults: [] };
    case 'par-balances':
      return { sums: await generateParBalances({ ...settings, ...wanted }), faults: [] };
    case 'book': {
      const { loans, formats, plantDuplicates, faultNames, lineBytes } = wanted;
      // Before anything is written, so that a misspelt name costs nothing.
      const faults = faultsNamed(faultNames);
      const sums = await generateBook({ ...settings, loans, formats, plantDuplicates });
      return { sums, faults: await writeFaults(out, faults, seed, { lineBytes }) };
    }
  }
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
