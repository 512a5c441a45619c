-- What drives a gap: features dropped and permuted, segments left out and alone,
-- each by plain SQL beside it.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT fairpg.init();
CREATE TABLE people (id integer, sex text, region text, repaid boolean, income float8, age integer, job text,
                     since date, idle float8, parts float8[], w float8, points float8);
INSERT INTO people
SELECT i, (ARRAY['f', 'm'])[1 + i % 2], (ARRAY['north', 'south', NULL])[1 + (i / 7 + i % 2) % 3],
       CASE WHEN i % 41 <> 0 THEN i * 37 % 101 + i * 53 % 97 + i % 2 * 20 + i * 13 % 29 > 105 END,
       CASE WHEN i % 17 <> 0 THEN i * 53 % 97 + i * 29 % 13 + i % 2 * 9 END, 20 + i * 37 % 101 % 50,
       CASE WHEN i % 23 <> 0 THEN (ARRAY['clerk', 'clerk', 'nurse', 'pilot'])[1 + (i * 37 % 101 / 9) % 4] END,
       '2020-01-01'::date + i * 31 % 700, 7, ARRAY[i * 13 % 29, i * 13 % 29 + i % 11], 1 + i % 3, i * 53 % 103 / 103.0
FROM generate_series(1, 1200) i;
SELECT version, status FROM fairpg.train('credit', 'people', label => 'repaid', protected => '{sex,sex*region}',
    features => '{income,age,job,since,idle,parts}', split => 'none');
CREATE TEMP TABLE found AS
SELECT * FROM fairpg.sensitivity('credit', 'people', options => '{"group_metrics": true, "replicates": 500}');
SELECT factor_kind, factor, count(DISTINCT factor_level) AS levels, count(*) FROM found GROUP BY 1, 2 ORDER BY 1, 2;
SELECT factor_kind, factor, factor_level, round(baseline::numeric, 4) AS baseline, round(value::numeric, 4) AS gap, round(change::numeric, 4) AS change,
       round(change_low::numeric, 3) AS low, round(change_high::numeric, 3) AS high, group_name, n, reason
FROM found WHERE attribute = 'sex' AND metric = 'demographic_parity' AND factor IN ('income', 'job')
ORDER BY 1, 2, 3;

-- what features add to the score is what the score is made of
CREATE FUNCTION pg_temp.z(p float8) RETURNS float8 LANGUAGE sql AS $$ SELECT ln(p / (1 - p)) $$;
SELECT count(*), max(rest) - min(rest) < 1e-9 AS only_the_intercept_is_left
FROM (SELECT pg_temp.z(fairpg.predict('credit', p)) - (SELECT sum(c) FROM unnest(fairpg.contributions('credit', p, 1, '{income,age,job,since,parts}')) c) AS rest
      FROM people p) t;

-- the score with another value of a feature, by predict() alone
CREATE TEMP TABLE scored AS
SELECT p.*, fairpg.decide('credit', p) AS decision, pg_temp.z(fairpg.predict('credit', p)) AS z,
       pg_temp.z(fairpg.predict('credit', (SELECT q FROM (SELECT NULL::float8 AS income, p.age, p.job, p.since, p.idle, p.parts) q))) AS no_income,
       pg_temp.z(fairpg.predict('credit', (SELECT q FROM (SELECT p.income, p.age, 'clerk' AS job, p.since, p.idle, p.parts) q))) AS no_job,
       pg_temp.z(fairpg.predict('credit', (SELECT q FROM (SELECT p.income, p.age, p.job, p.since, p.idle, ARRAY[0, 0]::float8[] AS parts) q))) AS no_parts
FROM people p;
-- dropped: everybody has the mean of what the feature adds; intervals are those of compare()
CREATE FUNCTION pg_temp.compared(kind text, factor text, without text) RETURNS TABLE (figures bigint, same boolean, intervals boolean, changes boolean) LANGUAGE sql AS $$
SELECT count(*), bool_and(abs(s.value - c.value_b) < 1e-12 AND abs(s.baseline - c.value_a) < 1e-12 AND abs(s.change - c.value) < 1e-12),
       bool_and(s.change_low IS NOT DISTINCT FROM c.low AND s.change_high IS NOT DISTINCT FROM c.high), bool_or(c.n_changed > 0)
