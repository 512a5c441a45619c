-- Scores in audits and evaluations: every figure is that of the accessors.
SET client_min_messages = warning;
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE loans AS
SELECT i AS id, CASE WHEN i % 10 < 6 THEN 'men' ELSE 'women' END AS sex, (ARRAY['north', 'south', NULL])[1 + i % 3] AS region, p AS score,
       CASE WHEN i % 50 <> 0 THEN (i * 7919 % 1009) / 1009.0 < CASE WHEN i % 10 < 6 THEN p ELSE 0.15 + 0.6 * p END END AS repaid,
       1 + i % 3 AS weight, i % 13 AS x
FROM (SELECT i, ((i * 37 % 97) + 1) / 100.0::float8 AS p FROM generate_series(1, 3000) i) s;
CREATE TABLE ways AS SELECT * FROM (VALUES ('sex', NULL), ('sex', 'weight'), ('region', NULL), ('region', 'weight')) v(attribute, weight);
CREATE FUNCTION state(attribute text, weight text) RETURNS fairpg.group_score_stats LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN $2 IS NULL THEN fairpg.group_scores(repaid, score, CASE $1 WHEN 'sex' THEN sex ELSE region END)
                ELSE fairpg.group_scores(repaid, score, CASE $1 WHEN 'sex' THEN sex ELSE region END, l.weight) END FROM loans l $$;
CREATE TABLE audited AS
SELECT w.attribute AS of, w.weight, a.* FROM ways w, LATERAL fairpg.audit('loans', ARRAY[w.attribute], 'repaid', score => 'score', weight => w.weight) a;

SELECT of, weight, kind, count(*) AS figures,
       count(*) FILTER (WHERE value IS DISTINCT FROM fairpg.metric(s, metric) OR reason IS DISTINCT FROM fairpg.metric_reason(s, metric)
           OR (low, high) IS DISTINCT FROM ((fairpg.metric_interval(s, metric)).low, (fairpg.metric_interval(s, metric)).high)) AS different
FROM audited, LATERAL (SELECT CASE WHEN kind = 'overall' THEN fairpg.overall(state(of, weight)) ELSE fairpg.score(state(of, weight), group_name) END AS s) t
WHERE kind IN ('overall', 'group') AND metric IN ('auc', 'brier', 'log_loss', 'mean_score', 'ece', 'calibration_in_the_large', 'calibration_slope', 'calibration_intercept')
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT metric, count(*) AS figures, bool_and(value = CASE metric WHEN 'bpsn_auc' THEN fairpg.bpsn_auc(s, group_name) ELSE fairpg.bnsp_auc(s, group_name) END
           AND (low, high) = CASE metric WHEN 'bpsn_auc' THEN fairpg.bpsn_auc_interval(s, group_name) ELSE fairpg.bnsp_auc_interval(s, group_name) END) AS same
FROM audited, LATERAL state(of, weight) s WHERE metric ~ '^b.*_auc$' GROUP BY 1 ORDER BY 1;
SELECT metric, count(*) AS gaps, bool_and(value = fairpg.gap(s, metric) AND group_name = fairpg.worst_group(s, metric)
           AND (low, high) IS NOT DISTINCT FROM ((fairpg.gap_interval(s, metric)).low, (fairpg.gap_interval(s, metric)).high)) AS same
FROM audited, LATERAL state(of, weight) s
WHERE kind = 'gap' AND metric IN ('auc', 'brier', 'log_loss', 'mean_score', 'ece', 'calibration_in_the_large', 'calibration_slope', 'calibration_intercept') GROUP BY 1 ORDER BY 1;
-- the pairs: largest area between two curves, largest xAUC disparity
SELECT of, weight, metric, value = wanted AS same, low <= value AND value <= high AS around, group_name
FROM audited, LATERAL state(of, weight) s,
     LATERAL (SELECT CASE metric WHEN 'abroca' THEN max(abroca) ELSE max(abs(xauc_disparity)) END AS wanted FROM fairpg.score_pairs(s)) p
