-- Grain: month or week to come. Inputs: int_projected_dues, int_projection_assumptions.
-- A projection and no fact: what falls due by the schedules of live loans, times the share that is assumed to come in.
-- Six months from the next one on, and thirteen weeks from the first Monday in it. New loans are not in it; the line
-- of the outstanding, which goes on as it went, has them.
WITH ahead AS (
  SELECT *, unnest(range(0, 6)) AS position FROM int_projection_assumptions
),
months AS (
  SELECT
    'month' AS period,
    CAST(first_day + to_months(CAST(position AS INTEGER)) AS DATE) AS period_start,
    last_day(CAST(first_day + to_months(CAST(position AS INTEGER)) AS DATE)) AS period_end,
    collected_share,
    CASE
      WHEN points >= 2
        THEN CAST(
          greatest(
            last_outstanding + CAST(
              round((last_outstanding - first_outstanding) * (position + 1) / (points - 1), 2) AS DECIMAL(18, 2)
            ),
            0
          )
          AS DECIMAL(18, 2)
        )
    END AS outstanding_on_the_line
  FROM ahead
),
weeks AS (
  SELECT
    'week' AS period,
    CAST(date_trunc('week', first_day + 6) AS DATE) + CAST(7 * position AS INTEGER) AS period_start,
    CAST(date_trunc('week', first_day + 6) AS DATE) + CAST(7 * position + 6 AS INTEGER) AS period_end,
    collected_share,
    CAST(NULL AS DECIMAL(18, 2)) AS outstanding_on_the_line
  FROM (SELECT *, unnest(range(0, 13)) AS position FROM int_projection_assumptions) AS ahead_by_week
),
periods AS (
  SELECT * FROM months
  UNION ALL
  SELECT * FROM weeks
),
dues AS (
  SELECT
    period.period,
    period.period_start,
    period.period_end,
    period.collected_share,
    period.outstanding_on_the_line,
    CAST(coalesce(sum(due.principal), 0) AS DECIMAL(18, 2)) AS principal_due,
    CAST(coalesce(sum(due.interest), 0) AS DECIMAL(18, 2)) AS interest_due,
    CAST(coalesce(sum(due.fees), 0) AS DECIMAL(18, 2)) AS fees_due
  FROM periods AS period
  LEFT JOIN int_projected_dues AS due ON due.date_due BETWEEN period.period_start AND period.period_end
  GROUP BY ALL
)
SELECT
  'projection' AS label,
  period,
  period_start,
  period_end,
  principal_due,
  interest_due,
  fees_due,
  collected_share,
  CAST(round(CAST(principal_due AS DECIMAL(24, 2)) * collected_share, 2) AS DECIMAL(18, 2)) AS principal_expected,
  CAST(round(CAST(interest_due AS DECIMAL(24, 2)) * collected_share, 2) AS DECIMAL(18, 2)) AS interest_expected,
  CAST(round(CAST(fees_due AS DECIMAL(24, 2)) * collected_share, 2) AS DECIMAL(18, 2)) AS fees_expected,
  outstanding_on_the_line,
  'Due by the schedules of live loans, times the share collected of what fell due in the last six whole months '
  || '(at most 1). No new loans and nothing overdue. Outstanding: straight line through the first and last of the '
  || 'newest six month ends.' AS assumptions
FROM dues
ORDER BY period, period_start
