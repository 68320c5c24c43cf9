-- Grain: loan, at the day of the loan data. Inputs: looker_loan_data, book_entries, report.
-- Fees withheld at disbursement, with their VAT, over what was disbursed. A loan that was paid out in parts has a row for
-- each, and they add up. The file keeps balances that are written off, which are those more than 180 days past due; they are taken out.
-- A file of a later day than the one that is reported has later balances: of it there is one row that says so.
-- The rate of a loan is to six decimals, half up, in whole numbers; the cast before the product keeps it from overflow.
WITH loan AS (
  SELECT
    loan_id,
    customer_id,
    sum(coalesce(origination_fee, 0) + coalesce(origination_fee_taxes, 0)) AS fees,
    sum(disbursement_amount) AS disbursed,
    CAST(sum(CASE WHEN days_past_due > 180 THEN 0 ELSE outstanding_loan_value END) AS DECIMAL(18, 2)) AS outstanding,
    count(origination_fee) > 0 AS has_fee
  FROM looker_loan_data
  GROUP BY loan_id, customer_id
),
priced AS (
  SELECT
    outstanding,
    CASE
      WHEN has_fee AND disbursed > 0
        THEN CAST(
          (CAST(fees * 100 AS HUGEINT) * 2000000 + CAST(disbursed * 100 AS HUGEINT))
          // (2 * CAST(disbursed * 100 AS HUGEINT))
          AS DECIMAL(19, 0)
        ) * 0.000001
    END AS fee_rate
  FROM loan
)
SELECT
  last_day(snapshot.as_of) AS reporting_date,
  snapshot.as_of,
  priced.outstanding,
  CASE WHEN priced.fee_rate IS NOT NULL THEN priced.outstanding END AS outstanding_with_fee_rate,
  CAST(priced.fee_rate AS DECIMAL(19, 6)) * priced.outstanding AS fee_rate_times_outstanding,
  0 AS is_later
FROM priced
JOIN book_entries AS snapshot ON snapshot.relation = 'looker_loan_data'
JOIN report ON snapshot.as_of <= report.as_of
UNION ALL
SELECT last_day(report.as_of), report.as_of, 0, 0, 0, 1
FROM report
JOIN book_entries AS snapshot ON snapshot.relation = 'looker_loan_data' AND snapshot.as_of > report.as_of
