-- Grain: month, type of customer and segment for which there is a target; a period without any has one row.
-- Inputs: manual_targets, looker_customer_data, int_loans, int_periods, report.
-- What was disbursed, and to how many customers, against what was to be. Only what has a target is compared with it:
-- the type is that of the customer in the month. Targets are set by month: a day or a week has none, and no rows.
-- The customer data are counted so that they must be in the book: without them no loan has a segment to compare.
-- Stored: a few rows that take a reading of all loans, and read several times.
WITH targets AS (
  SELECT
    period.reporting_date,
    target.customer_type,
    target.segment,
    sum(target.target_disbursement) AS target_disbursement,
    sum(target.target_customers) AS target_customers
  FROM manual_targets AS target
  JOIN int_periods AS period ON target.year_month BETWEEN period.period_start AND period.reporting_date
  GROUP BY ALL
),
actuals AS (
  SELECT
    period.reporting_date,
    loan.customer_type,
    loan.segment,
    sum(loan.principal) AS disbursement,
    count(DISTINCT loan.customer_id) AS customers
  FROM int_loans AS loan
  JOIN int_periods AS period ON loan.disburse_date BETWEEN period.period_start AND period.as_of
  WHERE period.reporting_date IN (SELECT reporting_date FROM targets)
  GROUP BY ALL
)
SELECT
  period.reporting_date,
  period.as_of,
  target.customer_type IS NULL AS lacks_target,
  coalesce(target.customer_type, 'unknown') AS customer_type,
  coalesce(target.segment, 'unknown') AS segment,
  CAST(coalesce(target.target_disbursement, 0) AS DECIMAL(18, 2)) AS target_disbursement,
  CAST(coalesce(target.target_customers, 0) AS BIGINT) AS target_customers,
  CAST(coalesce(actual.disbursement, 0) AS DECIMAL(18, 2)) AS disbursement,
  CAST(coalesce(actual.customers, 0) AS BIGINT) AS customers
FROM int_periods AS period
JOIN report ON report.grain IN ('month', 'quarter')
JOIN (SELECT count(*) AS customers FROM looker_customer_data) AS book ON book.customers >= 0
LEFT JOIN targets AS target ON target.reporting_date = period.reporting_date
LEFT JOIN actuals AS actual
  ON actual.reporting_date = target.reporting_date
  AND actual.customer_type = target.customer_type
  AND actual.segment = target.segment
