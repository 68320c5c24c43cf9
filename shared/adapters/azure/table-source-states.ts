import { RestError, type TableClient } from '@azure/data-tables';
import type { DatasetId } from '../../domain/ids.ts';
import type { Versioned } from '../../ports/run-ledger.ts';
import type { SourceName } from '../../ports/source-client.ts';
import { SourceState, type SourceStates } from '../../ports/source-states.ts';
import { asciiJson } from './ascii-json.ts';
import { fromPieces, inPieces } from './json-pieces.ts';

// Table `sources`: a partition for each source, a row for each of its datasets.

export class TableSourceStates implements SourceStates {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async get(source: SourceName, dataset: DatasetId): Promise<Versioned<SourceState> | undefined> {
    try {
      const entity = await this.#table.getEntity(source, keyOf(dataset));
      return { value: stateOf(entity), version: entity.etag };
    } catch (error) {
      if (error instanceof RestError && error.statusCode === 404) return undefined;
      throw error;
    }
  }

  async save(state: SourceState, version: string | undefined): Promise<'saved' | 'conflict'> {
    const keys = { partitionKey: state.source, rowKey: keyOf(state.dataset) };
    const entity = { ...keys, ...inPieces('state', asciiJson(state)) };
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