FROM found s JOIN fairpg.compare('decision:decision', 'decision:b',
         format('SELECT *, %1$I + avg(z - %1$I) OVER () >= 0 AS b FROM scored', without), '{sex,sex*region}', label => 'repaid', options => '{"replicates": 500}') c
     ON s.metric = c.metric AND s.attribute IS NOT DISTINCT FROM c.attribute AND s.group_name IS NOT DISTINCT FROM c.group_name AND c.kind IN ('overall', 'group')
        OR s.metric = c.metric AND s.attribute = c.attribute AND s.kind = 'gap' AND c.kind = 'gap'
WHERE s.factor_kind = compared.kind AND s.factor = compared.factor AND (s.kind = 'gap') = (c.kind = 'gap') $$;
SELECT * FROM pg_temp.compared('drop', 'income', 'no_income');
SELECT * FROM pg_temp.compared('drop', 'job', 'no_job');
SELECT * FROM pg_temp.compared('drop', 'parts', 'no_parts');

-- permuted: the expectation is the source crossed with itself
CREATE FUNCTION pg_temp.crossed(without text) RETURNS TABLE (attribute text, grp text, metric text, value float8) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format($q$
    WITH drawn AS MATERIALIZED (SELECT sex, region, repaid, (SELECT avg((s.%1$I + d.z - d.%1$I >= 0)::int)::float8 FROM scored d) AS p FROM scored s),
    grouped AS (SELECT v.attribute, v.grp, repaid, p FROM drawn, LATERAL (VALUES (NULL, NULL), ('sex', sex), ('sex*region', sex || ', ' || coalesce(region, '(unknown)'))) v (attribute, grp))
    SELECT g.attribute, g.grp, m.metric, m.value FROM (
        SELECT g.attribute, g.grp, avg(p) AS rate, avg(p) FILTER (WHERE repaid) AS tpr, avg(p) FILTER (WHERE NOT repaid) AS fpr,
               avg(CASE WHEN repaid THEN p ELSE 1 - p END) FILTER (WHERE repaid IS NOT NULL) AS accuracy
        FROM grouped g GROUP BY 1, 2) g, LATERAL (VALUES ('selection_rate', rate), ('tpr', tpr), ('fpr', fpr), ('accuracy', accuracy)) m (metric, value)$q$, without);
END $$;
CREATE TEMP TABLE crossed AS
SELECT factor, c.* FROM (VALUES ('income', 'no_income'), ('job', 'no_job'), ('parts', 'no_parts')) v (factor, without), pg_temp.crossed(without) c;
SELECT factor, count(*), bool_and(abs(f.value - c.value) < 1e-9) AS same, max(abs(f.change)) > 0.01 AS changes,
       bool_and(f.change_low < f.change AND f.change < f.change_high) AS inside
FROM crossed c JOIN found f USING (factor) WHERE factor_kind = 'permute' AND f.kind = 'metric' AND f.metric = c.metric
     AND f.attribute IS NOT DISTINCT FROM c.attribute AND f.group_name IS NOT DISTINCT FROM c.grp GROUP BY 1 ORDER BY 1;
SELECT factor, f.attribute, f.metric, abs(f.value - g.gap) < 1e-9 AS same
FROM (SELECT factor, c.attribute, criterion, max(value) - min(value) AS gap
    FROM crossed c JOIN (VALUES ('selection_rate', 'demographic_parity'), ('tpr', 'equal_opportunity'), ('fpr', 'predictive_equality')) k (metric, criterion) USING (metric)
    GROUP BY 1, 2, 3) g
