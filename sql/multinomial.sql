SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- Family multinomial: what it predicts is recomputed by plain SQL.
SELECT fairpg.init() IS NOT NULL AS ready;

CREATE TABLE care AS
SELECT i AS id, CASE WHEN h1 < 0.45 THEN 'f' WHEN h1 < 0.95 THEN 'm' END AS sex, CASE WHEN h2 < 0.7 THEN 'w' ELSE 'b' END AS race,
       round(20 + 60 * h3)::int AS age, CASE WHEN h4 > 0.05 THEN (h4 * 10)::float4 END AS need, 'r' || floor(4 * h5) AS region, 1 + i % 3 AS w,
       CASE WHEN h6 < 0.1 + 0.05 * h4 + CASE WHEN h1 < 0.45 THEN 0.1 ELSE 0 END THEN 'high' WHEN h6 < 0.2 + 0.6 * h4 THEN 'middle' WHEN h7 < 0.97 THEN 'low' END AS level
FROM (SELECT i, h[1] h1, h[2] h2, h[3] h3, h[4] h4, h[5] h5, h[6] h6, h[7] h7
      FROM (SELECT i, ARRAY(SELECT (hashint8(i * 31 + k * 1000003)::bigint + 2147483648) / 4294967296.0
                            FROM generate_series(1, 7) k)::float8[] AS h
            FROM generate_series(1, 5000) i) s) t;
CREATE VIEW parted AS SELECT *, CASE WHEN id % 4 = 0 THEN 'test' ELSE 'train' END AS part FROM care;

-- one column alone: the shares of the classes in each of its values
SELECT version, status, method FROM fairpg.train('share', 'care', 'level', features => '{region}', family => 'multinomial', split => 'none', options => '{"l2": 0}');
SELECT region, p.class, abs(p.probability - avg((c.level = p.class)::int)) < 1e-9 AS share
FROM care c, fairpg.predict_probabilities('share', c) p WHERE level IS NOT NULL GROUP BY region, p.class, p.probability ORDER BY region, p.class;

-- without a ridge, residuals of every class add up to zero with every column
SELECT version, status, auc IS NULL AND gap IS NULL AND verdict IS NULL AS no_gap, rows_dropped = (SELECT count(*) FROM care WHERE level IS NULL) AS dropped
FROM fairpg.train('all', 'care', 'level', exclude => '{id,w}', family => 'multinomial', split => 'none', options => '{"l2": 0}');
CREATE TABLE residuals AS SELECT c.*, p.class, p.probability, p.decided, p.probability - (c.level = p.class)::int AS e
    FROM care c, fairpg.predict_probabilities('all', c) p WHERE level IS NOT NULL;
SELECT class, abs(sum(e)) < 1e-6 AS overall, abs(sum(e * age)) < 1e-5 AS age, abs(sum(e * need)) < 1e-5 AS need, abs(sum(e) FILTER (WHERE need IS NULL)) < 1e-6 AS missing,
       abs(sum(e) FILTER (WHERE region = 'r2')) < 1e-6 AS region, abs(sum(e) FILTER (WHERE sex IS NULL)) < 1e-6 AS unknown
FROM residuals GROUP BY class ORDER BY class;

-- probabilities sum to one, and the class decided is that of the greatest
SELECT bool_and(abs(sum - 1) < 1e-12) AS sum, bool_and(decided = 1) AS one, bool_and(best = greatest) AS greatest
FROM (SELECT id, sum(probability), count(*) FILTER (WHERE decided) AS decided, max(probability) FILTER (WHERE decided) AS best, max(probability) AS greatest
      FROM residuals GROUP BY id) s;
SELECT count(*) AS differ FROM care c, fairpg.predict_probabilities('all', c) p WHERE p.decided AND p.class <> fairpg.predict_class('all', c);
-- by row and by columns
SELECT count(*) AS differ FROM care c WHERE fairpg.predict_class('all', c) IS DISTINCT FROM
    (SELECT fairpg.predict_class('all', t) FROM (SELECT c.* OFFSET 0) t);
EXPLAIN (VERBOSE, COSTS OFF) SELECT fairpg.predict_class('share', c) FROM care c;
SELECT fairpg.predict_class('all', NULL::care) IS NULL AS null_row, (SELECT count(*) FROM fairpg.predict_probabilities('all', NULL::care)) AS rows;
SELECT fairpg.predict_class('share', r, 1) IN ('high', 'low', 'middle') AS known FROM (VALUES ('r1'), ('never'), (NULL)) AS r (region);

-- probabilities are those of the coefficients that the store shows
SELECT bool_and(abs(ln(p.probability / q.probability) - (a.z - b.z)) < 1e-9) AS as_stored
FROM care c, fairpg.predict_probabilities('share', c) p, fairpg.predict_probabilities('share', c) q,
     LATERAL (SELECT sum(estimate) AS z FROM fairpg_report.coefficients WHERE model = 'share' AND class = p.class AND (term = '(intercept)' OR level = c.region)) a,
     LATERAL (SELECT sum(estimate) AS z FROM fairpg_report.coefficients WHERE model = 'share' AND class = q.class AND (term = '(intercept)' OR level = c.region)) b
