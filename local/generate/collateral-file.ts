import type { CsvFile } from './csv-file.ts';
import { tableFile } from './table-file.ts';

/** A header alone, as in the real export: nothing is pledged yet, and that is no fault. */
export function collateralFile(): CsvFile {
  return tableFile({
    path: 'looker/collateral.csv',
    columns: {
      loan_id: 'text',
      collateral_id: 'text',
      asset_type: 'text',
      purchase_value: 'money',
      appraisal_value: 'money',
      purchase_date: 'date',
      appraisal_date: 'date',
      currency: 'text',
    },
    rows: [],
  });
}
