import { beforeAll, expect, it } from '@jest/globals';
import type { Deps } from '../../../shared/app.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { readByKpis } from '../../../shared/pipeline/book.ts';
import { type ComputedMart, martOfBook } from '../../../shared/pipeline/mart-of-book.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { aParRow, csvOf } from '../../support/file-rows.ts';

const PAR = 'looker/loan_par_balances/par.csv';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
  await pipeline.judge(PAR, csvOf([aParRow()]));
  // The catalogue is checked once, with a session of its own.
  await asked('books/first.json', pipeline.deps);
});

/** Asks for the mart of what is there, at a place of its own. */
async function asked(path: string, deps: Deps): Promise<ComputedMart> {
  const catalog = await deps.catalog();
  const book = readByKpis(await deps.registry.all(), catalog);
  const asOf = book[0]?.asOf ?? LocalDate.parse('2025-01-31');
  return await martOfBook({ path, book, catalog, asOf, grain: 'month' }, deps);
}

function countingSessions(): { deps: Deps; opened: () => number } {
  const { sql } = pipeline.deps;
  let opened = 0;
  const open: typeof sql.open = (...args) => {
    opened += 1;
    return sql.open(...args);
  };
  return { deps: { ...pipeline.deps, sql: { open } }, opened: () => opened };
}

it('computes a book once, however many ask for it at once', async () => {
  const one = countingSessions();
  const several = countingSessions();

  const alone = await asked('books/alone.json', one.deps);
  const together = await Promise.all(
    ['first', 'second', 'third'].map(() => asked('books/together.json', several.deps)),
  );

  expect(one.opened()).toBeGreaterThan(0);
  expect(several.opened()).toBe(one.opened());
  for (const { mart } of together) expect(mart).toEqual(alone.mart);
});

it('computes different books at once, each by itself', async () => {
  const one = countingSessions();
  const two = countingSessions();

  await asked('books/one.json', one.deps);
  await Promise.all([asked('books/this.json', two.deps), asked('books/that.json', two.deps)]);

  expect(two.opened()).toBe(2 * one.opened());
});

it('tells all who waited that it failed, and computes again for whoever asks next', async () => {
  const broken = { open: () => Promise.reject(new Error('no room on the disk')) };
  const deps = { ...pipeline.deps, sql: broken };

  const outcomes = await Promise.allSettled([
    asked('books/broken.json', deps),
    asked('books/broken.json', deps),
  ]);
  const again = await asked('books/broken.json', pipeline.deps);

  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(again.failures).toEqual({});
});
