-- Grain: period that is reported. Inputs: int_periods, int_rebuilt_balances. Without a PAR file every period has
-- balances, if only because nothing is owed in it.
-- Stored: a row for each date, joined to every balance.
SELECT
  as_of AS source_date,
  reporting_date,
  period_start,
  as_of,
  previous_reporting_date,
  is_newest
FROM int_periods
WHERE as_of IN (SELECT as_of FROM int_rebuilt_balances)
