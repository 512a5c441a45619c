SET client_min_messages = warning;
-- Constraints of every kind, several at once: each gap, ratio and group loss
-- is recomputed by plain SQL from what decide() and predict() say.
SELECT fairpg.init() IS NOT NULL AS ready;

-- Numbers that look random and are the same on every machine.
CREATE TABLE people AS
SELECT i AS id,
       CASE WHEN h[1] < 0.55 THEN 'm' ELSE 'f' END AS sex,
       CASE WHEN h[2] < 0.5 THEN 'a' WHEN h[2] < 0.8 THEN 'b' ELSE 'c' END AS race,
       2 * h[3] + CASE WHEN h[1] < 0.55 THEN 0.5 ELSE 0 END AS income,
       h[4] - CASE WHEN h[2] < 0.5 THEN 0.2 ELSE 0 END AS debt,
       h[5] AS noise,
       2 * h[3] + CASE WHEN h[1] < 0.55 THEN 0.5 ELSE 0 END - 1.5 * h[4] + CASE WHEN h[2] < 0.5 THEN 0.4 ELSE 0 END
           + (1.2 + CASE WHEN h[2] >= 0.8 THEN 0.4 ELSE 0 END) * (h[6] - 0.5) > 0.75 AS paid
FROM (SELECT i, ARRAY(SELECT (hashint8(i * 31 + k * 1000003)::bigint + 2147483648) / 4294967296.0
                      FROM generate_series(1, 6) k) AS h
      FROM generate_series(1, 6000) i) s;
-- one name for a training of all of them
CREATE FUNCTION learn(name text, protected text[], fairness text, max_gap float8, min_ratio float8, max_loss float8,
    constraints jsonb DEFAULT '[]', method text DEFAULT 'constraint')
    RETURNS fairpg.train_result LANGUAGE sql AS $$
    SELECT fairpg.train(name, 'people', 'paid', protected => protected, features => '{income,debt,noise,sex,race}', fairness => fairness,
        max_gap => max_gap, min_ratio => min_ratio, max_loss => max_loss, method => method, split => 'none',
        options => jsonb_build_object('key', 'id', 'constraints', constraints)) $$;
-- what a model does to the groups of each attribute
CREATE FUNCTION rates(name text)
    RETURNS TABLE (attribute text, grp text, selection float8, tpr float8, fpr float8, error float8, loss float8)
    LANGUAGE sql AS $$
    SELECT a.attribute, a.grp, avg(d::int), avg(d::int) FILTER (WHERE paid), avg(d::int) FILTER (WHERE NOT paid),
        avg((d <> paid)::int), -avg(ln(CASE WHEN paid THEN p ELSE 1 - p END))
    FROM (SELECT t.*, fairpg.decide(name, t) AS d, fairpg.predict(name, t) AS p FROM people t) s,
        LATERAL (VALUES ('sex', sex), ('race', race), ('sex*race', sex || ', ' || race)) a(attribute, grp)
    GROUP BY 1, 2 $$;
CREATE FUNCTION spreads(name text)
    RETURNS TABLE (attribute text, criterion text, gap float8, ratio float8, loss float8)
    LANGUAGE sql AS $$
    SELECT attribute, c.criterion, max(c.gap), min(c.ratio), max(loss)
    FROM (SELECT attribute, max(selection) - min(selection) AS s, min(selection) / nullif(max(selection), 0) AS sr,
              max(tpr) - min(tpr) AS t, min(tpr) / nullif(max(tpr), 0) AS tr, max(fpr) - min(fpr) AS f, min(fpr) / nullif(max(fpr), 0) AS fr,
              max(error) - min(error) AS e, min(error) / nullif(max(error), 0) AS er, max(loss) AS loss
          FROM rates(name) GROUP BY attribute) r,
        LATERAL (VALUES ('demographic_parity', s, sr), ('equal_opportunity', t, tr), ('predictive_equality', f, fr),
            ('equalized_odds', greatest(t, f), least(tr, fr)), ('error_rate_parity', e, er), ('group_loss', NULL, NULL)) c(criterion, gap, ratio)
    GROUP BY 1, 2 $$;

