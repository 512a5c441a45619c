SET client_min_messages = error;
-- Options tighten and cross_fit: plain SQL works out again what the bounds that
-- were searched for are made of, from decisions and counts.
SELECT fairpg.init() IS NOT NULL AS ready;

CREATE TABLE people AS
SELECT i AS id, CASE WHEN h[1] < 0.6 THEN 'm' ELSE 'f' END AS sex,
       CASE WHEN h[2] < 0.1 THEN 'a' WHEN h[2] < 0.4 THEN 'b' ELSE 'c' END AS race,
       3000 * h[3] + CASE WHEN h[1] < 0.6 THEN 900 ELSE 0 END AS income,
       1000 * h[4] AS debt, 0.5 + floor(8 * h[6]) / 8 AS w,
       0.0012 * (3000 * h[3] + CASE WHEN h[1] < 0.6 THEN 900 ELSE 0 END) - 0.004 * 1000 * h[4] + 3 * h[5] > 1 AS paid,
       0.01 * (3000 * h[3] + CASE WHEN h[1] < 0.6 THEN 900 ELSE 0 END) + 5 * h[5] AS spent,
       i % 10 < 3 AS held_out
FROM (SELECT i, ARRAY(SELECT (hashint8(i * 31 + k * 1000003)::bigint + 2147483648) / 4294967296.0
                      FROM generate_series(1, 6) k) AS h
      FROM generate_series(1, 8000) i) t;

CREATE FUNCTION fit(name text, criterion text, gap float8 DEFAULT NULL, ratio float8 DEFAULT NULL, loss float8 DEFAULT NULL,
                    options jsonb DEFAULT '{}', groups text[] DEFAULT '{sex}', weights text DEFAULT NULL,
                    family text DEFAULT 'logistic', rows text DEFAULT 'people')
RETURNS SETOF fairpg.train_result LANGUAGE sql AS $$
    SELECT * FROM fairpg.train(name, rows, CASE family WHEN 'linear' THEN 'spent' ELSE 'paid' END, protected => groups,
        features => '{income,debt}', family => family, fairness => criterion, max_gap => gap, min_ratio => ratio, max_loss => loss,
        weight => weights, split => 'column:held_out=true', options => '{"key": "id"}'::jsonb || options)
$$;

-- decisions of the model of the bound itself, by the rows that each rate is of
CREATE FUNCTION rates(of_model text, grouped text, weighted boolean DEFAULT false)
RETURNS TABLE (metric text, grp text, p float8, effective float8, in_training bigint, judging bigint) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format($q$
        WITH d AS (SELECT *, %I AS grp, fairpg.decide(%L, x) AS yes, CASE WHEN %L THEN w ELSE 1 END AS v FROM people x)
        SELECT e.metric, d.grp, (sum(v * yes::int) FILTER (WHERE NOT held_out) / sum(v) FILTER (WHERE NOT held_out))::float8,
               (sum(v) FILTER (WHERE NOT held_out) ^ 2 / sum(v * v) FILTER (WHERE NOT held_out))::float8,
               count(*) FILTER (WHERE NOT held_out), count(*) FILTER (WHERE held_out)
        FROM d, (VALUES ('selection_rate', NULL), ('tpr', true), ('fpr', false)) e(metric, label)
        WHERE e.label IS NULL OR d.paid = e.label GROUP BY 1, 2$q$, grouped, of_model, weighted);
END $$;

-- squared standard errors of rates, with two rows of either kind added; training rows and those that judge are both samples
CREATE FUNCTION errors(of_model text, grouped text, weighted boolean DEFAULT false)
RETURNS TABLE (metric text, grp text, p float8, squared float8, judging bigint) LANGUAGE sql AS $$
    SELECT metric, grp, q, q * (1 - q) / (effective / in_training) * (1.0 / judging + 1.0 / in_training), judging
    FROM rates(of_model, grouped, weighted), LATERAL (SELECT (p * effective + 2) / (effective + 4) AS q) a
$$;

-- one bound, by half a standard error; the model is that of the smaller bound
SELECT count(*) FROM fit('dp', 'demographic_parity', 0.05);
SELECT verdict, warnings FROM fit('dp tight', 'demographic_parity', 0.05, options => '{"tighten": 0.5}');
SELECT max_gap FROM fairpg_report.model_versions WHERE model = 'dp tight';
SELECT position, criterion, bound_kind, bound, round(training_bound::numeric, 4) AS training_bound, attribute, group_name, metric, rows,
       rows_needed, out_of_fold,
       abs(standard_error - (SELECT sqrt(sum(squared)) FROM errors('dp', 'sex') WHERE metric = 'selection_rate')) < 1e-12 AS error_right,
       abs(training_bound - (bound - 0.5 * standard_error)) < 1e-15 AS bound_right,
       abs(in_sample - (SELECT max(p) - min(p) FROM rates('dp', 'sex') WHERE metric = 'selection_rate')) < 1e-12 AS in_sample_right
