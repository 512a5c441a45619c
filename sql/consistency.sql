-- Consistency with nearest neighbours, by plain SQL over all pairs of rows beside
-- it: the row itself left out, columns scaled, neighbours at one distance shared.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT fairpg.init();
CREATE TABLE people (id integer, sex text, region text, age integer, income numeric, housing text, member boolean, since date,
                     approved boolean, flagged integer, w float8);
INSERT INTO people
SELECT i, (ARRAY['f', 'm'])[1 + i % 2], (ARRAY['north', 'south', NULL])[1 + i / 7 % 3], 20 + i * 37 % 101 % 17,
       CASE WHEN i % 23 <> 0 THEN 1000 + i * 53 % 97 END, (ARRAY['own', 'rent', 'other', NULL])[1 + i * 71 % 13 % 4], i * 29 % 31 < 12,
       date '2020-01-01' + i * 41 % 300, CASE WHEN i % 29 <> 0 THEN i * 37 % 101 % 17 + i * 59 % 11 > 12 END, (i * 43 % 7 < 3)::int, 1 + i % 3
FROM generate_series(1, 300) i;

-- scales by window functions, then the mean of the k nearest
CREATE FUNCTION pg_temp.direct(k integer, manhattan boolean)
RETURNS TABLE (id integer, sex text, region text, w float8, value float8) LANGUAGE sql AS $$
WITH r AS (SELECT * FROM people WHERE approved IS NOT NULL),
     s AS (SELECT stddev_pop(age::float8) AS age, stddev_pop(income::float8) AS income,
                  2 / (1 - (SELECT sum(n * n) / sum(n) ^ 2 FROM (SELECT count(*)::float8 AS n FROM r GROUP BY housing) h)) AS housing,
                  2 / (1 - (SELECT sum(n * n) / sum(n) ^ 2 FROM (SELECT count(*)::float8 AS n FROM r GROUP BY member) h)) AS member FROM r),
     apart AS (SELECT a.id, a.approved AS own, b.approved AS other,
                      CASE WHEN manhattan THEN abs(a.age - b.age) / s.age ELSE ((a.age - b.age) / s.age) ^ 2 END
                      + CASE WHEN a.income IS NULL AND b.income IS NULL THEN 0
                             WHEN a.income IS NULL OR b.income IS NULL THEN CASE WHEN manhattan THEN sqrt(2) ELSE 2 END
                             WHEN manhattan THEN abs(a.income - b.income)::float8 / s.income ELSE ((a.income - b.income)::float8 / s.income) ^ 2 END
                      + CASE WHEN a.housing IS NOT DISTINCT FROM b.housing THEN 0 WHEN manhattan THEN sqrt(s.housing) ELSE s.housing END
                      + CASE WHEN a.member = b.member THEN 0 WHEN manhattan THEN sqrt(s.member) ELSE s.member END AS distance
               FROM r a JOIN r b ON b.id <> a.id, s),
     ranked AS (SELECT *, round(distance::numeric, 9) AS d, row_number() OVER (PARTITION BY id ORDER BY distance) AS place FROM apart),
     edge AS (SELECT id, d AS furthest FROM ranked WHERE place = k),
     near AS (SELECT id, own, sum(other::int) FILTER (WHERE d < furthest) AS closer_yes, count(*) FILTER (WHERE d < furthest) AS closer,
                     sum(other::int) FILTER (WHERE d = furthest) AS tied_yes, count(*) FILTER (WHERE d = furthest) AS tied
              FROM ranked JOIN edge USING (id) GROUP BY 1, 2)
SELECT id, sex, region, w, 1 - abs(own::int - (coalesce(closer_yes, 0) + (k - closer) * tied_yes::float8 / tied) / k) FROM near JOIN people USING (id) $$;
CREATE TEMP TABLE direct AS SELECT k, distance, d.* FROM (VALUES (5, 'euclidean'), (5, 'manhattan'), (12, 'euclidean')) v (k, distance),
    pg_temp.direct(k, distance = 'manhattan') d;
CREATE TEMP TABLE ours AS SELECT v.k, v.distance, c.* FROM (VALUES (5, 'euclidean'), (5, 'manhattan'), (12, 'euclidean')) v (k, distance),
    fairpg.consistency('people', '{age,income,housing,member}', 'approved', '{sex,sex*region}', k => v.k, distance => v.distance) c;
