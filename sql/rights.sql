SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- Rights on the store: what a training or an evaluation will write in the end
-- is asked for before a row of the source is read.
CREATE TABLE loans_of_rights AS SELECT i AS id, i * 7919 % 101 + i * 31 % 61 > 70 AS y, i * 7919 % 101 AS x, i % 3 = 0 AS g
FROM generate_series(1, 1000) i;
SELECT fairpg.init() IS NOT NULL AS ready;
SELECT version FROM fairpg.train('m', 'loans_of_rights', 'y', features => '{x}', protected => '{g}');
CREATE ROLE fairpg_test_trainer;
GRANT SELECT ON loans_of_rights TO fairpg_test_trainer;
-- a source that tells whether it was read
CREATE FUNCTION note_read() RETURNS boolean LANGUAGE plpgsql COST 1 AS $$ BEGIN RAISE WARNING 'the source is read'; RETURN true; END $$;
CREATE VIEW watched AS SELECT * FROM loans_of_rights WHERE id > 1 OR note_read();
GRANT SELECT ON watched TO fairpg_test_trainer;

GRANT USAGE ON SCHEMA fairpg_catalog TO fairpg_test_trainer;
GRANT SELECT ON fairpg_catalog.store_version TO fairpg_test_trainer;
SET ROLE fairpg_test_trainer;
SELECT fairpg.train('m', 'watched', 'y', features => '{x}');
SELECT fairpg.evaluate('m', 'watched');
RESET ROLE;
GRANT SELECT ON ALL TABLES IN SCHEMA fairpg_catalog TO fairpg_test_trainer;
GRANT UPDATE ON fairpg_catalog.model TO fairpg_test_trainer;
SET ROLE fairpg_test_trainer;
SELECT fairpg.train('m', 'watched', 'y', features => '{x}');
SELECT fairpg.evaluate('m', 'watched');
RESET ROLE;
GRANT INSERT ON ALL TABLES IN SCHEMA fairpg_catalog TO fairpg_test_trainer;
REVOKE INSERT ON fairpg_catalog.evaluation_gap FROM fairpg_test_trainer;
SET ROLE fairpg_test_trainer;
SELECT fairpg.train('m', 'watched', 'y', features => '{x}');
SELECT fairpg.evaluate('m', 'watched');
RESET ROLE;
-- the right to some columns is enough here; whether they are the right ones is for the statement to say
GRANT INSERT (evaluation) ON fairpg_catalog.evaluation_gap TO fairpg_test_trainer;
SET ROLE fairpg_test_trainer;
SELECT fairpg.train('m', 'loans_of_rights', 'y', features => '{x}', protected => '{g}');
RESET ROLE;
GRANT INSERT ON fairpg_catalog.evaluation_gap TO fairpg_test_trainer;
REVOKE UPDATE ON fairpg_catalog.model FROM fairpg_test_trainer;
SET ROLE fairpg_test_trainer;
SELECT fairpg.train('m', 'watched', 'y', features => '{x}');
SELECT n_rows FROM fairpg.evaluate('m', 'loans_of_rights');
RESET ROLE;
GRANT UPDATE ON fairpg_catalog.model TO fairpg_test_trainer;
SET ROLE fairpg_test_trainer;
SELECT version FROM fairpg.train('m', 'loans_of_rights', 'y', features => '{x}', protected => '{g}');
-- what it takes is what the hint says, and no more
SELECT has_table_privilege('fairpg_catalog.model_version', 'UPDATE') AS may_change_versions;
RESET ROLE;

-- every table is looked at, also the ones that came last
BEGIN;
ALTER TABLE fairpg_catalog.evaluation_constraint OWNER TO fairpg_test_trainer;
SELECT fairpg.train('m', 'loans_of_rights', 'y', features => '{x}');
ROLLBACK;

-- columns of the source: those that are read, and not the others
REVOKE SELECT ON loans_of_rights FROM fairpg_test_trainer;
GRANT SELECT (y, x) ON loans_of_rights TO fairpg_test_trainer;
SET ROLE fairpg_test_trainer;
SELECT version FROM fairpg.train('m', 'SELECT y, x FROM loans_of_rights', 'y');
SELECT fairpg.train('m', 'SELECT y, x, g FROM loans_of_rights', 'y');
SELECT fairpg.train('m', 'loans_of_rights', 'y', features => '{x}', protected => '{g}');
SELECT version FROM fairpg.train('m', 'loans_of_rights', 'y', features => '{x}');
RESET ROLE;

DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP VIEW watched;
DROP FUNCTION note_read();
DROP TABLE loans_of_rights;
DROP ROLE fairpg_test_trainer;
