SET client_min_messages = warning;
-- Elastic net, signs of coefficients, reweighing, standard errors.
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE people AS
SELECT i AS id, CASE WHEN hashint8(i * 3) % 3 = 0 THEN 'f' ELSE 'm' END AS sex,
       (ARRAY['n', 's', 'e', 'w'])[1 + abs(hashint8(i * 5)) % 4] AS region,
       hashint8(i * 37)::float8 / 2147483648 AS income,
       hashint8(i * 41)::float8 / 2147483648 AS debts,
       hashint8(i * 47)::float8 / 2147483648 AS noise,
       date '2020-01-01' + abs(hashint8(i * 53)) % 1000 AS since,
       hashint8(i * 37)::float8 / 2147483648 + 0.1 * hashint8(i * 41)::float8 / 2147483648
           + hashint8(i * 43)::float8 / 2147483648 + CASE WHEN hashint8(i * 3) % 3 = 0 THEN -0.5 ELSE 0.1 END > 0 AS paid
FROM generate_series(1, 6000) i;
CREATE VIEW shown AS
SELECT model, version, term, level, estimate FROM fairpg_report.coefficients WHERE level_kind IS DISTINCT FROM 'unseen'
    AND level_kind IS DISTINCT FROM 'null' AND term <> '(intercept)';

-- l1: the larger, the fewer coefficients; what is left out is exactly zero
SELECT l1, status FROM unnest('{0,0.005,0.02,0.1,5}'::float8[]) l1, LATERAL fairpg.train('net', 'people', 'paid', exclude => '{id}',
    split => 'none', options => jsonb_build_object('key', 'id', 'l1', l1));
SELECT version, count(*) FILTER (WHERE estimate = 0) AS zeros, count(*) FILTER (WHERE abs(estimate) < 1e-12) AS tiny FROM shown
WHERE model = 'net' GROUP BY version ORDER BY version;
-- the optimality conditions by plain SQL: the residuals' mean product with a standardised number is l1 at most where the
-- coefficient is zero, and l1 less the ridge's part otherwise, against its sign
WITH scored AS (SELECT p.*, fairpg.predict('net', p, 3) - paid::int AS residual FROM people p),
scale AS (SELECT stddev_pop(income) AS income, stddev_pop(debts) AS debts, stddev_pop(noise) AS noise, avg(income) AS mi,
    avg(debts) AS md, avg(noise) AS mn FROM people),
gradient AS (SELECT 'income' AS term, avg(residual * (p.income - mi) / s.income) AS g, min(s.income) AS sd FROM scored p, scale s
    UNION ALL SELECT 'debts', avg(residual * (p.debts - md) / s.debts), min(s.debts) FROM scored p, scale s
    UNION ALL SELECT 'noise', avg(residual * (p.noise - mn) / s.noise), min(s.noise) FROM scored p, scale s)
SELECT term, estimate = 0 AS zero, CASE WHEN estimate = 0 THEN abs(g) < 0.02 ELSE abs(g + 0.0001 * estimate * sd + 0.02 * sign(estimate)) < 1e-6 END
    AS optimal FROM gradient JOIN shown USING (term) WHERE model = 'net' AND version = 3 ORDER BY term;
SELECT 'sex' AS term, bool_and(CASE WHEN s.estimate = 0 THEN abs(g) < 0.02 ELSE abs(g + 0.0001 * s.estimate + 0.02 * sign(s.estimate)) < 1e-6 END) AS optimal
FROM (SELECT l.level, sum((fairpg.predict('net', p, 3) - paid::int)) FILTER (WHERE sex = l.level) / count(*) AS g
    FROM people p, (VALUES ('f'), ('m')) l (level) GROUP BY l.level) x JOIN shown s USING (level) WHERE model = 'net' AND version = 3 AND term = 'sex';

