-- Verdicts on bounds, the rows that would decide, and pooled rates.

-- an interval and a bound
SELECT low, high, bound, kind, fairpg.verdict(low, high, bound, kind)
FROM (VALUES (0.0, 0.02, 0.02, 'max_gap'), (0.01, 0.03, 0.02, 'max_gap'), (0.021, 0.03, 0.02, 'max_gap'), (NULL, NULL, 0.02, 'max_gap'),
             (0.8, 'Infinity', 0.8, 'min_ratio'), (0.5, 0.79, 0.8, 'min_ratio'), (0.1, 0.9, 0.8, 'min_ratio'), (1.1, 1.2, 1, 'max_loss')) v(low, high, bound, kind);
SELECT fairpg.verdict(0, 1, NULL) AS no_bound;
-- an interval shrinks with the root of the rows: 0.03 to 0.01 beside the value takes nine times as many
SELECT fairpg.rows_to_decide(0.01, 0, 0.04, 1000, 0.02) AS pass, fairpg.rows_to_decide(0.03, 0, 0.05, 1000, 0.02) AS fail,
       fairpg.rows_to_decide(0.02, 0, 0.04, 1000, 0.02) AS never, fairpg.rows_to_decide(0.6, 0.5, 0.72, 1000, 0.8, 'min_ratio') AS ratio,
       fairpg.rows_to_decide(0.6, 0, 0.72, 1000, 0.5, 'min_ratio') AS open_below;

-- two rates: with the rows it says there is a verdict, with one less there is none
SELECT a, n1, kind, (j).verdict, round((j).value::numeric, 4) AS value, round((j).low::numeric, 4) AS low, round((j).high::numeric, 4) AS high, (j).n, (j).n_needed,
       (fairpg.judge_rates(a / n1 * (j).n_needed, (j).n_needed, 600, 1000, bound, kind)).verdict AS then,
       (fairpg.judge_rates(a / n1 * ((j).n_needed - 1), (j).n_needed - 1, 600, 1000, bound, kind)).verdict AS one_less
FROM (VALUES (55.0, 100.0, 0.8, 'min_ratio'), (40, 100, 0.8, 'min_ratio'), (3, 7, 0.3, 'max_gap'), (47, 100, 0.05, 'max_gap')) v(a, n1, bound, kind),
     LATERAL (SELECT fairpg.judge_rates(a, n1, 600, 1000, bound, kind) AS j) t;
-- decided; never, as it is the other group that is uncertain; without a ratio; without rows
SELECT (fairpg.judge_rates(300, 1000, 400, 1000, 0.05)).*;
SELECT (fairpg.judge_rates(45, 100, 6, 10, 0.05)).*;
SELECT (fairpg.judge_rates(3, 10, 0, 10, 0.8, 'min_ratio')).*;
SELECT (fairpg.judge_rates(0, 0, 6, 10, 0.05)).*;

-- by another method; and one rate against a bound: as many rows as it says decide, one less do not
SELECT method, round((j).low::numeric, 4) AS low, round((j).high::numeric, 4) AS high, (j).n_needed
FROM unnest('{koopman,miettinen_nurminen,walter}'::text[]) method, LATERAL (SELECT fairpg.judge_rates(55, 100, 600, 1000, 0.8, 'min_ratio', method => method) AS j) t;
SELECT kind, method, (j).verdict, round((j).value::numeric, 4) AS value, ((j).low, (j).high) = fairpg.proportion_interval(8, 100, 0.9, method) AS interval, (j).n, (j).n_needed,
       (fairpg.judge_rate(0.08 * (j).n_needed, (j).n_needed, bound, kind, 0.9, method)).verdict AS then,
       (fairpg.judge_rate(0.08 * ((j).n_needed - 1), (j).n_needed - 1, bound, kind, 0.9, method)).verdict AS one_less
FROM (VALUES ('max_rate', 0.1), ('min_rate', 0.1), ('max_rate', 0.02)) v(kind, bound), unnest('{wilson,clopper_pearson}'::text[]) method,
     LATERAL (SELECT fairpg.judge_rate(8, 100, bound, kind, 0.9, method) AS j) t;
SELECT (fairpg.judge_rate(10, 100, 0.1)).*;
SELECT (fairpg.judge_rate(0, 0, 0.1)).*;
SELECT fairpg.judge_rates(1, 2, 3, NULL, 0.1) AS no_rows, (fairpg.judge_rates(1, 2, 3, 4, 0.1, method => NULL)).verdict AS default_method;

-- groups: value and interval are those of gap() and ratio()
CREATE TABLE decisions AS
SELECT (ARRAY['a', 'b', 'c', 'tiny'])[CASE WHEN i <= 20 THEN 4 ELSE 1 + i % 3 END] AS grp, i % 2 = 0 AS label, i * 7919 % 100 < 40 + 5 * (i % 3) AS decision
FROM generate_series(1, 2000) i;
SELECT criterion, kind, bound, (j).verdict, round((j).value::numeric, 4) AS value, (j).worst_group, (j).n, (j).n_needed,
       abs((j).value - CASE kind WHEN 'max_gap' THEN fairpg.gap(large, criterion) ELSE fairpg.ratio(large, criterion) END) < 1e-15 AS same_value,
       ((j).low, (j).high) = CASE kind WHEN 'max_gap' THEN fairpg.gap_interval(large, criterion) ELSE fairpg.ratio_interval(large, criterion) END AS same_interval,
       (j).verdict = fairpg.verdict((j).low, (j).high, bound, kind) AS same_verdict
