import { odata, RestError, type TableClient } from '@azure/data-tables';
import { CircuitState, type Circuits } from '../../ports/circuits.ts';
import type { Versioned } from '../../ports/run-ledger.ts';
import { asciiJson } from './ascii-json.ts';

// Table `breakers`: a partition of circuits beside that of the data breakers, a row for each service.

const CIRCUITS = 'circuit';

export class TableCircuits implements Circuits {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async get(name: string): Promise<Versioned<CircuitState> | undefined> {
    try {
      const entity = await this.#table.getEntity<{ state: string }>(CIRCUITS, name);
      return { value: CircuitState.parse(JSON.parse(entity.state)), version: entity.etag };
    } catch (error) {
      if (error instanceof RestError && error.statusCode === 404) return undefined;
      throw error;
    }
  }

  async save(state: CircuitState, version: string | undefined): Promise<'saved' | 'conflict'> {
    const entity = { partitionKey: CIRCUITS, rowKey: state.name, state: asciiJson(state) };
    try {
      if (version === undefined) await this.#table.createEntity(entity);
      else await this.#table.updateEntity(entity, 'Replace', { etag: version });
      return 'saved';
    } catch (error) {
      const isTakenOrChanged =
        error instanceof RestError && (error.statusCode === 409 || error.statusCode === 412);
      if (isTakenOrChanged) return 'conflict';
      throw error;
    }
  }

  async all(): Promise<readonly CircuitState[]> {
    const states: CircuitState[] = [];
    const queryOptions = { filter: odata`PartitionKey eq ${CIRCUITS}` };
    for await (const { state } of this.#table.listEntities<{ state: string }>({ queryOptions }))
      states.push(CircuitState.parse(JSON.parse(state)));
    return states.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
