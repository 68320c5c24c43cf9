-- Grain: loan, in the period in which it was disbursed and once more in the next one, to compare with. A period without
-- any has one row of zeros. Inputs: int_loans, int_period_days, int_periods.
-- disbursed_before is what the period before had lent by as many days: of a period that is not over, only that is
-- comparable. Of one that is over it is the whole period before.
WITH lent AS (
  SELECT loan.*, period.reporting_date
  FROM int_loans AS loan
  JOIN int_period_days AS period ON period.day = loan.disburse_date
)
SELECT
  period.reporting_date,
  period.as_of,
  lent.company,
  lent.product,
  lent.state,
  lent.segment,
  lent.customer_type,
  lent.ticket_band,
  lent.term_band,
  lent.vintage,
  lent.principal AS disbursed,
  CAST(0 AS DECIMAL(18, 2)) AS disbursed_before,
  CASE WHEN lent.interest_rate IS NOT NULL THEN lent.principal END AS disbursed_with_rate,
  CAST(lent.interest_rate AS DECIMAL(19, 6)) * lent.principal AS rate_times_disbursed
FROM lent
JOIN int_periods AS period ON period.reporting_date = lent.reporting_date
UNION ALL
SELECT
  period.reporting_date,
  period.as_of,
  lent.company,
  lent.product,
  lent.state,
  lent.segment,
  lent.customer_type,
  lent.ticket_band,
  lent.term_band,
  lent.vintage,
  0,
  lent.principal,
  0,
  0
FROM lent
JOIN int_periods AS before ON before.reporting_date = lent.reporting_date
JOIN int_periods AS period ON period.previous_reporting_date = lent.reporting_date
WHERE period.is_complete OR lent.disburse_date - before.period_start <= period.as_of - period.period_start
UNION ALL
SELECT
  reporting_date,
  as_of,
  'unknown',
  'unknown',
  'unknown',
  'unknown',
  'unknown',
  'unknown',
  'unknown',
  'unknown',
  0,
  0,
  0,
  0
FROM int_periods
WHERE reporting_date NOT IN (SELECT reporting_date FROM lent)
