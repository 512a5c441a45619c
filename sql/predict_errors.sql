SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- What predict() refuses, and how it says so.
CREATE TABLE p (id integer, age integer, town text, born date, vec float8[], y boolean);
INSERT INTO p SELECT i, 20 + i % 50, (ARRAY['a', 'b', 'c'])[1 + i % 3], date '1970-01-01' + i % 9999,
                     ARRAY[i % 7, i % 11], (i * 7919) % 100 < 30 + i % 50 FROM generate_series(1, 500) i;

-- before init()
SELECT fairpg.predict('m', p) FROM p LIMIT 1;
SELECT version FROM fairpg.train('m', 'p', 'y');
EXPLAIN (COSTS OFF) SELECT fairpg.predict('m', p) FROM p;
SELECT fairpg.init() IS NOT NULL AS ready;

-- models that are not there
SELECT fairpg.predict('m', p) FROM p LIMIT 1;
EXPLAIN (COSTS OFF) SELECT fairpg.predict('m', p) FROM p;
SELECT version FROM fairpg.train('m', 'p', 'y', exclude => '{id}', split => 'none');
SELECT fairpg.predict('M', p) FROM p LIMIT 1;
SELECT fairpg.predict('m', p, 2) FROM p LIMIT 1;
SELECT fairpg.predict('m', p, 0) FROM p LIMIT 1;
SELECT fairpg.decide('m', p, -2147483648) FROM p LIMIT 1;
SELECT fairpg.predict(NULL, p) FROM p LIMIT 1;
SELECT fairpg.predict('', p) FROM p LIMIT 1;
SELECT count(fairpg.predict('none', p)) FROM p WHERE false;

-- rows that do not fit
SELECT fairpg.predict('m', ROW(1, 2));
SELECT fairpg.predict('m', ROW());
SELECT fairpg.predict('m', r) FROM (SELECT age, town, born FROM p) r LIMIT 1;
SELECT fairpg.predict('m', r) FROM (SELECT age AS "Age", town, born, vec FROM p) r LIMIT 1;
SELECT fairpg.predict('m', r) FROM (SELECT age::text, town, born, vec FROM p) r LIMIT 1;
SELECT fairpg.predict('m', r) FROM (SELECT age, 5 AS town, born, vec FROM p OFFSET 0) r LIMIT 1;
SELECT fairpg.predict('m', r) FROM (SELECT age, town, born::timestamp, vec FROM p) r LIMIT 1;
SELECT fairpg.predict('m', r) FROM (SELECT age, town, born, vec[1] AS vec FROM p) r LIMIT 1;
SELECT fairpg.predict('m', r) FROM (SELECT age, town, born, '[1, 2]'::json AS vec FROM p) r LIMIT 1;
SELECT fairpg.predict('m', r) FROM (SELECT age, p AS town, born, vec FROM p) r LIMIT 1;
SELECT fairpg.predict('m', r) FROM (SELECT age, town, born, vec || 1.0::float8 AS vec FROM p) r LIMIT 1;
SELECT fairpg.predict('m', r) FROM (SELECT age, town, born, '{}'::float8[] AS vec FROM p) r LIMIT 1;
SELECT fairpg.predict('m', 'x');
SELECT fairpg.predict('m', 1);
SELECT fairpg.predict('m', NULL) IS NULL AS null_row;

-- numbers that no score can be made of
SELECT fairpg.predict('m', r) FROM (SELECT 'NaN'::float8 AS age, town, born, vec FROM p) r LIMIT 1;
SELECT fairpg.predict('m', r) FROM (SELECT '-Infinity'::real AS age, town, born, vec FROM p) r LIMIT 1;
SELECT fairpg.predict('m', r) FROM (SELECT 1e300 AS age, town, born, vec FROM p) r LIMIT 1;
SELECT fairpg.predict('m', r) FROM (SELECT repeat('9', 400)::numeric AS age, town, born, vec FROM p) r LIMIT 1;
SELECT fairpg.predict('m', r) FROM (SELECT age, town, 'infinity'::date AS born, vec FROM p) r LIMIT 1;
SELECT fairpg.predict('m', r) FROM (SELECT age, town, born, '{NaN, 1}'::float8[] AS vec FROM p) r LIMIT 1;

-- the function that plans call
SELECT fairpg.predict_columns('m', NULL, '{age,town,born,vec}', age, town, born, vec) = fairpg.predict('m', p) AS same
FROM p LIMIT 1;
SELECT fairpg.predict_columns('m', NULL, '{age,town,born}', age, town, born) FROM p LIMIT 1;
SELECT fairpg.predict_columns('m', NULL, '{age,town,born,vec}', age, town, born) FROM p LIMIT 1;
SELECT fairpg.predict_columns('m', NULL, '{age,NULL,born,vec}', age, town, born, vec) FROM p LIMIT 1;
SELECT fairpg.predict_columns('m', NULL, '{age,town,born,vec}', age, 'a', born, vec) FROM p LIMIT 1;
SELECT fairpg.predict_columns('m', NULL, ARRAY['age', 'town', 'born', 'vec' || repeat('', id)], age, town, born, vec) FROM p LIMIT 1;
SELECT fairpg.predict_columns('m', NULL, NULL, age, town, born, vec) FROM p LIMIT 1;
SELECT fairpg.predict_columns('m', NULL, '{age}', VARIADIC ARRAY[1]) FROM p LIMIT 1;
SELECT fairpg.decide_columns('m', 7, '{age,town,born,vec}', age, town, born, vec) FROM p LIMIT 1;
SELECT fairpg.model_version_changed();

