-- Two that predict numbers, on the same rows: errors of both, differences with
-- paired intervals, by plain SQL beside it.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT fairpg.init();
CREATE TABLE people (id integer, sex text, region text, pay float8, first float8, second numeric, age integer, years integer, w integer);
INSERT INTO people
SELECT i, (ARRAY['f', 'm'])[1 + i % 2], (ARRAY['north', 'south', NULL])[1 + i / 7 % 3],
       CASE WHEN i % 41 <> 0 THEN 1000 + i * 37 % 101 * 20 + i % 2 * 200 END,
       CASE WHEN i % 53 <> 0 THEN 1100 + i * 37 % 101 * 17 + i * 53 % 103 * 5 END,
       CASE WHEN i % 59 <> 0 THEN 1050 + i * 37 % 101 * 18 + i * 53 % 103 * 3 + i * 71 % 107 END,
       20 + i * 37 % 101 % 50, i * 53 % 30, 1 + i % 3
FROM generate_series(1, 1200) i;

CREATE TEMP TABLE compared AS
SELECT * FROM fairpg.compare('prediction:first', 'prediction:second', 'people', '{sex,sex*region}', label => 'pay');
SELECT kind, group_name, metric, round(value_a::numeric, 4) AS a, round(value_b::numeric, 4) AS b, round(value::numeric, 4) AS value,
       round(low::numeric, 4) AS low, round(high::numeric, 4) AS high, n, n_changed, round(p_value::numeric, 6) AS p,
       round(p_adjusted::numeric, 6) AS adjusted, verdict, flag, reason
FROM compared WHERE attribute IS NULL OR attribute = 'sex';

-- by plain SQL: figures of either, and the standard errors of means of differences; 1.959963984540054 is the normal quantile of 0.975
CREATE TEMP VIEW paired AS SELECT *, second::float8 AS other FROM people WHERE pay IS NOT NULL AND first IS NOT NULL AND second IS NOT NULL;
CREATE TEMP VIEW named AS
SELECT 'sex' AS attribute, sex AS grp, * FROM paired UNION ALL SELECT 'sex*region', sex || ', ' || coalesce(region, '(unknown)'), * FROM paired
UNION ALL SELECT NULL, NULL, * FROM paired;
CREATE TEMP TABLE direct AS
SELECT attribute, grp, count(*) AS n, metric, avg(a) AS a, avg(b) AS b, stddev_samp(b - a) / sqrt(count(*)) AS error
FROM named, LATERAL (VALUES ('mean_squared_error', (first - pay) ^ 2, (other - pay) ^ 2), ('mean_absolute_error', abs(first - pay), abs(other - pay)),
                            ('mean_prediction', first, other), ('mean_residual', pay - first, pay - other)) v (metric, a, b)
GROUP BY 1, 2, 4;
SELECT c.attribute, count(*), bool_and(abs(value_a - a) < 1e-9 * abs(a) AND abs(value_b - b) < 1e-9 * abs(b) AND value = value_b - value_a) AS values,
       bool_and(abs(low - (b - a - 1.959963984540054 * error)) < 1e-9 * error AND abs(high - (b - a + 1.959963984540054 * error)) < 1e-9 * error) AS intervals,
       bool_and(c.n = d.n) AS n
FROM compared c JOIN direct d ON d.attribute IS NOT DISTINCT FROM c.attribute AND d.grp IS NOT DISTINCT FROM c.group_name AND d.metric = c.metric
WHERE kind <> 'gap' GROUP BY 1 ORDER BY 1;
-- the root of the mean squared error and R2: those of either side; intervals as wide as the jackknife has them
SELECT c.attribute, metric, count(*), bool_and(abs(value_a - a) < 1e-9 AND abs(value_b - b) < 1e-9) AS values
FROM compared c JOIN (
    SELECT attribute, grp, metric, v.a, v.b
    FROM (SELECT attribute, grp, fairpg.errors(pay, first) AS a, fairpg.errors(pay, other) AS b FROM named GROUP BY 1, 2) e,
         LATERAL (VALUES ('root_mean_squared_error', fairpg.root_mean_squared_error(e.a), fairpg.root_mean_squared_error(e.b)),
                         ('r_squared', fairpg.r_squared(e.a), fairpg.r_squared(e.b))) v (metric, a, b)) d USING (metric)
