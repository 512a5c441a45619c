SET client_min_messages = warning;
-- The version that serves is found without a look at those that came after it.
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE many_rows AS SELECT i AS id, i * 7919 % 101 + i * 31 % 61 > 70 AS repaid, i * 7919 % 101 AS income FROM generate_series(1, 2000) i;
SELECT version FROM fairpg.train('many', 'many_rows', 'repaid', features => '{income}');
-- as a life of years would leave it
SET session_replication_role = replica;
INSERT INTO fairpg_catalog.governed_model (model, policy, purpose, governed_at, governed_by) VALUES ('many', 'none', 'a test of many versions', now(), 'nobody');
UPDATE fairpg_catalog.model_version SET state = 'champion';
INSERT INTO fairpg_catalog.model_version
    SELECT (jsonb_populate_record(v, jsonb_build_object('version', i, 'state', CASE WHEN i % 3 = 0 THEN 'rejected' ELSE 'draft' END))).*
    FROM fairpg_catalog.model_version v, generate_series(2, 3000) i WHERE version = 1;
RESET session_replication_role;
ANALYZE fairpg_catalog.model_version;
BEGIN;
SELECT idx_tup_fetch AS before FROM pg_stat_xact_user_tables WHERE relid = 'fairpg_catalog.model_version'::regclass \gset
SELECT count(fairpg.predict('many', r)) FROM many_rows r;
SELECT idx_tup_fetch - :before < 20 AS few FROM pg_stat_xact_user_tables WHERE relid = 'fairpg_catalog.model_version'::regclass;
SELECT bool_and(fairpg.predict('many', r) = fairpg.predict('many', r, 1)) AS by_the_champion FROM many_rows r;
-- without one it is not looked for any longer
SET LOCAL session_replication_role = replica;
UPDATE fairpg_catalog.model_version SET state = 'suspended' WHERE version = 1;
SET LOCAL session_replication_role = origin;
SELECT idx_tup_fetch AS before FROM pg_stat_xact_user_tables WHERE relid = 'fairpg_catalog.model_version'::regclass \gset
SAVEPOINT served;
SELECT fairpg.predict('many', r) FROM many_rows r LIMIT 1;
ROLLBACK TO served;
SELECT idx_tup_fetch - :before < 20 AS few FROM pg_stat_xact_user_tables WHERE relid = 'fairpg_catalog.model_version'::regclass;
ROLLBACK;
-- and there is one at most
SET session_replication_role = replica;
UPDATE fairpg_catalog.model_version SET state = 'champion' WHERE version = 2;
RESET session_replication_role;
DROP TABLE many_rows;
DROP SCHEMA fairpg_catalog, fairpg_report CASCADE;
