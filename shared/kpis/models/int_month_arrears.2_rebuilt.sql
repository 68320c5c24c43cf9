-- Grain: loan and month end at which it was more than 30 days late. Inputs: int_rebuilt_balances, int_loan_months.
SELECT rebuilt.loan_id, month.reporting_date, rebuilt.dpd
FROM int_rebuilt_balances AS rebuilt
JOIN int_loan_months AS month ON month.as_of = rebuilt.as_of
WHERE rebuilt.dpd > 30
