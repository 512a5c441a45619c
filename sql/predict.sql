SET client_min_messages = warning;
-- predict() and decide(): the score is what plain SQL makes of the stored
-- coefficients, and is the same to the bit however the row comes.
SELECT fairpg.init() IS NOT NULL AS ready;

CREATE TYPE job AS ENUM ('clerk', 'driver', 'nurse');
CREATE DOMAIN years AS smallint CHECK (value >= 0);
CREATE TABLE applicant (id integer PRIMARY KEY, gone text, age years,
    income bigint, debt numeric, ratio real, score float8, job job,
    town varchar(20), code char(6), note text, member boolean, since date,
    vec float8[], repaid boolean);
ALTER TABLE applicant DROP COLUMN gone;
-- Numbers that type real holds exactly, so that SQL can recompute the score.
INSERT INTO applicant
SELECT i, 18 + h[1] % 60, 1000 + h[2] % 4000,
       CASE WHEN i % 11 = 0 THEN NULL ELSE (h[3] % 4000) / 4.0 END,
       (h[4] % 256) / 64.0, (h[5] % 1000) - 500,
       (ARRAY['clerk', 'driver', 'nurse'])[1 + h[6] % 3]::job,
       (ARRAY['Rome', 'Oslo', 'Bern', 'Oslo-Nord', ''])[1 + h[7] % 5],
       CASE WHEN i % 7 = 0 THEN NULL ELSE (ARRAY['a', 'b', 'ab'])[1 + h[8] % 3] END,
       (ARRAY['quite a long text that is longer than sixteen bytes',
              'quite a long text that is longer than sixteen Bytes'])[1 + h[9] % 2],
       h[10] % 2 = 0, date '2015-01-01' + h[11] % 2000,
       ARRAY[h[12] % 16, (h[13] % 16) / 8.0, CASE WHEN i % 13 = 0 THEN NULL ELSE h[14] % 4 END],
       h[15] % 100 < 20 + (h[1] % 60) / 2 + (h[2] % 4000) / 100 - (h[3] % 4000) / 200
FROM (SELECT i, ARRAY(SELECT hashint8(i * 37 + k * 1000003) & 2147483647
                      FROM generate_series(1, 15) k) AS h
      FROM generate_series(1, 3000) i) s;
ANALYZE applicant;

SELECT version, status FROM fairpg.train('credit', 'applicant', 'repaid', exclude => '{id}',
    split => 'none');

-- A row as terms of the coefficient table.
CREATE VIEW terms AS
SELECT a.id, jsonb_build_object('age', age, 'income', income, 'debt', debt, 'ratio', ratio,
    'score', score, 'job', job, 'town', town, 'code', rtrim(code), 'note', note,
    'member', member, 'since', since - date '2000-01-01',
    'vec[1]', vec[1], 'vec[2]', vec[2], 'vec[3]', vec[3]) AS row
FROM applicant a;
CREATE FUNCTION recompute(model_name text, version_number integer, terms jsonb) RETURNS float8
LANGUAGE sql STABLE AS $$
    SELECT 1 / (1 + exp(-sum(z ORDER BY position))) FROM (
        SELECT min(position) AS position, CASE
            WHEN term = '(intercept)' THEN max(estimate)
            WHEN bool_or(level_kind IS NULL) THEN
                coalesce(max(estimate) FILTER (WHERE level_kind IS NULL) * (terms ->> term)::float8,
                         max(estimate) FILTER (WHERE level_kind = 'null'))
            WHEN terms ->> term IS NULL THEN
                coalesce(max(estimate) FILTER (WHERE level_kind = 'null'),
                         max(estimate) FILTER (WHERE level_kind = 'unseen'))
            ELSE coalesce(max(estimate) FILTER (WHERE level_kind = 'value' AND level = terms ->> term),
                          max(estimate) FILTER (WHERE level_kind = 'unseen'))
            END AS z
        FROM fairpg_catalog.coefficient
        WHERE model = model_name AND version = version_number GROUP BY term) s
