SET client_min_messages = warning;
\set SHOW_CONTEXT never
-- Evaluations of anybody's decisions, and analyses added to evaluations.
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE people (id integer PRIMARY KEY, sex text, race text, region text, income float8, debt float8,
    w integer, officer boolean, points float8, paid boolean);
-- Numbers that look random and are the same on every machine.
INSERT INTO people
SELECT i, CASE WHEN h[1] < 0.55 THEN 'm' WHEN h[1] < 0.97 THEN 'f' END,
       CASE WHEN h[2] < 0.5 THEN 'a' WHEN h[2] < 0.8 THEN 'b' WHEN h[2] < 0.993 THEN 'c' ELSE 'd' END,
       CASE WHEN h[3] < 0.4 THEN 'north' ELSE 'south' END, 2000 + 3000 * h[4], 1000 * h[5], 1 + i % 3,
       CASE WHEN i % 50 > 0 THEN h[4] + h[6] + CASE WHEN h[1] < 0.55 THEN 0.3 ELSE 0 END > 1.1 END,
       CASE WHEN i % 90 > 0 THEN h[4] END,
       CASE WHEN i % 40 > 0 THEN h[4] + h[7] > 0.9 END
FROM (SELECT i, ARRAY(SELECT (hashint8(i * 31 + k * 1000003)::bigint + 2147483648) / 4294967296.0
                      FROM generate_series(1, 7) k) AS h
      FROM generate_series(1, 3000) i) s;
SELECT version FROM fairpg.train('credit', 'people', 'paid', protected => '{sex,race}', features => '{income,debt,region}');

-- decisions, scores and a model are evaluated
SELECT evaluation, model, n_rows, n_null_label, n_null_value, round(accuracy::numeric, 4) AS accuracy, auc, gap, warnings
FROM fairpg.evaluate_decisions('people', '{sex,race,sex*race}', label => 'paid', decision => 'officer', name => 'officers', comment => 'of 2026');
SELECT evaluation, n_rows, n_null_label, round(accuracy::numeric, 4) AS accuracy, round(auc::numeric, 4) AS auc, round(loss::numeric, 4) AS loss
FROM fairpg.evaluate_decisions('SELECT * FROM people', '{sex}', label => 'paid', score => 'points', threshold => 0.4, weight => 'w', seed => 7,
    level => 0.9, options => '{"min_group": 40, "replicates": 500}');
SELECT evaluation, n_rows, n_null_label, accuracy FROM fairpg.evaluate_decisions('people', '{}', decision => 'officer');
SELECT evaluation, model, version FROM fairpg.evaluate('credit', 'people', name => 'again', comment => 'same rows');
SELECT e.n_rows = s.n AS n, abs(e.accuracy - s.accuracy) < 1e-12 AS accuracy, e.n_null_label = s.nulls AS nulls
FROM fairpg_catalog.evaluation e, (SELECT count(*) FILTER (WHERE paid IS NOT NULL AND officer IS NOT NULL) AS n,
    avg((paid = officer)::integer)::float8 AS accuracy, count(*) FILTER (WHERE paid IS NULL AND officer IS NOT NULL) AS nulls FROM people) s
WHERE e.name = 'officers';
-- what was asked is kept
SELECT evaluation, model, version, name, source, part, label, protected, decision, score, threshold, weight, level, n, n_null_label,
       n_null_value, comment, row_security, evaluated_by = current_user AS mine FROM fairpg_report.evaluations ORDER BY evaluation;
SELECT evaluation, relation, seed, min_group, replicates FROM fairpg_catalog.evaluation ORDER BY evaluation;
-- and found what audit() finds
WITH audited AS (
    SELECT attribute, group_name, metric, value, low, high, n, flag, reason, kind
    FROM fairpg.audit('people', '{sex,race,sex*race}', label => 'paid', decision => 'officer'))
