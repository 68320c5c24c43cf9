-- Grain: customer and month in which a loan was disbursed to it. Inputs: stg_loans, int_month_arrears,
-- int_arrears_months, int_loan_months.
-- What the customer was in that month, once for all loans of it and of both companies:
--   New: the month of its first loan;
--   else Recovered: more than 90 days late at an earlier month end, and at most 30 at the end of this month;
--   else Reactivated: more than 180 days since the last disbursement before the month;
--   else Recurrent.
-- Where the balances of a month are not known and could make it Recovered, it is unknown: those of this month when it
-- was that late before, or those of an earlier one in which it can have been, which takes 91 days from its first loan.
-- Nothing after the month plays a part. How late a customer was between two month ends is not seen.
-- Stored: working it out while a million loans wait to be joined does not fit 256 MB.
WITH months AS (
  SELECT
    customer_id,
    last_day(disburse_date) AS reporting_date,
    min(disburse_date) AS first_day,
    max(disburse_date) AS last_disbursement
  FROM stg_loans
  WHERE customer_id IS NOT NULL
  GROUP BY customer_id, last_day(disburse_date)
),
with_gap AS (
  SELECT
    customer_id,
    reporting_date,
    first_day - lag(last_disbursement) OVER (PARTITION BY customer_id ORDER BY reporting_date) AS gap,
    min(first_day) OVER (PARTITION BY customer_id) AS customer_since
  FROM months
),
seen AS (
  SELECT
    month.reporting_date,
    known.reporting_date IS NOT NULL AS is_known,
    max(CASE WHEN known.reporting_date IS NULL THEN month.reporting_date END) OVER (
      ORDER BY month.reporting_date
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS last_unknown_before
  FROM int_loan_months AS month
  LEFT JOIN int_arrears_months AS known ON known.reporting_date = month.reporting_date
),
arrears AS (
  SELECT loan.customer_id, late.reporting_date, max(late.dpd) AS dpd
  FROM int_month_arrears AS late
  JOIN stg_loans AS loan ON loan.loan_id = late.loan_id
  WHERE late.dpd > 30
  GROUP BY loan.customer_id, late.reporting_date
),
first_bad AS (
  SELECT customer_id, min(reporting_date) AS reporting_date FROM arrears WHERE dpd > 90 GROUP BY customer_id
)
SELECT
  month.customer_id,
  month.reporting_date,
  CASE
    WHEN month.gap IS NULL THEN 'New'
    WHEN arrears.customer_id IS NULL AND seen.is_known AND first_bad.reporting_date < month.reporting_date
      THEN 'Recovered'
    WHEN
      arrears.customer_id IS NULL
      AND (first_bad.reporting_date < month.reporting_date OR seen.last_unknown_before > month.customer_since + 90)
      THEN 'unknown'
    WHEN month.gap > 180 THEN 'Reactivated'
    ELSE 'Recurrent'
  END AS customer_type
FROM with_gap AS month
LEFT JOIN seen ON seen.reporting_date = month.reporting_date
LEFT JOIN first_bad ON first_bad.customer_id = month.customer_id
LEFT JOIN arrears
  ON arrears.customer_id = month.customer_id AND arrears.reporting_date = month.reporting_date
