-- Grain: loan that a payer paid. Inputs: looker_historic_real_payments, report.
-- The payer (a token) of the loan's latest payment up to the reported day. The feed has loan ids without the prefix
-- of the company, which is told by the last word of its name.
-- Stored: grouping a million payments and joining them to a million loans in one go does not fit 256 MB.
SELECT
  CASE regexp_extract(payment.company, '(\S)\S*\s*$', 1) WHEN 'F' THEN 'ABF' WHEN 'T' THEN 'ABT' END
    || ' - ' || payment.loan_id AS loan_id,
  arg_max(payment.pagador, payment.true_payment_date) AS payer
FROM looker_historic_real_payments AS payment
JOIN report ON payment.true_payment_date <= report.as_of
GROUP BY 1
