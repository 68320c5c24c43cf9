-- Grain: customer and reporting date, from the period of its first loan on. Inputs: int_client_days, int_periods.
-- What is known of a customer by its disbursements up to the date. Each span from one disbursement to the next is
-- laid over the periods whose as-of day lies in it, so a customer has exactly one row at each date.
--   is_active: the last disbursement is at most 90 days before the as-of day;
--   was_active: it was so at the date before;
--   turned_inactive: the 91st day after the last disbursement lies in the period;
--   intensity: 1 loan ever is Low, 2 or 3 are Medium, more are Heavy.
-- Stored: read by several marts, each once for the whole and once for each dimension.
WITH spans AS (
  SELECT
    period.reporting_date,
    period.period_start,
    period.as_of,
    client.customer_id,
    client.first_day,
    client.day AS last_day,
    client.loans_to_date,
    client.state,
    client.segment
  FROM int_client_days AS client
  JOIN int_periods AS period
    ON period.as_of >= client.day AND period.as_of < coalesce(client.next_day, DATE '9999-12-31')
),
with_activity AS (
  SELECT *, as_of - last_day <= 90 AS is_active FROM spans
)
SELECT
  reporting_date,
  as_of,
  customer_id,
  first_day,
  last_day,
  loans_to_date,
  first_day >= period_start AS is_new,
  is_active,
  coalesce(lag(is_active) OVER (PARTITION BY customer_id ORDER BY reporting_date), false) AS was_active,
  last_day + 91 BETWEEN period_start AND as_of AS turned_inactive,
  CASE WHEN loans_to_date = 1 THEN 'Low' WHEN loans_to_date <= 3 THEN 'Medium' ELSE 'Heavy' END AS intensity,
  strftime(first_day, '%Y-%m') AS vintage,
  state,
  segment
FROM with_activity
