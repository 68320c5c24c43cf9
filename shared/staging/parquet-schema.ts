import type { Column, ColumnType } from '../contracts/contract.ts';
import type { ThriftWriter } from './thrift-compact.ts';

/** A column as the staging file needs it. */
export type StagedColumn = Pick<Column, 'name' | 'type' | 'scale' | 'nullable' | 'optional' | 'mask'>;

/** The first column of every staging file: a row's number in the dropped file, the first after the header is 1. */
export const RECORD_NUMBER: StagedColumn = { name: 'record_number', type: 'integer' };

/** Parquet's numbers for how values lie in the file. */
export const PHYSICAL_TYPE: Readonly<Record<ColumnType, number>> = {
  boolean: 0,
  integer: 1,
  date: 1,
  decimal: 2,
  text: 6,
};

/** Digits of a staged decimal: what 64 bits hold. */
const DECIMAL_PRECISION = 18;

const REQUIRED = 0;
const OPTIONAL = 1;
const CONVERTED = { text: 0, decimal: 5, date: 6 } as const;
const LOGICAL = { text: 1, decimal: 5, date: 6 } as const;

/** A column that may be absent from the dropped file has no value in any row then. */
export function mayBeNull({ nullable, optional }: StagedColumn): boolean {
  return nullable === true || optional === true;
}

/** The list of schema elements: the root, then the columns. */
export function writeSchema(thrift: ThriftWriter, field: number, columns: readonly StagedColumn[]): void {
  thrift.structs(field, [undefined, ...columns], (column) => {
    if (column === undefined) {
      thrift.text(4, 'staged');
      thrift.i32(5, columns.length);
    } else writeColumn(thrift, column);
  });
}

/** Old readers look at the converted type, newer ones at the logical type. Both say the same. */
function writeColumn(thrift: ThriftWriter, column: StagedColumn): void {
  const { type, scale = 0 } = column;
  thrift.i32(1, PHYSICAL_TYPE[type]);
  thrift.i32(3, mayBeNull(column) ? OPTIONAL : REQUIRED);
  thrift.text(4, column.name);
  if (type === 'integer' || type === 'boolean') return;
  thrift.i32(6, CONVERTED[type]);
  if (type === 'decimal') {
    thrift.i32(7, scale);
    thrift.i32(8, DECIMAL_PRECISION);
  }
  thrift.struct(10, () =>
    thrift.struct(LOGICAL[type], () => {
      if (type !== 'decimal') return;
      thrift.i32(1, scale);
      thrift.i32(2, DECIMAL_PRECISION);
    }),
  );
}
