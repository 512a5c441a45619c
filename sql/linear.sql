SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- Family linear: what it predicts is recomputed by plain SQL.
SELECT fairpg.init() IS NOT NULL AS ready;

CREATE TABLE pay AS
SELECT i AS id, CASE WHEN h1 < 0.5 THEN 'm' WHEN h1 < 0.95 THEN 'f' END AS sex, CASE WHEN h2 < 0.7 THEN 'w' ELSE 'b' END AS race,
       (20 * h3)::float4 AS years, CASE WHEN h4 > 0.05 THEN (10 * h4 + CASE WHEN h1 < 0.5 THEN 2 ELSE 0 END)::float4 END AS skill,
       CASE WHEN h5 < 0.3 THEN 'cook' WHEN h5 < 0.6 THEN 'clerk' ELSE 'smith' END AS job, 1 + i % 4 AS w,
       1000 + 30 * (20 * h3) + 100 * h4 + CASE WHEN h1 < 0.5 THEN 150 ELSE 0 END
           + CASE WHEN h5 < 0.3 THEN 0 WHEN h5 < 0.6 THEN 40 ELSE 90 END + CASE WHEN h2 < 0.7 THEN 200 * (h6 - 0.5) ELSE 400 * (h6 - 0.5) - 12 * (20 * h3) END AS wage
FROM (SELECT i, h[1] h1, h[2] h2, h[3] h3, h[4] h4, h[5] h5, h[6] h6
      FROM (SELECT i, ARRAY(SELECT (hashint8(i * 31 + k * 1000003)::bigint + 2147483648) / 4294967296.0
                            FROM generate_series(1, 6) k)::float8[] AS h
            FROM generate_series(1, 4000) i) s) t;

-- the plain model of one column is the line of regr_slope(), in any unit
CREATE TABLE units AS SELECT unit, m.* FROM unnest('{1,1e12,1e-9}'::float8[]) AS unit,
    LATERAL (SELECT * FROM fairpg.train('line', format('SELECT years, %s * wage AS y FROM pay', unit), 'y', family => 'linear',
         split => 'none', options => '{"l2": 0}')) m;
SELECT unit, abs(slope / r.b - 1) < 1e-6 AS slope, abs(start / r.a - 1) < 1e-6 AS intercept, abs(loss / r.mse - 1) < 1e-6 AS loss,
       accuracy IS NULL AND auc IS NULL AND gap IS NULL AND verdict IS NULL AS no_decisions, status, method
FROM units m,
     LATERAL (SELECT max(estimate) FILTER (WHERE term = 'years') AS slope, max(estimate) FILTER (WHERE term = '(intercept)') AS start
              FROM fairpg_report.coefficients c WHERE c.model = 'line' AND c.version = m.version AND level_kind IS NULL) c,
     LATERAL (SELECT regr_slope(unit * wage, years) AS b, regr_intercept(unit * wage, years) AS a,
                     regr_syy(unit * wage, years) / count(*) * (1 - regr_r2(unit * wage, years)) AS mse FROM pay) r
ORDER BY unit;

-- and its standard errors are the textbook's
SELECT unit, abs(e / sqrt(u.loss * r.n / (r.n - 2) / r.sxx) - 1) < 1e-6 AS of_slope, abs(s / sqrt(u.loss * r.n / (r.n - 2) * (1 / r.n + r.mx ^ 2 / r.sxx)) - 1) < 1e-6 AS of_intercept, abs(z * e / b - 1) < 1e-9 AS z
FROM units u,
     LATERAL (SELECT max(std_error) FILTER (WHERE term = 'years') AS e, max(std_error) FILTER (WHERE term = '(intercept)') AS s, max(c.z) FILTER (WHERE term = 'years') AS z, max(estimate) FILTER (WHERE term = 'years') AS b
              FROM fairpg_report.coefficients c WHERE c.model = 'line' AND c.version = u.version AND level_kind IS NULL) c,
     (SELECT regr_sxx(wage, years) AS sxx, avg(years) AS mx, count(*)::float8 AS n FROM pay) r
