-- Grain: loan and month end at which it was more than 30 days late. Input: stg_loan_par_balances.
SELECT loan_id, last_day(reporting_date) AS reporting_date, dpd FROM stg_loan_par_balances WHERE dpd > 30
