-- What the metrics refuse, and how they say it.
\set VERBOSITY default

-- weights
SELECT fairpg.outcomes(true, true, NULL);
SELECT fairpg.outcomes(true, true, -1);
SELECT fairpg.outcomes(true, true, 'NaN');
SELECT fairpg.outcomes(true, true, 5e9);
SELECT fairpg.fairness(true, true, 'a'::text, 'Infinity');
SELECT fairpg.scores(true, 0.5, -0.5);
-- the largest weight there is
SELECT fairpg.tpr(fairpg.outcomes(true, x, 4294967296)) FROM (VALUES (true), (false)) v(x);

-- scores
SELECT fairpg.scores(true, 'NaN');
-- names
SELECT fairpg.metric(fairpg.outcomes(true, true), 'recall');
SELECT fairpg.metric_reason(fairpg.outcomes(true, true), 'recall');
SELECT fairpg.metric_interval(fairpg.outcomes(true, true), 'recall');
SELECT fairpg.gap(fairpg.fairness(true, true, 'a'::text), 'equality');
SELECT fairpg.worst_group(fairpg.fairness(true, true, 'a'::text), '');
-- levels
SELECT fairpg.metric_interval(fairpg.outcomes(true, true), 'tpr', 1);
SELECT fairpg.gap_interval(fairpg.fairness(true, true, 'a'::text), 'equalized_odds', level => 0);
SELECT fairpg.auc_interval(fairpg.scores(true, 0.5), 'NaN');

-- too many groups, and names that are none
SET fairpg.max_groups = 3;
SELECT count(*) FROM fairpg.groups((SELECT fairpg.fairness(true, true, i % 3) FROM generate_series(1, 9) i));
SELECT fairpg.fairness(true, true, i) FROM generate_series(1, 4) i;
SELECT fairpg.merge(f) FROM (SELECT fairpg.fairness(true, true, i) AS f FROM generate_series(1, 4) i GROUP BY i) s;
RESET fairpg.max_groups;
SELECT fairpg.fairness(true, true, repeat('x', 1025));
SELECT length(group_name) FROM fairpg.groups((SELECT fairpg.fairness(true, true, repeat('x', 1024))));

-- support functions are for aggregates
SELECT fairpg.outcomes_step(NULL, true, true);
SELECT fairpg.outcomes_combine(NULL, NULL);
SELECT fairpg.fairness_step(NULL, true, true, 'a'::text);
SELECT fairpg.fairness_combine(NULL, NULL);
SELECT fairpg.scores_step(NULL, true, 0.5);
SELECT fairpg.scores_combine(NULL, NULL);

-- values from anybody: text that is none
SELECT ''::fairpg.outcome_stats;
SELECT '6'::fairpg.outcome_stats;
SELECT 'zz'::fairpg.outcome_stats;
SELECT '66706f01'::fairpg.outcome_stats;
SELECT '66706f0108000000'::fairpg.outcome_stats;
SELECT '6670660108000000'::fairpg.outcome_stats;
SELECT '66706f0209000000'::fairpg.outcome_stats;
SELECT '66706f01ffffffff'::fairpg.outcome_stats;
SELECT '6670660108000000'::fairpg.fairness_stats;
SELECT '667066010c000000ffffffff'::fairpg.fairness_stats;
SELECT '6670660110000000010000000004ffff'::fairpg.fairness_stats;
SELECT '6670730108000000'::fairpg.score_stats;
-- one type for another
SELECT fairpg.outcomes(true, true)::text::fairpg.fairness_stats;

-- every single byte of a value changed in turn: an error of the right kind,
-- or another value, and never anything else
CREATE FUNCTION pg_temp.try(kind text, image text) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    again text;
BEGIN
    CASE kind
        WHEN 'outcome' THEN
            SELECT fairpg.merge(v)::text INTO again
            FROM (VALUES (image::fairpg.outcome_stats), (image::fairpg.outcome_stats)) t(v);
            PERFORM fairpg.metrics(image::fairpg.outcome_stats);
        WHEN 'fairness' THEN
            SELECT fairpg.merge(v)::text INTO again
            FROM (VALUES (image::fairpg.fairness_stats), (image::fairpg.fairness_stats)) t(v);
            PERFORM fairpg.groups(image::fairpg.fairness_stats), fairpg.gap(image::fairpg.fairness_stats, 'equalized_odds');
        ELSE
            SELECT fairpg.merge(v)::text INTO again
            FROM (VALUES (image::fairpg.score_stats), (image::fairpg.score_stats)) t(v);
            PERFORM fairpg.auc(image::fairpg.score_stats), fairpg.auc_interval(image::fairpg.score_stats);
    END CASE;
    RETURN 'read';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
WITH images(kind, image) AS (
    SELECT 'outcome', fairpg.outcomes(i % 2 = 0, i % 3 = 0, 1.5)::text FROM generate_series(1, 12) i
    UNION ALL SELECT 'fairness', fairpg.fairness(i % 2 = 0, i % 3 = 0, i % 2)::text FROM generate_series(1, 12) i
    UNION ALL SELECT 'fairness', fairpg.fairness(i % 2 = 0, i % 3 = 0, 'group ' || i % 2, 0.5)::text FROM generate_series(1, 12) i
    UNION ALL SELECT 'score', fairpg.scores(i % 2 = 0, i % 5)::text FROM generate_series(1, 12) i
    UNION ALL SELECT 'score', fairpg.scores(i % 2 = 0, i % 5, 0.5)::text FROM generate_series(1, 12) i),
changed AS (
    SELECT kind, overlay(image PLACING byte FROM 2 * at + 1 FOR 2) AS image
    FROM images, generate_series(0, length(image) / 2 - 1) at, unnest('{00,01,7f,80,ff}'::text[]) byte),
cut AS (
    SELECT kind, left(image, 2 * at) AS image FROM images, generate_series(0, length(image) / 2 - 1) at)
SELECT kind, try, count(*) > 0 AS some
FROM (SELECT kind, pg_temp.try(kind, image) FROM changed
      UNION ALL SELECT 'cut ' || kind, pg_temp.try(kind, image) FROM cut) t(kind, try)
GROUP BY kind, try ORDER BY kind, try;
