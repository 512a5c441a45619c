SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- Family multinomial under constraints: every class against all others.  What
-- is told of a model is recomputed by plain SQL from what it decides.
SELECT fairpg.init() IS NOT NULL AS ready;

CREATE TABLE care AS
SELECT i AS id, CASE WHEN h1 < 0.45 THEN 'f' WHEN h1 < 0.95 THEN 'm' END AS sex, CASE WHEN h2 < 0.7 THEN 'w' ELSE 'b' END AS race,
       round(20 + 60 * h3)::int AS age, CASE WHEN h4 > 0.05 THEN (h4 * 10)::float4 END AS need, 'r' || floor(4 * h5) AS region, 1 + i % 3 AS w,
       CASE WHEN i % 4 = 0 THEN 'test' ELSE 'train' END AS part,
       CASE WHEN h6 < 0.1 + 0.25 * h4 + CASE WHEN h1 < 0.45 THEN 0.15 ELSE 0 END THEN 'high' WHEN h6 < 0.2 + 0.6 * h4 + h3 * 0.2 THEN 'middle' ELSE 'low' END AS level
FROM (SELECT i, h[1] h1, h[2] h2, h[3] h3, h[4] h4, h[5] h5, h[6] h6
      FROM (SELECT i, ARRAY(SELECT (hashint8(i * 31 + k * 1000003)::bigint + 2147483648) / 4294967296.0
                            FROM generate_series(1, 6) k)::float8[] AS h
            FROM generate_series(1, 4000) i) s) t;

-- a plain model, one of equal selection rates, one of equal rates of those who
-- are in the class, and both at once of several attributes
SELECT version, status, verdict IS NULL AS unjudged FROM fairpg.train('care', 'care', 'level', protected => '{sex,race}', features => '{sex,race,age,need,region}', family => 'multinomial', weight => 'w', split => 'column:part=test', options => '{"key": "id"}');
SELECT version, status, fairness, method FROM fairpg.train('care', 'care', 'level', protected => '{sex,race}', features => '{sex,race,age,need,region}', family => 'multinomial', weight => 'w', split => 'column:part=test',
    fairness => 'demographic_parity', max_gap => 0.03, options => '{"key": "id"}');
SELECT version, status, fairness, method FROM fairpg.train('care', 'care', 'level', protected => '{sex}', features => '{sex,race,age,need,region}', family => 'multinomial', weight => 'w', split => 'column:part=test',
    fairness => 'equal_opportunity', max_gap => 0.04, options => '{"key": "id"}');
SELECT version, status, fairness, method FROM fairpg.train('care', 'care', 'level', protected => '{sex,race,sex*race}', features => '{age,need,region}', family => 'multinomial', weight => 'w', split => 'column:part=test',
    options => '{"key": "id", "constraints": [{"fairness": "demographic_parity", "min_ratio": 0.7, "protected": ["sex"]}, {"fairness": "equal_opportunity", "max_gap": 0.15, "protected": ["sex", "sex*race"]}]}');
SELECT version, status FROM fairpg.train('care', 'care', 'level', protected => '{sex}', features => '{sex,race,age,need,region}', family => 'multinomial', weight => 'w', split => 'column:part=test',
    fairness => 'demographic_parity', max_gap => 0.1, options => '{"key": "id", "solver": "lbfgs", "temperature": 0.3}');

