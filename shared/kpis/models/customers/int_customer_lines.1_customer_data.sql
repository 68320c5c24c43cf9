-- Grain: customer. Input: stg_customer_lines.
SELECT customer_id, segment, subcategoria_linea, line_band FROM stg_customer_lines
