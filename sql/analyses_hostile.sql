SET client_min_messages = warning;
\set SHOW_CONTEXT never
-- Analyses of sources that have changed, of other people's rows, and of names that nobody should give.
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE decided AS SELECT i AS id, CASE i % 3 WHEN 0 THEN 'f' ELSE 'm' END AS sex, (i * 37) % 101 > 40 AS approved, (i * 53) % 89 > 30 AS repaid,
    (i * 29) % 97 AS income, 3.0 * (i % 50) AS points FROM generate_series(1, 900) i;
SELECT evaluation FROM fairpg.evaluate_decisions('decided', '{sex}', label => 'repaid', decision => 'approved');

-- what was evaluated is read, whatever search_path finds under that name by now
CREATE SCHEMA other;
CREATE TABLE other.decided AS SELECT * FROM decided LIMIT 40;
SET search_path = other, public;
SELECT n_rows > 0 AS rows FROM fairpg.add_analyses(1, '{subgroups}');
SELECT n FROM fairpg_report.subgroups WHERE evaluation = 1 AND kind = 'overall';
RESET search_path;
-- nor do tables of the session stand in for those of the store
CREATE TEMP TABLE analysis (LIKE fairpg_catalog.analysis);
CREATE TEMP TABLE analysis_row (LIKE fairpg_catalog.analysis_row);
SET search_path = pg_temp, public;
SELECT n_rows > 0 AS rows FROM fairpg.add_analyses(1, '{bias_audit}');
SELECT (SELECT count(*) FROM pg_temp.analysis) + (SELECT count(*) FROM pg_temp.analysis_row) AS misled;
RESET search_path;
DROP TABLE pg_temp.analysis, pg_temp.analysis_row;

-- changed since: more rows are read, columns and tables that are gone are named, and what was stored stays
INSERT INTO decided SELECT * FROM decided WHERE id <= 100;
SELECT n_rows > 0 AS rows FROM fairpg.add_analyses(1, '{subgroups}');
SELECT n FROM fairpg_report.subgroups WHERE evaluation = 1 AND kind = 'overall';
ALTER TABLE decided RENAME repaid TO paid_back;
SELECT * FROM fairpg.add_analyses(1);
ALTER TABLE decided RENAME paid_back TO repaid;
ALTER TABLE decided RENAME sex TO gender;
SELECT * FROM fairpg.add_analyses(1);
ALTER TABLE decided RENAME gender TO sex;
ALTER TABLE decided ALTER approved TYPE text USING approved::text;
SELECT * FROM fairpg.add_analyses(1, '{bias_audit}');
ALTER TABLE decided ALTER approved TYPE boolean USING approved::boolean;
CREATE TABLE kept AS SELECT * FROM decided;
TRUNCATE decided;
SELECT * FROM fairpg.add_analyses(1);
DROP TABLE decided;
SELECT * FROM fairpg.add_analyses(1);
SELECT analysis, n_rows > 0 AS rows FROM fairpg_report.analyses WHERE evaluation = 1 ORDER BY 1;
CREATE TABLE decided AS SELECT * FROM kept;

-- sources that write are refused again
CREATE SEQUENCE counter;
SELECT evaluation FROM fairpg.evaluate_decisions('SELECT * FROM decided', '{sex}', decision => 'approved');
UPDATE fairpg_catalog.evaluation SET source = 'SELECT *, nextval(''counter'') FROM decided' WHERE evaluation = 2;
SELECT * FROM fairpg.add_analyses(2, '{subgroups}');
UPDATE fairpg_catalog.evaluation SET source = 'DELETE FROM decided RETURNING *' WHERE evaluation = 2;
SELECT * FROM fairpg.add_analyses(2, '{subgroups}');
UPDATE fairpg_catalog.evaluation SET source = 'SELECT * FROM decided; SELECT 1' WHERE evaluation = 2;
SELECT * FROM fairpg.add_analyses(2, '{subgroups}');

