import { basename, dirname } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { pathsBelow, type SourceFile, sourceFiles } from '../support/source-files.ts';

// Arrows point inwards: functions -> pipeline -> domain; adapters are known to the composition root only.

const SDK = /^(?:@azure\/|@duckdb\/|pg$|exceljs$|applicationinsights$)/;
const NO_HOME = new Set(['utils', 'util', 'helpers', 'helper', 'common', 'misc', 'lib', 'core', 'types']);

const all = sourceFiles('functions', 'shared', 'local', 'tests');
const below = (...folders: string[]): SourceFile[] =>
  all.filter(({ path }) => folders.some((folder) => path.startsWith(`${folder}/`)));

/** Each import that is not allowed, with the file that has it. */
function breaches(files: readonly SourceFile[], isAllowed: (name: string) => boolean): string[] {
  return files.flatMap(({ path, imports }) =>
    imports.filter((name) => !isAllowed(name)).map((name) => `${path} imports ${name}`),
  );
}

describe('imports', () => {
  it('are found at all', () => {
    expect(all.length).toBeGreaterThan(200);
    expect(all.find(({ path }) => path === 'shared/app.ts')?.imports).toEqual(
      expect.arrayContaining([
        '@azure/storage-blob',
        'shared/config.ts',
        'shared/adapters/azure/blob-lake.ts',
      ]),
    );
  });

  it('of the domain are the domain, zod and hashing', () => {
    const allowed = ['zod', 'node:crypto'];

    expect(
      breaches(below('shared/domain'), (name) => name.startsWith('shared/domain/') || allowed.includes(name)),
    ).toEqual([]);
  });

  it('of the product hold no SDK outside adapters and the composition root', () => {
    const inner = below('shared').filter(
      ({ path }) => !path.startsWith('shared/adapters/') && path !== 'shared/app.ts',
    );

    expect(breaches(inner, (name) => !SDK.test(name))).toEqual([]);
  });

  it('of adapters are made by the composition root and by other adapters only', () => {
    const others = below('shared', 'functions').filter(
      ({ path }) => !path.startsWith('shared/adapters/') && path !== 'shared/app.ts',
    );

    expect(breaches(others, (name) => !name.startsWith('shared/adapters/'))).toEqual([]);
  });

  it('of the product never lead outwards', () => {
    expect(breaches(below('shared'), (name) => !/^(?:functions|local|tests)\//.test(name))).toEqual([]);
  });

  it('of the functions never lead to what is not deployed', () => {
    expect(breaches(below('functions'), (name) => !/^(?:local|tests|bench|scripts)\//.test(name))).toEqual(
      [],
    );
  });

  it('of the functions library stand in functions only', () => {
    expect(breaches(below('shared', 'local'), (name) => !name.startsWith('@azure/functions'))).toEqual([]);
  });
});

describe('names', () => {
  it('say what is in a file or a folder', () => {
    const paths = ['functions', 'shared', 'local', 'tests'].flatMap((folder) => pathsBelow(folder));
    const homeless = paths.filter((path) =>
      [...dirname(path).split('/'), basename(path).split('.')[0] ?? ''].some((name) => NO_HOME.has(name)),
    );

    expect(homeless).toEqual([]);
  });

  it('of files are in kebab case', () => {
    const shouting = all.filter(({ path }) => !/^[a-z0-9]+(?:[-.][a-z0-9]+)*\.ts$/.test(basename(path)));

    expect(shouting.map(({ path }) => path)).toEqual([]);
  });
});
