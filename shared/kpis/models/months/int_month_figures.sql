-- Grain: reporting date. Inputs: int_periods, mart_client_types, mart_originations, int_month_balances,
-- int_month_payments, int_month_dues, int_month_due_received, int_month_timing, int_month_spend, int_month_value.
-- Everything that the monthly fact and the quarterly scorecard divide or show, before any division. What no dataset of
-- the book tells is empty.
-- Stored: a row for each date, read by several tables.
WITH clients AS (
  SELECT
    reporting_date,
    count(*) FILTER (WHERE is_new) AS new_clients,
    CASE WHEN NOT bool_or(lacks_type) THEN count(*) FILTER (WHERE is_reactivated) END AS reactivated_clients,
    CASE WHEN NOT bool_or(lacks_type) THEN count(*) FILTER (WHERE is_recovered) END AS recovered_clients,
    CASE WHEN NOT bool_or(lacks_type) THEN count(*) FILTER (WHERE is_recurrent) END AS recurrent_clients
  FROM mart_client_types
  GROUP BY reporting_date
),
lent AS (
  SELECT
    reporting_date,
    CAST(sum(principal_in_period) AS DECIMAL(36, 2)) AS disbursement,
    CAST(sum(customers_to_date) AS BIGINT) AS customers_to_date
  FROM mart_originations
  GROUP BY reporting_date
)
SELECT
  period.reporting_date,
  period.as_of,
  period.is_newest,
  balance.outstanding,
  balance.active_clients,
  balance.top10,
  payment.interest,
  payment.fees,
  payment.revenue,
  payment.collected,
  payment.revenue_to_date,
  payment.throughput,
  payment.serviceable_market,
  payment.interest_12,
  payment.revenue_12,
  payment.outstanding_12,
  due.interest_due,
  due.fees_due,
  due.due,
  due.revenue_due_to_date,
  received.interest_received,
  received.fees_received,
  received.due_collected,
  received.due_to_collect,
  received.due_revenue_to_date,
  timing.early,
  timing.late,
  timing.on_time,
  timing.unmapped,
  clients.new_clients,
  clients.reactivated_clients,
  clients.recovered_clients,
  clients.recurrent_clients,
  lent.disbursement,
  lent.customers_to_date,
  spent.spend,
  value.ripe_customers,
  value.ripe_revenue
FROM int_periods AS period
LEFT JOIN int_month_balances AS balance ON balance.reporting_date = period.reporting_date
LEFT JOIN int_month_payments AS payment ON payment.reporting_date = period.reporting_date
LEFT JOIN int_month_dues AS due ON due.reporting_date = period.reporting_date
LEFT JOIN int_month_due_received AS received ON received.reporting_date = period.reporting_date
LEFT JOIN int_month_timing AS timing ON timing.reporting_date = period.reporting_date
LEFT JOIN int_month_spend AS spent ON spent.reporting_date = period.reporting_date
LEFT JOIN int_month_value AS value ON value.reporting_date = period.reporting_date
LEFT JOIN clients ON clients.reporting_date = period.reporting_date
LEFT JOIN lent ON lent.reporting_date = period.reporting_date
