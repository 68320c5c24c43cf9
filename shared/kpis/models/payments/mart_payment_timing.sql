-- Grain: real payment; a period without any has one row that is no payment. Inputs: stg_real_payments,
-- int_period_days, int_real_payment_periods, int_loans.
-- Early, on time or late as the source says, to the day. A rebate credit is no cash and is apart; a status that the
-- source did not have before is unmapped.
-- Stored: read once for the whole and once for each dimension.
WITH payments AS (
  SELECT
    period.reporting_date,
    period.as_of,
    payment.loan_id,
    payment.status,
    payment.total,
    loan.company,
    loan.product,
    loan.state,
    loan.segment,
    loan.customer_type,
    loan.ticket_band,
    loan.term_band,
    loan.vintage
  FROM stg_real_payments AS payment
  JOIN int_period_days AS day ON day.day = payment.date_paid
  JOIN int_real_payment_periods AS period
    ON period.reporting_date = day.reporting_date AND payment.date_paid <= period.as_of
  LEFT JOIN int_loans AS loan ON loan.loan_id = payment.loan_id
),
with_empty AS (
  SELECT * FROM payments
  UNION ALL BY NAME
  SELECT reporting_date, as_of, 'none' AS status
  FROM int_real_payment_periods
  WHERE reporting_date NOT IN (SELECT reporting_date FROM payments)
)
SELECT
  reporting_date,
  as_of,
  loan_id,
  coalesce(total, 0) AS total,
  coalesce(status = 'Prepayment', false) AS is_early,
  coalesce(status = 'On Time', false) AS is_on_time,
  coalesce(status = 'Late', false) AS is_late,
  coalesce(status = 'Rebate Credit', false) AS is_rebate,
  coalesce(status IN ('Prepayment', 'On Time', 'Late'), false) AS is_timed,
  coalesce(status NOT IN ('Prepayment', 'On Time', 'Late', 'Rebate Credit', 'none'), true) AS is_unmapped,
  coalesce(company, 'unknown') AS company,
  coalesce(product, 'unknown') AS product,
  coalesce(state, 'unknown') AS state,
  coalesce(segment, 'unknown') AS segment,
  coalesce(customer_type, 'unknown') AS customer_type,
  coalesce(ticket_band, 'unknown') AS ticket_band,
  coalesce(term_band, 'unknown') AS term_band,
  coalesce(vintage, 'unknown') AS vintage
FROM with_empty
