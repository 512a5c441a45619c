SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- The trade-off in one call: points against trainings one by one and against
-- plain SQL, and versions made of them.
SELECT fairpg.init() IS NOT NULL AS ready;

CREATE TABLE people (id integer PRIMARY KEY, part text, sex text, race text, income float8, debt float8, kind text, paid boolean);
INSERT INTO people
SELECT i, CASE WHEN h6 < 0.3 THEN 'test' ELSE 'train' END, CASE WHEN h1 < 0.5 THEN 'm' ELSE 'f' END,
       CASE WHEN h2 < 0.6 THEN 'w' ELSE 'b' END, 2 + 3 * h3 + CASE WHEN h1 < 0.5 THEN 0.9 ELSE 0 END, h4,
       CASE WHEN h5 < 0.4 THEN 'old' ELSE 'new' END,
       1.2 * (2 + 3 * h3 + CASE WHEN h1 < 0.5 THEN 0.9 ELSE 0 END) - 4 * h4 + 3 * h7 > 3.5
FROM (SELECT i, h[1] h1, h[2] h2, h[3] h3, h[4] h4, h[5] h5, h[6] h6, h[7] h7
      FROM (SELECT i, ARRAY(SELECT (hashint8(i * 31 + k * 1000003)::bigint + 2147483648) / 4294967296.0
                            FROM generate_series(1, 7) k) AS h
            FROM generate_series(1, 6000) i) s) t;

CREATE TABLE points AS SELECT * FROM fairpg.frontier('loan', 'people', 'paid', protected => '{sex}',
    features => '{income,debt,kind}', max_gaps => '{0.3,0.02,0.05,0.01,0.1,0.03,0.15,0.2,1}', split => 'column:part=test',
    comment => 'for the committee');
SELECT frontier, point, max_gap, status, verdict, worst_group, pareto, judged_on, n, warnings FROM points ORDER BY point;
SELECT bool_and(train_gap <= max_gap) AS bounds_are_kept, bool_and(gap BETWEEN gap_low AND gap_high) AS intervals_hold FROM points;
-- over bounds that grow the loss of the training rows falls
SELECT bool_and(train_loss <= before) AS falls FROM
    (SELECT train_loss, lag(train_loss) OVER (ORDER BY max_gap) AS before FROM fairpg_report.frontier) s;

-- every point is what its own training finds, or better; at least half of them are the very model
CREATE TABLE single AS SELECT p.point, t.version FROM points p, LATERAL (SELECT version FROM fairpg.train('single', 'people', 'paid',
    protected => '{sex}', features => '{income,debt,kind}', fairness => 'demographic_parity', max_gap => p.max_gap,
    split => 'column:part=test')) t;
SELECT bool_and(p.train_loss <= l.loss + 1e-12) AS no_worse,
       count(*) FILTER (WHERE p.artifact_sha256 = v.artifact_sha256) * 2 > count(*) AS most_are_the_same
FROM single s JOIN fairpg_catalog.frontier_point p USING (point)
    JOIN fairpg_catalog.model_version v ON v.model = 'single' AND v.version = s.version
    JOIN fairpg_catalog.training_log l ON l.model = 'single' AND l.version = s.version AND l.chosen;

-- a version of every point: what it decides, counted by plain SQL, is what the point says
SELECT count(*) FROM points p, LATERAL (SELECT (fairpg.choose(p.frontier, p.point, 'point ' || p.point)).version OFFSET 0) c;
CREATE TABLE counted AS
SELECT c.point, p.part, p.sex, avg((fairpg.decide('loan', p, c.version))::integer) AS rate,
       avg((fairpg.decide('loan', p, c.version) = p.paid)::integer) AS right, count(*) AS n
FROM fairpg_catalog.frontier_choice c, people p GROUP BY 1, 2, 3;
SELECT part, bool_and(abs(s.gap - s.said) < 1e-12) AS gaps, bool_and(abs(s.accuracy - s.said_accuracy) < 1e-12) AS accuracies
FROM (SELECT part, point, max(rate) - min(rate) AS gap, sum(c.right * c.n) / sum(c.n) AS accuracy,
             CASE part WHEN 'test' THEN q.gap ELSE q.train_gap END AS said,
             CASE part WHEN 'test' THEN q.accuracy ELSE q.train_accuracy END AS said_accuracy
      FROM counted c JOIN points q USING (point) GROUP BY part, point, q.gap, q.train_gap, q.accuracy, q.train_accuracy) s
GROUP BY part ORDER BY part;
-- the flag, by its definition
SELECT bool_and(pareto = NOT EXISTS (SELECT FROM points q WHERE q.accuracy >= p.accuracy AND q.gap <= p.gap
    AND (q.accuracy > p.accuracy OR q.gap < p.gap))) AS pareto FROM points p;

-- the version has what a trained one has
SELECT v.model, v.version, v.method, v.max_gap, v.status, v.comment, v.rows_train, v.rows_test, v.accuracy = p.accuracy AS accuracy,
       v.gap = p.gap AND v.gap_low = p.gap_low AND v.gap_high = p.gap_high AS gap, v.verdict = p.verdict AS verdict
FROM fairpg_report.model_versions v JOIN points p ON p.max_gap = v.max_gap WHERE v.model = 'loan' AND p.point IN (2, 5) ORDER BY version;
SELECT count(*) FROM fairpg_report.coefficients WHERE model = 'loan' AND version = 2;
SELECT attribute, group_name, metric, m.value = g.value AS same, m.n FROM fairpg_report.group_metrics m
    JOIN fairpg_report.frontier_groups g USING (attribute, group_name, metric)