CREATE TABLE decided AS SELECT v.version, CASE c.part WHEN 'test' THEN 'held_out' ELSE 'train' END AS part, a.attribute, a.name, w, level, fairpg.predict_class('care', c, v.version) AS got
FROM fairpg_catalog.model_version v, care c, LATERAL (VALUES ('sex', coalesce(sex, '(unknown)')), ('race', race), ('sex*race', coalesce(sex, '(unknown)') || ', ' || race)) AS a (attribute, name)
WHERE v.model = 'care' AND a.attribute = ANY (v.protected);
-- groups of fewer than 30 rows of the event are neither constrained nor judged
CREATE TABLE rates AS SELECT version, part, attribute, name, class, r.metric, r.criterion, r.value, r.n >= 30 AS judged
FROM (SELECT count(*) AS n, count(*) FILTER (WHERE level = c.class) AS n_own, version, part, attribute, name, c.class, sum(w * (got = c.class)::int)::float8 / sum(w) AS selected, sum(w * (got = c.class)::int) FILTER (WHERE level = c.class)::float8 / sum(w) FILTER (WHERE level = c.class) AS tpr
      FROM decided, unnest('{high,low,middle}'::text[]) AS c (class) GROUP BY version, part, attribute, name, c.class) s, LATERAL (VALUES ('selection_rate', 'demographic_parity', selected, n), ('tpr', 'equal_opportunity', tpr, n_own)) AS r (metric, criterion, value, n);
CREATE TABLE gaps AS SELECT version, part, attribute, class, criterion, max(value) - min(value) AS gap, min(value) / nullif(max(value), 0) AS ratio FROM rates WHERE judged GROUP BY 1, 2, 3, 4, 5;
-- the bound is that of the decisions over the training rows, of every class
SELECT c.version, c.criterion, c.bound_kind, c.bound, c.attributes, round((CASE c.measure WHEN 'gap' THEN g.gap ELSE g.ratio END)::numeric, 4) AS reached, CASE c.measure WHEN 'gap' THEN g.gap <= c.bound ELSE g.ratio >= c.bound END AS kept,
       abs(c.value - CASE c.measure WHEN 'gap' THEN g.gap ELSE g.ratio END) < 1e-9 AS as_told, c.verdict
FROM fairpg_report.constraints c, LATERAL (SELECT max(gap) AS gap, min(ratio) AS ratio FROM gaps g WHERE g.version = c.version AND g.part = c.part AND g.criterion = c.criterion AND g.attribute = ANY (string_to_array(c.attributes, ', '))) g
WHERE c.model = 'care' AND c.part = 'train' ORDER BY c.version, c.position;
-- what the plain model has, and what keeping the bounds costs
SELECT version, round(max(gap) FILTER (WHERE criterion = 'demographic_parity')::numeric, 2) AS selection, round(max(gap) FILTER (WHERE criterion = 'equal_opportunity')::numeric, 2) AS tpr,
       round((SELECT sum(w) FILTER (WHERE got = level)::float8 / sum(w) FROM decided d WHERE d.version = g.version AND d.part = 'train' AND d.attribute = 'sex')::numeric, 3) AS accuracy
FROM gaps g WHERE part = 'train' AND attribute = 'sex' GROUP BY version ORDER BY version;
-- held-out rows: value, verdict, and the group and class it is about
SELECT c.version, c.criterion, abs(c.value - CASE c.measure WHEN 'gap' THEN g.gap ELSE g.ratio END) < 1e-9 AS as_told,
       c.verdict = CASE WHEN c.bound_kind = 'max_gap' THEN CASE WHEN c.high <= c.bound THEN 'pass' WHEN c.low > c.bound THEN 'fail' ELSE 'insufficient' END
                        ELSE CASE WHEN c.low >= c.bound THEN 'pass' WHEN c.high < c.bound THEN 'fail' ELSE 'insufficient' END END AS verdict,
       c.worst_group = g.attribute || ': ' || (SELECT name FROM rates r WHERE r.version = c.version AND r.part = c.part AND r.attribute = g.attribute AND r.class = g.class AND r.criterion = g.criterion AND judged ORDER BY value LIMIT 1) || ' (class ' || g.class || ')' AS worst
FROM fairpg_report.constraints c, LATERAL (SELECT * FROM gaps g WHERE g.version = c.version AND g.part = c.part AND g.criterion = c.criterion AND g.attribute = ANY (string_to_array(c.attributes, ', '))
    ORDER BY CASE c.measure WHEN 'gap' THEN -gap ELSE ratio END LIMIT 1) g
