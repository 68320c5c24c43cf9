-- Grain: label of the PAR file that balances can be rebuilt for. Inputs: int_par_as_of, int_payment_calendar, report.
-- Only a label of which both know the same true day, and only when months are reported.
SELECT par.reporting_date, par.as_of, month.period_start
FROM int_par_as_of AS par
JOIN int_payment_calendar AS month
  ON month.grain = 'month'
  AND month.reporting_date = par.reporting_date
  AND month.as_of = par.as_of
JOIN report ON report.grain = 'month'