JOIN found f USING (factor) WHERE factor_kind = 'permute' AND f.kind = 'gap' AND f.metric = g.criterion AND f.attribute = g.attribute ORDER BY 1, 2, 3;
-- a feature that is one number changes nothing either way
SELECT factor_kind, count(*), bool_and(change = 0) AS nothing, max(reason) AS reason
FROM fairpg.sensitivity('credit', 'SELECT sex, region, repaid, income, 33 AS age, job, since, parts FROM people', options => '{"features": ["age"], "replicates": 100}')
WHERE factor_kind IN ('drop', 'permute') GROUP BY 1 ORDER BY 1;

-- segments: audit() of the other rows, and of these alone
CREATE FUNCTION pg_temp.audited(kind text, factor text, level text, condition text) RETURNS TABLE (figures bigint, same boolean) LANGUAGE sql AS $$
SELECT count(*), bool_and(s.value IS NOT DISTINCT FROM a.value AND s.low IS NOT DISTINCT FROM a.low AND s.high IS NOT DISTINCT FROM a.high
                          AND s.n = a.n AND s.flag IS NOT DISTINCT FROM a.flag)
FROM found s JOIN fairpg.audit('SELECT * FROM scored WHERE ' || condition, '{sex,sex*region}', label => 'repaid', decision => 'decision', options => '{"replicates": 500}') a
     ON s.metric = a.metric AND s.attribute IS NOT DISTINCT FROM a.attribute AND s.group_name IS NOT DISTINCT FROM a.group_name
        AND (s.kind = 'gap') = (a.kind = 'gap') AND a.kind <> 'ratio'
WHERE s.factor_kind = audited.kind AND s.factor = audited.factor AND s.factor_level = audited.level $$;
SELECT * FROM pg_temp.audited('segment', 'job', 'clerk', 'job IS DISTINCT FROM ''clerk''');
SELECT * FROM pg_temp.audited('within', 'job', 'clerk', 'job = ''clerk''');
SELECT * FROM pg_temp.audited('segment', 'job', '(unknown)', 'job IS NOT NULL');
SELECT * FROM pg_temp.audited('within', 'income', '(unknown)', 'income IS NULL');
SELECT factor_level FROM found WHERE factor IN ('age', 'since') AND factor_kind = 'within' AND metric = 'accuracy' AND attribute IS NULL;
SELECT * FROM pg_temp.audited('within', 'age', '32 < age <= 44', 'age > 32 AND age <= 44');
SELECT * FROM pg_temp.audited('segment', 'age', '32 < age <= 44', 'NOT (age > 32 AND age <= 44)');
-- the interval of a change by the influence of each row, which resampling must come near to
SELECT factor_kind, factor_level, round(((change_high - change_low) / (2 * 1.96 * e.sd))::numeric, 1) AS width_to_that
FROM found f JOIN LATERAL (
    SELECT stddev(CASE WHEN t.kept THEN (x - m_kept) / q ELSE 0 END - (x - m)) / sqrt(count(*)) AS sd
    FROM (SELECT s.decision::int AS x, k.kept, avg(s.decision::int) OVER () AS m, avg(s.decision::int) FILTER (WHERE k.kept) OVER () AS m_kept, avg(k.kept::int) OVER () AS q
          FROM scored s, LATERAL (SELECT (coalesce(s.job, '(unknown)') = f.factor_level) = (f.factor_kind = 'within') AS kept) k) t) e ON true
WHERE factor = 'job' AND factor_kind IN ('segment', 'within') AND metric = 'selection_rate' AND attribute IS NULL ORDER BY 1, 2;
-- without any row of a group there is no gap; of all rows there is no change
SELECT factor_kind, metric, value, reason FROM fairpg.sensitivity('credit', 'people', protected => '{sex}', columns => '{sex,idle}',
    options => '{"kinds": ["segment"], "replicates": 100}') WHERE metric = 'demographic_parity' AND (factor = 'idle' OR factor_level = 'f');
-- values that are rare are one segment
SELECT factor_level, min(n) AS n FROM fairpg.sensitivity('credit', 'people', protected => '{sex}', columns => '{job}',
    options => '{"kinds": ["segment"], "levels": 2, "replicates": 100}') WHERE metric = 'selection_rate' AND factor_kind = 'within' GROUP BY 1 ORDER BY 1;