-- without any of it
SELECT status FROM fairpg.train('plain', 'people', 'paid', protected => '{sex,race,sex*race}', features => '{income,debt,noise,sex,race}',
    split => 'none', options => '{"key": "id"}');
SELECT attribute, criterion, round(gap::numeric, 3) AS gap, round(ratio::numeric, 3) AS ratio, round(loss::numeric, 4) AS loss
FROM spreads('plain') ORDER BY 1, 2;

-- every criterion of decisions, by gap and by ratio: the bound was needed, is kept, and costs
CREATE TABLE tried AS
SELECT c AS criterion, kind, t.*
FROM unnest('{demographic_parity,equal_opportunity,predictive_equality,equalized_odds,error_rate_parity}'::text[]) c,
    unnest('{max_gap,min_ratio}'::text[]) kind,
    LATERAL learn(c || ' ' || kind, '{race}', c, CASE kind WHEN 'max_gap' THEN 0.03 END, CASE kind WHEN 'min_ratio' THEN 0.9 END, NULL) t;
SELECT t.criterion, t.kind, t.status, t.verdict IS NOT NULL AS judged,
       CASE kind WHEN 'max_gap' THEN before.gap > 0.03 ELSE before.ratio < 0.9 END AS needed,
       CASE kind WHEN 'max_gap' THEN after.gap <= 0.03 ELSE after.ratio >= 0.9 END AS kept,
       abs(t.gap - after.gap) < 1e-12 AS gap_agrees, abs(c.value - CASE kind WHEN 'max_gap' THEN after.gap ELSE after.ratio END) < 1e-12 AS value_agrees,
       t.loss > v.loss AS costs, t.loss < 0.6 AS useful
FROM tried t
JOIN fairpg_catalog.model_version v ON v.model = 'plain'
JOIN fairpg_report.constraints c ON c.model = t.model AND c.part = 'train',
    LATERAL (SELECT * FROM spreads('plain') s WHERE s.criterion = t.criterion AND attribute = 'race') before,
    LATERAL (SELECT * FROM spreads(t.model) s WHERE s.criterion = t.criterion AND attribute = 'race') after
ORDER BY 1, 2;

-- bounded loss of each group
SELECT t.status, t.verdict IS NOT NULL AS judged, t.worst_group, before.loss > 0.345 AS needed, after.loss <= 0.345 AS kept,
    abs(t.gap - after.loss) < 1e-9 AS loss_agrees, t.loss > v.loss AS costs
FROM fairpg_catalog.model_version v, learn('bounded', '{race}', 'group_loss', NULL, NULL, 0.345) t,
    LATERAL (SELECT * FROM spreads('plain') WHERE criterion = 'group_loss' AND attribute = 'race') before,
    LATERAL (SELECT * FROM spreads('bounded') WHERE criterion = 'group_loss' AND attribute = 'race') after
WHERE v.model = 'plain';

-- the least worst loss: no model has less, whatever the bound, and it is found without one
SELECT t.status, t.method, t.verdict IS NULL AS no_bound, abs(t.gap - after.loss) < 1e-9 AS loss_agrees, after.loss < before.loss - 0.003 AS better,
    (SELECT learn('less', '{race}', 'group_loss', NULL, NULL, after.loss - 0.0005)).status AS below,
    (SELECT learn('more', '{race}', 'group_loss', NULL, NULL, after.loss + 0.0005)).status AS above
FROM learn('minimax', '{race}', 'group_loss', NULL, NULL, NULL, method => 'minimax') t,
    LATERAL (SELECT * FROM spreads('plain') WHERE criterion = 'group_loss' AND attribute = 'race') before,
    LATERAL (SELECT * FROM spreads('minimax') WHERE criterion = 'group_loss' AND attribute = 'race') after;
