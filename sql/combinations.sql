SET client_min_messages = error;
SET jit = off;
-- Whatever family, method, criterion and bound fairpg.combinations() offers is
-- trained here, without and with rows held out, and all that is told of the
-- model is recomputed by plain SQL from its predictions for the very rows.  A
-- combination that is new needs a bound in "asked", a family its label in
-- "learnt", a criterion the rate of a group in "figures"; until then this
-- fails.
SELECT fairpg.init() IS NOT NULL AS ready;

-- what there is
SELECT * FROM fairpg.families() ORDER BY family;
SELECT * FROM fairpg.methods() ORDER BY method;
SELECT * FROM fairpg.criteria() ORDER BY fairness;
SELECT family, method, string_agg(DISTINCT fairness, ' ' ORDER BY fairness) AS criteria, string_agg(DISTINCT coalesce(bound, 'none'), ' ') AS bounds
FROM fairpg.combinations() GROUP BY 1, 2 ORDER BY 1, 2;

-- Numbers that look random and are the same on every machine.
CREATE TABLE people AS
SELECT i AS id, 1 + i % 3 AS w, CASE WHEN i % 3 = 1 THEN 'test' ELSE 'train' END AS part,
       CASE WHEN h[1] < 0.55 THEN 'm' ELSE 'f' END AS sex, CASE WHEN h[2] < 0.6 THEN 'a' ELSE 'b' END AS race,
       2 * h[3] + CASE WHEN h[1] < 0.55 THEN 0.5 ELSE 0 END AS income, h[4] - CASE WHEN h[2] < 0.6 THEN 0.2 ELSE 0 END AS debt,
       (ARRAY['north', 'south', 'east'])[1 + (3 * h[5])::integer % 3] AS region,
       2 * h[3] + CASE WHEN h[1] < 0.55 THEN 0.5 ELSE 0 END - 1.5 * h[4] + CASE WHEN h[2] < 0.6 THEN 0.4 ELSE 0 END + 1.4 * (h[6] - 0.5) > 0.75 AS paid,
       CASE WHEN h[6] < 0.2 + 0.25 * h[3] + CASE WHEN h[1] < 0.55 THEN 0.2 ELSE 0 END THEN 'low' WHEN h[6] < 0.7 + 0.2 * h[4] THEN 'mid' ELSE 'top' END AS rung,
       1000 + 200 * h[3] + CASE WHEN h[1] < 0.55 THEN 90 ELSE 0 END + CASE WHEN h[2] < 0.6 THEN 1 ELSE 2 END * 150 * (h[6] - 0.5) AS amount
FROM (SELECT i, ARRAY(SELECT (hashint8(i * 31 + k * 1000003)::bigint + 2147483648) / 4294967296.0
                      FROM generate_series(1, 6) k)::float8[] AS h
      FROM generate_series(1, 1500) i) t;
CREATE TABLE learnt (family text, label text);
INSERT INTO learnt VALUES ('logistic', 'paid'), ('linear', 'amount'), ('multinomial', 'rung');
-- bounds by themselves, and wider ones for all of them together
CREATE TABLE asked (family text, fairness text, bound text, value float8, together float8);
INSERT INTO asked
SELECT 'logistic', f, b, CASE b WHEN 'max_gap' THEN 0.05 ELSE 0.8 END, CASE b WHEN 'max_gap' THEN 0.15 ELSE 0.45 END
FROM unnest('{demographic_parity,equal_opportunity,predictive_equality,equalized_odds,error_rate_parity}'::text[]) f, unnest('{max_gap,min_ratio}'::text[]) b
UNION ALL SELECT 'multinomial', f, b, CASE b WHEN 'max_gap' THEN 0.05 ELSE 0.8 END, CASE b WHEN 'max_gap' THEN 0.15 ELSE 0.45 END
FROM unnest('{demographic_parity,equal_opportunity}'::text[]) f, unnest('{max_gap,min_ratio}'::text[]) b
UNION ALL VALUES ('logistic', 'group_loss', 'max_loss', 0.38, 0.6), ('linear', 'mean_parity', 'max_gap', 15, 30), ('linear', 'group_loss', 'max_loss', 9000, 9500);