-- scores that are no probabilities have no calibration; any threshold is one
SELECT evaluation, loss FROM fairpg.evaluate_decisions('decided', '{sex}', label => 'repaid', score => 'points', threshold => '-Infinity');
SELECT analysis, n_rows > 0 AS rows, skipped_because FROM fairpg.add_analyses(3);
SELECT * FROM fairpg.add_analyses(3, '{calibration}');
SELECT DISTINCT threshold FROM fairpg_report.evaluations WHERE evaluation = 3;
SELECT arguments ->> 'threshold' AS threshold FROM fairpg_catalog.analysis WHERE evaluation = 3 AND analysis = 'subgroups';

-- names and values that mean something to SQL or to JSON
CREATE TABLE "Odd ""table""; --" AS SELECT CASE id % 4 WHEN 0 THEN E'a "b" \\ ''c''' WHEN 1 THEN E'line\nbreak' WHEN 2 THEN '' END AS "sex*""x""",
    CASE WHEN id % 2 = 0 THEN '(unknown)' END AS "race, {""a"": 1}", approved AS "decision'", approved AS fairpg_decision, approved AS src,
    repaid::integer AS "label$1", income FROM decided;
SELECT evaluation FROM fairpg.evaluate_decisions('"Odd ""table""; --"', ARRAY['sex*"x"', 'race, {"a": 1}'], label => 'label$1', decision => 'decision''',
    name => E'it''s "odd"\n\\');
SELECT analysis, n_rows > 0 AS rows, skipped_because FROM fairpg.add_analyses(4, NULL, jsonb_build_object('bias_audit', jsonb_build_object('race', 'race, {"a": 1}')));
SELECT group_name, n FROM fairpg_report.four_fifths WHERE evaluation = 4 ORDER BY attribute, group_name COLLATE "C";
SELECT DISTINCT audit_table, attribute, group_name FROM fairpg_report.bias_audit WHERE evaluation = 4 AND kind <> 'overall' ORDER BY 1, 2, 3;
SELECT name, arguments FROM fairpg_report.analyses WHERE evaluation = 4 AND analysis = 'subgroups';
SELECT version FROM fairpg.train('it''s "m"', '"Odd ""table""; --"', 'label$1', features => '{income}', protected => ARRAY['sex*"x"']);
SELECT evaluation FROM fairpg.evaluate('it''s "m"', '"Odd ""table""; --"');
SELECT analysis, n_rows > 0 AS rows, skipped_because FROM fairpg.add_analyses((SELECT max(evaluation) FROM fairpg_catalog.evaluation));

-- models of other kinds
SELECT version FROM fairpg.train('amount', 'decided', 'income', family => 'linear', features => '{points}', protected => '{sex}');
SELECT a.analysis, a.n_rows > 0 AS rows, a.skipped_because FROM fairpg.evaluate('amount', 'decided') e, LATERAL fairpg.add_analyses(e.evaluation) a;
SELECT version FROM fairpg.train('kinds', 'SELECT *, ''k'' || id % 3 AS kind FROM decided', 'kind', family => 'multinomial', features => '{points,income}', protected => '{sex}');
SELECT a.analysis, a.n_rows > 0 AS rows, a.skipped_because
FROM fairpg.evaluate('kinds', 'SELECT *, ''k'' || id % 3 AS kind FROM decided') e, LATERAL fairpg.add_analyses(e.evaluation) a;
SELECT class, count(*) AS groups FROM fairpg_report.four_fifths WHERE model = 'kinds' AND part = 'external' GROUP BY class ORDER BY class;
SET client_min_messages = error;
SELECT version FROM fairpg.train('by group', 'decided', 'repaid', features => '{points,income}', protected => '{sex}', fairness => 'demographic_parity',
    max_gap => 0.1, method => 'threshold');
SET client_min_messages = warning;
SELECT a.analysis, a.n_rows > 0 AS rows, a.skipped_because FROM fairpg.evaluate('by group', 'decided') e, LATERAL fairpg.add_analyses(e.evaluation) a;

