-- Grain: loan. Inputs: looker_loans, book_entries, report. Loans disbursed up to the day that is reported.
-- Three cautions from the source: outstanding still holds balances that were written off; the status lags by a day,
-- so a loan's state is read from its balance and its days past due; and both are of the snapshot's own day, so they
-- are empty when an earlier day is reported.
-- The band of the ticket is that of the principal; the source's own bands are of principal and fees together.
SELECT
  loan.loan_id,
  loan.customer_id,
  loan.company,
  loan.product_type AS product,
  loan.location_state_province AS state,
  CASE
    WHEN loan.disburse_principal < 10000 THEN '<10K'
    WHEN loan.disburse_principal <= 25000 THEN '10-25K'
    WHEN loan.disburse_principal <= 50000 THEN '25-50K'
    WHEN loan.disburse_principal <= 100000 THEN '50-100K'
    WHEN loan.disburse_principal > 100000 THEN '>100K'
  END AS ticket_band,
  loan.term_buckets AS term_band,
  loan.disburse_date,
  loan.maturity_date,
  CAST(loan.term AS INTEGER) AS term,
  loan.disburse_principal AS principal,
  loan.total_interest,
  loan.total_fees,
  loan.total_other,
  loan.interest_rate,
  CASE WHEN snapshot.as_of <= report.as_of THEN loan.outstanding_balance END AS outstanding,
  CASE WHEN snapshot.as_of <= report.as_of THEN CAST(loan.dpd AS INTEGER) END AS dpd
FROM looker_loans AS loan
JOIN book_entries AS snapshot ON snapshot.relation = 'looker_loans'
JOIN report ON loan.disburse_date <= report.as_of