-- each by itself, with columns and their combination protected at once; and all
-- bounds that a method takes in one training
CREATE TABLE runs AS
SELECT c.family, c.method, c.fairness, c.bound, m.needs_penalty, m.mixes, '[]'::jsonb AS constraints,
       CASE WHEN m.decides_by_group THEN '{sex*race}' ELSE '{sex,sex*race}' END::text[] AS protected
FROM fairpg.combinations() c JOIN fairpg.methods() m USING (method)
UNION ALL
SELECT c.family, c.method, 'none', NULL, m.needs_penalty, m.mixes,
       jsonb_agg(jsonb_build_object('fairness', c.fairness, c.bound, a.together) ORDER BY c.fairness, c.bound), '{sex,race,sex*race}'
FROM fairpg.combinations() c JOIN fairpg.methods() m USING (method) LEFT JOIN asked a USING (family, fairness, bound)
WHERE 'constraints' = ANY (m.options) AND c.bound IS NOT NULL GROUP BY 1, 2, 5, 6;
CREATE TABLE trained AS
SELECT r.*, s.split, a.value AS asked, t.version, t.status, t.loss, t.accuracy, t.auc, t.gap, t.rows_train, t.rows_test
FROM runs r LEFT JOIN learnt l USING (family) LEFT JOIN asked a USING (family, fairness, bound), unnest('{none,column:part=test}'::text[]) AS s (split),
    LATERAL fairpg.train('all', 'people', l.label, protected => r.protected,
        features => '{sex,income,debt,region}', family => r.family, fairness => r.fairness, method => r.method,
        max_gap => CASE bound WHEN 'max_gap' THEN a.value END, min_ratio => CASE bound WHEN 'min_ratio' THEN a.value END,
        max_loss => CASE bound WHEN 'max_loss' THEN a.value END, penalty => CASE WHEN needs_penalty THEN 5 END, weight => 'w', split => s.split,
        options => CASE WHEN r.constraints = '[]' THEN '{"key": "id", "min_group": 10}' ELSE jsonb_build_object('key', 'id', 'min_group', 10, 'constraints', r.constraints) END) t;

-- every row by every model: what it is given, and the decision that is to be
-- expected where several models share it; where labels are classes, for each of
-- them whether it is the label, its probability and whether it is decided
CREATE TABLE scored (version int, part text, number boolean, class text, w int, sex text, race text, y float8, p float8, d float8, e float8);
DO $$
DECLARE
    t record;
BEGIN
    INSERT INTO scored SELECT m.version, CASE WHEN m.split <> 'none' AND q.part = 'test' THEN 'held_out' ELSE 'train' END, false, p.class, w, sex, race, (rung = p.class)::int,
        p.probability, (fairpg.predict_class('all', q, m.version) = p.class)::int, NULL
    FROM trained m, people q, fairpg.predict_probabilities('all', q, m.version) p WHERE m.family = 'multinomial';
    FOR t IN SELECT * FROM trained WHERE family <> 'multinomial' LOOP
        EXECUTE format('INSERT INTO scored SELECT %1$s, CASE WHEN %2$L <> ''none'' AND part = ''test'' THEN ''held_out'' ELSE ''train'' END, %3$L, NULL, w, sex, race, %4$s,'
            ' fairpg.predict(''all'', p, %1$s), %5$s, %6$s FROM people p', t.version, t.split, t.family = 'linear',
            CASE t.family WHEN 'logistic' THEN 'paid::int' WHEN 'linear' THEN 'amount' END,
            CASE WHEN t.family <> 'linear' THEN format('fairpg.decide(''all'', p, %s)::int', t.version) ELSE 'NULL' END,
            CASE WHEN t.mixes THEN format('(fairpg.examine(''all'', p, %s)).expected_decision', t.version) ELSE 'NULL' END);
    END LOOP;
