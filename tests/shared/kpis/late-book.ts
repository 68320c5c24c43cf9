import { aBalance, aLoan, aWriteOff, type Row, type SmallBook } from './small-book.ts';

// Six loans at three month ends, small enough to follow each. The newest label is that of December 10.
//
//          October 31      November 30        December 10
//   K      1000            1000               1000
//   L       400  35 days    400  65 days       400  75 days
//   M       300  40 days   closed
//   N       200  45 days    150                150
//   P       500 155 days    500 written off    500 written off
//   Q      not made yet     100                100   7 days
//   S       600  95 days    150 125 days      closed
//
//   outstanding: 3000, 1800 and 1650

const OCTOBER = { reporting_date: '2025-10-31' };
const NOVEMBER = { reporting_date: '2025-11-30' };
const DECEMBER = { reporting_date: '2025-12-31' };

export const LATE_PAR: readonly Row[] = [
  aBalance('K', '1000', 0, OCTOBER),
  aBalance('L', '400', 35, { ...OCTOBER, dpd_date: '2025-09-26' }),
  aBalance('M', '300', 40, { ...OCTOBER, dpd_date: '2025-09-21' }),
  aBalance('N', '200', 45, { ...OCTOBER, dpd_date: '2025-09-16' }),
  aBalance('P', '500', 155, { ...OCTOBER, dpd_date: '2025-05-29' }),
  aBalance('S', '600', 95, { ...OCTOBER, dpd_date: '2025-07-28' }),
  aBalance('K', '1000', 0, NOVEMBER),
  aBalance('L', '400', 65, { ...NOVEMBER, dpd_date: '2025-09-26' }),
  aBalance('N', '150', 0, NOVEMBER),
  aWriteOff('P', '500', { ...NOVEMBER, dpd: 185, dpd_date: '2025-05-29' }),
  aBalance('Q', '100', 0, NOVEMBER),
  aBalance('S', '150', 125, { ...NOVEMBER, dpd_date: '2025-07-28' }),
  aBalance('K', '1000', 0, DECEMBER),
  aBalance('L', '400', 75, { ...DECEMBER, dpd_date: '2025-09-26' }),
  aBalance('N', '150', 0, DECEMBER),
  aWriteOff('P', '500', { ...DECEMBER, dpd: 195, dpd_date: '2025-05-29' }),
  aBalance('Q', '100', 7, { ...DECEMBER, dpd_date: '2025-12-03' }),
];

export const LATE_BOOK = {
  looker_loan_par_balances: LATE_PAR,
  looker_loans: [
    aLoan('K', 'CLI1', { disburse_date: '2025-10-02', disburse_principal: '1000' }),
    aLoan('L', 'CLI2', { disburse_date: '2025-08-10', disburse_principal: '400', company: 'ABT' }),
    aLoan('M', 'CLI2', { disburse_date: '2025-08-11', disburse_principal: '350', company: 'ABT' }),
    aLoan('N', 'CLI3', { disburse_date: '2025-08-12', disburse_principal: '250', company: 'ABT' }),
    aLoan('P', 'CLI3', { disburse_date: '2025-04-29', disburse_principal: '500' }),
    aLoan('Q', 'CLI4', { disburse_date: '2025-11-03', disburse_principal: '100' }),
    aLoan('S', 'CLI1', { disburse_date: '2025-04-30', disburse_principal: '700' }),
  ],
} satisfies SmallBook;
