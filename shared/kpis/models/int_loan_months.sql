-- Grain: month end, from the month of the first disbursement to the month of the snapshot. Inputs: stg_loans,
-- book_entries. Months in which nothing was disbursed are here too, so that a series has no holes.
-- The last month is labelled by its end, as the PAR file does, and keeps the snapshot's true day as its as-of.
WITH snapshot AS (
  SELECT as_of FROM book_entries WHERE relation = 'looker_loans'
),
months AS (
  SELECT
    snapshot.as_of AS snapshot_as_of,
    unnest(
      generate_series(
        date_trunc('month', (SELECT min(disburse_date) FROM stg_loans)),
        date_trunc('month', snapshot.as_of),
        INTERVAL 1 MONTH
      )
    ) AS month_start
  FROM snapshot
)
SELECT
  last_day(month_start) AS reporting_date,
  least(last_day(month_start), snapshot_as_of) AS as_of
FROM months
