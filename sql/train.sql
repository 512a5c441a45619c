SET client_min_messages = warning;
-- Training end to end on a small table: what is stored agrees with what plain
-- SQL finds when it recomputes it.
SELECT fairpg.init() IS NOT NULL AS ready;

CREATE TABLE people (id integer PRIMARY KEY, sex text, region text,
    income float8, debt numeric, since date, has_car boolean, paid boolean);
-- Numbers that look random and are the same on every machine.
INSERT INTO people
SELECT i,
       CASE WHEN h1 < 0.55 THEN 'm' ELSE 'f' END,
       CASE WHEN h2 < 0.3 THEN 'north' WHEN h2 < 0.7 THEN 'south' ELSE 'east' END,
       CASE WHEN i % 50 = 0 THEN NULL
            ELSE 2000 + 3000 * h3 + CASE WHEN h1 < 0.55 THEN 900 ELSE 0 END END,
       round((1000 * h4)::numeric, 2),
       date '2015-01-01' + (3000 * h5)::integer,
       h6 < 0.5,
       0.0012 * (2000 + 3000 * h3 + CASE WHEN h1 < 0.55 THEN 900 ELSE 0 END)
           - 0.004 * 1000 * h4 + 3 * h7 > 3.5
FROM (SELECT i, h[1] h1, h[2] h2, h[3] h3, h[4] h4, h[5] h5, h[6] h6, h[7] h7
      FROM (SELECT i, ARRAY(SELECT (hashint8(i * 31 + k * 1000003)::bigint + 2147483648) / 4294967296.0
                            FROM generate_series(1, 7) k) AS h
            FROM generate_series(1, 4000) i) s) t;

-- a plain model and a fair one
SELECT model, version, status, rows_train, rows_test, rows_dropped, gap IS NULL AS no_gap, warnings
FROM fairpg.train('plain', 'people', 'paid', protected => '{sex}', options => '{"key": "id"}');
SELECT model, version, status, rows_train + rows_test AS n, gap <= 0.05 AS near, verdict IS NOT NULL AS judged, warnings
FROM fairpg.train('fair', 'people', 'paid', protected => '{sex}', fairness => 'demographic_parity',
                  max_gap => 0.02, options => '{"key": "id"}');
SELECT version FROM fairpg.train('fair', 'people', 'paid', protected => '{sex}', fairness => 'equalized_odds',
                  max_gap => 0.03, options => '{"key": "id"}', split => 'none');

-- the same call gives the same bytes, whatever the order of the heap
CREATE TABLE shuffled AS SELECT * FROM people ORDER BY hashint4(id);
SELECT version FROM fairpg.train('same', 'people', 'paid', protected => '{sex}', fairness => 'demographic_parity',
                  max_gap => 0.02, options => '{"key": "id"}');
SELECT version FROM fairpg.train('same', 'shuffled', 'paid', protected => '{sex}', fairness => 'demographic_parity',
                  max_gap => 0.02, options => '{"key": "id"}');
SELECT count(DISTINCT artifact) AS distinct_artifacts FROM fairpg_catalog.model_version WHERE model = 'same';

-- scores recomputed from the coefficients as rows
CREATE VIEW recomputed AS
SELECT p.id, p.sex, p.paid, m.model, m.version,
       1 / (1 + exp(-(SELECT sum(CASE
           WHEN c.term = '(intercept)' THEN c.estimate
           WHEN c.level_kind IN ('null', 'unseen') THEN 0
           WHEN c.term = 'debt' THEN c.estimate * p.debt::float4
           WHEN c.term = 'since' THEN c.estimate * (p.since - date '2000-01-01')
           WHEN c.term = 'has_car' THEN CASE WHEN c.level = p.has_car::text THEN c.estimate ELSE 0 END
           WHEN c.term = 'region' THEN CASE WHEN c.level = p.region THEN c.estimate ELSE 0 END
           WHEN c.term = 'income' THEN c.estimate * p.income::float4
           END) FROM fairpg_catalog.coefficient c WHERE c.model = m.model AND c.version = m.version))) AS score
FROM people p, fairpg_catalog.model_version m;
-- rows with every value known: predict() and plain SQL agree
SELECT model, version, count(*) > 3000 AS enough,
       max(abs(r.score - fairpg.predict(r.model, p, r.version))) < 1e-6 AS agree
FROM recomputed r JOIN people p USING (id)
WHERE p.income IS NOT NULL AND model IN ('plain', 'fair')
GROUP BY 1, 2 ORDER BY 1, 2;

-- what was stored as the gap is what plain SQL finds
SELECT v.model, v.version, abs(v.gap - s.gap) < 1e-12 AS gap_agrees, abs(v.accuracy - s.accuracy) < 1e-12 AS accuracy_agrees
FROM fairpg_catalog.model_version v,
LATERAL (SELECT greatest(max(tpr) - min(tpr), max(fpr) - min(fpr)) AS gap,
                sum(n_right)::float8 / sum(n) AS accuracy
         FROM (SELECT sex, avg(d::int) FILTER (WHERE paid) AS tpr, avg(d::int) FILTER (WHERE NOT paid) AS fpr,
                      count(*) FILTER (WHERE d = paid) AS n_right, count(*) AS n
               FROM (SELECT p.sex, p.paid, fairpg.decide('fair', p, 2) AS d FROM people p) x GROUP BY sex) y) s
WHERE v.model = 'fair' AND v.version = 2;

-- on the training rows the bound holds for the method that promises it
SELECT e.model, e.version, g.criterion, g.value <= v.max_gap AS kept
FROM fairpg_catalog.evaluation e
JOIN fairpg_catalog.evaluation_gap g USING (evaluation)
JOIN fairpg_catalog.model_version v ON v.model = e.model AND v.version = e.version
WHERE e.part = 'train' AND g.criterion = v.fairness
ORDER BY 1, 2;

