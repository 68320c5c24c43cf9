-- Grain: check of the real payments. Input: report. They are not in the book, so there is nothing to check.
SELECT
  CAST(NULL AS VARCHAR) AS dataset,
  CAST(NULL AS VARCHAR) AS check_name,
  CAST(NULL AS BIGINT) AS violations,
  CAST(NULL AS BIGINT) AS cells,
  CAST(NULL AS BIGINT) AS missing
FROM report
WHERE false
