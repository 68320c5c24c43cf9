import { odata, type TableClient } from '@azure/data-tables';
import { CircuitState, type Circuits } from '../../ports/circuits.ts';
import type { Versioned } from '../../ports/run-ledger.ts';
import { asciiJson } from './ascii-json.ts';
import { findRow, saveRow } from './versioned-rows.ts';

// Table `breakers`: a partition of circuits beside that of the data breakers, a row for each service.

const CIRCUITS = 'circuit';

export class TableCircuits implements Circuits {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async get(name: string): Promise<Versioned<CircuitState> | undefined> {
    const entity = await findRow<{ state: string }>(this.#table, { partitionKey: CIRCUITS, rowKey: name });
    return entity && { value: CircuitState.parse(JSON.parse(entity.state)), version: entity.etag };
  }

  async save(state: CircuitState, version: string | undefined): Promise<'saved' | 'conflict'> {
    const entity = { partitionKey: CIRCUITS, rowKey: state.name, state: asciiJson(state) };
    return await saveRow(this.#table, entity, version);
  }

  async all(): Promise<readonly CircuitState[]> {
    const states: CircuitState[] = [];
    const queryOptions = { filter: odata`PartitionKey eq ${CIRCUITS}` };
    for await (const { state } of this.#table.listEntities<{ state: string }>({ queryOptions }))
      states.push(CircuitState.parse(JSON.parse(state)));
    return states.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
