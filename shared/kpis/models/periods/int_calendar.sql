-- Grain: period of the month calendar, and of the grain that is reported where that is another. Inputs: stg_loans,
-- book_entries, report. Periods without a disbursement are here too, so that a series has no holes.
-- A period is labelled by its last day, as the PAR file labels months; the newest keeps the day that the book really
-- knows (the reported day, or that of the loans where they are older). Months and quarters begin with the first
-- disbursement; of days there are 62 and of weeks, which end on Sunday, 53.
-- No loan runs for 50 years: a disbursement before that is a typing error (0001-01-01), and must not open months
-- without number.
WITH book AS (
  SELECT least(snapshot.as_of, report.as_of) AS as_of
  FROM book_entries AS snapshot
  CROSS JOIN report
  WHERE snapshot.relation = 'looker_loans'
),
span AS (
  SELECT
    book.as_of,
    coalesce(
      min(CASE WHEN loan.disburse_date >= CAST(book.as_of - INTERVAL 50 YEAR AS DATE) THEN loan.disburse_date END),
      book.as_of
    ) AS first_day
  FROM stg_loans AS loan
  JOIN book ON loan.disburse_date <= book.as_of
  GROUP BY book.as_of
),
steps AS (
  SELECT 'month' AS grain, first_day, as_of, INTERVAL 1 MONTH AS step FROM span
  UNION ALL
  SELECT
    report.grain,
    CASE report.grain
      WHEN 'day' THEN greatest(span.first_day, span.as_of - 61)
      WHEN 'week' THEN greatest(span.first_day, span.as_of - 52 * 7)
      ELSE span.first_day
    END,
    span.as_of,
    CASE report.grain
      WHEN 'day' THEN INTERVAL 1 DAY
      WHEN 'week' THEN INTERVAL 7 DAY
      ELSE INTERVAL 3 MONTH
    END
  FROM span
  CROSS JOIN report
  WHERE report.grain <> 'month'
),
periods AS (
  SELECT
    grain,
    as_of,
    step,
    unnest(generate_series(date_trunc(grain, first_day), date_trunc(grain, as_of), step)) AS period_start
  FROM steps
)
SELECT
  grain,
  CAST(period_start AS DATE) AS period_start,
  CAST(period_start + step AS DATE) - 1 AS reporting_date,
  least(CAST(period_start + step AS DATE) - 1, as_of) AS as_of
FROM periods
