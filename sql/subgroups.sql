-- The search of subgroups: what it tests and finds, by plain SQL; bins of
-- numbers; halves; grouping sets where there are too many cells.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
-- a number between 0 and 1 that looks like chance
CREATE FUNCTION h(i integer, k integer) RETURNS float8 IMMUTABLE LANGUAGE sql
    RETURN ('x' || left(md5(i || ' ' || k), 7))::bit(28)::int / 268435456.0;
CREATE TABLE people (id integer, sex text, region text, kind boolean, age integer, income float8, gain numeric,
                     y boolean, approved boolean, score float8, w float8);
INSERT INTO people
SELECT i, sex, region, kind, age, income, gain, y,
       h(i, 7) < CASE WHEN sex = 'f' AND region = 'north' AND age > 50 THEN 0.2 ELSE 0.6 END,
       h(i, 7), 1 + i % 3
FROM (SELECT i, (ARRAY['f', 'm'])[1 + (h(i, 1) > 0.5)::int] AS sex, (ARRAY['north', 'south', 'west', NULL])[1 + floor(h(i, 2) * 4)::int] AS region,
             h(i, 3) > 0.7 AS kind, 18 + floor(h(i, 4) * 60)::int AS age, 1000 * h(i, 5) AS income,
             CASE WHEN h(i, 6) > 0.8 THEN round(h(i, 6)::numeric, 2) ELSE 0 END AS gain, h(i, 8) > 0.5 AS y
      FROM generate_series(1, 4000) i) t;
SELECT kind, rank, attribute, group_name, metric, round(value::numeric, 4) AS value, round(rest::numeric, 4) AS rest, round(effect::numeric, 4) AS effect,
       round(low::numeric, 3) AS low, round(high::numeric, 3) AS high, n, n_rest, round(p_value::numeric, 6) AS p, round(p_adjusted::numeric, 6) AS adjusted,
       verdict, flag, reason
FROM fairpg.subgroups('people', '{sex,region,age}', decision => 'approved', options => '{"top": 5}');

-- every subgroup of three columns, by grouping sets of plain SQL
CREATE TEMP VIEW binned AS
SELECT *, CASE WHEN age <= q[1] THEN 'age <= ' || q[1] WHEN age <= q[2] THEN q[1] || ' < age <= ' || q[2]
               WHEN age <= q[3] THEN q[2] || ' < age <= ' || q[3] ELSE 'age > ' || q[3] END AS bin
FROM people, (SELECT percentile_disc('{0.25,0.5,0.75}'::float8[]) WITHIN GROUP (ORDER BY age) AS q FROM people) c;
CREATE TEMP TABLE plain AS
SELECT concat_ws(' and ', CASE WHEN grouping(sex) = 0 THEN 'sex = ' || sex END,
                 CASE WHEN grouping(region) = 0 THEN 'region = ' || coalesce(region, '(unknown)') END,
                 CASE WHEN grouping(bin) = 0 THEN bin END) AS group_name,
       count(*) FILTER (WHERE y) AS positives, count(*) FILTER (WHERE y AND approved) AS hits, count(*) AS n, count(*) FILTER (WHERE approved) AS approved
FROM binned GROUP BY CUBE (sex, region, bin) HAVING grouping(sex, region, bin) < 7;
SELECT metric, count(*) AS found, count(*) FILTER (WHERE p.group_name IS NULL) AS unknown,
       bool_and(s.n = CASE metric WHEN 'tpr' THEN p.positives ELSE p.n END) AS n,
       bool_and(abs(value - CASE metric WHEN 'tpr' THEN p.hits::float8 / p.positives ELSE p.approved::float8 / p.n END) < 1e-12) AS value,
       bool_and(abs(rest - CASE metric WHEN 'tpr' THEN (t.hits - p.hits)::float8 / (t.positives - p.positives)
                                       ELSE (t.approved - p.approved)::float8 / (t.n - p.n) END) < 1e-12) AS rest,
       bool_and(abs(effect - (value - rest)) < 1e-15 AND low <= effect AND effect <= high) AS effect
FROM (SELECT sum(positives) AS positives, sum(hits) AS hits, sum(n) AS n, sum(approved) AS approved FROM plain WHERE group_name ~ '^sex = .$') t,
     (SELECT * FROM fairpg.subgroups('people', '{sex,region,age}', label => 'y', decision => 'approved', options => '{"top": 1000, "min_group": 1}')
      UNION ALL SELECT * FROM fairpg.subgroups('people', '{sex,region,age}', label => 'y', decision => 'approved', metric => 'tpr',
                                               options => '{"top": 1000, "min_group": 40}')) s
     LEFT JOIN plain p USING (group_name)
