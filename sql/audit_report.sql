-- fairpg.audit_report(): what is asked, and refused; the pages themselves are
-- looked at by test/tap/audit_report.sh.
SELECT fairpg.audit_report('m');
SELECT fairpg.init();
SELECT fairpg.audit_report('m');
SELECT fairpg.audit_report();
SELECT fairpg.audit_report('m', evaluation => 1);
SELECT fairpg.audit_report(version => 1, evaluation => 1);
SELECT fairpg.audit_report(evaluation => 1);
SELECT fairpg.audit_report('m', 0);
SELECT fairpg.audit_report('m', format => 'pdf');
SELECT fairpg.audit_report('m', format => NULL);
SELECT fairpg.audit_report('m', format => 'JSON');
SELECT fairpg.audit_report('m', options => '{"colour": 1}');

CREATE TABLE r AS SELECT i AS id, i % 10 AS x, i % 2 = 0 AS s, i % 10 + i % 7 > 8 AS y
FROM generate_series(1, 2000) i;
SELECT version FROM fairpg.train('m', 'r', 'y', protected => '{s}', exclude => '{id}',
	fairness => 'demographic_parity', max_gap => 0.05);
SELECT fairpg.audit_report('m', 2);
-- rows from outside are taken before held-out ones, those before training rows
SELECT (regexp_match(fairpg.audit_report('m'), '<dd><bdi>([a-z -]*) rows'))[1];
SELECT n_rows FROM fairpg.evaluate('m', 'SELECT * FROM r WHERE id <= 700');
SELECT p LIKE '%was measured on 700 rows, by s, on %' AS newest,
	p LIKE '%<svg role="img"%' AS pictures, p LIKE '%fairpg.add_analyses(3, %' AS how
FROM fairpg.audit_report('m') p;
SELECT p LIKE '%<h1>A &lt;title&gt;</h1>%' AS titled
FROM fairpg.audit_report('m', options => '{"title": "A <title>"}') p;
SELECT n_rows FROM fairpg.evaluate_decisions('SELECT *, x > 4 AS d FROM r', '{s}', label => 'y', decision => 'd');
SELECT p LIKE '%What column &quot;d&quot; says%' AS decisions FROM fairpg.audit_report(evaluation => 4) p;

-- as JSON: the chapters of the page, and rows that are those of the views
CREATE TEMP TABLE report AS SELECT fairpg.audit_report(evaluation => 3, format => 'json')::jsonb AS j;
SELECT j ->> 'document' AS document, j -> 'layout' AS layout, j ->> 'model' AS model, j -> 'version' AS version, j -> 'evaluation' AS evaluation FROM report;
SELECT string_agg(m[1], ' ') = (SELECT string_agg(k, ' ' ORDER BY n) FROM (
	SELECT k, row_number() OVER () AS n FROM json_object_keys(fairpg.audit_report(evaluation => 3, format => 'json')::json -> 'chapters') k) c) AS chapters
FROM regexp_matches(fairpg.audit_report(evaluation => 3), '<section id="(\w+)"', 'g') m;
CREATE FUNCTION pg_temp.rows_of(chapter text, list text DEFAULT 'rows') RETURNS SETOF jsonb LANGUAGE sql
	AS $$SELECT jsonb_array_elements(j -> 'chapters' -> chapter -> list) FROM report$$;
SELECT (SELECT count(*) FROM pg_temp.rows_of('groups')) AS rows, count(*) AS differ FROM (
	(SELECT r ->> 'attribute', r ->> 'group_name', r ->> 'metric', (r ->> 'value')::float8, (r ->> 'low')::float8, (r ->> 'high')::float8, (r ->> 'n')::bigint
	 FROM pg_temp.rows_of('groups') r)
	EXCEPT ALL (SELECT attribute, group_name, metric, value, low, high, n FROM fairpg_report.group_metrics WHERE evaluation = 3)) d;
SELECT (SELECT count(*) FROM pg_temp.rows_of('gaps')) AS rows, count(*) AS differ FROM (
	(SELECT r ->> 'attribute', r ->> 'criterion', (r ->> 'value')::float8, (r ->> 'low')::float8, (r ->> 'high')::float8, (r ->> 'n')::bigint, r ->> 'lowest_group'
	 FROM pg_temp.rows_of('gaps') r)
	EXCEPT ALL (SELECT attribute, criterion, value, low, high, n, lowest_group FROM fairpg_report.disparities WHERE evaluation = 3)) d;