-- the log has the worst loss of each iteration
SELECT count(*) > 2 AS iterations, abs(min(gap) - (SELECT gap FROM fairpg_report.training_log WHERE model = 'minimax' AND chosen)) < 1e-5 AS best_chosen
FROM fairpg_report.training_log WHERE model = 'minimax' AND phase = 'full';
SELECT abs(l.gap - v.gap) < 1e-9 AS chosen_is_stored FROM fairpg_report.training_log l JOIN fairpg_report.model_versions v USING (model, version)
WHERE model = 'minimax' AND chosen;

-- several at once, each with its bound and its attributes; the arguments are one more
SELECT t.fairness, t.status, t.verdict IS NOT NULL AS judged FROM learn('several', '{sex,race}', 'error_rate_parity', 0.035, NULL, NULL,
    '[{"fairness": "equalized_odds", "max_gap": 0.05, "protected": ["race"]},
      {"fairness": "demographic_parity", "min_ratio": 0.8},
      {"fairness": "group_loss", "max_loss": 0.4, "protected": ["sex"]}]') t;
SELECT c.position, c.criterion, c.measure, c.bound_kind, c.bound, c.attributes, c.verdict IS NOT NULL AS judged,
    abs(c.value - s.value) < 1e-9 AS agrees, CASE bound_kind WHEN 'min_ratio' THEN s.value >= bound ELSE s.value <= bound END AS kept
FROM fairpg_report.constraints c,
    LATERAL (SELECT CASE c.measure WHEN 'gap' THEN max(gap) WHEN 'ratio' THEN min(ratio) ELSE max(loss) END AS value
             FROM spreads('several') s WHERE s.criterion = c.criterion AND s.attribute = ANY (string_to_array(c.attributes, ', '))) s
WHERE c.model = 'several' ORDER BY c.position;
-- the bounds were needed
SELECT bool_or(criterion = 'equalized_odds' AND attribute = 'race' AND gap > 0.05) AS odds,
    bool_or(criterion = 'demographic_parity' AND ratio < 0.8) AS ratio, bool_or(criterion = 'error_rate_parity' AND attribute <> 'sex*race' AND gap > 0.035) AS error
FROM spreads('plain');
SELECT jsonb_pretty(spec -> 'constraints') AS stored, max_gap FROM fairpg_catalog.model_version WHERE model = 'several';

-- groups of columns and of their combinations in one training
SELECT t.status FROM learn('crossed', '{sex,race,sex*race}', 'demographic_parity', 0.04, NULL, NULL) t;
SELECT attribute, s.gap <= 0.04 AS kept, before.gap > 0.04 AS needed FROM spreads('crossed') s JOIN spreads('plain') before USING (attribute, criterion)
WHERE criterion = 'demographic_parity' ORDER BY 1;
-- and the columns alone leave the combinations unfair
SELECT attribute, s.gap <= 0.04 AS kept FROM learn('marginal', '{sex,race}', 'demographic_parity', 0.04, NULL, NULL) t, spreads(t.model) s
WHERE criterion = 'demographic_parity' ORDER BY 1;

-- bounds that fight, though each of them alone can be kept: the closest model, and what it exceeds
SELECT c, t.status FROM jsonb_array_elements('[{"fairness": "group_loss", "max_loss": 0.36}, {"fairness": "demographic_parity", "max_gap": 0.01}]') c,
    LATERAL learn('peace', '{sex,race}', 'none', NULL, NULL, NULL, jsonb_build_array(c)) t;