SELECT (SELECT count(*) FROM (SELECT attribute, group_name, metric, value, low, high, n, flag, reason FROM audited WHERE kind = 'group'
        EXCEPT SELECT attribute, group_name, metric, value, low, high, n, flag, reason FROM fairpg_report.group_metrics WHERE name = 'officers') d) AS metrics_that_differ,
    (SELECT count(*) FROM (SELECT attribute, metric, value, low, high, n, flag, reason FROM audited WHERE kind = 'gap'
        EXCEPT SELECT attribute, criterion, value, low, high, n, flag, reason FROM fairpg_report.disparities WHERE name = 'officers') d) AS gaps_that_differ,
    (SELECT count(*) FROM audited WHERE kind = 'group') = (SELECT count(*) FROM fairpg_report.group_metrics WHERE name = 'officers') AS all_metrics,
    (SELECT count(*) FROM audited WHERE kind = 'gap') = (SELECT count(*) FROM fairpg_report.disparities WHERE name = 'officers') AS all_gaps;

SELECT count(*) AS ratios, count(*) FILTER (WHERE (d.ratio, d.ratio_low, d.ratio_high, d.n) IS DISTINCT FROM (a.value, a.low, a.high, a.n)) AS differ
FROM fairpg.audit('people', '{sex,race,sex*race}', label => 'paid', decision => 'officer') a
JOIN fairpg_report.disparities d ON d.name = 'officers' AND d.attribute = a.attribute AND d.criterion = a.metric WHERE a.kind = 'ratio';
-- of scores as well
WITH audited AS (SELECT attribute, metric, value, low, high, n, group_name, flag, reason
    FROM fairpg.audit('SELECT * FROM people', '{sex}', label => 'paid', score => 'points', threshold => 0.4, weight => 'w', seed => 7,
        level => 0.9, options => '{"min_group": 40, "replicates": 500}') WHERE kind = 'gap'),
    stored AS (SELECT attribute, criterion, value, low, high, n, worst_group, flag, reason FROM fairpg_report.disparities WHERE evaluation = 4)
SELECT (SELECT count(*) FROM audited) AS gaps, (SELECT count(*) FROM stored) AS stored, (SELECT count(*) FROM (TABLE audited EXCEPT TABLE stored) d) AS differ,
    (SELECT count(*) FROM stored WHERE criterion = 'auc') AS auc;

-- the four-fifths rule, recomputed: counts by plain SQL, the rest by the functions for counts
SELECT group_name, n, selected, reference_group, round(ratio::numeric, 4) AS ratio, round(low::numeric, 4) AS low, round(high::numeric, 4) AS high,
       below_four_fifths AS below, round(p_value::numeric, 6) AS p, round(p_adjusted::numeric, 6) AS adjusted, rows_needed, verdict, flag
FROM fairpg_report.four_fifths WHERE name = 'officers' AND attribute = 'race' ORDER BY group_name;
WITH plain AS (
    SELECT 'sex' AS attribute, coalesce(sex, '(unknown)') AS group_name, count(officer) AS n, count(*) FILTER (WHERE officer) AS selected FROM people GROUP BY sex
    UNION ALL SELECT 'race', race, count(officer), count(*) FILTER (WHERE officer) FROM people GROUP BY race),
    best AS (SELECT DISTINCT ON (attribute) * FROM plain WHERE n >= 30 AND group_name <> '(unknown)' ORDER BY attribute, selected::float8 / n DESC),
    judged AS (
    SELECT p.*, b.group_name AS best, p.selected * b.n / (p.n * b.selected)::float8 AS ratio, j.low, j.high, j.verdict, j.n_needed,
        CASE WHEN least(p.n, b.n) < 30 OR least(p.n, b.n) * least(p.selected + b.selected, p.n + b.n - p.selected - b.selected)::float8 / (p.n + b.n) < 5
             THEN (fairpg.fisher_test(p.selected, p.n, b.selected, b.n)).p_value ELSE (fairpg.z_test(p.selected, p.n, b.selected, b.n)).p_value END AS p
    FROM plain p JOIN best b USING (attribute), LATERAL fairpg.judge_rates(p.selected, p.n, b.selected, b.n, 0.8, 'min_ratio') j)
