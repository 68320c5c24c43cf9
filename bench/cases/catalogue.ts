import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { duckDbSqlEngine } from '../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import { limitsFor } from '../../shared/kpis/book-size.ts';
import { loadCatalog } from '../../shared/kpis/catalog.ts';
import { computeKpis } from '../../shared/kpis/compute-kpis.ts';
import { pseudonymiser } from '../../shared/privacy/pseudonym.ts';
import type { Measure } from '../case-process.ts';
import { StagedBook } from '../stage-book.ts';
import { newestOf } from './kpis-of-file.ts';

/** The whole catalogue over a staged book. `more` holds the time of each model, `ms of mart_x`. */
export const measure: Measure = async ({ rows, stagedFile = '' }, timed) => {
  const { entries, files, asOf } = StagedBook.parse(JSON.parse(await readFile(stagedFile, 'utf8')));
  const catalog = await loadCatalog();
  const more: Record<string, number> = {};
  let step = { model: 'setting up', since: performance.now() };
  const onStep = (model: string): void => {
    const now = performance.now();
    const name = `ms of ${step.model}`;
    more[name] = (more[name] ?? 0) + now - step.since;
    step = { model, since: now };
  };
  const mart = await timed(async () => {
    await using sql = await duckDbSqlEngine.open(dirname(stagedFile), limitsFor(entries));
    return await computeKpis({
      book: entries,
      files: new Map(Object.entries(files)),
      catalog,
      sql,
      asOf,
      tokenOf: pseudonymiser('1:a key for measurements, and for nothing else'),
      onFailure: ({ error }) => {
        throw error;
      },
      onStep,
    });
  });
  onStep('');
  return { rows, newest: newestOf(mart), more };
};
