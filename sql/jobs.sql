-- Trainings in transactions of their own, and the record that is kept of them.
SET client_min_messages = warning;
SELECT fairpg.init() IS NOT NULL AS ready;
RESET client_min_messages;
CREATE TABLE people AS
SELECT i AS id, CASE WHEN hashint8(i * 3) % 3 = 0 THEN 'f' ELSE 'm' END AS sex, hashint8(i * 37)::float8 / 2147483648 AS income,
       hashint8(i * 41)::float8 / 2147483648 AS debts,
       hashint8(i * 37)::float8 / 2147483648 + hashint8(i * 43)::float8 / 2147483648 + CASE WHEN hashint8(i * 3) % 3 = 0 THEN -0.5 ELSE 0.1 END > 0 AS paid
FROM generate_series(1, 3000) i;
CREATE VIEW shown AS SELECT model, procedure, status, rows, version, sqlstate, message, ended_at IS NOT NULL AS ended, seconds >= 0 AS timed,
    begun_by = current_user AS mine FROM fairpg_report.runs ORDER BY run;

CALL fairpg.train_job('nightly', 'people', 'paid', protected => '{sex}', exclude => '{id}', fairness => 'demographic_parity', max_gap => 0.05,
    options => '{"key": "id"}', comment => 'a job');
CALL fairpg.retrain_job('nightly', comment => 'another');
CALL fairpg.retrain_job('nightly', source => 'SELECT * FROM people WHERE id <= 2000', version => 1, start => 'none');
-- the same models as without
SELECT version FROM fairpg.train('by_day', 'people', 'paid', protected => '{sex}', exclude => '{id}', fairness => 'demographic_parity', max_gap => 0.05,
    options => '{"key": "id"}');
SELECT version FROM fairpg.retrain('by_day');
SELECT version FROM fairpg.retrain('by_day', source => 'SELECT * FROM people WHERE id <= 2000', version => 1, start => 'none');
SELECT a.version, a.artifact = b.artifact AS same, a.comment, (a.spec - 'timing') #- '{data,wal_lsn}' = (b.spec - 'timing') #- '{data,wal_lsn}' AS spec
FROM fairpg_catalog.model_version a JOIN fairpg_catalog.model_version b USING (version) WHERE a.model = 'nightly' AND b.model = 'by_day' ORDER BY 1;
SELECT count(*) = (SELECT count(*) FROM fairpg_catalog.training_log WHERE model = 'by_day') AS logs FROM fairpg_catalog.training_log WHERE model = 'nightly';
SELECT * FROM shown;
-- in a procedure, which may go on
CREATE PROCEDURE nightly() LANGUAGE plpgsql AS $$
BEGIN
    CALL fairpg.retrain_job('nightly');
    CALL fairpg.retrain_job('nightly', start => 'latest');
    PERFORM fairpg.evaluate('nightly', 'people');
END $$;
CALL nightly();
DO $$ BEGIN CALL fairpg.retrain_job('nightly'); END $$;
SELECT max(version), count(*) FROM fairpg_catalog.model_version WHERE model = 'nightly';
-- whatever isolation the session asks for
SET default_transaction_isolation = 'serializable';
CALL fairpg.retrain_job('nightly');
RESET default_transaction_isolation;
-- with processes that help to read
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET fairpg.workers = 2;
CALL fairpg.retrain_job('nightly', version => 1, start => 'none');
RESET fairpg.workers;
RESET parallel_tuple_cost;
RESET parallel_setup_cost;
RESET min_parallel_table_scan_size;
SELECT a.artifact = b.artifact AS same FROM fairpg_catalog.model_version a JOIN fairpg_catalog.model_version b USING (model)
WHERE model = 'nightly' AND a.version = 1 AND b.version = 8;

