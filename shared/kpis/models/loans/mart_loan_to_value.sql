-- Grain: loan and reporting date. Inputs: int_loan_snapshots, int_collateral_values.
-- The value is that of the appraisals up to the as-of day. A loan without one has no ratio and no weight.
-- ltv_times_outstanding is the loan's ratio of balance to value, in ten decimals (half up), times its balance: each
-- loan has its own value below the line, so this one division cannot wait for the end.
SELECT
  loan.reporting_date,
  loan.as_of,
  loan.loan_id,
  loan.company,
  loan.product,
  loan.segment,
  CASE WHEN value.appraised > 0 THEN loan.outstanding ELSE 0 END AS secured,
  CASE
    WHEN value.appraised > 0
    THEN CAST(
      CAST(
        (CAST(CAST(loan.outstanding AS DECIMAL(36, 2)) * 100 AS HUGEINT) * 20000000000 + value.cents)
          // (2 * value.cents)
        AS DECIMAL(18, 0)
      ) * CAST(loan.outstanding AS DECIMAL(20, 2))
      AS DECIMAL(38, 2)
    )
    ELSE 0
  END AS ltv_e10_times_outstanding
FROM int_loan_snapshots AS loan
LEFT JOIN int_collateral_values AS value
  ON value.loan_id = loan.loan_id AND value.since <= loan.as_of AND value.until > loan.as_of