-- weights, and any order of the rows
CREATE TABLE shuffled AS SELECT * FROM people ORDER BY md5(id::text);
SELECT count(*) FROM (
    (SELECT * FROM fairpg.sensitivity('credit', 'people', weight => 'w', options => '{"replicates": 100, "levels": 1}')
     EXCEPT ALL SELECT * FROM fairpg.sensitivity('credit', 'shuffled', weight => 'w', options => '{"replicates": 100, "levels": 1}'))) t;
SELECT f.factor_kind, f.factor_level, f.metric, abs(f.value - e.value) < 1e-9 AS same
FROM fairpg.sensitivity('credit', 'people', protected => '{sex}', weight => 'w', columns => '{job}', options => '{"replicates": 100, "features": ["income"]}') f
JOIN (SELECT 'drop' AS factor_kind, NULL AS factor_level, sum(w * (no_income + m >= 0)::int) / sum(w) AS value FROM (SELECT *, (SELECT sum(w * (z - no_income)) / sum(w) FROM scored) AS m FROM scored) s
      UNION ALL SELECT 'permute', NULL, sum(s.w * d.w * (s.no_income + d.z - d.no_income >= 0)::int) / sum(s.w * d.w) FROM scored s, scored d
      UNION ALL SELECT 'within', 'nurse', sum(w * decision::int) / sum(w) FROM scored WHERE job = 'nurse'
      UNION ALL SELECT 'segment', 'nurse', sum(w * decision::int) / sum(w) FROM scored WHERE job IS DISTINCT FROM 'nurse') e
     ON e.factor_kind = f.factor_kind AND e.factor_level IS NOT DISTINCT FROM f.factor_level
WHERE f.metric = 'selection_rate' ORDER BY 1;

-- thresholds of groups, and mixtures of which a column draws a member: as the
-- model decides rows that have the value of another row
SET client_min_messages = error;
SELECT m, status FROM unnest('{threshold,reduction}'::text[]) m, fairpg.train(m, 'people', label => 'repaid', protected => '{sex}', method => m,
    fairness => 'demographic_parity', max_gap => 0.02, features => '{income,age,job,since}', split => 'none',
    options => CASE m WHEN 'reduction' THEN '{"key": "id"}'::jsonb ELSE '{}' END);
SET client_min_messages = warning;
SELECT model, f.metric, f.attribute IS NULL AS all_rows, abs(f.value - CASE WHEN f.kind = 'gap' THEN e.gap ELSE e.rate END) < 1e-9 AS same, abs(f.baseline - CASE WHEN f.kind = 'gap' THEN e.gap_now ELSE e.now END) < 1e-12 AS as_decided
FROM unnest('{threshold,reduction}'::text[]) model
CROSS JOIN LATERAL fairpg.sensitivity(model, 'SELECT * FROM people WHERE id % 4 < 2', options => '{"kinds": ["permute"], "features": ["job"], "replicates": 100}') f
CROSS JOIN LATERAL (SELECT sum(n * rate) / sum(n) AS rate, max(rate) - min(rate) AS gap, sum(n * now) / sum(n) AS now, max(now) - min(now) AS gap_now FROM (
    SELECT sex, sum(fairpg.decide(model, (SELECT q FROM (SELECT p.id, p.sex, p.income, p.age, d.job, p.since) q))::int * d.n * 1.0 / d.total) / count(DISTINCT id) AS rate,
           avg(fairpg.decide(model, p)::int) AS now, count(DISTINCT id) AS n
    FROM people p, (SELECT job, count(*) AS n, sum(count(*)) OVER () AS total FROM people WHERE id % 4 < 2 GROUP BY 1) d
    WHERE id % 4 < 2 GROUP BY 1) g) e
WHERE f.metric IN ('selection_rate', 'demographic_parity') ORDER BY 1, 2;

