-- Stress tests, each scenario by plain SQL beside it.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT fairpg.init();
CREATE TABLE people (id integer, sex text, region text, repaid boolean, income float8, age integer, job text,
                     since date, idle float8, w float8, points float8);
INSERT INTO people
SELECT i, (ARRAY['f', 'm'])[1 + i % 2], (ARRAY['north', 'south', NULL])[1 + (i / 7 + i % 2) % 3],
       CASE WHEN i % 41 <> 0 THEN i * 37 % 101 + i * 53 % 97 + i % 2 * 20 > 95 END,
       CASE WHEN i % 17 <> 0 THEN i * 53 % 97 + i * 29 % 13 + i % 2 * 9 END, 20 + i * 37 % 101 % 50,
       CASE WHEN i % 23 <> 0 THEN (ARRAY['clerk', 'clerk', 'nurse', 'pilot'])[1 + (i * 37 % 101 / 9) % 4] END,
       '2020-01-01'::date + i * 31 % 700, 7, 1 + i % 3, i * 53 % 103 / 103.0
FROM generate_series(1, 4000) i;
SELECT version, status FROM fairpg.train('credit', 'people', label => 'repaid', protected => '{sex,sex*region}',
    features => '{income,age,job,since,idle}', split => 'none');
CREATE TEMP TABLE tried AS
SELECT * FROM fairpg.stress('credit', 'people', options => '{"by_group": true, "group_metrics": true, "intersections": true, "replicates": 500}');
SELECT scenario, count(DISTINCT subject) AS subjects, count(DISTINCT amount) AS amounts, count(*) FROM tried GROUP BY 1 ORDER BY 1;
SELECT metric, attribute, round(value::numeric, 4) AS value, round(baseline::numeric, 4) AS baseline, round(change::numeric, 4) AS change,
       round(change_low::numeric, 3) AS low, round(change_high::numeric, 3) AS high, n, reason
FROM tried WHERE scenario = 'missing_feature' AND subject = 'income' AND (attribute IS NULL OR kind = 'gap') ORDER BY kind DESC, attribute NULLS FIRST, metric;

-- groups of intersections are struck where they are asked for, named, or all there is
SELECT attributes, options, count(DISTINCT subject) AS subjects, string_agg(DISTINCT split_part(subject, ':', 1), ',') AS of_attributes
FROM (VALUES ('{sex,sex*region}', '{}'), ('{sex,sex*region}', '{"intersections": true}'), ('{sex*region}', '{}'),
      ('{sex,sex*region}', '{"groups": ["sex*region: f, north"]}')) AS t(attributes, options),
     fairpg.stress('credit', 'people', protected => attributes::text[], options => options::jsonb || '{"scenarios": ["group_mix"], "replicates": 100}')
WHERE scenario = 'group_mix' GROUP BY 1, 2 ORDER BY 1, 2;

-- the baseline is what audit() says of the decisions
CREATE TEMP TABLE decided AS SELECT p.*, fairpg.decide('credit', p) AS decision, fairpg.predict('credit', p) AS score FROM people p;
SELECT count(*), bool_and(s.value = a.value AND s.low = a.low AND s.high = a.high AND s.n = a.n AND s.baseline = s.value AND s.change IS NULL) AS same
FROM tried s JOIN fairpg.audit('decided', '{sex,sex*region}', label => 'repaid', decision => 'decision', options => '{"replicates": 500}') a
     ON s.metric = a.metric AND s.attribute IS NOT DISTINCT FROM a.attribute AND s.group_name IS NOT DISTINCT FROM a.group_name
        AND (s.kind = 'gap') = (a.kind = 'gap') AND a.kind <> 'ratio'
WHERE scenario = 'baseline';

-- a variant of a row is the row with the other value: by comparison of decisions
CREATE FUNCTION pg_temp.compared(subject text, amount float8, decided text) RETURNS TABLE (figures bigint, same boolean, changes boolean) LANGUAGE sql AS $$
SELECT count(*), bool_and(abs(s.value - c.value_b) < 1e-12 AND abs(s.baseline - c.value_a) < 1e-12 AND abs(s.change - c.value) < 1e-12 AND
                          s.change_low IS NOT DISTINCT FROM c.low AND s.change_high IS NOT DISTINCT FROM c.high), bool_or(c.n_changed > 0)
