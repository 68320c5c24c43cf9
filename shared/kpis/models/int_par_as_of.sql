-- Grain: reporting date. Input: stg_loan_par_balances.
-- The newest reporting date is a label that may lie after the true day of the data. A late loan tells the true
-- day: the date it fell due plus its days past due. Without a late loan the label is all there is.
SELECT
  reporting_date,
  coalesce(max(dpd_date + dpd), reporting_date) AS as_of
FROM stg_loan_par_balances
GROUP BY reporting_date
