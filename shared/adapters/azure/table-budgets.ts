import type { TableClient } from '@azure/data-tables';
import { BudgetState, type Budgets } from '../../ports/budgets.ts';
import type { Versioned } from '../../ports/run-ledger.ts';
import { asciiJson } from './ascii-json.ts';
import { findRow, saveRow } from './versioned-rows.ts';

// Table `breakers`: a partition of budgets beside that of the circuits, a row for each service.

const BUDGETS = 'budget';

export class TableBudgets implements Budgets {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async get(name: string): Promise<Versioned<BudgetState> | undefined> {
    const entity = await findRow<{ state: string }>(this.#table, { partitionKey: BUDGETS, rowKey: name });
    return entity && { value: BudgetState.parse(JSON.parse(entity.state)), version: entity.etag };
  }

  async save(state: BudgetState, version: string | undefined): Promise<'saved' | 'conflict'> {
    const entity = { partitionKey: BUDGETS, rowKey: state.name, state: asciiJson(state) };
    return await saveRow(this.#table, entity, version);
  }
}
