-- Grain: reporting date and state at the date before. Input: int_loan_transitions.
-- The summary of each matrix: of the balance of a state at the earlier date, the share that went forward into a worse
-- state, back into a better one, stayed, or was closed. The four add up to 100.
WITH positions (state, position) AS (
  VALUES
    ('0-6', 1), ('7-29', 2), ('30-59', 3), ('60-89', 4), ('90-180', 5), ('written_off', 6), ('closed', NULL)
),
summed AS (
  SELECT
    moved.reporting_date,
    moved.from_state,
    before.position,
    sum(moved.loans) AS loans,
    sum(moved.balance) AS balance,
    sum(moved.balance) FILTER (WHERE now.position > before.position) AS forward,
    sum(moved.balance) FILTER (WHERE now.position < before.position) AS cured,
    sum(moved.balance) FILTER (WHERE now.position = before.position) AS stable,
    sum(moved.balance) FILTER (WHERE now.position IS NULL) AS closed
  FROM int_loan_transitions AS moved
  JOIN positions AS before ON before.state = moved.from_state
  JOIN positions AS now ON now.state = moved.to_state
  GROUP BY moved.reporting_date, moved.from_state, before.position
)
SELECT
  reporting_date,
  from_state,
  CAST(loans AS BIGINT) AS loans,
  CAST(balance AS DECIMAL(38, 2)) AS balance,
  CAST(coalesce(forward, 0) * 100 / balance AS DECIMAL(9, 4)) AS forward_percent,
  CAST(coalesce(cured, 0) * 100 / balance AS DECIMAL(9, 4)) AS cured_percent,
  CAST(coalesce(stable, 0) * 100 / balance AS DECIMAL(9, 4)) AS stable_percent,
  CAST(coalesce(closed, 0) * 100 / balance AS DECIMAL(9, 4)) AS closed_percent
FROM summed
ORDER BY reporting_date DESC, position
