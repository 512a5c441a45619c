SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- Data that are hard on arithmetic, logistic models over them, and what is said
-- where there is no answer.  sql/linear.sql has the same for family linear.
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE hard AS
SELECT i AS id, (i * 7919 % 1009) / 1009.0::float8 AS x, (i * 104729 % 997) / 997.0::float8 AS z, (ARRAY['f', 'm', 'm'])[1 + i % 3] AS sex,
       (i * 7919 % 1009) / 1009.0 + (i * 31 % 613) / 613.0 + CASE i % 3 WHEN 0 THEN 0 ELSE 0.3 END > 1.1 AS y
FROM generate_series(1, 3000) i;
CREATE FUNCTION accuracy(model text, source text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE share float8;
BEGIN
    EXECUTE format('SELECT avg((fairpg.decide(%L, s) = y)::int) FROM (%s) s', model, source) INTO share;
    RETURN share;
END $$;
CREATE FUNCTION selection_gap(model text, source text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE gap float8;
BEGIN
    EXECUTE format('SELECT max(rate) - min(rate) FROM (SELECT avg(fairpg.decide(%L, s)::int) AS rate FROM (%s) s GROUP BY sex) g', model, source) INTO gap;
    RETURN gap;
END $$;

-- labels that a line separates: with a ridge there is an optimum, without one there is none, and both separate
SELECT l2, status, accuracy, loss < 0.1 AS small_loss FROM unnest('{0,0.0001}'::float8[]) l2,
    LATERAL fairpg.train('separable ' || l2, 'SELECT x, z, sex, x > 0.5 AS y FROM hard', 'y', features => '{x,z}', split => 'none',
        options => jsonb_build_object('l2', l2));
SELECT accuracy(m, 'SELECT x, z, sex, x > 0.5 AS y FROM hard') FROM unnest('{separable 0,separable 0.0001}'::text[]) m;
SELECT status, verdict, gap <= 0.05 AS kept FROM fairpg.train('separable bound', 'SELECT x, z, sex, x > 0.5 AND sex = ''m'' AS y FROM hard', 'y', features => '{x,z,sex}',
    protected => '{sex}', fairness => 'demographic_parity', max_gap => 0.05, split => 'none');
SELECT selection_gap('separable bound', 'SELECT x, z, sex, x > 0.5 AND sex = ''m'' AS y FROM hard') <= 0.05 AS kept;

-- copies, multiples and constants beside a column change no prediction
SELECT status, accuracy FROM fairpg.train('clean', 'hard', 'y', features => '{x,z}', split => 'none', options => '{"l2": 0}');
SELECT status, warnings FROM fairpg.train('copies', 'SELECT *, x AS x2, -4 * x AS x3, 7 AS same, NULL::float8 AS nothing FROM hard', 'y',
    features => '{x,z,x2,x3,same,nothing}', split => 'none', options => '{"l2": 0}');
SELECT max(abs(fairpg.predict('clean', h) - fairpg.predict('copies', h))) < 1e-5 AS same_predictions
FROM (SELECT *, x AS x2, -4 * x AS x3, 7 AS same, NULL::float8 AS nothing FROM hard) h;

-- units of columns: 1e12 and 1e-9 times as large
SELECT status FROM fairpg.train('clean fair', 'hard', 'y', features => '{x,z}', protected => '{sex}', fairness => 'demographic_parity', max_gap => 0.02, split => 'none');
SELECT unit, p.status = 'converged' AS plain, f.status = 'converged' AS fair, abs(f.loss - c.loss) < 1e-4 AS same_loss,
    selection_gap('fair ' || unit, format('SELECT sex, x * %s::float8 AS x, z / %s::float8 AS z FROM hard', unit, unit)) <= 0.02 AS kept
FROM unnest('{1e12,1e-9}'::float8[]) unit,
    LATERAL fairpg.train('plain ' || unit, format('SELECT sex, y, x * %s::float8 AS x, z / %s::float8 AS z FROM hard', unit, unit), 'y',
        features => '{x,z}', split => 'none', options => '{"l2": 0}') p,
    LATERAL fairpg.train('fair ' || unit, format('SELECT sex, y, x * %s::float8 AS x, z / %s::float8 AS z FROM hard', unit, unit), 'y',
        features => '{x,z}', protected => '{sex}', fairness => 'demographic_parity', max_gap => 0.02, split => 'none') f,
    (SELECT loss FROM fairpg_catalog.model_version WHERE model = 'clean fair') c;
SELECT max(abs(fairpg.predict('clean', h) - fairpg.predict('plain 1000000000000', u))) < 1e-5 AS same_predictions
FROM hard h JOIN (SELECT id, x * 1e12::float8 AS x, z / 1e12::float8 AS z FROM hard) u USING (id);

-- weights of 0 are rows that are not there; a weight of 1e6 is that row a million times
SELECT status, rows_train FROM fairpg.train('zeros', 'SELECT *, id % 2 AS w FROM hard', 'y', features => '{x,z}', weight => 'w', split => 'none', options => '{"l2": 0}');
SELECT status, rows_train FROM fairpg.train('halved', 'SELECT * FROM hard WHERE id % 2 = 1', 'y', features => '{x,z}', split => 'none', options => '{"l2": 0}');
SELECT max(abs(fairpg.predict('zeros', h) - fairpg.predict('halved', h))) < 1e-6 AS same_predictions FROM hard h;
SELECT status FROM fairpg.train('heavy', 'SELECT *, CASE WHEN id % 2 = 1 THEN 1e6 ELSE 0 END AS w FROM hard', 'y', features => '{x,z}', weight => 'w', split => 'none',
    options => '{"l2": 0}');
SELECT max(abs(fairpg.predict('heavy', h) - fairpg.predict('halved', h))) < 1e-6 AS same_predictions FROM hard h;
SELECT status, gap <= 0.02 AS kept FROM fairpg.train('mixed weights', 'SELECT *, CASE id % 50 WHEN 0 THEN 1e6 WHEN 1 THEN 0 ELSE 1 END AS w FROM hard', 'y', features => '{x,z}',
    protected => '{sex}', fairness => 'demographic_parity', max_gap => 0.02, weight => 'w', split => 'none');
SELECT max(rate) - min(rate) <= 0.02 AS kept FROM (SELECT sum(w * fairpg.decide('mixed weights', h)::int) / sum(w) AS rate
    FROM (SELECT *, CASE id % 50 WHEN 0 THEN 1e6 WHEN 1 THEN 0 ELSE 1 END AS w FROM hard) h GROUP BY sex) g;
SELECT fairpg.train('no weight', 'SELECT *, 0 AS w FROM hard', 'y', features => '{x,z}', weight => 'w', split => 'none');

-- groups of one row: too small to be judged unless asked for, then bound like any other
SELECT status, gap <= 0.05 AS kept, warnings FROM fairpg.train('lone', 'SELECT *, CASE id WHEN 7 THEN ''lone'' ELSE sex END AS g FROM hard', 'y', features => '{x,z}',
    protected => '{g}', fairness => 'demographic_parity', max_gap => 0.05, split => 'none');
SELECT status, gap <= 0.05 AS kept FROM fairpg.train('lone', 'SELECT *, CASE id WHEN 7 THEN ''lone'' ELSE sex END AS g FROM hard', 'y', features => '{x,z}',
    protected => '{g}', fairness => 'demographic_parity', max_gap => 0.05, split => 'none', options => '{"min_group": 1}');
SELECT version, bool_or(g = 'lone') AS lone_is_bound, max(rate) - min(rate) <= 0.05 AS kept
FROM (SELECT version, g, avg(fairpg.decide('lone', h, version)::int) AS rate
      FROM (SELECT *, CASE id WHEN 7 THEN 'lone' ELSE sex END AS g FROM hard) h, generate_series(1, 2) version GROUP BY version, g) r
WHERE version = 2 OR g <> 'lone' GROUP BY version ORDER BY version;

-- bounds that contradict each other: the closest model, which says which of them it does not keep
SELECT status, gap IS NOT NULL AS measured, warnings FROM fairpg.train('fight', 'SELECT *, CASE WHEN sex = ''m'' THEN y ELSE NOT y END AS flipped FROM hard', 'flipped',
    features => '{x,z}', protected => '{sex}', split => 'none',
    options => '{"constraints": [{"fairness": "group_loss", "max_loss": 0.2}, {"fairness": "demographic_parity", "max_gap": 0.01}]}');
SELECT criterion, bound, value > bound AS exceeded FROM fairpg_report.constraints WHERE model = 'fight' ORDER BY criterion;

DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP FUNCTION accuracy(text, text), selection_gap(text, text);
DROP TABLE hard;
