-- Grain: a row of the tape. Input: stg_loan_tape.
-- PAR n is the sum of the buckets from n days up; outstanding is the tape's total receivable, which lies
-- slightly above principal. dpd_120_plus is inside the 90+ bucket and is not added again.
SELECT
  measurement_date AS reporting_date,
  measurement_date AS as_of,
  total_receivable AS outstanding,
  CAST(dpd_7_30 + dpd_30_60 + dpd_60_90 + dpd_90_plus AS DECIMAL(18, 2)) AS par_7,
  CAST(dpd_30_60 + dpd_60_90 + dpd_90_plus AS DECIMAL(18, 2)) AS par_30,
  CAST(dpd_60_90 + dpd_90_plus AS DECIMAL(18, 2)) AS par_60,
  dpd_90_plus AS par_90,
  cash_available,
  total_eligible
FROM stg_loan_tape
