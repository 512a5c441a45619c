-- Intervals, tests and adjusted p-values of counts.

-- published figures: 9 of 20, 170 of 390, 1 of 12 (Wilson, Clopper and Pearson)
SELECT a, n, method, round(low::numeric, 8) AS low, round(high::numeric, 8) AS high
FROM (VALUES (9, 20), (170, 390), (1, 12), (0, 5), (5, 5)) v(a, n),
     unnest('{wilson,clopper_pearson}'::text[]) method, fairpg.proportion_interval(a, n, method => method);
-- by the definition of the beta distribution: a rate of 0 has upper end 1 - (alpha/2)^(1/n)
SELECT abs(high - (1 - 0.05 ^ (1 / 7.0::float8))) < 1e-14 AS high, low
FROM fairpg.proportion_interval(0, 7, 0.9, 'clopper_pearson');
-- rows may be effective ones
SELECT round(low::numeric, 6) AS low, round(high::numeric, 6) AS high
FROM fairpg.proportion_interval(2.25, 7.5);

SELECT method, round(low::numeric, 8) AS low, round(high::numeric, 8) AS high
FROM unnest('{newcombe,miettinen_nurminen}'::text[]) method,
     fairpg.difference_interval(9, 20, 14, 20, method => method);
SELECT a, b, method, round(low::numeric, 8) AS low,
       CASE WHEN high = 'Infinity' THEN 'Infinity' ELSE round(high::numeric, 8)::text END AS high
FROM (VALUES (9, 14), (0, 14), (9, 0), (0, 0), (20, 20)) v(a, b),
     unnest('{koopman,miettinen_nurminen,katz,walter}'::text[]) method,
     fairpg.ratio_interval(a, 20, b, 20, method => method);
-- Katz by its formula
SELECT abs(ln(high) - ln(0.45 / 0.7) - 1.959963984540054 * sqrt(1 / 9.0 - 1 / 20.0 + 1 / 14.0 - 1 / 20.0)) < 1e-14 AS high,
       abs(ln(low) + ln(high) - 2 * ln(0.45 / 0.7)) < 1e-14 AS middle
FROM fairpg.ratio_interval(9, 20, 14, 20, method => 'katz');
-- ten of ten against one of one: a variance of 0 is no certainty
SELECT method, round((i).low::numeric, 4) AS low, round((i).high::numeric, 4) AS high
FROM unnest('{koopman,miettinen_nurminen,katz,walter}'::text[]) method, LATERAL (SELECT fairpg.ratio_interval(10, 10, 1, 1, method => method) AS i) r;

-- tests: Fisher's tea lady, the published rows, McNemar
SELECT a, n1, b, n2, round((f).statistic::numeric, 6) AS odds_ratio, round((f).p_value::numeric, 10) AS p,
       round((f).mid_p::numeric, 10) AS mid_p, round((z).statistic::numeric, 8) AS z, round((z).p_value::numeric, 10) AS z_p
FROM (VALUES (3, 4, 1, 4), (9, 20, 14, 20), (170, 390, 412, 797), (1, 12, 9, 30), (0, 4, 0, 4), (5, 5, 0, 5)) v(a, n1, b, n2),
     LATERAL (SELECT fairpg.fisher_test(a, n1, b, n2) AS f, fairpg.z_test(a, n1, b, n2) AS z) t;
SELECT b, c, round(statistic::numeric, 4) AS chi_squared, round(p_value::numeric, 6) AS p, round(mid_p::numeric, 6) AS mid_p
FROM (VALUES (1, 7), (10, 10), (0, 5), (4000000, 4010000)) v(b, c), fairpg.mcnemar_test(b, c);
-- counts of any type of number
SELECT fairpg.fisher_test(sum(x), count(*), 14::smallint, 20::numeric) = fairpg.fisher_test(9, 20, 14, 20) AS fisher,
       fairpg.mcnemar_test(sum(x), 3.0) = fairpg.mcnemar_test(9, 3) AS mcnemar
FROM (SELECT (i <= 9)::int::bigint AS x FROM generate_series(1, 20) i) s;
-- groups exchanged, and successes for failures: the same p-value
SELECT count(*) FILTER (WHERE abs((here).p_value - (there).p_value) > 1e-13 OR abs((here).mid_p - (other).mid_p) > 1e-13) AS differ, count(*)
FROM (SELECT fairpg.fisher_test(a, 13, b, 21) AS here, fairpg.fisher_test(b, 21, a, 13) AS there,
             fairpg.fisher_test(13 - a, 13, 21 - b, 21) AS other
      FROM generate_series(0, 13) a, generate_series(0, 21) b) t;

-- strata: admissions to Berkeley in 1973, six departments
SELECT strata, round(statistic::numeric, 4) AS chi_squared, round(p_value::numeric, 4) AS p,
       round(odds_ratio::numeric, 4) AS odds_ratio, round(ratio::numeric, 4) AS ratio,
       round(ratio_low::numeric, 4) AS low, round(ratio_high::numeric, 4) AS high, round(pooled_ratio::numeric, 4) AS pooled_ratio, simpson
