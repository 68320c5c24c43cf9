-- Grain: check that the datasets of the book allow. Input: int_quality_checks. What dq.score counts.
SELECT dataset, check_name, violations = 0 AS is_passed, violations, as_of
FROM int_quality_checks
ORDER BY dataset, check_name