WHERE m.model = 'loan' AND m.version = 2 AND g.frontier = 1 AND g.point = 2 AND metric = 'selection_rate' ORDER BY 2;
SELECT criterion, bound_kind, bound, verdict IS NOT NULL AS judged FROM fairpg_report.constraints WHERE model = 'loan' AND version = 2;
SELECT spec->'constraints' AS constraints, spec->>'split' AS split FROM fairpg_catalog.model_version WHERE model = 'loan' AND version = 2;
-- choosing again is another choice
SELECT model, version FROM fairpg.choose(1, 2, 'again');
SELECT point, max_gap, chosen_version, chosen_because, judged_on, n FROM fairpg_report.frontier WHERE point IN (2, 3) ORDER BY 1;

-- and is trained again like any other: on the same rows the same model
CREATE TABLE again AS SELECT version FROM fairpg.retrain('loan', version => 5, start => 'none');
SELECT version, v.max_gap, v.artifact_sha256 = p.artifact_sha256 AS the_same
FROM again JOIN fairpg_catalog.model_version v USING (version), fairpg_catalog.frontier_point p
WHERE v.model = 'loan' AND p.frontier = 1 AND p.point = 5;

-- the order of the bounds is no matter
CREATE TABLE turned AS SELECT * FROM fairpg.frontier('loan', 'people', 'paid', protected => '{sex}',
    features => '{income,debt,kind}', max_gaps => '{1,0.2,0.15,0.03,0.1,0.01,0.05,0.02,0.3}', split => 'column:part=test');
SELECT count(*) AS same FROM fairpg_catalog.frontier_point a JOIN fairpg_catalog.frontier_point b USING (max_gap, artifact_sha256)
WHERE a.frontier = 1 AND b.frontier = 2;

-- other criteria, attributes and constraints; weights; nothing held out
SELECT point, max_gap, status, judged_on, train_gap <= max_gap AS kept, warnings
FROM fairpg.frontier('loan', 'SELECT * FROM people WHERE id % 2 = 0', 'paid', protected => '{sex,race,sex*race}', features => '{income,debt,kind}',
    fairness => 'equalized_odds', max_gaps => '{0.04,0.1}', split => 'none', weight => 'id');
SELECT max_gap, status FROM fairpg.frontier('loan', 'people', 'paid', protected => '{sex,race}', features => '{income,debt,kind}',
    fairness => 'equal_opportunity', max_gaps => '{0.05,0.2}',
    options => '{"constraints": [{"fairness": "demographic_parity", "min_ratio": 0.8, "protected": ["sex"]}], "l1": 0.001}');
SELECT (frontier).point, (frontier).max_gap FROM (SELECT fairpg.frontier('loan', 'people', 'paid', protected => '{sex}',
    features => '{income}', max_gaps => '{0.1}') AS frontier) s;

-- folds: training rows judged by models that have not seen them; what is held out is for the version in the end
CREATE TABLE folded AS SELECT * FROM fairpg.frontier('folded', 'people', 'paid', protected => '{sex}', features => '{income,debt,kind}',
    max_gaps => '{0.02,0.05,0.1,1}', folds => 5, split => 'column:part=test', options => '{"key": "id"}');
SELECT point, max_gap, status, judged_on, n, train_gap <= max_gap AS kept, warnings FROM folded ORDER BY point;
-- the models are those without folds, and figures of rows not seen are near those of the held-out ones
SELECT bool_and(f.train_gap = p.train_gap AND f.train_accuracy = p.train_accuracy) AS same_models, max(abs(f.accuracy - p.accuracy)) < 0.03 AS near
FROM folded f JOIN points p USING (max_gap);
SELECT count(DISTINCT attribute || group_name) AS groups FROM fairpg_report.frontier_groups g, folded f WHERE g.frontier = f.frontier;
SELECT e.part, e.n_rows, count(*) AS points FROM fairpg_catalog.evaluation e, folded f WHERE e.frontier = f.frontier AND e.point = f.point
GROUP BY 1, 2 ORDER BY 1;
SELECT (fairpg.choose(frontier, 2, 'folds')).version FROM folded WHERE point = 2;
SELECT v.rows_train, v.rows_test, v.accuracy = p.accuracy AND v.gap = p.gap AS held_out FROM fairpg_report.model_versions v, points p
WHERE v.model = 'folded' AND p.max_gap = 0.05;
SELECT part, n_rows FROM fairpg_catalog.evaluation WHERE model = 'folded' AND version = 1 ORDER BY 1;
-- of copies of rows each falls by itself, and nothing need be held out
SELECT judged_on, n, status FROM fairpg.frontier('folded', 'SELECT debt > 0.5 AS debt, sex, paid FROM people', 'paid', protected => '{sex}',
    max_gaps => '{0.1}', folds => 3, split => 'none');

-- a group that is just large enough is constrained in every fold, though there it lacks some rows
SELECT judged_on, n, status, train_gap <= max_gap AS kept FROM fairpg.frontier('folded', 'SELECT id, income, debt, paid, CASE WHEN id <= 30 THEN ''f'' ELSE ''m'' END AS sex FROM people', 'paid', protected => '{sex}',
    max_gaps => '{0.1}', folds => 5, split => 'none', options => '{"key": "id"}');

-- records stay with the frontier until it is dropped; what was chosen keeps it
DELETE FROM fairpg_catalog.frontier WHERE frontier = 2;
SELECT count(*) FROM fairpg_catalog.frontier_point WHERE frontier = 2;
SELECT count(*) FROM fairpg_catalog.evaluation WHERE frontier = 2;
\set VERBOSITY terse
DELETE FROM fairpg_catalog.frontier WHERE frontier = 1;
\set VERBOSITY default

DROP TABLE people, points, single, counted, turned, folded, again;
DELETE FROM fairpg_catalog.model_version;
DELETE FROM fairpg_catalog.model;
DELETE FROM fairpg_catalog.frontier;
