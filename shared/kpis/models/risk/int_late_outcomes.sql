-- Grain: loan that was 30 or more days late and not written off at the previous reporting date. Inputs:
-- int_loan_balances, int_balance_dates. What became of it: balance and days past due are those of the earlier date.
-- A loan without a row at the later date is closed: repaid, or down to dust.
-- Stored: few loans are late, and the two dates are joined once.
SELECT
  day.reporting_date,
  day.as_of,
  late.loan_id,
  late.dpd,
  late.outstanding AS balance,
  coalesce(now.is_writeoff, false) AS is_written_off_now,
  CASE WHEN now.outstanding > 0 THEN now.dpd END AS dpd_now
FROM int_loan_balances AS now
RIGHT JOIN (
  SELECT day.reporting_date, balance.loan_id, balance.dpd, balance.outstanding
  FROM int_loan_balances AS balance
  JOIN int_balance_dates AS day ON day.previous_reporting_date = balance.reporting_date
  WHERE balance.dpd >= 30 AND balance.outstanding > 0
) AS late ON late.loan_id = now.loan_id AND late.reporting_date = now.reporting_date
JOIN int_balance_dates AS day ON day.reporting_date = late.reporting_date