-- more different values than are kept apart: within the stated error of their ranks
CREATE TABLE many AS SELECT i AS id, (ARRAY['f', 'm'])[1 + i % 2] AS sex, sin(i) + i % 2 * 0.4 AS x, cos(i * 3.0) + i % 7 AS y, sin(i) + cos(i * 3.0) + i % 7 + sin(i * 7.0) > 4 AS repaid FROM generate_series(1, 40000) i;
SELECT status FROM fairpg.train('many', 'many', label => 'repaid', protected => '{sex}', features => '{x,y}', split => 'none');
WITH c AS MATERIALIZED (SELECT sex, c[1] AS x, pg_temp.z(fairpg.predict('many', m)) - c[1] AS rest FROM many m, LATERAL (SELECT fairpg.contributions('many', m, 1, '{x}') AS c OFFSET 0) v),
ranked AS (SELECT sex, rest, donor, sum(donor) OVER (ORDER BY key, donor DESC ROWS UNBOUNDED PRECEDING) AS below FROM (
    SELECT sex, rest, -rest AS key, 0 AS donor FROM c UNION ALL SELECT NULL, NULL, x, 1 FROM c) u)
SELECT abs(f.value - e.rate) < 0.0005 AS near, abs(f.change) > 0.01 AS changes
FROM fairpg.sensitivity('many', 'many', options => '{"kinds": ["permute"], "features": ["x"], "replicates": 100, "group_metrics": true}') f
JOIN (SELECT sex, 1 - avg(below) / 40000 AS rate FROM ranked WHERE donor = 0 GROUP BY 1) e ON e.sex = f.group_name
WHERE metric = 'selection_rate' ORDER BY f.group_name;

-- more features and columns than are looked at together
DO $$ BEGIN
    EXECUTE (SELECT format('CREATE TABLE wide AS SELECT repaid, sex, income, %s FROM people', string_agg(format('(id * %s %% 83)::float8 AS f%s', i, i), ', ')) FROM generate_series(1, 40) i);
END $$;
SELECT status FROM fairpg.train('wide', 'wide', label => 'repaid', protected => '{sex}', split => 'none', exclude => '{sex}');
CREATE TEMP TABLE widely AS SELECT * FROM fairpg.sensitivity('wide', 'wide', options => '{"replicates": 100}');
SELECT factor_kind, count(DISTINCT factor) FROM widely GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM (SELECT * FROM fairpg.sensitivity('wide', 'wide', options => '{"replicates": 100, "features": ["f38"]}', columns => '{f38}')
    EXCEPT ALL SELECT * FROM widely WHERE factor = 'f38') t;

-- columns that decide
SELECT factor_kind, factor, count(DISTINCT factor_level) AS levels, count(*) FROM fairpg.sensitivity(source => 'scored', decision => 'decision', protected => '{sex*region,sex}',
    options => '{"replicates": 100}') GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*), bool_and(s.value = a.value AND s.n = a.n) AS same
FROM fairpg.sensitivity(source => 'people', score => 'points', threshold => 0.4, label => 'repaid', protected => '{sex}', columns => '{region}', options => '{"replicates": 100}') s
JOIN fairpg.audit('SELECT * FROM people WHERE region = ''south''', '{sex}', label => 'repaid', score => 'points', threshold => 0.4) a ON s.metric = a.metric AND s.attribute IS NOT DISTINCT FROM a.attribute
     AND (s.kind = 'gap') = (a.kind = 'gap') AND a.kind IN ('gap', 'overall')
WHERE factor_kind = 'within' AND factor_level = 'south';

-- one group; no label; names that are hard to write
SELECT DISTINCT metric, reason FROM fairpg.sensitivity('credit', 'SELECT * FROM people WHERE sex = ''f''', protected => '{sex}',
    options => '{"kinds": ["drop"], "replicates": 100}') WHERE kind = 'gap' ORDER BY 1;
SELECT DISTINCT kind, metric FROM fairpg.sensitivity(source => 'people', score => 'points', protected => '{sex}', options => '{"replicates": 100}') ORDER BY 1, 2;
CREATE TABLE "odd ""one" AS SELECT repaid, sex AS "s'ex", income AS "fairpg_code", CASE job WHEN 'nurse' THEN '<script>' WHEN 'pilot' THEN '(other)' ELSE job END AS "a""b", age AS fairpg_segment_1,
    age % 3 AS fairpg_variant, age % 4 AS fairpg_weight FROM people;
