import { odata, type TableClient } from '@azure/data-tables';
import { DataBreaker } from '../../expectations/data-breaker.ts';
import type { Breakers } from '../../ports/breakers.ts';
import type { Versioned } from '../../ports/run-ledger.ts';
import { asciiJson } from './ascii-json.ts';
import { fromPieces, inPieces } from './json-pieces.ts';
import { findRow, saveRow } from './versioned-rows.ts';

// Table `breakers`: one partition, a row for each breaker. A state is some twenty runs with what was wrong with them.

const DATA = 'data';

export class TableBreakers implements Breakers {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async get(name: string): Promise<Versioned<DataBreaker> | undefined> {
    const entity = await findRow(this.#table, { partitionKey: DATA, rowKey: keyOf(name) });
    return entity && { value: stateOf(entity), version: entity.etag };
  }

  async save(state: DataBreaker, version: string | undefined): Promise<'saved' | 'conflict'> {
    const entity = { partitionKey: DATA, rowKey: keyOf(state.name), ...inPieces('state', asciiJson(state)) };
    return await saveRow(this.#table, entity, version);
  }

  async all(): Promise<readonly DataBreaker[]> {
    const states: DataBreaker[] = [];
    const queryOptions = { filter: odata`PartitionKey eq ${DATA}` };
    for await (const entity of this.#table.listEntities({ queryOptions })) states.push(stateOf(entity));
    return states.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

function stateOf(entity: object): DataBreaker {
  return DataBreaker.parse(fromPieces('state', entity));
}

/** Names hold `/`, which a key must not, and neither `%`. */
function keyOf(name: string): string {
  return encodeURIComponent(name).replaceAll('%', '*');
}