WHERE c.id <= 50;
SELECT class, member, count(*), min(share) AS share, count(std_error) AS errors FROM fairpg_report.coefficients WHERE model = 'share' GROUP BY class, member ORDER BY member;

-- figures of the held-out part, of all and of each class and group
SELECT version, status, method, loss, accuracy, rows_train, rows_test
FROM fairpg.train('care', 'parted', 'level', exclude => '{id,w,race}', protected => '{sex,race,sex*race}', family => 'multinomial', weight => 'w', split => 'column:part=test') \gset
CREATE TABLE held AS SELECT p.*, fairpg.predict_class('care', p) AS got FROM parted p WHERE part = 'test' AND level IS NOT NULL;
SELECT abs(:accuracy - sum(w) FILTER (WHERE level = got)::float8 / sum(w)) < 1e-9 AS accuracy, count(*) = :rows_test AS rows FROM held;
SELECT abs(:loss - sum(-w * ln(p.probability)) / sum(w)) < 1e-9 AS loss FROM held h, fairpg.predict_probabilities('care', h) p WHERE p.class = h.level;
SELECT m.class, m.metric, count(*) AS groups, bool_and(abs(m.value - h.value) < 1e-9) AS as_recomputed
FROM fairpg_report.group_metrics m
JOIN (SELECT a.attribute, a.name, c.class, sum(w * (got = c.class)::int)::float8 / sum(w) AS selection_rate,
             sum(w * (got = c.class)::int) FILTER (WHERE level = c.class)::float8 / sum(w) FILTER (WHERE level = c.class) AS tpr
      FROM held, unnest('{high,low,middle}'::text[]) AS c (class),
           LATERAL (VALUES ('sex', coalesce(sex, '(unknown)')), ('race', race), ('sex*race', coalesce(sex, '(unknown)') || ', ' || race)) AS a (attribute, name)
      GROUP BY a.attribute, a.name, c.class) g ON g.attribute = m.attribute AND g.name = m.group_name AND g.class = m.class
JOIN LATERAL (VALUES ('selection_rate', selection_rate), ('tpr', tpr)) AS h (metric, value) ON h.metric = m.metric
WHERE m.model = 'care' AND m.part = 'held_out' GROUP BY m.class, m.metric ORDER BY m.class, m.metric;
SELECT d.attribute, d.class, abs(d.value - (max(r.rate) - min(r.rate))) < 1e-9 AS gap, d.low <= d.value AND d.value <= d.high AS within, max(r.rate) = max(r.rate) FILTER (WHERE r.name = d.highest_group) AS highest
FROM fairpg_report.disparities d,
     LATERAL (SELECT a.name, sum(w * (got = d.class)::int)::float8 / sum(w) AS rate
              FROM held, LATERAL (VALUES ('sex', coalesce(sex, '(unknown)')), ('race', race)) AS a (attribute, name) WHERE a.attribute = d.attribute GROUP BY a.name) r
WHERE d.model = 'care' AND d.part = 'held_out' AND d.criterion = 'demographic_parity' AND d.attribute <> 'sex*race'
GROUP BY d.attribute, d.class, d.value, d.low, d.high, d.highest_group ORDER BY d.attribute, d.class;
SELECT m.group_name, m.metric, abs(m.value - CASE m.metric WHEN 'accuracy' THEN r.accuracy ELSE r.loss END) < 1e-9 AS as_recomputed
FROM fairpg_report.group_metrics m,
     LATERAL (SELECT sum(w * (level = got)::int)::float8 / sum(w) AS accuracy, sum(-w * ln(p.probability)) / sum(w) AS loss
              FROM held h, fairpg.predict_probabilities('care', h) p WHERE p.class = h.level AND h.race = m.group_name) r
WHERE m.model = 'care' AND m.part = 'held_out' AND m.attribute = 'race' AND m.class IS NULL ORDER BY 1, 2;

-- weights are numbers of rows
SELECT (SELECT loss FROM fairpg.train('copies', 'SELECT care.* FROM care, generate_series(1, w)', 'level', exclude => '{id,w}', family => 'multinomial', split => 'none')) AS copies,
       (SELECT loss FROM fairpg.train('copies', 'care', 'level', exclude => '{id}', weight => 'w', family => 'multinomial', split => 'none')) AS weights \gset
SELECT abs(:copies / :weights - 1) < 1e-9 AS alike;

