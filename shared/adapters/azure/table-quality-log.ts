import { odata, type TableClient, type TableEntityResult } from '@azure/data-tables';
import { z } from 'zod';
import { QualityEntry, type QualityLog } from '../../ports/quality-log.ts';
import { asciiJson } from './ascii-json.ts';

// Table `quality`: a partition for each contract, a row for each attempt of a run. The row key begins with the time
// that is left until the end of the year 9999, so that the file that landed last comes first and the newest entries
// are read without the others. The entry is JSON in pieces, since one property holds 32 K characters.

const PIECE_CHARS = 30_000;
/** An entity may have 1 MiB in all; one that nears it would be refused in Azure but not by the emulator. */
const MAX_PIECES = 12;
const END_OF_TIME = Date.parse('9999-12-31T23:59:59.999Z');
const MAX_ATTEMPT = 999_999;
const MAX_PAGE = 1_000;

export class TableQualityLog implements QualityLog {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async record(entry: QualityEntry): Promise<void> {
    const { runId, score = '', verdict, at } = entry;
    await this.#table.upsertEntity(
      {
        partitionKey: partitionOf(entry),
        rowKey: rowKeyOf(entry),
        runId,
        score,
        verdict,
        at,
        ...pieces(asciiJson(entry)),
      },
      'Replace',
    );
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
      entries.push(...page.map(entryOf));
      if (entries.length >= limit) break;
    }
    return entries.slice(0, limit);
  }
}

/** Dataset ids hold `/`, which a key must not, and neither `%`. */
function partitionOf({ dataset, contract }: Pick<QualityEntry, 'dataset' | 'contract'>): string {
  return `${encodeURIComponent(dataset)}|${encodeURIComponent(contract)}`.replaceAll('%', '*');
}

function rowKeyOf({ landedAt, runId, attempt }: QualityEntry): string {
  return [untilEnd(landedAt), runId, String(MAX_ATTEMPT - attempt).padStart(6, '0')].join('|');
}

function untilEnd(instant: string): string {
  return String(END_OF_TIME - Date.parse(instant)).padStart(15, '0');
}

function entryOf(entity: TableEntityResult<object>): QualityEntry {
  const properties = new Map<string, unknown>(Object.entries(entity));
  let json = '';
  for (let index = 0; properties.has(`entry${index}`); index += 1) {
    json += z.string().parse(properties.get(`entry${index}`));
  }
  return QualityEntry.parse(JSON.parse(json));
}

function pieces(json: string): Record<string, string> {
  const count = Math.ceil(json.length / PIECE_CHARS);
  if (count > MAX_PIECES) throw new RangeError(`a quality entry of ${json.length} characters is too large`);
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `entry${index}`,
      json.slice(index * PIECE_CHARS, (index + 1) * PIECE_CHARS),
    ]),
  );
}
