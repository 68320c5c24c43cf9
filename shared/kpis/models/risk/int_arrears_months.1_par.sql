-- Grain: month end at which it is known who was late. Input: int_par_as_of. Of several labels in a month the last
-- counts: source_date is the label that is read. Months whatever the grain of the report is.
SELECT
  last_day(reporting_date) AS reporting_date,
  max(reporting_date) AS source_date,
  max_by(as_of, reporting_date) AS as_of
FROM int_par_as_of
GROUP BY last_day(reporting_date)
