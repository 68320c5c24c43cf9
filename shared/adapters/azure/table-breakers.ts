import { odata, RestError, type TableClient } from '@azure/data-tables';
import { DataBreaker } from '../../expectations/data-breaker.ts';
import type { Breakers } from '../../ports/breakers.ts';
import type { Versioned } from '../../ports/run-ledger.ts';
import { asciiJson } from './ascii-json.ts';
import { fromPieces, inPieces } from './json-pieces.ts';

// Table `breakers`: one partition, a row for each breaker. A state is some twenty runs with what was wrong with them.

const DATA = 'data';

export class TableBreakers implements Breakers {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async get(name: string): Promise<Versioned<DataBreaker> | undefined> {
    try {
      const entity = await this.#table.getEntity(DATA, keyOf(name));
      return { value: stateOf(entity), version: entity.etag };
    } catch (error) {
      if (error instanceof RestError && error.statusCode === 404) return undefined;
      throw error;
    }
  }

  async save(state: DataBreaker, version: string | undefined): Promise<'saved' | 'conflict'> {
    const entity = { partitionKey: DATA, rowKey: keyOf(state.name), ...inPieces('state', asciiJson(state)) };
    try {
      if (version === undefined) await this.#table.createEntity(entity);
      else await this.#table.updateEntity(entity, 'Replace', { etag: version });
      return 'saved';
    } catch (error) {
      if (error instanceof RestError && isTakenOrChanged(error)) return 'conflict';
      throw error;
    }
  }

  async all(): Promise<readonly DataBreaker[]> {
    const states: DataBreaker[] = [];
    const queryOptions = { filter: odata`PartitionKey eq ${DATA}` };
    for await (const entity of this.#table.listEntities({ queryOptions })) states.push(stateOf(entity));
    return states.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** Somebody else created it meanwhile, or saved another state. */
function isTakenOrChanged({ statusCode }: RestError): boolean {
  return statusCode === 409 || statusCode === 412;
}

function stateOf(entity: object): DataBreaker {
  return DataBreaker.parse(fromPieces('state', entity));
}

/** Names hold `/`, which a key must not, and neither `%`. */
function keyOf(name: string): string {
  return encodeURIComponent(name).replaceAll('%', '*');
}
