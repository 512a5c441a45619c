SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- The trade-off of models that predict numbers, and of losses of groups: points
-- against trainings one by one and against plain SQL.
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE pay AS
SELECT i AS id, CASE WHEN h1 < 0.5 THEN 'm' WHEN h1 < 0.95 THEN 'f' END AS sex, CASE WHEN h2 < 0.7 THEN 'w' ELSE 'b' END AS race,
       (20 * h3)::float4 AS years, CASE WHEN h4 > 0.05 THEN (10 * h4 + CASE WHEN h1 < 0.5 THEN 2 ELSE 0 END)::float4 END AS skill,
       CASE WHEN h5 < 0.3 THEN 'cook' WHEN h5 < 0.6 THEN 'clerk' ELSE 'smith' END AS job, 1 + i % 4 AS w, CASE WHEN i % 4 = 0 THEN 'test' ELSE 'train' END AS part,
       1000 + 30 * (20 * h3) + 100 * h4 + CASE WHEN h1 < 0.5 THEN 150 ELSE 0 END
           + CASE WHEN h5 < 0.3 THEN 0 WHEN h5 < 0.6 THEN 40 ELSE 90 END + CASE WHEN h2 < 0.7 THEN 200 * (h6 - 0.5) ELSE 400 * (h6 - 0.5) - 12 * (20 * h3) END AS wage
FROM (SELECT i, h[1] h1, h[2] h2, h[3] h3, h[4] h4, h[5] h5, h[6] h6
      FROM (SELECT i, ARRAY(SELECT (hashint8(i * 31 + k * 1000003)::bigint + 2147483648) / 4294967296.0
                            FROM generate_series(1, 6) k)::float8[] AS h
            FROM generate_series(1, 4000) i) s) t;

-- means, with and without folds; losses likewise; several attributes and weights
CREATE TABLE points AS
SELECT 'means' AS run, 0 AS folds, f.* FROM fairpg.frontier('pay', 'pay', 'wage', protected => '{sex}', exclude => '{id,w,race}', family => 'linear',
    fairness => 'mean_parity', max_gaps => '{20,0,1e6,5,40,0.5}', split => 'column:part=test', comment => 'for the board') f
UNION ALL SELECT 'means', 5, f.* FROM fairpg.frontier('pay', 'pay', 'wage', protected => '{sex}', exclude => '{id,w,race}', family => 'linear',
    fairness => 'mean_parity', max_gaps => '{20,0,1e6,5,40,0.5}', split => 'column:part=test', folds => 5) f
UNION ALL SELECT 'losses', 0, f.* FROM fairpg.frontier('pay', 'pay', 'wage', protected => '{race}', exclude => '{id,w,race}', family => 'linear',
    fairness => 'group_loss', max_losses => '{20000,5000,16000,1e6,18000}', split => 'column:part=test') f
UNION ALL SELECT 'losses', 3, f.* FROM fairpg.frontier('pay', 'pay', 'wage', protected => '{race}', exclude => '{id,w,race}', family => 'linear',
    fairness => 'group_loss', max_losses => '{20000,5000,16000,1e6,18000}', split => 'column:part=test', folds => 3, options => '{"key": "id"}') f;
SELECT run, folds, point, max_gap, max_loss, status, verdict, worst_group, pareto, judged_on, n, accuracy IS NULL AND auc IS NULL AND train_accuracy IS NULL AS no_decisions
FROM points ORDER BY run DESC, folds, point;
SELECT run, folds, bool_and(CASE WHEN status <> 'infeasible' THEN train_gap <= coalesce(max_gap, max_loss) * (1 + 1e-7) + 1e-6 ELSE train_gap > max_loss END) AS kept,
       bool_and(gap BETWEEN gap_low AND gap_high) AS intervals_hold FROM points GROUP BY run, folds ORDER BY run DESC, folds;
SELECT point, warnings FROM points WHERE run = 'losses' AND folds = 0 ORDER BY point LIMIT 2;
-- over bounds that can be kept the loss of the training rows falls as they grow
SELECT run, bool_and(train_loss <= before) AS falls FROM
    (SELECT run, train_loss, lag(train_loss) OVER (PARTITION BY run, p.folds ORDER BY coalesce(p.max_gap, p.max_loss)) AS before
     FROM points p JOIN fairpg_report.frontier USING (frontier, point) WHERE p.status <> 'infeasible') s GROUP BY run ORDER BY run;
