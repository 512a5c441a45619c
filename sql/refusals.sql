SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- Refusals that no other file shows: each names what it is about, and where
-- there is a way out, the way out.
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE applicants AS SELECT i AS id, i * 7919 % 101 + i * 31 % 61 > 70 AS y, (i * 7919 % 101)::float8 AS x, (ARRAY['a', 'b'])[1 + i % 2] AS g,
    0 AS none, NULL::float8 AS nothing, NULL::float8[] AS no_array, '{}'::float8[] AS empty_array, i > 500 AS late
FROM generate_series(1, 1000) i;
SELECT version FROM fairpg.train('m', 'applicants', 'y', features => '{x}', protected => '{g}');

-- sources that are none
CREATE INDEX applicants_x ON applicants (x);
CREATE SEQUENCE applicants_ids;
SELECT fairpg.train('m', 'applicants_x', 'y');
SELECT fairpg.train('m', 'applicants_ids', 'y');
SELECT fairpg.train('m', 'applicants; DROP TABLE applicants', 'y');
-- a semicolon at the end is a habit
SELECT count(*) > 0 AS audited FROM fairpg.audit(' applicants ; ', '{}', decision => 'y');
SELECT fairpg.train('m', 'Applicants AS src', 'y');

-- rows that cannot be trained on or judged by
SELECT fairpg.train('m', 'applicants', 'y', features => '{x}', weight => 'none');
SELECT fairpg.train('m', 'applicants', 'y', features => '{nothing}', options => '{"nulls": "drop"}');
SELECT fairpg.train('m', 'SELECT y, x, y::text AS part FROM applicants', 'y', features => '{x}', split => 'column:part=true');
SELECT fairpg.evaluate('m', 'applicants', weight => 'none');
SELECT fairpg.train('m', 'SELECT id % 40000 AS a, y, x FROM applicants, generate_series(1, 40) i WHERE false', 'y');
SET fairpg.max_groups = 32767;
SELECT fairpg.train('m', 'SELECT i % 200 AS a, i / 200 AS b, i % 2 AS y, i % 7 AS x FROM generate_series(1, 40000) i', 'y', features => '{x}', protected => '{a,b}');
RESET fairpg.max_groups;

-- columns
SELECT fairpg.train('m', 'applicants', 'y', features => '{x}', split => 'column:y=true');
SELECT fairpg.train('m', 'applicants', 'y', features => '{x}', exclude => '{x}');
SELECT fairpg.train('m', 'applicants', 'y', exclude => '{id,x,g,none,nothing,no_array,empty_array,late}');
SELECT fairpg.train('m', 'applicants', 'y', features => '{no_array}');
SELECT fairpg.train('m', 'applicants', 'y', features => '{empty_array}');
SELECT fairpg.train('m', 'applicants', 'y', features => '{none}');

-- options and strengths
SELECT fairpg.train('m', 'applicants', 'y', features => '{x}', options => '{"nulls": "guess"}');
SELECT fairpg.train('m', 'applicants', 'y', features => '{x}', options => '{"undefined": "guess"}');
SELECT fairpg.train('m', 'applicants', 'y', features => '{x}', protected => '{g}', fairness => 'demographic_parity', method => 'penalty', penalty => 'NaN');
SELECT fairpg.train('m', 'applicants', 'y', features => '{x}', protected => '{g}', fairness => 'demographic_parity', method => 'penalty', penalty => -1);
SELECT fairpg.train('m', 'applicants', 'y', features => '{x}', protected => '{g}', fairness => 'demographic_parity', method => 'penalty');
SELECT fairpg.train('m', 'applicants', 'y', features => '{x}', protected => '{g}', fairness => 'demographic_parity', penalty => 3);
SELECT fairpg.train('m', 'applicants', 'y', features => '{x}', protected => '{g}', fairness => 'demographic_parity', max_gap => 0.1, penalty => 3);
SELECT fairpg.train('m', 'applicants', 'y', features => '{x}', protected => '{g}', fairness => 'demographic_parity', min_ratio => 0.8, method => 'threshold');
SELECT version FROM fairpg.train('m', 'SELECT x, g, y AND g = ''a'' AS y, late FROM applicants', 'y', features => '{x}', protected => '{g}', fairness => 'predictive_equality', max_gap => 0.1);
SELECT fairpg.train('m', 'SELECT *, g || late AS part FROM applicants', 'y', features => '{x}', protected => '{g}', split => 'column:g=a', fairness => 'demographic_parity', max_gap => 0.1);

-- states of aggregates
SELECT fairpg.outcomes(y, y, 1e-20) FROM applicants;
DO $$
DECLARE state fairpg.outcome_stats;
BEGIN
    SELECT fairpg.outcomes(y, y) INTO state FROM applicants;
    FOR i IN 1 .. 70 LOOP
        SELECT fairpg.merge(s) INTO state FROM (VALUES (state), (state)) v (s);
    END LOOP;
END $$;

-- functions that are not for calling
SELECT fairpg.gather_rows(y, x) FROM applicants;
SELECT fairpg.train('m', 'SELECT y, x, (SELECT fairpg.gather_rows(1) IS NULL) AS z FROM applicants', 'y');
CREATE TABLE watched (a integer);
CREATE TRIGGER early BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION fairpg.model_version_changed();
INSERT INTO watched VALUES (1);
DROP TABLE watched;

-- a store in which something goes on
CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER swallow BEFORE UPDATE ON fairpg_catalog.model FOR EACH ROW EXECUTE FUNCTION swallow();
SELECT fairpg.train('m', 'applicants', 'y', features => '{x}');
DROP TRIGGER swallow ON fairpg_catalog.model;
CREATE ROLE fairpg_test_owner;
CREATE ROLE fairpg_test_victim;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO fairpg_test_owner', current_database()); END $$;
ALTER SCHEMA fairpg_catalog OWNER TO fairpg_test_owner;
GRANT SELECT ON applicants TO fairpg_test_victim;
GRANT USAGE ON SCHEMA fairpg_catalog TO fairpg_test_victim;
GRANT ALL ON ALL TABLES IN SCHEMA fairpg_catalog TO fairpg_test_victim;
SET ROLE fairpg_test_victim;
SELECT fairpg.train('m', 'applicants', 'y', features => '{x}');
SELECT fairpg.evaluate('m', 'applicants');
RESET ROLE;
SELECT count(*) AS versions FROM fairpg_catalog.model_version;

DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP TABLE applicants;
DROP SEQUENCE applicants_ids;
DROP FUNCTION swallow();
DO $$ BEGIN EXECUTE format('REVOKE CREATE ON DATABASE %I FROM fairpg_test_owner', current_database()); END $$;
DROP ROLE fairpg_test_owner, fairpg_test_victim;
