-- Grain: part of a reporting date: a balance, a payment of the period, or a day's payments of the last thirty days.
-- Inputs: int_loan_snapshots, int_payments, int_collected_30_days, int_payment_periods.
-- Each part is zero in the columns of the others, so that any of them may be added up over all rows. A balance
-- of a date beyond the periods of the payments (the PAR file may be newer) is left out: payments of that time are not
-- known, and none over a balance would read as nothing collected. balances_missing is above zero where there are
-- payments and no balances: the PAR file has none of a month that is not over.
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
  CAST(0 AS DECIMAL(18, 2)) AS revenue,
  CAST(0 AS DECIMAL(18, 2)) AS fees_and_other,
  CAST(0 AS DECIMAL(18, 2)) AS collected_30_days,
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
  revenue,
  CAST(fees + other AS DECIMAL(18, 2)),
  0,
  CAST(reporting_date NOT IN (SELECT reporting_date FROM int_loan_snapshots) AS INTEGER)
FROM int_payments
WHERE reporting_date IS NOT NULL
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
  0,
  collected,
  CAST(reporting_date NOT IN (SELECT reporting_date FROM int_loan_snapshots) AS INTEGER)
FROM int_collected_30_days
