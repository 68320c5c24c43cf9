-- Grain: a row of the tape. Inputs: stg_loan_tape, int_agreed_terms.
-- What the lender is owed is in no feed; the tape has what is left of the base after it, so it is the base less that.
-- surplus_missing is 1 where the tape has not even that.
SELECT
  tape.measurement_date AS reporting_date,
  tape.measurement_date AS as_of,
  false AS lacks_terms,
  0 AS unknown_loans,
  tape.total_eligible AS eligible,
  tape.discounted_balance AS discounted,
  CAST(tape.discounted_balance AS DECIMAL(24, 2)) * terms.advance_rate AS advance,
  tape.cash_available AS cash,
  0 AS cash_missing,
  coalesce(tape.surplus, 0) AS surplus,
  CAST(tape.surplus IS NULL AS INTEGER) AS surplus_missing
FROM stg_loan_tape AS tape
CROSS JOIN int_agreed_terms AS terms
