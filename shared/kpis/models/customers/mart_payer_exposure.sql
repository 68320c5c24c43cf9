-- Grain: payer and reporting date; what has no known payer is one row. Inputs: int_client_exposure, int_client_payers.
-- Whose invoices the balance hangs on. Loans are paid once, at their end, so who will pay a live one is not written
-- anywhere: its balance belongs to the payer that its customer had on the day. What became known later plays no part.
WITH owed AS (
  SELECT exposure.reporting_date, exposure.as_of, client.payer, exposure.outstanding
  FROM int_client_exposure AS exposure
  ASOF LEFT JOIN int_client_payers AS client
    ON client.customer_id = exposure.customer_id AND client.day <= exposure.as_of
),
payers AS (
  SELECT
    reporting_date,
    max(as_of) AS as_of,
    payer,
    CAST(coalesce(sum(outstanding), 0) AS DECIMAL(36, 2)) AS outstanding
  FROM owed
  GROUP BY reporting_date, payer
)
SELECT
  reporting_date,
  as_of,
  payer,
  outstanding,
  payer IS NOT NULL AS has_payer,
  CASE
    WHEN payer IS NOT NULL
    THEN row_number() OVER (PARTITION BY reporting_date, payer IS NULL ORDER BY outstanding DESC, payer)
  END AS payer_rank
FROM payers
