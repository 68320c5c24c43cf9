import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

// A stand-in for a command line of somebody else, such as az or gh: it keeps what it is called with, and answers what the
// test says.

export type StubCommand = {
  /** For the PATH of a child process. */
  readonly path: string;
  /** What the arguments contain -> what is printed: text as it is, all else as JSON. Without one that fits, nothing is. */
  answer(answers: Readonly<Record<string, unknown>>): Promise<void>;
  /** Ends every call with an error. */
  refuse(words: string): Promise<void>;
  /** The arguments of each call, what it was given on standard input, and what stood in a file that they name with @. */
  calls(): Promise<readonly { args: readonly string[]; input: string; file?: string }[]>;
};

const SCRIPT = `#!/usr/bin/env node
const { appendFileSync, existsSync, readFileSync } = require('node:fs');
const own = (name) => __dirname + '/' + name;
const args = process.argv.slice(2);
const input = args.includes('--input') ? readFileSync(0, 'utf8') : '';
const file = args.find((arg) => /^(body=)?@/.test(arg))?.replace(/^.*@/, '');
const inFile = file === undefined ? undefined : readFileSync(file, 'utf8');
appendFileSync(own('calls'), JSON.stringify({ args, input, file: inFile }) + '\\n');
if (existsSync(own('refusal'))) {
  process.stderr.write(readFileSync(own('refusal')));
  process.exit(1);
}
const answers = existsSync(own('answers')) ? JSON.parse(readFileSync(own('answers'), 'utf8')) : {};
const found = Object.entries(answers).find(([part]) => args.join(' ').includes(part));
if (found) process.stdout.write(typeof found[1] === 'string' ? found[1] : JSON.stringify(found[1]));
`;

export async function aStubCommand(name: string, folder: string): Promise<StubCommand> {
  const dir = join(folder, `stub-${name}`);
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, name), SCRIPT);
  // Whatever package the folder for temporary files may lie in.
  await writeFile(join(dir, 'package.json'), '{"type":"commonjs"}');
  await chmod(join(dir, name), 0o755);
  // So that the stub runs on the Node of the tests.
  const path = `${dir}:${join(process.execPath, '..')}:${process.env['PATH'] ?? ''}`;
  return {
    path,
    answer: (answers) => writeFile(join(dir, 'answers'), JSON.stringify(answers)),
    refuse: (words) => writeFile(join(dir, 'refusal'), words),
    async calls() {
      const lines = await readFile(join(dir, 'calls'), 'utf8').catch(() => '');
      return lines.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    },
  };
}
