-- Grain: loan and day from which its collateral has been appraised at a value, until the next such day.
-- Input: looker_collateral.
-- A loan may have many; one without a day of appraisal has been appraised at some time. Also in whole cents.
WITH appraised AS (
  SELECT
    loan_id,
    coalesce(appraisal_date, DATE '0001-01-01') AS since,
    sum(appraisal_value) AS appraised
  FROM looker_collateral
  WHERE appraisal_value > 0
  GROUP BY ALL
),
to_date AS (
  SELECT
    loan_id,
    since,
    lead(since, 1, DATE '9999-12-31') OVER days AS until,
    CAST(sum(appraised) OVER days AS DECIMAL(36, 2)) AS appraised
  FROM appraised
  WINDOW days AS (PARTITION BY loan_id ORDER BY since)
)
SELECT loan_id, since, until, appraised, CAST(appraised * 100 AS HUGEINT) AS cents FROM to_date