-- stored models that are damaged, in every byte: the sum beside them notices,
-- and the sum inside them where somebody made the one beside them right
CREATE FUNCTION outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
    BEGIN EXECUTE query; RETURN 'done';
    EXCEPTION WHEN OTHERS THEN RETURN sqlstate || ' ' || sqlerrm; END $$;
CREATE FUNCTION flip(bytes bytea, place integer) RETURNS bytea LANGUAGE sql IMMUTABLE AS
    $$ SELECT set_byte(bytes, place, get_byte(bytes, place) # 16) $$;
BEGIN;
UPDATE fairpg_catalog.model_version SET artifact = flip(artifact, 50);
SELECT fairpg.predict('m', p) FROM p LIMIT 1;
ROLLBACK;
BEGIN;
UPDATE fairpg_catalog.model_version SET artifact = flip(artifact, 50), artifact_sha256 = sha256(flip(artifact, 50));
SELECT fairpg.decide('m', p) FROM p LIMIT 1;
ROLLBACK;
BEGIN;
UPDATE fairpg_catalog.model_version SET artifact = flip(artifact, 1), artifact_sha256 = sha256(flip(artifact, 1));
SELECT fairpg.decide('m', p) FROM p LIMIT 1;
ROLLBACK;
-- the planner, which looks at the model too, says the same; what needs no model is planned
BEGIN;
UPDATE fairpg_catalog.model_version SET artifact = flip(artifact, 50);
EXPLAIN (COSTS OFF) SELECT CASE WHEN false THEN fairpg.predict('m', p) END FROM p;
SAVEPOINT before;
EXPLAIN (COSTS OFF) SELECT fairpg.predict('m', p) FROM p;
ROLLBACK TO before;
UPDATE fairpg_catalog.model_version SET encoding = 'MORSE', artifact = flip(artifact, 50);
EXPLAIN (COSTS OFF) SELECT fairpg.predict('m', p) FROM p;
ROLLBACK;
CREATE TEMP TABLE image AS SELECT artifact, length(artifact) AS n FROM fairpg_catalog.model_version;
SELECT outcome(format('SELECT fairpg.predict_with(flip(artifact, %s), p) FROM image, p LIMIT 1', place)) AS flipped, count(*) > 3 AS times
FROM image, generate_series(0, n - 1) place GROUP BY 1 ORDER BY 1;
SELECT outcome(format('SELECT fairpg.predict_with(substr(artifact, 1, %s), p) FROM image, p LIMIT 1', length)) AS cut, count(*) > 3 AS times
FROM image, generate_series(0, n - 1) length GROUP BY 1 ORDER BY 1;
SELECT fairpg.predict_with('', p) FROM p LIMIT 1;
SELECT fairpg.predict_with(artifact || '\x00', p) FROM image, p LIMIT 1;
SELECT fairpg.predict_with(artifact, ROW(1, 2)) FROM image;
SELECT fairpg.predict_with(NULL, p) IS NULL AS null_model FROM p LIMIT 1;

-- a store that is not as it was made
BEGIN;
ALTER TABLE fairpg_catalog.model_version RENAME COLUMN artifact_sha256 TO sum;
SELECT fairpg.predict('m', p) FROM p LIMIT 1;
ROLLBACK;
BEGIN;
ALTER TABLE fairpg_catalog.model_version DROP CONSTRAINT model_version_pkey CASCADE;
SELECT fairpg.predict('m', p) FROM p LIMIT 1;
ROLLBACK;
BEGIN;
UPDATE fairpg_catalog.store_version SET version = 99;
SELECT version FROM fairpg.train('m', 'p', 'y');
ROLLBACK;

-- rights: SELECT on the table of versions, asked for in every statement
CREATE ROLE fairpg_test_reader;
GRANT SELECT ON p TO fairpg_test_reader;
PREPARE ask AS SELECT count(fairpg.predict('m', p)) FROM p;
EXECUTE ask;
SET ROLE fairpg_test_reader;
EXECUTE ask;
EXPLAIN (VERBOSE, COSTS OFF) SELECT fairpg.predict('m', p) FROM p;
SELECT fairpg.predict('none', p) FROM p LIMIT 1;
RESET ROLE;
GRANT SELECT ON fairpg_catalog.model_version TO fairpg_test_reader;
SET ROLE fairpg_test_reader;
EXECUTE ask;
RESET ROLE;
REVOKE SELECT ON fairpg_catalog.model_version FROM fairpg_test_reader;
SET ROLE fairpg_test_reader;
EXECUTE ask;
RESET ROLE;
-- inside one transaction they are asked for again when the user changes
CREATE FUNCTION ask_as_caller(p) RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN RETURN fairpg.predict('m', $1); END $$;
BEGIN;
SELECT ask_as_caller(p) IS NOT NULL AS answered FROM p LIMIT 1;
SET LOCAL ROLE fairpg_test_reader;
SELECT ask_as_caller(p) FROM p LIMIT 1;
ROLLBACK;
DROP FUNCTION ask_as_caller;
-- a call in a subquery of a subquery, over a row of the outermost but one
SELECT (SELECT x FROM (SELECT 1 AS k OFFSET 0) q, p,
               LATERAL (SELECT x FROM unnest(ARRAY[fairpg.predict('m', p)]) x) s
        WHERE p.id = 1 LIMIT 1) = (SELECT fairpg.predict('m', p) FROM p WHERE id = 1) AS same
FROM generate_series(1, 2);
GRANT SELECT ON fairpg_catalog.model_version TO fairpg_test_reader;
ALTER TABLE fairpg_catalog.model_version ENABLE ROW LEVEL SECURITY;
SET ROLE fairpg_test_reader;
EXECUTE ask;
RESET ROLE;

DROP FUNCTION outcome, flip;
DROP TABLE p, image;
DEALLOCATE ALL;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP ROLE fairpg_test_reader;