SELECT count(*) AS groups, bool_and(f.n = j.n AND f.selected = j.selected AND f.reference_group = j.best AND f.ratio = j.ratio
        AND f.below_four_fifths = (j.ratio < 0.8)) AS counts,
    bool_and(f.group_name = j.best OR (f.low = j.low AND f.high = j.high AND f.verdict = j.verdict)) AS judged,
    bool_and(f.group_name = j.best OR abs(f.p_value - j.p) < 1e-12) AS tested,
    bool_and(f.rows_needed IS NOT DISTINCT FROM CASE WHEN j.verdict = 'insufficient' AND f.group_name <> j.best THEN j.n_needed END) AS needed
FROM judged j JOIN fairpg_report.four_fifths f USING (attribute, group_name) WHERE f.name = 'officers';
WITH stored AS (SELECT p_value, p_adjusted, row_number() OVER (ORDER BY p_value) AS place, count(*) OVER () AS m
    FROM fairpg_report.four_fifths WHERE name = 'officers' AND attribute = 'sex*race' AND p_value IS NOT NULL)
SELECT bool_and(abs(p_adjusted - holm) < 1e-12) AS holm FROM (SELECT p_adjusted, least(1, max((m - place + 1) * p_value) OVER (ORDER BY place)) AS holm FROM stored) s;
-- of the model as well, and under weights by effective rows
SELECT name, count(*) AS rows, count(ratio) AS ratios, count(verdict) AS verdicts FROM fairpg_report.four_fifths GROUP BY name ORDER BY name;
WITH plain AS (SELECT coalesce(sex, '(unknown)') AS group_name, sum(w) FILTER (WHERE points >= 0.4) / sum(w)::float8 AS rate, sum(w)::float8 ^ 2 / sum(w * w) AS n
    FROM people WHERE points IS NOT NULL GROUP BY sex)
SELECT count(*) AS groups, bool_and(abs(f.selection_rate - s.rate) < 1e-12 AND abs(f.ratio - s.rate / r.rate) < 1e-12) AS rates,
    bool_and(abs(f.low - i.low) < 1e-9 AND abs(f.high - i.high) < 1e-9) AS intervals,
    bool_and(abs(f.p_value - (fairpg.z_test(s.rate * s.n, s.n, r.rate * r.n, r.n)).p_value) < 1e-9) AS tests
FROM fairpg_report.four_fifths f JOIN plain s USING (group_name) JOIN plain r ON r.group_name = f.reference_group,
    LATERAL fairpg.ratio_interval(s.rate * s.n, s.n, r.rate * r.n, r.n, 0.9) AS i
WHERE f.evaluation = 4 AND f.verdict IS NOT NULL;

-- a version with one threshold has it for every group, with the rates of the rows held out
SELECT count(*) AS figures, bool_and(t.threshold = 0.5 AND NOT t.by_group AND t.part = 'held_out') AS common,
    bool_and(CASE m.metric WHEN 'selection_rate' THEN (t.selection_rate, t.low, t.high, t.n) = (m.value, m.low, m.high, m.n) WHEN 'tpr' THEN (t.tpr, t.tpr_low, t.tpr_high) = (m.value, m.low, m.high)
        WHEN 'fpr' THEN (t.fpr, t.fpr_low, t.fpr_high) = (m.value, m.low, m.high) WHEN 'ppv' THEN (t.ppv, t.ppv_low, t.ppv_high) = (m.value, m.low, m.high) END) AS rates
FROM fairpg_report.thresholds t JOIN fairpg_report.group_metrics m USING (model, version, part, attribute, group_name);

