-- Grain: measurement date (or loan and measurement date, when the tape names loans). Inputs: cascade_loan_tape, report.
-- Measurements after the reported day are left out.
SELECT
  tape.measurement_date,
  tape.total_receivable_usd AS total_receivable,
  tape.total_eligible_usd AS total_eligible,
  tape.discounted_balance_usd AS discounted_balance,
  tape.surplus_usd AS surplus,
  tape.cash_available_usd AS cash_available,
  tape.dpd_7_30_usd AS dpd_7_30,
  tape.dpd_30_60_usd AS dpd_30_60,
  tape.dpd_60_90_usd AS dpd_60_90,
  tape.dpd_90_plus_usd AS dpd_90_plus
FROM cascade_loan_tape AS tape
JOIN report ON tape.measurement_date <= report.as_of
