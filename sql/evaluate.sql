SET client_min_messages = warning;
\set SHOW_CONTEXT never
-- Evaluation: a version measured on rows, and the measurement stored.
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE people (id integer PRIMARY KEY, sex text, region text, job text,
    income float8, debt numeric, tags float4[], part text, w integer, paid boolean);
-- Numbers that look random and are the same on every machine.
INSERT INTO people
SELECT i, CASE WHEN h[1] < 0.55 THEN 'm' WHEN h[1] < 0.99 THEN 'f' END,
       CASE WHEN h[2] < 0.4 THEN 'north' ELSE 'south' END,
       CASE WHEN i % 40 = 7 THEN NULL WHEN i > 3000 AND i % 10 = 3 THEN 'pilot' ELSE 'job ' || (9 * h[7])::integer END,
       CASE WHEN i % 50 = 0 THEN NULL ELSE (2000 + 3000 * h[3]) * CASE WHEN i > 3000 AND i % 20 = 1 THEN 3 ELSE 1 END END,
       round((1000 * h[4])::numeric, 2),
       ARRAY[h[5], h[6]], CASE WHEN i > 3000 THEN 'late' ELSE 'early' END, 1 + i % 3,
       0.001 * (2000 + 3000 * h[3]) + CASE WHEN h[1] < 0.55 THEN 1 ELSE 0 END - 0.003 * 1000 * h[4] + 3 * h[6] > 3.2
FROM (SELECT i, ARRAY(SELECT (hashint8(i * 31 + k * 1000003)::bigint + 2147483648) / 4294967296.0
                      FROM generate_series(1, 7) k) AS h
      FROM generate_series(1, 4000) i) s;
SELECT version, rows_train, rows_test
FROM fairpg.train('credit', 'people', 'paid', protected => '{sex,sex*region}', features => '{job,income,debt,tags,region}',
    weight => 'w', split => 'column:part=late', fairness => 'equalized_odds', max_gap => 0.1, options => '{"min_group": 20}');

-- on the rows that were held out it finds what training found
SELECT evaluation, model, version, n_rows, n_null_label, worst_group, verdict, warnings
FROM fairpg.evaluate('credit', 'SELECT * FROM people WHERE part = ''late''');
SELECT a.part, b.part, a.n_rows = b.n_rows AS n_rows, a.n_null_value = b.n_null_value AS nulls,
       a.n_unseen_level = b.n_unseen_level AS unseen, a.n_out_of_range = b.n_out_of_range AS out_of_range,
       abs(a.accuracy - b.accuracy) < 1e-12 AS accuracy, abs(a.auc - b.auc) < 1e-9 AS auc, abs(a.loss - b.loss) < 1e-9 AS loss
FROM fairpg_catalog.evaluation a JOIN fairpg_catalog.evaluation b ON b.part = 'external' WHERE a.part = 'held_out';
WITH figures AS (
    SELECT e.part, m.attribute, m.group_name, m.metric, round(m.value::numeric, 12) AS value, round(m.low::numeric, 12) AS low, m.n, m.flag, m.reason
    FROM fairpg_catalog.evaluation e JOIN fairpg_catalog.evaluation_metric m USING (evaluation)
    WHERE e.part IN ('held_out', 'external') AND m.metric !~ '^(auc|bpsn_auc|bnsp_auc|brier|log_loss|mean_score|ece|calibration_.*)$')
SELECT count(*) AS metrics_that_differ FROM (
    (SELECT attribute, group_name, metric, value, low, n, flag, reason FROM figures WHERE part = 'held_out'
     EXCEPT SELECT attribute, group_name, metric, value, low, n, flag, reason FROM figures WHERE part = 'external')
    UNION ALL
    (SELECT attribute, group_name, metric, value, low, n, flag, reason FROM figures WHERE part = 'external'
     EXCEPT SELECT attribute, group_name, metric, value, low, n, flag, reason FROM figures WHERE part = 'held_out')) d;