WHERE kind = 'subgroup' GROUP BY 1 ORDER BY 1;
SELECT count(*) AS of_one_row_or_more, count(*) FILTER (WHERE positives >= 40) AS of_forty_positives FROM plain;
-- p-values, and how they are adjusted for the number of tests
SELECT count(*), bool_and(abs(p_value - CASE WHEN least(n, n_rest) >= 30 AND least(n * value + n_rest * rest, n + n_rest - n * value - n_rest * rest)
                                               * least(n, n_rest) / (n + n_rest) >= 5
                                         THEN (fairpg.z_test(round(n * value), n, round(n_rest * rest), n_rest)).p_value
                                         ELSE (fairpg.fisher_test(round(n * value)::bigint, n, round(n_rest * rest)::bigint, n_rest)).p_value END) < 1e-9) AS tests,
       bool_and(abs(low - (fairpg.difference_interval(round(n * value), n, round(n_rest * rest), n_rest)).low) < 1e-9) AS intervals
FROM fairpg.subgroups('people', '{sex,region,age}', decision => 'approved', options => '{"top": 1000, "min_group": 5}') WHERE kind = 'subgroup';
SELECT adjustment, bool_and(abs(p_adjusted - fair) < 1e-12) AS same
FROM unnest('{holm,benjamini_hochberg,benjamini_yekutieli}'::text[]) adjustment, LATERAL (
    SELECT p_adjusted, (fairpg.adjust_p_values(array_agg(p_value) OVER (ORDER BY rank ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), adjustment))[rank] AS fair
    FROM fairpg.subgroups('people', '{sex,region,age}', decision => 'approved',
                          options => jsonb_build_object('top', 1000, 'adjustment', adjustment)) WHERE kind = 'subgroup') s
GROUP BY 1 ORDER BY 1;

-- beside them the rates that the others of the same columns lend something to
SELECT count(*) AS pooled, bool_and(abs(s.pooled - p.pooled) < 1e-9 AND abs(s.pooled_low - p.pooled_low) < 1e-9 AND abs(s.pooled_high - p.pooled_high) < 1e-9) AS same
FROM fairpg.subgroups('people', '{sex,region}', decision => 'approved', options => '{"top": 1000, "pooled": true}') s
     JOIN (SELECT r.* FROM (SELECT fairpg.fairness(NULL, approved, 'sex = ' || sex || ' and region = ' || coalesce(region, '(unknown)')) AS f FROM people) t,
                           fairpg.pooled_rates(f, 'selection_rate') r) p USING (group_name);

-- too many cells: by grouping sets, to the same rows, weights and all
SELECT name, count(*) AS rows, count(*) FILTER (WHERE (a.group_name, a.value, a.rest, a.low, a.n, a.n_rest, a.verdict)
                                                       IS DISTINCT FROM (b.group_name, b.value, b.rest, b.low, b.n, b.n_rest, b.verdict)) AS different
FROM (VALUES ('plain', NULL, NULL), ('split', NULL, 'id'), ('weights', 'w', NULL)) v(name, weight, split), LATERAL (
    SELECT *, row_number() OVER () AS i FROM fairpg.subgroups('people', '{sex,region,age,kind,gain}', label => 'y', decision => 'approved', metric => 'fpr',
        weight => v.weight, options => jsonb_strip_nulls(jsonb_build_object('min_group', 20, 'split', split)))) a
     JOIN LATERAL (SELECT *, row_number() OVER () AS i FROM fairpg.subgroups('people', '{sex,region,age,kind,gain}', label => 'y', decision => 'approved', metric => 'fpr',
        weight => v.weight, options => jsonb_strip_nulls(jsonb_build_object('min_group', 20, 'split', split, 'max_cells', 100)))) b ON a.i = b.i AND a.metric <> 'n_scans'
GROUP BY 1 ORDER BY 1;
SELECT max_cells, value, reason FROM unnest('{100000,100}'::int[]) max_cells,
    fairpg.subgroups('people', '{sex,region,age,kind,gain}', decision => 'approved', options => jsonb_build_object('max_cells', max_cells, 'min_group', 50))
WHERE metric = 'n_scans';
-- one row's order is as good as another's
SELECT count(*) AS different FROM (
    SELECT * FROM fairpg.subgroups('people', '{sex,region,age}', decision => 'approved', weight => 'w')
    EXCEPT SELECT * FROM fairpg.subgroups('SELECT * FROM people ORDER BY -id', '{sex,region,age}', decision => 'approved', weight => 'w')) t;

