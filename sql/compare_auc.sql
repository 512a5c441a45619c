-- AUCs of two scores on the same rows, with DeLong's paired interval and test,
-- by plain SQL over all pairs of rows beside them.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT fairpg.init();
CREATE TABLE people (id integer, sex text, region text, repaid boolean, points float8, other numeric, age integer, income float8,
                     w integer, approved boolean);
INSERT INTO people
SELECT i, (ARRAY['f', 'm'])[1 + i % 2], (ARRAY['north', 'south', NULL])[1 + i / 7 % 3],
       CASE WHEN i % 41 <> 0 THEN i * 37 % 101 < 40 + i % 2 * 15 END,
       CASE WHEN i % 53 <> 0 THEN (i * 53 % 103 - i * 37 % 101) / 10 END,
       CASE WHEN i % 59 <> 0 THEN i * 71 % 107 - 2 * (i * 37 % 101) END, 20 + i * 37 % 101 % 50, 1000 + i * 53 % 997, 1 + i % 3, i % 3 = 0
FROM generate_series(1, 600) i;

CREATE TEMP TABLE compared AS
SELECT * FROM fairpg.compare('score:points', 'score:other', 'people', '{sex,sex*region}', label => 'repaid', threshold => 0);
SELECT kind, attribute, group_name, round(value_a::numeric, 4) AS a, round(value_b::numeric, 4) AS b, round(value::numeric, 4) AS value,
       round(low::numeric, 4) AS low, round(high::numeric, 4) AS high, n, n_changed, round(p_value::numeric, 6) AS p,
       round(p_adjusted::numeric, 6) AS adjusted, verdict, flag, reason
FROM compared WHERE metric = 'auc';

-- placements of each row among those of the other label, then their means,
-- variances and covariance; 1.959963984540054 is the normal quantile of 0.975
CREATE FUNCTION pg_temp.delong(rows text)
RETURNS TABLE (grp text, n bigint, a float8, b float8, low float8, high float8, z float8) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format($q$
        WITH r AS (SELECT row_number() OVER () AS id, * FROM (%s) AS r (grp, y, a, b, w)), placed AS (
            SELECT x.grp, x.y, x.w,
                   sum(o.w * CASE WHEN o.a = x.a THEN 0.5 WHEN (o.a < x.a) = x.y THEN 1 ELSE 0 END)::float8 / sum(o.w) AS a,
                   sum(o.w * CASE WHEN o.b = x.b THEN 0.5 WHEN (o.b < x.b) = x.y THEN 1 ELSE 0 END)::float8 / sum(o.w) AS b
            FROM r x JOIN r o ON o.grp = x.grp AND o.y <> x.y GROUP BY x.id, x.grp, x.y, x.w),
        means AS (SELECT p.grp, y, sum(w * p.a) / sum(w) AS a, sum(w * p.b) / sum(w) AS b, sum(w) AS total,
                         sum(w)::float8 ^ 2 / sum(w * w) AS rows, count(*) AS n FROM placed p GROUP BY 1, 2),
        spread AS (SELECT p.grp, sum(w * (p.b - p.a - m.b + m.a) ^ 2 / total / (rows - 1)) AS variance
                   FROM placed p JOIN means m ON m.grp = p.grp AND m.y = p.y GROUP BY 1)
        SELECT m.grp, f.n + m.n, m.a, m.b, m.b - m.a - 1.959963984540054 * sqrt(variance), m.b - m.a + 1.959963984540054 * sqrt(variance),
               (m.b - m.a) / sqrt(variance)
        FROM means m JOIN spread USING (grp) JOIN means f ON f.grp = m.grp AND NOT f.y WHERE m.y$q$, rows);
