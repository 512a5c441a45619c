-- Two that decide, on the same rows: figures of both, differences, who is
-- decided differently, by plain SQL beside it.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT fairpg.init();
CREATE TABLE people (id integer, sex text, region text, repaid boolean, old boolean, new integer,
                     points float8, other numeric, age integer, income float8, w float8);
INSERT INTO people
SELECT i, (ARRAY['f', 'm'])[1 + i % 2], (ARRAY['north', 'south', NULL])[1 + i / 7 % 3],
       CASE WHEN i % 41 <> 0 THEN i * 37 % 101 < 40 + i % 2 * 15 END,
       CASE WHEN i % 29 <> 0 THEN i * 53 % 103 < 45 + i % 2 * 20 END,
       CASE WHEN i % 31 <> 0 THEN (i * 53 % 103 < 55 + i % 2 * 8 + i * 37 % 101 % 7)::integer END,
       i * 53 % 103 / 103.0, i * 37 % 101, 20 + i * 37 % 101 % 50, 1000 + i * 53 % 997, 1 + i % 3
FROM generate_series(1, 3000) i;

CREATE TEMP TABLE compared AS
SELECT * FROM fairpg.compare('decision:old', 'decision:new', 'people', '{sex,sex*region}', label => 'repaid',
                             options => '{"replicates": 1000}');
SELECT kind, group_name, metric, round(value_a::numeric, 4) AS a, round(value_b::numeric, 4) AS b, round(value::numeric, 4) AS value,
       round(low::numeric, 3) AS low, round(high::numeric, 3) AS high, n, n_changed, round(p_value::numeric, 5) AS p,
       round(p_adjusted::numeric, 5) AS adjusted, verdict, flag, reason
FROM compared WHERE attribute IS NULL OR attribute = 'sex';

-- metrics of either side, on the rows that both decide
CREATE TEMP VIEW paired AS SELECT *, new = 1 AS newer FROM people WHERE old IS NOT NULL AND new IS NOT NULL;
CREATE TEMP TABLE direct AS
SELECT 'sex' AS attribute, sex AS group_name, fairpg.outcomes(repaid, old) AS a, fairpg.outcomes(repaid, newer) AS b FROM paired GROUP BY 2
UNION ALL SELECT 'sex*region', sex || ', ' || coalesce(region, '(unknown)'), fairpg.outcomes(repaid, old), fairpg.outcomes(repaid, newer) FROM paired GROUP BY 2
UNION ALL SELECT NULL, NULL, fairpg.outcomes(repaid, old), fairpg.outcomes(repaid, newer) FROM paired;
SELECT c.attribute, count(*) AS figures, bool_and(value_a = fairpg.metric(d.a, metric)) AS a, bool_and(value_b = fairpg.metric(d.b, metric)) AS b,
       bool_and(value = value_b - value_a) AS difference,
       bool_and(low <= value AND value <= high) FILTER (WHERE low IS NOT NULL) AS within
FROM compared c JOIN direct d ON d.attribute IS NOT DISTINCT FROM c.attribute AND d.group_name IS NOT DISTINCT FROM c.group_name
WHERE kind IN ('overall', 'group') AND metric !~ '^n_' GROUP BY 1 ORDER BY 1;
-- gaps and ratios of either
SELECT c.attribute, kind, count(*) AS figures,
       bool_and(abs(value_a - CASE kind WHEN 'gap' THEN fairpg.gap(a, metric) ELSE fairpg.ratio(a, metric) END) < 1e-15) AS a,
       bool_and(abs(value_b - CASE kind WHEN 'gap' THEN fairpg.gap(b, metric) ELSE fairpg.ratio(b, metric) END) < 1e-15) AS b
FROM compared c JOIN (
    SELECT 'sex' AS attribute, fairpg.fairness(repaid, old, sex) AS a, fairpg.fairness(repaid, newer, sex) AS b FROM paired
    UNION ALL SELECT 'sex*region', fairpg.fairness(repaid, old, sex || coalesce(region, '?')), fairpg.fairness(repaid, newer, sex || coalesce(region, '?'))
    FROM paired) f USING (attribute)
WHERE kind IN ('gap', 'ratio') GROUP BY 1, 2 ORDER BY 1, 2;
-- who is decided differently, and who is not decided
SELECT c.group_name, c.metric, c.n, c.n_changed, c.n_changed = d.changed AND c.n = d.n AND c.value = d.changed::float8 / d.n AS same
FROM compared c JOIN (
    SELECT sex AS group_name, metric, count(*) FILTER (WHERE label IS NULL OR repaid = label) AS n,
           count(*) FILTER (WHERE (label IS NULL OR repaid = label) AND old = was AND newer <> was) AS changed
    FROM paired, (VALUES ('approved_to_refused', true, NULL), ('refused_to_approved', false, NULL),
                         ('approved_to_refused_positive', true, true), ('refused_to_approved_negative', false, false)) v(metric, was, label)
    GROUP BY 1, 2) d USING (group_name, metric)