-- the same rows in another order, read by workers, give the same bytes
CREATE TABLE turned AS SELECT * FROM care ORDER BY hashint8(id + 17);
SELECT count(*) FROM fairpg.train('bytes', 'care', 'level', exclude => '{id,w}', family => 'multinomial', options => '{"key": "id"}');
SELECT count(*) FROM fairpg.train('bytes', 'turned', 'level', exclude => '{id,w}', family => 'multinomial', options => '{"key": "id"}');
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET fairpg.workers = 2;
SELECT count(*) FROM fairpg.train('bytes', 'turned', 'level', exclude => '{id,w}', family => 'multinomial', options => '{"key": "id"}');
RESET ALL;
SET client_min_messages = warning;
-- and by nothing but content
SELECT count(*) FROM fairpg.train('content', 'care', 'level', exclude => '{id,w}', family => 'multinomial');
SELECT count(*) FROM fairpg.train('content', 'turned', 'level', exclude => '{id,w}', family => 'multinomial');
SELECT model, count(*), count(DISTINCT artifact_sha256) AS models FROM fairpg_catalog.model_version WHERE model IN ('bytes', 'content') GROUP BY model ORDER BY model;
-- again, as a call of its own and as a job, which begin at the version before
SELECT version, iterations FROM fairpg.retrain('bytes');
CALL fairpg.retrain_job('bytes');
CALL fairpg.train_job('bytes', 'care', 'level', exclude => '{id,w}', family => 'multinomial', options => '{"key": "id"}');
SELECT v.version, v.status, abs(v.loss / f.loss - 1) < 1e-9 AS loss, CASE WHEN v.version = 6 THEN v.artifact_sha256 = f.artifact_sha256 END AS bytes
FROM fairpg_catalog.model_version v, fairpg_catalog.model_version f WHERE v.model = 'bytes' AND v.version > 3 AND f.model = 'bytes' AND f.version = 1 ORDER BY v.version;
-- a start knows its classes by name
SELECT status FROM fairpg.train('bytes', 'SELECT *, CASE level WHEN ''high'' THEN ''top'' ELSE level END AS grade FROM care', 'grade', exclude => '{id,w,level}', family => 'multinomial', options => '{"start": 1}');
SELECT version, abs(loss - lag(loss) OVER (ORDER BY version)) < 1e-9 AS same_loss FROM (SELECT version, loss FROM fairpg.train('named', 'SELECT *, CASE level WHEN ''high'' THEN ''top'' ELSE level END AS grade FROM care', 'grade', exclude => '{id,w,level}', family => 'multinomial', split => 'none')
    UNION ALL SELECT 2, loss FROM fairpg.train('plain', 'care', 'level', exclude => '{id,w}', family => 'multinomial', split => 'none')) v;
SELECT spec -> 'classes' AS classes, positive IS NULL AND threshold IS NULL AS none FROM fairpg_catalog.model_version WHERE model = 'bytes' AND version = 1;

-- classes of other types, and names that are hard to write
CREATE TYPE grade AS ENUM ('good', 'fair', 'poor');
SELECT kind, version, status FROM (VALUES ('(age / 30)'), ('(age / 30)::float8 / 4'), ('CASE age % 3 WHEN 0 THEN ''poor'' WHEN 1 THEN ''good'' ELSE ''fair'' END::grade'),
    ('date ''2026-01-01'' + age % 4'), ('CASE age % 4 WHEN 0 THEN '''' WHEN 1 THEN ''"a", b'' WHEN 2 THEN E''\n\t\\'' ELSE ''(unknown)'' END')) AS k (kind),
    LATERAL fairpg.train('kinds', format('SELECT id, %s AS y, age, need FROM care', kind), 'y', exclude => '{id}', family => 'multinomial', split => 'none');
SELECT version, spec -> 'classes' AS classes FROM fairpg_catalog.model_version WHERE model = 'kinds' ORDER BY version;
SELECT json_agg(class) AS classes FROM (SELECT * FROM care LIMIT 1) c, fairpg.predict_probabilities('kinds', c);

-- a class that only held-out rows have
SELECT status, warnings, accuracy, loss FROM fairpg.train('late', 'SELECT id, age, need, CASE WHEN id = 8 THEN ''other'' ELSE level END AS level, part FROM parted', 'level', exclude => '{id}', family => 'multinomial',
    split => 'column:part=test') \gset
SELECT :'warnings' AS warnings;
SELECT abs(:accuracy - avg((fairpg.predict_class('late', p) = CASE WHEN id = 8 THEN 'other' ELSE level END)::int)) < 1e-9 AS accuracy FROM parted p WHERE part = 'test' AND level IS NOT NULL;
-- nothing but a constant decision
SELECT status, warnings FROM fairpg.train('flat', 'SELECT sex, CASE WHEN id % 10 < 8 THEN ''a'' WHEN id % 10 = 8 THEN ''b'' ELSE ''c'' END AS y FROM care', 'y', family => 'multinomial', split => 'none');
-- many classes, by curvature that is learnt
SELECT status, iterations < 400 AS ended FROM fairpg.train('many', 'SELECT ''c'' || (id * 7919) % 50 AS y, age, need, region || id % 9 AS place FROM care', 'y', family => 'multinomial', split => 'none');
SELECT abs(sum(probability) - 1) < 1e-12 AS sum, count(*) FROM (SELECT age, need, region || 1 AS place FROM care LIMIT 1) r, fairpg.predict_probabilities('many', r);
DROP TABLE turned, held, residuals;
DROP VIEW parted;
DROP TABLE care;
DROP TYPE grade;
SET client_min_messages = warning;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
