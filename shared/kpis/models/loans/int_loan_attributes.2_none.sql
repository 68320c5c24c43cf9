-- Grain: loan. Inputs: none. Without the loans file nothing is known of a loan.
SELECT
  CAST(NULL AS VARCHAR) AS loan_id,
  CAST(NULL AS VARCHAR) AS customer_id,
  CAST(NULL AS VARCHAR) AS company,
  CAST(NULL AS VARCHAR) AS product,
  CAST(NULL AS VARCHAR) AS state,
  CAST(NULL AS VARCHAR) AS segment,
  CAST(NULL AS VARCHAR) AS customer_type,
  CAST(NULL AS VARCHAR) AS ticket_band,
  CAST(NULL AS VARCHAR) AS term_band,
  CAST(NULL AS VARCHAR) AS vintage
WHERE false
