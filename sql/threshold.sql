SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- Thresholds by group: what decide() does is recomputed by plain SQL.
SELECT fairpg.init() IS NOT NULL AS ready;

CREATE TYPE kind AS ENUM ('old', 'new');
CREATE TABLE people (id integer PRIMARY KEY, sex text, race text, born integer, kind kind, member boolean, grp character(4),
    income float8, debt float8, paid boolean);
INSERT INTO people
SELECT i, CASE WHEN h1 < 0.5 THEN 'm' WHEN h1 < 0.95 THEN 'f' END,
       CASE WHEN h2 < 0.6 THEN 'w, north' WHEN h2 < 0.9 THEN '"b"' ELSE 'w' END,
       1960 + 10 * (i % 3), CASE WHEN h3 < 0.4 THEN 'old' ELSE 'new' END::kind, h4 < 0.5,
       CASE WHEN h5 < 0.5 THEN 'ab' ELSE 'abcd' END,
       2000 + 3000 * h3 + CASE WHEN h1 < 0.5 THEN 900 ELSE 0 END, 1000 * h4,
       0.0012 * (2000 + 3000 * h3 + CASE WHEN h1 < 0.5 THEN 900 ELSE 0 END) - 4 * h4 + 3 * h7 > 3.5
FROM (SELECT i, h[1] h1, h[2] h2, h[3] h3, h[4] h4, h[5] h5, h[7] h7
      FROM (SELECT i, ARRAY(SELECT (hashint8(i * 31 + k * 1000003)::bigint + 2147483648) / 4294967296.0
                            FROM generate_series(1, 7) k) AS h
            FROM generate_series(1, 3000) i) s) t;

-- the warning is loud, and kept; NULL is a group
SELECT version, status, rows_train, warnings
FROM fairpg.train('t', 'people', 'paid', protected => '{sex}', features => '{income,debt}', fairness => 'demographic_parity',
                  max_gap => 0.02, method => 'threshold', split => 'none');
SET client_min_messages = error;
SELECT attribute, group_name, threshold > 0 AND threshold < 1 AS inside
FROM fairpg_report.thresholds WHERE model = 't' ORDER BY group_name;

-- every criterion: on the training rows the gap is within the bound and is the
-- one of the log, and the decisions are those of the stored thresholds
CREATE TABLE runs AS SELECT fairness, max_gap FROM
    unnest('{demographic_parity,equal_opportunity,predictive_equality,equalized_odds,error_rate_parity}'::text[]) AS fairness,
    unnest('{0.01,0.05}'::float8[]) AS max_gap;
CREATE TABLE results AS SELECT r.fairness, r.max_gap, t.* FROM runs r, LATERAL
    (SELECT version, status, accuracy, gap FROM fairpg.train('every', 'people', 'paid', protected => '{sex}',
        features => '{income,debt}', fairness => r.fairness, max_gap => r.max_gap, method => 'threshold', split => 'none')) t;
CREATE TABLE decided AS
SELECT r.version, r.fairness, coalesce(p.sex, '(unknown)') AS grp, p.paid, fairpg.decide('every', p, r.version) AS d,
       fairpg.predict('every', p, r.version) AS chance, (fairpg.examine('every', p, r.version)).decision AS examined
FROM results r, people p;
SELECT count(*) FILTER (WHERE d <> (chance >= threshold)) AS otherwise, count(*) FILTER (WHERE d <> examined) AS not_as_examined,
       count(*) FILTER (WHERE chance = threshold) AS on_it
FROM decided JOIN fairpg_report.thresholds g ON g.model = 'every' AND g.version = decided.version AND group_name = grp;
CREATE VIEW by_group AS
SELECT version, fairness, grp, avg(d::int) AS selected, avg(d::int) FILTER (WHERE paid) AS tpr,
       avg(d::int) FILTER (WHERE NOT paid) AS fpr, avg((d <> paid)::int) AS errors, count(*) AS n
FROM decided GROUP BY version, fairness, grp;
CREATE VIEW by_version AS
SELECT version, fairness, 1 - sum(errors * n) / sum(n) AS accuracy,
       CASE fairness WHEN 'demographic_parity' THEN max(selected) - min(selected) WHEN 'equal_opportunity' THEN max(tpr) - min(tpr)
           WHEN 'predictive_equality' THEN max(fpr) - min(fpr) WHEN 'error_rate_parity' THEN max(errors) - min(errors)
           ELSE greatest(max(tpr) - min(tpr), max(fpr) - min(fpr)) END AS gap