FROM fairpg_report.training_bounds WHERE model = 'dp tight';
SELECT count(*) FROM fit('dp by hand', 'demographic_parity',
    (SELECT training_bound FROM fairpg_report.training_bounds WHERE model = 'dp tight'));
SELECT count(DISTINCT sha256(artifact)) AS models FROM fairpg_catalog.model_version WHERE model IN ('dp tight', 'dp by hand');
-- true stands for 1, false and 0 for nothing
SELECT count(*) FROM unnest('{1,true,false,0}'::text[]) z,
    LATERAL fit('dp ' || z, 'demographic_parity', 0.05, options => format('{"tighten": %s}', z)::jsonb);
SELECT count(DISTINCT sha256(artifact)) AS models FROM fairpg_catalog.model_version WHERE model IN ('dp 1', 'dp true');
SELECT count(DISTINCT sha256(artifact)) AS models FROM fairpg_catalog.model_version WHERE model IN ('dp', 'dp false', 'dp 0');
SELECT count(*) FROM fairpg_report.training_bounds WHERE model IN ('dp', 'dp false', 'dp 0');

-- two rates, each by its own error; weights leave fewer rows
SELECT count(*) FROM fit('eo', 'equalized_odds', 0.15, weights => 'w');
SELECT warnings FROM fit('eo tight', 'equalized_odds', 0.15, weights => 'w', options => '{"tighten": 1.5}');
SELECT criterion, attribute, group_name, metric, rows, round(training_bound::numeric, 4) AS training_bound, rows_needed,
       abs(standard_error - (SELECT sqrt(sum(squared)) FROM errors('eo', 'sex', true) e WHERE e.metric = b.metric)) < 1e-12 AS error_right,
       abs(training_bound - (bound - 1.5 * standard_error)) < 1e-15 AS bound_right,
       abs(in_sample - (SELECT max(p) - min(p) FROM rates('eo', 'sex', true) r WHERE r.metric = b.metric)) < 1e-12 AS in_sample_right
FROM fairpg_report.training_bounds b WHERE model = 'eo tight' ORDER BY metric;
-- the model is that of a list with these bounds, and is reported by the criterion of the call
SELECT count(*) FROM fairpg.train('eo by hand', 'people', 'paid', protected => '{sex}', features => '{income,debt}', weight => 'w',
    split => 'column:held_out=true', options => jsonb_build_object('key', 'id', 'constraints', (
        SELECT jsonb_agg(jsonb_build_object('fairness', CASE metric WHEN 'tpr' THEN 'equal_opportunity' ELSE 'predictive_equality' END, 'max_gap', training_bound)
                         ORDER BY metric DESC) FROM fairpg_report.training_bounds WHERE model = 'eo tight')));
SELECT count(DISTINCT sha256(artifact)) AS models FROM fairpg_catalog.model_version WHERE model IN ('eo tight', 'eo by hand');
SELECT criterion, bound FROM fairpg_report.constraints WHERE model = 'eo tight' AND part = 'held_out';
SELECT metric, count(DISTINCT group_name) AS groups FROM fairpg_report.training_log_groups WHERE model = 'eo tight' GROUP BY metric ORDER BY metric;

-- more than three quarters of a bound are not taken, and the rows it takes are said
SELECT status, warnings FROM fit('race', 'equal_opportunity', 0.03, groups => '{race}', options => '{"tighten": 1}');
SELECT count(*) FROM fit('race plain', 'equal_opportunity', 0.03, groups => '{race}');
SELECT group_name, metric, rows, training_bound, rows_needed,
       rows_needed = ceil(rows * (standard_error / (0.75 * bound)) ^ 2) AS rows_right,
       abs(standard_error - (SELECT sqrt(sum(squared)) FROM (SELECT squared FROM errors('race plain', 'race') WHERE metric = 'tpr'
                                                             ORDER BY squared DESC LIMIT 2) a)) < 1e-12 AS error_right
FROM fairpg_report.training_bounds WHERE model = 'race';

-- a ratio by its logarithm, never beyond 1
SELECT count(*) FROM fit('ratio', 'demographic_parity', ratio => 0.8);
SELECT warnings FROM fit('ratio tight', 'demographic_parity', ratio => 0.8, options => '{"tighten": 1}');
SELECT bound_kind, bound, round(training_bound::numeric, 4) AS training_bound,
       abs(standard_error - (SELECT sqrt(sum(squared / (p * p))) FROM errors('ratio', 'sex') WHERE metric = 'selection_rate')) < 1e-12 AS error_right,
       abs(training_bound - bound * exp(standard_error)) < 1e-12 AS bound_right
