-- Grain: period and combination of what divides the loans, from the combination's first loan on; a period in which
-- nothing had been lent yet has one row of zeros. Inputs: int_loans, int_period_days, int_periods.
-- What was disbursed in each period, and since the beginning. A customer counts once, in the period and in the part
-- of its first loan, whichever company lent. A loan from before the first period counts to date, and in no period.
-- Stored: read once for the whole and once for each dimension, and sorting the loans is what costs.
WITH first_period AS (
  SELECT min(reporting_date) AS reporting_date, min(period_start) AS period_start FROM int_periods
),
loans AS (
  SELECT
    coalesce(period.reporting_date, first_period.reporting_date) AS reporting_date,
    period.reporting_date IS NOT NULL AS is_in_period,
    loan.principal,
    loan.customer_id IS NOT NULL
      AND row_number() OVER (PARTITION BY loan.customer_id ORDER BY loan.disburse_date, loan.loan_id) = 1
      AS is_first_of_customer,
    loan.company,
    loan.product,
    loan.state,
    loan.segment,
    loan.customer_type,
    loan.ticket_band
  FROM int_loans AS loan
  CROSS JOIN first_period
  LEFT JOIN int_period_days AS period ON period.day = loan.disburse_date
  WHERE period.reporting_date IS NOT NULL OR loan.disburse_date < first_period.period_start
),
disbursed AS (
  SELECT
    reporting_date,
    company,
    product,
    state,
    segment,
    customer_type,
    ticket_band,
    count(*) FILTER (WHERE is_in_period) AS loans_in_period,
    coalesce(sum(principal) FILTER (WHERE is_in_period), 0) AS principal_in_period,
    count(*) AS loans,
    sum(principal) AS principal,
    count(*) FILTER (WHERE is_first_of_customer) AS customers
  FROM loans
  GROUP BY ALL
),
parts AS (
  SELECT
    company,
    product,
    state,
    segment,
    customer_type,
    ticket_band,
    min(reporting_date) AS first_reporting_date
  FROM disbursed
  GROUP BY ALL
),
-- A part has a row in each period since its first loan, so that its totals to date go on when nothing is lent.
spread AS (
  SELECT period.reporting_date, period.as_of, parts.*
  FROM int_periods AS period
  LEFT JOIN parts ON parts.first_reporting_date <= period.reporting_date
),
filled AS (
  SELECT
    spread.reporting_date,
    spread.as_of,
    coalesce(spread.company, 'unknown') AS company,
    coalesce(spread.product, 'unknown') AS product,
    coalesce(spread.state, 'unknown') AS state,
    coalesce(spread.segment, 'unknown') AS segment,
    coalesce(spread.customer_type, 'unknown') AS customer_type,
    coalesce(spread.ticket_band, 'unknown') AS ticket_band,
    coalesce(disbursed.loans_in_period, 0) AS loans_in_period,
    coalesce(disbursed.principal_in_period, 0) AS principal_in_period,
    coalesce(disbursed.loans, 0) AS loans,
    coalesce(disbursed.principal, 0) AS principal,
    coalesce(disbursed.customers, 0) AS customers
  FROM spread
  LEFT JOIN disbursed
    ON disbursed.reporting_date = spread.reporting_date
    AND disbursed.company = spread.company
    AND disbursed.product = spread.product
    AND disbursed.state = spread.state
    AND disbursed.segment = spread.segment
    AND disbursed.customer_type = spread.customer_type
    AND disbursed.ticket_band = spread.ticket_band
)
SELECT
  reporting_date,
  as_of,
  company,
  product,
  state,
  segment,
  customer_type,
  ticket_band,
  loans_in_period,
  CAST(principal_in_period AS DECIMAL(38, 2)) AS principal_in_period,
  CAST(sum(loans) OVER to_date AS BIGINT) AS loans_to_date,
  CAST(sum(principal) OVER to_date AS DECIMAL(38, 2)) AS principal_to_date,
  CAST(sum(customers) OVER to_date AS BIGINT) AS customers_to_date
FROM filled
WINDOW to_date AS (
  PARTITION BY company, product, state, segment, customer_type, ticket_band
  ORDER BY reporting_date
  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
)
