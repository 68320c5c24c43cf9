import { odata, RestError, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { QualityEntry, type QualityLog } from '../../ports/quality-log.ts';
import { asciiJson } from './ascii-json.ts';
import { fromPieces, inPieces } from './json-pieces.ts';

// Table `quality`: a partition for each contract, a row for each run. The row key begins with the time that is left
// until the end of the year 9999, so that the file that landed last comes first and the newest entries are read
// without the others.

const END_OF_TIME = Date.parse('9999-12-31T23:59:59.999Z');
const MAX_PAGE = 1_000;

const Row = z.object({ rowKey: z.string(), attempt: z.int() });
type Row = z.infer<typeof Row>;

export class TableQualityLog implements QualityLog {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async record(entry: QualityEntry): Promise<void> {
    await this.#put(entry);
    // A run whose file was dropped again has its place where that landed. Whoever writes last sees all rows of the run
    // and leaves only that of the newest attempt.
    const partitionKey = partitionOf(entry);
    const rows = await this.#rowsOf(entry);
    const newest = rows.reduce((best, row) => (isNewer(row, best) ? row : best), rowOf(entry));
    for (const { rowKey } of rows) {
      if (rowKey !== newest.rowKey) await this.#delete(partitionKey, rowKey);
    }
  }

  async history(
    of: Pick<QualityEntry, 'dataset' | 'contract'>,
    limit: number,
    landedBy?: string,
  ): Promise<readonly QualityEntry[]> {
    if (limit < 1) return [];
    const entries: QualityEntry[] = [];
    const from = landedBy === undefined ? '' : untilEnd(landedBy);
    const queryOptions = { filter: odata`PartitionKey eq ${partitionOf(of)} and RowKey ge ${from}` };
    const pages = this.#table
      .listEntities({ queryOptions })
      .byPage({ maxPageSize: Math.min(limit, MAX_PAGE) });
    for await (const page of pages) {
      entries.push(...page.map((entity) => QualityEntry.parse(fromPieces('entry', entity))));
      if (entries.length >= limit) break;
    }
    return entries.slice(0, limit);
  }

  /** Into its place, unless a newer attempt is there already. */
  async #put(entry: QualityEntry): Promise<void> {
    const { runId, attempt, score = '', verdict, at } = entry;
    const key = { partitionKey: partitionOf(entry), rowKey: rowOf(entry).rowKey };
    const entity = { ...key, runId, attempt, score, verdict, at, ...inPieces('entry', asciiJson(entry)) };
    for (;;) {
      const found = await this.#find(key);
      if (found !== undefined && found.attempt > attempt) return;
      try {
        if (found === undefined) await this.#table.createEntity(entity);
        else await this.#table.updateEntity(entity, 'Replace', { etag: found.etag });
        return;
      } catch (error) {
        if (!cameBetween(error, found === undefined ? [409] : [404, 412])) throw error;
      }
    }
  }

  async #find(key: {
    partitionKey: string;
    rowKey: string;
  }): Promise<{ attempt: number; etag: string } | undefined> {
    try {
      const entity = await this.#table.getEntity(key.partitionKey, key.rowKey, {
        queryOptions: { select: ['rowKey', 'attempt'] },
      });
      return { attempt: Row.parse(entity).attempt, etag: entity.etag };
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  async #rowsOf({ runId, ...of }: QualityEntry): Promise<Row[]> {
    const rows: Row[] = [];
    const filter = odata`PartitionKey eq ${partitionOf(of)} and runId eq ${runId}`;
    const queryOptions = { filter, select: ['rowKey', 'attempt'] };
    for await (const entity of this.#table.listEntities({ queryOptions })) rows.push(Row.parse(entity));
    return rows;
  }

  async #delete(partitionKey: string, rowKey: string): Promise<void> {
    try {
      await this.#table.deleteEntity(partitionKey, rowKey);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

/** Dataset ids hold `/`, which a key must not, and neither `%`. */
function partitionOf({ dataset, contract }: Pick<QualityEntry, 'dataset' | 'contract'>): string {
  return `${encodeURIComponent(dataset)}|${encodeURIComponent(contract)}`.replaceAll('%', '*');
}

function rowOf({ landedAt, runId, attempt }: QualityEntry): Row {
  return { rowKey: `${untilEnd(landedAt)}|${runId}`, attempt };
}

function isNewer(row: Row, other: Row): boolean {
  return row.attempt > other.attempt;
}

function untilEnd(instant: string): string {
  return String(END_OF_TIME - Date.parse(instant)).padStart(15, '0');
}

/** Somebody else created, took out or changed what was looked at. */
function cameBetween(error: unknown, statusCodes: readonly number[]): boolean {
  return error instanceof RestError && statusCodes.includes(error.statusCode ?? 0);
}

function isGone(error: unknown): boolean {
  return error instanceof RestError && error.statusCode === 404;
}
