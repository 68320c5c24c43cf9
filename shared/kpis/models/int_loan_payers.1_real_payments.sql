-- Grain: loan that a payer paid. Inputs: looker_historic_real_payments, report.
-- The payer (a token) of the loan's latest payment up to the reported day. The feed has loan ids without the prefix
-- of the company, which is told by the last word of its name.
SELECT
  CASE upper(left(regexp_extract(trim(payment.company), '\S+$'), 1)) WHEN 'F' THEN 'ABF' WHEN 'T' THEN 'ABT' END
    || ' - ' || payment.loan_id AS loan_id,
  arg_max(payment.pagador, payment.true_payment_date) AS payer
FROM looker_historic_real_payments AS payment
JOIN report ON payment.true_payment_date <= report.as_of
GROUP BY 1