END $$;
-- the figures of groups, and how far they are apart
CREATE TABLE figures AS
WITH cells AS (
    SELECT version, part, number, class, how, sex, race, y = 1 AS yes, sum(w) AS w, sum(w * by.d) AS selected, sum(w * abs(y - by.d)) AS wrong, sum(w * p) AS sum_p,
           CASE WHEN number THEN sum(w * (y - p) ^ 2) ELSE -sum(w * ln(CASE WHEN y = 1 THEN p WHEN y = 0 THEN 1 - p END)) END AS loss
    FROM scored s, LATERAL (VALUES ('drawn', s.d), ('expected', s.e)) AS by (how, d)
    WHERE by.how = 'drawn' OR s.e IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
), sums AS (
    SELECT version, part, how, number, class, attribute, group_name, sum(selected) / sum(w) AS selected, sum(selected) FILTER (WHERE yes) / sum(w) FILTER (WHERE yes) AS tpr,
           sum(selected) FILTER (WHERE NOT yes) / sum(w) FILTER (WHERE NOT yes) AS fpr, sum(wrong) / sum(w) AS wrong, sum(sum_p) / sum(w) AS mean, sum(loss) / sum(w) AS loss
    FROM cells, LATERAL (VALUES ('sex', sex), ('race', race), ('sex*race', sex || ', ' || race)) AS a (attribute, group_name) GROUP BY 1, 2, 3, 4, 5, 6, 7)
SELECT version, part, how, class, attribute, group_name, f.rate, f.stored, f.value
FROM sums JOIN trained t USING (version), LATERAL (VALUES ('selection_rate', 'selection_rate', selected), ('tpr', 'tpr', tpr), ('fpr', 'fpr', fpr), ('error_rate', 'error_rate', wrong),
    ('mean_prediction', 'mean_prediction', CASE WHEN number THEN mean END), ('log_loss', CASE WHEN number THEN 'mean_squared_error' ELSE 'log_loss' END, CASE WHEN class IS NULL THEN sums.loss END)) AS f (rate, stored, value)
WHERE f.value IS NOT NULL AND attribute = ANY (t.protected);
CREATE TABLE spreads AS
SELECT version, part, how, class, attribute, fairness, max(high - low) AS gap, min(low / nullif(high, 0)) AS ratio, max(high) AS highest
FROM (SELECT version, part, how, class, attribute, rate, max(value) AS high, min(value) AS low FROM figures GROUP BY 1, 2, 3, 4, 5, 6) f
JOIN (SELECT fairness, unnest(rates) AS rate FROM fairpg.criteria()) c USING (rate) GROUP BY 1, 2, 3, 4, 5, 6;
-- of every constraint: what is stored, what SQL makes of it, and whether the
-- training rows keep it
CREATE TABLE kept AS
SELECT c.version, c.part, c.position, c.criterion, c.bound_kind, c.bound, c.value, s.*
FROM fairpg_report.constraints c, LATERAL (
    SELECT max(of_gap) FILTER (WHERE how = 'drawn') AS gap, max(v) FILTER (WHERE how = 'drawn') AS drawn, max(v) FILTER (WHERE how = 'expected') AS expected,
           max(of_gap) FILTER (WHERE how = 'expected') AS expected_gap
    FROM (SELECT how, CASE c.measure WHEN 'gap' THEN max(gap) WHEN 'ratio' THEN min(ratio) ELSE max(highest) END AS v,
                 CASE c.measure WHEN 'loss' THEN max(highest) ELSE max(gap) END AS of_gap
          FROM spreads s WHERE s.version = c.version AND s.part = c.part AND s.fairness = c.criterion AND s.attribute = ANY (string_to_array(c.attributes, ', '))
          GROUP BY how) h) s
WHERE c.model = 'all';

