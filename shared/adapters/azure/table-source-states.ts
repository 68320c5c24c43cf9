import type { TableClient } from '@azure/data-tables';
import type { DatasetId } from '../../domain/ids.ts';
import type { Versioned } from '../../ports/run-ledger.ts';
import type { SourceName } from '../../ports/source-client.ts';
import { SourceState, type SourceStates } from '../../ports/source-states.ts';
import { asciiJson } from './ascii-json.ts';
import { fromPieces, inPieces } from './json-pieces.ts';
import { findRow, saveRow } from './versioned-rows.ts';

// Table `sources`: a partition for each source, a row for each of its datasets.

export class TableSourceStates implements SourceStates {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async get(source: SourceName, dataset: DatasetId): Promise<Versioned<SourceState> | undefined> {
    const entity = await findRow(this.#table, { partitionKey: source, rowKey: keyOf(dataset) });
    return entity && { value: stateOf(entity), version: entity.etag };
  }

  async save(state: SourceState, version: string | undefined): Promise<'saved' | 'conflict'> {
    const keys = { partitionKey: state.source, rowKey: keyOf(state.dataset) };
    const entity = { ...keys, ...inPieces('state', asciiJson(state)) };
    return await saveRow(this.#table, entity, version);
  }

  async all(): Promise<readonly SourceState[]> {
    const states: SourceState[] = [];
    for await (const entity of this.#table.listEntities()) states.push(stateOf(entity));
    return states.sort((a, b) => (a.dataset < b.dataset ? -1 : 1));
  }
}

function stateOf(entity: object): SourceState {
  return SourceState.parse(fromPieces('state', entity));
}

/** A key must not hold a slash. */
function keyOf(dataset: DatasetId): string {
  return dataset.replace('/', '.');
}