SELECT status FROM fairpg.train('o''dd', '"odd ""one"', label => 'repaid', protected => '{s''ex}', split => 'none', exclude => '{s''ex}');
SELECT factor, factor_kind, array_agg(DISTINCT factor_level ORDER BY factor_level) AS levels FROM fairpg.sensitivity('o''dd', '"odd ""one"', options => '{"replicates": 100, "levels": 2}')
WHERE attribute = 's''ex' GROUP BY 1, 2 ORDER BY 1, 2;

-- refused
SELECT fairpg.sensitivity('credit', 'people', options => '{"features": ["shoe"]}');
SELECT fairpg.sensitivity('credit', 'people', columns => '{shoe}');
SELECT fairpg.sensitivity('credit', 'people', columns => '{job,job}');
SELECT fairpg.sensitivity('credit', 'SELECT *, ''[1]''::json AS list FROM people', columns => '{list}', options => '{"kinds": ["segment"]}');
SELECT fairpg.sensitivity('credit', 'people', options => '{"kinds": ["flood"]}');
SELECT fairpg.sensitivity('credit', 'people', options => '{"flood": 1}');
SELECT fairpg.sensitivity('credit', 'people', options => '{"bins": 1}');
SELECT fairpg.sensitivity('credit', 'SELECT * FROM people WHERE false');
SELECT fairpg.sensitivity('credit', 'SELECT * FROM people WHERE false', options => '{"kinds": ["segment"]}');
SELECT fairpg.sensitivity('credit', 'SELECT sex, region, repaid, age, job, since, idle, parts, ''NaN''::float8 AS income FROM people', options => '{"kinds": ["drop"]}');
SELECT fairpg.sensitivity('credit', 'SELECT sex, region, repaid, age, job, since, idle, parts FROM people', options => '{"kinds": ["drop"]}');
SELECT fairpg.sensitivity('credit', 'SELECT *, -w AS minus FROM people', weight => 'minus');
SELECT fairpg.sensitivity('credit', 'people', version => 7);
SELECT fairpg.sensitivity('nothing', 'people');
SELECT fairpg.sensitivity('credit');
SELECT fairpg.sensitivity('credit', 'people', decision => 'repaid');
SELECT fairpg.sensitivity(source => 'people', decision => 'repaid', protected => '{sex}', options => '{"kinds": ["drop"]}');
SELECT fairpg.sensitivity(source => 'people', decision => 'repaid', protected => '{sex}', options => '{"features": ["age"]}');
SELECT fairpg.sensitivity(source => 'people', decision => 'age', protected => '{sex}');
SELECT fairpg.sensitivity(source => 'SELECT sex, ''NaN''::float8 AS points FROM people', score => 'points', protected => '{sex}');
SELECT fairpg.contributions('credit', p, 1, '{sex}') FROM people p LIMIT 1;
SELECT fairpg.contributions('credit', p, 1, NULL) FROM people p LIMIT 1;
SELECT fairpg.decision_shares('credit', p, 1, '{age}', '{}', true, true) FROM people p LIMIT 1;
SELECT fairpg.decision_shares('credit', p, 1, '{age}', ARRAY[NULL::fairpg.score_stats], true, true) FROM people p LIMIT 1;
SELECT fairpg.decision_shares('credit', p, 1, '{age}', (SELECT ARRAY[fairpg.scores(true, 1)]), true, true) FROM people p LIMIT 1;
SELECT status FROM fairpg.train('line', 'people', label => 'income', protected => '{sex}', features => '{age}', family => 'linear', split => 'none');
SELECT fairpg.sensitivity('line', 'people');
DROP TABLE people, shuffled, many, wide, "odd ""one";
SET client_min_messages = error;
DROP SCHEMA fairpg_report, fairpg_catalog CASCADE;
