-- Grain: loan and due date that has come. Inputs: stg_schedules, int_loans, int_period_days, int_periods.
-- What fell due up to the day that the book knows, with the period that it fell in: of the newest period only what was
-- due by then. Rows before the first reported period have none. due is principal, interest and fees; VAT is in none.
-- A left join: an instalment whose loan is missing from the loans file is due all the same, as its payments are paid.
-- is_final marks the last instalment that the loan has at all, due or not.
-- Stored: read by several marts, each once for the whole and once for each dimension.
SELECT
  instalment.loan_id,
  loan.customer_id,
  instalment.date_due,
  period.reporting_date,
  period.as_of,
  instalment.principal,
  instalment.interest,
  instalment.fees,
  CAST(instalment.principal + instalment.interest + instalment.fees AS DECIMAL(18, 2)) AS due,
  instalment.date_due = final.date_due AS is_final,
  coalesce(loan.company, 'unknown') AS company,
  coalesce(loan.product, 'unknown') AS product,
  coalesce(loan.state, 'unknown') AS state,
  coalesce(loan.segment, 'unknown') AS segment,
  coalesce(loan.customer_type, 'unknown') AS customer_type,
  coalesce(loan.ticket_band, 'unknown') AS ticket_band,
  coalesce(loan.term_band, 'unknown') AS term_band,
  coalesce(loan.vintage, 'unknown') AS vintage,
  coalesce(loan.payer, 'unknown') AS payer
FROM stg_schedules AS instalment
JOIN (SELECT loan_id, max(date_due) AS date_due FROM stg_schedules GROUP BY loan_id) AS final
  ON final.loan_id = instalment.loan_id
LEFT JOIN int_loans AS loan ON loan.loan_id = instalment.loan_id
JOIN (SELECT max(as_of) AS as_of FROM int_periods) AS book ON instalment.date_due <= book.as_of
LEFT JOIN int_period_days AS period ON period.day = instalment.date_due
