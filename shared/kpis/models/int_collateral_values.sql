-- Grain: loan with collateral that has been appraised up to the reported day. Inputs: looker_collateral, report.
-- A loan may have many; one without a day of appraisal has been appraised at some time. Also in whole cents.
WITH appraised AS (
  SELECT collateral.loan_id, CAST(sum(collateral.appraisal_value) AS DECIMAL(36, 2)) AS appraised
  FROM looker_collateral AS collateral
  JOIN report ON coalesce(collateral.appraisal_date, report.as_of) <= report.as_of
  WHERE collateral.appraisal_value > 0
  GROUP BY collateral.loan_id
)
SELECT loan_id, appraised, CAST(appraised * 100 AS HUGEINT) AS cents FROM appraised
