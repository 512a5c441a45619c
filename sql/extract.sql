SET client_min_messages = warning;
-- What training reads: the same rows give the same model however they are
-- named and ordered, and counts agree with plain SQL.  Facts are printed as
-- true; "rows" and the like are recomputed beside them.
SELECT fairpg.init() IS NOT NULL AS ready;

CREATE SCHEMA "Odd Place";
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN amount AS numeric(10,2) CHECK (value >= 0);
CREATE TABLE "Odd Place"."The Loans" (gone integer, id integer, part text, sex text, race text, y boolean, answer text, w integer,
    x float8, small int2, wide bigint, exact amount, seen timestamptz, since date, feeling mood, code character(8),
    tag name, flag boolean, emb float4[], name text, doc jsonb);
INSERT INTO "Odd Place"."The Loans"
SELECT 1, i, CASE WHEN i % 5 = 0 THEN 'test' ELSE 'train' END,
       CASE WHEN i % 41 = 0 THEN NULL WHEN h % 3 = 0 THEN 'f' ELSE 'm' END, (ARRAY['a','b','c'])[1 + h / 7 % 3],
       CASE WHEN i % 97 = 0 THEN NULL ELSE h % 2 = 0 END, CASE WHEN h % 2 = 0 THEN 'ja' ELSE 'nein' END, h / 11 % 4,
       CASE WHEN i % 10 = 0 THEN NULL ELSE h / 13 % 1000 + (h % 2) * 40 END, h / 17 % 100, 5000000000 + h / 19 % 1000, h / 23 % 500 / 4.0,
       timestamptz '2024-01-01 00:00:00+00' + h / 29 % 86400 * interval '1 second', date '2020-01-01' + h / 31 % 365,
       (ARRAY['sad', 'ok', 'happy'])[1 + h / 37 % 3]::mood, 'c' || h / 41 % 9, ('n' || h / 43 % 5)::name, h / 47 % 2 = 0,
       ARRAY[h / 53 % 10, h / 59 % 10], 'customer ' || i, '{}'
FROM (SELECT i, hashint8(i * 7919) & 2147483647 AS h FROM generate_series(1, 4000) i) s;
ALTER TABLE "Odd Place"."The Loans" DROP COLUMN gone;
CREATE VIEW loans AS SELECT * FROM "Odd Place"."The Loans";
CREATE MATERIALIZED VIEW stored_loans AS SELECT * FROM loans ORDER BY hashint4(id);
CREATE TABLE shuffled AS SELECT * FROM loans ORDER BY hashint4(id);
CREATE TABLE split_loans (LIKE shuffled) PARTITION BY HASH (id);
CREATE TABLE split_loans_0 PARTITION OF split_loans FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE split_loans_1 PARTITION OF split_loans FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO split_loans SELECT * FROM loans;
CREATE TEMP TABLE own_loans AS SELECT * FROM loans;

-- one model, whatever the source is called
CREATE TABLE spelling (number serial, source text);
INSERT INTO spelling (source) VALUES ('"Odd Place"."The Loans"'), ('loans'), ('public.loans'), ('stored_loans'), ('shuffled'),
    ('split_loans'), ('own_loans'), ('pg_temp.own_loans'), ('SELECT * FROM loans'), ('select*from loans'), ('SELECT * FROM loans ;  '),
    ('  -- all of them' || chr(10) || 'SELECT * FROM loans -- really'), ('/* all */ TABLE loans'), ('(SELECT * FROM loans)'),
    ('WITH l AS (SELECT * FROM loans) SELECT * FROM l'), ('SELECT * FROM split_loans_0 UNION ALL SELECT * FROM split_loans_1'),
    ('SELECT ' || (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attname) FROM pg_attribute WHERE attrelid = 'loans'::regclass) || ' FROM loans');
SELECT count(*) AS trained FROM spelling, LATERAL fairpg.train('spelling', source, 'y', protected => '{sex,race,sex*race}',
    features => '{x,small,wide,exact,seen,since,feeling,code,tag,flag,emb}', options => '{"key": "id"}') t;
SELECT count(DISTINCT artifact) AS models FROM fairpg_catalog.model_version WHERE model = 'spelling';
SELECT s.source FROM spelling s JOIN fairpg_catalog.model_version m ON m.model = 'spelling' AND m.version = s.number
WHERE artifact <> (SELECT artifact FROM fairpg_catalog.model_version WHERE model = 'spelling' AND version = 1) ORDER BY number;
SELECT count(*) AS rows FROM (VALUES (1)) v, LATERAL fairpg.train('values', 'VALUES (1, true), (2, false), (3, true), (4, false), (5, true)', 'column2', split => 'none') t
WHERE rows_train = 5;
-- names are looked up in the caller's search path
SET search_path = "Odd Place", public;
SELECT rows_train + rows_test + rows_dropped = 4000 AS found FROM fairpg.train('path', '"The Loans"', 'y', features => '{x}');
RESET search_path;