SELECT count(*) AS gaps, count(*) FILTER (WHERE abs(a.value - b.value) < 1e-12 AND abs(a.low - b.low) < 1e-12 AND abs(a.high - b.high) < 1e-12
    AND a.lowest_group = b.lowest_group AND a.highest_group = b.highest_group AND a.n = b.n) AS alike
FROM fairpg_report.disparities a JOIN fairpg_report.disparities b USING (attribute, criterion)
WHERE a.part = 'held_out' AND b.part = 'external';

-- what the model had to make do with is what plain SQL counts
SELECT e.n_null_value = s.n_null AS nulls, e.n_unseen_level = s.n_unseen AS unseen, e.n_out_of_range = s.n_out AS out_of_range,
       s.n_null > 0 AND s.n_unseen > 0 AND s.n_out > 0 AS there_are_some
FROM fairpg_catalog.evaluation e,
    (SELECT count(*) FILTER (WHERE job IS NULL) + count(*) FILTER (WHERE income IS NULL) AS n_null,
            count(*) FILTER (WHERE job NOT IN (SELECT job FROM people WHERE part = 'early' AND job IS NOT NULL)) AS n_unseen,
            count(*) FILTER (WHERE income < r.low OR income > r.high) + count(*) FILTER (WHERE debt < r.debt_low OR debt > r.debt_high)
            + count(*) FILTER (WHERE tags[1] < r.t1_low OR tags[1] > r.t1_high) + count(*) FILTER (WHERE tags[2] < r.t2_low OR tags[2] > r.t2_high) AS n_out
     FROM people, (SELECT min(income) AS low, max(income) AS high, min(debt) AS debt_low, max(debt) AS debt_high,
                          min(tags[1]) AS t1_low, max(tags[1]) AS t1_high, min(tags[2]) AS t2_low, max(tags[2]) AS t2_high
                   FROM people WHERE part = 'early') r
     WHERE part = 'late') s
WHERE e.part = 'external';
SELECT e.n_null, e.n_unseen, e.n_out_of_range, e.probability = fairpg.predict('credit', x) AS same, e.decision = fairpg.decide('credit', x) AS decided
FROM (SELECT 'pilot' AS job, 1e6::float8 AS income, NULL::numeric AS debt, '{0.5,NULL}'::float4[] AS tags, 'north' AS region) x,
    LATERAL fairpg.examine('credit', x) e;
SELECT fairpg.examine('credit', NULL::people) IS NULL AS null_row;

-- the accuracy and the gap are what plain SQL counts, without weights and with other groups and labels
SELECT abs(e.accuracy - s.accuracy) < 1e-12 AS accuracy, abs(e.gap - s.gap) < 1e-12 AS gap, e.n_rows, e.n_null_label, e.worst_group LIKE 'region: %' AS worst
FROM (SELECT sum((d = good)::integer) / count(good)::float8 AS accuracy FROM
        (SELECT fairpg.decide('credit', p) AS d, CASE WHEN id % 4 > 0 THEN NOT paid END AS good, region FROM people p) x) s0,
    LATERAL (SELECT s0.accuracy, (SELECT greatest(max(tpr) - min(tpr), max(fpr) - min(fpr)) FROM
        (SELECT avg(d::integer) FILTER (WHERE good) AS tpr, avg(d::integer) FILTER (WHERE NOT good) AS fpr FROM
            (SELECT fairpg.decide('credit', p) AS d, CASE WHEN id % 4 > 0 THEN NOT paid END AS good, region FROM people p) x GROUP BY region) y) AS gap) s,
    LATERAL fairpg.evaluate('credit', 'SELECT *, CASE WHEN id % 4 > 0 THEN CASE WHEN paid THEN ''no'' ELSE ''yes'' END END AS good, 1 AS one FROM people',
        label => 'good', positive => 'yes', protected => '{region}', weight => 'one') e;
