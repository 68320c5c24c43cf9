import { join } from 'node:path';
import { writeXlsx } from './formats/write-xlsx.ts';
import { type LoanTape, loanTapeFile } from './loan-tape.ts';

/** The aggregate tape as a workbook, beside the CSV file that it is made from. Returns its path under `dir`. */
export async function writeLoanTapeWorkbook(dir: string, tape: LoanTape, made: Date): Promise<string> {
  const file = loanTapeFile(tape);
  const workbook = file.path.replace(/\.csv$/, '.xlsx');
  await writeXlsx({ ...file, path: join(dir, file.path) }, join(dir, workbook), 'Loan Tape', made);
  return workbook;
}
