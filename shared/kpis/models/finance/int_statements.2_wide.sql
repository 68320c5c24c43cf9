-- Grain: day of a statement. Input: stg_statements_wide.
SELECT * FROM stg_statements_wide
