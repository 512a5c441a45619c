-- Every group of a table tested against the others or a reference.
CREATE TABLE decisions AS
SELECT (ARRAY['a', 'b', 'c', 'tiny'])[CASE WHEN i <= 20 THEN 4 ELSE 1 + i % 3 END] AS grp, i % 2 = 0 AS label,
       i * 7919 % 1009 % 100 < 40 + 5 * (i % 3) AS decision, 1 + i % 4 AS weight
FROM generate_series(1, 900) i;
CREATE VIEW f AS SELECT fairpg.fairness(label, decision, grp) AS f, fairpg.fairness(label, decision, grp, weight) AS w FROM decisions;

-- against all others as one
SELECT group_name, n, round(value::numeric, 3) AS value, reference_n, round(reference_value::numeric, 3) AS others, round(difference::numeric, 3) AS difference,
       round(difference_low::numeric, 3) AS low, round(difference_high::numeric, 3) AS high, round(ratio::numeric, 3) AS ratio, round(ratio_low::numeric, 3) AS low, round(ratio_high::numeric, 3) AS high,
       test, round(p_value::numeric, 4) AS p, round(mid_p::numeric, 4) AS mid_p, round(z::numeric, 3) AS z, round(p_adjusted::numeric, 4) AS adjusted
FROM f, fairpg.group_tests(f, 'tpr');
-- every column is what the functions of counts say
WITH counts AS (
    SELECT d.grp, count(*) FILTER (WHERE x.grp = d.grp AND x.decision) AS a, count(*) FILTER (WHERE x.grp = d.grp) AS n1,
           count(*) FILTER (WHERE x.grp <> d.grp AND x.decision) AS b, count(*) FILTER (WHERE x.grp <> d.grp) AS n2
    FROM (SELECT DISTINCT grp FROM decisions) d CROSS JOIN decisions x GROUP BY 1)
SELECT bool_and(t.n = c.n1 AND t.reference_n = c.n2) AS n, bool_and(abs(difference - (a::float8 / n1 - b::float8 / n2)) < 1e-12) AS difference,
       bool_and(abs(difference_low - (fairpg.difference_interval(a, n1, b, n2)).low) < 1e-12) AS difference_low,
       bool_and(abs(ratio_high - (fairpg.ratio_interval(a, n1, b, n2)).high) < 1e-12) AS ratio_high,
       bool_and(mid_p = (fairpg.fisher_test(a, n1, b, n2)).mid_p) AS mid_p, bool_and(z = (fairpg.z_test(a, n1, b, n2)).statistic) AS z,
       bool_and(p_value = CASE test WHEN 'z' THEN (fairpg.z_test(a, n1, b, n2)).p_value ELSE (fairpg.fisher_test(a, n1, b, n2)).p_value END) AS p,
       string_agg(test, ' ' ORDER BY group_name) AS tests,
       array_agg(p_adjusted ORDER BY group_name) = fairpg.adjust_p_values(array_agg(p_value ORDER BY group_name), 'benjamini_hochberg') AS adjusted
FROM f, fairpg.group_tests(f, 'selection_rate', adjustment => 'benjamini_hochberg') t JOIN counts c ON c.grp = t.group_name;
-- against a reference; weights leave no whole counts, so z on effective rows
SELECT group_name, reference_name, n, round(value::numeric, 3) AS value, round(difference::numeric, 3) AS difference, test, round(p_value::numeric, 4) AS p, mid_p, round(p_adjusted::numeric, 4) AS adjusted
FROM f, fairpg.group_tests(w, 'fpr', 'b', level => 0.9);
-- two groups are one comparison
SELECT group_name, round(p_value::numeric, 6) = round(p_adjusted::numeric, 6) AS one_test, round(difference::numeric, 4) AS difference
FROM (SELECT fairpg.fairness(label, decision, grp) AS f FROM decisions WHERE grp IN ('a', 'b')) s, fairpg.group_tests(f, 'selection_rate');
-- all alike, and none at all
SELECT group_name, value, difference, test, p_value, mid_p, z, p_adjusted, reason
FROM (SELECT fairpg.fairness(i > 40, true, (ARRAY['x', 'y', 'z'])[1 + i % 3]) FILTER (WHERE i > 40 OR i % 3 = 2) AS f FROM generate_series(1, 100) i) s, fairpg.group_tests(f, 'tpr');
SELECT group_name, value, reason FROM fairpg.group_tests((SELECT fairpg.fairness(true, true, 'alone'::text)), 'tpr');
SELECT group_name, value, reason FROM fairpg.group_tests((SELECT fairpg.fairness(i = 1, true, i) FROM generate_series(1, 2) i), 'tpr', '2');
SELECT count(*) FROM fairpg.group_tests(NULL, 'tpr');

-- the correlation of Matthews is that of Pearson
SELECT abs(fairpg.mcc(fairpg.outcomes(label, decision)) - corr(label::int, decision::int)) < 1e-12 AS correlation,
       fairpg.mcc(fairpg.outcomes(true, decision)) IS NULL AS one_label
FROM decisions;

-- what is refused
SELECT fairpg.group_tests(f, 'f1') FROM f;
SELECT fairpg.group_tests(f, 'recall') FROM f;
SELECT fairpg.group_tests(f, 'tpr', 'B') FROM f;
SELECT fairpg.group_tests(f, 'tpr', adjustment => 'none') FROM f;
SELECT fairpg.group_tests(f, 'tpr', level => 'NaN') FROM f;

-- bytes from anybody: another value, or the error of one
CREATE FUNCTION pg_temp.try(image text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM * FROM fairpg.group_tests(image::fairpg.fairness_stats, 'tpr');
    PERFORM * FROM fairpg.pooled_rates(image::fairpg.fairness_stats, 'tpr');
    PERFORM fairpg.judge(image::fairpg.fairness_stats, 'equalized_odds', 0.1), fairpg.mcc(fairpg.overall(image::fairpg.fairness_stats));
    RETURN 'read';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
SELECT try, count(*) > 0 AS some
FROM (SELECT fairpg.fairness(i % 2 = 0, i % 3 = 0, i % 2, 0.5)::text FROM generate_series(1, 12) i
      UNION ALL SELECT fairpg.fairness(i % 2 = 0, i % 3 = 0, i % 2)::text FROM generate_series(1, 12) i) s(image),
     generate_series(0, length(image) / 2 - 1, 5) at, unnest('{00,7f,ff}'::text[]) byte,
     pg_temp.try(overlay(image PLACING byte FROM 2 * at + 1 FOR 2)) GROUP BY try ORDER BY try;
DROP VIEW f;
DROP TABLE decisions;
