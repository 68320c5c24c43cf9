-- Grain: loan and reporting date. Input: int_loan_snapshots.
-- What the risk KPIs add up, and what it is divided by. Written-off balances are in written_off and nowhere else: they
-- are taken out of outstanding and of the PAR columns.
SELECT
  reporting_date,
  as_of,
  loan_id,
  customer_id,
  company,
  product,
  state,
  segment,
  customer_type,
  ticket_band,
  term_band,
  vintage,
  greatest(dpd, 0) AS dpd,
  is_live,
  is_writeoff,
  outstanding,
  written_off,
  par_7,
  par_30,
  par_60,
  par_90
FROM int_loan_snapshots
