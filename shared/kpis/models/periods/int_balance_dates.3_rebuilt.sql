-- Grain: period that is reported. Inputs: int_payment_periods, int_rebuilt_balances. Without a PAR file every period
-- has balances, if only because nothing is owed in it.
-- Stored: a row for each date, joined to every balance.
SELECT
  period.as_of AS source_date,
  period.reporting_date,
  period.period_start,
  period.as_of,
  period.previous_reporting_date,
  period.is_newest
FROM int_payment_periods AS period
-- For every period, also where nobody owes anything; it is read, since without it there are no balances to rebuild.
CROSS JOIN (SELECT count(*) AS balances FROM int_rebuilt_balances) AS rebuilt
