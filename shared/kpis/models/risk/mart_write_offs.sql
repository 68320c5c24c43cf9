-- Grain: loan with a balance at the previous reporting date, and again loan that was written off since; a date without
-- either is a row without amounts. Inputs: int_loan_snapshots, int_balance_dates.
-- opening is what was outstanding at the previous date, new_write_offs what was written off since. A loan that comes
-- back and is written off again counts again. Where there is no previous date nothing tells when a loan was written off:
-- the whole stock is not new.
WITH opening AS (
  SELECT
    day.reporting_date,
    day.as_of,
    before.loan_id,
    before.customer_id,
    before.company,
    before.product,
    before.segment,
    before.customer_type,
    before.vintage,
    before.outstanding AS opening,
    0.00 AS new_write_offs
  FROM int_loan_snapshots AS before
  JOIN int_balance_dates AS day ON day.previous_reporting_date = before.reporting_date
  WHERE before.outstanding > 0
),
written_off AS (
  SELECT loan_id, reporting_date, written_off FROM int_loan_snapshots WHERE is_writeoff
),
new_write_offs AS (
  SELECT
    now.reporting_date,
    now.as_of,
    now.loan_id,
    now.customer_id,
    now.company,
    now.product,
    now.segment,
    now.customer_type,
    now.vintage,
    0.00 AS opening,
    now.written_off AS new_write_offs
  FROM int_loan_snapshots AS now
  WHERE
    now.is_writeoff
    AND now.previous_reporting_date IS NOT NULL
    AND NOT EXISTS (
      SELECT 1
      FROM written_off AS before
      WHERE before.loan_id = now.loan_id AND before.reporting_date = now.previous_reporting_date
    )
),
dates AS (
  SELECT
    reporting_date,
    as_of,
    CAST(NULL AS VARCHAR) AS loan_id,
    CAST(NULL AS VARCHAR) AS customer_id,
    'unknown' AS company,
    'unknown' AS product,
    'unknown' AS segment,
    'unknown' AS customer_type,
    'unknown' AS vintage,
    0.00 AS opening,
    0.00 AS new_write_offs
  FROM int_balance_dates
)
SELECT * FROM opening
UNION ALL
SELECT * FROM new_write_offs
UNION ALL
SELECT * FROM dates
