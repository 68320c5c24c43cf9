-- Grain: loan and month end at which it was 30 or more days late. Inputs: int_rebuilt_balances, int_arrears_months.
-- The history of arrears, in months whatever the grain of the report is. The balance includes what is written off.
SELECT rebuilt.loan_id, month.reporting_date, month.as_of, rebuilt.dpd, rebuilt.balance
FROM int_rebuilt_balances AS rebuilt
JOIN int_arrears_months AS month ON month.source_date = rebuilt.as_of
WHERE rebuilt.dpd >= 30