-- signs: kept in every kind of training that takes them
SELECT name, status, gap <= 0.02 AS within
FROM (VALUES ('plain', 'none', 'constraint', NULL, NULL), ('bounded', 'demographic_parity', 'constraint', 0.02, NULL),
             ('priced', 'demographic_parity', 'penalty', NULL, 5), ('weighed', 'demographic_parity', 'reweigh', NULL, NULL))
        t (name, criterion, way, bound, price),
    LATERAL fairpg.train(name, 'people', 'paid', protected => '{sex}', exclude => '{id}', split => 'none', fairness => criterion, method => way,
        max_gap => bound, penalty => price, options => '{"key": "id", "monotone": {"income": "+", "debts": "-", "since": "-"}}') ORDER BY name;
SELECT model, min(estimate) FILTER (WHERE term = 'income') > 0 AS income, max(estimate) FILTER (WHERE term = 'debts') = 0 AS debts,
       max(estimate) FILTER (WHERE term = 'since') <= 0 AS since
FROM shown WHERE model <> 'net' GROUP BY model ORDER BY model;
-- which it would not be by itself
SELECT status FROM fairpg.train('free', 'people', 'paid', protected => '{sex}', exclude => '{id}', split => 'none',
    fairness => 'demographic_parity', max_gap => 0.02, options => '{"key": "id"}');
SELECT term, sign(estimate) FROM shown WHERE model = 'free' AND term IN ('income', 'debts') ORDER BY term;
-- l1 under a bound: exact zeros, and the bound
SELECT status, gap <= 0.02 AS within FROM fairpg.train('few', 'people', 'paid', protected => '{sex}', exclude => '{id}', split => 'none',
    fairness => 'demographic_parity', max_gap => 0.02, options => '{"key": "id", "l1": 0.01, "monotone": {"debts": "-"}}');
SELECT term, count(*) AS coefficients, count(*) FILTER (WHERE estimate = 0) AS zeros FROM shown WHERE model = 'few' GROUP BY term ORDER BY term;
-- where no model keeps the bound, the answer is no further from it than what a wider bound has come to
SELECT bound, status, gap <= 0.005 AS close FROM unnest('{0.005,0}'::float8[]) bound, LATERAL fairpg.train('close', 'people', 'paid', protected => '{sex,region}',
    exclude => '{id}', split => 'none', fairness => 'error_rate_parity', max_gap => bound, options => '{"key": "id", "l1": 0.1}');
-- no score falls when the income rises
SELECT bool_and(fairpg.predict('bounded', a) <= fairpg.predict('bounded', b)) AS monotone
FROM (SELECT p.* FROM people p WHERE id < 500) a, LATERAL (SELECT a.id, a.sex, a.region, a.income + 0.1 AS income, a.debts, a.noise, a.since) b;
-- every element of an array
CREATE VIEW arrays AS SELECT id, paid, ARRAY[income, debts, noise, -income] AS v FROM people;
SELECT status FROM fairpg.train('arrays', 'arrays', 'paid', features => '{v}', split => 'none', options => '{"monotone": {"v": "+"}, "l1": 0.001}');
SELECT term, estimate >= 0 AS kept FROM shown WHERE model = 'arrays' ORDER BY term;
-- a column that is left out has no sign to keep
SELECT status, warnings FROM fairpg.train('left out', 'SELECT *, 1 AS one FROM people', 'paid', features => '{income,one}', split => 'none',
    options => '{"monotone": {"one": "-"}}');

-- reweighing: every factor recomputed by plain SQL
SELECT status, verdict IS NOT NULL AS judged FROM fairpg.train('weighed', 'people', 'paid', protected => '{sex,region}', features => '{income,debts}',
    split => 'none', fairness => 'equal_opportunity', method => 'reweigh', max_gap => 0.05, options => '{"l2": 0}');
SELECT count(*) AS cells, count(*) FILTER (WHERE c.rows = n AND abs(factor - ng * ny / (n * 6000.0)) < 1e-12 AND abs(weight_after - n * factor) < 1e-9
    AND weight_before = n AND balanced) AS right_ones
FROM fairpg_report.reweighing c JOIN (
    SELECT DISTINCT sex || ', ' || region AS group_name, paid AS label, count(*) OVER (PARTITION BY sex, region, paid) AS n,
        count(*) OVER (PARTITION BY sex, region) AS ng, count(*) OVER (PARTITION BY paid) AS ny FROM people) p USING (group_name, label)
