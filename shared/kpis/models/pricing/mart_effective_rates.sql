-- Grain: period. Inputs: int_payment_periods, int_effective_rates. Rates of the pooled cash flows; a period in which no
-- loan closed, or whose flows have no rate, says so in the columns that end in _missing.
SELECT
  period.reporting_date,
  period.as_of,
  coalesce(paid.rate, 0) AS rate_paid,
  CAST(paid.rate IS NULL AS INTEGER) AS rate_paid_missing,
  coalesce(agreed.rate, 0) AS rate_agreed,
  CAST(agreed.rate IS NULL AS INTEGER) AS rate_agreed_missing
FROM int_payment_periods AS period
LEFT JOIN int_effective_rates AS paid ON paid.reporting_date = period.reporting_date AND paid.kind = 'paid'
LEFT JOIN int_effective_rates AS agreed ON agreed.reporting_date = period.reporting_date AND agreed.kind = 'agreed'