END $$;
CREATE TEMP VIEW scored AS SELECT * FROM people WHERE repaid IS NOT NULL AND points IS NOT NULL AND other IS NOT NULL;
CREATE TEMP TABLE direct AS
SELECT 'sex' AS attribute, * FROM pg_temp.delong('SELECT sex, repaid, points, other::float8, 1 FROM scored')
UNION ALL SELECT 'sex*region', * FROM pg_temp.delong('SELECT sex || '', '' || coalesce(region, ''(unknown)''), repaid, points, other::float8, 1 FROM scored')
UNION ALL SELECT NULL, * FROM pg_temp.delong('SELECT '''', repaid, points, other::float8, 1 FROM scored');
SELECT c.attribute, count(*), bool_and(abs(value_a - a) < 1e-12 AND abs(value_b - b) < 1e-12) AS values,
       bool_and(abs(c.low - d.low) < 1e-12 AND abs(c.high - d.high) < 1e-12) AS intervals,
       bool_and(abs(p_value - (1 - erf)) < 2e-7) AS tests, bool_and(c.n = d.n) AS n
FROM compared c JOIN direct d ON d.attribute IS NOT DISTINCT FROM c.attribute AND d.grp = coalesce(c.group_name, ''),
     -- the error function to seven digits: Abramowitz and Stegun, 7.1.26
     LATERAL (SELECT 1 / (1 + 0.3275911 * abs(z) / sqrt(2)) AS t) t,
     LATERAL (SELECT 1 - ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * exp(-z * z / 2) AS erf) e
WHERE metric = 'auc' AND kind <> 'gap' GROUP BY 1 ORDER BY 1;
-- the same AUCs that the scores of either have
SELECT c.group_name, abs(value_a - a) < 1e-12 AS a, abs(value_b - b) < 1e-12 AS b
FROM compared c JOIN (SELECT sex AS group_name, fairpg.auc(fairpg.scores(repaid, points)) AS a, fairpg.auc(fairpg.scores(repaid, other::float8)) AS b
                      FROM scored GROUP BY 1) d USING (group_name) WHERE metric = 'auc' ORDER BY 1;
-- gaps are largest less least of the groups
SELECT attribute, bool_and(g.value_a = d.a AND g.value_b = d.b AND g.value = g.value_b - g.value_a) AS gaps, bool_and(low < value AND value < high) AS within
FROM compared g JOIN (SELECT attribute, max(value_a) - min(value_a) AS a, max(value_b) - min(value_b) AS b
                      FROM compared WHERE metric = 'auc' AND kind = 'group' GROUP BY 1) d USING (attribute)
WHERE metric = 'auc' AND kind = 'gap' GROUP BY 1 ORDER BY 1;

-- weights: as all pairs of rows by their products
SELECT count(*), bool_and(abs(value_a - a) < 1e-12 AND abs(value_b - b) < 1e-12) AS values,
       bool_and(abs(c.low - d.low) < 1e-12 AND abs(c.high - d.high) < 1e-12) AS intervals
FROM fairpg.compare('score:points', 'score:other', 'people', '{sex}', label => 'repaid', weight => 'w') c
     JOIN pg_temp.delong('SELECT sex, repaid, points, other::float8, w FROM scored') d ON d.grp = c.group_name
WHERE metric = 'auc';
-- the order of the rows and the way round do not matter, nor do other scores in that order
SELECT count(*) AS figures, count(*) FILTER (WHERE c IS DISTINCT FROM f) AS different
FROM (SELECT c, row_number() OVER () AS i FROM compared c) c
     JOIN (SELECT f, row_number() OVER () AS i
           FROM fairpg.compare('score:points', 'score:other', 'SELECT * FROM people ORDER BY -id', '{sex,sex*region}', label => 'repaid', threshold => 0) f) f
     USING (i);
SELECT count(*), bool_and(abs(f.value + c.value) < 1e-12 AND abs(f.low + c.high) < 1e-12 AND abs(f.p_value - c.p_value) < 1e-12) AS swapped
FROM compared c JOIN fairpg.compare('score:grown', 'score:points', 'SELECT *, exp(other / 100.0) AS grown FROM people', '{sex,sex*region}', label => 'repaid') f
     ON (c.kind, c.metric) = (f.kind, f.metric) AND c.attribute IS NOT DISTINCT FROM f.attribute AND c.group_name IS NOT DISTINCT FROM f.group_name
WHERE c.metric = 'auc' AND c.kind <> 'gap';

-- models bring scores of their own; what is asked not to is not shown, nor is it of decisions or without labels
SELECT version FROM fairpg.train('credit', 'people', 'repaid', protected => '{sex}', features => '{age,income,sex}');
SELECT version FROM fairpg.train('credit', 'people', 'repaid', protected => '{sex}', features => '{age}');
SELECT c.group_name, c.n, abs(value_a - a) < 1e-12 AS a, abs(value_b - b) < 1e-12 AS b, low < value AND value < high AS within
FROM fairpg.compare('credit@1', 'credit@2', 'people') c
     JOIN (SELECT sex AS group_name, fairpg.auc(fairpg.scores(repaid, fairpg.predict('credit', p, 1))) AS a,
                  fairpg.auc(fairpg.scores(repaid, fairpg.predict('credit', p, 2))) AS b FROM people p GROUP BY 1) d USING (group_name)
WHERE metric = 'auc' ORDER BY 1;
SELECT count(*) FROM fairpg.compare('credit@1', 'score:points', 'people') WHERE metric = 'auc';
SELECT count(*) FROM fairpg.compare('credit@1', 'credit@2', 'people', options => '{"auc": false}') WHERE metric = 'auc';
SELECT count(*) FROM fairpg.compare('credit@1', 'decision:approved', 'people') WHERE metric = 'auc';
SELECT count(*) FROM fairpg.compare('score:points', 'score:other', 'people', '{sex}') WHERE metric = 'auc';

-- a score twice, or one that orders the rows alike; groups without one label, of one row of a label, without scores
SELECT kind, value, low, high, p_value, verdict, reason
FROM fairpg.compare('score:points', 'score:twice', 'SELECT *, 2 * points AS twice FROM people', '{sex}', label => 'repaid') WHERE metric = 'auc';
SELECT kind, group_name, value_a, value_b, value, low, p_value, n, verdict, flag, reason
FROM fairpg.compare('score:a', 'score:b', $$SELECT g, CASE g WHEN 'no positive' THEN false WHEN 'no negative' THEN true WHEN 'one' THEN i = 1 WHEN 'no label' THEN NULL ELSE i % 2 = 0 END AS y,
        CASE WHEN g <> 'no score' THEN i * 7 % 11 END AS a, i * 5 % 13 AS b
    FROM generate_series(1, 12) i, unnest('{no positive,no negative,one,no label,no score,both}'::text[]) g$$, '{g}', label => 'y') WHERE metric = 'auc';
-- infinite scores have an order too
SELECT value_a, value_b FROM fairpg.compare('score:a', 'score:b', $$SELECT * FROM (VALUES (true, 'Infinity'::float8, '-Infinity'::float8), (false, 0, 0),
    (true, 1, 1), (false, '-Infinity', 'Infinity')) AS v (y, a, b)$$, '{}', label => 'y') WHERE metric = 'auc';

-- what is refused
SELECT * FROM fairpg.compare('score:points', 'score:s', 'SELECT *, ''NaN''::float8 AS s FROM people', '{sex}', label => 'repaid');
SELECT * FROM fairpg.compare('score:points', 'score:other', 'people', '{sex}', label => 'age');
SELECT * FROM fairpg.compare('score:points', 'score:other', 'people', '{sex}', label => 'repaid', options => '{"auc": "no"}');
SELECT fairpg.score_pairs(1, 'NaN', 0);
SELECT fairpg.score_pairs(1, 0, 0, -1);
SELECT fairpg.score_pairs_step(NULL, 1, 0, 0);
SELECT fairpg.score_pairs_combine(NULL, '\x00');
CREATE AGGREGATE pg_temp.join_pairs(bytea) (SFUNC = fairpg.score_pairs_combine, STYPE = bytea);
SELECT length(pg_temp.join_pairs(pairs)) / 8 AS numbers
FROM (SELECT fairpg.score_pairs(1, id, NULLIF(id, 3)) AS pairs FROM people GROUP BY sex UNION ALL SELECT NULL) s;
SELECT pg_temp.join_pairs('\x000102');

DROP TABLE people CASCADE;
SET client_min_messages = error;
DROP SCHEMA fairpg_report, fairpg_catalog CASCADE;
