SET client_min_messages = error;
-- Option early_stop and the log of every group: plain SQL counts the patience
-- and the rates again.
SELECT fairpg.init() IS NOT NULL AS ready;

CREATE TABLE people AS
SELECT i AS id, CASE WHEN h[1] < 0.55 THEN 'm' ELSE 'f' END AS sex,
       (ARRAY['a', 'b', 'c'])[1 + (3 * h[2])::integer % 3] AS race,
       3000 * h[3] + CASE WHEN h[1] < 0.55 THEN 900 ELSE 0 END AS income,
       1000 * h[4] AS debt,
       0.0012 * (3000 * h[3] + CASE WHEN h[1] < 0.55 THEN 900 ELSE 0 END) - 0.004 * 1000 * h[4] + 3 * h[5] > 1 AS paid
FROM (SELECT i, ARRAY(SELECT (hashint8(i * 31 + k * 1000003)::bigint + 2147483648) / 4294967296.0
                      FROM generate_series(1, 5) k) AS h
      FROM generate_series(1, 6000) i) t;

CREATE TABLE calls (model text, fairness text, method text, max_gap float8, max_loss float8, penalty float8, options jsonb);
INSERT INTO calls VALUES
    ('none', 'equalized_odds', 'constraint', 0.06, NULL, NULL, '{}'),
    ('gap 1', 'equalized_odds', 'constraint', 0.06, NULL, NULL, '{"early_stop": {"patience": 1}}'),
    ('gap 3', 'equalized_odds', 'constraint', 0.06, NULL, NULL, '{"early_stop": {"metric": "gap", "patience": 3}}'),
    ('gap 3, 0.01', 'equalized_odds', 'constraint', 0.06, NULL, NULL, '{"early_stop": {"patience": 3, "min_delta": 0.01}}'),
    ('loss 6', 'demographic_parity', 'constraint', 0.02, NULL, NULL, '{"early_stop": {"metric": "loss", "patience": 6, "min_delta": 0.001}}'),
    ('long', 'demographic_parity', 'constraint', 0.02, NULL, NULL, '{"early_stop": {"metric": "loss", "patience": 9999}, "iterations": 25}'),
    ('group loss', 'group_loss', 'constraint', NULL, 0.6, NULL, '{"early_stop": {"patience": 2, "min_delta": 0.001}}'),
    ('penalty', 'demographic_parity', 'penalty', NULL, NULL, 20, '{"early_stop": {"patience": 1, "min_delta": 0.05}}'),
    ('penalty to the end', 'demographic_parity', 'penalty', NULL, NULL, 20, '{"early_stop": {"patience": 50}}'),
    ('penalty by loss', 'demographic_parity', 'penalty', NULL, NULL, 20, '{"early_stop": {"metric": "loss", "patience": 1, "min_delta": 0.01}}'),
    ('minimax', 'group_loss', 'minimax', NULL, NULL, NULL, '{"early_stop": {"patience": 1, "min_delta": 0.01}}'),
    ('threshold', 'equalized_odds', 'threshold', 0.02, NULL, NULL, '{}'),
    ('reweigh', 'demographic_parity', 'reweigh', NULL, NULL, NULL, '{}');
CREATE TABLE runs AS
SELECT c.model, t.status FROM calls c, LATERAL
    fairpg.train(c.model, 'people', 'paid', protected => CASE WHEN c.method = 'threshold' THEN '{sex}'::text[] ELSE '{sex,race}' END,
                 features => '{income,debt}', fairness => c.fairness, method => c.method, max_gap => c.max_gap, max_loss => c.max_loss,
                 penalty => c.penalty, split => 'none', options => '{"key": "id"}'::jsonb || c.options) t;

-- why each of them ended
SELECT v.model, v.status, v.stopped_because, v.best_iteration = l.iteration AS best_is_chosen, l.phase
FROM fairpg_report.model_versions v JOIN fairpg_report.training_log l USING (model, version)
WHERE l.chosen ORDER BY v.created_at;

