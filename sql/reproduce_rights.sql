SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- Who validates a version can train it again without a right to store anything,
-- and functions of its source can do nothing in their name.
\set admin :USER
CREATE ROLE fairpg_test_ana LOGIN;
CREATE ROLE fairpg_test_rita LOGIN;
CREATE ROLE fairpg_test_abel LOGIN;
CREATE ROLE fairpg_test_auda LOGIN;
CREATE ROLE fairpg_test_vera LOGIN;
SELECT fairpg.init(roles => true, role_prefix => 'fairpg_test_') IS NOT NULL AS ready;
GRANT fairpg_test_analyst TO fairpg_test_ana;
GRANT fairpg_test_reviewer TO fairpg_test_rita;
GRANT fairpg_test_approver TO fairpg_test_abel;
GRANT fairpg_test_auditor TO fairpg_test_auda;
GRANT fairpg_test_viewer TO fairpg_test_vera;
CREATE TABLE validated AS
SELECT i AS id, i * 7919 % 101 + i * 31 % 61 > 70 AS repaid, i * 7919 % 101 AS income, CASE WHEN i % 3 = 0 THEN 'f' ELSE 'm' END AS sex
FROM generate_series(1, 5000) i;
GRANT SELECT ON validated TO fairpg_test_ana, fairpg_test_rita, fairpg_test_abel, fairpg_test_vera;
CREATE TABLE seen (role_name text);
GRANT INSERT ON seen TO PUBLIC;
GRANT CREATE ON SCHEMA public TO fairpg_test_ana;
\c - fairpg_test_ana
SELECT version FROM fairpg.train('credit', 'validated', 'repaid', features => '{income}', protected => '{sex}', fairness => 'demographic_parity', max_gap => 0.05);
SELECT version FROM fairpg.retrain('credit');
SELECT same, changed FROM fairpg.reproduce('credit', 1);
-- reviewers and approvers; an auditor who may not read the rows; who may read the rows, and not the store
\c - fairpg_test_rita
SELECT same, artifact_sha256 = again_sha256 AS equal, changed FROM fairpg.reproduce('credit', 1);
SELECT same FROM fairpg.reproduce('credit', 2);
SELECT fairpg.retrain('credit');
\c - fairpg_test_abel
BEGIN READ ONLY;
SELECT same FROM fairpg.reproduce('credit', 1);
COMMIT;
\c - fairpg_test_auda
SELECT fairpg.reproduce('credit', 1);
\c - fairpg_test_vera
SELECT fairpg.reproduce('credit', 1);
\c - :admin
GRANT SELECT ON validated TO fairpg_test_auda;
\c - fairpg_test_auda
SELECT same FROM fairpg.reproduce('credit', 1);

-- a source with a function that tries what it can
\c - fairpg_test_ana
CREATE FUNCTION lure(id integer) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    tried text;
BEGIN
    IF id <> 1 OR session_user = 'fairpg_test_ana' THEN
        RETURN true;
    END IF;
    RAISE WARNING 'runs as %', current_user;
    FOREACH tried IN ARRAY ARRAY['INSERT INTO seen VALUES (current_user)', 'SET transaction_read_only = off', 'SET ROLE fairpg_test_approver', 'RESET ROLE',
        'SELECT fairpg.approve(''credit'', 1, ''the evidence is sufficient for use'')', 'CREATE TEMP TABLE kept AS SELECT 1',
        'ALTER ROLE fairpg_test_ana SUPERUSER'] LOOP
        BEGIN
            EXECUTE tried;
            RAISE WARNING 'done: %', tried;
        EXCEPTION WHEN OTHERS THEN
            RAISE WARNING '%', SQLERRM;
        END;
    END LOOP;
    RETURN true;
END $$;
CREATE VIEW lures AS SELECT * FROM validated WHERE lure(id);
GRANT SELECT ON lures TO PUBLIC;
SELECT version FROM fairpg.train('lure', 'lures', 'repaid', features => '{income}', protected => '{sex}');
\c - fairpg_test_abel
SELECT same FROM fairpg.reproduce('lure', 1);
SHOW transaction_read_only;
-- a superuser reads it as who trained
\c - :admin
SELECT same FROM fairpg.reproduce('lure', 1);
SELECT current_user = session_user AS as_before;
SET ROLE fairpg_test_abel;
SELECT same FROM fairpg.reproduce('lure', 1);
RESET ROLE;
-- also where the superuser has only chosen what another explored, or trained again what another trained
\c - fairpg_test_ana
SELECT count(*) FROM fairpg.frontier('tried', 'lures', 'repaid', protected => '{sex}', fairness => 'demographic_parity', max_gaps => '{0.05,1}', features => '{income}');
\c - :admin
SELECT version FROM fairpg.choose((SELECT max(frontier) FROM fairpg_catalog.frontier), 1, 'the smallest gap');
SELECT same FROM fairpg.reproduce('tried', 1);
SET client_min_messages = error;
SELECT version FROM fairpg.retrain('lure', start => 'none');
RESET client_min_messages;
SELECT same FROM fairpg.reproduce('lure', 2);
-- and not at all where that role is gone, or never was known
SET session_replication_role = replica;
UPDATE fairpg_catalog.model_version SET author_role = 'fairpg_test_left' WHERE model = 'lure';
SELECT fairpg.reproduce('lure', 1);
UPDATE fairpg_catalog.model_version SET author_role = NULL WHERE model = 'lure';
SELECT fairpg.reproduce('lure', 1);
RESET session_replication_role;
-- nor what came from elsewhere, with a source that nobody here has written
SELECT fairpg.import_model(fairpg.export_model('credit', 1), 'brought');
SELECT fairpg.reproduce('brought', 1);
\c - fairpg_test_rita
SELECT same FROM fairpg.reproduce('brought', 1);
\c - :admin

-- nothing of all that is left
SELECT * FROM seen;
SELECT model, count(*) FROM fairpg_catalog.model_version GROUP BY 1 ORDER BY 1;
SELECT model, next_version FROM fairpg_catalog.model ORDER BY 1;
SELECT model, count(*) FROM fairpg_catalog.evaluation GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM fairpg_catalog.run;

DROP VIEW lures;
DROP FUNCTION lure;
DROP TABLE validated, seen;
SET client_min_messages = error;
DROP SCHEMA fairpg_catalog, fairpg_report CASCADE;
REVOKE ALL ON SCHEMA public FROM fairpg_test_ana;
DROP OWNED BY fairpg_test_analyst, fairpg_test_reviewer, fairpg_test_approver, fairpg_test_operator, fairpg_test_ombudsman,
    fairpg_test_auditor, fairpg_test_viewer, fairpg_test_admin;
DROP ROLE fairpg_test_ana, fairpg_test_rita, fairpg_test_abel, fairpg_test_auda, fairpg_test_vera;
DROP ROLE fairpg_test_analyst, fairpg_test_reviewer, fairpg_test_approver, fairpg_test_operator, fairpg_test_ombudsman,
    fairpg_test_auditor, fairpg_test_viewer, fairpg_test_admin;
