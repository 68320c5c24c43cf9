import { RestError, type TableClient, type TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import { RunId } from '../../domain/ids.ts';
import { type KpiMart, KpiResult } from '../../kpis/kpi-result.ts';
import type {
  HistoryAttempt,
  HistoryPoint,
  HistoryWriter,
  KpiHistory,
  Recorded,
  TakenBack,
} from '../../ports/kpi-history.ts';
import { severalAtOnce } from '../../resilience/several-at-once.ts';
import { asciiJson } from './ascii-json.ts';

// Table `kpivalues`: a partition for each KPI and version, a row for each model, reporting date and dimension. A row
// carries whose result it is and how well founded that is, and only a better founded one replaces it. Rows by run would
// be simpler, but each report would read those of all runs that there ever were. Models stand in no series together: the
// tape counts receivables, the PAR file principal.

const MAX_ACTIONS = 100;
/** Partitions do not wait for each other. */
const AT_ONCE = 8;
/**
 * Of a row that its run has taken back: whoever says anything is better founded. Until somebody does, or it is closed, it is
 * read as before, or a report of that moment would have a gap.
 */
const TAKEN_BACK = '';

const StoredRow = z.object({
  rowKey: z.string(),
  model: z.string(),
  runId: RunId,
  attempt: z.int().positive(),
  standing: z.string(),
  /** The result as JSON. */
  result: z.string(),
  /** The run that has taken the point back: it comes back to it until it has asked all others. */
  insteadOf: RunId.optional(),
});
/** Without an etag before it is written. */
type Row = z.infer<typeof StoredRow> & { readonly etag?: string };
type Rows = ReadonlyMap<string, Row>;

export class TableKpiHistory implements KpiHistory {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async record(mart: KpiMart, run: HistoryWriter): Promise<Recorded> {
    const said = Map.groupBy(saidBy(mart), partitionOf);
    // Also those that have no value any more: an earlier attempt may have left one.
    const partitions = new Set([...mart.kpis, ...mart.series].map(partitionOf));
    const recorded = await severalAtOnce([...partitions], AT_ONCE, async (partition) => {
      const rows = rowsOf(said.get(partition) ?? [], mart, run);
      return await this.#change(partition, (there) => sayingOnly(rows, there, run));
    });
    return {
      changed: recorded.reduce((sum, { changed }) => sum + changed, 0),
      takenBack: takenBackIn(recorded, run),
    };
  }

  async forget(run: HistoryAttempt): Promise<TakenBack> {
    const { runId, attempt } = run;
    const filter = `(runId eq '${runId}' and attempt le ${attempt}) or insteadOf eq '${runId}'`;
    const partitions = new Set<string>();
    const queryOptions = { filter, select: ['partitionKey'] };
    for await (const { partitionKey = '' } of this.#table.listEntities({ queryOptions }))
      partitions.add(partitionKey);
    const forgotten = await severalAtOnce([...partitions], AT_ONCE, (partition) =>
      this.#change(partition, (there) =>
        [...there.values()]
          .filter((row) => isBy(run)(row) && row.standing !== TAKEN_BACK)
          .map(takenBackBy(run)),
      ),
    );
    return takenBackIn(forgotten, run);
  }

  async offer(
    mart: KpiMart,
    run: HistoryWriter,
    points: readonly HistoryPoint[],
  ): Promise<readonly HistoryPoint[]> {
    const said = Map.groupBy(saidBy(mart), partitionOf);
    const standing = standingOf(mart, run);
    const filled = await severalAtOnce(
      [...Map.groupBy(points, partitionOf)],
      AT_ONCE,
      async ([partition, wanted]) => {
        const keys = new Set(wanted.map(rowKeyOf));
        const results = said.get(partition)?.filter((result) => keys.has(rowKeyOf(result))) ?? [];
        if (results.length === 0) return [];
        const rows = rowsOf(results, mart, run);
        const { there } = await this.#change(partition, (found) => saying(rows, found, run));
        return wanted.filter((point) => (there.get(rowKeyOf(point))?.standing ?? TAKEN_BACK) >= standing);
      },
    );
    return filled.flat();
  }

  async close(run: HistoryAttempt, points: readonly HistoryPoint[]): Promise<void> {
    await severalAtOnce([...Map.groupBy(points, partitionOf)], AT_ONCE, async ([partition, own]) => {
      const there = await this.#rows(`PartitionKey eq '${partition}'`);
      for (const point of own) {
        const rowKey = rowKeyOf(point);
        const stored = there.get(rowKey);
        // Whoever took it in between keeps it.
        if (stored?.etag !== undefined && isTakenBackBy(run)(stored))
          await undisturbed(this.#table.deleteEntity(partition, rowKey, { etag: stored.etag }));
      }
    });
  }

  async seriesOf(kpi: Pick<KpiResult, 'id' | 'version' | 'model'>): Promise<readonly KpiResult[]> {
    const rows = await this.#rows(`PartitionKey eq '${partitionOf(kpi)}' and model eq '${kpi.model}'`);
    return [...rows.values()]
      .map(({ result }) => KpiResult.parse(JSON.parse(result)))
      .sort((a, b) => (a.reportingDate < b.reportingDate ? -1 : 1));
  }

  /** Reads the partition and changes it, again and again until nobody else wrote in between. Returns what is there then. */
  async #change(
    partition: string,
    changesFor: (there: Rows) => readonly Row[],
  ): Promise<{ readonly changed: number; readonly there: Rows }> {
    let changed = 0;
    for (;;) {
      const there = await this.#rows(`PartitionKey eq '${partition}'`);
      const changes = changesFor(there);
      let isUndisturbed = true;
      for (let start = 0; start < changes.length && isUndisturbed; start += MAX_ACTIONS) {
        const batch = changes.slice(start, start + MAX_ACTIONS);
        isUndisturbed = await undisturbed(
          this.#table.submitTransaction(batch.map((row) => actionFor(partition, row, there))),
        );
        if (isUndisturbed) changed += batch.length;
      }
      if (isUndisturbed)
        return { changed, there: new Map([...there, ...changes.map((row) => [row.rowKey, row] as const)]) };
    }
  }

  async #rows(filter: string): Promise<Rows> {
    const rows = new Map<string, Row>();
    for await (const entity of this.#table.listEntities({ queryOptions: { filter } })) {
      const row = StoredRow.parse(entity);
      rows.set(row.rowKey, { ...row, etag: entity.etag });
    }
    return rows;
  }
}

