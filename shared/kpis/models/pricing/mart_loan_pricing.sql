-- Grain: loan and reporting date. Inputs: int_loan_snapshots, int_loans.
-- A loan is live while its outstanding is above zero: repaid and written-off balances are out of it.
-- Loans that are not live stay as rows, so that a date without a live loan is a date all the same.
-- What has no known rate must not be divided by: it is empty in both columns that a rate is made of.
-- The fee rate of a loan is its fees over its principal, to six decimals, half up: in whole numbers, since a division
-- of decimals would go through a binary float.
-- The count asks for the loans file: without it no rate is known at all, and the KPIs name the file that is missing.
-- The cast before a product: two decimals of 18 digits multiply into 18 digits and overflow.
WITH balances AS (
  SELECT
    *,
    CASE
      WHEN principal > 0
        THEN CAST(
          (CAST(total_fees * 100 AS HUGEINT) * 2000000 + CAST(principal * 100 AS HUGEINT))
          // (2 * CAST(principal * 100 AS HUGEINT))
          AS DECIMAL(19, 0)
        ) * 0.000001
    END AS fee_rate
  FROM int_loan_snapshots
)
SELECT
  balance.reporting_date,
  balance.as_of,
  balance.company,
  balance.product,
  balance.state,
  balance.segment,
  balance.customer_type,
  balance.ticket_band,
  balance.term_band,
  balance.vintage,
  balance.outstanding,
  CASE WHEN balance.interest_rate IS NOT NULL THEN balance.outstanding END AS outstanding_with_rate,
  CAST(balance.interest_rate AS DECIMAL(19, 6)) * balance.outstanding AS rate_times_outstanding,
  CASE WHEN balance.interest_rate IS NOT NULL THEN balance.principal END AS principal_with_rate,
  CAST(balance.interest_rate AS DECIMAL(19, 6)) * balance.principal AS rate_times_principal,
  CASE WHEN balance.fee_rate IS NOT NULL THEN balance.outstanding END AS outstanding_with_fee_rate,
  CAST(balance.fee_rate AS DECIMAL(19, 6)) * balance.outstanding AS fee_rate_times_outstanding
FROM balances AS balance
CROSS JOIN (SELECT count(*) AS loans FROM int_loans) AS known