-- every kind of column, and what each becomes
SELECT term, level, level_kind FROM fairpg_catalog.coefficient WHERE model = 'spelling' AND version = 1 AND level_kind IS DISTINCT FROM 'unseen'
    AND term NOT IN ('code', 'tag') ORDER BY position;
-- automatic features: everything usable but what has another part to play
SELECT unnest(warnings) AS warning
FROM fairpg.train('automatic', 'loans', 'y', protected => '{sex*race}', exclude => '{part,answer}', weight => 'w', split => 'none', options => '{"key": "id"}') ORDER BY 1;
SELECT array_agg(DISTINCT term COLLATE "C") AS terms FROM fairpg_catalog.coefficient WHERE model = 'automatic';

-- counts
SELECT rows_train = (SELECT count(*) FROM loans WHERE y IS NOT NULL AND part = 'train') AS train,
       rows_test = (SELECT count(*) FROM loans WHERE y IS NOT NULL AND part = 'test') AS test,
       rows_dropped = (SELECT count(*) FROM loans WHERE y IS NULL) AS dropped
FROM fairpg.train('counts', 'loans', 'y', features => '{x,race}', split => 'column:part=test');
SELECT rows_train = (SELECT count(*) FROM loans WHERE y IS NOT NULL AND w > 0) AS train,
       rows_dropped = (SELECT count(*) FROM loans WHERE y IS NULL OR w = 0) AS dropped
FROM fairpg.train('counts', 'loans', 'y', features => '{x,race}', weight => 'w', split => 'none');
SELECT rows_train = (SELECT count(*) FROM loans WHERE y IS NOT NULL AND x IS NOT NULL) AS train,
       rows_dropped = (SELECT count(*) FROM loans WHERE y IS NULL OR x IS NULL) AS dropped
FROM fairpg.train('counts', 'loans', 'y', features => '{x,race}', split => 'none', options => '{"nulls": "drop"}');
-- labels by value, and a label that means the same in another type
SELECT count(DISTINCT round(loss::numeric, 12)) AS losses FROM (
    SELECT loss FROM fairpg.train('label', 'SELECT * FROM loans WHERE y IS NOT NULL', 'y', features => '{x,race}', split => 'none')
    UNION ALL SELECT loss FROM fairpg.train('label', 'SELECT * FROM loans WHERE y IS NOT NULL', 'answer', positive => 'ja', features => '{x,race}', split => 'none')
    UNION ALL SELECT loss FROM fairpg.train('label', 'SELECT *, y::integer AS i FROM loans WHERE y IS NOT NULL', 'i', features => '{x,race}', split => 'none')
    UNION ALL SELECT loss FROM fairpg.train('label', 'SELECT *, 7 - 4 * y::integer AS i FROM loans WHERE y IS NOT NULL', 'i', positive => '3', features => '{x,race}', split => 'none')) l;

-- a weight of n is n rows
SELECT version FROM fairpg.train('weighted', 'loans', 'y', features => '{x,race}', weight => 'w', split => 'none');
SELECT version FROM fairpg.train('repeated', 'SELECT l.* FROM loans l, generate_series(1, w)', 'y', features => '{x,race}', split => 'none');
SELECT max(abs(a.estimate - b.estimate)) < 1e-6 AS same, count(*) > 5 AS some
FROM fairpg_catalog.coefficient a JOIN fairpg_catalog.coefficient b USING (position) WHERE a.model = 'weighted' AND b.model = 'repeated';

-- splits: a share near what was asked; the same rows whatever their order,
-- with a key and without; equal rows each by itself; other rows for another seed
SELECT abs(rows_test / (rows_test + rows_train)::float8 - 0.3) < 0.04 AS share
FROM fairpg.train('share', 'loans', 'y', features => '{x,race}', split => 'hash:0.3');
SELECT count(DISTINCT rows_test) AS counts, count(DISTINCT round(loss::numeric, 9)) AS losses FROM (
    SELECT rows_test, loss FROM fairpg.train('order', 'loans', 'y', features => '{x,small,race}')
    UNION ALL SELECT rows_test, loss FROM fairpg.train('order', 'shuffled', 'y', features => '{x,small,race}')
    UNION ALL SELECT rows_test, loss FROM fairpg.train('order', 'SELECT race, y, small, x FROM shuffled ORDER BY small', 'y', features => '{x,small,race}')) o;
SELECT count(DISTINCT round(loss::numeric, 9)) AS losses FROM generate_series(0, 3) seed,
    LATERAL fairpg.train('seeds', 'loans', 'y', features => '{x,small,race}', seed => seed, options => '{"key": "id"}') t;
SELECT abs(twice.rows_test - 2 * once.rows_test) < 200 AS near_twice, twice.rows_test <> 2 * once.rows_test AS each_by_itself
FROM fairpg.train('once', 'loans', 'y', features => '{x,small,race}') once,
     fairpg.train('twice', 'TABLE loans UNION ALL TABLE loans', 'y', features => '{x,small,race}') twice;

