-- Grain: customer and period in which a loan was disbursed to it; a period without any has one row that is no customer.
-- Inputs: int_loans, int_period_days, int_periods.
-- A customer has one type in a period, whatever its number of loans: what it is in a month is told in int_loans, and a
-- quarter takes the first of New, Recovered, unknown, Reactivated and Recurrent that its months had. New and
-- Reactivated are told by the month's first loan: in a later week of the month, or a later day, the customer is
-- Recurrent.
-- Loans of both companies are the same customer's, and its company is then `both`.
-- Stored: read once for the whole and once for each dimension.
WITH first_days AS (
  SELECT customer_id, last_day(disburse_date) AS month, min(disburse_date) AS first_day
  FROM int_loans
  WHERE customer_id IS NOT NULL
  GROUP BY ALL
),
client_months AS (
  SELECT
    period.reporting_date,
    max(period.as_of) AS as_of,
    loan.customer_id,
    last_day(loan.disburse_date) AS month,
    loan.customer_type,
    min(loan.disburse_date) AS first_day,
    min(loan.company) AS first_company,
    max(loan.company) AS last_company,
    max(loan.state) AS state,
    max(loan.segment) AS segment
  FROM int_loans AS loan
  JOIN int_period_days AS period ON period.day = loan.disburse_date
  WHERE loan.customer_id IS NOT NULL
  GROUP BY period.reporting_date, loan.customer_id, last_day(loan.disburse_date), loan.customer_type
),
typed AS (
  SELECT
    client.* REPLACE (
      CASE
        WHEN client.customer_type IN ('New', 'Reactivated') AND client.first_day > month.first_day THEN 'Recurrent'
        ELSE client.customer_type
      END AS customer_type
    )
  FROM client_months AS client
  JOIN first_days AS month ON month.customer_id = client.customer_id AND month.month = client.month
),
clients AS (
  SELECT
    reporting_date,
    max(as_of) AS as_of,
    customer_id,
    CASE
      WHEN bool_or(customer_type = 'New') THEN 'New'
      WHEN bool_or(customer_type = 'Recovered') THEN 'Recovered'
      WHEN bool_or(customer_type = 'unknown') THEN 'unknown'
      WHEN bool_or(customer_type = 'Reactivated') THEN 'Reactivated'
      ELSE 'Recurrent'
    END AS customer_type,
    CASE WHEN min(first_company) = max(last_company) THEN max(last_company) ELSE 'both' END AS company,
    max(state) AS state,
    max(segment) AS segment
  FROM typed
  GROUP BY reporting_date, customer_id
),
with_empty AS (
  SELECT reporting_date, as_of, customer_id, customer_type, company, state, segment FROM clients
  UNION ALL
  SELECT reporting_date, as_of, NULL, 'none', 'unknown', 'unknown', 'unknown'
  FROM int_periods
  WHERE reporting_date NOT IN (SELECT reporting_date FROM clients)
)
SELECT
  reporting_date,
  as_of,
  customer_id,
  customer_id IS NOT NULL AS is_client,
  customer_type = 'New' AS is_new,
  customer_type = 'Recovered' AS is_recovered,
  customer_type = 'Reactivated' AS is_reactivated,
  customer_type = 'Recurrent' AS is_recurrent,
  customer_type = 'unknown' AS lacks_type,
  customer_type,
  company,
  state,
  segment
FROM with_empty
