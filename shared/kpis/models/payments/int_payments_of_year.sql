-- Grain: company and reporting date. Inputs: int_period_spans, int_payments_to_date. What came in since the beginning
-- and in the twelve months up to the as-of day.
SELECT
  span.reporting_date,
  span.as_of,
  upto.company,
  upto.revenue AS revenue_to_date,
  CAST(upto.principal - coalesce(before.principal, 0) AS DECIMAL(38, 2)) AS principal_12_months,
  CAST(upto.interest - coalesce(before.interest, 0) AS DECIMAL(38, 2)) AS interest_12_months,
  CAST(upto.revenue - coalesce(before.revenue, 0) AS DECIMAL(38, 2)) AS revenue_12_months,
  span.missing_months
FROM int_period_spans AS span
JOIN int_payments_to_date AS upto ON upto.day = span.as_of
LEFT JOIN int_payments_to_date AS before
  ON before.company = upto.company AND before.day = span.twelve_months_before
