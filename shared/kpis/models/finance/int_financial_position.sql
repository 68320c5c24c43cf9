-- Grain: day of a statement. Input: int_statements. What a statement leaves out is worked out where it follows: net
-- worth is assets less liabilities. debt over equity is liabilities over net worth, or the ratio as it was stated where
-- one of them is not known.
WITH complete AS (
  SELECT * REPLACE (coalesce(net_worth, CAST(assets - liabilities AS DECIMAL(18, 2))) AS net_worth)
  FROM int_statements
)
SELECT
  *,
  CASE WHEN liabilities IS NULL OR net_worth IS NULL THEN debt_to_equity ELSE liabilities END AS debt,
  CASE
    WHEN liabilities IS NOT NULL AND net_worth IS NOT NULL THEN net_worth
    WHEN debt_to_equity IS NOT NULL THEN 1
  END AS equity
FROM complete