WHERE attribute = 'sex' ORDER BY 1, 2;
SELECT group_name, metric, value_a, value_b, value, n FROM compared WHERE attribute = 'sex' AND metric ~ '^n_';
SELECT sex, count(*) FILTER (WHERE old IS NULL) AS a, count(*) FILTER (WHERE new IS NULL) AS b,
       count(*) FILTER (WHERE old IS NOT NULL AND new IS NOT NULL) AS both, count(*),
       count(*) FILTER (WHERE old IS NOT NULL AND new IS NOT NULL AND repaid IS NULL) AS unlabelled
FROM people GROUP BY 1 ORDER BY 1;

-- McNemar's test: Bentur's children, exact p 0.0703, mid-p 0.0391, interval
-- -0.507 to -0.026 (Fagerland, Lydersen and Laake 2014)
SELECT test, metric, round(p_value::numeric, 4) AS p, round(low::numeric, 3) AS low, round(high::numeric, 3) AS high, n, n_changed
FROM unnest('{exact,mid_p}'::text[]) test, fairpg.compare('decision:after', 'decision:before',
    $$SELECT d[1] AS before, d[2] AS after FROM (SELECT '{t,t}'::boolean[] AS d
      UNION ALL SELECT '{t,f}' UNION ALL SELECT '{f,t}' FROM generate_series(1, 7)
      UNION ALL SELECT '{f,f}' FROM generate_series(1, 12)) t$$, '{}', options => jsonb_build_object('mcnemar', test))
WHERE metric = 'selection_rate';
-- by that test for each group, adjusted for the number of groups
SELECT count(*), bool_and(abs(c.p_value - fairpg_p) < 1e-12) AS same
FROM compared c JOIN (
    SELECT sex AS group_name, (fairpg.mcnemar_test(count(*) FILTER (WHERE old AND NOT newer), count(*) FILTER (WHERE newer AND NOT old))).p_value AS fairpg_p
    FROM paired GROUP BY 1) d USING (group_name) WHERE metric = 'selection_rate';

-- which way round does not matter, nor does the seed of the rest
SELECT count(*) AS figures, bool_and(f.value = -c.value OR f.value = c.value) AS value,
       bool_and(abs(f.low + c.high) < 1e-12) FILTER (WHERE f.p_value IS NOT NULL) AS interval
FROM compared c JOIN fairpg.compare('decision:new', 'decision:old', 'people', '{sex,sex*region}', label => 'repaid',
                                    options => '{"replicates": 1000}') f
     ON (c.kind, c.metric) = (f.kind, f.metric) AND c.attribute IS NOT DISTINCT FROM f.attribute
        AND c.group_name IS NOT DISTINCT FROM f.group_name
WHERE c.kind <> 'change';
SELECT count(*) AS figures, count(*) FILTER (WHERE c IS DISTINCT FROM f) AS different
FROM (SELECT c, row_number() OVER () AS i FROM compared c) c
     JOIN (SELECT f, row_number() OVER () AS i
           FROM fairpg.compare('decision:old', 'decision:new', 'SELECT * FROM people ORDER BY -id', '{sex,sex*region}', label => 'repaid',
                               options => '{"replicates": 1000}') f) f USING (i);
-- the same decisions
SELECT metric, value, low < 0 AND high > 0 AS wide, n_changed, p_value, verdict, reason
FROM fairpg.compare('decision:old', 'decision:old', 'people', '{sex}', label => 'repaid')
WHERE kind IN ('overall', 'gap') AND metric IN ('selection_rate', 'tpr', 'ppv', 'f1', 'equalized_odds');

-- weights: k copies are weight k, but for what is as sure as rows are many
SELECT count(*) AS figures, bool_and(abs(a.value - b.value) < 1e-12) AS value, bool_and(a.p_value IS NULL) AS no_test,
       bool_and(a.n <= b.n) AS rows
FROM fairpg.compare('decision:old', 'decision:new', 'people', '{sex}', label => 'repaid', weight => 'w') a
     JOIN fairpg.compare('decision:old', 'decision:new', 'SELECT * FROM people, generate_series(1, w::integer)', '{sex}', label => 'repaid') b
     ON (a.kind, a.metric) = (b.kind, b.metric) AND a.group_name IS NOT DISTINCT FROM b.group_name