CREATE FUNCTION same(a float8, b float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS
    $$ SELECT coalesce(abs(a - b) <= 1e-9 * greatest(1, abs(b)), a IS NULL AND b IS NULL) $$;
-- the constraint that the answer is about: the one beyond its bound most
CREATE VIEW chosen AS
SELECT DISTINCT ON (version, part) version, part, gap, expected_gap FROM kept
ORDER BY version, part, CASE bound_kind WHEN 'min_ratio' THEN bound - drawn ELSE drawn - bound END / bound DESC NULLS LAST, position;
CREATE TABLE totals AS
WITH ranks AS (
    SELECT version, part, p, sum(w) FILTER (WHERE y = 1) AS positive, sum(w) FILTER (WHERE y = 0) AS negative FROM scored WHERE NOT number AND class IS NULL GROUP BY 1, 2, 3
), areas AS (
    SELECT version, part, sum(positive * (below + coalesce(negative, 0) / 2.0)) / sum(positive) / sum(negative) AS auc
    FROM (SELECT *, coalesce(sum(negative) OVER (PARTITION BY version, part ORDER BY p ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS below FROM ranks) r
    GROUP BY 1, 2)
SELECT version, part, auc, sum(w * (y = d)::int)::float8 / sum(w) AS accuracy, count(*) AS n,
       CASE WHEN number THEN sum(w * (y - p) ^ 2) ELSE -sum(w * ln(CASE WHEN y = 1 THEN p WHEN y = 0 THEN 1 - p END)) END / sum(w) AS loss
FROM scored LEFT JOIN areas USING (version, part) WHERE class IS NULL OR y = 1 GROUP BY version, part, number, auc;

-- Each combination: how its trainings ended; what they answer; the bound, on the
-- training rows, of expected decisions where models share them (one model alone
-- has no others).  Method reweigh promises no bound.
SELECT t.family, t.method, t.fairness, coalesce(t.bound, CASE WHEN constraints <> '[]' THEN jsonb_array_length(constraints) || ' bounds' END) AS bound,
       string_agg(DISTINCT t.status, ' ') AS statuses, count(*) AS n, count(*) FILTER (WHERE same(t.loss, o.loss)) AS loss,
       count(*) FILTER (WHERE same(t.accuracy, o.accuracy)) AS accuracy, count(*) FILTER (WHERE same(t.auc, o.auc)) AS auc,
       count(*) FILTER (WHERE same(t.gap, c.gap)) AS gap, count(*) FILTER (WHERE same(coalesce(v.expected_gap, CASE WHEN mixes THEN t.gap END), c.expected_gap)) AS expected,
       count(*) FILTER (WHERE t.rows_train + t.rows_test = 1500 AND o.n = CASE WHEN t.rows_test > 0 THEN t.rows_test ELSE t.rows_train END) AS rows,
       CASE WHEN t.method <> 'reweigh' THEN bool_and(k.kept) FILTER (WHERE t.status <> 'infeasible') END AS kept
FROM trained t JOIN fairpg_report.model_versions v ON v.model = 'all' AND v.version = t.version
JOIN totals o ON o.version = t.version AND o.part = CASE WHEN t.split = 'none' THEN 'train' ELSE 'held_out' END
JOIN chosen c ON c.version = t.version AND c.part = o.part
JOIN (SELECT version, bool_and(CASE bound_kind WHEN 'min_ratio' THEN coalesce(expected, drawn) >= bound - 1e-9 ELSE coalesce(expected, drawn) <= bound * (1 + 1e-9) END) AS kept
      FROM kept WHERE part = 'train' GROUP BY version) k ON k.version = t.version
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4;
-- a bound that was not kept was not to be had: which ones
SELECT t.family, t.method, t.split, c.position, c.criterion, c.bound_kind, c.bound, round(coalesce(c.expected, c.drawn)::numeric, 3) AS reached
FROM trained t JOIN kept c USING (version) WHERE c.part = 'train' AND t.status = 'infeasible' ORDER BY 1, 2, 3, 4;
-- every evaluation that is stored, of both parts
SELECT t.family, t.method, count(*) AS n, count(*) FILTER (WHERE same(e.loss, o.loss)) AS loss, count(*) FILTER (WHERE same(e.accuracy, o.accuracy)) AS accuracy,
       count(*) FILTER (WHERE same(e.auc, o.auc)) AS auc, count(*) FILTER (WHERE e.n_rows = o.n) AS rows
FROM trained t JOIN totals o USING (version) LEFT JOIN fairpg_catalog.evaluation e ON e.model = 'all' AND e.version = t.version AND e.part = o.part
GROUP BY 1, 2 ORDER BY 1, 2;
SELECT t.family, t.method, c.criterion, count(*) AS constraints, count(*) FILTER (WHERE same(c.value, c.drawn)) AS told
FROM trained t JOIN kept c USING (version) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT t.family, d.criterion, count(*) AS disparities, count(*) FILTER (WHERE same(d.value, s.gap)) AS gap,
       count(*) FILTER (WHERE same(d.ratio, CASE WHEN t.family <> 'linear' THEN s.ratio END)) AS ratio
FROM trained t JOIN fairpg_report.disparities d ON d.model = 'all' AND d.version = t.version
LEFT JOIN spreads s ON s.version = t.version AND s.part = d.part AND s.attribute = d.attribute AND s.fairness = d.criterion AND s.how = 'drawn' AND s.class IS NOT DISTINCT FROM d.class
WHERE d.criterion IN (SELECT fairness FROM fairpg.criteria())
GROUP BY 1, 2 ORDER BY 1, 2;
SELECT t.family, f.stored AS metric, count(*) AS n, count(*) FILTER (WHERE same(m.value, f.value)) AS told
FROM trained t JOIN figures f USING (version) LEFT JOIN fairpg_report.group_metrics m
    ON m.model = 'all' AND m.version = t.version AND m.part = f.part AND m.attribute = f.attribute AND m.group_name = f.group_name AND m.metric = f.stored AND m.class IS NOT DISTINCT FROM f.class
WHERE f.how = 'drawn' GROUP BY 1, 2 ORDER BY 1, 2;
-- no model of a family has a smaller largest loss than that of minimax
SELECT t.family, t.split, min(s.highest) FILTER (WHERE t.method = 'minimax') <= min(s.highest) * (1 + 1e-3) AS least
FROM trained t JOIN (SELECT version, max(highest) AS highest FROM spreads WHERE part = 'train' AND fairness = 'group_loss' GROUP BY version) s USING (version)
GROUP BY 1, 2 ORDER BY 1, 2;

-- everything else is refused, and nothing is stored
CREATE FUNCTION refusal(family text, method text, fairness text, bound text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hint text;
BEGIN
    PERFORM fairpg.train('refused', 'people', coalesce((SELECT label FROM learnt l WHERE l.family = refusal.family), 'paid'), protected => '{sex}', features => '{sex,income}',
        family => refusal.family, fairness => refusal.fairness, method => refusal.method,
        max_gap => CASE bound WHEN 'max_gap' THEN 0.1 END, min_ratio => CASE bound WHEN 'min_ratio' THEN 0.7 END, max_loss => CASE bound WHEN 'max_loss' THEN 0.5 END,
        penalty => CASE WHEN (SELECT needs_penalty FROM fairpg.methods() m WHERE m.method = refusal.method) THEN 5 END);
    RETURN 'trained';
EXCEPTION WHEN invalid_parameter_value THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN sqlerrm || '. ' || hint;
END $$;
SELECT count(*) AS n, refusal(family, method, fairness, bound)
FROM (SELECT family, method, fairness, bound FROM fairpg.families(), fairpg.methods(), fairpg.criteria(), unnest('{max_gap,min_ratio,max_loss,NULL}'::text[]) AS bound
      EXCEPT SELECT * FROM fairpg.combinations()) c
GROUP BY 2 ORDER BY 2;
SELECT count(*) AS stored FROM fairpg_catalog.model WHERE model = 'refused';

DROP VIEW chosen;
DROP FUNCTION same, refusal;
DROP TABLE people, learnt, asked, runs, trained, scored, figures, spreads, kept, totals;
DROP SCHEMA fairpg_report, fairpg_catalog CASCADE;
