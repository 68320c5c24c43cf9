import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { az } from './az.ts';
import { ROOT } from './bundle.ts';
import { CallWrong, needed, runToExit } from './script-failed.ts';
import { changesIn, WhatIf, whatIfMarkdown } from './what-if.ts';

// `npm run infrastructure`: infra/main.bicep with the parameters of azd, for workflows, which have no azd.

const HELP = `Deploys infra/main.bicep, or says what that would change.

Usage: npm run infrastructure -- deploy|what-if [options]

  --outputs FILE    deploy: adds the outputs to FILE as NAME=value lines, such as $GITHUB_ENV
  --markdown FILE   what-if: also writes what would change as Markdown
  --expect-none     what-if: exit code 3 when anything would change
  --help            this text

Needs az, signed in. Settings from the environment: those of infra/main.parameters.json, of which AZURE_ENV_NAME and
AZURE_LOCATION have no default.
Exit code: 0 done, 1 Azure refused, 2 the call was wrong, 3 something would change (with --expect-none).`;

const EXIT = { done: 0, changes: 3 } as const;

const Deployed = z.looseObject({
  properties: z.looseObject({ outputs: z.record(z.string(), z.looseObject({ value: z.string() })) }),
});

await runToExit(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      outputs: { type: 'string' },
      markdown: { type: 'string' },
      'expect-none': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    console.log(HELP);
    return EXIT.done;
  }
  const [what, ...others] = positionals;
  if (others.length > 0) throw new CallWrong('one of deploy and what-if, and nothing else.');
  const environment = needed('AZURE_ENV_NAME', 'it names the environment, such as staging');
  await using parameters = await parameterFile();
  const target = [
    ...['--location', needed('AZURE_LOCATION', 'it names the region')],
    ...['--template-file', join(ROOT, 'infra/main.bicep')],
    ...['--parameters', `@${parameters.path}`, '--output', 'json'],
  ];
  if (what === 'deploy') {
    const name = `abaco-${environment}-${Date.now()}`;
    const printed = await az('deployment', 'sub', 'create', '--name', name, ...target);
    await showOutputs(printed, values.outputs);
    return EXIT.done;
  }
  if (what !== 'what-if') throw new CallWrong('say what to do: deploy or what-if.');
  const printed = await az('deployment', 'sub', 'what-if', '--no-pretty-print', ...target);
  const whatIf = WhatIf.parse(JSON.parse(printed));
  if (whatIf.error) throw new Error(`Azure could not tell what would change: ${whatIf.error.message}`);
  const changes = changesIn(whatIf);
  const markdown = whatIfMarkdown(environment, changes);
  console.log(markdown);
  if (values.markdown !== undefined) await writeFile(values.markdown, markdown);
  return values['expect-none'] === true && changes.length > 0 ? EXIT.changes : EXIT.done;
});

async function showOutputs(printed: string, file: string | undefined): Promise<void> {
  const { outputs } = Deployed.parse(JSON.parse(printed)).properties;
  // Azure gives some names back with other capitals.
  const lines = Object.entries(outputs).map(([name, { value }]) => `${name.toUpperCase()}=${value}`);
  for (const line of lines) console.log(line);
  if (file !== undefined) await appendFile(file, lines.map((line) => `${line}\n`).join(''));
}

/** The parameters with what stands in the environment, in a file that is gone afterwards: some are secrets. */
async function parameterFile(): Promise<AsyncDisposable & { readonly path: string }> {
  const text = await readFile(join(ROOT, 'infra/main.parameters.json'), 'utf8');
  const missing = new Set<string>();
  const filled = text.replaceAll(/\$\{(\w+)(=[^}]*)?\}/g, (_, name: string, standard?: string) => {
    const value = process.env[name] || standard?.slice(1);
    if (value === undefined) missing.add(name);
    return JSON.stringify(value ?? '').slice(1, -1);
  });
  if (missing.size > 0) throw new CallWrong(`not set: ${[...missing].join(', ')}.`);
  const dir = await mkdtemp(join(tmpdir(), 'abaco-parameters-'));
  const path = join(dir, 'main.parameters.json');
  await writeFile(path, filled, { mode: 0o600 });
  return { path, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}
