# standard_errors.sh - estimates and standard errors of plain fits against an
# independent reference, test/reference/standard_errors.py.
. test/tools/tap.sh

psql -Xq <<END
SELECT fairpg.init() IS NOT NULL AS ready \gset
CREATE TABLE small AS
SELECT i AS id, CASE WHEN i % 17 > 0 THEN (i * 7919 % 101) / 2.0::float8 END AS x, i * 104729 % 97 - 48 AS k,
	date '2000-01-01' + 7000 + i * 31 % 700 AS since, (ARRAY['u', 'v', 'w'])[1 + i * 37 % 11 / 4] AS c,
	(i * 7919 % 101) / 2.0 - (i * 104729 % 97 - 48) / 3.0 + 12 * (i * 37 % 11 / 4) + (i * 7907 % 211 - 105) / 2.0
		+ (i * 31 % 700 - 350) / 40.0 > 35 AS y,
	1 + i % 4 AS w
FROM generate_series(1, 600) i;
CREATE TABLE reference (document jsonb);
\\set document \`cat "$FAIRPG_TOP/test/reference/standard_errors.json"\`
INSERT INTO reference VALUES (:'document');
CREATE FUNCTION train(model text, l2 float8, weight text) RETURNS text LANGUAGE sql AS \$\$
	SELECT status FROM fairpg.train(model, 'small', 'y', exclude => CASE WHEN weight IS NULL THEN '{id,w}' ELSE '{id}' END::text[],
		weight => weight, split => 'none', options => jsonb_build_object('l2', l2)) \$\$;
CREATE VIEW compared AS
SELECT m.model, r.term, r.level, r.level_kind, r.estimate AS wanted, c.estimate AS seen, r.std_error AS error_wanted,
	c.std_error AS error_seen, abs(c.estimate - r.estimate) / greatest(abs(r.estimate), 1e-3) AS difference,
	abs(c.std_error - r.std_error) / r.std_error AS error_difference, abs(c.z - c.estimate / c.std_error) AS z_difference
FROM reference CROSS JOIN (VALUES ('plain'), ('weighted'), ('ridge')) m (model) CROSS JOIN
	jsonb_to_recordset(document -> m.model) AS r (term text, level text, level_kind text, estimate float8, std_error float8)
	LEFT JOIN fairpg_report.coefficients c ON c.model = m.model AND c.term = r.term
		AND c.level IS NOT DISTINCT FROM r.level AND c.level_kind IS NOT DISTINCT FROM r.level_kind;
END

is "without a ridge" "$(sql "SELECT train('plain', 0, NULL)")" converged
is "with weights" "$(sql "SELECT train('weighted', 0, 'w')")" converged
is "with a ridge" "$(
	sql "SELECT train('ridge', (document ->> 'l2')::float8, NULL) FROM reference")" converged
is "the reference has all coefficients" "$(
	sql 'SELECT count(*), count(seen) FROM compared')" '24|24'
none "estimates are within 1e-6 of the reference" "$(
	sql "SELECT * FROM compared WHERE NOT coalesce(difference <= 1e-6, false)")"
none "standard errors are" "$(
	sql "SELECT * FROM compared WHERE NOT coalesce(error_difference <= 1e-6, false)")"
none "z is their quotient" "$(
	sql "SELECT * FROM compared WHERE NOT coalesce(z_difference <= 1e-12, false)")"
echo "# largest relative differences: $(
	sql 'SELECT max(difference), max(error_difference) FROM compared')"