FROM fairpg_report.training_bounds WHERE model = 'ratio tight';

-- a loss by the variance of the losses
SELECT count(*) FROM fit('loss', 'group_loss', loss => 0.5);
SELECT warnings FROM fit('loss tight', 'group_loss', loss => 0.5, options => '{"tighten": 2}');
SELECT group_name, metric, rows, round(training_bound::numeric, 4) AS training_bound,
       abs(standard_error - (SELECT max(sqrt(v * n)) FROM (
           SELECT var_pop(l) FILTER (WHERE NOT held_out) AS v, 1.0 / count(*) FILTER (WHERE held_out) + 1.0 / count(*) FILTER (WHERE NOT held_out) AS n
           FROM (SELECT sex, held_out, -ln(CASE WHEN paid THEN p ELSE 1 - p END) AS l
                 FROM people x, LATERAL (SELECT fairpg.predict('loss', x) AS p) s) a GROUP BY sex) b)) < 1e-9 AS error_right,
       abs(training_bound - (bound - 2 * standard_error)) < 1e-12 AS bound_right
FROM fairpg_report.training_bounds WHERE model = 'loss tight';

-- numbers: means of predictions, and squared errors
SELECT count(*) FROM fit('mean', 'mean_parity', 2, family => 'linear') m, fit('squares', 'group_loss', loss => 2.5, family => 'linear') s;
SELECT m.status, m.warnings, s.status, s.warnings FROM fit('mean tight', 'mean_parity', 2, family => 'linear', options => '{"tighten": 1}') m,
    fit('squares tight', 'group_loss', loss => 2.5, family => 'linear', options => '{"tighten": 1}') s;
SELECT model, round(training_bound::numeric, 4) AS training_bound,
       abs(standard_error - CASE model WHEN 'mean tight' THEN (
           SELECT sqrt(sum(v * n)) FROM (
               SELECT var_pop(fairpg.predict('mean', x)) FILTER (WHERE NOT held_out) AS v,
                      1.0 / count(*) FILTER (WHERE held_out) + 1.0 / count(*) FILTER (WHERE NOT held_out) AS n
               FROM people x GROUP BY sex) a) ELSE (
           SELECT max(sqrt(v * n)) FROM (
               SELECT var_pop((fairpg.predict('squares', x) - spent) ^ 2) FILTER (WHERE NOT held_out) AS v,
                      1.0 / count(*) FILTER (WHERE held_out) + 1.0 / count(*) FILTER (WHERE NOT held_out) AS n
               FROM people x GROUP BY sex) a) END) < 1e-9 AS error_right,
       abs(training_bound - (bound - standard_error)) < 1e-12 AS bound_right
FROM fairpg_report.training_bounds WHERE model IN ('mean tight', 'squares tight') ORDER BY model;

-- several constraints, each by its own attributes
SELECT status, warnings FROM fairpg.train('several', 'people', 'paid', protected => '{sex,race}', features => '{income,debt}',
    split => 'column:held_out=true', options => '{"key": "id", "tighten": 1, "constraints": [
        {"fairness": "demographic_parity", "max_gap": 0.08, "protected": ["sex"]},
        {"fairness": "demographic_parity", "min_ratio": 0.7},
        {"fairness": "group_loss", "max_loss": 0.55}]}');
SELECT position, criterion, bound_kind, bound, round(training_bound::numeric, 4) AS training_bound, round(standard_error::numeric, 4) AS standard_error,
       attribute, group_name, metric, rows
FROM fairpg_report.training_bounds WHERE model = 'several' ORDER BY position, attribute;
-- the verdict is by the bounds of the call
SELECT position, bound_kind, bound FROM fairpg_report.constraints WHERE model = 'several' AND part = 'held_out' ORDER BY position;

-- where no rows are held out the training rows judge
SELECT count(*) FROM fairpg.train('all', 'people', 'paid', protected => '{sex}', features => '{income,debt}', fairness => 'demographic_parity',
    max_gap => 0.05, split => 'none', options => '{"key": "id", "tighten": 1}');
SELECT rows = (SELECT count(*) FROM people WHERE sex = 'f') AS of_all FROM fairpg_report.training_bounds WHERE model = 'all';

