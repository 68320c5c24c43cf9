-- Grain: reporting date, month of the first loan, and segment. Input: int_client_value.
SELECT reporting_date, as_of, vintage, segment, is_ripe, customers, revenue FROM int_client_value
