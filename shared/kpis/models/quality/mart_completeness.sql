-- Grain: dataset, at the newest reporting date. Input: int_quality_checks (the checks that count cells).
SELECT reporting_date, as_of, dataset, cells, missing FROM int_quality_checks WHERE cells > 0
