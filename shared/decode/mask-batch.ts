import type { Contract } from '../contracts/contract.ts';
import type { TokenMaker } from '../privacy/pseudonym.ts';
import type { ColumnBatch, Vector } from './column-batch.ts';
import { TextTable, textAt } from './text-table.ts';

/** The batch with tokens in place of the texts of masked columns. Each distinct text is masked once. */
export function maskBatch(
  batch: ColumnBatch,
  { columns }: Pick<Contract, 'columns'>,
  tokenOf: TokenMaker,
): ColumnBatch {
  if (columns.every(({ mask }) => mask === undefined)) return batch;
  return {
    ...batch,
    columns: batch.columns.map((vector, index) => {
      const domain = columns[index]?.mask;
      return domain === undefined || vector.type !== 'text'
        ? vector
        : masked(vector, (text) => tokenOf(domain, text));
    }),
  };
}

function masked(vector: Vector & { type: 'text' }, token: (text: string) => string): Vector {
  const { dictionary, present } = vector;
  const tokens = new TextTable();
  // Two spellings of one name have one token: the codes are given out anew.
  const codes = Int32Array.from(dictionary.ends, (_, code) => tokens.codeOf(token(textAt(dictionary, code))));
  const values = vector.values.map((code) => codes[code] as number);
  if (present !== undefined)
    for (let row = 0; row < values.length; row += 1) if (present[row] === 0) values[row] = 0;
  return { type: 'text', values, dictionary: tokens.take(), present };
}
