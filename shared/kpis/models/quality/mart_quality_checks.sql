-- Grain: check that the datasets of the book allow, at the newest reporting date. Input: int_quality_checks.
SELECT reporting_date, as_of, dataset, check_name, violations, violations = 0 AS is_passed FROM int_quality_checks