$$;
SELECT count(DISTINCT term) AS terms, count(*) FILTER (WHERE estimate = 0 AND level_kind IS NULL) AS zeros
FROM fairpg_catalog.coefficient WHERE model = 'credit';

SELECT count(*), count(DISTINCT p) > 2000 AS vary, min(p) > 0 AND max(p) < 1 AS probable,
       max(abs(p - recompute('credit', 1, row))) < 1e-12 AS as_computed
FROM (SELECT t.row, fairpg.predict('credit', a) AS p FROM applicant a JOIN terms t USING (id)) s;
SELECT bool_and(fairpg.decide('credit', a) = (fairpg.predict('credit', a) >= v.threshold)) AS by_threshold,
       count(*) FILTER (WHERE fairpg.decide('credit', a)) BETWEEN 1 AND 2999 AS both
FROM applicant a, fairpg_catalog.model_version v WHERE v.model = 'credit';

-- values that training did not see, and rows of NULLs
SELECT abs(fairpg.predict('credit', x) - recompute('credit', 1, to_jsonb(x)
           - 'vec' - 'since' || '{"since": 6000, "vec[1]": null, "vec[2]": null, "vec[3]": null}')) < 1e-12 AS as_computed
FROM (SELECT 30 AS age, 2000 AS income, 0.5 AS debt, 1.5::real AS ratio, 0::float8 AS score,
             'nurse'::text AS job, 'Paris' AS town, NULL::text AS code, '?' AS note,
             NULL::boolean AS member, date '2000-01-01' + 6000 AS since, NULL::float8[] AS vec) x;
SELECT fairpg.predict('credit', NULL::applicant) IS NULL AS null_row,
       fairpg.predict('credit', x) BETWEEN 0 AND 1 AS row_of_nulls
FROM (SELECT (NULL::applicant).*) x;

-- The planner reads the columns that the model needs.
EXPLAIN (VERBOSE, COSTS OFF) SELECT id, fairpg.predict('credit', a) FROM applicant a;
CREATE VIEW young AS SELECT * FROM applicant WHERE age < 40;
EXPLAIN (VERBOSE, COSTS OFF) SELECT id FROM young y WHERE fairpg.decide('credit', y, 1);
SELECT version FROM fairpg.train('small', 'applicant', 'repaid', features => '{age,income}',
    split => 'none');
EXPLAIN (VERBOSE, COSTS OFF)
SELECT fairpg.predict('small', r) FROM (SELECT a.score AS age, a.income * 2 AS income FROM applicant a OFFSET 0) r;
EXPLAIN (VERBOSE, COSTS OFF)
SELECT fairpg.predict('small', r) FROM (SELECT a.score AS age, a.income * 2 AS income FROM applicant a) r;
EXPLAIN (VERBOSE, COSTS OFF)
WITH r AS MATERIALIZED (SELECT age, income FROM applicant) SELECT fairpg.predict('small', r) FROM r;
EXPLAIN (VERBOSE, COSTS OFF)
SELECT fairpg.predict('small', v) FROM (VALUES (20, 3000.0), (30, 4000.0)) v (age, income);
-- a row that an outer join may make NULL stays whole
EXPLAIN (VERBOSE, COSTS OFF)
SELECT fairpg.predict('small', a), fairpg.predict('small', b)
FROM applicant a LEFT JOIN applicant b ON b.id = a.id + 2990;
-- and so does one whose columns cannot be named, or with a model known later
EXPLAIN (VERBOSE, COSTS OFF) SELECT fairpg.predict(a.note, a) FROM applicant a;

-- One row, many ways: the same bits.
CREATE TABLE wanted AS
SELECT id, fairpg.predict('credit', a) AS p, fairpg.predict('small', a) AS small FROM applicant a;
CREATE FUNCTION row_of(integer) RETURNS applicant LANGUAGE plpgsql STABLE AS
    $$ DECLARE r applicant; BEGIN SELECT * INTO r FROM applicant WHERE id = $1; RETURN r; END $$;
