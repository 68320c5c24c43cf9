-- Grain: loan. Inputs: stg_loans, int_known_types, int_customer_lines, int_loan_payers.
-- What a loan is, apart from its balance. Columns to divide the portfolio by are never empty: what is not known is
-- called so, and a part of its own. The customer stays empty where it is unknown: it is no name to add up under.
-- Stored: joined to balances, payments and instalments.
SELECT
  loan.loan_id,
  loan.customer_id,
  coalesce(loan.company, 'unknown') AS company,
  coalesce(loan.product, 'unknown') AS product,
  coalesce(loan.state, 'unknown') AS state,
  coalesce(line.segment, 'unknown') AS segment,
  coalesce(line.subcategoria_linea, 'unknown') AS subcategoria_linea,
  coalesce(line.line_band, 'unknown') AS line_band,
  coalesce(type.customer_type, 'unknown') AS customer_type,
  coalesce(loan.ticket_band, 'unknown') AS ticket_band,
  coalesce(loan.term_band, 'unknown') AS term_band,
  strftime(loan.disburse_date, '%Y-%m') AS vintage,
  coalesce(payer.payer, 'unknown') AS payer,
  loan.disburse_date,
  loan.maturity_date,
  loan.term,
  loan.principal,
  loan.total_interest,
  loan.total_fees,
  loan.interest_rate
FROM stg_loans AS loan
LEFT JOIN int_known_types AS type
  ON type.customer_id = loan.customer_id AND type.reporting_date = last_day(loan.disburse_date)
LEFT JOIN int_customer_lines AS line ON line.customer_id = loan.customer_id
LEFT JOIN int_loan_payers AS payer ON payer.loan_id = loan.loan_id
