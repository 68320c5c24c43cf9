import { RestError, type TableClient, type TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import { RunId } from '../../domain/ids.ts';
import { type KpiMart, KpiResult } from '../../kpis/kpi-result.ts';
import type { KpiHistory } from '../../ports/kpi-history.ts';
import { severalAtOnce } from '../../resilience/several-at-once.ts';
import { asciiJson } from './ascii-json.ts';

// Table `kpivalues`: a partition for each KPI and version, a row for each run, model, reporting date and dimension. A run
// writes its own rows only, and each carries how well founded its result is; whoever reads takes the best founded one.
// So a run that is withdrawn takes its rows away, and what another run says of the same day stands again. Models stand
// in no series together: the tape counts receivables, the PAR file principal.

const MAX_ACTIONS = 100;
/** Partitions do not wait for each other. */
const AT_ONCE = 8;
const StoredResult = z.object({
  runId: RunId,
  attempt: z.int().positive(),
  standing: z.string(),
  result: z.string(),
});
type Stored = z.infer<typeof StoredResult> & { readonly etag: string };
type Writer = {
  readonly landedAt: string;
  readonly contractVersion?: number | undefined;
  readonly runId: RunId;
  readonly attempt: number;
};

export class TableKpiHistory implements KpiHistory {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async record(mart: KpiMart, run: Writer): Promise<number> {
    const standing = standingOf(mart, run);
    const computed = Map.groupBy(
      mart.series.filter(({ value }) => value !== null),
      partitionOf,
    );
    // Also those that have no value any more: an earlier attempt may have left one.
    const partitions = new Set([...mart.kpis, ...mart.series].map(partitionOf));
    const changed = await severalAtOnce([...partitions], AT_ONCE, (partition) => {
      const rows = rowsOf(partition, computed.get(partition) ?? [], { ...run, standing });
      return this.#recordPartition(partition, rows, run);
    });
    return changed.reduce((sum, count) => sum + count, 0);
  }

  async forget({ runId, attempt }: Pick<Writer, 'runId' | 'attempt'>): Promise<number> {
    let removed = 0;
    const filter = `RowKey ge '${runId}|' and RowKey lt '${runId}}' and attempt le ${attempt}`;
    const queryOptions = { filter, select: ['partitionKey', 'rowKey'] };
    for await (const { partitionKey = '', rowKey = '' } of this.#table.listEntities({ queryOptions })) {
      if (await undisturbed(this.#table.deleteEntity(partitionKey, rowKey))) removed += 1;
    }
    return removed;
  }

  async seriesOf(kpi: Pick<KpiResult, 'id' | 'version' | 'model'>): Promise<readonly KpiResult[]> {
    const best = new Map<string, Stored>();
    const filter = `PartitionKey eq '${partitionOf(kpi)}' and model eq '${kpi.model}'`;
    for (const [rowKey, row] of await this.#rows(filter)) {
      const point = rowKey.slice(row.runId.length);
      if (row.standing > (best.get(point)?.standing ?? '')) best.set(point, row);
    }
    return [...best.values()]
      .map(({ result }) => KpiResult.parse(JSON.parse(result)))
      .sort((a, b) => (a.reportingDate < b.reportingDate ? -1 : 1));
  }

  /** Reads and writes until no other attempt of the run came in between. Returns how many rows it changed. */
  async #recordPartition(
    partition: string,
    rows: ReadonlyMap<string, Row>,
    { runId, attempt }: Writer,
  ): Promise<number> {
    let changed = 0;
    for (;;) {
      const there = await this.#rows(
        `PartitionKey eq '${partition}' and RowKey ge '${runId}|' and RowKey lt '${runId}}'`,
      );
      if ([...there.values()].some((row) => row.attempt > attempt)) return changed;
      const actions = actionsFor(rows, there);
      let isUndisturbed = true;
      for (let start = 0; start < actions.length && isUndisturbed; start += MAX_ACTIONS) {
        const batch = actions.slice(start, start + MAX_ACTIONS);
        isUndisturbed = await undisturbed(this.#table.submitTransaction(batch));
        if (isUndisturbed) changed += batch.length;
      }
      for (const [rowKey, { etag }] of there) {
        if (rows.has(rowKey) || !isUndisturbed) continue;
        isUndisturbed = await undisturbed(this.#table.deleteEntity(partition, rowKey, { etag }));
        if (isUndisturbed) changed += 1;
      }
      if (isUndisturbed) return changed;
    }
  }

  async #rows(filter: string): Promise<Map<string, Stored>> {
    const rows = new Map<string, Stored>();
    for await (const entity of this.#table.listEntities({ queryOptions: { filter } })) {
      rows.set(entity.rowKey ?? '', { ...StoredResult.parse(entity), etag: entity.etag });
    }
    return rows;
  }
}

type Row = z.infer<typeof StoredResult> & {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly model: string;
};

function rowsOf(
  partitionKey: string,
  results: readonly KpiResult[],
  { runId, attempt, standing }: Writer & { standing: string },
): Map<string, Row> {
  return new Map(
    results.map((result) => {
      const rowKey = `${runId}|${pointOf(result)}`;
      const { model } = result;
      return [
        rowKey,
        { partitionKey, rowKey, model, runId, attempt, standing, result: asciiJson(result) },
      ] as const;
    }),
  );
}

function actionsFor(rows: ReadonlyMap<string, Row>, there: ReadonlyMap<string, Stored>): TransactionAction[] {
  return [...rows.values()].flatMap((row): TransactionAction[] => {
    const stored = there.get(row.rowKey);
    if (stored === undefined) return [['create', row]];
    const isSame =
      stored.attempt === row.attempt && stored.standing === row.standing && stored.result === row.result;
    return isSame ? [] : [['update', row, 'Replace', { etag: stored.etag }]];
  });
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

/** Ids and models hold letters, digits, dots and underscores only, which a key may hold. */
function partitionOf({ id, version }: Pick<KpiResult, 'id' | 'version'>): string {
  return `${id}@${version}`;
}

function pointOf({ model, reportingDate, dimension }: KpiResult): string {
  const dimensions = Object.entries(dimension).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  // A key must not hold `%`.
  return [model, reportingDate, ...dimensions.sort()].join('|').replaceAll('%', '*');
}

/** The newer the book and the more datasets it has, the better founded its results. Sorts as text. */
function standingOf(mart: KpiMart, { landedAt, contractVersion = 1, runId }: Writer): string {
  const founded = [
    String(mart.book.length).padStart(3, '0'),
    landedAt,
    String(contractVersion).padStart(6, '0'),
  ];
  return [mart.asOf, ...founded, runId].join('|');
}
