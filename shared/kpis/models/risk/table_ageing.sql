-- Grain: part of the portfolio and bucket of days past due, at the newest reporting date. Inputs: int_loan_snapshots,
-- int_balance_dates. Each part is divided by its own sum: shares of a part add up to 100. The bucket written_off holds
-- what is written off, which is in no share.
WITH newest AS (
  SELECT
    snapshot.reporting_date,
    snapshot.company,
    snapshot.product,
    snapshot.state,
    snapshot.segment,
    snapshot.customer_type,
    snapshot.ticket_band,
    snapshot.term_band,
    CASE
      WHEN snapshot.is_writeoff THEN 'written_off'
      WHEN snapshot.dpd < 7 THEN '0_7'
      WHEN snapshot.dpd < 30 THEN '7_30'
      WHEN snapshot.dpd < 60 THEN '30_60'
      WHEN snapshot.dpd < 90 THEN '60_90'
      ELSE '90_plus'
    END AS bucket,
    snapshot.outstanding,
    snapshot.written_off
  FROM int_loan_snapshots AS snapshot
  JOIN int_balance_dates AS day ON day.reporting_date = snapshot.reporting_date AND day.is_newest
  WHERE snapshot.outstanding > 0 OR snapshot.written_off > 0
),
parts AS (
  SELECT
    reporting_date,
    CASE
      WHEN grouping(company) = 0 THEN 'company'
      WHEN grouping(product) = 0 THEN 'product'
      WHEN grouping(state) = 0 THEN 'state'
      WHEN grouping(segment) = 0 THEN 'segment'
      WHEN grouping(customer_type) = 0 THEN 'customer_type'
      WHEN grouping(ticket_band) = 0 THEN 'ticket_band'
      WHEN grouping(term_band) = 0 THEN 'term_band'
      ELSE 'all'
    END AS dimension,
    coalesce(company, product, state, segment, customer_type, ticket_band, term_band, 'all') AS member,
    bucket,
    count(*) AS loans,
    CAST(sum(outstanding + written_off) AS DECIMAL(38, 2)) AS balance,
    CAST(sum(outstanding) AS DECIMAL(38, 2)) AS outstanding
  FROM newest
  GROUP BY GROUPING SETS (
    (reporting_date, bucket),
    (reporting_date, bucket, company),
    (reporting_date, bucket, product),
    (reporting_date, bucket, state),
    (reporting_date, bucket, segment),
    (reporting_date, bucket, customer_type),
    (reporting_date, bucket, ticket_band),
    (reporting_date, bucket, term_band)
  )
)
SELECT
  dimension,
  member,
  bucket,
  reporting_date,
  loans,
  balance,
  CASE
    WHEN bucket <> 'written_off'
      THEN CAST(outstanding * 100 / sum(outstanding) OVER (PARTITION BY dimension, member) AS DECIMAL(9, 4))
  END AS share_percent
FROM parts
ORDER BY
  dimension,
  member,
  CASE bucket
    WHEN '0_7' THEN 1
    WHEN '7_30' THEN 2
    WHEN '30_60' THEN 3
    WHEN '60_90' THEN 4
    WHEN '90_plus' THEN 5
    ELSE 6
  END