-- NULLs: a flag, or none
SELECT version FROM fairpg.train('flagged', 'loans', 'y', features => '{x,small}', split => 'none');
SELECT version FROM fairpg.train('imputed', 'loans', 'y', features => '{x,small}', split => 'none', options => '{"nulls": "impute"}');
SELECT model, abs(n.estimate - v.estimate * (SELECT avg(x) FROM loans WHERE y IS NOT NULL)) < 1e-4 AS mean_stands_in
FROM fairpg_catalog.coefficient n JOIN fairpg_catalog.coefficient v USING (model, version, term)
WHERE model IN ('flagged', 'imputed') AND term = 'x' AND n.level_kind = 'null' AND v.level_kind IS NULL ORDER BY model;

-- an array keeps its length though some of its elements tell nothing
CREATE VIEW embedded AS SELECT id, y, ARRAY[7, x, NULL, 2 * id % 5, 3]::float8[] AS e FROM loans;
SELECT unnest(warnings) AS warning FROM fairpg.train('embedded', 'embedded', 'y', features => '{e}', split => 'none') ORDER BY 1;
SELECT count(fairpg.predict('embedded', r)) = count(*) AS all_predicted FROM embedded r;
SELECT fairpg.train('embedded', 'SELECT y, ''{1,2}''::float4[] AS e FROM loans', 'y', features => '{e}');
DROP VIEW embedded;

-- a table of categories only, where each of 1000 contents occurs 20 times:
-- held-out figures are of rows like all others, whatever the seed
CREATE TABLE categorical AS SELECT i % 10 AS a, i / 10 % 10 AS b, i / 100 % 10 AS c, CASE WHEN i % 2 = 0 THEN 'f' ELSE 'm' END AS s,
    hashint4(i) & 1023 < 300 + 40 * (i % 10) + 30 * (i % 2) AS y FROM generate_series(0, 19999) i;
CREATE TABLE categorical_fit AS SELECT t.* FROM generate_series(1, 20) seed,
    LATERAL fairpg.train('categorical', 'categorical', 'y', protected => '{s}', fairness => 'equal_opportunity', max_gap => 0.2, seed => seed) t;
SELECT count(*) FILTER (WHERE gap_low <= true_gap AND true_gap <= gap_high) >= 17 AS intervals_hold,
       max(abs(accuracy - true_accuracy)) < 0.035 AS accuracies_near, max(abs(rows_test - 4000)) < 300 AS a_fifth
FROM categorical_fit t, LATERAL (
    SELECT avg((d = y)::integer::float8) AS true_accuracy,
           abs(avg(d::integer::float8) FILTER (WHERE y AND s = 'f') - avg(d::integer::float8) FILTER (WHERE y AND s = 'm')) AS true_gap
    FROM (SELECT y, s, fairpg.decide('categorical', r, version => t.version) AS d FROM categorical r) o) whole;

-- columns that say too little or too much are left out, or told of
SELECT unnest(warnings) AS warning FROM fairpg.train('told', 'SELECT y, x, id::text || ''abcdefgh'' AS identifier, ''same'' AS same, 5 AS five,
    NULL::numeric AS nothing, y AS copy, y::integer * 3.5 AS number_copy, ''level '' || id % 600 AS many, doc FROM loans', 'y', split => 'none') ORDER BY 1;
SELECT count(*) AS levels, count(*) FILTER (WHERE level_kind = 'other') AS other FROM fairpg_catalog.coefficient
WHERE model = 'told' AND term = 'many' AND level_kind IN ('value', 'null', 'other');

-- row security: the caller's rows, and it is written down
CREATE ROLE regress_fairpg_reader;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO regress_fairpg_reader', current_database()); END $$;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
GRANT SELECT ON shuffled TO regress_fairpg_reader;
ALTER TABLE shuffled ENABLE ROW LEVEL SECURITY;
CREATE POLICY women ON shuffled TO regress_fairpg_reader USING (sex = 'f');
SET ROLE regress_fairpg_reader;
SELECT fairpg.init() IS NOT NULL AS ready;
SELECT rows_train AS rows_seen, warnings FROM fairpg.train('seen', 'shuffled', 'y', features => '{x,race}', split => 'none') \gset
SELECT rows_train AS rows_of_query FROM fairpg.train('seen', 'SELECT * FROM shuffled', 'y', features => '{x,race}', split => 'none') \gset
SELECT version, row_security FROM fairpg_catalog.model_version WHERE model = 'seen' ORDER BY version;
SELECT version FROM fairpg.train('seen', 'loans', 'y', features => '{x,race}');
RESET ROLE;
SELECT count(*) = :rows_seen AS relation, count(*) = :rows_of_query AS query FROM shuffled WHERE sex = 'f' AND y IS NOT NULL;

DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP VIEW loans CASCADE;
DROP TABLE spelling, shuffled, split_loans, own_loans;
DROP SCHEMA "Odd Place" CASCADE;
DROP TYPE mood;
DROP DOMAIN amount;
DROP OWNED BY regress_fairpg_reader;
DROP ROLE regress_fairpg_reader;
