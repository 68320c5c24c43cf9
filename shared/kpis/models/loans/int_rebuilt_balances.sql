-- Grain: loan and day on which a period ends. Inputs: stg_loans, stg_schedules, stg_transactions, int_payment_calendar.
-- What a loan owed on that day and how late it was, from disbursement, instalments and payments alone. Payments after
-- the day are not looked at. The rules of the PAR file:
--   balance: principal less the principal paid; under 1 % of the principal it is dust and the loan is left out;
--   days past due: since the oldest instalment that the cash paid does not cover, paying the oldest first, whatever
--   the cash was booked as; up to 2 cents are rounding and no arrears; a loan without a balance is not late;
--   written off: more than 180 days past due.
-- One pass: payments cut the life of a loan into spans in which it owes the same, and each span is laid over the days
-- that lie in it. A loan without a schedule falls due as a whole on its maturity.
-- Stored: read for balances, for customers' arrears and for the comparison with the PAR file.
WITH days AS (
  SELECT as_of, row_number() OVER (ORDER BY as_of) AS position
  FROM (SELECT DISTINCT as_of FROM int_payment_calendar) AS distinct_days
),
lookup AS (
  SELECT calendar.day, count(days.as_of) AS days_before
  FROM (
    SELECT CAST(unnest(generate_series(min(as_of), max(as_of) + 1, INTERVAL 1 DAY)) AS DATE) AS day FROM days
  ) AS calendar
  LEFT JOIN days ON days.as_of < calendar.day
  GROUP BY calendar.day
),
events AS (
  SELECT loan_id, disburse_date AS day, principal AS owed, CAST(0 AS DECIMAL(18, 2)) AS paid FROM stg_loans
  UNION ALL
  SELECT loan_id, date_paid, CAST(-principal AS DECIMAL(18, 2)), total
  FROM stg_transactions
  WHERE transaction_type = 'PAYMENT'
),
spans AS (
  SELECT
    loan_id,
    day AS from_day,
    lead(day) OVER by_day AS to_day,
    sum(owed) OVER by_day AS balance,
    sum(paid) OVER by_day AS paid
  FROM events
  WINDOW by_day AS (PARTITION BY loan_id ORDER BY day)
),
owing AS (
  SELECT
    loan.loan_id,
    loan.disburse_date,
    CAST(span.balance AS DECIMAL(18, 2)) AS balance,
    CAST(span.paid AS DECIMAL(18, 2)) AS paid,
    greatest(span.from_day, loan.disburse_date, bounds.first_day) AS from_day,
    least(
      coalesce(span.to_day, bounds.last_day + 1),
      bounds.last_day + 1,
      -- Nothing owed is told for the period of the disbursement alone, which is a quarter at most.
      CASE
        WHEN span.balance = 0
          THEN CAST(date_trunc('quarter', loan.disburse_date) + INTERVAL 3 MONTH AS DATE)
      END
    ) AS to_day
  FROM spans AS span
  JOIN stg_loans AS loan ON loan.loan_id = span.loan_id
  CROSS JOIN (SELECT min(as_of) AS first_day, max(as_of) AS last_day FROM days) AS bounds
  WHERE span.balance = 0 OR span.balance * 100 >= loan.principal
),
spans_with_days AS MATERIALIZED (
  SELECT
    span.loan_id,
    span.disburse_date,
    span.balance,
    span.paid,
    span.to_day,
    before_from.days_before + 1 AS first_position,
    before_to.days_before AS last_position
  FROM owing AS span
  JOIN lookup AS before_from ON before_from.day = span.from_day
  JOIN lookup AS before_to ON before_to.day = span.to_day
  WHERE before_from.days_before < before_to.days_before
),
dues AS (
  SELECT
    loan_id,
    date_due,
    CAST(sum(total) OVER (PARTITION BY loan_id ORDER BY date_due) AS DECIMAL(18, 2)) AS due_to_date
  FROM (
    SELECT loan_id, date_due, total FROM stg_schedules
    UNION ALL
    SELECT
      loan_id,
      maturity_date,
      CAST(principal + total_interest + total_fees + total_other AS DECIMAL(18, 2))
    FROM stg_loans
    WHERE loan_id NOT IN (SELECT loan_id FROM stg_schedules)
  ) AS instalments
),
overdue AS (
  SELECT span.loan_id, span.first_position, min(due.date_due) AS oldest_due
  FROM spans_with_days AS span
  JOIN dues AS due
    ON due.loan_id = span.loan_id AND due.due_to_date > span.paid + 0.02 AND due.date_due < span.to_day
  WHERE span.balance > 0
  GROUP BY span.loan_id, span.first_position
),
expanded AS (
  SELECT
    span.loan_id,
    span.disburse_date,
    span.balance,
    overdue.oldest_due,
    unnest(range(span.first_position, span.last_position + 1)) AS position
  FROM spans_with_days AS span
  LEFT JOIN overdue ON overdue.loan_id = span.loan_id AND overdue.first_position = span.first_position
),
late AS (
  SELECT
    days.as_of,
    expanded.loan_id,
    expanded.disburse_date,
    expanded.balance,
    CAST(
      CASE
        WHEN expanded.oldest_due IS NULL THEN 0
        ELSE greatest(days.as_of - expanded.oldest_due, 0)
      END
      AS INTEGER
    ) AS dpd
  FROM expanded
  JOIN days ON days.position = expanded.position
)
SELECT
  as_of,
  loan_id,
  disburse_date,
  balance,
  dpd,
  dpd > 180 AS is_writeoff,
  CASE WHEN dpd > 180 THEN 0.00 ELSE balance END AS outstanding,
  CASE WHEN dpd > 180 THEN balance ELSE 0.00 END AS written_off,
  CASE WHEN dpd BETWEEN 7 AND 180 THEN balance ELSE 0.00 END AS par_7,
  CASE WHEN dpd BETWEEN 30 AND 180 THEN balance ELSE 0.00 END AS par_30,
  CASE WHEN dpd BETWEEN 60 AND 180 THEN balance ELSE 0.00 END AS par_60,
  CASE WHEN dpd BETWEEN 90 AND 180 THEN balance ELSE 0.00 END AS par_90
FROM late
