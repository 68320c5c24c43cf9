-- Grain: customer. Input: looker_customer_data, the only source of segments and lines.
-- subcategoria_linea is the name of a line or its band; line_band is there when it is one of the five bands.
SELECT
  customer_id,
  segment,
  subcategoria_linea,
  CASE
    WHEN subcategoria_linea IN ('<10K', '10K-25K', '25K-50K', '50K-100K', '>100K') THEN subcategoria_linea
  END AS line_band
FROM looker_customer_data
