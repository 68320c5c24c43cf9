-- Grain: instalment that has fallen due. Inputs: int_due, int_payments.
-- What of its interest and of its fees has been paid up to the day that the book knows, early or late. What was paid
-- on a loan covers its oldest instalment first, and the final one takes the rest; rebates are taken off.
-- Stored: the payments of all loans are added up for it.
WITH paid AS (
  SELECT loan_id, sum(interest) AS interest, sum(fees) AS fees FROM int_payments GROUP BY loan_id
),
instalments AS (
  SELECT
    loan_id,
    reporting_date,
    interest,
    fees,
    is_final,
    sum(interest) OVER so_far - interest AS interest_before,
    sum(fees) OVER so_far - fees AS fees_before
  FROM int_due
  WINDOW so_far AS (PARTITION BY loan_id ORDER BY date_due)
)
SELECT
  instalment.reporting_date,
  CAST(
    CASE
      WHEN paid.loan_id IS NULL THEN 0
      WHEN instalment.is_final THEN paid.interest - instalment.interest_before
      ELSE least(greatest(paid.interest - instalment.interest_before, 0), instalment.interest)
    END
    AS DECIMAL(36, 2)
  ) AS interest_received,
  CAST(
    CASE
      WHEN paid.loan_id IS NULL THEN 0
      WHEN instalment.is_final THEN paid.fees - instalment.fees_before
      ELSE least(greatest(paid.fees - instalment.fees_before, 0), instalment.fees)
    END
    AS DECIMAL(36, 2)
  ) AS fees_received
FROM instalments AS instalment
LEFT JOIN paid ON paid.loan_id = instalment.loan_id
