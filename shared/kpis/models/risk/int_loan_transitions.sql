-- Grain: pair of neighbouring reporting dates and of states that loans were in. Inputs: int_loan_balances,
-- int_balance_dates. Loans that had a balance at the earlier date, by the state then and at the later date; balance is
-- that of the earlier date, with what was written off. A loan without a balance at the later date is closed.
-- Stored: the dates are joined once for two tables.
WITH states AS (
  SELECT
    reporting_date,
    loan_id,
    CAST(outstanding + written_off AS DECIMAL(18, 2)) AS balance,
    CASE
      WHEN is_writeoff THEN 'written_off'
      WHEN dpd < 7 THEN '0-6'
      WHEN dpd < 30 THEN '7-29'
      WHEN dpd < 60 THEN '30-59'
      WHEN dpd < 90 THEN '60-89'
      ELSE '90-180'
    END AS state
  FROM int_loan_balances
  WHERE outstanding > 0 OR written_off > 0
)
SELECT
  day.reporting_date,
  day.previous_reporting_date,
  day.is_newest,
  before.state AS from_state,
  coalesce(now.state, 'closed') AS to_state,
  count(*) AS loans,
  CAST(sum(before.balance) AS DECIMAL(38, 2)) AS balance
FROM states AS before
JOIN int_balance_dates AS day ON day.previous_reporting_date = before.reporting_date
LEFT JOIN states AS now ON now.loan_id = before.loan_id AND now.reporting_date = day.reporting_date
GROUP BY
  day.reporting_date,
  day.previous_reporting_date,
  day.is_newest,
  before.state,
  coalesce(now.state, 'closed')