FROM fairpg.mantel_haenszel_test('{512,353,120,138,53,22}', '{825,560,325,417,191,373}',
                                 '{89,17,202,131,94,24}', '{108,25,593,375,393,341}');

-- p-values of many tests
SELECT method, fairpg.adjust_p_values('{0.01,0.04,NULL,0.03,0.005}', method) AS adjusted
FROM unnest('{holm,benjamini_hochberg,benjamini_yekutieli}'::text[]) method;
SELECT fairpg.adjust_p_values('{}') AS none, fairpg.adjust_p_values('{NULL,NULL}') AS no_tests,
       fairpg.adjust_p_values('[2:3][0:1]={{0.5,0.001},{NULL,1}}') AS shape;

-- the methods on stored counts, and the rows they count
SELECT round(low::numeric, 8) AS low, round(high::numeric, 8) AS high,
       abs(low - (fairpg.proportion_interval(9, 20, method => 'clopper_pearson')).low) < 1e-13 AS same
FROM (SELECT fairpg.outcomes(true, i <= 9) AS o FROM generate_series(1, 20) i) s, fairpg.metric_interval(o, 'tpr', 0.95, 'clopper_pearson');
SELECT name, fairpg.effective_n(o, name) = want AS effective_n
FROM (SELECT fairpg.outcomes(i % 2 = 0, i % 3 = 0, i) AS o,
             sum(i) ^ 2 / sum(i ^ 2) AS accuracy,
             (sum(i) FILTER (WHERE i % 2 = 0)) ^ 2 / sum(i ^ 2) FILTER (WHERE i % 2 = 0) AS tpr
      FROM generate_series(1, 10) i) s, LATERAL (VALUES ('accuracy', accuracy), ('tpr', tpr)) v(name, want);

-- nothing to tell
SELECT fairpg.proportion_interval(0, 0) AS proportion, fairpg.difference_interval(0, 0, 1, 2) AS difference,
       fairpg.ratio_interval(1, 2, 0, 0) AS ratio, fairpg.fisher_test(0, 0, 1, 2) AS fisher,
       fairpg.z_test(2, 2, 3, 3) AS z, fairpg.mcnemar_test(0, 0) AS mcnemar,
       fairpg.mantel_haenszel_test('{}', '{}', '{}', '{}') AS strata,
       fairpg.effective_n(fairpg.outcomes(NULL, NULL), 'tpr') AS effective_n;

-- what is refused
SELECT fairpg.proportion_interval(-1, 5);
SELECT fairpg.proportion_interval(6, 5);
SELECT fairpg.proportion_interval(1, 'NaN');
SELECT fairpg.proportion_interval('Infinity', 'Infinity');
SELECT fairpg.proportion_interval(1, 5, 'NaN');
SELECT fairpg.proportion_interval(1, 5, 1);
SELECT fairpg.proportion_interval(1, 5, method => 'wald');
SELECT fairpg.difference_interval(1, 5, 1, -5);
SELECT fairpg.difference_interval(1, 5, 1, 5, method => 'katz');
SELECT fairpg.ratio_interval(1, 5, 7, 5);
SELECT fairpg.ratio_interval(1, 5, 1, 5, 0);
SELECT fairpg.metric_interval(fairpg.outcomes(true, true), 'tpr', 0.95, 'Wilson');
SELECT fairpg.fisher_test(1, 5, -1, 5);
SELECT fairpg.fisher_test(6, 5, 1, 5);
SELECT fairpg.fisher_test(1, 9007199254740992, 1, 9007199254740992);
SELECT fairpg.fisher_test(9223372036854775807, 9223372036854775807, 1, 1);
SELECT fairpg.fisher_test(1.5, 5, 1, 5);
SELECT fairpg.fisher_test(1, 'Infinity', 1, 5);
SELECT fairpg.mcnemar_test(1.5, 5);
SELECT fairpg.z_test(1, 5, 'NaN', 5);
SELECT fairpg.mcnemar_test(-1, 5);
SELECT fairpg.mcnemar_test(9007199254740992, 9007199254740992);
SELECT fairpg.mantel_haenszel_test('{1}', '{5,6}', '{1}', '{5}');
SELECT fairpg.mantel_haenszel_test('{1}', '{5}', '{NULL}', '{5}');
SELECT fairpg.mantel_haenszel_test('{{1}}', '{5}', '{1}', '{5}');
SELECT fairpg.mantel_haenszel_test('{1}', '{5}', '{7}', '{5}');
SELECT fairpg.adjust_p_values('{0.5,NaN}');
SELECT fairpg.adjust_p_values('{0.5,1.5}');
SELECT fairpg.adjust_p_values('{0.5}', 'bonferoni');
SELECT fairpg.effective_n(fairpg.outcomes(true, true), 'recall');
