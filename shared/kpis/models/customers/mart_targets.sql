-- Grain: period, type of customer and segment for which there is a target; a period without any has one row.
-- Inputs: manual_targets, looker_customer_data, int_loans, int_periods, int_calendar, report.
-- What was disbursed, and to how many customers, against what was to be. Only what has a target is compared with it:
-- the type is that of the customer in the month. Targets are set by month: a day or a week has none, and no rows. A
-- quarter adds up its months, the customers of each as well as the targets; lacks_target marks one in which a month has
-- no target.
-- lacks_types marks a type that customers may belong to of whom it is not known.
-- The customer data are counted so that they must be in the book: without them no loan has a segment to compare.
-- Stored: a few rows that take a reading of all loans, and read several times.
WITH months AS (
  SELECT month.reporting_date AS month, month.period_start, month.as_of, period.reporting_date
  FROM int_calendar AS month
  JOIN int_periods AS period ON month.reporting_date BETWEEN period.period_start AND period.reporting_date
  WHERE month.grain = 'month'
),
targets AS (
  SELECT
    month.reporting_date,
    month.month,
    target.customer_type,
    target.segment,
    sum(target.target_disbursement) AS target_disbursement,
    sum(target.target_customers) AS target_customers
  FROM manual_targets AS target
  JOIN months AS month ON month.month = last_day(target.year_month)
  GROUP BY ALL
),
actuals AS (
  SELECT
    month.month,
    loan.customer_type,
    loan.segment,
    sum(loan.principal) AS disbursement,
    count(DISTINCT loan.customer_id) AS customers
  FROM int_loans AS loan
  JOIN months AS month ON loan.disburse_date BETWEEN month.period_start AND month.as_of
  WHERE month.month IN (SELECT month FROM targets)
  GROUP BY ALL
),
parts AS (
  SELECT
    target.reporting_date,
    target.customer_type,
    target.segment,
    sum(target.target_disbursement) AS target_disbursement,
    sum(target.target_customers) AS target_customers,
    sum(actual.disbursement) AS disbursement,
    sum(actual.customers) AS customers,
    bool_or(target.customer_type <> 'New' AND unknown.month IS NOT NULL) AS lacks_types
  FROM targets AS target
  LEFT JOIN actuals AS actual
    ON actual.month = target.month
    AND actual.customer_type = target.customer_type
    AND actual.segment = target.segment
  LEFT JOIN actuals AS unknown
    ON unknown.month = target.month
    AND unknown.customer_type = 'unknown'
    AND unknown.segment = target.segment
  GROUP BY ALL
)
SELECT
  period.reporting_date,
  period.as_of,
  period.reporting_date IN (
    SELECT reporting_date FROM months WHERE month NOT IN (SELECT month FROM targets)
  ) AS lacks_target,
  coalesce(part.lacks_types, false) AS lacks_types,
  coalesce(part.customer_type, 'unknown') AS customer_type,
  coalesce(part.segment, 'unknown') AS segment,
  CAST(coalesce(part.target_disbursement, 0) AS DECIMAL(18, 2)) AS target_disbursement,
  CAST(coalesce(part.target_customers, 0) AS BIGINT) AS target_customers,
  CAST(coalesce(part.disbursement, 0) AS DECIMAL(18, 2)) AS disbursement,
  CAST(coalesce(part.customers, 0) AS BIGINT) AS customers
FROM int_periods AS period
JOIN report ON report.grain IN ('month', 'quarter')
JOIN (SELECT count(*) AS customers FROM looker_customer_data) AS book ON book.customers >= 0
LEFT JOIN parts AS part ON part.reporting_date = period.reporting_date
