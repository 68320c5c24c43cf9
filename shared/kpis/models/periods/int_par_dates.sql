-- Grain: period that is reported and that the PAR file has a balance for. Inputs: int_par_as_of, report.
-- The PAR file bears labels of month ends. Of a month or a longer period the last label in it counts, and of a shorter
-- one the true day of the label decides. source_date is the label that is read.
WITH labelled AS (
  SELECT
    day.reporting_date AS source_date,
    day.as_of,
    report.grain,
    CASE report.grain
      WHEN 'day' THEN day.as_of
      WHEN 'week' THEN CAST(date_trunc('week', day.as_of) AS DATE) + 6
      WHEN 'quarter' THEN CAST(date_trunc('quarter', day.reporting_date) + INTERVAL 3 MONTH AS DATE) - 1
      ELSE last_day(day.reporting_date)
    END AS reporting_date
  FROM int_par_as_of AS day
  CROSS JOIN report
),
last_of_period AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY reporting_date ORDER BY source_date DESC) AS position
  FROM labelled
)
SELECT
  source_date,
  reporting_date,
  CAST(date_trunc(grain, reporting_date) AS DATE) AS period_start,
  as_of
FROM last_of_period
WHERE position = 1
