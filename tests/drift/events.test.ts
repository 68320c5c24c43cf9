import { describe, expect, it } from '@jest/globals';
import { EVENT_NAMES } from '../../shared/ports/log.ts';
import { sourceFiles } from '../support/source-files.ts';

// Alert queries quote event names, so a name is a promise.

const CALL = /\blog\.(?:debug|info|warn|error)\(\s*'([^']+)'/g;

const logged = new Set(
  sourceFiles('functions', 'shared').flatMap(({ text }) => [...text.matchAll(CALL)].map(([, name]) => name)),
);

/** A name may stand in the call or be chosen before it, so any mention outside the list counts. */
const mentioned = sourceFiles('functions', 'shared')
  .filter(({ path }) => path !== 'shared/ports/log.ts')
  .map(({ text }) => text)
  .join('\n');

describe('events', () => {
  it.each([...EVENT_NAMES])('%s is declared and logged', (name) => {
    expect(mentioned).toContain(`'${name}'`);
  });

  it('that are logged are declared', () => {
    expect(logged.size).toBeGreaterThan(5);
    expect([...logged].filter((name) => !EVENT_NAMES.some((declared) => declared === name))).toEqual([]);
  });

  it.each([...EVENT_NAMES])('%s is a subject and what became of it', (name) => {
    expect(name).toMatch(/^[a-z]+\.[a-z]+$/);
  });

  it('are declared once', () => {
    expect(new Set(EVENT_NAMES).size).toBe(EVENT_NAMES.length);
  });
});
