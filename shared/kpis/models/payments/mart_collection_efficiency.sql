-- Grain: part of a reporting date: a balance, a payment of the period, or an instalment that fell due in it.
-- Inputs: int_loan_snapshots, int_payments, int_due, int_payment_days, int_payment_periods.
-- Each part is zero in the columns of the others, so that any of them may be added up over all rows. Of a period that
-- is not over, payments and dues both reach to its as-of day: month to date over due to date. A balance of a date
-- beyond the periods of the payments (the PAR file may be newer) is left out: payments of that time are not known.
-- balances_missing is above zero where there are payments or dues and no balances: the PAR file has none of a month
-- that is not over.
SELECT
  balance.reporting_date,
  period.as_of,
  balance.company,
  balance.product,
  balance.state,
  balance.segment,
  balance.customer_type,
  balance.ticket_band,
  balance.term_band,
  balance.vintage,
  balance.outstanding,
  balance.par_30,
  CAST(0 AS DECIMAL(18, 2)) AS collected,
  CAST(0 AS DECIMAL(18, 2)) AS due,
  0 AS balances_missing
FROM int_loan_snapshots AS balance
JOIN int_payment_periods AS period ON period.reporting_date = balance.reporting_date
UNION ALL
SELECT
  reporting_date,
  as_of,
  company,
  product,
  state,
  segment,
  customer_type,
  ticket_band,
  term_band,
  vintage,
  0,
  0,
  collected,
  0,
  CAST(reporting_date NOT IN (SELECT reporting_date FROM int_loan_snapshots) AS INTEGER)
FROM int_payments
WHERE reporting_date IS NOT NULL
UNION ALL
SELECT
  period.reporting_date,
  period.as_of,
  instalment.company,
  instalment.product,
  instalment.state,
  instalment.segment,
  instalment.customer_type,
  instalment.ticket_band,
  instalment.term_band,
  instalment.vintage,
  0,
  0,
  0,
  instalment.due,
  CAST(period.reporting_date NOT IN (SELECT reporting_date FROM int_loan_snapshots) AS INTEGER)
FROM int_due AS instalment
JOIN int_payment_days AS period ON period.day = instalment.date_due
