-- Grain: month end at which it is known who was late. Inputs: int_payment_calendar, int_rebuilt_balances. Every month
-- that the cash flows know, also where nobody was late; the balances are read, since without them nobody can tell.
SELECT month.reporting_date, month.as_of AS source_date, month.as_of
FROM int_payment_calendar AS month
CROSS JOIN (SELECT count(*) AS balances FROM int_rebuilt_balances) AS rebuilt
WHERE month.grain = 'month'
