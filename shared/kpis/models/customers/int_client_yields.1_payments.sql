-- Grain: customer with a balance in the last twelve month ends. Inputs: int_loan_snapshots, int_payments,
-- int_period_spans. Interest and fees that it paid in the twelve months up to the newest as-of day, and its balances at
-- the twelve reporting dates that end a month up to it, added up.
WITH newest AS (
  SELECT reporting_date, as_of, twelve_months_before FROM int_period_spans WHERE is_newest
),
balances AS (
  SELECT snapshot.customer_id, sum(snapshot.outstanding) AS outstanding_12
  FROM int_loan_snapshots AS snapshot
  JOIN newest
    ON snapshot.reporting_date <= newest.reporting_date
    AND snapshot.reporting_date > last_day(CAST(newest.reporting_date - INTERVAL 12 MONTH AS DATE))
  WHERE snapshot.reporting_date = last_day(snapshot.reporting_date) AND snapshot.customer_id IS NOT NULL
  GROUP BY snapshot.customer_id
),
paid AS (
  SELECT payment.customer_id, sum(payment.interest + payment.fees) AS revenue_12
  FROM int_payments AS payment
  JOIN newest
    ON payment.date_paid <= newest.as_of AND payment.date_paid > newest.twelve_months_before
  GROUP BY payment.customer_id
)
SELECT
  balance.customer_id,
  CAST(balance.outstanding_12 AS DECIMAL(36, 2)) AS outstanding_12,
  CAST(coalesce(paid.revenue_12, 0) AS DECIMAL(36, 2)) AS revenue_12
FROM balances AS balance
LEFT JOIN paid ON paid.customer_id = balance.customer_id
