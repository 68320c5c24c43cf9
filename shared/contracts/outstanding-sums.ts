// What is outstanding, as three feeds tell it. Each is a SQL aggregate over the staged rows of one of them.

/** Loan tape: written-off balances are still in it. */
export const LOANS_BALANCE = 'coalesce(sum(outstanding_balance), 0)';

/** PAR file, of whose many snapshots only the newest may be summed; written-off balances are moved to another column. */
export const NEWEST_PAR_BALANCE =
  'coalesce(sum(outstanding_balance_usd + writeoff_outstanding_balance_usd) FILTER (WHERE reporting_date = (SELECT max(reporting_date) FROM looker_loan_par_balances)), 0)';

/** The same without what is written off. */
export const NEWEST_PAR_OUTSTANDING =
  'coalesce(sum(outstanding_balance_usd) FILTER (WHERE reporting_date = (SELECT max(reporting_date) FROM looker_loan_par_balances)), 0)';

/** Transactions: disbursed less repaid, to the cent. */
export const NET_DISBURSED =
  "coalesce(sum(CASE transaction_type WHEN 'DISBURSEMENT' THEN principal ELSE -principal END), 0)";