WHERE c.model = 'weighed' AND c.version = 2 AND c.attribute = 'sex*region';
-- label and group are independent afterwards, and the effective number of rows is Kish's
SELECT max(share) - min(share) < 1e-12 AS independent, abs(sum(weight) - 6000) < 1e-8 AS kept FROM (
    SELECT sum(weight_after) FILTER (WHERE label) / sum(weight_after) AS share, sum(weight_after) AS weight
    FROM fairpg_report.reweighing WHERE model = 'weighed' AND version = 2 GROUP BY group_name) s;
CREATE VIEW with_factor AS SELECT p.*, r.factor FROM people p JOIN fairpg_catalog.reweighing r
    ON r.model = 'weighed' AND r.version = 2 AND r.group_name = p.sex || ', ' || p.region AND r.label = p.paid;
SELECT abs(min(effective_rows_after) - (SELECT sum(factor) ^ 2 / sum(factor ^ 2) FROM with_factor)) < 1e-6 AS kish,
       min(effective_rows_before) = 6000 AS before FROM fairpg_report.reweighing WHERE model = 'weighed' AND version = 2;
-- it is the plain fit with these weights
SELECT rows_train FROM fairpg.train('by hand', 'with_factor', 'paid', weight => 'factor', features => '{income,debts}', split => 'none', options => '{"l2": 0}');
SELECT count(*) AS coefficients, max(abs(a.estimate - b.estimate)) < 1e-5 AS same FROM fairpg_catalog.coefficient a
    JOIN fairpg_catalog.coefficient b USING (position) WHERE a.model = 'by hand' AND b.model = 'weighed' AND b.version = 2 AND a.level_kind IS NULL;
-- weights of the rows stay factors
SELECT rows_train FROM fairpg.train('weighed', 'SELECT *, 1 + id % 3 AS w FROM people', 'paid', protected => '{sex}', weight => 'w', features => '{income}',
    split => 'none', fairness => 'demographic_parity', method => 'reweigh');
SELECT r.group_name, r.label, r.rows = n AS rows, r.weight_before = w AS weight, abs(r.factor - wg * wy / (w * all_w)) < 1e-12 AS factor,
    abs(effective_rows_before - all_w ^ 2 / all_w2) < 1e-6 AS effective
FROM fairpg_report.reweighing r JOIN (SELECT DISTINCT sex AS group_name, paid AS label, count(*) OVER cell AS n, sum(1 + id % 3) OVER cell AS w,
        sum(1 + id % 3) OVER (PARTITION BY sex) AS wg, (sum(1 + id % 3) OVER (PARTITION BY paid))::float8 AS wy, sum(1 + id % 3) OVER () AS all_w,
        (sum((1 + id % 3) ^ 2) OVER ())::float8 AS all_w2 FROM people WINDOW cell AS (PARTITION BY sex, paid)) p USING (group_name, label)
WHERE r.model = 'weighed' AND r.version = 3 ORDER BY 1, 2;
-- a group without one of the labels keeps its weights
SELECT warnings FROM fairpg.train('lacking', 'SELECT *, paid AND sex = ''m'' AS good FROM people', 'good', protected => '{sex}', features => '{income}',
    split => 'none', fairness => 'demographic_parity', method => 'reweigh');
SELECT group_name, label, rows > 0 AS rows, factor, balanced FROM fairpg_report.reweighing WHERE model = 'lacking' ORDER BY cell;
-- an attribute that crosses the others names the groups by itself
SELECT status FROM fairpg.train('crossed', 'people', 'paid', protected => '{sex,sex*region}', features => '{income}', split => 'none',
    fairness => 'demographic_parity', method => 'reweigh');
SELECT DISTINCT attribute, count(*) FROM fairpg_report.reweighing WHERE model = 'crossed' GROUP BY 1;

SELECT warnings FROM fairpg.train('small cells', 'people', 'paid', protected => '{sex,region}', features => '{income}', split => 'none',
    fairness => 'demographic_parity', method => 'reweigh', options => '{"min_group": 200}');
