-- Grain: instalment that has fallen due up to the day that the payments are of too. Inputs: int_due, int_payments,
-- int_payment_days.
-- What has been collected on it up to the day that the book knows, early or late: what was paid on a loan covers its
-- oldest instalment first, and the final one takes the rest: a loan with one instalment has all of its payments there.
-- Rises as time passes, since late payments still come in.
-- Stored: the payments of all loans are added up for it, which is not to be done again for each dimension.
WITH paid AS (
  SELECT loan_id, sum(collected) AS collected FROM int_payments GROUP BY loan_id
),
instalments AS (
  SELECT
    *,
    sum(due) OVER so_far - due AS due_before
  FROM int_due
  WINDOW so_far AS (PARTITION BY loan_id ORDER BY date_due)
)
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
  instalment.due,
  CAST(
    CASE
      WHEN paid.collected IS NULL THEN 0
      WHEN instalment.is_final THEN greatest(paid.collected - instalment.due_before, 0)
      ELSE least(greatest(paid.collected - instalment.due_before, 0), instalment.due)
    END
    AS DECIMAL(18, 2)
  ) AS collected
FROM instalments AS instalment
JOIN int_payment_days AS period ON period.day = instalment.date_due
LEFT JOIN paid ON paid.loan_id = instalment.loan_id
