-- Grain: reporting date of the PAR file. Inputs: looker_loan_par_balances, book_entries, report.
-- A reporting date is a label that may lie after the true day of the data. The true day of the newest is that of
-- the snapshot, as it was found when the file was taken in. Of an earlier one the late loans tell it, by the same
-- rule: each implies a day, the date it fell due plus its days past due, and the day that most imply counts, of
-- several the latest; it is never after the label. Without a late loan the label is all there is.
-- A date whose true day is after the reported one is left out.
-- Stored: a row for each date, which marts join to every balance. As a view it is worked out again for each
-- of them, and nine million balances take 200 MB more.
WITH implied AS (
  SELECT reporting_date, dpd_date + CAST(dpd AS INTEGER) AS implied_day, count(*) AS loans
  FROM looker_loan_par_balances
  WHERE dpd > 0 AND dpd_date IS NOT NULL
  GROUP BY reporting_date, dpd_date + CAST(dpd AS INTEGER)
),
ranked AS (
  SELECT
    reporting_date,
    implied_day,
    row_number() OVER (PARTITION BY reporting_date ORDER BY loans DESC, implied_day DESC) AS position
  FROM implied
),
labels AS (
  SELECT reporting_date, reporting_date = max(reporting_date) OVER () AS is_newest
  FROM (SELECT DISTINCT reporting_date FROM looker_loan_par_balances) AS distinct_dates
),
true_days AS (
  SELECT
    label.reporting_date,
    CASE
      WHEN label.is_newest THEN snapshot.as_of
      ELSE least(label.reporting_date, coalesce(ranked.implied_day, label.reporting_date))
    END AS as_of
  FROM labels AS label
  LEFT JOIN ranked ON ranked.reporting_date = label.reporting_date AND ranked.position = 1
  JOIN book_entries AS snapshot ON snapshot.relation = 'looker_loan_par_balances'
)
SELECT true_days.reporting_date, true_days.as_of
FROM true_days
JOIN report ON true_days.as_of <= report.as_of
