-- Grain: customer. Inputs: none. Without customer data no segment and no line is known.
SELECT
  CAST(NULL AS VARCHAR) AS customer_id,
  CAST(NULL AS VARCHAR) AS segment,
  CAST(NULL AS VARCHAR) AS subcategoria_linea,
  CAST(NULL AS VARCHAR) AS line_band
WHERE false
