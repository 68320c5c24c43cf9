-- Grain: measurement date (or loan and measurement date, when the tape names loans). Input: cascade_loan_tape.
SELECT
  measurement_date,
  total_receivable_usd AS total_receivable,
  total_eligible_usd AS total_eligible,
  cash_available_usd AS cash_available,
  dpd_7_30_usd AS dpd_7_30,
  dpd_30_60_usd AS dpd_30_60,
  dpd_60_90_usd AS dpd_60_90,
  dpd_90_plus_usd AS dpd_90_plus
FROM cascade_loan_tape