-- penalties: the stronger, the smaller the gap
SELECT penalty, gap < lag(gap) OVER (ORDER BY penalty) AS smaller
FROM (SELECT penalty, (fairpg.train('soft', 'people', 'paid', protected => '{sex}', fairness => 'demographic_parity',
             method => 'penalty', penalty => penalty, split => 'none', options => '{"key": "id"}')).gap
      FROM unnest('{0,2,50}'::float8[]) penalty) s ORDER BY 1;

-- weights count as copies
CREATE VIEW weighted AS SELECT *, 1 + id % 3 AS w FROM people;
CREATE VIEW copied AS SELECT p.* FROM people p, generate_series(1, 1 + p.id % 3);
SELECT rows_train FROM fairpg.train('w', 'weighted', 'paid', weight => 'w', features => '{income,debt,region}', split => 'none');
SELECT rows_train FROM fairpg.train('c', 'copied', 'paid', features => '{income,debt,region}', split => 'none');
SELECT count(*) > 5 AS enough, max(abs(a.estimate - b.estimate)) < 1e-7 AS same
FROM fairpg_catalog.coefficient a JOIN fairpg_catalog.coefficient b USING (position)
WHERE a.model = 'w' AND b.model = 'c';

-- where the curvature comes from is no matter to what is found
SELECT solver, status, gap <= 0.02 AS within
FROM unnest('{newton,lbfgs}'::text[]) solver, LATERAL fairpg.train('by ' || solver, 'people', 'paid', protected => '{sex}',
    fairness => 'demographic_parity', max_gap => 0.02, split => 'none', options => jsonb_build_object('key', 'id', 'solver', solver));
SELECT abs(a.loss - b.loss) < 0.001 AS equally_good
FROM fairpg_catalog.model_version a, fairpg_catalog.model_version b WHERE a.model = 'by newton' AND b.model = 'by lbfgs';
SELECT solver, status FROM unnest('{newton,lbfgs}'::text[]) solver, LATERAL fairpg.train('plain by ' || solver, 'people', 'paid',
    split => 'none', options => jsonb_build_object('key', 'id', 'solver', solver));
SELECT count(*) > 5 AS enough, max(abs(a.estimate - b.estimate) / greatest(abs(a.estimate), 0.01)) < 1e-3 AS same
FROM fairpg_catalog.coefficient a JOIN fairpg_catalog.coefficient b USING (position)
WHERE a.model = 'plain by newton' AND b.model = 'plain by lbfgs';
-- an embedding is too wide for a Hessian, in time and in memory
CREATE TABLE wide AS
SELECT p.id, p.sex, p.paid, e.embedding FROM people p, LATERAL (SELECT array_agg(
    ((hashint8(p.id * 37 + k * 1000003)::bigint + 2147483648) / 4294967296.0 + CASE WHEN k < 20 AND p.paid THEN 0.05 ELSE 0 END)::float4 ORDER BY k) AS embedding
    FROM generate_series(1, 400) k) e WHERE p.id <= 2000;
SET fairpg.train_mem = '12MB';
SELECT status, rows_train, gap <= 0.05 AS within, memory_bytes < 12 * 1024 * 1024 AS in_memory
FROM fairpg.train('wide', 'wide', 'paid', protected => '{sex}', features => '{embedding}', fairness => 'demographic_parity', max_gap => 0.05,
    split => 'none', options => '{"key": "id"}');
RESET fairpg.train_mem;
-- and so is one of a few dozen numbers not, whose Hessian is a product of matrices
CREATE VIEW narrow AS SELECT id, sex, paid, embedding[1:60] AS embedding FROM wide;
SELECT solver, status FROM unnest('{newton,lbfgs}'::text[]) solver, LATERAL fairpg.train('narrow by ' || solver, 'narrow', 'paid',
    features => '{embedding}', split => 'none', options => jsonb_build_object('key', 'id', 'solver', solver));
SELECT count(*) AS rows, max(abs(a.estimate - b.estimate)) < 1e-4 AS same
FROM fairpg_catalog.coefficient a JOIN fairpg_catalog.coefficient b USING (position)
WHERE a.model = 'narrow by newton' AND b.model = 'narrow by lbfgs' AND a.level_kind IS NULL;
SELECT count(*) < 12 AS few_iterations FROM fairpg_report.training_log WHERE model = 'narrow by newton';
SELECT fairpg.train('unsolved', 'people', 'paid', options => '{"solver": "magic"}');

-- large tables are searched on a sample of blocks first, also when they are sorted by group
CREATE TABLE sorted AS
SELECT i AS id, CASE WHEN i <= 4000 THEN 'few' ELSE 'many' END AS grp,
       hashint8(i * 37)::float8 / 2147483648 AS x, hashint8(i * 41) % 5 AS k,
       hashint8(i * 37)::float8 / 2147483648 + hashint8(i * 43)::float8 / 2147483648 + CASE WHEN i <= 4000 THEN -0.5 ELSE 0.1 END > 0 AS y
FROM generate_series(1, 130000) i;
SELECT method, status, gap <= 0.05 AS within
FROM (VALUES ('constraint', 0.05, NULL), ('penalty', NULL, 50.0)) m(name, bound, strength),
    LATERAL fairpg.train('sorted', 'sorted', 'y', protected => '{grp}', features => '{x,k,grp}', fairness => 'demographic_parity',
        method => m.name, max_gap => bound, penalty => strength, split => 'none') ORDER BY method;

DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP TABLE people, shuffled, wide, sorted CASCADE;
