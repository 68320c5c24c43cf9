import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchOptions, HELP, readOptions, UsageError } from './bench-options.ts';
import { buildCases } from './build-cases.ts';
import { type BenchCase, CASES } from './case-list.ts';
import { mismatches } from './exactness.ts';
import { type InputFile, type InputName, inputFile, SEED } from './input-files.ts';
import { thisMachine, whyNotHere } from './machine.ts';
import type { CaseRuns, Measurement } from './measurement.ts';
import { caseRecord, caseTable, partTables, verdictTable } from './report.ts';
import { outputOf, runCase } from './run-case.ts';
import { stageBook } from './stage-book.ts';
import { stageInput } from './stage-input.ts';
import { TARGETS, verdictOn } from './targets.ts';

// `npm run bench`: how fast and how large. docs/decisions/speed.md says what is measured and what came out.
// Exit codes: 0 measured, 1 a goal was missed or a result was wrong (with --check) or something broke, 2 a wrong call.

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') process.stdout.write(HELP);
  else await main(options);
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof UsageError) process.stderr.write('See: npm run bench -- --help\n');
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function main(options: BenchOptions): Promise<void> {
  const wanted = CASES.filter(
    ({ name, isBig = false }) =>
      (options.isBig || !isBig) &&
      (options.only.length === 0 || options.only.some((part) => name.includes(part))),
  );
  const inputs = await prepareInputs(wanted, options);
  const header = {
    ...(await thisMachine()),
    seed: SEED,
    rounds: options.rounds,
    files: [...inputs.values()].map(shownFile),
  };
  process.stdout.write(`${JSON.stringify(header, null, 2)}\n`);
  if (wanted.some(({ isOfBuild }) => isOfBuild === true)) await build();

  const measured = await measureAll(wanted, inputs, options);
  const wrong = wanted.flatMap((benchCase) => wrongIn(benchCase, inputs, measured));
  const verdicts = TARGETS.map((target) =>
    verdictOn(target, new Map(measured.map((runs) => [runs.name, runs]))),
  );
  for (const runs of measured) process.stdout.write(`${JSON.stringify(caseRecord(runs))}\n`);
  process.stdout.write(`\n${caseTable(measured)}\n${partTables(measured)}${verdictTable(verdicts)}\n`);
  process.stdout.write(
    wrong.length === 0
      ? 'Exactness: PASS. Every case found the rows, faults and cents that the generator wrote.\n'
      : `Exactness: FAIL\n${wrong.map((line) => `  ${line}\n`).join('')}`,
  );
  if (options.json !== undefined)
    await writeFile(
      options.json,
      `${JSON.stringify({ header, cases: measured, verdicts, wrong }, null, 2)}\n`,
    );
  const isMissed = wrong.length > 0 || verdicts.some(({ verdict }) => verdict === 'FAIL');
  if (options.isChecked && isMissed) process.exitCode = 1;
}

type Inputs = ReadonlyMap<InputName, InputFile>;

async function prepareInputs(wanted: readonly BenchCase[], { rows }: BenchOptions): Promise<Inputs> {
  const inputs = new Map<InputName, InputFile>();
  for (const { input } of wanted) {
    if (inputs.has(input)) continue;
    progress(`input file ${input}`);
    inputs.set(input, await inputFile(input, rows));
  }
  return inputs;
}

function shownFile({ name, rows, bytes, sha256 }: InputFile) {
  return { name, rows, bytes, sha256 };
}

async function build(): Promise<void> {
  progress('building the bundle');
  await outputOf('build', process.execPath, [join(import.meta.dirname, '../scripts/build.ts')]);
}

/** One run of every case, then the next one: what else happens on the machine hits all of them alike. */
async function measureAll(
  wanted: readonly BenchCase[],
  inputs: Inputs,
  { rounds, rows }: BenchOptions,
): Promise<readonly CaseRuns[]> {
  await using staged = await stagedInputs(wanted, inputs);
  await using built = await buildCases(scriptsOf(wanted));
  const skipped = new Map<string, string>();
  const runs = new Map<string, Measurement[]>(wanted.map(({ name }) => [name, []]));
  for (const { name, needs } of wanted) {
    const reason = await whyNotHere(needs);
    if (reason !== undefined) skipped.set(name, reason);
  }
  const runnable = wanted.filter(({ name }) => !skipped.has(name));
  for (let round = 1; round <= rounds; round += 1) {
    for (const benchCase of runnable) {
      progress(`round ${round} of ${rounds}: ${benchCase.name}`);
      const input = known(inputs, benchCase.input);
      const stagedFile = benchCase.staged === true ? staged.files.get(benchCase.input) : undefined;
      runs
        .get(benchCase.name)
        ?.push(await runCase(benchCase, { input, builtEntry: built.entry, stagedFile }));
    }
  }
  progress('');
  return wanted.map(({ name, input, isScaled = false }) => {
    const reason = skipped.get(name);
    const file = known(inputs, input);
    const size = isScaled ? { rows, bytes: file.bytes * 10 } : { rows: file.rows, bytes: file.bytes };
    return {
      name,
      ...size,
      runs: runs.get(name) ?? [],
      isScaled,
      ...(reason !== undefined && { skipped: reason }),
    };
  });
}

function scriptsOf(wanted: readonly BenchCase[]): readonly string[] {
  const bundled = wanted.filter(
    ({ script, isFromSources }) => isFromSources !== true && !script.endsWith('.py'),
  );
  return [...new Set(bundled.map(({ script }) => script))];
}

async function stagedInputs(wanted: readonly BenchCase[], inputs: Inputs) {
  const names = new Set(wanted.filter(({ staged }) => staged === true).map(({ input }) => input));
  const stack = new AsyncDisposableStack();
  const files = new Map<InputName, string>();
  for (const name of names) {
    progress(`staging ${name}`);
    const stage = name.startsWith('book') ? stageBook : stageInput;
    files.set(name, stack.use(await stage(known(inputs, name).path, tmpdir())).file);
  }
  return { files, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

function wrongIn(benchCase: BenchCase, inputs: Inputs, measured: readonly CaseRuns[]): readonly string[] {
  if (benchCase.isOfBuild === true) return [];
  const runs = measured.find(({ name }) => name === benchCase.name)?.runs ?? [];
  const wrong = runs.flatMap(({ found }) => mismatches(benchCase, known(inputs, benchCase.input), found));
  return [...new Set(wrong)];
}

function known(inputs: Inputs, name: InputName): InputFile {
  const input = inputs.get(name);
  if (input === undefined) throw new RangeError(`input ${name} was not made`);
  return input;
}

/** A line that overwrites itself for people at a terminal; a line for each step elsewhere. */
function progress(step: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${step}`);
  else if (step !== '') process.stderr.write(`${step}\n`);
}