FROM tried s JOIN fairpg.compare('decision:a', 'decision:b', format('SELECT p.*, fairpg.decide(''credit'', p) AS a, %s AS b FROM people p', decided),
                                 '{sex,sex*region}', label => 'repaid', options => '{"replicates": 500}') c
     ON s.metric = c.metric AND s.attribute IS NOT DISTINCT FROM c.attribute AND s.group_name IS NOT DISTINCT FROM c.group_name AND c.kind IN ('overall', 'group')
        OR s.metric = c.metric AND s.attribute = c.attribute AND s.kind = 'gap' AND c.kind = 'gap'
WHERE s.subject = compared.subject AND s.amount IS NOT DISTINCT FROM compared.amount AND (s.kind = 'gap') = (c.kind = 'gap') $$;
SELECT * FROM pg_temp.compared('income', NULL, 'fairpg.decide(''credit'', (SELECT q FROM (SELECT NULL::float8 AS income, p.age, p.job, p.since, p.idle) q))');
SELECT * FROM pg_temp.compared('income', 1, 'fairpg.decide(''credit'', (SELECT q FROM (SELECT p.income + (SELECT stddev_samp(income::numeric)::float8 FROM people) AS income, p.age, p.job, p.since, p.idle) q))');
SELECT * FROM pg_temp.compared('threshold', -0.1, 'fairpg.predict(''credit'', p) >= 0.5 - 0.1');
SELECT * FROM pg_temp.compared('income (sex: f)', NULL, 'CASE sex WHEN ''f'' THEN fairpg.decide(''credit'', (SELECT q FROM (SELECT NULL::float8 AS income, p.age, p.job, p.since, p.idle) q)) ELSE fairpg.decide(''credit'', p) END');
-- the most frequent value is that of plain SQL
SELECT job, count(*) FROM people GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1;
SELECT count(*), bool_and(abs(s.value - m.value) < 1e-12) AS same FROM tried s JOIN (
    SELECT 'accuracy' AS metric, avg((d = repaid)::int)::float8 AS value FROM (SELECT repaid, fairpg.decide('credit', q) AS d FROM (
        SELECT repaid, income, age, 'clerk' AS job, since, idle FROM people) q) t) m USING (metric)
WHERE scenario = 'shifted_feature' AND subject = 'job' AND attribute IS NULL;
-- a feature that is one number changes nothing, and cannot be moved by its standard deviation
SELECT scenario, count(*), bool_and(change = 0) AS nothing FROM tried WHERE subject = 'idle' AND scenario <> 'missing_feature' GROUP BY 1;

-- rows of any model: as it decides a row that has the other value
CREATE TABLE other AS SELECT * FROM people WHERE id % 4 = 0;
SELECT m, status FROM unnest('{threshold,reduction}'::text[]) m, fairpg.train(m, 'people', label => 'repaid', protected => '{sex}', method => m,
    fairness => 'demographic_parity', max_gap => 0.02, features => '{income,age,job,since}', split => 'none');
SELECT model, count(*), bool_and(changes[1] = fairpg.decide(model, o)::int) AS as_it_is,
       bool_and((EXISTS (SELECT FROM unnest(changes[2:]) c WHERE c = 4 + fairpg.decide(model, o)::int)) = (missing <> fairpg.decide(model, o))) AS missing,
       bool_and((EXISTS (SELECT FROM unnest(changes[2:]) c WHERE c / 4 = 2)) = (moved <> fairpg.decide(model, o))) AS moved,
       bool_and((EXISTS (SELECT FROM unnest(changes[2:]) c WHERE c / 4 = 3)) = (nurse <> fairpg.decide(model, o))) AS level,
       count(*) FILTER (WHERE missing <> fairpg.decide(model, o)) > 0 AS some_missing, count(*) FILTER (WHERE moved <> fairpg.decide(model, o)) > 0 AS some_moved,
       count(*) FILTER (WHERE nurse <> fairpg.decide(model, o)) > 0 AS some_level
FROM unnest('{credit,threshold,reduction}'::text[]) model, other o, LATERAL (SELECT
    fairpg.decision_changes(model, o, NULL, '[{"feature": "income", "missing": true}, {"feature": "since", "add": -200}, {"feature": "job", "level": "nurse"}]') AS changes,
    fairpg.decide(model, (SELECT q FROM (SELECT NULL::float8 AS income, o.age, o.job, o.since, o.idle, o.sex) q)) AS missing,
    fairpg.decide(model, (SELECT q FROM (SELECT o.income, o.age, o.job, o.since - 200 AS since, o.idle, o.sex) q)) AS moved,
    fairpg.decide(model, (SELECT q FROM (SELECT o.income, o.age, 'nurse' AS job, o.since, o.idle, o.sex) q)) AS nurse OFFSET 0) v
