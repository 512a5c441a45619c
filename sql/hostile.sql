SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- A session that has functions, operators, types and tables of its own under
-- the names of the server's, first in its search_path: what fairpg writes
-- itself must not find them.  Each of them would warn.
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE public.loans AS SELECT i AS id, i * 7919 % 101 + i * 31 % 61 > 70 AS y, i * 7919 % 101 AS x, (ARRAY['a', 'b'])[1 + i % 2] AS g, i % 2 AS bit
FROM generate_series(1, 1000) i;
CREATE SCHEMA evil;
CREATE FUNCTION evil.texts(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'evil = of texts'; RETURN true; END $$;
CREATE FUNCTION evil.integers(integer, integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'evil = of integers'; RETURN true; END $$;
CREATE FUNCTION evil.booleans(boolean, boolean) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'evil = of booleans'; RETURN true; END $$;
CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, PROCEDURE = evil.texts);
CREATE OPERATOR evil.= (LEFTARG = integer, RIGHTARG = integer, PROCEDURE = evil.integers);
CREATE OPERATOR evil.= (LEFTARG = boolean, RIGHTARG = boolean, PROCEDURE = evil.booleans);
CREATE FUNCTION evil.added(bigint, bigint) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'evil sum'; RETURN 0; END $$;
CREATE AGGREGATE evil.sum(bigint) (SFUNC = evil.added, STYPE = bigint, INITCOND = '0');
CREATE FUNCTION evil.sha256(bytea) RETURNS bytea LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'evil sha256'; RETURN $1; END $$;
CREATE FUNCTION evil.clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'evil clock_timestamp'; RETURN now(); END $$;
CREATE FUNCTION evil.unnest(anyarray) RETURNS SETOF anyelement LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'evil unnest'; RETURN; END $$;
CREATE FUNCTION evil.array_length(anyarray, integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'evil array_length'; RETURN 1; END $$;
CREATE FUNCTION evil.current_setting(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'evil current_setting'; RETURN ''; END $$;
CREATE FUNCTION evil.getdatabaseencoding() RETURNS name LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'evil getdatabaseencoding'; RETURN 'x'; END $$;
CREATE FUNCTION evil.to_regclass(text) RETURNS regclass LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'evil to_regclass'; RETURN NULL; END $$;
CREATE FUNCTION evil.examine(text, record, integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'evil examine'; RETURN 1; END $$;
CREATE TABLE evil.model_version (a integer);
CREATE TABLE evil.pg_class (a integer);
CREATE TYPE evil.int4 AS (a integer);
CREATE TYPE evil.jsonb AS (a integer);
CREATE TYPE evil.bool AS ENUM ('x');
CREATE DOMAIN evil.float8 AS double precision CHECK (false);
CREATE TEMP TABLE pg_namespace (a integer);
CREATE TEMP TABLE pg_trigger (a integer);
CREATE TYPE evil.text AS (a integer);
SET search_path = evil, pg_temp, pg_catalog, public;
SELECT version FROM fairpg.train('m', 'public.loans', 'y', features => '{x,g}', protected => '{g}', fairness => 'demographic_parity', max_gap => 0.2);
SELECT version FROM fairpg.train('m', 'public.loans', 'g', positive => 'a', features => '{x}', protected => '{bit}', split => 'column:id=3');
SELECT version FROM fairpg.train('m', 'SELECT y, ARRAY[x::pg_catalog.float8] AS v, bit, g FROM public.loans', 'y', features => '{v,bit,g}', protected => '{g}',
    split => 'none', options => '{"key": "bit"}');
SELECT n_rows FROM fairpg.evaluate('m', 'SELECT y, ARRAY[x::pg_catalog.float8] AS v, bit, g FROM public.loans');
SELECT pg_catalog.count(*) > 40 AS audited FROM fairpg.audit('public.loans', protected => '{y}', label => 'g', positive => 'a', decision => 'bit');
SELECT pg_catalog.count(*) > 40 AS audited FROM fairpg.audit('public.loans', protected => '{g*bit}', label => 'bit', score => 'x', threshold => 50, weight => 'id');
SELECT pg_catalog.count(*) > 40 AS calibrated FROM fairpg.calibration('public.loans', '{g}', 'y', model => 'm', version => 1);
SELECT pg_catalog.count(*) AS swept FROM fairpg.threshold_sweep('public.loans', '{g*bit}', 'y', 'x', '{10,50}', weight => 'id');
SELECT pg_catalog.count(*) AS swept FROM fairpg.threshold_sweep('public.loans', '{g}', 'g', steps => 3, model => 'm', version => 1, positive => 'a');
SELECT group_name FROM fairpg.groups((SELECT fairpg.group_scores(y, x, g) FROM public.loans));
SELECT fairpg.predict('m', l, 1) IS NOT NULL AS scored, fairpg.decide('m', l, 1) IS NOT NULL AS decided FROM public.loans l LIMIT 1;
SELECT n_null FROM (SELECT (fairpg.examine('m', l, 1)).* FROM public.loans l LIMIT 1) s;
SELECT fairpg.init();
SELECT pg_catalog.count(*) AS versions FROM fairpg_report.model_versions;
SELECT pg_catalog.count(*) > 0 AS gaps FROM fairpg_report.disparities;
RESET search_path;
SELECT DISTINCT encoding = getdatabaseencoding() AS encoding, artifact_sha256 = sha256(artifact) AS sum FROM fairpg_catalog.model_version;
DROP TABLE pg_temp.pg_namespace, pg_temp.pg_trigger;

-- names that try to be more than names
CREATE TABLE "we""ird %s; --" AS SELECT id, y, x, g AS "q""uo'te %s
line", 'r' || id % 3 AS "select" FROM public.loans;
SELECT version, warnings FROM fairpg.train('quo''te"; DROP TABLE loans; -- %s%n', '"we""ird %s; --"', 'y', exclude => '{id}', protected => ARRAY[E'q"uo''te %s\nline * select']);
SELECT n_rows, warnings FROM fairpg.evaluate('quo''te"; DROP TABLE loans; -- %s%n', '"we""ird %s; --"');
EXPLAIN (VERBOSE, COSTS OFF) SELECT fairpg.predict('quo''te"; DROP TABLE loans; -- %s%n', w) FROM "we""ird %s; --" w;
SELECT version FROM fairpg.train('x', '"we""ird %s; --"', 'y', features => '{x}', split => E'column:"q""uo''te %s\nline"=a');
SELECT version FROM fairpg.train(repeat('ü', 128), 'loans', 'y', features => '{x}');
SELECT fairpg.predict(repeat('ü', 128), l) IS NOT NULL AS scored FROM loans l LIMIT 1;
SELECT fairpg.train(repeat('ü', 129), 'loans', 'y', features => '{x}');
SELECT fairpg.train(E'a\nb', 'loans', 'y', features => '{x}');
SELECT fairpg.train('%s%n', 'loans', '%s%n', features => '{x}');
SELECT fairpg.train('%s%n', '%s%n', 'y', features => '{x}');
SELECT fairpg.train('%s%n', 'loans', 'y', features => '{x}', split => '%s%n');
SELECT fairpg.train('%s%n', 'loans', 'g', features => '{x}', positive => '%s%n');
SELECT fairpg.train('m', 'SELECT * FROM loans) AS src; DROP TABLE loans; --', 'y', features => '{x}');
SELECT fairpg.train('m', 'loans AS src, pg_authid', 'y', features => '{x}');
SELECT fairpg.train('m', 'SELECT * FROM loans /* and', 'y', features => '{x}');
SELECT version FROM fairpg.train('m', 'SELECT * FROM loans -- and', 'y', features => '{x}');
SELECT version FROM fairpg.train('n', 'SELECT y, x, g AS src, g AS fairpg_examined FROM loans', 'y', protected => '{fairpg_examined}');
SELECT n_rows FROM fairpg.evaluate('n', 'SELECT y, x, g AS src, g AS fairpg_examined FROM loans');
SELECT count(*) AS loans FROM loans;

-- a source that trains, or that writes
SELECT fairpg.train('m', 'SELECT y, x FROM loans, LATERAL (SELECT version FROM fairpg.train(''inner'', ''loans'', ''y'')) z WHERE version > 0', 'y');
CREATE SEQUENCE counted;
SELECT fairpg.train('m', 'SELECT y, x, nextval(''counted'') AS n FROM loans', 'y');
SELECT fairpg.evaluate('n', 'SELECT y, x, g AS src, g AS fairpg_examined, nextval(''counted'') FROM loans');
SELECT count(*) AS inner_models FROM fairpg_catalog.model WHERE model = 'inner';

DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP SCHEMA evil CASCADE;
DROP SEQUENCE counted;
DROP TABLE loans, "we""ird %s; --";