-- folds: a frontier with as many measures the same gap of models that have not seen the rows
SELECT count(*) FROM fit('tp', 'equal_opportunity', 0.05);
SELECT status, warnings FROM fit('folds', 'equal_opportunity', 0.05, options => '{"cross_fit": 4}');
SELECT round(training_bound::numeric, 5) AS training_bound, standard_error, group_name, round(in_sample::numeric, 5) AS in_sample,
       round(out_of_fold::numeric, 5) AS out_of_fold,
       abs(in_sample - (SELECT max(p) - min(p) FROM rates('tp', 'sex') WHERE metric = 'tpr')) < 1e-12 AS in_sample_right,
       abs(training_bound - (bound - greatest(out_of_fold - in_sample, 0))) < 1e-12 AS bound_right,
       abs(out_of_fold - f.gap) < 1e-12 AS out_of_fold_right, f.judged_on
FROM fairpg_report.training_bounds, fairpg.frontier('curve', 'people', 'paid', protected => '{sex}', features => '{income,debt}',
    fairness => 'equal_opportunity', max_gaps => '{0.05}', folds => 4, split => 'column:held_out=true', options => '{"key": "id"}') f
WHERE model = 'folds';
SELECT count(*) FROM fit('folds by hand', 'equal_opportunity', (SELECT training_bound FROM fairpg_report.training_bounds WHERE model = 'folds'));
-- rows that lie in folds are added up on finer grids
SELECT max(abs(a.estimate - b.estimate)) < 1e-9 AS same_model FROM fairpg_report.coefficients a JOIN fairpg_report.coefficients b USING (position)
WHERE a.model = 'folds' AND b.model = 'folds by hand';

-- both together, the same for any order of the rows, and again by retrain()
SELECT count(*) FROM fit('both', 'equalized_odds', 0.15, options => '{"cross_fit": 5, "tighten": 1}');
SELECT count(*) FROM fit('both shuffled', 'equalized_odds', 0.15, options => '{"cross_fit": 5, "tighten": 1}',
                         rows => 'SELECT * FROM people ORDER BY hashint4(id)');
SELECT count(*) FROM fairpg.retrain('both', start => 'none');
SELECT count(DISTINCT sha256(artifact)) AS models, count(DISTINCT spec -> 'margins') AS margins, count(*) AS versions
FROM fairpg_catalog.model_version WHERE model IN ('both', 'both shuffled');
SELECT metric, round(training_bound::numeric, 5) AS training_bound,
       abs(training_bound - (bound - standard_error - greatest(out_of_fold - in_sample, 0))) < 1e-12 AS bound_right
FROM fairpg_report.training_bounds WHERE model = 'both' AND version = 1 ORDER BY metric;

-- groups that are too small for it are named, and the others are cross-fitted
SELECT warnings FROM fairpg.train('small', 'people', 'paid', protected => '{sex,race}', features => '{income,debt}',
    split => 'column:held_out=true', options => '{"key": "id", "cross_fit": 3, "constraints": [
        {"fairness": "equal_opportunity", "max_gap": 0.1, "protected": ["race"]},
        {"fairness": "demographic_parity", "max_gap": 0.05, "protected": ["sex"]}]}');
SELECT position, bound = training_bound AS unchanged, out_of_fold IS NULL AS skipped FROM fairpg_report.training_bounds WHERE model = 'small'
ORDER BY position;

-- no group that is judged has enough rows; nothing but the constant model keeps the tighter bound
SELECT status, warnings FROM fairpg.train('few', 'SELECT * FROM people WHERE NOT held_out OR id < 20', 'paid', protected => '{sex}',
    features => '{income,debt}', fairness => 'demographic_parity', max_gap => 0.05, split => 'column:held_out=true', options => '{"key": "id", "tighten": 1}');
SELECT status, warnings FROM fairpg.train('tiny', 'SELECT * FROM people WHERE id <= 150', 'paid', protected => '{sex}',
    features => '{income,debt}', fairness => 'equalized_odds', max_gap => 0.09, split => 'none', options => '{"key": "id", "tighten": 1, "min_group": 5}');
SELECT metric, round(training_bound::numeric, 4) AS training_bound FROM fairpg_report.training_bounds WHERE model = 'tiny' ORDER BY metric;
SELECT status, warnings FROM fairpg.train('none', 'SELECT * FROM people WHERE id <= 100', 'paid', protected => '{sex}',
    features => '{income,debt}', fairness => 'equalized_odds', max_gap => 0.05, split => 'none', options => '{"key": "id", "tighten": 1, "min_group": 2}');
SELECT metric, bound, training_bound FROM fairpg_report.training_bounds WHERE model = 'none' ORDER BY metric;
-- a bound of nothing leaves nothing to take
SELECT status, warnings FROM fit('zero', 'demographic_parity', 0, options => '{"tighten": 1}');

DROP TABLE people;
DROP FUNCTION fit, rates, errors;
DROP SCHEMA fairpg_catalog, fairpg_report CASCADE;
