-- Grain: segment and line. Input: manual_risk_parameters. Shares between 0 and 1, in as few digits as hold them: the
-- product of three and a balance has to fit into 38.
SELECT
  segment,
  subcategoria_linea,
  CAST(pd AS DECIMAL(7, 6)) AS pd,
  CAST(lgd AS DECIMAL(7, 6)) AS lgd,
  CAST(ead_factor AS DECIMAL(7, 6)) AS ead_factor
FROM manual_risk_parameters
