-- What scores by group refuse, and what they cannot tell.
\set VERBOSITY default
SELECT fairpg.group_scores(true, 'NaN', 'a'::text);
SELECT fairpg.group_scores(true, 0.5, 'a'::text, NULL);
SELECT fairpg.group_scores(true, 0.5, 'a'::text, -1);
SELECT fairpg.group_scores(true, 0.5, 1, 'NaN');
SELECT fairpg.group_scores(true, 0.5, repeat('x', 1025));
SET fairpg.max_groups = 3;
SELECT fairpg.group_scores(true, 0.5, i) FROM generate_series(1, 4) i;
SELECT fairpg.merge(s) FROM (SELECT fairpg.group_scores(true, 0.5, i) AS s FROM generate_series(1, 4) i GROUP BY i) t;
RESET fairpg.max_groups;
SELECT fairpg.group_scores_step(NULL, true, 0.5, 'a'::text);
SELECT fairpg.group_scores_combine(NULL, NULL);
CREATE TEMP TABLE s AS SELECT fairpg.group_scores(i % 2 = 0, i / 10.0, 'a'::text) AS g, fairpg.scores(i % 2 = 0, i / 10.0) AS s FROM generate_series(1, 9) i;
SELECT fairpg.metric(s, 'tpr') FROM s;
SELECT fairpg.metric_interval(s, 'ece', level => 2) FROM s;
SELECT fairpg.metric_reason(s, '') FROM s;
SELECT fairpg.gap(g, 'spiegelhalter_z') FROM s;
SELECT fairpg.ece(s, 0) FROM s;
SELECT fairpg.ece(s, 1001) FROM s;
SELECT fairpg.ece(s, 10, 'quantile') FROM s;
SELECT count(*) FROM s, fairpg.calibration_bins(s, level => 0);

-- what cannot be told is NULL, and why
CREATE FUNCTION pg_temp.why(s fairpg.score_stats) RETURNS TABLE (reason text, metrics text) LANGUAGE sql AS $$
    SELECT fairpg.metric_reason(s, m), string_agg(m, ' ' ORDER BY m)
    FROM unnest('{auc,brier,log_loss,mean_score,calibration_in_the_large,observed_expected,calibration_slope,calibration_intercept,calibration_offset,ece,mce,brier_resolution,hosmer_lemeshow,spiegelhalter_z}'::text[]) m
    WHERE fairpg.metric(s, m) IS NULL GROUP BY 1 ORDER BY 1, 2 $$;
-- scores beyond 0 to 1 rank, and are no probabilities
SELECT w.* FROM (SELECT fairpg.scores(i % 2 = 0, i) AS s FROM generate_series(1, 9) i) t, pg_temp.why(s) w;
-- an infinite one has no mean either
SELECT w.* FROM (SELECT fairpg.scores(i % 2 = 0, 'infinity') AS s FROM generate_series(1, 9) i) t, pg_temp.why(s) w;
-- one label, no label, no score, no row
SELECT w.* FROM (SELECT fairpg.scores(true, i / 10.0) AS s FROM generate_series(1, 9) i) t, pg_temp.why(s) w;
SELECT w.* FROM (SELECT fairpg.scores(false, 0) AS s FROM generate_series(1, 9) i) t, pg_temp.why(s) w;
SELECT w.* FROM (SELECT fairpg.scores(NULL, i / 10.0) AS s FROM generate_series(1, 9) i) t, pg_temp.why(s) w;
SELECT w.* FROM (SELECT fairpg.scores(true, NULL) AS s FROM generate_series(1, 9) i) t, pg_temp.why(s) w;
SELECT fairpg.group_scores(true, 0.5, 'a'::text) IS NULL AS no_rows FROM generate_series(1, 0);
-- one row; one score; scores that tell the labels apart; certain and wrong
SELECT w.* FROM (SELECT fairpg.scores(true, 0.7) AS s) t, pg_temp.why(s) w;
SELECT w.* FROM (SELECT fairpg.scores(i % 2 = 0, 0.5) AS s FROM generate_series(1, 8) i) t, pg_temp.why(s) w;
SELECT w.* FROM (SELECT fairpg.scores(i > 4, i / 10.0) AS s FROM generate_series(1, 8) i) t, pg_temp.why(s) w;
SELECT w.* FROM (SELECT fairpg.scores(i <= 4, i / 10.0) AS s FROM generate_series(1, 8) i) t, pg_temp.why(s) w;
SELECT w.* FROM (SELECT fairpg.scores(i % 3 = 0, i % 2) AS s FROM generate_series(1, 60) i) t, pg_temp.why(s) w;
-- one score of 0 or 1 is taken as a millionth in logits, so fits exist
SELECT round(fairpg.calibration_slope(s)::numeric, 4) AS slope FROM (SELECT fairpg.scores(i % 3 <> 0, i % 2) AS s FROM generate_series(1, 61) i) t;