WHERE a.metric !~ '^n_';
-- scores that reach a threshold, each its own
SELECT count(*) AS figures, count(*) FILTER (WHERE a IS DISTINCT FROM b) AS different
FROM (SELECT a, row_number() OVER () AS i FROM fairpg.compare('score:points', 'score:other', 'people', '{sex}', label => 'repaid',
                                                              threshold => 0.5, options => '{"threshold_b": 40, "auc": false}') a) a
     JOIN (SELECT b, row_number() OVER () AS i FROM fairpg.compare('decision:p', 'decision:o',
           'SELECT *, points >= 0.5 AS p, other >= 40 AS o FROM people', '{sex}', label => 'repaid') b) b USING (i);
-- without a label: what can be said without
SELECT kind, group_name, metric, round(value::numeric, 4) AS value, n_changed, verdict
FROM fairpg.compare('decision:old', 'decision:new', 'people', '{sex}') WHERE kind <> 'change';

-- two versions of a model, and a model beside what was decided
SELECT version FROM fairpg.train('credit', 'people', 'repaid', protected => '{sex}', features => '{age,income,sex}');
SELECT version FROM fairpg.train('credit', 'people', 'repaid', protected => '{sex}', features => '{age}');
SELECT version FROM fairpg.train('odd@2', 'people', 'repaid', protected => '{sex}', features => '{income}');
CREATE TEMP TABLE versions AS
SELECT * FROM fairpg.compare('credit@1', 'credit', 'people', options => '{"replicates": 1000}');
SELECT kind, count(*) FROM versions GROUP BY 1 ORDER BY 1;
SELECT c.group_name, metric, value_a = fairpg.metric(a, metric) AS a, value_b = fairpg.metric(b, metric) AS b
FROM versions c JOIN (SELECT sex AS group_name, fairpg.outcomes(repaid, fairpg.decide('credit', p, 1)) AS a,
                             fairpg.outcomes(repaid, fairpg.decide('credit', p, 2)) AS b FROM people p GROUP BY 1) d USING (group_name)
WHERE metric IN ('selection_rate', 'tpr', 'accuracy') ORDER BY 1, 2;
SELECT name, count(*) FILTER (WHERE v IS DISTINCT FROM c) AS different
FROM (SELECT v, row_number() OVER () AS i FROM versions v) v
     JOIN (SELECT 'version arguments' AS name, c, row_number() OVER () AS i
           FROM fairpg.compare('credit', 'credit', 'people', version_a => 1, version_b => 2, options => '{"replicates": 1000}') c
           UNION ALL SELECT 'prefix', c, row_number() OVER ()
           FROM fairpg.compare('model:credit@1', 'model:credit@2', 'people', label => 'repaid', protected => '{sex}',
                               options => '{"replicates": 1000}') c) c USING (i) GROUP BY 1 ORDER BY 1;
SELECT count(*) > 0 AS fits FROM fairpg.compare('odd@2', 'decision:old', 'people', version_a => 1);
SELECT count(*) > 0 AS fits FROM fairpg.compare('decision:old', 'odd@2@1', 'people');
-- without the label in the source
SELECT DISTINCT metric FROM fairpg.compare('credit@1', 'credit@2', 'SELECT sex, age, income FROM people') WHERE kind = 'group';

-- groups without positives, without decisions, of one row
SELECT group_name, metric, value_a, value_b, value, n, flag, reason
FROM fairpg.compare('decision:a', 'decision:b', $$SELECT g, CASE g WHEN 'no positive' THEN false ELSE i % 3 = 0 END AS y,
    CASE WHEN g <> 'no decision' THEN i % 2 = 0 END AS a, i % 5 = 0 AS b
    FROM generate_series(1, 60) i, unnest('{no positive,no decision,both}'::text[]) g WHERE g <> 'both' OR i < 41$$, '{g}', label => 'y')
WHERE kind = 'group' AND metric IN ('tpr', 'selection_rate', 'n_compared') OR kind = 'gap' AND metric = 'equal_opportunity';
SELECT group_name, metric, value, round(low::numeric, 3) AS low, round(high::numeric, 3) AS high, n, p_value, verdict, flag
FROM fairpg.compare('decision:a', 'decision:b', 'SELECT true AS a, false AS b, 1 AS g', '{g}') WHERE kind = 'group';
-- names of all kinds
SELECT DISTINCT attribute, group_name FROM fairpg.compare('decision:a"b;--', 'score:fairpg_b',
    $$SELECT i % 2 AS "a""b;--", i / 100.0 AS fairpg_b, i % 3 = 0 AS fairpg_a, (ARRAY['x"y', '<script>', '(unknown)'])[1 + i % 4] AS "g'h" FROM generate_series(1, 100) i$$,
    ARRAY['g''h', 'fairpg_a']) WHERE kind = 'group' ORDER BY 1, 2;