-- all analyses that apply, and why others do not
CREATE TEMP TABLE added AS SELECT e.evaluation, a.* FROM fairpg_catalog.evaluation e, LATERAL fairpg.add_analyses(e.evaluation) a WHERE part = 'external';
SELECT evaluation, analysis, n_rows > 0 AS rows, seconds >= 0 AS timed, skipped_because FROM added ORDER BY evaluation, analysis;
SELECT evaluation, analyses FROM fairpg_report.evaluations ORDER BY evaluation;
SELECT bool_and(a.n_rows = (SELECT count(*) FROM fairpg_catalog.analysis_row r WHERE r.evaluation = a.evaluation AND r.analysis = a.analysis)) AS counted,
    bool_and(a.n_rows = v.n_rows) AS shown, count(*) AS analyses
FROM added a LEFT JOIN fairpg_report.analyses v USING (evaluation, analysis) WHERE skipped_because IS NULL;
SELECT analysis, arguments FROM fairpg_report.analyses WHERE evaluation = 4 ORDER BY analysis;

-- each view has the rows of its function, in their order
\set of_score '''SELECT * FROM people'', ''{sex}'', label => ''paid'', score => ''points'', weight => ''w'', level => 0.9, seed => 7, options => ''{"min_group": 40}'''
SELECT count(*) AS rows, count(*) FILTER (WHERE v IS DISTINCT FROM d) AS differ FROM
    (SELECT place, ROW(kind, attribute, group_name, bin, score_from, score_to, mean_score, metric, value, low, high, n, flag, reason) AS v
     FROM fairpg_report.calibration WHERE evaluation = 4) s
    FULL JOIN (SELECT row_number() OVER () AS place, c AS d FROM fairpg.calibration(:of_score) c) f USING (place);
SELECT count(*) AS rows, count(*) FILTER (WHERE v IS DISTINCT FROM d) AS differ FROM
    (SELECT place, ROW(kind, attribute, group_name, threshold, metric, value, low, high, n, flag, reason) AS v
     FROM fairpg_report.threshold_sweep WHERE evaluation = 4) s
    FULL JOIN (SELECT row_number() OVER () AS place, c AS d FROM fairpg.threshold_sweep(:of_score) c) f USING (place);
SELECT count(*) AS rows, count(*) FILTER (WHERE v IS DISTINCT FROM d) AS differ FROM
    (SELECT place, ROW(kind, attribute, group_name, threshold, metric, value, low, high, n, flag, reason) AS v
     FROM fairpg_report.threshold_sweep WHERE name = 'again') s
    FULL JOIN (SELECT row_number() OVER () AS place, c AS d FROM fairpg.threshold_sweep('people', '{sex,race}', label => 'paid', model => 'credit') c) f USING (place);
SELECT count(*) AS rows, count(*) FILTER (WHERE v IS DISTINCT FROM d) AS differ FROM
    (SELECT place, ROW(kind, rank, attribute, group_name, metric, value, rest, effect, low, high, n, n_rest, p_value, p_adjusted, pooled, pooled_low,
        pooled_high, verdict, flag, reason) AS v FROM fairpg_report.subgroups WHERE name = 'again') s
    FULL JOIN (SELECT row_number() OVER () AS place, c AS d FROM fairpg.subgroups('SELECT *, fairpg.decide(''credit'', p) AS d FROM people p', '{sex,race}',
        label => 'paid', decision => 'd') c) f USING (place);
SELECT count(*) AS rows, count(*) FILTER (WHERE v IS DISTINCT FROM d) AS differ FROM
    (SELECT place, ROW(kind, audit_table, attribute, group_name, metric, value, low, high, n, flag, reason) AS v FROM fairpg_report.bias_audit WHERE name = 'officers') s
    FULL JOIN (SELECT row_number() OVER () AS place, c AS d FROM fairpg.bias_audit('people', 'sex', 'race', decision => 'officer') c) f USING (place);