-- what failed is raised, and noted with its code
DELETE FROM fairpg_catalog.run;
CALL fairpg.train_job('bad', 'nowhere', 'paid');
CALL fairpg.train_job('bad', 'people', 'paid', method => 'magic');
CALL fairpg.train_job('bad', 'SELECT paid, income, 1 / (id - 1500) AS d FROM people', 'paid');
CALL fairpg.train_job('bad', 'people', 'paid', fairness => 'equal_opportunity', max_gap => 0.1, protected => '{sex}', options => '{"min_group": 100000}');
CALL fairpg.retrain_job('bad');
CALL fairpg.retrain_job('nightly', start => '99');
\set VERBOSITY terse
SET fairpg.train_mem = '64kB';
CALL fairpg.retrain_job('nightly');
RESET fairpg.train_mem;
DO $$ BEGIN CALL fairpg.retrain_job('bad'); END $$;
-- after the rows were read, too
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not tonight' USING ERRCODE = 'P0042'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON fairpg_catalog.evaluation FOR EACH ROW EXECUTE FUNCTION refuse();
CALL fairpg.retrain_job('nightly');
DROP TRIGGER refuse ON fairpg_catalog.evaluation;
-- and at the commit
CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON fairpg_catalog.evaluation DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
CALL fairpg.retrain_job('nightly');
DROP TRIGGER refuse ON fairpg_catalog.evaluation;
-- an error that comes of noting another does not hide it
CREATE TRIGGER refuse BEFORE UPDATE ON fairpg_catalog.run FOR EACH ROW WHEN (NEW.status <> 'running') EXECUTE FUNCTION refuse();
CALL fairpg.train_job('bad', 'nowhere', 'paid');
CALL fairpg.retrain_job('nightly');
DROP TRIGGER refuse ON fairpg_catalog.run;
\set VERBOSITY default
SELECT * FROM shown;
SELECT max(version), count(*) FROM fairpg_catalog.model_version WHERE model = 'nightly';
SELECT count(*) AS nothing FROM fairpg_catalog.model WHERE model = 'bad';

-- where a job cannot be, nothing is noted
DELETE FROM fairpg_catalog.run;
BEGIN;
CALL fairpg.train_job('bad', 'people', 'paid');
ROLLBACK;
BEGIN;
CALL fairpg.retrain_job('nightly');
ROLLBACK;
DO $$ BEGIN CALL fairpg.retrain_job('nightly'); EXCEPTION WHEN active_sql_transaction THEN RAISE NOTICE '%', sqlerrm; END $$;
CREATE FUNCTION calls() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CALL fairpg.retrain_job('nightly'); END $$;
SELECT calls();
CALL fairpg.train_job('', 'people', 'paid');
CALL fairpg.train_job(NULL, 'people', 'paid');
CALL fairpg.retrain_job(repeat('x', 200));
SET default_transaction_read_only = on;
CALL fairpg.retrain_job('nightly');
RESET default_transaction_read_only;
CREATE ROLE fairpg_test_jobs;
GRANT USAGE ON SCHEMA fairpg_catalog TO fairpg_test_jobs;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA fairpg_catalog TO fairpg_test_jobs;
GRANT UPDATE ON fairpg_catalog.model TO fairpg_test_jobs;
GRANT SELECT ON people TO fairpg_test_jobs;
SET ROLE fairpg_test_jobs;
CALL fairpg.retrain_job('nightly');
RESET ROLE;
GRANT UPDATE ON fairpg_catalog.run TO fairpg_test_jobs;
SET ROLE fairpg_test_jobs;
CALL fairpg.retrain_job('nightly', start => 'none');
RESET ROLE;
SELECT status, begun_by FROM fairpg_report.runs;
-- a run whose process is gone
INSERT INTO fairpg_catalog.run (model, procedure, status, begun_at, begun_by, pid)
VALUES ('nightly', 'retrain_job', 'running', now(), 'me', pg_backend_pid()), ('nightly', 'retrain_job', 'running', now(), 'me', 2147483647),
    ('nightly', 'retrain_job', 'running', '2000-01-01', 'me', pg_backend_pid());
SELECT status, seconds FROM fairpg_report.runs WHERE begun_by = 'me' ORDER BY run;

SET client_min_messages = warning;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP PROCEDURE nightly();
DROP FUNCTION refuse(), calls();
DROP TABLE people;
DROP ROLE fairpg_test_jobs;
