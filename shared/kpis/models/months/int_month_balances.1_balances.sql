-- Grain: reporting date that has balances. Inputs: mart_client_exposure.
-- clients and top10 are empty while the customer of a live loan is unknown.
SELECT
  reporting_date,
  CAST(sum(outstanding) AS DECIMAL(36, 2)) AS outstanding,
  CASE
    WHEN NOT bool_or(lacks_customer) THEN count(*) FILTER (WHERE client_balance > 0)
  END AS active_clients,
  CAST(
    CASE
      WHEN NOT bool_or(lacks_customer) THEN coalesce(sum(client_balance) FILTER (WHERE client_rank <= 10), 0)
    END
    AS DECIMAL(36, 2)
  ) AS top10
FROM mart_client_exposure
GROUP BY reporting_date