/** Over what was read, and only over that. */
function actionFor(partitionKey: string, row: Row, there: Rows): TransactionAction {
  const { etag: _, ...stored } = row;
  const entity = { partitionKey, ...stored };
  const etag = there.get(row.rowKey)?.etag;
  return etag === undefined ? ['create', entity] : ['update', entity, 'Replace', { etag }];
}

/** False when another writer came in between. */
async function undisturbed(change: Promise<unknown>): Promise<boolean> {
  try {
    await change;
    return true;
  } catch (error) {
    if (error instanceof RestError && [404, 409, 412].includes(error.statusCode ?? 0)) return false;
    throw error;
  }
}

/** Rows to be written so that the run says these and nothing else. */
function sayingOnly(rows: readonly Row[], there: Rows, run: HistoryWriter): readonly Row[] {
  const own = [...there.values()].filter(({ runId }) => runId === run.runId);
  if (own.some(({ attempt }) => attempt > run.attempt)) return [];
  const said = new Map(rows.map((row) => [row.rowKey, row]));
  const isWorse = ({ rowKey, standing }: Row): boolean =>
    standing > (said.get(rowKey)?.standing ?? TAKEN_BACK);
  const worse = own.filter(isWorse).map(takenBackBy(run));
  // What it has taken back waits until all have been asked.
  const waiting = new Set([...worse, ...own.filter(isTakenBackBy(run))].map(({ rowKey }) => rowKey));
  return [
    ...worse,
    ...saying(
      rows.filter(({ rowKey }) => !waiting.has(rowKey)),
      there,
      run,
    ),
  ];
}

