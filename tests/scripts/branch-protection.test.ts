import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aStubCommand, type StubCommand } from '../support/a-stub-command.ts';
import { runScript } from '../support/run-script.ts';
import { ROOT } from '../support/source-files.ts';

let dir: string;
let gh: StubCommand;
let ruleset: { name: string; rules: { type: string; parameters?: Record<string, unknown> }[] };
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-protection-'));
  gh = await aStubCommand('gh', dir);
  ruleset = JSON.parse(await readFile(join(ROOT, '.github/branch-protection.json'), 'utf8'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const protection = (what: string) =>
  runScript('scripts/branch-protection.ts', [what], {
    folder: dir,
    env: { PATH: gh.path, GH_REPO: 'lender/loans' },
  });

describe('check', () => {
  it('finds rules in force that are as strict, whatever GitHub adds to them', async () => {
    const inForce = ruleset.rules.map((rule) => ({ ...rule, ruleset_id: 7 }));
    await gh.answer({ 'repos/lender/loans/rules/branches/main': inForce });

    const { code, stdout, stderr } = await protection('check');

    expect(stderr).toBe('');
    expect(stdout).toContain('main is protected: deletion, non_fast_forward,');
    expect(code).toBe(0);
  });

  it('names each rule that is gone or weaker', async () => {
    const weaker = ruleset.rules
      .filter(({ type }) => type !== 'deletion')
      .map((rule) => ({
        ...rule,
        parameters: {
          ...rule.parameters,
          ...(rule.type === 'pull_request' && { dismiss_stale_reviews_on_push: false }),
          ...(rule.type === 'required_status_checks' && {
            required_status_checks: [{ context: 'dependencies' }],
          }),
        },
      }));
    await gh.answer({ 'rules/branches/main': weaker });

    const { code, stderr } = await protection('check');

    expect(code).toBe(1);
    expect(stderr.split('\n').slice(0, 2)).toEqual([
      'deletion: not in force',
      'pull_request: dismiss_stale_reviews_on_push is false, should be true',
    ]);
    expect(stderr).toContain(
      'required_status_checks: required_status_checks is [{"context":"dependencies"}], should be',
    );
  });
});

describe('apply', () => {
  it.each([
    ['makes the rules where there are none', [], 'repos/lender/loans/rulesets --method POST'],
    [
      'replaces those of the same name',
      [{ id: 7, name: 'main' }],
      'repos/lender/loans/rulesets/7 --method PUT',
    ],
  ])('%s', async (_, listed, call) => {
    await gh.answer({ 'repos/lender/loans/rulesets': listed });

    const { code } = await protection('apply');

    expect(code).toBe(0);
    const written = (await gh.calls()).at(-1);
    expect(written?.args.join(' ')).toContain(call);
    expect(JSON.parse(written?.input ?? '')).toEqual(ruleset);
  });
});