SELECT count(*) > 100 AS many, count(*) FILTER (WHERE v IS DISTINCT FROM d) AS differ FROM
    (SELECT place, ROW(kind, scenario, subject, amount, attribute, group_name, metric, value, low, high, baseline, change, change_low, change_high, n, flag, reason) AS v
     FROM fairpg_report.stress WHERE name = 'again') s
    FULL JOIN (SELECT row_number() OVER () AS place, c AS d FROM fairpg.stress('credit', 'people', 1, label => 'paid', protected => '{sex,race}') c) f USING (place);
SELECT count(*) > 100 AS many, count(*) FILTER (WHERE v IS DISTINCT FROM d) AS differ FROM
    (SELECT place, ROW(kind, factor_kind, factor, factor_level, attribute, group_name, metric, value, low, high, baseline, change, change_low, change_high, n, flag, reason) AS v
     FROM fairpg_report.sensitivity WHERE name = 'again') s
    FULL JOIN (SELECT row_number() OVER () AS place, c AS d FROM fairpg.sensitivity('credit', 'people', 1, label => 'paid', protected => '{sex,race}') c) f USING (place);
SELECT count(*) AS rows, count(*) FILTER (WHERE v IS DISTINCT FROM d) AS differ FROM
    (SELECT place, ROW(check_name, severity, attribute, column_name, group_name, metric, value, low, high, n, fact, advice) AS v
     FROM fairpg_report.data_checks WHERE name = 'officers') s
    FULL JOIN (SELECT row_number() OVER () AS place, c AS d FROM fairpg.check_data('people', '{sex,race,sex*race}', label => 'paid', exclude => '{officer}') c) f USING (place);
SELECT count(*) > 0 AS rows, count(*) FILTER (WHERE v IS DISTINCT FROM d) AS differ FROM
    (SELECT place, ROW(attribute, column_name, group_name, metric, value, low, high, n, severity, fact, advice) AS v FROM fairpg_report.proxies WHERE name = 'again') s
    FULL JOIN (SELECT row_number() OVER () AS place, ROW(attribute, column_name, group_name, metric, value, low, high, n, severity, fact, advice) AS d
        FROM fairpg.check_data('people', '{sex,race}', label => 'paid', features => '{income,debt,region}') c WHERE check_name = 'proxies') f USING (place);
SELECT DISTINCT severity, flag FROM fairpg_report.data_checks ORDER BY 1;

-- predicted numbers are evaluated as well, and decide nothing
SELECT evaluation, n_rows, round(loss::numeric, 1) AS loss, accuracy FROM fairpg.evaluate_decisions('people', '{sex}', label => 'income', prediction => 'debt');
SELECT count(*) AS gaps, count(d.worst_group) AS of_a_group, count(a.metric) AS audited FROM fairpg_report.disparities d
LEFT JOIN fairpg.audit('people', '{sex}', label => 'income', prediction => 'debt') a ON a.kind = 'gap' AND a.metric = d.criterion AND a.value = d.value
    AND a.group_name IS NOT DISTINCT FROM d.worst_group WHERE d.evaluation = 7;
SELECT e.prediction, e.n = s.n AS n, abs(e.loss / s.loss - 1) < 1e-12 AS loss FROM fairpg_report.evaluations e,
    (SELECT count(*) AS n, avg((income - debt) ^ 2) AS loss FROM people) s WHERE prediction IS NOT NULL;
SELECT analysis, n_rows > 0 AS stored, skipped_because FROM fairpg.add_analyses(7);

-- further arguments; adding again replaces
SELECT analysis, n_rows FROM fairpg.add_analyses(4, '{subgroups,calibration}', '{"calibration": {"bins": 4, "binning": "mass"},
    "subgroups": {"columns": ["region", "race"], "metric": "tpr", "options": {"top": 2, "min_group": 20}}}');