-- as the caller: rights on the store, rights on the source, row security
CREATE ROLE fairpg_test_analyst;
CREATE TABLE mine AS SELECT * FROM decided;
GRANT USAGE ON SCHEMA fairpg_catalog, fairpg_report TO fairpg_test_analyst;
GRANT SELECT ON ALL TABLES IN SCHEMA fairpg_catalog TO fairpg_test_analyst;
SELECT evaluation FROM fairpg.evaluate_decisions('mine', '{sex}', label => 'repaid', decision => 'approved', name => 'mine');
SELECT max(evaluation) AS mine FROM fairpg_catalog.evaluation \gset
SET ROLE fairpg_test_analyst;
SELECT fairpg.evaluate_decisions('mine', '{sex}', decision => 'approved');
SELECT * FROM fairpg.add_analyses(:mine, '{subgroups}');
RESET ROLE;
GRANT INSERT, UPDATE ON fairpg_catalog.analysis TO fairpg_test_analyst;
GRANT INSERT ON fairpg_catalog.analysis_row TO fairpg_test_analyst;
SET ROLE fairpg_test_analyst;
SELECT * FROM fairpg.add_analyses(:mine, '{subgroups}');
RESET ROLE;
GRANT DELETE ON fairpg_catalog.analysis_row TO fairpg_test_analyst;
SET ROLE fairpg_test_analyst;
SELECT * FROM fairpg.add_analyses(:mine, '{subgroups}');
RESET ROLE;
GRANT SELECT ON mine TO fairpg_test_analyst;
ALTER TABLE mine ENABLE ROW LEVEL SECURITY;
CREATE POLICY half ON mine FOR SELECT USING (id % 2 = 0);
SET ROLE fairpg_test_analyst;
SELECT analysis, n_rows > 0 AS rows FROM fairpg.add_analyses(:mine, '{subgroups}');
RESET ROLE;
SELECT s.n = (SELECT count(*) FROM mine WHERE id % 2 = 0) AS half, a.row_security, a.analysed_by, e.row_security AS evaluated_so
FROM fairpg_report.subgroups s JOIN fairpg_report.analyses a USING (evaluation) JOIN fairpg_report.evaluations e USING (evaluation)
WHERE s.evaluation = :mine AND s.kind = 'overall';
-- who reads the reports reads no table of them
REVOKE ALL ON ALL TABLES IN SCHEMA fairpg_catalog FROM fairpg_test_analyst;
GRANT SELECT ON ALL TABLES IN SCHEMA fairpg_report TO fairpg_test_analyst;
SET ROLE fairpg_test_analyst;
SELECT count(*) > 0 AS reads FROM fairpg_report.subgroups;
SELECT count(*) > 0 AS reads FROM fairpg_report.four_fifths;
SELECT count(*) FROM fairpg_catalog.analysis_row;
RESET ROLE;

-- without the extension everything is still there to be read
CREATE TEMP TABLE held AS SELECT (SELECT count(*) FROM fairpg_report.analyses) AS analyses, (SELECT count(*) FROM fairpg_report.subgroups) AS subgroups,
    (SELECT count(*) FROM fairpg_report.four_fifths) AS four_fifths, (SELECT count(*) FROM fairpg_report.thresholds) AS thresholds;
BEGIN;
DROP EXTENSION fairpg CASCADE;
SELECT (SELECT count(*) FROM fairpg_report.analyses) = analyses AS analyses, (SELECT count(*) FROM fairpg_report.subgroups) = subgroups AS subgroups,
    (SELECT count(*) FROM fairpg_report.four_fifths) = four_fifths AS four_fifths, (SELECT count(*) FROM fairpg_report.thresholds) = thresholds AS thresholds FROM held;
ROLLBACK;

DROP OWNED BY fairpg_test_analyst;
DROP ROLE fairpg_test_analyst;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP SCHEMA other CASCADE;
DROP TABLE decided, kept, mine, "Odd ""table""; --";
DROP SEQUENCE counter;