CREATE TEMP TABLE answer AS SELECT * FROM fairpg.evaluate('credit', 'people', protected => '{region}');
SELECT e.gap = d.value AND e.gap_low = d.low AND e.gap_high = d.high AND e.worst_group = 'region: ' || d.lowest_group AS stored_as_answered
FROM answer e JOIN fairpg_report.disparities d USING (evaluation) WHERE d.criterion = 'equalized_odds';
SELECT count(*) AS evaluations, count(DISTINCT evaluation) AS numbers FROM fairpg_catalog.evaluation WHERE part = 'external';

-- groups have the same names in both, whatever the session likes and whatever the names are
CREATE VIEW named AS SELECT p.*, CASE WHEN id % 2 = 0 THEN 'a, b' ELSE 'a' END AS p1, CASE WHEN id % 2 = 0 THEN 'c' ELSE 'b, c' END AS p2,
    timestamptz '2026-03-29 00:30:00+00' + (id % 3) * interval '1 hour' AS t, date '2026-01-31' + id % 2 AS d, (id % 2 + 0.1)::float8 AS f FROM people p;
SET DateStyle = 'German';
SET TimeZone = 'America/New_York';
SET extra_float_digits = -15;
SELECT version FROM fairpg.train('named', 'named', 'paid', protected => '{p1*p2,t,d,f}', features => '{income,debt}', split => 'none');
RESET DateStyle;
RESET TimeZone;
RESET extra_float_digits;
SELECT n_rows FROM fairpg.evaluate('named', 'named');
SELECT attribute, group_name, array_agg(part ORDER BY part) AS parts FROM fairpg_report.group_metrics
WHERE model = 'named' AND metric = 'accuracy' GROUP BY 1, 2 ORDER BY 1, 2;
DROP VIEW named;

-- a plain model has no bound to be judged by, and one without groups no gap
SELECT version FROM fairpg.train('plain', 'people', 'paid', features => '{income,debt}', split => 'none');
SELECT version, n_rows, gap, verdict, worst_group, warnings FROM fairpg.evaluate('plain', 'people', version => 1);
SELECT count(*) AS figures FROM fairpg_report.group_metrics WHERE model = 'plain' AND part = 'external';
-- names in the source that are ours do not matter
SELECT n_rows FROM fairpg.evaluate('plain', 'SELECT *, 1 AS src, 2 AS fairpg_examined FROM people');

-- what cannot be evaluated
SELECT fairpg.evaluate('nobody', 'people');
SELECT fairpg.evaluate('plain', 'people', version => 7);
SELECT fairpg.evaluate('plain', 'people', version => 0);
SELECT fairpg.evaluate(NULL, 'people');
SELECT fairpg.evaluate('plain', 'nothing');
SELECT fairpg.evaluate('plain', 'SELECT income, debt FROM people');
SELECT fairpg.evaluate('plain', 'SELECT income, paid FROM people');
SELECT fairpg.evaluate('plain', 'SELECT income, debt, NULL::boolean AS paid FROM people');
SELECT fairpg.evaluate('plain', 'SELECT * FROM people WHERE false');
SELECT fairpg.evaluate('plain', 'people', label => 'job');
SELECT fairpg.evaluate('plain', 'people', protected => '{sex,nothing}');
SELECT fairpg.evaluate('plain', 'people', options => '{"folds": 3}');
CREATE SEQUENCE people_seq;
SELECT fairpg.evaluate('plain', 'SELECT *, nextval(''people_seq'') FROM people');
BEGIN READ ONLY;
SELECT fairpg.evaluate('plain', 'people');
ROLLBACK;
SELECT count(*) AS stored FROM fairpg_catalog.evaluation WHERE model = 'plain' AND part = 'external';

DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
SELECT fairpg.evaluate('plain', 'people');
DROP TABLE people;
DROP SEQUENCE people_seq;
