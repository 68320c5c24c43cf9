-- Grain: loan whose customer is known. Inputs: stg_loans, int_customer_types. What its customer was when it was made.
SELECT loan.loan_id, type.customer_type
FROM stg_loans AS loan
JOIN int_customer_types AS type
  ON type.customer_id = loan.customer_id AND type.reporting_date = last_day(loan.disburse_date)