SELECT d.k, d.distance, c.attribute, c.group_name, round(c.value::numeric, 4) AS value, round(c.low::numeric, 4) AS low, round(c.high::numeric, 4) AS high,
       c.n, c.n_rows, abs(c.value - d.value) < 1e-12 AS same, c.n = d.n AS rows
FROM (SELECT k, distance, NULL AS attribute, NULL AS group_name, avg(value) AS value, count(*) AS n FROM direct GROUP BY 1, 2
      UNION ALL SELECT k, distance, 'sex', sex, avg(value), count(*) FROM direct GROUP BY 1, 2, 4
      UNION ALL SELECT k, distance, 'sex*region', sex || ', ' || coalesce(region, '(unknown)'), avg(value), count(*) FROM direct GROUP BY 1, 2, 4) d
     JOIN ours c ON (c.k, c.distance) = (d.k, d.distance)
     AND c.attribute IS NOT DISTINCT FROM d.attribute AND c.group_name IS NOT DISTINCT FROM d.group_name
ORDER BY 1, 2, 3 NULLS FIRST, 4;
-- the anchors by their weight
SELECT c.group_name, abs(c.value - d.value) < 1e-12 AS same, c.high - c.low > p.high - p.low AS wider
FROM fairpg.consistency('people', '{age,income,housing,member}', 'approved', '{sex}', weight => 'w') c
     JOIN fairpg.consistency('people', '{age,income,housing,member}', 'approved', '{sex}') p USING (group_name)
     JOIN (SELECT sex AS group_name, sum(w * value) / sum(w) AS value FROM direct WHERE k = 5 AND distance = 'euclidean' GROUP BY 1) d USING (group_name);

-- what cannot change it: the order of the rows, the order of the columns, units, shifts; decisions as numbers
CREATE TEMP TABLE seen AS SELECT * FROM fairpg.consistency('people', '{age,income,housing,member,since}', 'flagged', '{sex,region}', sample => 200, seed => 3);
SELECT name, count(*), count(*) FILTER (WHERE s.value <> c.value OR s.low <> c.low OR s.n <> c.n) AS different
FROM seen s JOIN (
    SELECT 'order' AS name, * FROM fairpg.consistency('SELECT * FROM people ORDER BY -id', '{age,income,housing,member,since}', 'flagged', '{sex,region}', sample => 200, seed => 3)
    UNION ALL SELECT 'boolean', * FROM fairpg.consistency('SELECT *, flagged = 1 AS flag FROM people', '{age,income,housing,member,since}', 'flag', '{sex,region}', sample => 200, seed => 3)
    ) c USING (group_name, attribute) GROUP BY 1 ORDER BY 1;
SELECT name, count(*), bool_and(abs(s.value - c.value) < 1e-12) AS same
FROM fairpg.consistency('people', '{age,income,housing,member}', 'flagged', '{sex}') s JOIN (
    SELECT 'columns' AS name, * FROM fairpg.consistency('people', '{member,housing,income,age}', 'flagged', '{sex}')
    UNION ALL SELECT 'units', * FROM fairpg.consistency('SELECT *, age * 12 AS months, income / 4 - 70 AS less FROM people', '{months,less,housing,member}', 'flagged', '{sex}')
    UNION ALL SELECT 'zeros and ones', * FROM fairpg.consistency('SELECT *, member::int AS one FROM people', '{age,income,housing,one}', 'flagged', '{sex}')
    UNION ALL SELECT 'a constant', * FROM fairpg.consistency('SELECT *, 7 AS seven, ''x'' AS x FROM people', '{age,income,housing,member,seven,x}', 'flagged', '{sex}')
    ) c ON c.group_name IS NOT DISTINCT FROM s.group_name GROUP BY 1 ORDER BY 1;