SELECT count(*) FILTER (WHERE rows < 200) AS small, round(max(factor) FILTER (WHERE rows < 200)::numeric, 2) AS factor
FROM fairpg_report.reweighing WHERE model = 'small cells';

-- standard errors (test/tap/standard_errors.sh has their values): where there are some, and where none
SELECT model, max(version) AS version, count(std_error) AS errors, count(*) AS coefficients, bool_and(z = estimate / std_error) AS z
FROM fairpg_report.coefficients WHERE model IN ('net', 'plain', 'bounded', 'weighed', 'free', 'by hand') AND version = 1 GROUP BY model ORDER BY model;
-- none where the labels are separated and there is no optimum
SELECT status FROM fairpg.train('separated', 'SELECT income, income > 0 AS positive FROM people', 'positive', split => 'none', options => '{"l2": 0}');
SELECT count(*) > 1 AS coefficients, count(std_error) AS errors FROM fairpg_report.coefficients WHERE model = 'separated';
-- nor for columns that are copies of each other, unless a ridge tells them apart
SELECT l2, status FROM unnest('{0,0.001}'::float8[]) l2, LATERAL fairpg.train('copies', 'SELECT income, income AS copy, paid FROM people', 'paid', split => 'none',
    options => jsonb_build_object('l2', l2));
SELECT version, count(*) > 1 AS coefficients, count(std_error) AS errors FROM fairpg_report.coefficients WHERE model = 'copies' GROUP BY version ORDER BY version;
-- twice the rows at twice the weight: half the error
SELECT rows_train FROM fairpg.train('once', 'people', 'paid', features => '{income,region}', split => 'none', options => '{"l2": 0}');
SELECT rows_train FROM fairpg.train('four times', 'SELECT p.*, 2 AS w FROM people p, generate_series(1, 2)', 'paid', weight => 'w',
    features => '{income,region}', split => 'none', options => '{"l2": 0}');
SELECT count(*) AS errors, max(abs(a.std_error / b.std_error - 2)) < 1e-6 AS halved FROM fairpg_catalog.coefficient a
    JOIN fairpg_catalog.coefficient b USING (position) WHERE a.model = 'once' AND b.model = 'four times' AND a.std_error IS NOT NULL;

-- what is refused
\set VERBOSITY default
SELECT fairpg.train('m', 'people', 'paid', options => '{"l1": -1}');
SELECT fairpg.train('m', 'people', 'paid', options => '{"l1": 0.1, "solver": "lbfgs"}');
SELECT fairpg.train('m', 'people', 'paid', options => '{"monotone": {"income": "+"}, "solver": "lbfgs"}');
SELECT fairpg.train('m', 'people', 'paid', options => '{"monotone": "income"}');
SELECT fairpg.train('m', 'people', 'paid', options => '{"monotone": ["income"]}');
SELECT fairpg.train('m', 'people', 'paid', options => '{"monotone": {"income": "up"}}');
SELECT fairpg.train('m', 'people', 'paid', options => '{"monotone": {"income": 1}}');
SELECT fairpg.train('m', 'people', 'paid', options => '{"monotone": {"income": {"a": "+"}}}');
SELECT fairpg.train('m', 'people', 'paid', options => '{"monotone": {"wealth": "+"}}');
SELECT fairpg.train('m', 'people', 'paid', options => '{"monotone": {"paid": "+"}}');
SELECT fairpg.train('m', 'people', 'paid', exclude => '{id}', options => '{"monotone": {"id": "+"}}');
SELECT fairpg.train('m', 'people', 'paid', exclude => '{id}', options => '{"monotone": {"region": "+"}}');
SELECT fairpg.train('m', 'people', 'paid', method => 'reweigh');
SELECT fairpg.train('m', 'people', 'paid', protected => '{sex}', fairness => 'demographic_parity', method => 'reweigh', penalty => 1);
SELECT count(*) AS stored FROM fairpg_catalog.model WHERE model = 'm';

DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP TABLE people CASCADE;
