-- Grain: loan and reporting date. Inputs: int_par_with_loans, int_par_as_of.
-- A loan is live while its outstanding is above zero: the PAR file takes repaid and written-off balances out.
-- Loans that are not live stay as rows, so that a date without a live loan is a date all the same.
-- What has no known rate must not be divided by: it is empty in both columns that the rate is made of.
-- The cast before the product: two decimals of 18 digits multiply into 18 digits and overflow.
SELECT
  par.reporting_date,
  day.as_of,
  par.outstanding,
  CASE WHEN par.interest_rate IS NOT NULL THEN par.outstanding END AS outstanding_with_rate,
  CAST(par.interest_rate AS DECIMAL(19, 6)) * par.outstanding AS rate_times_outstanding
FROM int_par_with_loans AS par
JOIN int_par_as_of AS day ON day.reporting_date = par.reporting_date
