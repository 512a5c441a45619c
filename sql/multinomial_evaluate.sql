SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- Models of family multinomial measured on other rows: what is told of them is
-- what training told of the same rows, and what plain SQL makes of the classes.
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
SELECT version, status FROM fairpg.train('care', 'care', 'level', protected => '{sex,race,sex*race}', features => '{sex,race,age,need,region}', family => 'multinomial', weight => 'w', split => 'column:part=test',
    options => '{"key": "id", "constraints": [{"fairness": "demographic_parity", "max_gap": 0.05, "protected": ["sex"]}, {"fairness": "equal_opportunity", "min_ratio": 0.5, "protected": ["race"]}]}');

-- the held-out rows of the training
SELECT e.n_rows, e.n_null_label, e.n_null_value = n.nulls AS nulls, e.auc, abs(e.loss - v.loss) < 1e-12 AS loss, e.accuracy = v.accuracy AS accuracy, e.gap = v.gap AS gap, e.gap_low = v.gap_low AS low, e.gap_high = v.gap_high AS high,
       e.verdict = v.verdict AS verdict, e.worst_group = v.worst_group AS worst
FROM fairpg.evaluate('care', 'SELECT * FROM care WHERE part = ''test''') e, fairpg_catalog.model_version v, (SELECT count(*) FILTER (WHERE need IS NULL) + count(*) FILTER (WHERE sex IS NULL) AS nulls FROM care WHERE part = 'test') n;
SELECT a.class, count(*) AS n, count(*) FILTER (WHERE b.n = a.n AND abs(coalesce(b.value, 0) - coalesce(a.value, 0)) < 1e-12 AND abs(coalesce(b.low, 0) - coalesce(a.low, 0)) < 1e-12 AND abs(coalesce(b.high, 0) - coalesce(a.high, 0)) < 1e-12) AS as_trained
FROM fairpg_report.group_metrics a LEFT JOIN fairpg_report.group_metrics b ON b.part = 'external' AND b.attribute = a.attribute AND b.group_name = a.group_name AND b.metric = a.metric AND b.class IS NOT DISTINCT FROM a.class
WHERE a.part = 'held_out' GROUP BY a.class ORDER BY a.class;
SELECT a.class, count(*) AS n, count(*) FILTER (WHERE b.value = a.value AND b.low = a.low AND b.high = a.high AND b.highest_group = a.highest_group) AS as_trained
FROM fairpg_report.disparities a LEFT JOIN fairpg_report.disparities b ON b.part = 'external' AND b.attribute = a.attribute AND b.criterion = a.criterion AND b.class = a.class WHERE a.part = 'held_out' GROUP BY a.class ORDER BY a.class;
SELECT a.criterion, b.value = a.value AS value, b.low = a.low AS low, b.high = a.high AS high, b.verdict = a.verdict AS verdict, b.worst_group = a.worst_group AS worst
FROM fairpg_report.constraints a JOIN fairpg_report.constraints b USING (position, criterion) WHERE a.part = 'held_out' AND b.part = 'external' ORDER BY position;

-- other rows: by plain SQL; some without a label, some with one that the model
-- does not know
CREATE TABLE later AS SELECT id + 10000 AS id, sex, race, age + 30 AS age, need, CASE WHEN id % 9 = 0 THEN 'new' ELSE region END AS region, w,
    CASE WHEN id % 50 = 1 THEN NULL WHEN id % 50 = 2 THEN 'other' ELSE level END AS level FROM care WHERE id <= 2000;
SELECT evaluation, n_rows, n_null_label, n_unseen_level, n_out_of_range = (SELECT count(*) FROM later WHERE age > (SELECT max(age) FROM care WHERE part = 'train')) AS out_of_range, loss, accuracy, warnings
FROM fairpg.evaluate('care', 'later', protected => '{sex,race}', weight => 'w', options => '{"min_group": 5}') \gset
SELECT :n_rows AS rows, :n_null_label AS unlabelled, :n_unseen_level AS unseen, :'out_of_range' AS out_of_range, :'warnings' AS warnings;
CREATE TABLE seen AS SELECT l.*, (x).* FROM later l, LATERAL (SELECT fairpg.examine_class('care', l, l.level) AS x OFFSET 0) e;
SELECT count(*) FILTER (WHERE class <> fairpg.predict_class('care', s)) AS other_class, count(*) FILTER (WHERE (label_number IS NULL) <> (level IS NULL) OR (label_number = 0) <> (level = 'other')) AS other_label,
       count(*) FILTER (WHERE label_number > 0 AND level <> ('{high,low,middle}'::text[])[label_number]) AS other_number, count(*) FILTER (WHERE n_unseen <> (region = 'new')::int) AS other_count FROM seen s;