-- another sample, and all rows
SELECT abs(a.value - b.value) BETWEEN 1e-9 AND 0.1 AS another, b.low < a.value AND a.value < b.high AS within, a.n, b.n, b.n_rows
FROM fairpg.consistency('people', '{age,income}', 'flagged', sample => NULL) a, fairpg.consistency('people', '{age,income}', 'flagged', sample => 100, seed => 1) b;
-- copies of one row are neighbours of each other; all decided alike
SELECT value, n FROM fairpg.consistency('SELECT x, x % 2 = 0 AS yes FROM generate_series(1, 50) x, generate_series(1, 6)', '{x}', 'yes');
SELECT value, round(low::numeric, 4) AS low, high FROM fairpg.consistency('SELECT *, true AS yes FROM people', '{age,income}', 'yes');
-- what a model decides
SELECT version FROM fairpg.train('credit', 'people', 'approved', protected => '{sex}', features => '{age,income,housing,sex}');
SELECT m.group_name, m.value = d.value AS same, m.value > 0.9 AS smooth
FROM fairpg.consistency('people', '{age,income,housing}', model => 'credit', protected => '{sex}') m
     JOIN fairpg.consistency('SELECT *, fairpg.decide(''credit'', p, 1) AS decided FROM people p', '{age,income,housing}', 'decided', '{sex}') d USING (group_name);

-- few rows, groups out of the sample, no decisions
SELECT * FROM fairpg.consistency('SELECT * FROM people WHERE id <= 5', '{age}', 'flagged', '{sex}');
SELECT attribute, group_name, value IS NULL AS none, n, n_rows, flag, reason
FROM fairpg.consistency('SELECT *, CASE WHEN id = 7 THEN ''one'' ELSE ''rest'' END AS g FROM people', '{age}', 'flagged', '{g}', sample => 20);
SELECT * FROM fairpg.consistency('SELECT age, NULL::boolean AS d FROM people', '{age}', 'd');

-- what is refused
SELECT * FROM fairpg.consistency('people', '{age}');
SELECT * FROM fairpg.consistency('people', '{age}', 'approved', model => 'credit');
SELECT * FROM fairpg.consistency('people', '{age}', 'approved', version => 1);
SELECT * FROM fairpg.consistency('people', '{age}', model => 'credit', version => 0);
SELECT * FROM fairpg.consistency('people', '{age}', model => 'credit', version => 7);
SELECT * FROM fairpg.consistency('people', '{age}', model => 'nobody');
SELECT * FROM fairpg.consistency('people', '{}', 'approved');
SELECT * FROM fairpg.consistency('people', NULL, 'approved');
SELECT * FROM fairpg.consistency('people', '{age,age}', 'approved');
SELECT * FROM fairpg.consistency('people', '{height}', 'approved');
SELECT * FROM fairpg.consistency('people', '{age}', 'accepted');
SELECT * FROM fairpg.consistency('people', '{age}', 'region');
SELECT * FROM fairpg.consistency('people', '{income}', 'age');
SELECT * FROM fairpg.consistency('people', '{age}', 'approved', '{height}');
SELECT * FROM fairpg.consistency('people', '{age}', 'approved', k => 0);
SELECT * FROM fairpg.consistency('people', '{age}', 'approved', k => 1001);
SELECT * FROM fairpg.consistency('people', '{age}', 'approved', k => NULL);
SELECT * FROM fairpg.consistency('people', '{age}', 'approved', sample => 0);
SELECT * FROM fairpg.consistency('people', '{age}', 'approved', distance => 'cosine');
SELECT * FROM fairpg.consistency('people', '{age}', 'approved', distance => NULL);
SELECT * FROM fairpg.consistency('people', '{age}', 'approved', level => 1);
SELECT * FROM fairpg.consistency('people', '{age}', 'approved', weight => 'region');
SELECT * FROM fairpg.consistency('SELECT *, -w AS minus FROM people', '{age}', 'approved', weight => 'minus');
SELECT * FROM fairpg.consistency('SELECT *, ''NaN''::float8 AS x FROM people', '{x}', 'approved');
SELECT * FROM fairpg.consistency('people', '{age}', 'approved', options => '{"size": 1}');
SELECT * FROM fairpg.consistency('SELECT * FROM people WHERE false', '{age}', 'approved');
SET fairpg.max_groups = 2;
SELECT * FROM fairpg.consistency('people', '{age}', 'approved', '{region}');
RESET fairpg.max_groups;

DROP TABLE people CASCADE;
SET client_min_messages = error;
DROP SCHEMA fairpg_report, fairpg_catalog CASCADE;
