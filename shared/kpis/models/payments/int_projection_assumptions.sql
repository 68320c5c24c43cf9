-- Grain: one row. Inputs: int_periods, int_payment_periods, int_payments_to_date, int_due_to_date, int_loan_snapshots.
-- What the projection assumes. collected_share: what came in of what fell due in the last six whole months that are
-- known, at most all of it, to four decimals. The line of the outstanding goes through the first and the last of the
-- newest six month ends (two at least), the last as it stands on its own day.
WITH paid_up_to AS (
  SELECT
    as_of,
    CASE WHEN as_of = last_day(as_of) THEN as_of ELSE CAST(date_trunc('month', as_of) AS DATE) - 1 END AS last_month_end
  FROM int_payment_periods
  WHERE is_newest
),
spans AS (
  SELECT last_month_end AS day, 1 AS sign FROM paid_up_to
  UNION ALL
  SELECT last_day(CAST(last_month_end - INTERVAL 6 MONTH AS DATE)), -1 FROM paid_up_to
),
collected AS (
  SELECT sum(flow.collected * span.sign) AS amount FROM spans AS span JOIN int_payments_to_date AS flow USING (day)
),
due AS (
  SELECT sum(flow.due * span.sign) AS amount FROM spans AS span JOIN int_due_to_date AS flow USING (day)
),
balances AS (
  SELECT reporting_date, sum(outstanding) AS outstanding
  FROM int_loan_snapshots
  WHERE reporting_date = last_day(reporting_date)
  GROUP BY reporting_date
  ORDER BY reporting_date DESC
  LIMIT 6
),
line AS (
  SELECT
    count(*) AS points,
    arg_min(outstanding, reporting_date) AS first_outstanding,
    arg_max(outstanding, reporting_date) AS last_outstanding
  FROM balances
)
SELECT
  newest.as_of,
  CAST(date_trunc('month', newest.as_of) + INTERVAL 1 MONTH AS DATE) AS first_day,
  -- Not least(share, 1) alone: where nothing fell due there is no share, and least() would make it 1.
  CASE WHEN due.amount > 0 THEN CAST(round(least(collected.amount / due.amount, 1), 4) AS DECIMAL(5, 4)) END
    AS collected_share,
  line.points,
  line.first_outstanding,
  line.last_outstanding
FROM int_periods AS newest
CROSS JOIN collected
CROSS JOIN due
CROSS JOIN line
WHERE newest.is_newest
