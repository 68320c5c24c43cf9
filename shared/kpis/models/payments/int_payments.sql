-- Grain: loan and day of payment. Inputs: stg_transactions, int_loans, int_payment_days.
-- What came in, with the period that it came in. Rows before the first reported period have none.
-- On a rebate, interest and VAT are below zero and principal takes them up: as they stand, the columns need no further
-- deduction. VAT is in tax and in no other column; collected is principal, interest and fees.
-- Stored: read by a dozen marts, each once for the whole and once for each dimension.
SELECT
  payment.loan_id,
  loan.customer_id,
  payment.date_paid,
  period.reporting_date,
  period.as_of,
  payment.principal,
  payment.interest,
  payment.fees,
  payment.other,
  payment.tax,
  CAST(payment.principal + payment.interest + payment.fees AS DECIMAL(18, 2)) AS collected,
  CAST(payment.interest + payment.fees + payment.other AS DECIMAL(18, 2)) AS revenue,
  payment.interest < 0 OR payment.tax < 0 AS is_rebate,
  coalesce(loan.company, 'unknown') AS company,
  coalesce(loan.product, 'unknown') AS product,
  coalesce(loan.state, 'unknown') AS state,
  coalesce(loan.segment, 'unknown') AS segment,
  coalesce(loan.customer_type, 'unknown') AS customer_type,
  coalesce(loan.ticket_band, 'unknown') AS ticket_band,
  coalesce(loan.term_band, 'unknown') AS term_band,
  coalesce(loan.vintage, 'unknown') AS vintage,
  coalesce(loan.payer, 'unknown') AS payer
FROM stg_transactions AS payment
LEFT JOIN int_loans AS loan ON loan.loan_id = payment.loan_id
LEFT JOIN int_payment_days AS period ON period.day = payment.date_paid
WHERE payment.transaction_type = 'PAYMENT'