-- patience, counted again from the log: a row is better that is smaller by
-- more than min_delta than the last that was; by loss only rows count that keep
-- the bound, and before there is one those that come closer
CREATE VIEW counted AS
WITH RECURSIVE log AS (
    SELECT l.model, l.phase, row_number() OVER (PARTITION BY l.model, l.phase ORDER BY l.iteration) AS n,
           count(*) OVER (PARTITION BY l.model, l.phase) AS n_rows, l.gap, l.loss, l.feasible,
           coalesce(c.options #>> '{early_stop,metric}', 'gap') AS metric,
           coalesce((c.options #>> '{early_stop,patience}')::integer, 5) AS patience,
           coalesce((c.options #>> '{early_stop,min_delta}')::float8, 0) AS delta
    FROM fairpg_report.training_log l JOIN calls c USING (model)
    WHERE c.options ? 'early_stop' AND l.phase = 'full'
), walk AS (
    SELECT l.*, CASE metric WHEN 'gap' THEN gap ELSE loss END AS best, gap AS closest, feasible AS kept, 0 AS since
    FROM log l WHERE n = 1
    UNION ALL
    SELECT l.*, CASE WHEN b.better THEN CASE l.metric WHEN 'gap' THEN l.gap ELSE l.loss END ELSE w.best END,
           CASE WHEN b.better THEN l.gap ELSE w.closest END, CASE WHEN b.better THEN l.feasible ELSE w.kept END,
           CASE WHEN b.better THEN 0 ELSE w.since + 1 END
    FROM walk w JOIN log l ON l.model = w.model AND l.n = w.n + 1,
    LATERAL (SELECT CASE WHEN l.metric = 'gap' THEN l.gap < w.best - l.delta
                         WHEN l.feasible <> w.kept THEN l.feasible
                         WHEN NOT l.feasible THEN l.gap < w.closest
                         ELSE l.loss < w.best - l.delta END AS better) b
)
SELECT model, n, n_rows, since, since >= patience AS stops FROM walk;
SELECT c.model, v.stopped_because, bool_or(c.stops AND c.n < c.n_rows) AS should_have_stopped, bool_or(c.stops AND c.n = c.n_rows) AS stops_at_last
FROM counted c JOIN fairpg_report.model_versions v USING (model) GROUP BY 1, 2, v.created_at ORDER BY v.created_at;

-- which iterate is the model: with bounds the one of least loss that keeps
-- them; without, the one with the best metric
SELECT c.model, bool_or(l.chosen AND l.iteration = best.iteration) AS best_chosen
FROM calls c JOIN fairpg_report.training_log l USING (model),
    LATERAL (SELECT iteration FROM fairpg_report.training_log b
             WHERE b.model = c.model AND b.phase IN ('full', 'constant') AND b.feasible
             ORDER BY CASE WHEN c.method <> 'constraint' AND coalesce(c.options #>> '{early_stop,metric}', 'gap') = 'gap' THEN b.gap END, b.loss LIMIT 1) best
WHERE c.options ? 'early_stop' GROUP BY 1 ORDER BY 1;

-- the rates of the chosen iteration are those of the decisions, group by group
CREATE TABLE decided AS
SELECT c.model, p.id, p.sex, p.race, p.paid, fairpg.decide(c.model, p) AS d, fairpg.predict(c.model, p) AS s FROM calls c, people p;
CREATE VIEW recounted AS
SELECT model, a.attribute, a.group_name, m.metric, avg(m.value) AS value, count(m.value) AS rows
FROM decided, LATERAL (VALUES ('sex', sex), ('race', race)) a (attribute, group_name),
    LATERAL (VALUES ('selection_rate', d::int::float8), ('tpr', CASE WHEN paid THEN d::int END), ('fpr', CASE WHEN NOT paid THEN d::int END),
                    ('log_loss', -ln(CASE WHEN paid THEN s ELSE 1 - s END))) m (metric, value)
GROUP BY 1, 2, 3, 4;
SELECT g.model, g.metric, count(*) AS groups, max(abs(g.value - r.value)) < CASE g.metric WHEN 'log_loss' THEN 1e-6 ELSE 1e-12 END AS as_decided,
       bool_and(g.rows = r.rows) AS rows_agree
FROM fairpg_report.training_log_groups g JOIN recounted r USING (model, attribute, group_name, metric)
WHERE g.chosen GROUP BY 1, 2 ORDER BY 1, 2;

-- every iteration has the gap of its groups, and none is missing
SELECT l.model, bool_and(abs(l.gap - g.gap) < 1e-12) AS gaps_agree, count(*) FILTER (WHERE g.gap IS NULL) AS without_groups
FROM fairpg_report.training_log l LEFT JOIN
    (SELECT model, iteration, max(gap) AS gap
     FROM (SELECT model, iteration, CASE metric WHEN 'log_loss' THEN max(value) ELSE max(value) - min(value) END AS gap
           FROM fairpg_report.training_log_groups GROUP BY model, iteration, attribute, metric) m GROUP BY 1, 2) g USING (model, iteration)
WHERE l.model NOT IN ('threshold', 'reweigh') GROUP BY 1 ORDER BY 1;

-- two constraints on one event: its rates are there once
SELECT status FROM fairpg.train('twice', 'people', 'paid', protected => '{sex,race}', features => '{income,debt}', split => 'none', fairness => 'equal_opportunity',
    max_gap => 0.1, options => '{"constraints": [{"fairness": "equalized_odds", "max_gap": 0.1, "protected": ["sex"]}]}');
SELECT attribute, metric, count(*) AS groups FROM fairpg_report.training_log_groups WHERE model = 'twice' AND chosen GROUP BY 1, 2 ORDER BY 1, 2;

-- many groups: fewer iterations, and always the chosen one
SELECT status FROM fairpg.train('many', 'SELECT *, id % 700 AS branch FROM people WHERE id <= 1400', 'paid', protected => '{branch,sex}', features => '{income,debt}',
    split => 'none', fairness => 'demographic_parity', method => 'penalty', penalty => 5, options => '{"key": "id", "min_group": 1}');
SELECT count(*) <= 10000 + 702 AS bounded, count(*) / count(DISTINCT iteration) AS groups, count(DISTINCT iteration) AS iterations,
       (SELECT count(*) FROM fairpg_report.training_log l WHERE l.model = 'many') AS of, bool_or(chosen) AS has_chosen
FROM fairpg_report.training_log_groups g WHERE model = 'many';

-- the log goes with its version
DELETE FROM fairpg_catalog.model_version WHERE model = 'many';
SELECT count(*) AS left_over FROM fairpg_catalog.training_log_group WHERE model = 'many';

-- what is refused
\set train 'SELECT fairpg.train(''no'', ''people'', ''paid'', protected => ''{sex}'', features => ''{income,debt}'''
:train, fairness => 'demographic_parity', max_gap => 0.1, options => '{"early_stop": 3}');
:train, fairness => 'demographic_parity', max_gap => 0.1, options => '{"early_stop": [3]}');
:train, fairness => 'demographic_parity', max_gap => 0.1, options => '{"early_stop": {"wait": 3}}');
:train, fairness => 'demographic_parity', max_gap => 0.1, options => '{"early_stop": {"patience": 0}}');
:train, fairness => 'demographic_parity', max_gap => 0.1, options => '{"early_stop": {"patience": 2.5}}');
:train, fairness => 'demographic_parity', max_gap => 0.1, options => '{"early_stop": {"patience": "long"}}');
:train, fairness => 'demographic_parity', max_gap => 0.1, options => '{"early_stop": {"metric": "auc"}}');
:train, fairness => 'demographic_parity', max_gap => 0.1, options => '{"early_stop": {"metric": 1}}');
:train, fairness => 'demographic_parity', max_gap => 0.1, options => '{"early_stop": {"min_delta": -0.1}}');
:train, fairness => 'demographic_parity', max_gap => 0.1, options => '{"early_stop": {"min_delta": 1e400}}');
:train, options => '{"early_stop": {"patience": 3}}');
:train, fairness => 'demographic_parity', method => 'reweigh', options => '{"early_stop": {"patience": 3}}');
:train, fairness => 'demographic_parity', max_gap => 0.1, method => 'threshold', options => '{"early_stop": {"patience": 3}}');
SELECT count(*) AS stored FROM fairpg_catalog.model WHERE model = 'no';
-- null is not given
SELECT count(fairpg.train('yes', 'people', 'paid', protected => '{sex}', features => '{income,debt}', options => '{"early_stop": null}'));

DROP VIEW counted, recounted;
DROP TABLE decided, people, calls, runs;
DROP SCHEMA fairpg_catalog, fairpg_report CASCADE;
