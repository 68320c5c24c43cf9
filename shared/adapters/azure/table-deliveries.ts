import { odata, type TableClient } from '@azure/data-tables';
import { type Deliveries, Delivery, type DeliveryFilter, subjectId } from '../../ports/deliveries.ts';
import type { Versioned } from '../../ports/run-ledger.ts';
import { asciiJson } from './ascii-json.ts';
import { findRow, saveRow } from './versioned-rows.ts';

// Table `deliveries`: a partition for each destination, a row for each subject.

export class TableDeliveries implements Deliveries {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async get(of: Pick<Delivery, 'destination' | 'subject'>): Promise<Versioned<Delivery> | undefined> {
    const entity = await findRow<Row>(this.#table, {
      partitionKey: of.destination,
      rowKey: subjectId(of.subject),
    });
    return entity && { value: deliveryOf(entity), version: entity.etag };
  }

  async save(delivery: Delivery, version: string | undefined): Promise<'saved' | 'conflict'> {
    const keys = { partitionKey: delivery.destination, rowKey: subjectId(delivery.subject) };
    const { status, plannedAt } = delivery;
    const entity = { ...keys, status, plannedAt, delivery: asciiJson(delivery) };
    return await saveRow(this.#table, entity, version);
  }

  async all({
    destination,
    status,
    plannedSince,
    incident,
  }: DeliveryFilter = {}): Promise<readonly Delivery[]> {
    const parts = [
      ...(destination === undefined ? [] : [odata`PartitionKey eq ${destination}`]),
      ...(status === undefined ? [] : [odata`status eq ${status}`]),
      ...(plannedSince === undefined ? [] : [odata`plannedAt ge ${plannedSince}`]),
      // Behind the name comes `@` and the number of the change; `A` is the letter after that sign.
      ...(incident === undefined ? [] : [odata`RowKey gt ${`${incident}@`} and RowKey lt ${`${incident}A`}`]),
    ];
    const queryOptions = parts.length > 0 ? { filter: parts.join(' and ') } : {};
    const found: Delivery[] = [];
    for await (const entity of this.#table.listEntities<Row>({ queryOptions }))
      found.push(deliveryOf(entity));
    return found;
  }
}

type Row = { readonly delivery: string };

function deliveryOf({ delivery }: Row): Delivery {
  return Delivery.parse(JSON.parse(delivery));
}
