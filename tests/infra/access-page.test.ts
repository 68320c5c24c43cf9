import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { recordingOf } from '../../functions/ops/recorded.ts';
import { ROUTES } from '../../functions/ops/routes.ts';
import { type Right, rightsIn } from '../support/bicep/policies/roles.ts';
import { bicepReader } from '../support/bicep/read-bicep.ts';
import { infraTexts, templatesOf } from '../support/bicep/templates.ts';
import { golden } from '../support/golden.ts';

// Who can do what, by the templates, the routes and the rules of the repository: the list that is reviewed every quarter.
// It is made of them, so that nobody gets a right without a line of it changing.

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const rights = rightsIn(templatesOf(infraTexts(), await bicepReader()));

/** Whom each parameter stands for. */
const WHO: Readonly<Record<string, string>> = {
  appPrincipalId: 'the app, by its identity',
  principalId: 'the app, by its identity',
  dropperGroupId: 'people of the group `DROPPER_GROUP_ID`',
  auditorGroupId: 'people of the group `AUDITOR_GROUP_ID`',
  secretsOfficerGroupId: 'people of the group `SECRETS_OFFICER_GROUP_ID`',
  topic: 'Event Grid, by the identity of its topic',
};

const Protection = z.object({
  rules: z.array(
    z.looseObject({
      parameters: z.looseObject({ required_approving_review_count: z.int().optional() }).optional(),
    }),
  ),
});

function accessPage(): string {
  const azure = [...Map.groupBy(rights, ({ who, role }) => `${who} ${role}`).values()].map((same) => {
    const [first] = same;
    const places = [...new Set(same.map(placeName))].join(', ');
    const files = [...new Set(same.map(({ file }) => `\`infra/${file}\``))].join(', ');
    return `| ${nameOf(first)} | ${first?.role} | ${places} | ${files} |`;
  });
  const http = ROUTES.map((route) => {
    const recorded = { act: 'as an act, before it is done', look: 'as a look', none: 'no' };
    const key = route.authLevel === 'anonymous' ? 'anybody' : 'whoever has a function key';
    return `| \`${route.method} ${route.path}\` | ${key} | ${recorded[recordingOf(route) ?? 'none']} |`;
  });
  const owners = read('.github/CODEOWNERS')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(/\s+/))
    .map(([path, ...teams]) => `| \`${path}\` | ${teams.map((team) => `\`${team}\``).join(', ')} |`);
  const { rules } = Protection.parse(JSON.parse(read('.github/branch-protection.json')));
  const [approvals] = rules.flatMap(({ parameters }) => parameters?.required_approving_review_count ?? []);
  return `${[
    '# Who can do what',
    'Generated from the templates, the routes and the rules of the repository by `tests/infra/access-page.test.ts`; edit those, not this page. Reviewed every quarter ([operations](operations.md#duties)): is each line still needed, who is in each group, who has which function key? `az role assignment list --all` shows what was given beside it.',
    '## In Azure',
    ['| who | role | on | given in |', '|---|---|---|---|', ...azure].join('\n'),
    'Everybody else has what the subscription gives: owners and contributors are outside of these templates. Nobody has a key of a storage account, since there are none.',
    '## Over HTTP',
    ['| request | who | recorded |', '|---|---|---|', ...http].join('\n'),
    'A function key is all or nothing: a person who has one may do all of it. [What is recorded](compliance.md#the-access-record).',
    '## In the repository',
    `Approvals that a change of main needs, from somebody else than its author and from those who own what it changes: ${approvals}. [The rules](../.github/branch-protection.json).`,
    ['| path | owners |', '|---|---|', ...owners].join('\n'),
  ].join('\n\n')}\n`;
}

/** Two templates each call an account of theirs so. */
function placeName({ on, file }: Right): string {
  if (on !== 'account') return `\`${on}\``;
  return file.includes('host-storage') ? 'the account of the host' : 'the account of the data';
}

function nameOf(right: Right | undefined): string {
  return (right && WHO[right.who]) ?? 'nobody that is known';
}

describe('the list of who can do what', () => {
  it('is the one in docs', () => {
    const page = accessPage();

    expect(golden('../../docs/access.md', page)).toBe(page);
  });

  it('knows whom each right is given to', () => {
    expect(rights.filter(({ who }) => !Object.hasOwn(WHO, who))).toEqual([]);
    expect(rights.length).toBeGreaterThan(10);
  });
});