WHERE kind = 'gap' AND metric IN ('abroca', 'xauc_disparity') ORDER BY 1, 2, 3;
-- of two groups the upper end is that of the disparity, and the interval of the area that of the pair
SELECT a.high = greatest((i).high, -(i).low) AS same FROM audited a, LATERAL (SELECT fairpg.xauc_disparity_interval(state('sex', NULL), 'men', 'women') AS i) t
WHERE a.of = 'sex' AND a.weight IS NULL AND metric = 'xauc_disparity';
SELECT count(*) AS ways, bool_and((low, high) = fairpg.abroca_interval(state('sex', weight), 'men', 'women')) AS same FROM audited WHERE of = 'sex' AND metric = 'abroca';

-- the order of rows
SELECT kind, string_agg(metric, ' ' ORDER BY ordinality) AS metrics
FROM fairpg.audit('loans', '{sex}', 'repaid', score => 'score') WITH ORDINALITY WHERE group_name = 'women' OR kind IN ('overall', 'gap')
GROUP BY kind ORDER BY min(ordinality);
-- no label: the mean score and its gap
SELECT kind, group_name, metric, round(value::numeric, 4) AS value, round(low::numeric, 4) AS low, round(high::numeric, 4) AS high, n
FROM fairpg.audit('loans', '{sex}', score => 'score') WHERE metric ~ 'score|auc|ece|abroca' ORDER BY 1 DESC, 2;
-- scores that are no probabilities: ranking only, with the reason; a group with one label
SELECT kind, group_name, metric, value IS NOT NULL AS has, flag, reason
FROM fairpg.audit('SELECT repaid AND sex = ''men'' AS y, sex, x FROM loans', '{sex}', 'y', score => 'x', threshold => 6)
WHERE metric IN ('auc', 'bpsn_auc', 'bnsp_auc', 'brier', 'ece', 'abroca', 'xauc_disparity') ORDER BY kind, group_name, metric;
-- many groups: their pairs are not looked at
SELECT metric, value, low, reason FROM fairpg.audit('SELECT *, id % 21 AS many FROM loans', '{many}', 'repaid', score => 'score') WHERE metric IN ('abroca', 'xauc_disparity');
SELECT count(value) FROM fairpg.audit('SELECT *, id % 20 AS many FROM loans', '{many}', 'repaid', score => 'score') WHERE metric IN ('abroca', 'xauc_disparity');
-- pooled scores say so
SELECT kind, metric, reason ~ '^scores were pooled: within [0-9.e-]+$' AS pooled
FROM fairpg.audit('SELECT i % 3 = 0 AS y, i / 40000.0::float8 AS p, i % 2 AS g FROM generate_series(1, 40000) i', '{g}', label => 'y', score => 'p') WHERE reason IS NOT NULL;

-- evaluations keep the same figures
SELECT version FROM fairpg.train('credit', 'loans', 'repaid', protected => '{sex}', features => '{score,x}', fairness => 'demographic_parity', max_gap => 0.2);
SELECT n_rows FROM fairpg.evaluate('credit', 'loans');
SELECT count(*) AS figures, bool_and(m.value IS NOT DISTINCT FROM a.value AND m.low IS NOT DISTINCT FROM a.low AND m.flag IS NOT DISTINCT FROM a.flag) AS same
FROM fairpg_catalog.evaluation_metric m JOIN fairpg_catalog.evaluation e USING (evaluation)
    JOIN fairpg.audit('SELECT *, fairpg.predict(''credit'', l) AS p FROM loans l', '{sex}', 'repaid', score => 'p') a ON a.kind = 'group' AND a.metric = m.metric AND a.group_name = m.group_name
WHERE e.part = 'external' AND m.metric ~ 'auc|brier|loss|score|ece|calibration';

DROP FUNCTION state;
DROP TABLE ways, audited, loans;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
