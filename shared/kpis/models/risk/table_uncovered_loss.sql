-- Grain: segment and line without risk parameters that live loans have, at the newest reporting date. Inputs:
-- mart_expected_loss, int_balance_dates. What the expected loss says nothing about.
SELECT
  loss.segment,
  loss.subcategoria_linea,
  loss.reporting_date,
  count(*) AS loans,
  CAST(sum(loss.uncovered) AS DECIMAL(38, 2)) AS outstanding
FROM mart_expected_loss AS loss
JOIN int_balance_dates AS day ON day.reporting_date = loss.reporting_date AND day.is_newest
WHERE loss.is_uncovered
GROUP BY loss.segment, loss.subcategoria_linea, loss.reporting_date
ORDER BY loss.segment, loss.subcategoria_linea