FROM (SELECT fairpg.fairness(label, decision, grp) AS f, fairpg.fairness(label, decision, grp) FILTER (WHERE grp <> 'tiny') AS large FROM decisions) s,
     (VALUES ('demographic_parity', 'max_gap', 0.05), ('demographic_parity', 'max_gap', 0.2), ('demographic_parity', 'max_gap', 0.01), ('demographic_parity', 'min_ratio', 0.8), ('error_rate_parity', 'max_gap', 1)) v(criterion, kind, bound),
     LATERAL (SELECT fairpg.judge(f, criterion, bound, kind, min_group => 25) AS j) t;
SELECT (fairpg.judge(fairpg.fairness(label, decision, grp), 'equalized_odds', 0.1)).warnings FROM decisions;
SELECT (fairpg.judge(fairpg.fairness(label, decision, grp), 'equalized_odds', 0.1)).* FROM decisions WHERE grp = 'tiny';
SELECT fairpg.judge(NULL, 'equalized_odds', 0.1) AS no_state;

-- pooled: every group beside its own rate, which is that of groups(); small ones move, large ones hardly
SELECT group_name, n, round(value::numeric, 3) AS value, round(low::numeric, 3) AS low, round(high::numeric, 3) AS high,
       round(pooled::numeric, 3) AS pooled, round(pooled_low::numeric, 3) AS pooled_low, round(pooled_high::numeric, 3) AS pooled_high,
       round(pooling::numeric, 2) AS pooling, reason
FROM fairpg.pooled_rates((SELECT fairpg.fairness(CASE WHEN grp = 'c' THEN NULL ELSE label END, decision, grp) FROM decisions), 'tpr');
SELECT bool_and(p.value = g.selection_rate AND p.n = g.n AND (p.low, p.high) = (i.low, i.high)) AS raw_as_ever,
       bool_and(abs(p.pooled - o.overall) <= abs(p.value - o.overall) + 0.005) AS towards_the_others, bool_and(p.pooled_low < p.pooled AND p.pooled < p.pooled_high) AS within
FROM (SELECT fairpg.fairness(label, decision, grp) AS f FROM decisions) s, fairpg.pooled_rates(f, 'selection_rate') p JOIN fairpg.groups(f) g USING (group_name),
     LATERAL fairpg.metric_interval(fairpg.outcome(f, group_name), 'selection_rate') i, LATERAL (SELECT fairpg.selection_rate(fairpg.overall(f)) AS overall) o;
-- weights count by effective rows
SELECT group_name, n, round(effective_n::numeric, 2) AS effective_n, round(value::numeric, 4) AS value, pooled IS NOT NULL AS pooled
FROM fairpg.pooled_rates((SELECT fairpg.fairness(label, decision, grp, CASE grp WHEN 'a' THEN 1 ELSE 1 + length(decision::text) END) FROM decisions), 'ppv') WHERE group_name IN ('a', 'tiny');
-- nobody to pool with
SELECT group_name, round(value::numeric, 3) AS value, pooled, pooling, reason FROM fairpg.pooled_rates((SELECT fairpg.fairness(true, true, 'alone'::text)), 'tpr');

-- what is refused
SELECT fairpg.verdict(0.2, 0.1, 0.5);
SELECT fairpg.verdict(0, 0.1, 'NaN');
SELECT fairpg.verdict(0, 0.1, 1.5);
SELECT fairpg.verdict(0, 0.1, -1, 'max_loss');
SELECT fairpg.verdict(0, 0.1, 0.5, 'max');
SELECT fairpg.rows_to_decide(0.5, 0, 0.4, 100, 0.2);
SELECT fairpg.rows_to_decide(0.3, 0, 0.4, 'NaN', 0.2);
SELECT fairpg.rows_to_decide('NaN', 0, 0.4, 100, 0.2);
SELECT fairpg.judge_rates(5, 4, 1, 2, 0.1);
SELECT fairpg.judge_rates(1, 4, 1, 2, 0.1, 'max_loss');
SELECT fairpg.judge_rates(1, 4, 1, 2, 0.1, level => 2);
SELECT fairpg.judge_rates(1, 4, 1, 2, 0.1, method => 'koopman');
SELECT fairpg.judge_rate(1, 4, 0.1, 'max_gap');
SELECT fairpg.judge_rate(1, 4, 1.1);
SELECT fairpg.judge_rate(5, 4, 0.1);
SELECT fairpg.judge_rate(1, 4, 0.1, method => 'newcombe');
SELECT fairpg.judge(fairpg.fairness(true, true, 1), 'group_loss', 0.1);
SELECT fairpg.judge(fairpg.fairness(true, true, 1), 'equalized_odds', 2);
SELECT fairpg.judge(fairpg.fairness(true, true, 1), 'equalized_odds', 0.1, min_group => 0);
SELECT fairpg.pooled_rates(fairpg.fairness(true, true, 1), 'f1');
SELECT fairpg.pooled_rates(fairpg.fairness(true, true, 1), 'recall');
SELECT fairpg.pooled_rates(fairpg.fairness(true, true, 1), 'tpr', 0);
DROP TABLE decisions;