SELECT (SELECT count(*) FROM pg_temp.rows_of('ratios')) AS rows, count(*) AS differ FROM (
	(SELECT r ->> 'group_name', (r ->> 'ratio')::float8, (r ->> 'p_adjusted')::float8, r ->> 'verdict', coalesce(r ->> 'reference_group', r ->> 'group_name') FROM pg_temp.rows_of('ratios') r)
	EXCEPT ALL (SELECT group_name, ratio, p_adjusted, verdict, reference_group FROM fairpg_report.four_fifths WHERE evaluation = 3)) d;
SELECT (SELECT count(*) FROM pg_temp.rows_of('training')) = count(*) AS iterations,
	(SELECT array_agg(r ->> 'iteration') FROM pg_temp.rows_of('training') r WHERE r ->> 'chosen' = 'chosen') = array_agg(iteration::text) FILTER (WHERE chosen) AS chosen
FROM fairpg_report.training_log WHERE model = 'm' AND version = 1;
SELECT r ->> 'constraint' AS constraint, r -> 'bound' AS bound, r ->> 'verdict' = c.verdict AS verdict
FROM pg_temp.rows_of('summary', 'constraints') r, fairpg_report.constraints c WHERE c.evaluation = 3;
-- analyses that are there, were looked for in vain, and are not there
CREATE TEMP TABLE labelled AS SELECT s, y, y <> (id % 9 = 0) AS ann, y <> (id % 11 = 0) AS bob, x > 4 AS d FROM r;
SELECT evaluation FROM fairpg.evaluate_decisions('labelled', '{s}', label => 'y', decision => 'd', name => 'agreed');
SELECT analysis, skipped_because FROM fairpg.add_analyses(5, '{data_checks,subgroups}', '{"data_checks": {"annotators": ["ann", "bob"]}}');
SELECT analysis, skipped_because FROM fairpg.add_analyses(5, '{proxies}', '{"proxies": {"exclude": ["ann", "bob", "d"]}}');
TRUNCATE report;
INSERT INTO report SELECT fairpg.audit_report(evaluation => 5, format => 'json')::jsonb;
SELECT chapter, c -> 'stored' AS stored, c ->> 'analysis' AS analysis, jsonb_array_length(c -> 'rows') > 0 AS any
FROM report, jsonb_each(j -> 'chapters') AS t(chapter, c) WHERE c ? 'analysis' ORDER BY chapter;
SELECT (SELECT count(*) FROM pg_temp.rows_of('data')) + (SELECT count(*) FROM pg_temp.rows_of('data', 'agreement')) = count(*) AS checks,
	(SELECT array_agg(DISTINCT r ->> 'check_name') FROM pg_temp.rows_of('data', 'agreement') r) AS agreement
FROM fairpg_report.data_checks WHERE evaluation = 5;
SELECT p LIKE '%data-chart="agreement"%' AS agreement, p LIKE '%these rows have nothing of the kind%' AS looked_for,
	p LIKE '%{calibration}%' AS how
FROM fairpg.audit_report(evaluation => 5) p;
-- the rights that it takes, and no more
CREATE ROLE regress_reader;
GRANT USAGE ON SCHEMA fairpg, fairpg_catalog TO regress_reader;
SET ROLE regress_reader;
SELECT fairpg.audit_report('m');
RESET ROLE;
GRANT SELECT ON ALL TABLES IN SCHEMA fairpg_catalog TO regress_reader;
SET ROLE regress_reader;
SELECT length(fairpg.audit_report('m')) > 10000 AS read;
RESET ROLE;

-- a version that was never evaluated
DELETE FROM fairpg_catalog.evaluation WHERE model = 'm';
SELECT j -> 'evaluated' AS evaluated, j -> 'evaluation' AS evaluation, j ->> 'what' LIKE 'Version 1 of model "m" was never evaluated%' AS said,
	(SELECT array_agg(k) FROM jsonb_object_keys(j -> 'chapters') k) AS chapters
FROM CAST(fairpg.audit_report('m', format => 'json') AS jsonb) j;
SELECT p LIKE '%was never evaluated%' AS said FROM fairpg.audit_report('m') p;


DROP TABLE r;
DROP OWNED BY regress_reader;
DROP ROLE regress_reader;
SET client_min_messages = warning;
DROP SCHEMA fairpg_catalog, fairpg_report CASCADE;
