-- Grain: line of credit and reporting date. Input: int_loan_snapshots.
-- A line is what the loan's id names before its last part: draw 001 of line DSB0007 is `ABF - DSB0007-001`. The band is
-- that of the approved line where the customer's data have it, else of the balance: strictly below 10,000; then up to
-- and with 25,000 and 50,000; above. Lines that are not in use stay as rows, without a band.
WITH lines AS (
  SELECT
    reporting_date,
    max(as_of) AS as_of,
    regexp_replace(loan_id, '-[^-]*$', '') AS line_id,
    CAST(coalesce(sum(outstanding), 0) AS DECIMAL(36, 2)) AS outstanding,
    max(line_band) AS approved_band,
    max(company) AS company,
    max(product) AS product,
    max(state) AS state,
    max(segment) AS segment
  FROM int_loan_snapshots
  GROUP BY reporting_date, line_id
)
SELECT
  reporting_date,
  as_of,
  line_id,
  outstanding,
  outstanding > 0 AS is_in_use,
  CASE
    WHEN outstanding <= 0 THEN 'none'
    WHEN approved_band = '<10K' THEN '<10K'
    WHEN approved_band = '10K-25K' THEN '10-25K'
    WHEN approved_band = '25K-50K' THEN '25-50K'
    WHEN approved_band IN ('50K-100K', '>100K') THEN '>50K'
    WHEN outstanding < 10000 THEN '<10K'
    WHEN outstanding <= 25000 THEN '10-25K'
    WHEN outstanding <= 50000 THEN '25-50K'
    ELSE '>50K'
  END AS line_band,
  company,
  product,
  state,
  segment
FROM lines
