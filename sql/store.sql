SET client_min_messages = warning;
\set SHOW_CONTEXT never
-- The store that fairpg.init() makes: what is in it, whose it is, when it is
-- refused.
CREATE TABLE t (id integer, x integer, y boolean);
INSERT INTO t SELECT i, i % 10, (i * 7919) % 10 < 3 + i % 5 FROM generate_series(1, 200) i;

-- a schema that another role has prepared is not adopted
CREATE ROLE fairpg_test_other;
CREATE SCHEMA fairpg_catalog AUTHORIZATION fairpg_test_other;
SELECT fairpg.init();
DROP SCHEMA fairpg_catalog;
CREATE SCHEMA fairpg_report AUTHORIZATION fairpg_test_other;
SELECT fairpg.init();
DROP SCHEMA fairpg_report;
-- nor one of our own that holds something else
CREATE SCHEMA fairpg_catalog;
SELECT fairpg.init();
CREATE TABLE fairpg_catalog.store_version (version integer);
SELECT fairpg.init();
INSERT INTO fairpg_catalog.store_version VALUES (2);
SELECT fairpg.init();
DROP SCHEMA fairpg_catalog CASCADE;
-- nor may somebody make one who may not make schemas
SET ROLE fairpg_test_other;
DO $$ BEGIN PERFORM fairpg.init(); EXCEPTION WHEN insufficient_privilege THEN RAISE WARNING 'refused'; END $$;
RESET ROLE;

-- whatever search_path is, and twice
SET search_path = pg_temp, public;
CREATE TEMP TABLE model (trap integer);
CREATE TEMP VIEW pg_namespace AS SELECT 'trap'::name AS nspname, 0::oid AS oid, 0::oid AS nspowner;
SELECT fairpg.init();
SELECT fairpg.init();
DROP TABLE pg_temp.model;
DROP VIEW pg_temp.pg_namespace;
RESET search_path;
SET ROLE fairpg_test_other;
\set VERBOSITY terse
SELECT fairpg.init();
\set VERBOSITY default
RESET ROLE;

-- tables and views, all with comments, none of them a member of the extension
SELECT c.oid::regclass AS relation, c.relkind AS kind, count(*) AS columns,
       count(*) FILTER (WHERE col_description(c.oid, a.attnum) IS NULL) AS columns_without_comment,
       obj_description(c.oid, 'pg_class') IS NOT NULL AS comment,
       pg_get_userbyid(c.relowner) = current_user AS ours,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS member
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace IN ('fairpg_catalog'::regnamespace, 'fairpg_report'::regnamespace) AND c.relkind IN ('r', 'v') AND NOT c.relispartition
GROUP BY c.oid ORDER BY c.relkind, c.relname;
-- every table can be replicated, and views have what a chart can read
SELECT c.oid::regclass AS without_key FROM pg_class c
WHERE c.relnamespace = 'fairpg_catalog'::regnamespace AND c.relkind = 'r'
  AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary);
SELECT a.attrelid::regclass AS view, a.attname, a.atttypid::regtype AS type FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'fairpg_report'::regnamespace AND a.attnum > 0 AND format_type(a.atttypid, NULL) ~ '(\[\]|json|bytea)';
SELECT attstorage = 'e' AS external FROM pg_attribute
WHERE attrelid = 'fairpg_catalog.model_version'::regclass AND attname = 'artifact';

-- versions are numbered by model
SELECT model, version FROM fairpg.train('a', 't', 'y', features => '{x}');
SELECT model, version FROM fairpg.train('a', 't', 'y', features => '{x}', comment => 'again');
SELECT model, version FROM fairpg.train('b "quoted" \ $$ %s', 't', 'y', features => '{x}');
SELECT model, next_version, created_by = current_user AS mine FROM fairpg_catalog.model ORDER BY 1;
BEGIN;
SELECT model, version FROM fairpg.train('a', 't', 'y', features => '{x}');
ROLLBACK;
SELECT model, version FROM fairpg.train('a', 't', 'y', features => '{x}');
SELECT model, version FROM fairpg.train(repeat('n', 128), 't', 'y', features => '{x}');
SELECT model, version FROM fairpg.train(repeat('n', 129), 't', 'y', features => '{x}');
SELECT model, version FROM fairpg.train(E'a\nb', 't', 'y', features => '{x}');
SELECT model, version FROM fairpg.train('', 't', 'y', features => '{x}');

-- what is stored with a version
SELECT version, is_newest, family, fairness, source, label, positive, threshold, rows_train + rows_test AS rows,
       comment, row_security, n_warnings, created_by = current_user AS mine
FROM fairpg_report.model_versions WHERE model = 'a' ORDER BY version;
SELECT bool_and(artifact_sha256 = sha256(artifact)) AS sums, bool_and(spec ->> 'source' = source) AS specs,
       bool_and(fairpg_version = (SELECT extversion FROM pg_extension WHERE extname = 'fairpg')) AS versions
FROM fairpg_catalog.model_version;
SELECT position, term, level, level_kind FROM fairpg_report.coefficients WHERE model = 'a' AND version = 1 ORDER BY position;
SELECT count(*) > 0 AS log, bool_and(rows > 0) AS rows, count(*) FILTER (WHERE chosen) AS chosen
FROM fairpg_report.training_log WHERE model = 'a' AND version = 1;
SELECT DISTINCT part FROM fairpg_report.group_metrics ORDER BY 1;
SELECT array_agg(part ORDER BY part) AS parts, sum(n_rows) AS rows FROM fairpg_catalog.evaluation WHERE model = 'a' AND version = 2;

-- deleting a version deletes what belongs to it, and nothing else
DELETE FROM fairpg_catalog.model_version WHERE model = 'a' AND version = 2;
SELECT 'coefficient' AS of, array_agg(DISTINCT version ORDER BY version) AS versions FROM fairpg_catalog.coefficient WHERE model = 'a'
UNION ALL
SELECT 'evaluation', array_agg(DISTINCT version ORDER BY version) FROM fairpg_catalog.evaluation WHERE model = 'a'
UNION ALL
SELECT 'training_log', array_agg(DISTINCT version ORDER BY version) FROM fairpg_catalog.training_log WHERE model = 'a';
DELETE FROM fairpg_catalog.model WHERE model = 'a';

-- dropping the extension is refused, and when forced leaves the records alone
BEGIN;
SAVEPOINT s;
\set VERBOSITY terse
DROP EXTENSION fairpg;
\set VERBOSITY default
ROLLBACK TO s;
DROP EXTENSION fairpg CASCADE;
SELECT count(*) AS versions FROM fairpg_catalog.model_version;
SELECT count(*) AS versions FROM fairpg_report.model_versions;
ROLLBACK;

-- others read the views when they are let
GRANT USAGE ON SCHEMA fairpg_report TO fairpg_test_other;
GRANT SELECT ON ALL TABLES IN SCHEMA fairpg_report TO fairpg_test_other;
SET ROLE fairpg_test_other;
SELECT count(*) AS versions FROM fairpg_report.model_versions;
SELECT count(*) FROM fairpg_catalog.model_version;
RESET ROLE;

-- a store that lacks a part is not in place
BEGIN;
DROP TABLE fairpg_catalog.training_log CASCADE;
SELECT fairpg.init();
ROLLBACK;
BEGIN;
DELETE FROM fairpg_catalog.store_version;
SELECT fairpg.init();
ROLLBACK;

DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP TABLE t;
DROP ROLE fairpg_test_other;