SELECT max(bin) AS bins FROM fairpg_report.calibration WHERE evaluation = 4;
SELECT DISTINCT metric, max(rank) OVER () AS top FROM fairpg_report.subgroups WHERE evaluation = 4 AND kind = 'subgroup';
SELECT analysis, arguments -> 'options' AS options, arguments -> 'columns' AS columns FROM fairpg_catalog.analysis WHERE evaluation = 4 AND analysis IN ('calibration', 'subgroups') ORDER BY 1;
SELECT analysis, n_rows = (SELECT n_rows FROM added a WHERE a.evaluation = 4 AND a.analysis = 'calibration') AS as_before FROM fairpg.add_analyses(4, '{calibration}');
SELECT analysis, skipped_because FROM fairpg.add_analyses(5, NULL, '{"subgroups": {"columns": ["region"]}, "bias_audit": {"race": "race"}, "proxies": {"protected": ["region"]}}') ORDER BY 1;

-- deleting an evaluation deletes what belongs to it
DELETE FROM fairpg_catalog.evaluation WHERE evaluation = 4;
SELECT count(*) AS left_over FROM fairpg_catalog.analysis a FULL JOIN fairpg_catalog.analysis_row r USING (evaluation) WHERE evaluation = 4;

-- an evaluation of the same name follows it
SELECT count(*) AS newest FROM fairpg_report.evaluations WHERE is_newest;
SELECT evaluation FROM fairpg.evaluate_decisions('people', '{race}', decision => 'officer', name => 'officers');
SELECT evaluation, is_newest FROM fairpg_report.evaluations WHERE name = 'officers' ORDER BY 1;

-- what cannot be
SELECT * FROM fairpg.add_analyses(99);
SELECT * FROM fairpg.add_analyses(NULL);
SELECT * FROM fairpg.add_analyses(1);
SELECT * FROM fairpg.add_analyses(3, '{calibration}');
SELECT * FROM fairpg.add_analyses(3, '{fortune}');
SELECT * FROM fairpg.add_analyses(3, '{NULL}');
SELECT * FROM fairpg.add_analyses(3, NULL, '{"fortune": {}}');
SELECT * FROM fairpg.add_analyses(3, '{subgroups}', '{"calibration": {}}');
SELECT * FROM fairpg.add_analyses(3, NULL, '[]');
SELECT * FROM fairpg.add_analyses(3, NULL, '{"subgroups": 3}');
SELECT * FROM fairpg.add_analyses(3, '{subgroups}', '{"subgroups": {"label": "points"}}');
SELECT * FROM fairpg.add_analyses(3, '{subgroups}', '{"subgroups": {"fortune": 1}}');
SELECT * FROM fairpg.add_analyses(3, '{subgroups}', '{"subgroups": {"depth": "three"}}');
SELECT * FROM fairpg.add_analyses(3, '{subgroups}', '{"subgroups": {"depth": true}}');
SELECT * FROM fairpg.add_analyses(3, '{subgroups}', '{"subgroups": {"columns": "sex"}}');
SELECT * FROM fairpg.add_analyses(3, '{subgroups}', '{"subgroups": {"columns": [1]}}');
SELECT * FROM fairpg.add_analyses(3, '{subgroups}', '{"subgroups": {"metric": 1}}');
SELECT * FROM fairpg.add_analyses(3, '{subgroups}', '{"subgroups": {"options": {"fortune": 1}}}');
SELECT * FROM fairpg.add_analyses(3, '{subgroups}', '{"subgroups": {"options": 1}}');
SELECT fairpg.evaluate_decisions('people', '{sex}');
SELECT fairpg.evaluate_decisions('people', '{sex}', decision => 'officer', score => 'points');
SELECT fairpg.evaluate_decisions('people', NULL, decision => 'officer');
SELECT fairpg.evaluate_decisions('SELECT * FROM people WHERE false', '{sex}', decision => 'officer');
BEGIN READ ONLY;
SELECT fairpg.evaluate_decisions('people', '{sex}', decision => 'officer');
SELECT * FROM fairpg.add_analyses(3);
ROLLBACK;
BEGIN READ ONLY;
SELECT * FROM fairpg.add_analyses(3);
ROLLBACK;

DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP TABLE people;
