-- Grain: period in which loans closed, and kind of cash flow ('paid', 'agreed'). Input: int_cohort_cash_flows.
-- The yearly rate r at which the pooled flows are worth nothing: sum of flow / (1 + r) ^ (days / 365) = 0. One rate for
-- the pool and none for each loan: of a loan that runs a few days a yearly rate says nothing.
-- Powers are binary floats. So that the rate is the same on each run, the flows of a pool are a list in the order of
-- their days, added one by one, and its digits are cut to six, far above what the order of additions could move. The
-- root is searched by halving, in g = ln(1 + r): 60 halvings of a span of 24 leave less than 1e-16.
-- Where the value has the same sign at both ends (r of -99.99 % and of 2,000,000 %) there is no rate, and it is empty.
-- Stored: a search, which is not to be made again for each column that is read.
WITH RECURSIVE pooled AS MATERIALIZED (
  SELECT * FROM int_cohort_cash_flows
),
pools AS (
  SELECT
    reporting_date,
    kind,
    list({day: day, flow: CAST(flow AS DOUBLE)} ORDER BY day) FILTER (WHERE flow <> 0) AS flows
  FROM (
    SELECT reporting_date, 'paid' AS kind, day, paid AS flow FROM pooled
    UNION ALL
    SELECT reporting_date, 'agreed', day, agreed FROM pooled
  ) AS by_kind
  GROUP BY reporting_date, kind
),
bracketed AS (
  SELECT
    *,
    list_reduce(list_transform(flows, lambda f: f.flow * exp(9.2 * f.day / 365)), lambda a, b: a + b) AS at_low,
    list_reduce(list_transform(flows, lambda f: f.flow * exp(-14.8 * f.day / 365)), lambda a, b: a + b) AS at_high
  FROM pools
),
search AS (
  SELECT
    reporting_date,
    kind,
    flows,
    CAST(-9.2 AS DOUBLE) AS low,
    CAST(14.8 AS DOUBLE) AS high,
    0 AS step
  FROM bracketed
  WHERE at_low > 0 AND at_high < 0
  UNION ALL
  SELECT
    reporting_date,
    kind,
    flows,
    CASE WHEN is_above THEN middle ELSE low END,
    CASE WHEN is_above THEN high ELSE middle END,
    step + 1
  FROM (
    SELECT
      *,
      list_reduce(list_transform(flows, lambda f: f.flow * exp(-middle * f.day / 365)), lambda a, b: a + b) > 0
        AS is_above
    FROM (SELECT *, (low + high) / 2 AS middle FROM search WHERE step < 60) AS halved
  ) AS valued
)
SELECT
  reporting_date,
  kind,
  CAST(round(exp((low + high) / 2) - 1, 6) AS DECIMAL(18, 6)) AS rate
FROM search
WHERE step = 60
