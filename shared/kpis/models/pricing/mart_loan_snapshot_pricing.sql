-- Grain: loan, at the loans file's own date, where that is not after the reported day. Inputs: stg_loans, int_loans,
-- book_entries, report.
-- Stands in for mart_loan_pricing when balances at reporting dates can neither be read nor rebuilt. The loans file
-- keeps written-off balances in outstanding, so they are recognised by the lender's rule (more than 180 days past due)
-- and taken out here, as the PAR file does.
-- The fee rate is worked out as in mart_loan_pricing; the casts before the products are for the same reason.
WITH loan AS (
  SELECT
    part.* EXCLUDE (principal, interest_rate, total_fees),
    loan.interest_rate,
    loan.principal,
    CASE WHEN loan.dpd > 180 THEN 0 ELSE loan.outstanding END AS outstanding,
    CASE
      WHEN loan.principal > 0
        THEN CAST(
          (CAST(loan.total_fees * 100 AS HUGEINT) * 2000000 + CAST(loan.principal * 100 AS HUGEINT))
          // (2 * CAST(loan.principal * 100 AS HUGEINT))
          AS DECIMAL(19, 0)
        ) * 0.000001
    END AS fee_rate
  FROM stg_loans AS loan
  JOIN int_loans AS part ON part.loan_id = loan.loan_id
)
SELECT
  last_day(snapshot.as_of) AS reporting_date,
  snapshot.as_of,
  loan.company,
  loan.product,
  loan.state,
  loan.segment,
  loan.customer_type,
  loan.ticket_band,
  loan.term_band,
  loan.vintage,
  CAST(loan.outstanding AS DECIMAL(18, 2)) AS outstanding,
  CAST(CASE WHEN loan.interest_rate IS NOT NULL THEN loan.outstanding END AS DECIMAL(18, 2))
    AS outstanding_with_rate,
  CAST(loan.interest_rate AS DECIMAL(19, 6)) * loan.outstanding AS rate_times_outstanding,
  CASE WHEN loan.interest_rate IS NOT NULL THEN loan.principal END AS principal_with_rate,
  CAST(loan.interest_rate AS DECIMAL(19, 6)) * loan.principal AS rate_times_principal,
  CAST(CASE WHEN loan.fee_rate IS NOT NULL THEN loan.outstanding END AS DECIMAL(18, 2))
    AS outstanding_with_fee_rate,
  CAST(loan.fee_rate AS DECIMAL(19, 6)) * loan.outstanding AS fee_rate_times_outstanding
FROM loan
JOIN book_entries AS snapshot ON snapshot.relation = 'looker_loans'
JOIN report ON snapshot.as_of <= report.as_of
