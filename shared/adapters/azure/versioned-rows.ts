import {
  type GetTableEntityResponse,
  RestError,
  type TableClient,
  type TableEntityResult,
} from '@azure/data-tables';

// Rows that several instances change: a save names the version that it replaces, and of two writers one wins.

/** Undefined for a row that is not there. */
export async function findRow<Row extends object>(
  table: TableClient,
  { partitionKey, rowKey }: { readonly partitionKey: string; readonly rowKey: string },
): Promise<GetTableEntityResponse<TableEntityResult<Row>> | undefined> {
  try {
    return await table.getEntity<Row>(partitionKey, rowKey);
  } catch (error) {
    if (error instanceof RestError && error.statusCode === 404) return undefined;
    throw error;
  }
}

/** `version` is that of the row which is replaced; undefined where none was found. */
export async function saveRow(
  table: TableClient,
  row: { readonly partitionKey: string; readonly rowKey: string },
  version: string | undefined,
): Promise<'saved' | 'conflict'> {
  try {
    if (version === undefined) await table.createEntity(row);
    else await table.updateEntity(row, 'Replace', { etag: version });
    return 'saved';
  } catch (error) {
    // Somebody else created it meanwhile, or saved another state.
    if (error instanceof RestError && (error.statusCode === 409 || error.statusCode === 412))
      return 'conflict';
    throw error;
  }
}
