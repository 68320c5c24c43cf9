-- Grain: loan. Input: int_loans. What a portfolio is divided by, for marts that can do without it.
SELECT
  loan_id,
  customer_id,
  company,
  product,
  state,
  segment,
  customer_type,
  ticket_band,
  term_band,
  vintage
FROM int_loans
