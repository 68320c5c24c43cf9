-- Grain: loan that was 30 or more days late at the previous reporting date; a date without one is a row without a
-- balance. Inputs: int_balance_dates, int_late_outcomes, int_loan_attributes.
-- rolled: of 30 to 59 days into 60 or more, or written off. cured: under 30 days again, or closed.
SELECT
  day.reporting_date,
  day.as_of,
  outcome.loan_id,
  attribute.customer_id,
  coalesce(attribute.company, 'unknown') AS company,
  coalesce(attribute.product, 'unknown') AS product,
  coalesce(attribute.state, 'unknown') AS state,
  coalesce(attribute.segment, 'unknown') AS segment,
  coalesce(attribute.customer_type, 'unknown') AS customer_type,
  coalesce(attribute.ticket_band, 'unknown') AS ticket_band,
  coalesce(attribute.term_band, 'unknown') AS term_band,
  coalesce(attribute.vintage, 'unknown') AS vintage,
  coalesce(outcome.balance, 0.00) AS balance,
  coalesce(outcome.dpd < 60, false) AS was_under_60,
  coalesce(outcome.is_written_off_now OR outcome.dpd_now >= 60, false) AS is_over_60_now,
  coalesce(NOT outcome.is_written_off_now AND coalesce(outcome.dpd_now, 0) < 30, false) AS is_cured
FROM int_balance_dates AS day
LEFT JOIN int_late_outcomes AS outcome ON outcome.reporting_date = day.reporting_date
LEFT JOIN int_loan_attributes AS attribute ON attribute.loan_id = outcome.loan_id
