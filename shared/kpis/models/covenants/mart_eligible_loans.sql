-- Grain: loan and reporting date. Inputs: int_loan_snapshots, int_loans, int_agreed_terms.
-- What of a balance may be borrowed against: nothing of a loan that is not eligible by its terms, and of the others a
-- share that falls with the days past due. Written-off balances are out already.
-- A loan that the loans file lacks (it may be older than the balances) has no terms: lacks_terms marks it.
-- The count asks for the loans file: without it no loan's terms are known, and the KPIs name the file that is missing.
WITH balances AS (
  SELECT
    balance.*,
    coalesce(
      balance.principal <= terms.largest_eligible_principal
      AND balance.term >= terms.shortest_eligible_term
      AND balance.product = terms.eligible_product,
      false
    ) AS is_eligible,
    CASE
      WHEN balance.dpd < 15 THEN terms.share_below_15_days
      WHEN balance.dpd < 30 THEN terms.share_15_to_29_days
      WHEN balance.dpd < 60 THEN terms.share_30_to_59_days
      WHEN balance.dpd < 90 THEN terms.share_60_to_89_days
      ELSE terms.share_from_90_days
    END AS share,
    terms.advance_rate
  FROM int_loan_snapshots AS balance
  CROSS JOIN int_agreed_terms AS terms
  CROSS JOIN (SELECT count(*) AS loans FROM int_loans) AS known
)
SELECT
  reporting_date,
  as_of,
  company,
  product,
  state,
  segment,
  outstanding,
  par_30,
  written_off,
  disburse_date IS NULL AND outstanding > 0 AS lacks_terms,
  CASE WHEN is_eligible THEN outstanding ELSE 0 END AS eligible,
  CAST(CASE WHEN is_eligible THEN outstanding ELSE 0 END AS DECIMAL(24, 2)) * share AS discounted,
  CAST(CASE WHEN is_eligible THEN outstanding ELSE 0 END AS DECIMAL(24, 2)) * share * advance_rate AS advance
FROM balances
