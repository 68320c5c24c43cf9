-- Grain: state at the previous reporting date and state at the newest one. Input: int_loan_transitions.
-- Where the balance went between the newest pair of dates: of each state, by balance then, the share that is in each
-- state now. The shares of a state add up to 100; a state without a balance has none.
WITH states (state, position) AS (
  VALUES
    ('0-6', 1), ('7-29', 2), ('30-59', 3), ('60-89', 4), ('90-180', 5), ('written_off', 6), ('closed', 7)
),
dates AS (
  SELECT DISTINCT reporting_date, previous_reporting_date FROM int_loan_transitions WHERE is_newest
),
cells AS (
  SELECT
    dates.reporting_date,
    dates.previous_reporting_date,
    before.state AS from_state,
    before.position AS from_position,
    now.state AS to_state,
    now.position AS to_position,
    coalesce(moved.loans, 0) AS loans,
    coalesce(moved.balance, 0.00) AS balance
  FROM dates
  CROSS JOIN states AS before
  CROSS JOIN states AS now
  LEFT JOIN int_loan_transitions AS moved
    ON moved.is_newest AND moved.from_state = before.state AND moved.to_state = now.state
  WHERE before.state <> 'closed'
)
SELECT
  from_state,
  to_state,
  previous_reporting_date,
  reporting_date,
  loans,
  balance,
  CAST(balance * 100 / nullif(sum(balance) OVER (PARTITION BY from_state), 0) AS DECIMAL(9, 4)) AS share_percent
FROM cells
ORDER BY from_position, to_position
