-- Grain: loan ever 90 or more days late, and reporting date from then on. Inputs: int_month_arrears,
-- int_balance_dates, int_loan_balances. peak is the balance at the first month end at which it was that late,
-- balance what is left of it, both with what is written off. A loan that is gone has nothing left.
-- Stored: few loans default, and their balances are joined once.
WITH first_default AS (
  SELECT
    loan_id,
    min(reporting_date) AS defaulted_on,
    min(as_of) AS known_since,
    arg_min(balance, reporting_date) AS peak
  FROM int_month_arrears
  WHERE dpd >= 90
  GROUP BY loan_id
)
SELECT
  defaulted.reporting_date,
  defaulted.as_of,
  defaulted.loan_id,
  defaulted.peak,
  coalesce(CAST(now.outstanding + now.written_off AS DECIMAL(18, 2)), 0.00) AS balance
FROM int_loan_balances AS now
RIGHT JOIN (
  SELECT day.reporting_date, day.as_of, loan.loan_id, loan.peak
  FROM first_default AS loan
  JOIN int_balance_dates AS day ON day.as_of >= loan.known_since AND day.reporting_date >= loan.known_since
) AS defaulted ON defaulted.loan_id = now.loan_id AND defaulted.reporting_date = now.reporting_date