WHERE kind <> 'gap' AND d.attribute IS NOT DISTINCT FROM c.attribute AND d.grp IS NOT DISTINCT FROM c.group_name GROUP BY 1, 2 ORDER BY 1, 2;
WITH part AS (SELECT p.id, count(*) AS n, fairpg.errors(q.pay, q.first) AS a, fairpg.errors(q.pay, q.other) AS b
              FROM paired p JOIN paired q ON q.id <> p.id AND q.id <= 400 WHERE p.id <= 400 GROUP BY 1),
     figure AS (SELECT metric, n, d FROM part, LATERAL (VALUES ('root_mean_squared_error', fairpg.root_mean_squared_error(b) - fairpg.root_mean_squared_error(a)),
                                                               ('r_squared', fairpg.r_squared(b) - fairpg.r_squared(a))) v (metric, d))
SELECT metric, round(((high - low) / (2 * 1.96 * error))::numeric, 1) AS ratio_to_jackknife
FROM (SELECT metric, sqrt(max(n) * var_pop(d)) AS error FROM figure GROUP BY 1) j
     JOIN fairpg.compare('prediction:first', 'prediction:second', 'SELECT * FROM people WHERE id <= 400', '{}', label => 'pay') USING (metric) ORDER BY 1;
-- gaps are largest less least
SELECT g.attribute, count(*), bool_and(abs(g.value_a - d.a) < 1e-9 AND abs(g.value_b - d.b) < 1e-9) AS gaps, bool_and(g.low < g.high) AS intervals
FROM compared g JOIN (SELECT attribute, CASE metric WHEN 'mean_prediction' THEN 'mean_parity' ELSE metric END AS metric,
                             max(value_a) - min(value_a) AS a, max(value_b) - min(value_b) AS b
                      FROM compared WHERE kind = 'group' GROUP BY 1, 2) d USING (attribute, metric)
WHERE kind = 'gap' GROUP BY 1 ORDER BY 1;
-- how many rows
SELECT group_name, metric, value_a, value_b, value, n FROM compared WHERE attribute = 'sex' AND metric ~ '^n_';
SELECT sex, count(*) FILTER (WHERE pay IS NOT NULL AND first IS NOT NULL AND second IS NOT NULL) AS both, count(*) FILTER (WHERE pay IS NOT NULL AND first IS NULL) AS a,
       count(*) FILTER (WHERE pay IS NOT NULL AND second IS NULL) AS b, count(*) FILTER (WHERE pay IS NULL) AS unlabelled, count(*)
FROM people GROUP BY 1 ORDER BY 1;

-- neither the order of the rows nor the way round matters; weights k are k copies, but for what is as sure as rows are many
SELECT count(*) AS figures, count(*) FILTER (WHERE c IS DISTINCT FROM f) AS different
FROM (SELECT c, row_number() OVER () AS i FROM compared c) c
     JOIN (SELECT f, row_number() OVER () AS i
           FROM fairpg.compare('prediction:first', 'prediction:second', 'SELECT * FROM people ORDER BY -id', '{sex,sex*region}', label => 'pay') f) f USING (i);
SELECT count(*), bool_and(abs(f.value + c.value) < 1e-9 AND abs(f.low + c.high) < 1e-9) AS swapped
FROM compared c JOIN fairpg.compare('prediction:second', 'prediction:first', 'people', '{sex,sex*region}', label => 'pay') f
     ON (c.kind, c.metric) = (f.kind, f.metric) AND c.attribute IS NOT DISTINCT FROM f.attribute AND c.group_name IS NOT DISTINCT FROM f.group_name
WHERE c.kind <> 'gap' AND c.metric !~ '^n_';
SELECT count(*), bool_and(abs(a.value - b.value) < 1e-9 * (1 + abs(b.value))) AS value, bool_and(a.high - a.low >= b.high - b.low) FILTER (WHERE a.kind <> 'gap') AS wider
FROM fairpg.compare('prediction:first', 'prediction:second', 'people', '{sex}', label => 'pay', weight => 'w') a
     JOIN fairpg.compare('prediction:first', 'prediction:second', 'SELECT * FROM people, generate_series(1, w)', '{sex}', label => 'pay') b
     ON (a.kind, a.metric) = (b.kind, b.metric) AND a.group_name IS NOT DISTINCT FROM b.group_name WHERE a.metric !~ '^n_';

