import { describe, expect, it } from '@jest/globals';
import { moduleFindings } from '../support/bicep/check-modules.ts';
import { nameFindings } from '../support/bicep/check-names.ts';
import { startFindings } from '../support/bicep/check-start.ts';
import { typeFindings } from '../support/bicep/check-types.ts';
import { DRIFTS } from '../support/bicep/drift.ts';
import { FAULTS, type Fault } from '../support/bicep/faults.ts';
import { POLICIES } from '../support/bicep/policies/policies.ts';
import { bicepReader, NotReadable } from '../support/bicep/read-bicep.ts';
import { infraTexts, type Templates, templatesOf } from '../support/bicep/templates.ts';

// The checks are checked: a fault that is planted in clean templates is found, and clean ones raise nothing.

const read = await bicepReader();
const clean = infraTexts();
const known = templatesOf(clean, read).files;

const CHECKS: Readonly<Record<Exclude<Fault['by'], 'reader'>, (templates: Templates) => readonly string[]>> =
  {
    names: nameFindings,
    modules: moduleFindings,
    start: startFindings,
    types: typeFindings,
    policies: (templates) => POLICIES.flatMap(({ findings }) => findings(templates)),
    drift: (templates) => DRIFTS.flatMap(({ findings }) => findings(templates)),
  };

function withFault({ file, find, put }: Fault): Templates {
  const text = clean.get(file) ?? '';
  if (!text.includes(find)) throw new Error(`${file} has no longer: ${find}`);
  const others = new Map([...known].filter(([path]) => path !== file));
  return templatesOf(
    new Map(clean).set(
      file,
      text.replace(find, () => put),
    ),
    read,
    others,
  );
}

function found(fault: Fault): readonly string[] {
  if (fault.by !== 'reader') return CHECKS[fault.by](withFault(fault));
  try {
    withFault(fault);
    return [];
  } catch (error) {
    if (error instanceof NotReadable) return [error.message];
    throw error;
  }
}

describe('a fault is found', () => {
  it.each(FAULTS)('by $by in $file: $find becomes $put', (fault) => {
    expect(found(fault)).not.toEqual([]);
  });
});

it.each(Object.entries(CHECKS))('%s raise nothing in clean templates', (_, check) => {
  expect(check(templatesOf(clean, read, known))).toEqual([]);
});

it('every rule finds a fault: none of them is satisfied with anything', () => {
  const rules = [...POLICIES, ...DRIFTS];
  const faulty = FAULTS.filter(({ by }) => by !== 'reader').map(withFault);

  const idle = rules.filter(({ findings }) => faulty.every((templates) => findings(templates).length === 0));

  expect(idle.map(({ name }) => name)).toEqual([]);
});

it('infra/README.md counts the rules and the faults', () => {
  const readme = clean.get('README.md');

  expect(readme).toContain(` ${POLICIES.length} rules such as `);
  expect(readme).toContain(` ${FAULTS.length} planted faults\n`);
});
