-- Grain: month end, from the month of the first disbursement to the month of the snapshot. Inputs: stg_loans,
-- book_entries. Months in which nothing was disbursed are here too, so that a series has no holes.
-- The last month is labelled by its end, as the PAR file does, and keeps the snapshot's true day as its as-of.
-- No loan runs for 50 years: a disbursement before that is a typing error (0001-01-01), and must not open months
-- without number. It counts in the first month there is.
WITH snapshot AS (
  SELECT as_of, CAST(as_of - INTERVAL 50 YEAR AS DATE) AS earliest
  FROM book_entries
  WHERE relation = 'looker_loans'
),
span AS (
  SELECT
    snapshot.as_of AS snapshot_as_of,
    coalesce(
      min(CASE WHEN loan.disburse_date >= snapshot.earliest THEN loan.disburse_date END),
      snapshot.as_of
    ) AS first_day
  FROM stg_loans AS loan
  JOIN snapshot ON loan.disburse_date <= snapshot.as_of
  GROUP BY snapshot.as_of
),
months AS (
  SELECT
    snapshot_as_of,
    unnest(
      generate_series(
        date_trunc('month', first_day),
        date_trunc('month', snapshot_as_of),
        INTERVAL 1 MONTH
      )
    ) AS month_start
  FROM span
)
SELECT
  last_day(month_start) AS reporting_date,
  least(last_day(month_start), snapshot_as_of) AS as_of
FROM months
