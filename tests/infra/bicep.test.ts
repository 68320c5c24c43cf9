import { beforeAll, describe, expect, it } from '@jest/globals';
import { moduleFindings } from '../support/bicep/check-modules.ts';
import { nameFindings } from '../support/bicep/check-names.ts';
import { startFindings } from '../support/bicep/check-start.ts';
import { typeFindings } from '../support/bicep/check-types.ts';
import { bicepReader } from '../support/bicep/read-bicep.ts';
import { infraTexts, resourcesIn, type Templates, templatesOf } from '../support/bicep/templates.ts';

// Nobody has a Bicep compiler here, so what it would refuse is looked for in other ways. infra/README.md says what
// these ways do not see.

let templates: Templates;

beforeAll(async () => {
  templates = templatesOf(infraTexts(), await bicepReader());
});

describe('the templates', () => {
  it('can be read', () => {
    expect([...templates.files.keys()]).toEqual(expect.arrayContaining(['main.bicep', 'events.bicep']));
    expect(resourcesIn(templates).length).toBeGreaterThan(40);
  });

  it('use names that are declared, declare names that are used, and load files that are there', () => {
    expect(nameFindings(templates)).toEqual([]);
  });

  it('give modules what they ask for, and ask them for what they give', () => {
    expect(moduleFindings(templates)).toEqual([]);
  });

  it('name and count what they make before it is made', () => {
    expect(startFindings(templates)).toEqual([]);
  });

  it('say of each resource what its type knows', () => {
    expect(typeFindings(templates)).toEqual([]);
  });
});