ORDER BY unit;

-- with all kinds of columns the residuals of the plain model add up to zero
-- with every column; doubled rows and weights of 2 are the same
SELECT version, status FROM fairpg.train('all', 'pay', 'wage', exclude => '{id,w}', family => 'linear', split => 'none', options => '{"l2": 0}');
CREATE VIEW residuals AS SELECT p.*, fairpg.predict('all', p) - wage AS e FROM pay p;
SELECT abs(sum(e)) < 1e-4 AS overall, abs(sum(e * years)) < 1e-3 AS years, abs(sum(e * skill)) < 1e-3 AS skill,
       abs(sum(e) FILTER (WHERE skill IS NULL)) < 1e-4 AS missing, abs(sum(e) FILTER (WHERE job = 'cook')) < 1e-4 AS cooks,
       abs(sum(e) FILTER (WHERE sex IS NULL)) < 1e-4 AS unknown FROM residuals;
SELECT (SELECT loss FROM fairpg.train('copies', 'SELECT pay.* FROM pay, generate_series(1, w)', 'wage', exclude => '{id,w}', family => 'linear', split => 'none')) AS copies,
       (SELECT loss FROM fairpg.train('copies', 'pay', 'wage', exclude => '{id}', weight => 'w', family => 'linear', split => 'none')) AS weights \gset
SELECT abs(:copies / :weights - 1) < 1e-9 AS alike;

-- what was held out is judged: loss and gap are those of plain SQL
CREATE VIEW parted AS SELECT *, CASE WHEN id % 4 = 0 THEN 'test' ELSE 'train' END AS part FROM pay;
CREATE TABLE runs AS SELECT * FROM (VALUES
    (1, 'mean_parity', 'constraint', '{sex}', 0::float8, NULL::float8), (2, 'mean_parity', 'constraint', '{sex}', 20, NULL),
    (3, 'mean_parity', 'constraint', '{sex,race,sex*race}', 5, NULL), (4, 'mean_parity', 'constraint', '{sex}', 1e6, NULL),
    (5, 'group_loss', 'constraint', '{race}', NULL, 20000), (6, 'group_loss', 'constraint', '{race}', NULL, 5000),
    (7, 'group_loss', 'minimax', '{race}', NULL, NULL)) AS r (run, fairness, method, protected, max_gap, max_loss);
CREATE TABLE results AS
SELECT r.*, t.version, t.status, t.loss, t.gap, t.gap_low, t.gap_high, t.verdict, t.worst_group
FROM (SELECT * FROM runs ORDER BY run OFFSET 0) r, LATERAL
    (SELECT * FROM fairpg.train('fair', 'parted', 'wage', protected => r.protected::text[], exclude => '{id,w,race}', family => 'linear',
        fairness => r.fairness, max_gap => r.max_gap, max_loss => r.max_loss, method => r.method, split => 'column:part=test')) t;
CREATE TABLE predicted AS
SELECT r.run, p.part, coalesce(p.sex, '(unknown)') AS sex, p.race, p.wage, fairpg.predict('fair', p, r.version) AS p FROM results r, parted p;
CREATE VIEW groups AS
SELECT run, part, attribute, grp, avg(p) AS mean, avg((p - wage) ^ 2) AS mse, count(*) AS n
FROM predicted JOIN runs USING (run), LATERAL (VALUES ('sex', sex), ('race', race), ('sex*race', sex || ', ' || race)) AS a (attribute, grp)
WHERE attribute = ANY (protected::text[])
GROUP BY run, part, attribute, grp;
CREATE VIEW gaps AS
SELECT run, part, CASE WHEN fairness = 'mean_parity' THEN max(gap) ELSE max(worst) END AS gap
FROM (SELECT run, part, attribute, max(mean) - min(mean) AS gap, max(mse) AS worst FROM groups WHERE n >= 30 GROUP BY run, part, attribute) g
JOIN runs USING (run) GROUP BY run, part, fairness;
SELECT r.run, r.fairness, r.method, r.protected, coalesce(r.max_gap, r.max_loss) AS bound, r.status,
       CASE WHEN coalesce(r.max_gap, r.max_loss) IS NOT NULL THEN t.gap <= coalesce(r.max_gap, r.max_loss) * (1 + 1e-9) + 1e-5 END AS kept_in_training,
       abs(h.gap - r.gap) < 1e-6 * greatest(1, r.gap) AS gap_told, r.gap BETWEEN r.gap_low AND r.gap_high AS inside, r.verdict, r.worst_group