CREATE FUNCTION differing(query text) RETURNS bigint LANGUAGE plpgsql AS $$
    DECLARE n bigint; BEGIN
        EXECUTE format('SELECT count(*) FROM wanted w FULL JOIN (%s) q USING (id)
                        WHERE float8send(w.p) IS DISTINCT FROM float8send(q.p)', query) INTO n;
        RETURN n;
    END $$;
SELECT differing('SELECT id, fairpg.predict(''credit'', a) p FROM applicant a') AS again,
       differing('SELECT id, fairpg.predict(''credit'', row_of(id)) p FROM applicant a') AS by_function,
       differing('SELECT id, fairpg.predict(''credit'', (SELECT x FROM applicant x WHERE x.id = a.id)) p FROM applicant a') AS by_subselect,
       differing('SELECT id, fairpg.predict(''credit'', ROW(a.*)::applicant) p FROM applicant a') AS by_row,
       differing('SELECT id, fairpg.predict(''credit'', (a)) p FROM young a UNION ALL
                  SELECT id, fairpg.predict(''credit'', a) FROM applicant a WHERE age >= 40') AS by_view,
       differing('SELECT id, fairpg.predict(''credit'', s) p FROM (SELECT vec, since, member, note, code, town, job,
                  score, ratio, debt, income, age, id FROM applicant) s') AS other_order,
       differing('SELECT id, fairpg.predict(''credit'', a) p FROM applicant a (n, m, o)
                  CROSS JOIN LATERAL (SELECT n AS id) l') AS aliases,
       differing('SELECT a.id, fairpg.predict(''credit'', j) p FROM applicant a JOIN (SELECT * FROM applicant) j USING (id)') AS joined,
       differing('SELECT b.id, fairpg.predict(''credit'', b) p FROM applicant a LEFT JOIN applicant b USING (id)') AS outer_joined,
       differing('SELECT id, fairpg.predict_with((SELECT artifact FROM fairpg_catalog.model_version
                  WHERE model = ''credit''), a) p FROM applicant a') AS by_value,
       differing('SELECT id, max(fairpg.predict(''credit'', a)) p FROM applicant a GROUP BY id') AS grouped,
       differing('SELECT id, avg(p) p FROM (SELECT id, fairpg.predict(''credit'', a) p FROM applicant a GROUP BY id, a) s GROUP BY 1') AS grouped_by_row,
       differing('SELECT id, min(fairpg.predict(''credit'', a)) OVER (PARTITION BY id) p FROM applicant a') AS windowed,
       differing('SELECT id, (SELECT fairpg.predict(''credit'', a)) p FROM applicant a') AS outer_row,
       differing('SELECT id, fairpg.predict((ARRAY[''credit'', ''credit''])[1 + id % 2], a) p FROM applicant a') AS model_by_row;
SELECT count(*) FILTER (WHERE b.id IS NULL AND p IS NULL) AS null_rows, count(*) FILTER (WHERE p IS NOT NULL) AS rows
FROM (SELECT b, fairpg.predict('credit', b) AS p FROM applicant a LEFT JOIN applicant b ON b.id = a.id + 2990) s, LATERAL (SELECT (s.b).id) b;
SELECT count(*) AS groups, count(*) FILTER (WHERE (p IS NULL) <> (id IS NULL)) AS wrong
FROM (SELECT id, fairpg.predict('small', a) AS p FROM applicant a WHERE id <= 10 GROUP BY GROUPING SETS ((id, a), ())) s;
-- two models in one expression, and models that change from row to row
SELECT bool_and(w.small = fairpg.predict(CASE WHEN a.id % 2 = 0 THEN 'small' ELSE 'credit' END, a)
                OR (a.id % 2 = 1 AND w.p = fairpg.predict(CASE WHEN a.id % 2 = 0 THEN 'small' ELSE 'credit' END, a))) AS each_its_own
FROM applicant a JOIN wanted w USING (id);

-- partitions whose columns stand in another order
CREATE TABLE parted (LIKE applicant) PARTITION BY LIST (member);
CREATE TABLE parted_yes PARTITION OF parted FOR VALUES IN (true);
CREATE TABLE parted_no (repaid boolean, vec float8[], since date, member boolean, note text,
    code char(6), town varchar(20), job job, score float8, ratio real, debt numeric,
    income bigint, age years, id integer NOT NULL);
ALTER TABLE parted ATTACH PARTITION parted_no FOR VALUES IN (false);
INSERT INTO parted SELECT * FROM applicant;
SELECT differing('SELECT id, fairpg.predict(''credit'', a) p FROM parted a') AS partitioned,
       differing('SELECT id, fairpg.predict(''credit'', a) p FROM parted_no a
                  UNION ALL SELECT id, fairpg.predict(''credit'', a) FROM parted_yes a') AS single_parts;

-- parallel plans
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (VERBOSE, COSTS OFF) SELECT sum(fairpg.predict('small', a)) FROM applicant a;
SELECT differing('SELECT id, fairpg.predict(''credit'', a) p FROM applicant a WHERE fairpg.predict(''credit'', a) > -1') AS parallel,
       differing('SELECT id, fairpg.predict(''credit'', ROW(a.*)::applicant) p FROM applicant a') AS parallel_rows;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- more columns than a function can have arguments, and other ways to have many
SELECT string_agg(format('c%s float8', n), ', ' ORDER BY n) AS many,
       string_agg(format('(i * %s %% 101)::float8', 7 + n), ', ' ORDER BY n) AS formulas
FROM generate_series(1, 120) n \gset
CREATE TABLE wide (id integer, :many, y boolean);
INSERT INTO wide SELECT i, :formulas, i % 3 = 0 FROM generate_series(1, 400) i;
SELECT version FROM fairpg.train('wide', 'wide', 'y', exclude => '{id}', split => 'none');
SELECT count(DISTINCT term) > 100 AS many, max(abs(p - recompute('wide', 1, row))) < 1e-9 AS as_computed
FROM (SELECT to_jsonb(w) AS row, fairpg.predict('wide', w) AS p FROM wide w LIMIT 50) s, fairpg_catalog.coefficient
WHERE model = 'wide';

-- A new version: prepared statements, cursors and functions take it up where
-- their next statement begins, and not before.
CREATE FUNCTION train_small(features text[]) RETURNS integer LANGUAGE sql AS
    $$ SELECT version FROM fairpg.train('small', 'applicant', 'repaid', features => features, split => 'none') $$;
CREATE FUNCTION by_version(integer) RETURNS float8 LANGUAGE sql AS
    $$ SELECT sum(fairpg.predict('small', a, $1)) FROM applicant a $$;
SELECT by_version(1) AS v1 \gset
PREPARE custom AS SELECT sum(fairpg.predict('small', a)) AS s FROM applicant a;
PREPARE generic AS SELECT sum(fairpg.predict('small', a)) AS s FROM applicant a WHERE id > $1;
PREPARE by_name (text, integer) AS SELECT sum(fairpg.predict($1, a, $2)) AS s FROM applicant a;
SET plan_cache_mode = force_generic_plan;
EXECUTE custom \gset c1_
EXECUTE generic (0) \gset g1_
EXECUTE by_name ('small', NULL) \gset n1_
BEGIN;
DECLARE reader CURSOR FOR SELECT fairpg.predict('small', a) AS p FROM applicant a ORDER BY id;
FETCH 1 FROM reader \gset first_
SELECT train_small('{age,income,debt,town}') AS version;
FETCH 1 FROM reader \gset second_
EXECUTE custom \gset c2_
EXECUTE generic (0) \gset g2_
EXECUTE by_name ('small', NULL) \gset n2_
EXECUTE by_name ('small', 1) \gset o2_
SELECT by_version(2) AS v2 \gset
SELECT :v1 <> :v2 AS differ, :c1_s = :v1 AND :g1_s = :v1 AND :n1_s = :v1 AS before,
       :c2_s = :v2 AND :g2_s = :v2 AND :n2_s = :v2 AS after, :o2_s = :v1 AS old_by_number,
       :second_p = (SELECT small FROM wanted WHERE id = 2) AS cursor_keeps;
EXPLAIN (VERBOSE, COSTS OFF) EXECUTE custom;
ROLLBACK;
EXECUTE custom \gset c3_
EXECUTE generic (0) \gset g3_
EXECUTE by_name ('small', NULL) \gset n3_
SELECT :c3_s = :v1 AND :g3_s = :v1 AND :n3_s = :v1 AS after_rollback;
EXPLAIN (VERBOSE, COSTS OFF) EXECUTE custom;
RESET plan_cache_mode;

-- a version that is rolled back to a savepoint is gone, although it was used;
-- the one that takes its number is another
BEGIN;
SAVEPOINT s;
SELECT train_small('{score}') AS version;
SELECT sum(fairpg.predict('small', a)) AS s FROM applicant a \gset gone_
ROLLBACK TO s;
SELECT sum(fairpg.predict('small', a)) = :v1 AS back FROM applicant a;
SELECT train_small('{debt}') AS version;
SELECT sum(fairpg.predict('small', a)) NOT IN (:v1, :gone_s) AS another FROM applicant a;
COMMIT;
EXECUTE custom \gset c4_
SELECT by_version(2) = :c4_s AS committed;

-- changes by hand count as well
CREATE FUNCTION sums_around() RETURNS SETOF boolean LANGUAGE plpgsql AS $$
    DECLARE a applicant; before float8; after float8; BEGIN
        SELECT * INTO a FROM applicant WHERE id = 5;
        before := fairpg.predict('small', a);
        DELETE FROM fairpg_catalog.model_version WHERE model = 'small' AND version = 2;
        after := fairpg.predict('small', a);
        RETURN NEXT before <> after;
        RETURN NEXT after = (SELECT small FROM wanted WHERE id = 5);
    END $$;
BEGIN;
SELECT * FROM sums_around();
EXECUTE custom \gset c5_
SELECT :c5_s = :v1 AS first_again;
ROLLBACK;
EXECUTE custom \gset c6_
SELECT :c6_s = :c4_s AS second_again;

-- with no room in the cache everything still works
SET fairpg.model_cache_size = 0;
SELECT differing('SELECT id, fairpg.predict(''credit'', a) p FROM applicant a
                  WHERE fairpg.predict(''small'', a, 1) + fairpg.predict(''small'', a, 2) > 0') AS no_cache;
RESET fairpg.model_cache_size;

-- in other places of a statement
SELECT count(*) > 0 AS some FROM applicant a WHERE fairpg.predict('credit', a) > 0.5;
CREATE TEMP TABLE scored (LIKE applicant, p float8);
INSERT INTO scored SELECT a.*, fairpg.predict('credit', a) FROM applicant a WHERE id <= 100;
-- SET sees the old row, RETURNING the new one
WITH u AS (UPDATE scored s SET income = income + 1000, p = fairpg.predict('credit', s)
           RETURNING id, p AS old, fairpg.predict('credit', s) AS new)
SELECT count(*) AS n, count(*) FILTER (WHERE w.p = old) AS old, count(*) FILTER (WHERE new <> old) AS changed
FROM u JOIN wanted w USING (id);
DELETE FROM scored s USING applicant a WHERE a.id = s.id AND fairpg.decide('credit', a);
SELECT count(*) = (SELECT count(*) FROM applicant a WHERE id <= 100 AND NOT fairpg.decide('credit', a)) AS kept FROM scored;

-- what the planner thinks that scores cost makes it share them out
CREATE TABLE crowd AS SELECT a.* FROM applicant a, generate_series(1, 20);
ANALYZE crowd;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) CREATE TABLE decided AS SELECT id, fairpg.decide('credit', c) FROM crowd c;
EXPLAIN (COSTS OFF) CREATE TABLE copied AS SELECT id FROM crowd c;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;
DROP TABLE crowd;

DEALLOCATE ALL;
DROP FUNCTION train_small, by_version, sums_around, differing, row_of, recompute;
DROP TABLE scored, wide, wanted, parted;
DROP VIEW terms, young;
DROP TABLE applicant;
DROP DOMAIN years;
DROP TYPE job;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
