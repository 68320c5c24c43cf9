-- Grain: loan and reporting date. Input: int_loan_snapshots.
-- What the size of the portfolio is added up from. The status is derived from balance and days past due, since that
-- of the source lags by a day and is of the newest day alone: `Default` is its word for past maturity.
SELECT
  reporting_date,
  as_of,
  loan_id,
  customer_id,
  outstanding,
  written_off,
  is_live,
  is_writeoff,
  par_30,
  company,
  product,
  state,
  segment,
  customer_type,
  ticket_band,
  term_band,
  vintage,
  line_band,
  CASE
    WHEN is_writeoff THEN 'Written off'
    WHEN NOT is_live THEN 'Complete'
    WHEN dpd > 0 THEN 'Default'
    ELSE 'Current'
  END AS status
FROM int_loan_snapshots
