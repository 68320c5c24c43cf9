import { CentSum } from './cent-sum.ts';
import { DaySums } from './day-sums.ts';
import { LoanEvents } from './loan-events.ts';
import { amounts, cells, type RowBatch, type TwinRelation, type TwinRows } from './twin-rows.ts';

// What was paid and what fell due: by day for the collection KPIs, by loan for the balances that are rebuilt from it.
// Collected and due are principal, interest and fees; VAT is in neither, and other charges are in neither. A rebate
// lowers interest and raises principal, and is counted as it stands.

export type CashFlows = {
  readonly byDay: DaySums;
  /** Of every loan; the total is all five amounts, since an instalment is covered by all cash. Absent unless asked for. */
  readonly byLoan: LoanEvents | undefined;
};

export type Payments = CashFlows & {
  /** Principal that all transactions of the file leave, whatever their day. */
  readonly owed: bigint;
};

/** Payments up to a day, of any loan. */
export async function readPayments(
  rows: TwinRows,
  { asOf, byLoan }: { asOf: number; byLoan: boolean },
): Promise<Payments> {
  const flows = await emptyFlows(rows, 'looker_transactions', byLoan);
  const owed = new CentSum();
  for await (const batch of rows.read('looker_transactions')) {
    const [day, isPayment, add] = [
      cells(batch, 'date_paid'),
      cells(batch, 'is_payment'),
      adder(flows, batch),
    ];
    const principal = amounts(batch, 'principal');
    for (let row = 0; row < batch.rows; row += 1) {
      owed.add(isPayment(row) === 1 ? -principal(row) : principal(row));
      if (isPayment(row) === 1 && day(row) <= asOf) add(row, day(row));
    }
  }
  return { ...flows, owed: owed.total };
}

/** Instalments of any loan, those to come included: they were agreed when the loan was made. */
export async function readInstalments(rows: TwinRows, byLoan: boolean): Promise<CashFlows> {
  const flows = await emptyFlows(rows, 'looker_schedules', byLoan);
  for await (const batch of rows.read('looker_schedules')) {
    const [day, add] = [cells(batch, 'date_due'), adder(flows, batch)];
    for (let row = 0; row < batch.rows; row += 1) add(row, day(row));
  }
  return flows;
}

async function emptyFlows(rows: TwinRows, relation: TwinRelation, byLoan: boolean): Promise<CashFlows> {
  const events = byLoan ? new LoanEvents(rows.loans, await rows.count(relation)) : undefined;
  return { byDay: new DaySums(), byLoan: events };
}

function adder({ byDay, byLoan }: CashFlows, batch: RowBatch): (row: number, day: number) => void {
  const [loan, principal] = [cells(batch, 'loan'), amounts(batch, 'principal')];
  const [interest, fees] = [amounts(batch, 'interest'), amounts(batch, 'fees')];
  const [other, tax] = [amounts(batch, 'other'), amounts(batch, 'to_tax')];
  return (row, day) => {
    const counted = principal(row) + interest(row) + fees(row);
    byDay.add(day, counted);
    byLoan?.add(loan(row), { day, total: counted + other(row) + tax(row), principal: principal(row) });
  };
}
