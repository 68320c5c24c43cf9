-- Grain: customer and month in which a loan was disbursed to it. Input: int_customer_types.
SELECT customer_id, reporting_date, customer_type FROM int_customer_types
