-- Grain: loan with collateral that has been appraised. Input: looker_collateral. A loan may have many.
SELECT loan_id, CAST(sum(appraisal_value) AS DECIMAL(18, 2)) AS appraised
FROM looker_collateral
WHERE appraisal_value > 0
GROUP BY loan_id