-- models bring label and groups
SELECT version FROM fairpg.train('pay', 'people', 'pay', protected => '{sex}', features => '{age,years}', family => 'linear');
SELECT version FROM fairpg.train('pay', 'people', 'pay', protected => '{sex}', features => '{age}', family => 'linear');
SELECT kind, group_name, metric, verdict FROM fairpg.compare('pay@1', 'pay@2', 'people') WHERE metric IN ('r_squared', 'mean_parity') ORDER BY 1, 2, 3;
SELECT count(*), bool_and(abs(c.value_a - d.a) < 1e-9 AND abs(c.value_b - d.b) < 1e-9) AS same
FROM fairpg.compare('pay@1', 'pay', 'people') c JOIN (
    SELECT sex AS group_name, avg(abs(pay - fairpg.predict('pay', p, 1))) AS a, avg(abs(pay - fairpg.predict('pay', p, 2))) AS b FROM people p GROUP BY 1) d
     USING (group_name) WHERE metric = 'mean_absolute_error';
SELECT count(*) FROM fairpg.compare('pay', 'prediction:first', 'people') WHERE kind = 'overall';

-- the same numbers twice; groups without rows, of one row, with labels that are all one
SELECT metric, value, low, p_value, verdict, reason FROM fairpg.compare('prediction:first', 'prediction:first', 'people', '{sex}', label => 'pay') WHERE kind IN ('overall', 'gap');
SELECT kind, group_name, metric, value_a, value_b, value, low, n, verdict, flag, reason
FROM fairpg.compare('prediction:a', 'prediction:b', $$SELECT g, CASE g WHEN 'alike' THEN 7 WHEN 'no label' THEN NULL ELSE i END AS y, i * 7 % 5 AS a,
        CASE WHEN g <> 'no prediction' THEN i * 5 % 7 END AS b
    FROM generate_series(1, 8) i, unnest('{alike,no label,no prediction,one,both}'::text[]) g WHERE g <> 'one' OR i = 3$$, '{g}', label => 'y')
WHERE metric IN ('mean_absolute_error', 'r_squared');

-- what is refused
SELECT * FROM fairpg.compare('prediction:first', 'prediction:second', 'people', '{sex}');
SELECT * FROM fairpg.compare('prediction:first', 'score:second', 'people', '{sex}', label => 'pay');
SELECT * FROM fairpg.compare('score:first', 'pay', 'people', '{sex}', label => 'pay');
SELECT * FROM fairpg.compare('prediction:region', 'prediction:second', 'people', '{sex}', label => 'pay');
SELECT * FROM fairpg.compare('prediction:first', 'prediction:second', 'people', '{sex}', label => 'region');
SELECT * FROM fairpg.compare('prediction:first', 'prediction:second', 'people', '{sex}', label => 'pay', positive => '1');
SELECT * FROM fairpg.compare('prediction:first', 'prediction:third', 'people', '{sex}', label => 'pay');
SELECT * FROM fairpg.compare('prediction:first', 'prediction:second', 'people', '{sex}', version_a => 1, label => 'pay');
SELECT * FROM fairpg.compare('prediction:x', 'prediction:second', 'SELECT *, ''NaN''::float8 AS x FROM people', '{sex}', label => 'pay');
SELECT * FROM fairpg.compare('prediction:first', 'prediction:x', 'SELECT *, ''NaN''::float8 AS x FROM people', '{sex}', label => 'pay');
SELECT * FROM fairpg.compare('prediction:first', 'prediction:x', 'SELECT *, ''-Infinity''::float8 AS x FROM people', '{sex}', label => 'pay');
SELECT * FROM fairpg.compare('prediction:first', 'prediction:second', 'SELECT *, ''Infinity''::float8 AS x FROM people', '{sex}', label => 'x');
SELECT * FROM fairpg.compare('prediction:first', 'prediction:second', 'SELECT *, -w AS minus FROM people', '{sex}', label => 'pay', weight => 'minus');
SELECT * FROM fairpg.compare('prediction:first', 'prediction:second', 'SELECT * FROM people WHERE false', '{sex}', label => 'pay');
SELECT * FROM fairpg.compare('pay', 'pay', 'SELECT sex, age, years FROM people');
SELECT version FROM fairpg.train('region', $$SELECT *, coalesce(region, 'none') AS part FROM people$$, 'part', protected => '{sex}', features => '{age}', family => 'multinomial');
SELECT * FROM fairpg.compare('region', 'region', 'people');

DROP TABLE people CASCADE;
SET client_min_messages = error;
DROP SCHEMA fairpg_report, fairpg_catalog CASCADE;
