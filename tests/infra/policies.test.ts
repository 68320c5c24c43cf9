import { describe, expect, it } from '@jest/globals';
import { POLICIES } from '../support/bicep/policies/policies.ts';
import { bicepReader } from '../support/bicep/read-bicep.ts';
import { infraTexts, templatesOf } from '../support/bicep/templates.ts';

const templates = templatesOf(infraTexts(), await bicepReader());

describe('in the templates', () => {
  it.each(POLICIES)('$name', ({ findings }) => {
    expect(findings(templates)).toEqual([]);
  });
});