SELECT abs(:accuracy - sum(w) FILTER (WHERE level = class)::float8 / sum(w)) < 1e-12 AS accuracy, abs(:loss + sum(w * ln(label_probability)) / sum(w) FILTER (WHERE label_number > 0)) < 1e-9 AS loss, count(*) = :n_rows AS rows FROM seen WHERE level IS NOT NULL;
SELECT count(*) FILTER (WHERE abs(s.label_probability - p.probability) > 1e-12) AS differ, count(*) AS n FROM seen s, fairpg.predict_probabilities('care', s) p WHERE p.class = s.level;
SELECT g.class, d.criterion, abs(d.value - CASE d.criterion WHEN 'demographic_parity' THEN max(selected) - min(selected) ELSE max(tpr) - min(tpr) END) < 1e-12 AS gap
FROM (SELECT c.class, coalesce(sex, '') AS sex, coalesce(sum(w) FILTER (WHERE s.class = c.class), 0)::float8 / sum(w) AS selected, coalesce(sum(w) FILTER (WHERE s.class = c.class AND level = c.class), 0)::float8 / sum(w) FILTER (WHERE level = c.class) AS tpr
      FROM seen s, unnest('{high,low,middle}'::text[]) AS c (class) WHERE level IS NOT NULL GROUP BY 1, 2) g
JOIN fairpg_report.disparities d ON d.class = g.class AND d.evaluation = :evaluation AND d.attribute = 'sex' AND d.criterion IN ('demographic_parity', 'equal_opportunity') GROUP BY 1, 2, d.value ORDER BY 1, 2;
-- any plan gives the same figures
SELECT (fairpg.evaluate('care', 'care')).n_rows AS serial;
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET max_parallel_workers_per_gather = 2;
SELECT (fairpg.evaluate('care', 'care')).n_rows AS parallel;
SET enable_hashagg = off;
SELECT (fairpg.evaluate('care', 'SELECT * FROM care ORDER BY hashint8(id)')).n_rows AS sorted;
RESET ALL;
SET client_min_messages = warning;
SELECT count(*) AS figures, count(*) FILTER (WHERE evaluations <> 3 OR alike <> 1) AS differ
FROM (SELECT count(*) AS evaluations, count(DISTINCT (value, low, high)) AS alike FROM fairpg_report.group_metrics WHERE evaluation > :evaluation GROUP BY attribute, group_name, metric, class) g;
SELECT count(*) AS n, count(DISTINCT (loss, accuracy)) AS alike FROM fairpg_catalog.evaluation WHERE evaluation > :evaluation;
-- without groups; and labels of another type, or of one that is written in ways
SELECT status FROM fairpg.train('day', 'SELECT age, need, date ''2026-01-01'' + id % 3 AS day FROM care', 'day', family => 'multinomial', split => 'none');
SET datestyle = 'German';
SELECT n_rows, gap, verdict, worst_group, warnings FROM fairpg.evaluate('day', 'SELECT age, need, date ''2026-01-01'' + id % 3 AS day FROM care');
RESET datestyle;
SELECT (fairpg.examine_class('day', d, date '2026-01-02')).label_number, (fairpg.examine_class('day', d, '2026-01-02'::text)).label_number AS text, (fairpg.examine_class('day', d, NULL::date)).label_number AS nothing,
       fairpg.examine_class('day', NULL::care, date '2026-01-02') IS NULL AS null_row FROM (SELECT age, need FROM care LIMIT 1) d;
-- one class decided for all
SELECT status FROM fairpg.train('flat', 'SELECT sex, CASE WHEN id % 10 < 8 THEN ''a'' WHEN id % 10 = 8 THEN ''b'' ELSE ''c'' END AS y FROM care', 'y', family => 'multinomial', split => 'none');
SELECT round(accuracy::numeric, 3) AS accuracy, warnings FROM fairpg.evaluate('flat', 'SELECT sex, CASE WHEN id % 10 < 8 THEN ''a'' WHEN id % 10 = 8 THEN ''b'' ELSE ''c'' END AS y FROM care', protected => '{sex}');
DROP TABLE care, later, seen;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
