-- fairpg.counterfactual_flips(): against decide() over rows that plain SQL has
-- changed.
SET client_min_messages = error;
SELECT fairpg.init() IS NOT NULL AS store;
CREATE TABLE loans AS
SELECT i AS id, CASE WHEN i % 19 = 0 THEN NULL WHEN i % 10 < 4 THEN 'f' WHEN i % 10 < 9 THEN 'm' ELSE 'x' END AS sex, i % 3 = 0 AS abroad,
       (i * 37 % 101)::int AS income, (i * 37 % 101) + CASE WHEN i % 10 < 4 THEN -25 ELSE 0 END + i * 53 % 41 > 60 AS repaid
FROM generate_series(1, 3000) i;
SELECT status FROM fairpg.train('own', 'loans', label => 'repaid', protected => '{sex,abroad}', features => '{sex,income}', split => 'none');
CREATE TABLE flips AS SELECT * FROM fairpg.counterfactual_flips('own', 'loans');

CREATE TABLE decided AS
SELECT coalesce(l.sex, '(unknown)') AS sex, v.sex AS set_to, fairpg.decide('own', l) AS d, fairpg.decide('own', o) AS other
FROM loans l CROSS JOIN (VALUES ('f'), ('m'), ('x')) v (sex),
     LATERAL (SELECT l.id, v.sex, l.abroad, l.income) o;
SELECT f.group_name, f.set_to, f.metric, round(f.value::numeric, 4) AS value, f.n = d.n AS n,
       abs(f.value - CASE f.metric WHEN 'flip_rate' THEN d.flip WHEN 'to_positive' THEN d.up ELSE d.down END) < 1e-12 AS told
FROM flips f JOIN (SELECT sex, set_to, count(*) AS n, avg((d <> other)::int)::float8 AS flip, avg((other AND NOT d)::int)::float8 AS up, avg((d AND NOT other)::int)::float8 AS down
                   FROM decided GROUP BY sex, set_to) d ON d.sex = f.group_name AND d.set_to = f.set_to
WHERE f.attribute = 'sex' ORDER BY 1, 2, 3;
-- any of them
SELECT f.group_name, round(f.value::numeric, 4) AS value, abs(f.value - d.flip) < 1e-12 AS told, abs(f.low - (fairpg.proportion_interval(d.k, d.n)).low) < 1e-9 AS low, abs(f.high - (fairpg.proportion_interval(d.k, d.n)).high) < 1e-9 AS high
FROM flips f JOIN (SELECT sex, avg(any_flip::int)::float8 AS flip, count(*) AS n, count(*) FILTER (WHERE any_flip) AS k
    FROM (SELECT l.id, coalesce(l.sex, '(unknown)') AS sex, bool_or(fairpg.decide('own', l) <> fairpg.decide('own', o)) AS any_flip
          FROM loans l CROSS JOIN (VALUES ('f'), ('m'), ('x')) v (sex), LATERAL (SELECT l.id, v.sex, l.abroad, l.income) o GROUP BY l.id, l.sex) r GROUP BY sex) d ON d.sex = f.group_name
WHERE f.set_to IS NULL AND f.metric = 'flip_rate' ORDER BY 1;
-- all rows, and a column that the model does not use
SELECT attribute, group_name, metric, round(value::numeric, 4) AS value, low IS NULL AS certain, n, flag, reason FROM flips WHERE group_name IS NULL ORDER BY 1, 3;
-- a group of its own value alone has nothing to be set to
SELECT group_name, set_to, metric, value, n, flag FROM fairpg.counterfactual_flips('own', 'SELECT * FROM loans WHERE sex = ''f'' LIMIT 9', protected => '{sex}', options => '{"min_group": 10}');

-- refused
SELECT fairpg.counterfactual_flips('none', 'loans');
SELECT fairpg.counterfactual_flips('own', 'loans', version => 7);
SELECT fairpg.counterfactual_flips('own', 'loans', version => 0);
SELECT fairpg.counterfactual_flips('own', 'loans', protected => '{}');
SELECT fairpg.counterfactual_flips('own', 'loans', protected => '{race}');
SELECT fairpg.counterfactual_flips('own', 'loans', protected => '{income}');
\set SHOW_CONTEXT never
SELECT fairpg.counterfactual_flips('own', 'SELECT sex, abroad FROM loans');
\set SHOW_CONTEXT errors
SELECT fairpg.counterfactual_flips('own', 'SELECT NULL::text AS sex, abroad, income FROM loans');
SELECT fairpg.counterfactual_flips('own', 'loans', level => 0);
SELECT fairpg.counterfactual_flips('own', 'loans', options => '{"k": 1}');
SELECT status FROM fairpg.train('number', 'loans', label => 'income', protected => '{sex}', features => '{sex,abroad}', family => 'linear');
SELECT fairpg.counterfactual_flips('number', 'loans');

DROP SCHEMA fairpg_catalog, fairpg_report CASCADE;
DROP TABLE flips;
DROP TABLE decided;
DROP TABLE loans;
