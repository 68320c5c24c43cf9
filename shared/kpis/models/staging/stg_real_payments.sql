-- Grain: loan and day of payment. Inputs: looker_historic_real_payments, report. Up to the day that is reported.
-- The feed has loan ids without the prefix of the company, which is told by the last word of its name. Payer is a
-- token. A rebate credit is no cash: its total is zero.
SELECT
  CASE upper(left(regexp_extract(trim(payment.company), '\S+$'), 1)) WHEN 'F' THEN 'ABF' WHEN 'T' THEN 'ABT' END
    || ' - ' || payment.loan_id AS loan_id,
  payment.customer_id,
  payment.cliente AS customer_name,
  payment.pagador AS payer,
  payment.true_payment_date AS date_paid,
  payment.true_total_payment AS total,
  payment.true_payment_status AS status
FROM looker_historic_real_payments AS payment
JOIN report ON payment.true_payment_date <= report.as_of
