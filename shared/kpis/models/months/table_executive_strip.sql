-- Grain: tile of the executive report, eight of them, at the newest reporting date. Inputs: int_month_figures,
-- int_month_collections. The same figures as the KPIs that kpi names. What no dataset of the book tells is empty; a
-- ratio is divided once, from whole cents, to six decimals (half away from zero).
WITH newest AS (
  SELECT figure.*, collection.collected_30_days, collection.outstanding AS collected_from
  FROM int_month_figures AS figure
  LEFT JOIN int_month_collections AS collection ON collection.reporting_date = figure.reporting_date
  WHERE figure.is_newest
),
tiles AS (
  SELECT 1 AS position, 'Active clients' AS tile, 'Clientes activos' AS tile_es, 'port.active_clients' AS kpi,
    'count' AS unit, reporting_date, as_of, CAST(active_clients AS DECIMAL(26, 2)) AS part, 1 AS whole
  FROM newest
  UNION ALL
  SELECT 2, 'New clients', 'Clientes nuevos', 'cust.new', 'count', reporting_date, as_of, new_clients, 1 FROM newest
  UNION ALL
  SELECT 3, 'Recurrent clients', 'Clientes recurrentes', 'cust.recurrent', 'count', reporting_date, as_of,
    recurrent_clients, 1
  FROM newest
  UNION ALL
  SELECT 4, 'Recovered clients', 'Clientes recuperados', 'cust.recovered', 'count', reporting_date, as_of,
    recovered_clients, 1
  FROM newest
  UNION ALL
  SELECT 5, 'Outstanding balance', 'Saldo vigente', 'port.outstanding', 'usd', reporting_date, as_of, outstanding, 1
  FROM newest
  UNION ALL
  SELECT 6, 'Disbursed in the period', 'Desembolsado en el período', 'growth.origination_volume', 'usd',
    reporting_date, as_of, disbursement, 1
  FROM newest
  UNION ALL
  SELECT 7, 'Collection rate', 'Tasa de cobro', 'risk.collection_rate', 'percent-per-day', reporting_date, as_of,
    collected_30_days * 100, collected_from * 30
  FROM newest
  UNION ALL
  SELECT 8, 'Ten largest clients', 'Diez mayores clientes', 'port.concentration_top10_clients', 'percent',
    reporting_date, as_of, top10 * 100, outstanding
  FROM newest
),
cents AS (
  SELECT
    position, tile, tile_es, kpi, unit, reporting_date, as_of,
    CAST(part * 100 AS HUGEINT) AS part,
    CAST(whole * 100 AS HUGEINT) AS whole
  FROM tiles
)
SELECT
  CAST(position AS BIGINT) AS position,
  tile,
  tile_es,
  kpi,
  CASE
    WHEN whole > 0
    THEN CAST(sign(part) * ((2 * abs(part) * 1000000 + whole) // (2 * whole)) AS DECIMAL(24, 0))
      * CAST(0.000001 AS DECIMAL(7, 6))
  END AS value,
  unit,
  reporting_date,
  as_of
FROM cents
ORDER BY position