-- gaps leave out groups without the metric
CREATE TEMP TABLE h AS SELECT fairpg.group_scores(i % 3 = 0 AND i % 4 > 0, i % 11 / 10.0, i % 4) AS g FROM generate_series(1, 200) i;
SELECT fairpg.gap_reason(g, 'auc') AS auc, fairpg.gap_reason(g, 'ece') AS ece, fairpg.worst_group(g, 'auc') IN ('1', '2', '3') AS worst FROM h;
SELECT fairpg.gap(g, 'auc') AS gap, fairpg.gap_reason(g, 'auc') AS reason, fairpg.gap_interval(g, 'auc') AS interval, fairpg.worst_group(g, 'auc') AS worst FROM s;
SELECT fairpg.bpsn_auc(g, 'a') AS others_are_nobody, fairpg.abroca(g, 'a', 'b') AS no_such_group FROM s;

-- values from anybody
SELECT ''::fairpg.group_score_stats;
SELECT '6670670108000000'::fairpg.group_score_stats;
SELECT '667067010c000000ffffffff'::fairpg.group_score_stats;
SELECT '667067010c00000000000000'::fairpg.group_score_stats;
SELECT s::text::fairpg.group_score_stats FROM s;
-- every single byte changed in turn, and cut at every place: an error of the right kind, or another value, and never anything else
CREATE FUNCTION pg_temp.try(image text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    again text;
BEGIN
    SELECT fairpg.merge(v)::text INTO again FROM (VALUES (image::fairpg.group_score_stats), (image::fairpg.group_score_stats)) t(v);
    PERFORM fairpg.groups(v), fairpg.score_pairs(v), fairpg.bpsn_auc(v, '0'), fairpg.gap_interval(v, 'brier'), fairpg.calibration_bins(fairpg.overall(v), 7, 'mass')
    FROM (VALUES (image::fairpg.group_score_stats), (again::fairpg.group_score_stats)) t(v);
    RETURN 'read';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
WITH images(image) AS (
    SELECT fairpg.group_scores(i % 2 = 0, i % 5 / 4.0, i % 2)::text FROM generate_series(1, 12) i
    UNION ALL SELECT fairpg.group_scores(CASE WHEN i % 5 <> 0 THEN i % 2 = 0 END, i % 3 / 4.0, i % 2, 0.5)::text FROM generate_series(1, 12) i),
changed AS (
    SELECT overlay(image PLACING byte FROM 2 * at + 1 FOR 2) AS image
    FROM images, generate_series(0, length(image) / 2 - 1) at, unnest('{00,01,7f,80,ff}'::text[]) byte),
cut AS (SELECT left(image, 2 * at) AS image FROM images, generate_series(0, length(image) / 2 - 1) at)
SELECT kind, try, count(*) > 0 AS some
FROM (SELECT 'changed', pg_temp.try(image) FROM changed UNION ALL SELECT 'cut', pg_temp.try(image) FROM cut) t(kind, try)
GROUP BY kind, try ORDER BY kind, try;
