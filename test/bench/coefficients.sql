/* coefficients.sql - largest relative difference to the reference on Adult. */
SELECT max(CASE WHEN c.estimate IS NULL THEN 'Infinity'::float8
	ELSE abs(c.estimate - r.estimate) / abs(r.estimate) END)
FROM jsonb_to_recordset(:'document'::jsonb->'coefficients')
		AS r(term text, level text, level_kind text, estimate float8)
	LEFT JOIN fairpg_catalog.coefficient c
		ON c.model = 'reference' AND c.version = 1 AND c.term = r.term
		AND c.level IS NOT DISTINCT FROM r.level
		AND c.level_kind IS NOT DISTINCT FROM r.level_kind;