-- the flag, by its definition: loss stands for accuracy
SELECT bool_and(pareto = NOT EXISTS (SELECT FROM points q WHERE q.frontier = p.frontier AND q.loss <= p.loss AND q.gap <= p.gap
    AND (q.loss < p.loss OR q.gap < p.gap))) AS pareto FROM points p;

-- the models are those of single trainings, to the last byte, with folds too
CREATE TABLE single AS SELECT p.run, p.point, t.version FROM (SELECT * FROM points WHERE folds = 0 ORDER BY run, point OFFSET 0) p,
    LATERAL (SELECT version FROM fairpg.train('single', 'pay', 'wage', protected => CASE run WHEN 'means' THEN '{sex}' ELSE '{race}' END::text[],
        exclude => '{id,w,race}', family => 'linear', fairness => CASE run WHEN 'means' THEN 'mean_parity' ELSE 'group_loss' END,
        max_gap => p.max_gap, max_loss => p.max_loss, split => 'column:part=test')) t;
SELECT run, folds, count(*) AS points, bool_and(f.artifact_sha256 = v.artifact_sha256) AS same_bytes, bool_and(f.status = v.status) AS same_status,
       bool_and(folds > 0 OR (p.loss = v.loss AND p.gap = v.gap AND p.gap_low = v.gap_low AND p.gap_high = v.gap_high
           AND p.verdict = v.verdict AND p.worst_group = v.worst_group)) AS same_figures
FROM points p JOIN single s USING (run, point) JOIN fairpg_catalog.frontier_point f USING (frontier, point)
    JOIN fairpg_catalog.model_version v ON v.model = 'single' AND v.version = s.version
GROUP BY run, folds ORDER BY run DESC, folds;

-- versions of all points: what they predict, by plain SQL, is what the points say
SELECT count(*) FROM points p, LATERAL (SELECT (fairpg.choose(p.frontier, p.point, 'point ' || p.point)).version OFFSET 0) c WHERE folds = 0;
CREATE TABLE predicted AS
SELECT c.frontier, c.point, p.part, coalesce(p.sex, '(unknown)') AS sex, p.race, p.wage, fairpg.predict('pay', p, c.version) AS p
FROM fairpg_catalog.frontier_choice c, pay p;
CREATE VIEW counted AS
SELECT frontier, point, part, mse, CASE run WHEN 'means' THEN of_means ELSE of_losses END AS gap
FROM points p JOIN (SELECT frontier, point, part, avg((p - wage) ^ 2) AS mse FROM predicted GROUP BY 1, 2, 3) m USING (frontier, point)
    JOIN (SELECT frontier, point, part, max(m) - min(m) AS of_means FROM (SELECT frontier, point, part, avg(p) AS m FROM predicted GROUP BY 1, 2, 3, sex) g GROUP BY 1, 2, 3) a
        USING (frontier, point, part)
    JOIN (SELECT frontier, point, part, max(e) AS of_losses FROM (SELECT frontier, point, part, avg((p - wage) ^ 2) AS e FROM predicted GROUP BY 1, 2, 3, race) g GROUP BY 1, 2, 3) b
        USING (frontier, point, part);
SELECT run, part, count(*) AS points, bool_and(part = 'train' OR abs(c.mse / p.loss - 1) < 1e-9) AS loss,
       bool_and(abs(c.gap - CASE part WHEN 'test' THEN p.gap ELSE p.train_gap END) < 1e-6 * greatest(1, c.gap)) AS gap
