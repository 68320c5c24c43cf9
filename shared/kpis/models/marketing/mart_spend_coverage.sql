-- Grain: reporting date, segment and channel. Inputs: mart_acquisition, looker_customer_data. The customer data are
-- counted so that they must be in the book: without them no customer has a segment for spend to meet.
SELECT
  acquisition.reporting_date,
  acquisition.as_of,
  acquisition.has_new,
  acquisition.lacks_spend,
  acquisition.spend
FROM mart_acquisition AS acquisition
JOIN (SELECT count(*) AS customers FROM looker_customer_data) AS book ON book.customers >= 0