/** Those of the rows that are better founded than what is there. */
function saying(rows: readonly Row[], there: Rows, run: HistoryWriter): readonly Row[] {
  const better = rows.filter((row) => {
    const stored = there.get(row.rowKey);
    if (stored === undefined) return true;
    if (stored.runId !== run.runId) return row.standing > stored.standing;
    if (stored.attempt > run.attempt || stored.standing > row.standing) return false;
    return stored.attempt !== row.attempt || stored.standing !== row.standing || stored.result !== row.result;
  });
  return better.map((row) => ({ ...row, ...insteadOf(there.get(row.rowKey), run) }));
}

/** Of whoever took the point back last, whether or not somebody has stood in since. A run does not stand in for itself. */
function insteadOf(stored: Row | undefined, { runId }: HistoryAttempt): Pick<Row, 'insteadOf'> {
  const isTakenBack = stored?.standing === TAKEN_BACK && stored.runId !== runId;
  const other = isTakenBack ? stored.runId : stored?.insteadOf;
  return other === undefined || other === runId ? {} : { insteadOf: other };
}

function isBy({ runId, attempt }: HistoryAttempt): (row: Row) => boolean {
  return (row) => row.runId === runId && row.attempt <= attempt;
}

function isTakenBackBy(run: HistoryAttempt): (row: Row) => boolean {
  return (row) => isBy(run)(row) && row.standing === TAKEN_BACK;
}

function takenBackIn(changed: readonly { readonly there: Rows }[], run: HistoryAttempt): TakenBack {
  const rows = changed.flatMap(({ there }) => [...there.values()]);
  const taken = rows.filter((row) => row.insteadOf === run.runId);
  return {
    points: [...rows.filter(isTakenBackBy(run)), ...taken].map(pointIn),
    standIns: [...new Set(taken.map(({ runId }) => runId))],
  };
}

function takenBackBy({ attempt }: HistoryAttempt): (row: Row) => Row {
  return (row) => ({ ...row, attempt, standing: TAKEN_BACK });
}

function saidBy({ series }: KpiMart): readonly KpiResult[] {
  return series.filter(({ value }) => value !== null);
}

function rowsOf(
  results: readonly KpiResult[],
  mart: KpiMart,
  { landedAt, contractVersion, runId, attempt }: HistoryWriter,
): readonly Row[] {
  const standing = standingOf(mart, { landedAt, contractVersion, runId });
  return results.map((result) => {
    const { model } = result;
    return { rowKey: rowKeyOf(result), model, runId, attempt, standing, result: asciiJson(result) };
  });
}

function pointIn({ result }: Row): HistoryPoint {
  const { id, version, model, reportingDate, dimension } = KpiResult.parse(JSON.parse(result));
  return { id, version, model, reportingDate, dimension };
}

/** Ids and models hold letters, digits, dots and underscores only, which a key may hold. */
function partitionOf({ id, version }: Pick<KpiResult, 'id' | 'version'>): string {
  return `${id}@${version}`;
}

function rowKeyOf({ model, reportingDate, dimension }: HistoryPoint): string {
  const dimensions = Object.entries(dimension).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  // A key must not hold `%`.
  return [model, reportingDate, ...dimensions.sort()].join('|').replaceAll('%', '*');
}

/** The newer the book and the more datasets it has, the better founded its results. Sorts as text. */
function standingOf(
  mart: KpiMart,
  { landedAt, contractVersion = 1, runId }: Omit<HistoryWriter, 'attempt'>,
): string {
  const founded = [
    String(mart.book.length).padStart(3, '0'),
    landedAt,
    String(contractVersion).padStart(6, '0'),
  ];
  return [mart.asOf, ...founded, runId].join('|');
}
