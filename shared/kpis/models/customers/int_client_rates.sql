-- Grain: customer with a balance, at the newest reporting date. Inputs: mart_client_exposure, mart_client_rates,
-- int_loan_snapshots. The yearly rate and the term of its live loans, each weighted by balance, to ten and to six
-- decimals (half up). A loan whose rate is unknown has no weight in the rate.
WITH newest AS (
  SELECT max(reporting_date) AS reporting_date FROM mart_client_exposure
),
rates AS (
  SELECT
    rate.customer_id,
    CAST(sum(rate.rate_times_outstanding) AS DECIMAL(38, 8)) AS weighted_rate,
    CAST(sum(rate.outstanding_with_rate) AS DECIMAL(36, 2)) AS known
  FROM mart_client_rates AS rate
  JOIN newest ON newest.reporting_date = rate.reporting_date
  WHERE rate.is_live AND rate.customer_id IS NOT NULL
  GROUP BY rate.customer_id
),
terms AS (
  SELECT
    snapshot.customer_id,
    sum(CAST(snapshot.outstanding AS DECIMAL(20, 2)) * snapshot.term) AS weighted_term,
    sum(snapshot.outstanding) FILTER (WHERE snapshot.term IS NOT NULL) AS termed
  FROM int_loan_snapshots AS snapshot
  JOIN newest ON newest.reporting_date = snapshot.reporting_date
  WHERE snapshot.is_live AND snapshot.customer_id IS NOT NULL
  GROUP BY snapshot.customer_id
),
units AS (
  SELECT
    rates.customer_id,
    CAST(rates.weighted_rate * 100000000 AS HUGEINT) AS rate_units,
    CAST(rates.known * 100 AS HUGEINT) AS known_cents,
    CAST(terms.weighted_term * 100 AS HUGEINT) AS term_units,
    CAST(terms.termed * 100 AS HUGEINT) AS termed_cents
  FROM rates
  JOIN terms ON terms.customer_id = rates.customer_id
)
SELECT
  customer_id,
  -- rate_units are 1e-8 and cents 1e-2: the quotient of the two is in 1e-6, and 10000 more make 1e-10.
  CASE
    WHEN known_cents > 0
    THEN CAST((2 * rate_units * 10000 + known_cents) // (2 * known_cents) AS DECIMAL(26, 0))
      * CAST(0.0000000001 AS DECIMAL(11, 10))
  END AS yearly_rate,
  CASE
    WHEN termed_cents > 0
    THEN CAST((2 * term_units * 1000000 + termed_cents) // (2 * termed_cents) AS DECIMAL(24, 0))
      * CAST(0.000001 AS DECIMAL(7, 6))
  END AS term
FROM units