-- what is refused
SELECT * FROM fairpg.compare(NULL, 'credit', 'people');
SELECT * FROM fairpg.compare('credit', '', 'people');
SELECT * FROM fairpg.compare('credit', 'credits', 'people');
SELECT * FROM fairpg.compare('credit@7', 'credit', 'people');
SELECT * FROM fairpg.compare('credit@0', 'credit', 'people');
SELECT * FROM fairpg.compare('credit', 'credit', 'people', version_b => -1);
SELECT * FROM fairpg.compare('credit', 'credit', 'people', version_a => 99999999);
SELECT * FROM fairpg.compare('credit@99999999999999999999', 'credit', 'people');
SELECT * FROM fairpg.compare('decision:old', 'credit', 'people', version_a => 1);
SELECT * FROM fairpg.compare('decision:old', 'decision:new', 'people');
SELECT * FROM fairpg.compare('decision:older', 'decision:new', 'people', '{sex}');
SELECT * FROM fairpg.compare('decision:region', 'decision:new', 'people', '{sex}');
SELECT * FROM fairpg.compare('score:region', 'decision:new', 'people', '{sex}');
SELECT * FROM fairpg.compare('decision:age', 'decision:new', 'people', '{sex}');
SELECT * FROM fairpg.compare('decision:new', 'decision:age', 'people', '{sex}');
SELECT * FROM fairpg.compare('decision:new', 'score:s', 'SELECT *, ''NaN''::float8 AS s FROM people', '{sex}');
SELECT * FROM fairpg.compare('decision:new', 'decision:old', 'people', '{sex}', label => 'age');
SELECT * FROM fairpg.compare('decision:new', 'decision:old', 'SELECT * FROM people WHERE new IS NOT NULL', '{sex}', label => 'region', positive => 'east');
SELECT * FROM fairpg.compare('decision:new', 'decision:old', 'people', '{sex}', positive => 'x');
SELECT * FROM fairpg.compare('decision:new', 'decision:old', 'people', '{sex}', weight => 'region');
SELECT count(*) FROM fairpg.compare('decision:new', 'decision:old', 'SELECT *, -w AS minus FROM people', '{sex}', weight => 'minus');
SELECT * FROM fairpg.compare('decision:new', 'decision:old', 'people', '{sex*sex}');
SELECT * FROM fairpg.compare('decision:new', 'decision:old', 'people', '{sex}', level => 0);
SELECT * FROM fairpg.compare('decision:new', 'decision:old', 'people', '{sex}', threshold => 'NaN');
SELECT * FROM fairpg.compare('decision:new', 'decision:old', 'people', '{sex}', options => '{"mcnemar": "approximate"}');
SELECT * FROM fairpg.compare('decision:new', 'decision:old', 'people', '{sex}', options => '{"replicate": 1}');
SELECT * FROM fairpg.compare('decision:new', 'decision:old', 'SELECT * FROM people WHERE false', '{sex}');
SELECT * FROM fairpg.compare('credit@1', 'credit@2', 'SELECT sex, age, repaid FROM people');
SELECT * FROM fairpg.compare('credit@1', 'credit@2', 'SELECT age, income, repaid FROM people');
SELECT version FROM fairpg.train('amount', 'people', 'income', protected => '{sex}', features => '{age}', family => 'linear');
SELECT * FROM fairpg.compare('amount', 'credit', 'people');
SELECT version FROM fairpg.train('risk', 'people', 'old', protected => '{sex}', features => '{age}');
SELECT * FROM fairpg.compare('risk', 'credit', 'people');
SELECT count(*) > 0 AS fits FROM fairpg.compare('risk', 'credit', 'people', label => 'repaid');
SET fairpg.max_groups = 2;
SELECT * FROM fairpg.compare('decision:new', 'decision:old', 'people', '{sex*region}');
SELECT * FROM fairpg.compare('decision:new', 'decision:old', 'people', '{region}');
SELECT count(*) > 0 AS fits FROM fairpg.compare('decision:new', 'decision:old', 'people', '{sex}');
RESET fairpg.max_groups;

DROP TABLE people CASCADE;
SET client_min_messages = error;
DROP SCHEMA fairpg_report, fairpg_catalog CASCADE;