GROUP BY 1 ORDER BY 1;
DROP TABLE other;

-- a mix is a weight
SELECT s.subject, s.amount, count(*), bool_and(abs(s.value - a.value) < 1e-12 AND s.n = a.n AND abs(s.low - a.low) < 1e-9 AND abs(s.high - a.high) < 1e-9) AS same,
       bool_and(s.change = 0 AND s.change_low = 0 AND s.change_high = 0) FILTER (WHERE s.attribute = 'sex' OR s.group_name LIKE 'f,%') AS itself
FROM (VALUES ('sex: f', 0.5), ('sex: f', 2), ('sex: m', 2)) v(subject, amount)
CROSS JOIN LATERAL fairpg.audit(format('SELECT *, CASE WHEN sex = %L THEN %s ELSE 1 END AS mix FROM decided', right(subject, 1), amount),
     '{sex,sex*region}', label => 'repaid', decision => 'decision', weight => 'mix', options => '{"replicates": 500}') a
JOIN tried s ON s.subject = v.subject AND s.amount = v.amount AND s.metric = a.metric AND s.attribute IS NOT DISTINCT FROM a.attribute
     AND (s.kind = 'gap') = (a.kind = 'gap') AND a.kind <> 'ratio' AND (s.kind = 'gap' OR s.group_name IS NOT DISTINCT FROM a.group_name)
WHERE s.scenario = 'group_mix' GROUP BY 1, 2 ORDER BY 1, 2;

-- labels that turn: expected shares by plain SQL
SELECT s.metric, abs(s.value - e.value) < 1e-12 AS value, s.change_low < s.change AND s.change < s.change_high AS interval
FROM tried s JOIN (
    SELECT 'tpr' AS metric, sum(p * decision::int) / sum(p) AS value FROM (SELECT *, repaid::int * 0.9 AS p FROM decided WHERE sex = 'f' AND repaid IS NOT NULL) t
    UNION ALL SELECT 'fpr', sum(q * decision::int) / sum(q) FROM (SELECT *, 1 - repaid::int * 0.9 AS q FROM decided WHERE sex = 'f' AND repaid IS NOT NULL) t
    UNION ALL SELECT 'accuracy', avg(CASE WHEN decision = repaid THEN CASE WHEN repaid THEN 0.9 ELSE 1 END ELSE CASE WHEN repaid THEN 0.1 ELSE 0 END END)
    FROM decided WHERE sex = 'f' AND repaid IS NOT NULL) e USING (metric)
WHERE scenario = 'label_noise' AND subject = 'sex: f, positives' AND group_name = 'f' AND kind = 'metric' ORDER BY 1;
-- nothing becomes of the selection rates, for certain, and nothing of the other group
SELECT count(*), bool_and(change = 0 AND change_low = 0 AND change_high = 0) AS nothing, min(reason) AS reason
FROM tried WHERE scenario = 'label_noise' AND (metric IN ('selection_rate', 'demographic_parity') OR kind = 'metric' AND subject LIKE 'sex: f,%' AND group_name = 'm');

-- weights, and any order of the rows
CREATE TABLE shuffled AS SELECT * FROM people ORDER BY md5(id::text);
SELECT count(*) FROM (
    (SELECT * FROM fairpg.stress('credit', 'people', weight => 'w', options => '{"replicates": 100}')
     EXCEPT ALL SELECT * FROM fairpg.stress('credit', 'shuffled', weight => 'w', options => '{"replicates": 100}'))) t;
SELECT count(*), bool_and(abs(s.value - a.value) < 1e-12 AND s.n = a.n) AS same
FROM fairpg.stress('credit', 'people', weight => 'w', options => '{"replicates": 100, "scenarios": ["missing_feature"], "features": ["age"]}') s
JOIN fairpg.audit('SELECT p.*, fairpg.decide(''credit'', (SELECT q FROM (SELECT p.income, NULL::integer AS age, p.job, p.since, p.idle) q)) AS d FROM people p',
     '{sex,sex*region}', label => 'repaid', decision => 'd', weight => 'w', options => '{"replicates": 100}') a
     ON s.metric = a.metric AND s.attribute IS NOT DISTINCT FROM a.attribute AND (s.kind = 'gap') = (a.kind = 'gap') AND a.kind IN ('gap', 'overall')
