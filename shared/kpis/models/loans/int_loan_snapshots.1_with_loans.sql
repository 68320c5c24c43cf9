-- Grain: loan and reporting date. Inputs: int_loan_balances, int_balance_dates, int_loans.
-- Balances with all that is known of the loan. A left join: a balance whose loan is missing from the loans file still
-- belongs to the portfolio.
-- Stored: most marts read it, and the join is made once.
SELECT
  balance.reporting_date,
  balance.as_of,
  day.period_start,
  day.previous_reporting_date,
  balance.loan_id,
  balance.dpd,
  balance.is_writeoff,
  balance.outstanding > 0 AS is_live,
  balance.outstanding,
  balance.written_off,
  balance.par_7,
  balance.par_30,
  balance.par_60,
  balance.par_90,
  loan.customer_id,
  coalesce(loan.company, 'unknown') AS company,
  coalesce(loan.product, 'unknown') AS product,
  coalesce(loan.state, 'unknown') AS state,
  coalesce(loan.segment, 'unknown') AS segment,
  coalesce(loan.subcategoria_linea, 'unknown') AS subcategoria_linea,
  coalesce(loan.line_band, 'unknown') AS line_band,
  coalesce(loan.customer_type, 'unknown') AS customer_type,
  coalesce(loan.ticket_band, 'unknown') AS ticket_band,
  coalesce(loan.term_band, 'unknown') AS term_band,
  coalesce(loan.vintage, 'unknown') AS vintage,
  coalesce(loan.payer, 'unknown') AS payer,
  loan.disburse_date,
  loan.maturity_date,
  loan.term,
  loan.principal,
  loan.total_interest,
  loan.total_fees,
  loan.interest_rate
FROM int_loan_balances AS balance
JOIN int_balance_dates AS day ON day.reporting_date = balance.reporting_date
LEFT JOIN int_loans AS loan ON loan.loan_id = balance.loan_id