FROM results r JOIN gaps t ON t.run = r.run AND t.part = 'train' JOIN gaps h ON h.run = r.run AND h.part = 'test' ORDER BY r.run;
SELECT bool_and(abs(loss / mse - 1) < 1e-9) AS loss_told
FROM results JOIN (SELECT run, avg((p - wage) ^ 2) AS mse FROM predicted WHERE part = 'test' GROUP BY run) m USING (run);
-- the less is asked for the smaller the loss; minimax has the least largest one
SELECT string_agg(run::text, ' ' ORDER BY mse) AS by_loss FROM (SELECT run, avg((p - wage) ^ 2) AS mse FROM predicted WHERE part = 'train' AND run IN (1, 2, 4) GROUP BY run) m;
SELECT min(gap) > max(gap) FILTER (WHERE run = 7) * (1 - 1e-4) AS least FROM gaps WHERE part = 'train' AND run > 4;
-- the textbook's closed form, b - H^-1 c (c'b - gap) / (c'H^-1 c), of two columns
CREATE VIEW known AS SELECT sex, years, skill, wage FROM pay WHERE sex IS NOT NULL AND skill IS NOT NULL;
SELECT status FROM fairpg.train('textbook', 'known', 'wage', protected => '{sex}', family => 'linear', fairness => 'mean_parity', max_gap => 10, split => 'none', options => '{"l2": 0}');
WITH h AS (SELECT var_pop(years) AS yy, covar_pop(years, skill) AS ys, var_pop(skill) AS ss, covar_pop(years, wage) AS yw, covar_pop(skill, wage) AS sw,
               avg(years) FILTER (WHERE sex = 'm') - avg(years) FILTER (WHERE sex = 'f') AS cy, avg(skill) FILTER (WHERE sex = 'm') - avg(skill) FILTER (WHERE sex = 'f') AS cs FROM known),
     solved AS (SELECT h.*, (ss * yw - ys * sw) / (yy * ss - ys ^ 2) AS by, (yy * sw - ys * yw) / (yy * ss - ys ^ 2) AS bs,
               (ss * cy - ys * cs) / (yy * ss - ys ^ 2) AS hy, (yy * cs - ys * cy) / (yy * ss - ys ^ 2) AS hs FROM h)
SELECT term, abs(estimate / CASE term WHEN 'years' THEN by - hy * (cy * by + cs * bs - 10) / (cy * hy + cs * hs)
           ELSE bs - hs * (cy * by + cs * bs - 10) / (cy * hy + cs * hs) END - 1) < 1e-6 AS closed_form
FROM solved, fairpg_report.coefficients WHERE model = 'textbook' AND term <> '(intercept)' AND level_kind IS NULL ORDER BY term;

-- both bounds in one model, each on its attribute
SELECT status FROM fairpg.train('both', 'parted', 'wage', protected => '{sex,race}', exclude => '{id,w,race}', family => 'linear', split => 'column:part=test',
    options => '{"constraints": [{"fairness": "mean_parity", "max_gap": 30, "protected": ["sex"]}, {"fairness": "group_loss", "max_loss": 20000, "protected": ["race"]}]}');
SELECT max(p) FILTER (WHERE a = 'sex') - min(p) FILTER (WHERE a = 'sex') <= 30 + 1e-5 AS means, max(e) FILTER (WHERE a = 'race') <= 20000 * (1 + 1e-9) AS losses
FROM (SELECT a, g, avg(fairpg.predict('both', t)) AS p, avg((fairpg.predict('both', t) - wage) ^ 2) AS e
      FROM parted t, LATERAL (VALUES ('sex', sex), ('race', race)) AS v (a, g) WHERE part = 'train' GROUP BY a, g) q;

-- evaluate() measures the same by a statement of its own
SELECT n_rows, n_null_label, n_null_value, accuracy IS NULL AND auc IS NULL AS no_decisions, abs(e.loss / r.loss - 1) < 1e-9 AS loss,
       abs(e.gap - r.gap) < 1e-6 AS gap, abs(e.gap_high - r.gap_high) < 1e-6 AS high, e.verdict = r.verdict AS verdict, e.worst_group = r.worst_group AS worst
FROM results r, LATERAL fairpg.evaluate('fair', 'SELECT * FROM parted WHERE part = ''test''', r.version) e WHERE r.run = 2;
SELECT count(*) AS figures, bool_and(abs(v.value - o.value) <= 1e-9 * abs(o.value) AND abs(coalesce(v.high, 0) - coalesce(o.high, 0)) <= 1e-6 * abs(o.value)) AS alike
FROM fairpg_report.group_metrics v JOIN fairpg_report.group_metrics o USING (model, version, attribute, group_name, metric)
WHERE model = 'fair' AND version = 2 AND v.part = 'external' AND o.part = 'held_out';
SELECT m.metric, count(*) AS n_groups, bool_and(abs(value - CASE m.metric WHEN 'mean_squared_error' THEN mse WHEN 'root_mean_squared_error' THEN sqrt(mse)
           WHEN 'mean_absolute_error' THEN mae WHEN 'r_squared' THEN 1 - mse / var WHEN 'mean_prediction' THEN p WHEN 'mean_residual' THEN y - p
           WHEN 'mean_label' THEN y ELSE 0 END) < 1e-9 * greatest(abs(value), 1)) AS told,
       bool_and(n = rows) AS rows, bool_and(low < value AND value < high) AS inside
FROM fairpg_report.group_metrics m JOIN (SELECT sex, avg((p - wage) ^ 2) AS mse, avg(abs(p - wage)) AS mae, var_pop(wage) AS var, avg(p) AS p, avg(wage) AS y, count(*) AS rows
    FROM predicted WHERE run = 2 AND part = 'test' GROUP BY sex) r ON r.sex = m.group_name
WHERE model = 'fair' AND version = 2 AND m.part = 'held_out' GROUP BY m.metric ORDER BY m.metric;
SELECT criterion, abs(value - gap) < 1e-6 AS told, low <= value AND value <= high AS inside, ratio IS NULL AS no_ratio, highest_group, lowest_group
FROM fairpg_report.disparities f, gaps g WHERE f.model = 'fair' AND f.version = 2 AND f.part = 'held_out' AND f.criterion = 'mean_parity' AND g.run = 2 AND g.part = 'test';
-- the gaps of all errors are stored as well, of the part held out and of what evaluate() has measured
SELECT f.part, f.criterion, abs(f.value - gap) < 1e-9 * greatest(gap, 1) AS told, f.low <= f.value AND f.value <= f.high AS inside, f.worst_group = d.worst AS worst
FROM fairpg_report.disparities f JOIN (
    SELECT metric, max(v) - min(v) AS gap, (array_agg(sex ORDER BY CASE WHEN metric IN ('r_squared', 'mean_label') THEN v ELSE -v END))[1] AS worst
    FROM (SELECT sex, avg((p - wage) ^ 2) AS mse, avg(abs(p - wage)) AS mae, var_pop(wage) AS var, avg(wage) AS y, avg(wage - p) AS residual
          FROM predicted WHERE run = 2 AND part = 'test' GROUP BY sex) g,
         LATERAL (VALUES ('mean_squared_error', mse), ('root_mean_squared_error', sqrt(mse)), ('mean_absolute_error', mae), ('r_squared', 1 - mse / var),
                         ('mean_label', y), ('mean_residual', residual)) v (metric, v) GROUP BY 1) d ON d.metric = f.criterion
WHERE f.model = 'fair' AND f.version = 2 AND f.part IN ('held_out', 'external') ORDER BY 1, 2;

-- a prediction by any way is the same number; decisions there are none
SELECT count(*) FILTER (WHERE fairpg.predict('all', p) <> fairpg.predict_with(artifact, p)) AS otherwise,
       count(*) FILTER (WHERE (fairpg.examine('all', p)).prediction <> fairpg.predict('all', p)) AS not_as_examined,
       count(*) FILTER (WHERE (fairpg.examine('all', p)).probability IS NOT NULL OR (fairpg.examine('all', p)).decision IS NOT NULL) AS decided
FROM pay p, fairpg_catalog.model_version WHERE model = 'all';
SELECT family, threshold, positive, spec #>> '{label_statistics,mean}' IS NOT NULL AS knows_label FROM fairpg_catalog.model_version WHERE model = 'all';

-- the same bytes in any order of the rows, for rows that agree but for the
-- label's last digits too
CREATE TABLE turned AS SELECT * FROM pay ORDER BY id DESC;
CREATE TABLE near AS SELECT i % 3 AS a, CASE i % 2 WHEN 0 THEN 'x' ELSE 'y' END AS g, 100000.01 + i % 5 / 1e9 AS y FROM generate_series(1, 2000) i;
CREATE TABLE near_turned AS SELECT * FROM near ORDER BY y DESC, a, g;
SELECT count(*) AS trained FROM unnest('{pay,turned}'::text[], '{near,near_turned}'::text[]) AS s (people, close),
     LATERAL (SELECT 1 FROM fairpg.train('o1', people, 'wage', protected => '{sex}', exclude => '{id}', weight => 'w', family => 'linear', fairness => 'mean_parity', max_gap => 5)
              UNION ALL SELECT 2 FROM fairpg.train('o2', people, 'wage', protected => '{sex}', exclude => '{id,w}', family => 'linear', fairness => 'group_loss', method => 'minimax')
              UNION ALL SELECT 3 FROM fairpg.train('o3', close, 'y', protected => '{g}', family => 'linear', fairness => 'mean_parity', max_gap => 0)) t;
SELECT model, count(*), count(DISTINCT artifact) AS models, count(DISTINCT loss) AS losses FROM fairpg_catalog.model_version WHERE model LIKE 'o_' GROUP BY model ORDER BY model;

-- duplicate and constant columns, more levels than can be told apart, weights
-- from 1e-3 to 1e6, a group of one row, labels that are integers
SELECT status, warnings FROM fairpg.train('odd', 'SELECT years, years AS again, 2 * years AS twice, 7 AS same, id % 100 AS id, wage::int AS y, sex, CASE WHEN id = 5 THEN 1e6 ELSE 0.001 END AS heavy FROM pay',
    'y', protected => '{sex}', weight => 'heavy', family => 'linear', fairness => 'mean_parity', max_gap => 3, split => 'none', options => '{"l2": 0}');
SELECT status, warnings[1] FROM fairpg.train('one', 'SELECT years, wage, CASE WHEN id = 5 THEN ''alone'' ELSE sex END AS sex FROM pay WHERE sex IS NOT NULL', 'wage', protected => '{sex}', family => 'linear',
    fairness => 'mean_parity', max_gap => 3, split => 'none');
-- only the group to go by, and no gap allowed: one number for all
SELECT status, warnings FROM fairpg.train('flat', 'pay', 'wage', protected => '{sex}', features => '{sex}', family => 'linear', split => 'none', fairness => 'mean_parity', max_gap => 0);
DROP VIEW residuals, gaps, groups, known;
DROP TABLE units, runs, results, predicted, turned, near, near_turned;
DROP VIEW parted;
DROP TABLE pay;
SET client_min_messages = warning;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
