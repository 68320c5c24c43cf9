-- Grain: company in the CRM and reporting date: the newest alone, since the CRM tells what it holds and not what it held:
-- the file in the book is the newest that is not after its day. Inputs: hubspot_companies,
-- stg_real_payments, int_periods.
-- The CRM has no customer ids. Names are tokens, the same for the same name in both feeds, and so they are what a
-- company and a customer can be told to be one by. Customers are named in the feed of real payments alone.
WITH customers AS (
  SELECT customer_name, min(customer_id) AS customer_id
  FROM stg_real_payments
  WHERE customer_name IS NOT NULL
  GROUP BY customer_name
)
SELECT
  period.reporting_date,
  period.as_of,
  company.id AS company_id,
  customer.customer_id,
  customer.customer_id IS NOT NULL AS is_customer
FROM hubspot_companies AS company
JOIN int_periods AS period ON period.is_newest
LEFT JOIN customers AS customer ON customer.customer_name = company.name
