# statistics.sh - intervals, tests and adjusted p-values of counts against an
# independent reference, test/reference/statistics.py.
. test/tools/tap.sh

psql -Xq <<END
CREATE TABLE reference (document jsonb);
\\set document \`cat "$FAIRPG_TOP/test/reference/statistics.json"\`
INSERT INTO reference VALUES (:'document');
CREATE TABLE given AS
SELECT (r ->> 'a')::bigint AS a, (r ->> 'n1')::bigint AS n1, (r ->> 'b')::bigint AS b, (r ->> 'n2')::bigint AS n2, r
FROM reference, jsonb_array_elements(document -> 'rows') r;
-- what to compare: an end that is open is NULL in the reference
CREATE TABLE compared (what text, a bigint, n1 bigint, b bigint, n2 bigint, seen float8, wanted float8);
INSERT INTO compared
SELECT method, a, n1, b, n2, v.seen, v.wanted
FROM given, unnest('{wilson,clopper_pearson}'::text[]) method,
	fairpg.proportion_interval(a, n1, method => method) i,
	LATERAL (VALUES (i.low, (r -> method ->> 0)::float8), (i.high, (r -> method ->> 1)::float8)) v (seen, wanted);
INSERT INTO compared
SELECT 'difference ' || method, a, n1, b, n2, v.seen, v.wanted
FROM given, jsonb_each(r -> 'difference') m(method, ends),
	fairpg.difference_interval(a, n1, b, n2, method => method) i,
	LATERAL (VALUES (i.low, (ends ->> 0)::float8), (i.high, (ends ->> 1)::float8)) v (seen, wanted);
INSERT INTO compared
SELECT 'ratio ' || method, a, n1, b, n2, v.seen, v.wanted
FROM given, jsonb_each(r -> 'ratio') m(method, ends),
	fairpg.ratio_interval(a, n1, b, n2, method => method) i,
	LATERAL (VALUES (i.low, (ends ->> 0)::float8), (i.high, coalesce((ends ->> 1)::float8, 'Infinity'))) v (seen, wanted)
WHERE NOT (method IN ('katz', 'walter') AND a = n1 AND b = n2);
INSERT INTO compared
SELECT v.what, a, n1, b, n2, v.seen, v.wanted
FROM given, fairpg.fisher_test(a, n1, b, n2) t,
	LATERAL (VALUES ('fisher p', t.p_value, (r -> 'fisher' ->> 0)::float8),
		('fisher mid-p', t.mid_p, (r -> 'fisher' ->> 1)::float8)) v (what, seen, wanted)
WHERE r ? 'fisher';
INSERT INTO compared
SELECT v.what, a, n1, b, n2, v.seen, v.wanted
FROM given, fairpg.mcnemar_test(a, b) t,
	LATERAL (VALUES ('mcnemar p', t.p_value, (r -> 'mcnemar' ->> 0)::float8),
		('mcnemar mid-p', t.mid_p, (r -> 'mcnemar' ->> 1)::float8)) v (what, seen, wanted)
WHERE r ? 'mcnemar' AND a + b > 0;
INSERT INTO compared
SELECT v.what, a, n1, b, n2, v.seen, v.wanted
FROM given, fairpg.z_test(a, n1, b, n2) t,
	LATERAL (VALUES ('z', t.statistic, (r -> 'z' ->> 0)::float8),
		('z p', t.p_value, (r -> 'z' ->> 1)::float8)) v (what, seen, wanted)
WHERE r ? 'z';
INSERT INTO compared
SELECT 'strata ' || v.what, NULL, NULL, NULL, NULL, v.seen, v.wanted
FROM reference, jsonb_array_elements(document -> 'strata') s,
	LATERAL (SELECT array_agg((c ->> 0)::bigint), array_agg((c ->> 1)::bigint), array_agg((c ->> 2)::bigint),
		array_agg((c ->> 3)::bigint) FROM jsonb_array_elements(s -> 'cells') c) c (a, n1, b, n2),
	fairpg.mantel_haenszel_test(c.a, c.n1, c.b, c.n2) t,
	LATERAL (VALUES ('statistic', t.statistic, (s ->> 'statistic')::float8), ('p', t.p_value, (s ->> 'p')::float8),
		('odds ratio', t.odds_ratio, (s ->> 'odds_ratio')::float8), ('ratio', t.ratio, (s ->> 'ratio')::float8)) v (what, seen, wanted);
INSERT INTO compared
SELECT method, NULL, NULL, NULL, NULL, v.seen, v.wanted
FROM reference, jsonb_array_elements(document -> 'adjusted') s,
	unnest('{holm,benjamini_hochberg,benjamini_yekutieli}'::text[]) method,
	unnest(fairpg.adjust_p_values(ARRAY(SELECT jsonb_array_elements_text(s -> 'p')::float8), method),
		ARRAY(SELECT jsonb_array_elements_text(s -> method)::float8)) v (seen, wanted);
-- relative to the figure; below 1e-7, for differences below 1e-3, to that
CREATE VIEW off AS
SELECT *, CASE WHEN seen = wanted THEN 0
	ELSE abs(seen - wanted) / greatest(abs(wanted), CASE WHEN what ~ 'difference' THEN 1e-3 ELSE 1e-7 END) END AS off
FROM compared;
END

is "the reference has rows for each" "$(
	sql "SELECT count(DISTINCT what), min(n) >= 4 FROM (SELECT what, count(*) AS n FROM compared GROUP BY what) t")" '21|t'
# the reference says that such a ratio is 1 for certain
is "logarithms have no interval where all of both groups succeed" "$(
	sql "SELECT count(*) > 4, count(i.low) + count(i.high) FROM given, unnest('{katz,walter}'::text[]) method,
		fairpg.ratio_interval(a, n1, b, n2, method => method) i WHERE a = n1 AND b = n2")" 't|0'
for what in $(sql "SELECT DISTINCT replace(what, ' ', '_') FROM compared ORDER BY 1"); do
	none "$what is within 1e-9 of the reference" "$(
		sql "SELECT a, n1, b, n2, seen, wanted, off FROM off WHERE replace(what, ' ', '_') = '$what'
			AND NOT coalesce(off <= 1e-9, false) ORDER BY off DESC LIMIT 5")"
done