-- bins: many zeros are a bin of their own, few values are left as they are
SELECT attribute, group_name, n FROM fairpg.subgroups('SELECT *, id % 3 AS third, ''2026-01-01''::date + id % 2 AS day, CASE WHEN id % 4 > 0 THEN 1 ELSE round(h(id, 9)::numeric, 3) END AS high FROM people',
    '{gain,third,high,day}', decision => 'approved', depth => 1, options => '{"top": 100, "min_group": 1}') WHERE kind = 'subgroup' ORDER BY 1, 2;
SELECT gain = 0 AS zero, count(*) FROM people GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM fairpg.subgroups('people', '{income}', decision => 'approved', depth => 1, options => '{"top": 100, "bins": 10}') WHERE kind = 'subgroup';
-- a column that says the same as another adds nothing
SELECT rank, group_name FROM fairpg.subgroups('SELECT *, upper(sex) AS gender FROM people', '{sex,gender}', decision => 'approved', options => '{"top": 10}')
WHERE kind = 'subgroup';
SELECT count(*) FROM fairpg.subgroups('SELECT *, 1 AS one FROM people', '{one}', decision => 'approved') WHERE kind = 'subgroup';

-- directions
SELECT worst, group_name, round(effect::numeric, 3) AS effect, verdict
FROM unnest('{low,high,either}'::text[]) worst, fairpg.subgroups('people', '{sex,region}', decision => 'approved', depth => 1,
    options => jsonb_build_object('worst', worst, 'top', 1)) WHERE kind = 'subgroup';
SELECT metric, group_name, round(effect::numeric, 3) AS effect, verdict
FROM unnest('{tpr,fnr,fpr,error_rate,accuracy,ppv}'::text[]) wanted, fairpg.subgroups('people', '{sex,region,age}', label => 'y', score => 'score', threshold => 0.4,
    metric => wanted, options => '{"top": 1}') WHERE kind = 'subgroup';

-- found in one half, looked at again in the other
SELECT kind, rank, group_name, round(value::numeric, 3) AS value, round(rest::numeric, 3) AS rest, n, n_rest, round(p_adjusted::numeric, 4) AS adjusted, verdict, flag
FROM fairpg.subgroups('people', '{sex,region,age,kind,income}', decision => 'approved', options => '{"top": 3, "split": "id"}') WHERE rank IS NOT NULL OR kind ~ 'overall';
SELECT count(*) FILTER (WHERE half = 0) AS find, count(*) FILTER (WHERE half = 1) AS confirm
FROM (SELECT hashtextextended(id::text, 0) & 1 AS half FROM people) t;
SELECT count(DISTINCT group_name) > 1 AS seeds_differ FROM generate_series(1, 5) seed,
    fairpg.subgroups('SELECT * FROM people WHERE NOT (sex = ''f'' AND region = ''north'')', '{sex,region,age,income}', decision => 'approved', seed => seed, options => '{"top": 1, "split": "id"}')
WHERE kind = 'found';

