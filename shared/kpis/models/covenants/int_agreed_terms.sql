-- Grain: one row. Inputs: none.
-- Figures that stand in contracts and plans and in no feed, each in this one place. They change by a commit, and with
-- them the catalogue's hash, so that no result changes unnoticed.
SELECT
  -- The market that can be served, in dollars of payments a year (plan).
  CAST(900000000 AS DECIMAL(18, 2)) AS serviceable_market,
  -- Borrowing base: how much of the discounted balance the lender's lender advances. Shown as 76.92 %.
  CAST(0.769231 AS DECIMAL(18, 6)) AS advance_rate,
  -- A receivable is eligible up to this principal, from this term on, and of this product only. Another currency than
  -- USD is not eligible either; the contracts of the feeds let none in.
  CAST(100000 AS DECIMAL(18, 2)) AS largest_eligible_principal,
  15 AS shortest_eligible_term,
  'factoring' AS eligible_product,
  -- What counts of an eligible balance, by days past due: all below 15, then less, nothing from 90 on. The terms name
  -- 120 and more; nothing is said of 90 to 119, which are taken as nothing too.
  CAST(1.00 AS DECIMAL(3, 2)) AS share_below_15_days,
  CAST(0.85 AS DECIMAL(3, 2)) AS share_15_to_29_days,
  CAST(0.75 AS DECIMAL(3, 2)) AS share_30_to_59_days,
  CAST(0.65 AS DECIMAL(3, 2)) AS share_60_to_89_days,
  CAST(0.00 AS DECIMAL(3, 2)) AS share_from_90_days
