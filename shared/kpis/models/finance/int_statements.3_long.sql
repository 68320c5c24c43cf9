-- Grain: day of a statement. Input: stg_statements_long.
SELECT * FROM stg_statements_long