WHERE c.model = 'care' AND c.part = 'held_out' ORDER BY c.version, c.position;
SELECT v.version, v.gap IS NOT NULL AS judged, abs(v.gap - c.value) < 1e-12 AS gap, v.worst_group = c.worst_group AS worst FROM fairpg_catalog.model_version v JOIN fairpg_report.constraints c USING (model, version)
WHERE v.model = 'care' AND v.version IN (2, 3) AND c.part = 'held_out' ORDER BY 1;
-- the log has the rates of every class and group in every iteration; those of
-- the one that is stored are the model's
SELECT l.version, l.metric, count(*) AS n, count(*) FILTER (WHERE abs(l.value - r.value) < 1e-9) AS as_decided FROM fairpg_report.training_log_groups l
LEFT JOIN rates r ON r.version = l.version AND r.part = 'train' AND r.attribute = l.attribute AND r.name = l.group_name AND r.class = l.class AND r.metric = l.metric
WHERE l.model = 'care' AND l.chosen GROUP BY 1, 2 ORDER BY 1, 2;
SELECT l.version, bool_and(abs(l.gap - g.gap) < 1e-9) AS gap, bool_and(l.feasible = l.chosen OR NOT l.chosen) AS feasible FROM fairpg_catalog.training_log l
JOIN (SELECT version, iteration, max(gap) AS gap FROM (SELECT version, iteration, attribute, metric, class_number, max(value) - min(value) AS gap FROM fairpg_catalog.training_log_group WHERE model = 'care' GROUP BY 1, 2, 3, 4, 5) s
      GROUP BY version, iteration) g USING (version, iteration) WHERE l.model = 'care' GROUP BY 1 ORDER BY 1;
SELECT DISTINCT class_number, class FROM fairpg_catalog.training_log_group WHERE model = 'care' ORDER BY 1;
SELECT count(*) FILTER (WHERE rows <> n) AS differ, count(*) AS n FROM fairpg_report.training_log_groups l,
    LATERAL (SELECT count(*) FILTER (WHERE l.metric = 'selection_rate' OR level = l.class) AS n FROM care WHERE part = 'train' AND coalesce(sex, '(unknown)') = l.group_name) c WHERE model = 'care' AND version IN (2, 3) AND attribute = 'sex' AND iteration = 6;

-- bytes depend on neither the order of the rows nor workers
CREATE TABLE turned AS SELECT * FROM care ORDER BY hashint8(id + 17);
SELECT count(*) FROM fairpg.train('bytes', 'care', 'level', protected => '{sex}', exclude => '{id,w,part}', family => 'multinomial', fairness => 'demographic_parity', max_gap => 0.05, options => '{"key": "id"}');
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET fairpg.workers = 1;
SELECT count(*) FROM fairpg.train('bytes', 'turned', 'level', protected => '{sex}', exclude => '{id,w,part}', family => 'multinomial', fairness => 'demographic_parity', max_gap => 0.05, options => '{"key": "id"}');
SET fairpg.workers = 2;
SELECT count(*) FROM fairpg.train('bytes', 'turned', 'level', protected => '{sex}', exclude => '{id,w,part}', family => 'multinomial', fairness => 'demographic_parity', max_gap => 0.05, options => '{"key": "id"}');
RESET ALL;
SET client_min_messages = warning;
SELECT count(*), count(DISTINCT artifact_sha256) AS models FROM fairpg_catalog.model_version WHERE model = 'bytes';
-- again, beginning at the version before
SELECT version, status, abs(gap) <= 0.2 AS fair FROM fairpg.retrain('bytes');

-- a wide bound costs nothing
SELECT a.status, abs(a.loss - b.loss) < 1e-3 AS as_plain FROM fairpg.train('wide', 'care', 'level', protected => '{sex}', features => '{age,need,region}', family => 'multinomial', fairness => 'demographic_parity', max_gap => 1, split => 'none') a,
    fairpg.train('wide', 'care', 'level', features => '{age,need,region}', family => 'multinomial', split => 'none') b;