FROM by_group GROUP BY version, fairness;
SELECT r.fairness, r.max_gap, r.status, b.gap <= r.max_gap + 1e-9 AS within, abs(b.gap - r.gap) < 1e-9 AS gap_told,
       abs(b.accuracy - r.accuracy) < 1e-9 AS accuracy_told, abs(b.gap - l.gap) < 1e-9 AND l.feasible AS logged
FROM results r JOIN by_version b USING (version)
JOIN fairpg_report.training_log l ON l.model = 'every' AND l.version = r.version AND l.chosen AND l.phase = 'threshold'
ORDER BY r.fairness, r.max_gap;

-- no thresholds from a grid of 40 for each of the three groups do better
CREATE TABLE curve AS
SELECT fairness, grp, t, sum((p.chance >= t)::int) AS k, sum((p.chance >= t AND paid)::int) AS k1, count(*) AS n,
       sum(paid::int) AS n1, sum(((p.chance >= t) = paid)::int) AS hits
FROM (SELECT fairness, grp, paid, chance FROM decided JOIN results USING (version, fairness) WHERE max_gap = 0.05) p,
     (SELECT i / 40.0 AS t FROM generate_series(0, 40) i) s GROUP BY fairness, grp, t;
CREATE TABLE rates AS
SELECT fairness, grp, hits, n, CASE fairness WHEN 'demographic_parity' THEN k / n::float8 WHEN 'predictive_equality' THEN (k - k1) / (n - n1)::float8
           WHEN 'error_rate_parity' THEN 1 - hits / n::float8 ELSE k1 / n1::float8 END AS rate,
       CASE fairness WHEN 'equalized_odds' THEN (k - k1) / (n - n1)::float8 ELSE 0 END AS other
FROM curve;
SELECT fairness, best IS NOT NULL AS grid_has_some, coalesce(best, 0) <= r.accuracy + 1e-9 AS none_better
FROM results r LEFT JOIN (
    SELECT fairness, max((a.hits + b.hits + c.hits) / (a.n + b.n + c.n)::float8) AS best
    FROM rates a JOIN rates b USING (fairness) JOIN rates c USING (fairness)
    WHERE a.grp = '(unknown)' AND b.grp = 'f' AND c.grp = 'm'
      AND greatest(a.rate, b.rate, c.rate) - least(a.rate, b.rate, c.rate) <= 0.05
      AND greatest(a.other, b.other, c.other) - least(a.other, b.other, c.other) <= 0.05 GROUP BY fairness) g USING (fairness)
WHERE r.max_gap = 0.05 ORDER BY fairness;

-- what predict() reads, and what decide() reads beside it
SELECT count(fairpg.predict('t', r)) AS predicted FROM (SELECT income, debt FROM people) r;
SELECT fairpg.decide('t', r) FROM (SELECT income, debt FROM people) r LIMIT 1;
SELECT fairpg.examine('t', r) FROM (SELECT income, debt FROM people OFFSET 0) r LIMIT 1;
SELECT fairpg.decide('t', r) FROM (SELECT income, debt, '{1}'::float8[] AS sex FROM people) r LIMIT 1;
EXPLAIN (VERBOSE, COSTS OFF) SELECT fairpg.decide('t', p), fairpg.predict('t', p) FROM people p;
SELECT count(*) FILTER (WHERE fairpg.decide('t', p) <> fairpg.decide_columns('t', NULL, '{sex,debt,income}', sex, debt, income)) AS differ,
       count(*) FILTER (WHERE fairpg.decide('t', p) <> fairpg.decide('t', ROW(p.*)::people)) AS differ_by_row
FROM people p;

-- a group that training did not see, with and without a plan of columns, names no value
SELECT fairpg.decide('t', r) FROM (SELECT income, debt, 'x-secret'::text AS sex FROM people) r LIMIT 1;
SELECT fairpg.examine('t', r) FROM (SELECT income, debt, 'x-secret'::text AS sex FROM people OFFSET 0) r LIMIT 1;
SELECT fairpg.predict('t', r) > 0 AS still_predicts FROM (SELECT income, debt, 'x-secret'::text AS sex FROM people) r LIMIT 1;
SELECT fairpg.evaluate('t', 'SELECT income, debt, paid, ''x-secret''::text AS sex FROM people');
SELECT fairpg.decide('t', NULL) IS NULL AS null_row;

