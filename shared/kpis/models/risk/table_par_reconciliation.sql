-- Grain: loan and label of the PAR file on which the file and the rebuilt balances differ. Input: int_par_differences.
-- Newest first, and of a date the largest amounts first. Empty when both agree in every row.
SELECT loan_id, reporting_date, difference, dpd, rebuilt_dpd, balance, rebuilt_balance, amount
FROM int_par_differences
ORDER BY reporting_date DESC, amount DESC, loan_id
