-- Grain: company and reporting date. Inputs: int_payments_of_year, int_agreed_terms.
-- The serviceable market is one figure for all companies, so it stands on the first row of a date only.
SELECT
  flow.reporting_date,
  flow.as_of,
  flow.company,
  flow.revenue_to_date,
  flow.principal_12_months,
  flow.missing_months,
  CASE
    WHEN row_number() OVER (PARTITION BY flow.reporting_date ORDER BY flow.company) = 1
      THEN terms.serviceable_market
    ELSE 0
  END AS serviceable_market
FROM int_payments_of_year AS flow
CROSS JOIN int_agreed_terms AS terms
