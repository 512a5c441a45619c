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

DROP TABLE r;
DROP OWNED BY regress_reader;
DROP ROLE regress_reader;
SET client_min_messages = warning;
DROP SCHEMA fairpg_catalog, fairpg_report CASCADE;
