import { RestError, type TableClient, type TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import type { RunId } from '../../domain/ids.ts';
import { type KpiMart, KpiResult } from '../../kpis/kpi-result.ts';
import type { KpiHistory } from '../../ports/kpi-history.ts';
import { asciiJson } from './ascii-json.ts';

// Table `kpivalues`: a partition for each KPI, version and model, a row for each reporting date and dimension. The
// row carries how well founded its result is, and only a better founded one replaces it. A result from another
// model never replaces it and stands in no series with it: the tape counts receivables, the PAR file principal.

const MAX_ACTIONS = 100;
const StoredResult = z.object({ standing: z.string(), result: z.string() });

export class TableKpiHistory implements KpiHistory {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async record(mart: KpiMart, run: { landedAt: string; runId: RunId }): Promise<number> {
    const computed = mart.series.filter(({ value }) => value !== null);
    let written = 0;
    for (const [partition, results] of Map.groupBy(computed, partitionOf)) {
      written += await this.#recordPartition(partition, results, standingOf(mart, run));
    }
    return written;
  }

  async seriesOf(kpi: Pick<KpiResult, 'id' | 'version' | 'model'>): Promise<readonly KpiResult[]> {
    const rows = await this.#rows(partitionOf(kpi));
    return [...rows.values()]
      .map(({ result }) => KpiResult.parse(JSON.parse(result)))
      .sort((a, b) => (a.reportingDate < b.reportingDate ? -1 : 1));
  }

  /** Reads and writes until no other writer came in between. Returns how many rows it wrote. */
  async #recordPartition(
    partition: string,
    results: readonly KpiResult[],
    standing: string,
  ): Promise<number> {
    let written = 0;
    for (;;) {
      const actions = await this.#actionsFor(partition, results, standing);
      let isUndisturbed = true;
      for (let start = 0; start < actions.length && isUndisturbed; start += MAX_ACTIONS) {
        const batch = actions.slice(start, start + MAX_ACTIONS);
        isUndisturbed = await this.#submit(batch);
        if (isUndisturbed) written += batch.length;
      }
      if (isUndisturbed) return written;
    }
  }

  async #actionsFor(
    partitionKey: string,
    results: readonly KpiResult[],
    standing: string,
  ): Promise<TransactionAction[]> {
    const rows = await this.#rows(partitionKey);
    return results.flatMap((result): TransactionAction[] => {
      const rowKey = rowKeyOf(result);
      const there = rows.get(rowKey);
      if (there !== undefined && there.standing >= standing) return [];
      const entity = { partitionKey, rowKey, standing, result: asciiJson(result) };
      return there === undefined
        ? [['create', entity]]
        : [['update', entity, 'Replace', { etag: there.etag }]];
    });
  }

  /** False when another writer came between reading and writing. */
  async #submit(actions: TransactionAction[]): Promise<boolean> {
    try {
      await this.#table.submitTransaction(actions);
      return true;
    } catch (error) {
      if (error instanceof RestError && (error.statusCode === 409 || error.statusCode === 412)) return false;
      throw error;
    }
  }

  async #rows(partition: string): Promise<Map<string, z.infer<typeof StoredResult> & { etag: string }>> {
    const rows = new Map<string, z.infer<typeof StoredResult> & { etag: string }>();
    const filter = `PartitionKey eq '${partition}'`;
    for await (const entity of this.#table.listEntities({ queryOptions: { filter } })) {
      rows.set(entity.rowKey ?? '', { ...StoredResult.parse(entity), etag: entity.etag });
    }
    return rows;
  }
}

/** Ids and models hold letters, digits, dots and underscores only, which a key may hold. */
function partitionOf({ id, version, model }: Pick<KpiResult, 'id' | 'version' | 'model'>): string {
  return `${id}@${version}@${model}`;
}

function rowKeyOf({ reportingDate, dimension }: KpiResult): string {
  const dimensions = Object.entries(dimension).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  // A key must not hold `%`.
  return [reportingDate, ...dimensions.sort()].join('|').replaceAll('%', '*');
}

/** The newer the book and the more datasets it has, the better founded its results. Sorts as text. */
function standingOf(mart: KpiMart, { landedAt, runId }: { landedAt: string; runId: RunId }): string {
  return `${mart.asOf}|${String(mart.book.length).padStart(3, '0')}|${landedAt}|${runId}`;
}
