-- Grain: company and end of a span of six months: what had come in and fallen due by the as-of day, less what had by six
-- months before. Inputs: int_period_spans, int_payments_to_date, int_due_to_date.
WITH ends AS (
  SELECT reporting_date, as_of, as_of AS day, 1 AS sign, missing_months_of_six FROM int_period_spans
  UNION ALL
  SELECT reporting_date, as_of, six_months_before, -1, 0 FROM int_period_spans
)
SELECT
  ends.reporting_date,
  ends.as_of,
  flow.company,
  CAST(flow.collected * ends.sign AS DECIMAL(38, 2)) AS collected,
  CAST(0 AS DECIMAL(38, 2)) AS due,
  ends.missing_months_of_six
FROM ends
JOIN int_payments_to_date AS flow ON flow.day = ends.day
UNION ALL
SELECT
  ends.reporting_date,
  ends.as_of,
  flow.company,
  0,
  CAST(flow.due * ends.sign AS DECIMAL(38, 2)),
  ends.missing_months_of_six
FROM ends
JOIN int_due_to_date AS flow ON flow.day = ends.day
