# calibration.sh - figures of scores by group against an independent reference,
# test/reference/calibration.py.
. test/tools/tap.sh

psql -Xq <<END
CREATE TABLE small AS
SELECT i AS id, (5 + i * 7919 % 991) / 1000.0::float8 AS p, 1 + i % 4 AS w, (ARRAY['u', 'v', 'w'])[1 + i * 37 % 11 / 4] AS g,
	(i * 104729 % 997) / 997.0::float8 < 0.2 + 0.7::float8 * ((5 + i * 7919 % 991) / 1000.0) - 0.1::float8 * (i % 3) AS y
FROM generate_series(1, 900) i;
CREATE TABLE reference (document jsonb);
\\set document \`cat "$FAIRPG_TOP/test/reference/calibration.json"\`
INSERT INTO reference VALUES (:'document');
CREATE TABLE states AS
SELECT fairpg.group_scores(y, p, g) AS plain, fairpg.group_scores(y, p, g, w) AS weighted FROM small;
CREATE VIEW compared AS
SELECT g, part, metric, wanted::float8, CASE part WHEN 'low' THEN (fairpg.metric_interval(fairpg.score(plain, g), metric)).low
		WHEN 'high' THEN (fairpg.metric_interval(fairpg.score(plain, g), metric)).high
		WHEN 'plain' THEN fairpg.metric(fairpg.score(plain, g), metric)
		ELSE fairpg.metric(fairpg.score(weighted, g), metric) END AS seen
FROM reference, states, jsonb_each(document - 'made_by') r (g, parts), jsonb_each(parts) s (part, metrics),
	jsonb_each_text(metrics) m (metric, wanted);
END

is "the reference has all figures of three groups" "$(
	sql 'SELECT count(*), count(seen) FROM compared')" '54|54'
none "values are within 1e-9 of it" "$(
	sql "SELECT * FROM compared WHERE part IN ('plain', 'weighted')
		AND NOT coalesce(abs(seen - wanted) <= 1e-9 * (1 + abs(wanted)), false)")"
# its covariance is that of the last step but one
none "ends of intervals are within 1e-7" "$(
	sql "SELECT * FROM compared WHERE NOT coalesce(abs(seen - wanted) <= 1e-7, false)")"
echo "# largest difference: $(
	sql 'SELECT max(abs(seen - wanted)) FROM compared')"
