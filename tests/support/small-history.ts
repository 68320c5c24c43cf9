import { aLoan, aPayment, csvOf, type LoanCells, type PaymentCells } from './file-rows.ts';
import { exampleOf } from './related-files.ts';

// Four loans of 1,000.00 for 60 days, disbursed on 1 July, 1 September, 20 September and 3 November 2025. The first is
// paid on 30 August; of the second 400.00 are paid on 20 October and the rest never; the third is paid on 15 December.
// On 14 November: the second owes 600.00 and is 14 days past due (31 October), the third and the fourth owe 1,000.00
// each, the third since 19 November at the latest: 2,600.00 outstanding, 600.00 of it at 7 days or more.

const L1 = 'ABT - DSB0001-001';
export const L2 = 'ABT - DSB0002-001';
const L3 = 'ABT - DSB0003-001';
export const L4 = 'ABT - DSB0004-001';
const L5 = 'ABT - DSB0005-001';
const DISBURSED = ['2025-07-01', '2025-09-01', '2025-09-20', '2025-11-03'] as const;

type Month = 'November' | 'December';

/** Loans, transactions and schedules as of 30 November, or as of the end of December, when a fifth loan is there. */
export function historyFiles(month: Month): { readonly path: string; readonly body: string }[] {
  const name = `${month.toLowerCase()}.csv`;
  return [
    { path: `looker/loans/${name}`, body: csvOf(loansIn(month)) },
    { path: `looker/transactions/${name}`, body: csvOf(transactionsIn(month)) },
    { path: `looker/schedules/${name}`, body: schedulesIn(month) },
  ];
}

/** What the lender's own file said on 30 November: the second loan is the late one, since 31 October. */
function loansIn(month: Month): LoanCells[] {
  const late = month === 'November' ? '30' : '61';
  return [
    aLoan({ loan_id: L1, disburse_date: DISBURSED[0], outstanding_balance: '0.0' }),
    aLoan({ loan_id: L2, disburse_date: DISBURSED[1], outstanding_balance: '600.0', dpd: late }),
    month === 'November'
      ? aLoan({ loan_id: L3, disburse_date: DISBURSED[2], dpd: '11' })
      : aLoan({ loan_id: L3, disburse_date: DISBURSED[2], outstanding_balance: '0.0' }),
    aLoan({ loan_id: L4, disburse_date: DISBURSED[3] }),
    ...(month === 'December' ? [aLoan({ loan_id: L5, disburse_date: '2025-12-01' })] : []),
  ];
}

const disbursement = (loan_id = '', date_paid = ''): PaymentCells =>
  aPayment({
    loan_id,
    date_paid,
    transaction_type: 'DISBURSEMENT',
    interest: '0.0',
    fees: '0.0',
    to_tax: '0.0',
  });

function transactionsIn(month: Month): PaymentCells[] {
  const ids = [L1, L2, L3, L4];
  const part = { interest: '0.0', fees: '0.0', to_tax: '0.0' };
  return [
    ...ids.map((id, index) => disbursement(id, DISBURSED[index])),
    aPayment({ loan_id: L1, date_paid: '2025-08-30' }),
    aPayment({ loan_id: L2, date_paid: '2025-10-20', principal: '400.0', ...part }),
    aPayment({ loan_id: L4, date_paid: '2025-11-30', principal: '1.0', ...part }),
    ...(month === 'December'
      ? [
          disbursement(L5, '2025-12-01'),
          aPayment({ loan_id: L3, date_paid: '2025-12-15' }),
          aPayment({ loan_id: L2, date_paid: '2025-12-31', principal: '1.0', ...part }),
        ]
      : []),
  ];
}

function schedulesIn(month: Month): string {
  const ids = month === 'November' ? [L1, L2, L3, L4] : [L1, L2, L3, L4, L5];
  const due = ['2025-08-30', '2025-10-31', '2025-11-19', '2026-01-02', '2026-01-30'];
  return csvOf(
    ids.map((loan_id, index) =>
      exampleOf('schedules', {
        loan_id,
        date_due: due[index] ?? '',
        principal: '1000.00',
        interest: '49.32',
        fees: '6.00',
        other: '0.00',
        to_tax: '7.19',
      }),
    ),
  );
}