FROM points p JOIN counted c USING (frontier, point) GROUP BY run, part ORDER BY run DESC, part;
SELECT m.metric, count(*) AS n_groups, bool_and(abs(g.value / CASE m.metric WHEN 'mean_squared_error' THEN mse ELSE 1 - mse / var END - 1) < 1e-9) AS told
FROM fairpg_report.group_metrics m JOIN fairpg_catalog.frontier_choice c ON c.model = m.model AND c.version = m.version
    JOIN fairpg_report.frontier_groups g ON g.frontier = c.frontier AND g.point = c.point AND g.attribute = m.attribute AND g.group_name = m.group_name AND g.metric = m.metric
    JOIN (SELECT frontier, point, sex, avg((p - wage) ^ 2) AS mse, var_pop(wage) AS var FROM predicted WHERE part = 'test' GROUP BY 1, 2, 3) r
        ON r.frontier = c.frontier AND r.point = c.point AND r.sex = m.group_name
WHERE m.part = 'held_out' AND m.metric IN ('mean_squared_error', 'r_squared') AND m.attribute = 'sex' GROUP BY m.metric ORDER BY 1;

-- a version has what a trained one has, and is trained again to the same bytes
SELECT v.version, v.family, v.method, v.max_gap, p.max_loss, v.threshold IS NULL AS no_threshold, v.comment, v.rows_train, v.rows_test, v.loss = p.loss AND v.gap = p.gap AS figures,
       v.verdict = p.verdict AS verdict
FROM fairpg_catalog.frontier_choice c JOIN points p USING (frontier, point) JOIN fairpg_catalog.model_version v ON v.model = 'pay' AND v.version = c.version
WHERE p.point = 1 AND folds = 0 ORDER BY run DESC;
SELECT criterion, bound_kind, bound, verdict IS NOT NULL AS judged FROM fairpg_report.constraints JOIN fairpg_catalog.frontier_choice USING (model, version)
WHERE point = 3 AND model = 'pay' ORDER BY 1 DESC;
CREATE TABLE again AS SELECT r.version, c.frontier, c.point FROM fairpg_catalog.frontier_choice c, LATERAL (SELECT version FROM fairpg.retrain('pay', version => c.version)) r
WHERE c.point IN (1, 5);
SELECT count(*), bool_and(v.artifact_sha256 = p.artifact_sha256) AS the_same FROM again JOIN fairpg_catalog.model_version v USING (version)
    JOIN fairpg_catalog.frontier_point p USING (frontier, point) WHERE v.model = 'pay';
-- with folds the figures are of training rows not seen, near those of the held-out ones; a version has the latter
SELECT max(abs(sqrt(f.loss) / sqrt(p.loss) - 1)) < 0.2 AS near, bool_and(f.loss <> p.loss) AS others FROM points f JOIN points p USING (run, point) WHERE f.folds > 0 AND p.folds = 0;
SELECT run, e.part, e.n_rows, count(*) AS points FROM fairpg_catalog.evaluation e JOIN points USING (frontier, point) WHERE folds > 0 GROUP BY 1, 2, 3 ORDER BY 1, 2;
SELECT p.run, abs(c.loss / p.loss - 1) < 1e-12 AND abs(c.gap - p.gap) < 1e-9 * p.gap AS held_out FROM (SELECT * FROM points WHERE folds > 0 AND point = 1 ORDER BY run OFFSET 0) f,
    LATERAL (SELECT loss, gap FROM fairpg.choose(f.frontier, 1, 'folds')) c JOIN points p ON p.point = 1 AND p.folds = 0 WHERE p.run = f.run ORDER BY p.run;

-- one bound varies, others stay; weights; nothing held out
SELECT point, max_gap, max_loss, status, judged_on, n FROM fairpg.frontier('both', 'pay', 'wage', protected => '{sex,race}', exclude => '{id,race,part}', family => 'linear',
    fairness => 'mean_parity', max_gaps => '{30,10}', weight => 'w', split => 'none', folds => 4,
    options => '{"constraints": [{"fairness": "group_loss", "max_loss": 20000, "protected": ["race"]}]}');
CREATE TABLE both_ways AS SELECT point, max_gap, p.sex, p.race, p.w, p.wage, fairpg.predict_with(artifact, p) AS p
FROM fairpg_catalog.frontier JOIN fairpg_catalog.frontier_point USING (frontier), pay p WHERE model = 'both';
SELECT point, max(m) - min(m) <= max_gap + 1e-6 AS means, (SELECT max(e) FROM (SELECT sum(w * (p - wage) ^ 2) / sum(w) AS e FROM both_ways b WHERE b.point = g.point GROUP BY race) l) <= 20000 * (1 + 1e-7) AS losses
FROM (SELECT point, max_gap, sum(w * p) / sum(w) AS m FROM both_ways GROUP BY point, max_gap, sex) g GROUP BY point, max_gap ORDER BY point;
DROP VIEW counted;
DROP TABLE both_ways;