-- nothing to find: no rows of enough, no decisions, no positives
SELECT kind, metric, value, n, flag, reason FROM fairpg.subgroups('SELECT * FROM people LIMIT 10', '{sex}', decision => 'approved');
SELECT kind, metric, value, n, flag, reason FROM fairpg.subgroups('SELECT sex, NULL::boolean AS d FROM people', '{sex}', decision => 'd');
SELECT kind, metric, value, n, flag, reason FROM fairpg.subgroups('SELECT sex, false AS y, true AS d FROM people', '{sex}', label => 'y', decision => 'd', metric => 'tpr');
SELECT kind, group_name, value, p_value, verdict FROM fairpg.subgroups('SELECT sex, true AS d FROM people', '{sex}', decision => 'd');
-- names of all kinds
SELECT attribute, group_name, n FROM fairpg.subgroups(
    $$SELECT i % 2 AS "d""'", (ARRAY['a";b''<script>', '(unknown)', 'x and y', ''])[1 + i % 4] AS "g;--", i AS "fairpg_bin_2", i % 5 > 2 AS "a*b" FROM generate_series(1, 400) i$$,
    '{g;--,fairpg_bin_2,a*b}', decision => $$d"'$$, depth => 1) WHERE kind = 'subgroup' ORDER BY 1, 2;

-- what is refused
SELECT * FROM fairpg.subgroups(NULL, '{sex}', decision => 'approved');
SELECT * FROM fairpg.subgroups('people', NULL, decision => 'approved');
SELECT * FROM fairpg.subgroups('people', '{}', decision => 'approved');
SELECT * FROM fairpg.subgroups('people', '{sex,sex}', decision => 'approved');
SELECT * FROM fairpg.subgroups('people', '{gender}', decision => 'approved');
SELECT * FROM fairpg.subgroups('people', (SELECT array_agg('c' || i) FROM generate_series(1, 40) i), decision => 'approved');
SELECT * FROM fairpg.subgroups('people', '{sex}', decision => 'approved', depth => 40);
SELECT * FROM fairpg.subgroups('people', '{sex}', decision => 'approved', depth => 0);
SELECT * FROM fairpg.subgroups('people', '{sex}');
SELECT * FROM fairpg.subgroups('people', '{sex}', decision => 'approved', score => 'score');
SELECT * FROM fairpg.subgroups('people', '{sex}', decision => 'region');
SELECT * FROM fairpg.subgroups('people', '{sex}', decision => 'age');
SELECT * FROM fairpg.subgroups('people', '{sex}', decision => 'approved', label => 'age', metric => 'tpr');
SELECT * FROM fairpg.subgroups('people', '{sex}', decision => 'approved', metric => 'tpr');
SELECT * FROM fairpg.subgroups('people', '{sex}', decision => 'approved', label => 'y', metric => 'f1');
SELECT * FROM fairpg.subgroups('people', '{sex}', decision => 'approved', metric => 'speed');
SELECT * FROM fairpg.subgroups('people', '{sex}', decision => 'approved', level => 2);
SELECT * FROM fairpg.subgroups('SELECT *, ''NaN''::float8 AS s FROM people', '{sex}', score => 's');
SELECT * FROM fairpg.subgroups('SELECT *, -w AS minus FROM people', '{sex}', decision => 'approved', weight => 'minus');
SELECT * FROM fairpg.subgroups('SELECT *, ''{}''::json AS doc FROM people', '{doc}', decision => 'approved');
SELECT * FROM fairpg.subgroups('SELECT * FROM people WHERE false', '{sex,age}', decision => 'approved');
SELECT * FROM fairpg.subgroups('people', '{sex}', decision => 'approved', options => '{"worst": "best"}');
SELECT * FROM fairpg.subgroups('people', '{sex}', decision => 'approved', options => '{"adjustment": "none"}');
SELECT * FROM fairpg.subgroups('people', '{sex}', decision => 'approved', options => '{"depth": 2}');
SELECT * FROM fairpg.subgroups('people', '{sex}', decision => 'approved', options => '{"split": "key"}');
SELECT * FROM fairpg.subgroups('people', '{sex}', decision => 'approved', options => '{"split": "region"}');
SELECT * FROM fairpg.subgroups((SELECT 'SELECT approved, ' || string_agg('floor(40 * h(id, ' || k || '))::text AS c' || k, ', ') || ' FROM people' FROM generate_series(1, 9) k),
                               (SELECT array_agg('c' || k) FROM generate_series(1, 9) k), decision => 'approved', options => '{"min_group": 1}');

-- NaN is no number, and a bin of its own; infinity is above all numbers
CREATE TABLE readings AS SELECT CASE WHEN i % 4 = 0 THEN 'NaN' WHEN i % 11 = 0 THEN 'Infinity' ELSE (i * 7919 % 1000)::float8 END AS x, CASE WHEN i % 4 = 0 THEN i % 5 = 0 ELSE i % 3 = 0 END AS approved
FROM generate_series(1, 6000) i;
SELECT s.group_name, s.n, round(s.value::numeric, 4) AS value,
       (SELECT (count(*), round(avg(approved::int), 4)) = (s.n, round(s.value::numeric, 4)) FROM readings
        WHERE CASE s.group_name WHEN 'x = NaN' THEN x = 'NaN' WHEN 'x > 825' THEN x > 825 AND x < 'NaN' ELSE x <= 275 END) AS as_counted
FROM fairpg.subgroups('readings', '{x}', decision => 'approved', options => '{"worst": "either"}') s
WHERE kind = 'subgroup' AND group_name IN ('x = NaN', 'x <= 275', 'x > 825') ORDER BY s.group_name;
SELECT group_name, n FROM fairpg.subgroups('SELECT x::numeric, approved FROM readings', '{x}', decision => 'approved', options => '{"worst": "either"}')
WHERE kind = 'subgroup' AND group_name = 'x = NaN';
DROP TABLE readings;

DROP TABLE people CASCADE;
DROP FUNCTION h;