-- NULL decides as its group does; a text that says so is another group, which this training did not see
SELECT count(*) FILTER (WHERE fairpg.decide('t', p) <> (fairpg.predict('t', p) >= threshold)) AS otherwise, count(*) > 0 AS some
FROM people p, fairpg_report.thresholds WHERE sex IS NULL AND model = 't' AND group_name = '(unknown)';
SELECT fairpg.decide('t', r) FROM (SELECT income, debt, '(unknown)'::text AS sex FROM people) r LIMIT 1;

-- an evaluation measures the decisions of decide()
SELECT e.n_rows, abs(e.gap - g.gap) < 1e-9 AS gap_told, abs(e.accuracy - g.accuracy) < 1e-9 AS accuracy_told
FROM fairpg.evaluate('t', 'SELECT * FROM people WHERE id % 2 = 0', options => '{"min_group": 1}') e,
     (SELECT max(s) - min(s) AS gap, sum(h)::float8 / sum(n) AS accuracy
      FROM (SELECT avg(fairpg.decide('t', p)::int) AS s, sum((fairpg.decide('t', p) = paid)::int) AS h, count(*) AS n
            FROM people p WHERE id % 2 = 0 GROUP BY sex) q) g;
SELECT m.group_name, m.part, m.n, abs(m.value - (SELECT avg(fairpg.decide('t', p)::int) FROM people p
                                           WHERE coalesce(sex, '(unknown)') = m.group_name AND (m.part = 'train' OR id % 2 = 0))) < 1e-9 AS as_decided
FROM fairpg_report.group_metrics m WHERE model = 't' AND metric = 'selection_rate' ORDER BY m.part, m.group_name;

-- attributes of every type, crossed ones, and names that need quoting
CREATE DOMAIN year AS integer;
SELECT a.attribute, t.version, t.status
FROM unnest('{race,sex*race,born,kind,member,grp,born*member}'::text[]) WITH ORDINALITY AS a (attribute, n), LATERAL
     (SELECT version, status FROM fairpg.train('types', 'people', 'paid', protected => ARRAY[a.attribute], features => '{income,debt}',
          fairness => 'demographic_parity', max_gap => 0.05, method => 'threshold', options => '{"min_group": 1, "key": "id"}')) t
ORDER BY a.n;
SELECT version, attribute, array_agg(group_name ORDER BY group_name COLLATE "C") AS groups,
       (SELECT count(fairpg.decide('types', p, g.version)) FROM people p) AS decided
FROM fairpg_report.thresholds g WHERE model = 'types' GROUP BY version, attribute ORDER BY version;
SELECT count(fairpg.decide('types', r, 3)) AS by_domain FROM (SELECT income, debt, born::year AS born FROM people) r;
SELECT count(fairpg.decide('types', r, 6)) AS by_text FROM (SELECT income, debt, rtrim(grp::text) AS grp FROM people) r;

-- a protected column may be a feature as well, and is read once
SELECT status FROM fairpg.train('both', 'people', 'paid', protected => '{sex}', features => '{income,sex}', fairness => 'equal_opportunity',
                                max_gap => 0.05, method => 'threshold', split => 'none');
EXPLAIN (VERBOSE, COSTS OFF) SELECT fairpg.decide('both', p) FROM people p;

-- groups that are too small keep the common threshold; which also says what
-- the two kinds of error are worth
SELECT warnings FROM fairpg.train('small', 'SELECT *, CASE WHEN id <= 20 THEN ''few'' ELSE sex END AS g FROM people', 'paid', protected => '{g}',
    features => '{income,debt}', fairness => 'demographic_parity', max_gap => 0.02, method => 'threshold', split => 'none',
    options => '{"threshold": 0.4}');
SELECT group_name, threshold = 0.4 AS common FROM fairpg_report.thresholds WHERE model = 'small' ORDER BY group_name;

-- all rows of a group have one score: error rates are 0.2 (nobody) or 0.8 for
-- a, 0.6 (nobody) or 0.4 for b, so the least gap is 0.2, where 280 are right
CREATE TABLE alike AS SELECT CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END AS g, i % 2 AS x, i / 2 % 10 < CASE WHEN i % 2 = 0 THEN 2 ELSE 6 END AS y
FROM generate_series(0, 399) i;
SELECT status, round(gap::numeric, 6) AS gap, accuracy, warnings[3:] AS warnings FROM fairpg.train('closest', 'alike', 'y', protected => '{g}', fairness => 'error_rate_parity',
    max_gap => 0.05, method => 'threshold', split => 'none');
