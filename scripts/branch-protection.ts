import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { z } from 'zod';
import { ROOT } from './bundle.ts';
import { CallWrong, needed, runToExit } from './script-failed.ts';

// `npm run branch-protection`: the rules of main lie in .github/branch-protection.json, a ruleset as GitHub takes it.

const HELP = `Protects main as .github/branch-protection.json says, or looks whether it still is.

Usage: npm run branch-protection -- check|apply

  check   compares what is in force with the file; may be run by anybody who may read the repository
  apply   has GitHub take the file; needs somebody who administers the repository

Needs gh, signed in (GH_TOKEN in a workflow), and GH_REPO, such as owner/name.
Exit code: 0 as it should be, 1 it is not, or GitHub refused, 2 the call was wrong.`;

const FILE = join(ROOT, '.github/branch-protection.json');

const Rule = z.looseObject({
  type: z.string(),
  parameters: z.record(z.string(), z.unknown()).default({}),
});
type Rule = z.infer<typeof Rule>;
const Ruleset = z.looseObject({ name: z.string(), rules: z.array(Rule) });

await runToExit(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean' } },
  });
  const [what] = positionals;
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  if (what !== 'check' && what !== 'apply') throw new CallWrong('say what to do: check or apply.');
  const repository = needed('GH_REPO', 'the repository, such as owner/name');
  const text = await readFile(FILE, 'utf8');
  const { name, rules } = Ruleset.parse(JSON.parse(text));
  if (what === 'apply') {
    await apply(repository, name, text);
    console.log('main is protected as the file says.');
    return 0;
  }
  const inForce = z.array(Rule).parse(JSON.parse(await gh(`repos/${repository}/rules/branches/main`)));
  const wrong = rules.flatMap((rule) => differences(rule, inForce));
  for (const line of wrong) console.error(line);
  if (wrong.length === 0) console.log(`main is protected: ${rules.map(({ type }) => type).join(', ')}.`);
  return wrong.length === 0 ? 0 : 1;
});

async function apply(repository: string, name: string, ruleset: string): Promise<void> {
  const Listed = z.array(z.looseObject({ id: z.int(), name: z.string() }));
  const listed = Listed.parse(JSON.parse(await gh(`repos/${repository}/rulesets`)));
  const own = listed.find((candidate) => candidate.name === name);
  const [method, path] =
    own === undefined
      ? ['POST', `repos/${repository}/rulesets`]
      : ['PUT', `repos/${repository}/rulesets/${own.id}`];
  await gh(path, ['--method', method, '--input', '-'], ruleset);
}

/** What is weaker in force than the file says, in words. Stricter is fine. */
function differences(wanted: Rule, inForce: readonly Rule[]): string[] {
  const same = inForce.filter(({ type }) => type === wanted.type);
  if (same.length === 0) return [`${wanted.type}: not in force`];
  return Object.entries(wanted.parameters).flatMap(([name, value]) =>
    same.some(({ parameters }) => isAtLeast(parameters[name], value))
      ? []
      : [
          `${wanted.type}: ${name} is ${JSON.stringify(same[0]?.parameters[name])}, should be ${JSON.stringify(value)}`,
        ],
  );
}

function isAtLeast(found: unknown, wanted: unknown): boolean {
  if (typeof found === 'number' && typeof wanted === 'number') return found >= wanted;
  if (Array.isArray(found) && Array.isArray(wanted))
    return wanted.every((part) => found.some((other) => isWithin(part, other)));
  return found === wanted || wanted === false;
}

/** GitHub adds fields of its own. */
function isWithin(part: unknown, whole: unknown): boolean {
  if (typeof part !== 'object' || part === null || typeof whole !== 'object' || whole === null)
    return part === whole;
  const fields = new Map<string, unknown>(Object.entries(whole));
  return Object.entries(part).every(([name, value]) => isDeepStrictEqual(fields.get(name), value));
}

function gh(path: string, args: readonly string[] = [], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('gh', ['api', path, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.once('error', (cause) =>
      reject(new Error('gh, the command line of GitHub, is not there.', { cause })),
    );
    child.once('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`GitHub refused ${path}: ${err.trim().slice(-1_000)}`));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