-- losses of a family that decides: every bound that can be kept is
SELECT point, max_loss, status, pareto, accuracy IS NOT NULL AS decides, CASE WHEN status = 'converged' THEN train_gap <= max_loss * (1 + 1e-9) END AS kept, warnings
FROM fairpg.frontier('rich', 'SELECT *, wage > 1300 AS rich FROM pay', 'rich', protected => '{race}', exclude => '{id,w,wage,race}', fairness => 'group_loss',
    max_losses => '{0.1,0.48,0.52,100}', split => 'column:part=test');
-- with folds the same models, and losses of rows not seen near those of the held-out ones
SELECT f.max_loss, f.judged_on, f.n, f.status, abs(f.train_gap - p.train_gap) < 1e-9 AS same_model, abs(f.gap - p.gap) < 0.1 AS near
FROM fairpg.frontier('rich', 'SELECT *, wage > 1300 AS rich FROM pay', 'rich', protected => '{race}', exclude => '{id,w,wage,race}', fairness => 'group_loss',
    max_losses => '{0.48,0.52}', split => 'column:part=test', folds => 3) f JOIN fairpg_catalog.frontier_point p ON p.max_loss = f.max_loss AND p.frontier < f.frontier JOIN fairpg_catalog.frontier r ON r.frontier = p.frontier AND r.model = 'rich'
ORDER BY 1;
SELECT status, abs(gap - 0.48) < 0.1 AS near FROM fairpg.train('rich', 'SELECT *, wage > 1300 AS rich FROM pay', 'rich', protected => '{race}', exclude => '{id,w,wage,race}', fairness => 'group_loss',
    max_loss => 0.5, split => 'column:part=test', options => '{"cross_fit": 3}');

-- rows in any order, and rows that wait in a file: the same bytes
CREATE TABLE plenty AS SELECT i AS id, i * 7919 % 10007 AS a, CASE WHEN i % 11 > 0 THEN i * 31 % 97 / 7.0 END AS b, 'level ' || i * i % 97 AS c,
    CASE i * 13 % 3 WHEN 0 THEN 'x' WHEN 1 THEN NULL ELSE 'z' END AS g, i * 7919 % 10007 / 1000.0 + hashint8(i) % 2000 / 1000.0 + i % 3 AS amount
FROM generate_series(1, 100000::bigint) i;
CREATE FUNCTION swept(memory text, source text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('fairpg.train_mem', memory, true);
    RETURN (SELECT max(frontier) FROM fairpg.frontier('plenty', source, 'amount', protected => '{g}', exclude => '{id}', family => 'linear', fairness => 'mean_parity',
        max_gaps => '{0,0.1,1,9}', folds => 5));
END $$;
CREATE TABLE swept_in AS SELECT 1 AS way, swept('1GB', 'plenty') AS frontier UNION ALL SELECT 2, swept('2MB', 'plenty') UNION ALL SELECT 3, swept('1GB', 'SELECT * FROM plenty ORDER BY id DESC');
RESET fairpg.train_mem;
SELECT way, warnings::text LIKE '%temporary files%' AS in_files, way <> 2 OR memory_bytes <= pg_size_bytes('2MB') AS within FROM swept_in JOIN fairpg_catalog.frontier USING (frontier) ORDER BY way;
SELECT count(*) AS points, count(DISTINCT (point, artifact_sha256)) AS models, count(DISTINCT (point, loss, gap, gap_low, gap_high, train_loss, train_gap)) AS figures
FROM swept_in JOIN fairpg_catalog.frontier_point USING (frontier);
SELECT count(*) AS files FROM pg_ls_tmpdir();

DROP TABLE pay, points, single, predicted, again, plenty, swept_in;
DROP FUNCTION swept;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
