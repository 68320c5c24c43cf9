import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROOT } from '../support/source-files.ts';

// azd finds the app by a tag in the Bicep files, and runs our scripts: names in three places.

const Hook = z.strictObject({ shell: z.string(), run: z.string() });
const Hooks = z.record(z.string(), z.strictObject({ posix: Hook, windows: Hook }));
const Azure = z.looseObject({
  infra: z.looseObject({ path: z.string(), module: z.string() }),
  services: z.record(
    z.string(),
    z.looseObject({ host: z.literal('function'), dist: z.string(), hooks: Hooks }),
  ),
});
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const azure = Azure.parse(parse(read('azure.yaml')));
const hooks = Object.values(azure.services).flatMap(({ hooks }) => Object.values(hooks));

describe('azure.yaml', () => {
  it('names the service as the app is tagged, and the template that makes it', () => {
    const tags = [...read('infra/modules/function-app.bicep').matchAll(/'azd-service-name': '(\w+)'/g)];

    expect(Object.keys(azure.services)).toEqual(tags.map(([, name]) => name));
    expect(existsSync(join(ROOT, azure.infra.path, `${azure.infra.module}.bicep`))).toBe(true);
  });

  it('runs scripts that there are, on every system', () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(read('package.json')));
    const lines = hooks.flatMap(({ posix, windows }) => [posix.run, windows.run]);
    const files = lines.flatMap((line) =>
      [...line.matchAll(/\.\/(scripts\/\S+)/g)].map(([, file = '']) => file),
    );
    const called = [...lines, ...files.map(read)].flatMap((text) =>
      [...text.matchAll(/npm run ([\w-]+)/g)].map(([, script = '']) => script),
    );

    expect(files.length).toBe(2);
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
    expect(called).toEqual(expect.arrayContaining(['package', 'deploy', 'smoke']));
    expect(called.filter((script) => !(script in scripts))).toEqual([]);
  });

  it('asks for the outputs that the template gives', () => {
    const outputs = [...read('infra/main.bicep').matchAll(/^output (\w+) /gm)].map(([, name]) => name);
    const asked = ['scripts/deploy.ts', 'scripts/after-azd-deploy.sh', 'scripts/smoke.ts'].flatMap((file) =>
      [...read(file).matchAll(/\b(?:needed\('|\$(?:\{)?)([A-Z][A-Z_]+)/g)].map(([, name = '']) => name),
    );

    const ofOthers = ['FUNCTION_KEY'];
    expect(asked.length).toBeGreaterThan(4);
    expect(asked.filter((name) => !outputs.includes(name) && !ofOthers.includes(name))).toEqual([]);
  });
});
