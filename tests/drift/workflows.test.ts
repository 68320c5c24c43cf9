import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROOT } from '../support/source-files.ts';
import { faultsIn } from '../support/workflow-linter.ts';
import { brokenRules } from '../support/workflow-rules.ts';

// A workflow is tried for the first time when it matters. So each is read as GitHub reads it, and held against our own
// rules; and faults that were planted show that both would find them.

const FOLDER = '.github/workflows';
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const WORKFLOWS = readdirSync(join(ROOT, FOLDER)).filter((name) => name.endsWith('.yml'));

describe.each(WORKFLOWS)('%s', (name) => {
  const text = read(`${FOLDER}/${name}`);

  it('is a workflow that GitHub takes', async () => {
    expect(await faultsIn(name, text)).toEqual([]);
  });

  it('keeps to our rules', () => {
    expect(brokenRules(text)).toEqual([]);
  });

  it('runs scripts that there are', () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(read('package.json')));
    const called = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, script = '']) => script);
    const files = [...text.matchAll(/(?:bash|node) ((?:scripts|\.ci)\/\S+)/g)].map(([, file = '']) => file);

    expect(called.filter((script) => !(script in scripts))).toEqual([]);
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });
});

describe.each(['deploy-environment.yml', 'drift.yml', 'infra-whatif.yml'])(
  'the infrastructure in %s',
  (name) => {
    it('is given every parameter, or it would differ between those who deploy and those who look', () => {
      const asked = [...read('infra/main.parameters.json').matchAll(/\$\{(\w+)/g)].map(
        ([, variable = '']) => variable,
      );
      const given = new Set(
        [...read(`${FOLDER}/${name}`).matchAll(/^ +(\w+): /gm)].map(([, variable]) => variable),
      );
      // The package knows its revision. Pull requests get no secrets.
      const left = new Set(['REVISION', ...(name === 'infra-whatif.yml' ? SECRET_PARAMETERS : [])]);

      expect(asked.length).toBeGreaterThan(5);
      expect(asked.filter((variable) => !given.has(variable) && !left.has(variable))).toEqual([]);
    });
  },
);
const SECRET_PARAMETERS = ['PAGERDUTY_ALERTS_URL', 'SLACK_ALERTS_WEBHOOK_URL'];

const PLANTED: readonly (readonly [
  fault: string,
  workflow: string,
  from: string,
  to: string,
  finds: string,
])[] = [
  ['a key that there is not', 'deploy.yml', 'timeout-minutes: 15', 'timeout-minuts: 15', 'timeout-minuts'],
  ['a job that there is not', 'deploy.yml', 'needs: staging', 'needs: stagging', 'stagging'],
  ['a schedule of six fields', 'drift.yml', '17 2 * * *', '0 17 2 * * *', 'cron'],
  ['a context that there is not', 'ci.yml', '${{ github.ref }}', '${{ gitub.ref }}', 'gitub'],
  ['a step that does nothing', 'ci.yml', '- run: bash .ci/run', '- name: nothing', 'uses or run'],
  ['an input that is not asked for', 'deploy.yml', 'smoke: --drop', 'smok: --drop', 'smok'],
  ['a function that there is not', 'deploy.yml', '!cancelled()', '!canceled()', 'canceled'],
  [
    'a secret in if',
    'rollback.yml',
    'if: always()',
    "if: secrets.SLACK_DEPLOYMENTS_WEBHOOK != ''",
    'secret in if',
  ],
  [
    'a tag instead of a commit',
    'ci.yml',
    /actions\/checkout@\S+ # v5.0.0/.source,
    'actions/checkout@v5',
    'not pinned',
  ],
  ['a commit of no version', 'ci.yml', ' # v5.0.0', '', 'does not say which version'],
  ['rights to write for all', 'ci.yml', 'contents: read', 'contents: write', 'more than read'],
  [
    'credentials left behind',
    'ci.yml',
    'persist-credentials: false',
    'persist-credentials: true',
    'credentials',
  ],
  ['the rights of main for others', 'ci.yml', 'pull_request:', 'pull_request_target:', 'pull_request_target'],
  ['no end', 'ci.yml', '    timeout-minutes: 30\n', '', 'timeout-minutes'],
  ['two at once', 'deploy-environment.yml', /    concurrency:\n.*\n.*\n/.source, '', 'concurrency'],
  ['text of others in a script', 'rollback.yml', '"$RELEASE"', '"${{ inputs.release }}"', 'others choose'],
  ['a secret in a script', 'rollback.yml', '"$RELEASE"', '"${{ secrets.RELEASE }}"', 'contains a secret'],
  [
    'a password for Azure',
    'drift.yml',
    /client-id: .*/.source,
    'creds: ${{ secrets.AZURE_CREDENTIALS }}',
    'OIDC',
  ],
  ['an identity nobody needs', 'codeql.yml', 'security-events: write', 'id-token: write', 'does not need'],
  ['no environment', 'rollback.yml', /    environment: .*\n/.source, '', 'without an environment'],
  ['another Node', 'ci.yml', 'node-version: 24', 'node-version: 20', 'Node 24'],
  ['a machine that moves', 'ci.yml', 'ubuntu-24.04', 'ubuntu-latest', 'runs-on'],
];

describe('a planted fault is found:', () => {
  it.each(PLANTED)('%s', async (_fault, workflow, from, to, finds) => {
    const text = read(`${FOLDER}/${workflow}`);
    const planted = text.includes(from)
      ? text.replace(from, () => to)
      : text.replace(new RegExp(from), () => to);
    expect(planted).not.toBe(text);

    const ofGitHub = await faultsIn(workflow, planted);

    const found = [...ofGitHub.map(({ message }) => message), ...brokenRules(planted)];
    expect(found.filter((words) => words.includes(finds))).not.toEqual([]);
  });
});

describe('the protection of main', () => {
  const { rules } = z
    .object({ rules: z.array(z.looseObject({ type: z.string() })) })
    .parse(JSON.parse(read('.github/branch-protection.json')));
  const Checks = z.object({
    parameters: z.object({ required_status_checks: z.array(z.object({ context: z.string() })) }),
  });

  it('asks for checks that a pull request gets', () => {
    const { parameters } = Checks.parse(rules.find(({ type }) => type === 'required_status_checks'));
    const Matrix = z.object({ strategy: z.object({ matrix: z.record(z.string(), z.array(z.string())) }) });
    const given = ['ci.yml', 'codeql.yml'].flatMap((name) => {
      const { jobs }: { jobs: Record<string, unknown> } = parse(read(`${FOLDER}/${name}`));
      return Object.entries(jobs).flatMap(([job, definition]) => {
        const matrix = Matrix.safeParse(definition);
        if (!matrix.success) return [job];
        return Object.values(matrix.data.strategy.matrix).flatMap((values) =>
          values.map((one) => `${job} (${one})`),
        );
      });
    });

    expect(parameters.required_status_checks.map(({ context }) => context).toSorted()).toEqual(
      given.toSorted(),
    );
  });

  it('has pull requests reviewed, anew after each push', () => {
    expect(rules.find(({ type }) => type === 'pull_request')).toMatchObject({
      parameters: {
        required_approving_review_count: 1,
        dismiss_stale_reviews_on_push: true,
        require_code_owner_review: true,
      },
    });
  });
});
