-- Grain: reporting date, state at the date before and state then. Input: int_loan_transitions.
-- The matrices of all pairs of dates, newest first, without their empty cells: of the balance of a state at the earlier
-- date, the share that went into each state. The shares of a date and state add up to 100.
WITH positions (state, position) AS (
  VALUES
    ('0-6', 1), ('7-29', 2), ('30-59', 3), ('60-89', 4), ('90-180', 5), ('written_off', 6), ('closed', 7)
)
SELECT
  moved.reporting_date,
  moved.previous_reporting_date,
  moved.from_state,
  moved.to_state,
  moved.loans,
  moved.balance,
  CAST(
    moved.balance * 100 / sum(moved.balance) OVER (PARTITION BY moved.reporting_date, moved.from_state)
    AS DECIMAL(9, 4)
  ) AS share_percent
FROM int_loan_transitions AS moved
JOIN positions AS before ON before.state = moved.from_state
JOIN positions AS now ON now.state = moved.to_state
ORDER BY moved.reporting_date DESC, before.position, now.position