-- where only one decision for all is fair, that is the answer
SELECT status, gap, warnings FROM fairpg.train('alike', 'SELECT sex, CASE WHEN id % 10 < CASE sex WHEN ''f'' THEN 6 ELSE 2 END THEN ''a'' WHEN id % 3 = 0 THEN ''b'' ELSE ''c'' END AS y FROM care WHERE sex IS NOT NULL', 'y',
    protected => '{sex}', features => '{sex}', family => 'multinomial', fairness => 'demographic_parity', max_gap => 0, split => 'none');

-- groups that lack a class, or have hardly any row of it
CREATE VIEW gone AS SELECT id, CASE WHEN id = 1 THEN 'x' WHEN id % 50 = 2 THEN 'y' ELSE sex END AS sex, age, need, region, CASE WHEN id % 50 = 2 AND level = 'high' THEN 'low' WHEN id IN (1, 7) THEN 'rare' ELSE level END AS level FROM care WHERE sex IS NOT NULL OR id = 1;
SELECT status FROM fairpg.train('gone', 'gone', 'level', protected => '{sex}', features => '{age,need,region}', family => 'multinomial', fairness => 'equal_opportunity', max_gap => 0.1, split => 'none');
SELECT status, unnest(warnings) AS warning FROM fairpg.train('gone', 'gone', 'level', protected => '{sex}', features => '{age,need,region}', family => 'multinomial', fairness => 'equal_opportunity', max_gap => 0.1, split => 'none', options => '{"undefined": "skip"}');
SELECT status, unnest(warnings) AS warning FROM fairpg.train('gone', 'gone', 'level', protected => '{sex}', features => '{age,need,region}', family => 'multinomial', fairness => 'demographic_parity', max_gap => 0.1, split => 'none');
SELECT attribute, group_name, class, metric, rows FROM fairpg_report.training_log_groups WHERE model = 'gone' AND chosen AND class IN ('rare', 'high') ORDER BY version, class, group_name;
SELECT fairpg.train('gone', 'gone', 'level', protected => '{sex}', features => '{age,need,region}', family => 'multinomial', fairness => 'demographic_parity', max_gap => 0.1, options => '{"min_group": 5000}');
-- many classes, whose names are not all told
SELECT status, warnings[1] AS first, abs(gap) <= 0.1 AS kept FROM fairpg.train('many', 'SELECT ''c'' || (id * 7919 + (sex = ''f'')::int * (id % 3)) % 12 AS y, CASE WHEN id % 60 = 0 THEN ''z'' ELSE sex END AS sex, age, need, region || id % 9 AS place FROM care WHERE sex IS NOT NULL', 'y',
    protected => '{sex}', family => 'multinomial', fairness => 'equal_opportunity', max_gap => 0.1, split => 'none', options => '{"undefined": "skip"}');

-- what does not go together says what does
SELECT fairpg.train('m', 'care', 'level', protected => '{sex}', features => '{age}', family => 'multinomial', fairness => 'predictive_equality', max_gap => 0.1);
SELECT fairpg.train('m', 'care', 'level', protected => '{sex}', features => '{age}', family => 'multinomial', fairness => 'demographic_parity', method => 'penalty', penalty => 1);
SELECT fairpg.train('m', 'care', 'level', protected => '{sex}', features => '{age}', family => 'multinomial', fairness => 'demographic_parity');
SELECT fairpg.train('m', 'care', 'level', protected => '{sex}', features => '{age}', family => 'multinomial', fairness => 'demographic_parity', max_gap => 0.1, options => '{"tighten": 1}');
SELECT fairpg.train('m', 'care', 'level', protected => '{sex}', features => '{age}', family => 'multinomial', fairness => 'demographic_parity', max_gap => 0.1, options => '{"early_stop": {"metric": "gap"}}');
SELECT fairpg.train('m', 'care', 'level', family => 'multinomial', fairness => 'demographic_parity', max_gap => 0.1);
DROP VIEW gone;
DROP TABLE decided, rates, gaps, turned, care;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