-- rates of true and of false positives can only be alike here when all are 0 or all 1
SELECT status, gap, accuracy, warnings[3:] AS warnings FROM fairpg.train('closest', 'alike', 'y', protected => '{g}', fairness => 'equalized_odds',
    max_gap => 0.05, method => 'threshold', split => 'none');
SELECT bool_or(fairpg.decide('closest', a)) AS anybody FROM alike a;

-- the same rows give the same bytes
SELECT version FROM unnest(ARRAY['SELECT * FROM people', 'SELECT * FROM people ORDER BY hashint4(id)']) AS source, LATERAL
    fairpg.train('same', source, 'paid', protected => '{sex}', exclude => '{race}', fairness => 'equalized_odds',
        max_gap => 0.03, method => 'threshold', options => '{"key": "id"}') ORDER BY version;
SELECT count(*) AS versions, count(DISTINCT artifact) AS artifacts FROM fairpg_catalog.model_version WHERE model = 'same';

-- what is refused
SELECT fairpg.train('no', 'people', 'paid', protected => '{sex,race}', fairness => 'demographic_parity', max_gap => 0.1, method => 'threshold');
SELECT fairpg.train('no', 'people', 'paid', protected => '{sex}', fairness => 'demographic_parity', method => 'threshold');
SELECT fairpg.train('no', 'people', 'paid', protected => '{sex}', fairness => 'demographic_parity', max_gap => 0.1, penalty => 1, method => 'threshold');
SELECT fairpg.train('no', 'people', 'paid', fairness => 'demographic_parity', max_gap => 0.1, method => 'threshold');
SELECT fairpg.train('no', 'people', 'paid', protected => '{sex}', fairness => 'demographic_parity', max_gap => 0.1, method => 'threshold',
                    options => '{"min_group": 2000}');
SELECT count(*) AS stored FROM fairpg_catalog.model WHERE model = 'no';

-- the coefficients are those of the plain model: with l1 and signs, and with its standard errors without
SELECT count(*) AS pairs, bool_and(t.status = 'converged') AS converged, bool_and(t.gap <= 0.05) AS within
FROM unnest('{"{}","{\"l1\": 0.03}","{\"monotone\": {\"debt\": \"+\"}}"}'::text[]) WITH ORDINALITY o (options, place),
    LATERAL fairpg.train('plain', 'people', 'paid', features => '{income,debt,born}', split => 'none', options => options::jsonb) p,
    LATERAL fairpg.train('by group', 'people', 'paid', protected => '{sex}', features => '{income,debt,born}', fairness => 'equalized_odds',
                         max_gap => 0.05, method => 'threshold', split => 'none', options => options::jsonb) t;
SELECT p.version, count(*) AS coefficients, count(*) FILTER (WHERE p.estimate = 0) AS zeros, count(p.std_error) AS errors,
       bool_and(p.estimate = t.estimate AND p.std_error IS NOT DISTINCT FROM t.std_error) AS alike
FROM fairpg_report.coefficients p JOIN fairpg_report.coefficients t USING (version, position)
WHERE p.model = 'plain' AND t.model = 'by group' GROUP BY p.version ORDER BY p.version;

-- the view has the rates that come of them
SELECT count(*) AS groups, bool_and(g.by_group AND g.part = 'train') AS by_group, bool_and(abs(g.selection_rate - s.selected) < 1e-12 AND abs(g.tpr - s.tpr) < 1e-12
    AND abs(g.fpr - s.fpr) < 1e-12 AND g.selection_rate BETWEEN g.low AND g.high AND g.tpr BETWEEN g.tpr_low AND g.tpr_high AND g.fpr BETWEEN g.fpr_low AND g.fpr_high) AS rates
FROM fairpg_report.thresholds g JOIN by_group s ON g.model = 'every' AND g.version = s.version AND g.group_name = s.grp;

-- thresholds go with their version
DELETE FROM fairpg_catalog.model_version WHERE model = 't';
SELECT count(*) AS left_over FROM fairpg_report.thresholds WHERE model = 't';

DROP VIEW by_version, by_group;
DROP TABLE people, runs, results, decided, curve, rates, alike;
DROP TYPE kind;
DROP DOMAIN year;
DROP SCHEMA fairpg_catalog, fairpg_report CASCADE;
