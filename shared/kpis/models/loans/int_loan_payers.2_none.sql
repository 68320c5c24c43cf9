-- Grain: loan that a payer paid. Inputs: none. Without real payments no payer is known.
SELECT CAST(NULL AS VARCHAR) AS loan_id, CAST(NULL AS VARCHAR) AS payer WHERE false
