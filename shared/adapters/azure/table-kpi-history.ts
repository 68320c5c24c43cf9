import { RestError, type TableClient, type TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import { type KpiMart, KpiResult } from '../../kpis/kpi-result.ts';
import type { KpiHistory } from '../../ports/kpi-history.ts';
import { asciiJson } from './ascii-json.ts';

// Table `kpivalues`: a partition for each KPI and version, a row for each reporting date and dimension. The row
// carries how well founded its result is, and only a better founded one replaces it.

const MAX_ACTIONS = 100;
const StoredResult = z.object({ standing: z.string(), result: z.string() });

export class TableKpiHistory implements KpiHistory {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async record(mart: KpiMart, landedAt: string): Promise<void> {
    const computed = mart.series.filter(({ value }) => value !== null);
    for (const [partition, results] of Map.groupBy(computed, partitionOf)) {
      for (;;) if (await this.#recordPartition(partition, results, standingOf(mart, landedAt))) break;
    }
  }

  async seriesOf(kpi: { id: string; version: number }): Promise<readonly KpiResult[]> {
    const rows = await this.#rows(partitionOf(kpi));
    return [...rows.values()]
      .map(({ result }) => KpiResult.parse(JSON.parse(result)))
      .sort((a, b) => (a.reportingDate < b.reportingDate ? -1 : 1));
  }

  /** False when another writer came between reading and writing. */
  async #recordPartition(
    partitionKey: string,
    results: readonly KpiResult[],
    standing: string,
  ): Promise<boolean> {
    const rows = await this.#rows(partitionKey);
    const actions = results.flatMap((result): TransactionAction[] => {
      const rowKey = rowKeyOf(result);
      const there = rows.get(rowKey);
      if (there !== undefined && there.standing >= standing) return [];
      const entity = { partitionKey, rowKey, standing, result: asciiJson(result) };
      return there === undefined
        ? [['create', entity]]
        : [['update', entity, 'Replace', { etag: there.etag }]];
    });
    for (let start = 0; start < actions.length; start += MAX_ACTIONS) {
      if (!(await this.#submit(actions.slice(start, start + MAX_ACTIONS)))) return false;
    }
    return true;
  }

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

/** Ids hold letters, digits, dots and underscores only, which a key may hold. */
function partitionOf({ id, version }: { id: string; version: number }): string {
  return `${id}@${version}`;
}

function rowKeyOf({ reportingDate, dimension }: KpiResult): string {
  const dimensions = Object.entries(dimension).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  // A key must not hold `%`.
  return [reportingDate, ...dimensions.sort()].join('|').replaceAll('%', '*');
}

/** The newer the book and the more datasets it has, the better founded its results. Sorts as text. */
function standingOf(mart: KpiMart, landedAt: string): string {
  return `${mart.asOf}|${String(mart.book.length).padStart(3, '0')}|${landedAt}`;
}