SELECT status, verdict, (warnings)[2] LIKE 'no model kept all constraints on the training rows; this is the closest; it exceeds: group_loss max_loss 0.36 of sex, race with a group loss of %; it keeps: %' AS named FROM learn('fight', '{sex,race}', 'none', NULL, NULL, NULL,
    '[{"fairness": "group_loss", "max_loss": 0.36}, {"fairness": "demographic_parity", "max_gap": 0.01}, {"fairness": "error_rate_parity", "max_gap": 0.9}]');
SELECT status, regexp_replace((warnings)[2], '(loss|gap|ratio) of [0-9.]+', '\1 of N', 'g') AS warning FROM learn('alone', '{race}', 'group_loss', NULL, NULL, 0.3);
SELECT count(*) AS constraints, bool_and(warnings ~ (CASE WHEN c.value > c.bound THEN 'exceeds:.*' || c.criterion || ' .*keeps:' ELSE 'keeps:.*' || c.criterion END)) AS all_named
FROM fairpg_report.constraints c JOIN fairpg_report.model_versions v USING (model, version) WHERE model = 'fight';
-- a ratio that every model keeps
SELECT a.status, abs(a.loss - v.loss) < 1e-6 AS as_plain FROM learn('free', '{sex}', 'demographic_parity', NULL, 0, NULL) a, fairpg_catalog.model_version v WHERE v.model = 'plain';

-- measured on other rows by the same constraints
CREATE VIEW half AS SELECT p.*, fairpg.decide('several', p) AS d, fairpg.predict('several', p) AS p FROM people p WHERE id % 2 = 0;
SELECT e.verdict IS NOT NULL AS judged, e.gap IS NOT NULL AS measured FROM fairpg.evaluate('several', 'SELECT * FROM people WHERE id % 2 = 0') e;
SELECT c.position, c.criterion, c.measure, c.bound, c.attributes, c.verdict IS NOT NULL AS judged,
    abs(c.value - s.value) < 1e-9 AS agrees
FROM fairpg_report.constraints c,
    LATERAL (SELECT CASE c.criterion
                 WHEN 'group_loss' THEN (SELECT max(l) FROM (SELECT -avg(ln(CASE WHEN paid THEN p ELSE 1 - p END)) AS l FROM half GROUP BY sex) x)
                 WHEN 'error_rate_parity' THEN greatest((SELECT max(e) - min(e) FROM (SELECT avg((d <> paid)::int) AS e FROM half GROUP BY sex) x),
                     (SELECT max(e) - min(e) FROM (SELECT avg((d <> paid)::int) AS e FROM half GROUP BY race) x))
                 WHEN 'demographic_parity' THEN least((SELECT min(e) / max(e) FROM (SELECT avg(d::int) AS e FROM half GROUP BY sex) x),
                     (SELECT min(e) / max(e) FROM (SELECT avg(d::int) AS e FROM half GROUP BY race) x))
                 ELSE (SELECT greatest(max(t) - min(t), max(f) - min(f)) FROM (SELECT avg(d::int) FILTER (WHERE paid) AS t, avg(d::int) FILTER (WHERE NOT paid) AS f
                     FROM half GROUP BY race) x) END AS value
             FROM (SELECT 1) one) s
WHERE c.model = 'several' AND c.part = 'external' ORDER BY c.position;

-- groups too small for a bound are named, in whatever number of constraints
SELECT t.status, t.warnings FROM fairpg.train('tiny', 'SELECT *, CASE WHEN id = 7 THEN ''one'' ELSE race END AS kin FROM people ORDER BY id', 'paid',
    protected => '{kin}', features => '{income,debt}', split => 'none',
    options => '{"constraints": [{"fairness": "demographic_parity", "min_ratio": 0.8}, {"fairness": "error_rate_parity", "max_gap": 0.5}, {"fairness": "group_loss", "max_loss": 2}]}') t;

DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP TABLE tried;
DROP TABLE people CASCADE;
DROP FUNCTION learn(text, text[], text, float8, float8, float8, jsonb, text);
DROP FUNCTION spreads(text);
DROP FUNCTION rates(text);
