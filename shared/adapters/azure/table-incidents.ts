import { odata, type TableClient } from '@azure/data-tables';
import { Incident, type Incidents } from '../../ports/incidents.ts';
import type { Versioned } from '../../ports/run-ledger.ts';
import { asciiJson } from './ascii-json.ts';
import { findRow, saveRow } from './versioned-rows.ts';

// Table `incidents`: one partition, a row for each problem of each dataset, KPI or service.

const INCIDENTS = 'incident';
type Row = { readonly incident: string };

export class TableIncidents implements Incidents {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async get(id: string): Promise<Versioned<Incident> | undefined> {
    const entity = await findRow<Row>(this.#table, { partitionKey: INCIDENTS, rowKey: id });
    return entity && { value: incidentOf(entity), version: entity.etag };
  }

  async save(incident: Incident, version: string | undefined): Promise<'saved' | 'conflict'> {
    const keys = { partitionKey: INCIDENTS, rowKey: incident.id };
    const entity = { ...keys, status: incident.status, incident: asciiJson(incident) };
    return await saveRow(this.#table, entity, version);
  }

  async all({
    status,
  }: {
    readonly status?: Incident['status'] | undefined;
  } = {}): Promise<readonly Incident[]> {
    const filter = odata`PartitionKey eq ${INCIDENTS}`;
    const queryOptions = {
      filter: status === undefined ? filter : `${filter} and ${odata`status eq ${status}`}`,
    };
    const found: Incident[] = [];
    for await (const entity of this.#table.listEntities<Row>({ queryOptions }))
      found.push(incidentOf(entity));
    return found;
  }
}

function incidentOf({ incident }: Row): Incident {
  return Incident.parse(JSON.parse(incident));
}