WHERE scenario = 'missing_feature';

-- columns that decide
SELECT scenario, count(DISTINCT (subject, amount)), count(*) FROM fairpg.stress(source => 'people', score => 'points', label => 'repaid', protected => '{sex}',
    options => '{"replicates": 100}') GROUP BY 1 ORDER BY 1;
SELECT count(*), bool_and(s.value = a.value) AS same
FROM fairpg.stress(source => 'people', score => 'points', label => 'repaid', protected => '{sex}', options => '{"replicates": 100, "threshold": [0.25]}') s
JOIN fairpg.audit('people', '{sex}', label => 'repaid', score => 'points', threshold => 0.75) a ON s.metric = a.metric AND s.attribute IS NOT DISTINCT FROM a.attribute
     AND (s.kind = 'gap') = (a.kind = 'gap') AND a.kind IN ('gap', 'overall')
WHERE scenario = 'threshold';
SELECT scenario, count(*) FROM fairpg.stress(source => 'decided', decision => 'decision', protected => '{sex}', options => '{"replicates": 100}') GROUP BY 1 ORDER BY 1;

-- one group; no positives
SELECT metric, value IS NULL AS undefined, reason FROM fairpg.stress('credit', 'SELECT * FROM people WHERE sex = ''f''', protected => '{sex}',
    options => '{"scenarios": [], "replicates": 100}') WHERE kind = 'gap';
SELECT metric, value IS NULL AS undefined, reason FROM fairpg.stress('credit', 'SELECT * FROM people WHERE NOT repaid', protected => '{sex}',
    options => '{"scenarios": ["threshold"], "threshold": [0.1], "replicates": 100}') WHERE scenario = 'threshold' ORDER BY kind DESC, metric;

-- refused
SELECT fairpg.stress('credit', 'people', options => '{"features": ["shoe"]}');
SELECT fairpg.stress('credit', 'people', options => '{"features": ["sex"]}');
SELECT fairpg.stress('credit', 'people', options => '{"groups": ["sex: x"]}');
SELECT fairpg.stress('credit', 'people', options => '{"group_mix": [-1]}');
SELECT fairpg.stress('credit', 'people', options => '{"group_mix": ["NaN"]}');
SELECT fairpg.stress('credit', 'people', options => '{"label_noise": [1.5]}');
SELECT fairpg.stress('credit', 'people', options => '{"scenarios": ["flood"]}');
SELECT fairpg.stress('credit', 'people', options => '{"flood": 1}');
SELECT fairpg.stress('credit', 'SELECT * FROM people WHERE false');
SELECT fairpg.stress('credit', 'people', version => 7);
SELECT fairpg.stress('nothing', 'people');
SELECT fairpg.stress('credit');
SELECT fairpg.stress('credit', 'people', decision => 'repaid');
SELECT fairpg.stress(source => 'people', decision => 'repaid', protected => '{sex}', options => '{"scenarios": ["threshold"]}');
SELECT fairpg.stress(source => 'people', decision => 'repaid', protected => '{sex}', options => '{"scenarios": ["label_noise"]}');
SELECT fairpg.stress(source => 'people', decision => 'repaid', options => '{}');
SELECT fairpg.stress(source => 'people', decision => 'age', protected => '{sex}');
SELECT fairpg.stress(source => 'SELECT sex, ''NaN''::float8 AS points FROM people', score => 'points', protected => '{sex}');
SELECT fairpg.stress('credit', 'people', threshold => 'NaN');
SELECT fairpg.decision_changes('credit', p, 1, '[{"feature": "job", "add": 1}]') FROM people p LIMIT 1;
SELECT fairpg.decision_changes('credit', p, 1, '[{"threshold": 1, "missing": true}]') FROM people p LIMIT 1;
SELECT fairpg.decision_changes('credit', p, 1, '{}') FROM people p LIMIT 1;
SELECT fairpg.decision_changes('credit', p, 1, '[7]') FROM people p LIMIT 1;
SELECT fairpg.decision_changes('credit', p, 1, NULL) FROM people p LIMIT 1;
SELECT status FROM fairpg.train('line', 'people', label => 'income', protected => '{sex}', features => '{age}', family => 'linear', split => 'none');
SELECT fairpg.stress('line', 'people');
DROP TABLE people, shuffled;
SET client_min_messages = error;
DROP SCHEMA fairpg_report, fairpg_catalog CASCADE;
