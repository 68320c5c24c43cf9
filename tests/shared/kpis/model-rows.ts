import { loadCatalog } from '../../../shared/kpis/catalog.ts';
import type { PeriodGrain } from '../../../shared/kpis/kpi-result.ts';
import { createModelViews } from '../../../shared/kpis/model-views.ts';
import { resolveModels, withWhatTheyRead } from '../../../shared/kpis/resolved-models.ts';
import type { SqlRow } from '../../../shared/ports/sql-engine.ts';
import { DAY, date, entryOf, type SmallBook, withScratch, writeBook } from './small-book.ts';

/** What a query gives over the models of a small book; it names the models it reads in `models`. */
export async function rowsOver(
  book: SmallBook,
  {
    models,
    query,
    asOf = DAY,
    grain = 'month',
  }: {
    readonly models: readonly string[];
    readonly query: string;
    readonly asOf?: string;
    readonly grain?: PeriodGrain;
  },
): Promise<readonly SqlRow[]> {
  const catalog = await loadCatalog();
  return await withScratch(async (dir, sql) => {
    const files = await writeBook(dir, sql, book);
    const entries = [...files.keys()].map((relation) => entryOf(relation, DAY, book));
    const { ready } = resolveModels(catalog.models, new Set(files.keys()));
    const failures = await createModelViews(
      sql,
      { entries, files, asOf: date(asOf), grain },
      { models: withWhatTheyRead(models, ready), onStep: () => undefined },
    );
    for (const [model, error] of failures) throw new Error(`${model} could not be made`, { cause: error });
    return await sql.rows(query);
  });
}
