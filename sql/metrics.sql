-- Metrics against plain SQL on tables small enough to count by hand.
CREATE TABLE decisions (
    id integer PRIMARY KEY,
    repaid boolean,
    approved boolean,
    sex text,
    region integer,
    score float8,
    weight float8);
INSERT INTO decisions VALUES
    (1, true, true, 'f', 1, 0.9, 1),
    (2, true, false, 'f', 1, 0.4, 2),
    (3, false, true, 'f', 2, 0.6, 0.5),
    (4, false, false, 'f', 2, 0.1, 1.5),
    (5, true, true, 'm', 1, 0.8, 1),
    (6, true, true, 'm', 1, 0.7, 3),
    (7, true, true, 'm', 2, 0.6, 1),
    (8, true, false, 'm', 2, 0.3, 0.25),
    (9, false, true, 'm', 1, 0.9, 1),
    (10, false, false, 'm', 2, 0.2, 4),
    (11, NULL, true, 'm', 2, 0.5, 1),
    (12, true, NULL, 'm', 1, NULL, 1),
    (13, NULL, NULL, NULL, NULL, NULL, 1),
    (14, true, true, NULL, NULL, 0.7, 1);

-- all of it at once
\x on
SELECT (fairpg.metrics(fairpg.outcomes(repaid, approved))).* FROM decisions;
\x off

-- every accessor against a count
WITH s AS (SELECT fairpg.outcomes(repaid, approved) AS o FROM decisions),
c AS (SELECT count(*) FILTER (WHERE repaid AND approved)::float8 AS tp,
             count(*) FILTER (WHERE NOT repaid AND approved)::float8 AS fp,
             count(*) FILTER (WHERE repaid AND NOT approved)::float8 AS fn,
             count(*) FILTER (WHERE NOT repaid AND NOT approved)::float8 AS tn,
             count(*) FILTER (WHERE approved)::float8 AS selected,
             count(approved)::float8 AS decided
      FROM decisions)
SELECT fairpg.n(o) = decided AS n,
       fairpg.n_positive(o) = tp + fn AS n_positive,
       fairpg.base_rate(o) = (tp + fn) / (tp + fp + fn + tn) AS base_rate,
       fairpg.selection_rate(o) = selected / decided AS selection_rate,
       fairpg.tpr(o) = tp / (tp + fn) AS tpr,
       fairpg.fnr(o) = fn / (tp + fn) AS fnr,
       fairpg.fpr(o) = fp / (fp + tn) AS fpr,
       fairpg.tnr(o) = tn / (fp + tn) AS tnr,
       fairpg.ppv(o) = tp / (tp + fp) AS ppv,
       fairpg.fdr(o) = fp / (tp + fp) AS fdr,
       fairpg.false_discovery_rate(o) = fp / (tp + fp) AS false_discovery_rate,
       fairpg.npv(o) = tn / (tn + fn) AS npv,
       fairpg.false_omission_rate(o) = fn / (tn + fn) AS false_omission_rate,
       fairpg.accuracy(o) = (tp + tn) / (tp + fp + fn + tn) AS accuracy,
       fairpg.error_rate(o) = (fp + fn) / (tp + fp + fn + tn) AS error_rate,
       abs(fairpg.balanced_accuracy(o) - (tp / (tp + fn) + tn / (fp + tn)) / 2) < 1e-15 AS balanced,
       fairpg.f1(o) = 2 * tp / (2 * tp + fp + fn) AS f1
FROM s, c;

-- by weight
WITH s AS (SELECT fairpg.outcomes(repaid, approved, weight) AS o FROM decisions),
c AS (SELECT sum(weight) FILTER (WHERE repaid AND approved) AS tp,
             sum(weight) FILTER (WHERE repaid AND NOT approved) AS fn,
             sum(weight) FILTER (WHERE approved IS NOT NULL) AS weight,
             sum(weight * weight) FILTER (WHERE approved IS NOT NULL) AS squared
      FROM decisions)
SELECT fairpg.n(o) AS n, fairpg.tpr(o) = tp / (tp + fn) AS tpr,
       (fairpg.metrics(o)).weight = c.weight AS weight,
       abs((fairpg.metrics(o)).effective_n - c.weight ^ 2 / squared) < 1e-12 AS effective_n
FROM s, c;
SELECT fairpg.outcomes(repaid, approved, 1)::text = fairpg.outcomes(repaid, approved)::text
       AS weight_one_is_no_weight,
       fairpg.outcomes(repaid, approved, 3 * (id % 2))::text
       = (fairpg.outcomes(repaid, approved, 3) FILTER (WHERE id % 2 = 1))::text
       AS weight_zero_is_no_row
FROM decisions;

-- by name, with the reason where there is nothing to say
SELECT name, round(fairpg.metric(o, name)::numeric, 4) AS value,
       fairpg.metric_reason(o, name) AS reason,
       round((fairpg.metric_interval(o, name)).low::numeric, 4) AS low,
       round((fairpg.metric_interval(o, name)).high::numeric, 4) AS high
FROM (SELECT fairpg.outcomes(repaid, approved) AS o
      FROM decisions WHERE repaid AND approved) s,
     unnest('{base_rate,tpr,fpr,npv,accuracy,balanced_accuracy,f1}'::text[]) name;

-- the Wilson interval: 7 of 12, by its formula
SELECT abs((i).low - (p + z * z / 24 - z * sqrt(p * (1 - p) / 12 + z * z / 576)) / (1 + z * z / 12)) < 1e-12 AS low,
       abs((i).high - (p + z * z / 24 + z * sqrt(p * (1 - p) / 12 + z * z / 576)) / (1 + z * z / 12)) < 1e-12 AS high
FROM (SELECT fairpg.metric_interval(fairpg.outcomes(repaid, approved), 'selection_rate', 0.9) AS i,
             fairpg.selection_rate(fairpg.outcomes(repaid, approved)) AS p,
             1.6448536269514722 AS z
      FROM decisions WHERE approved IS NOT NULL) s;

-- no rows, and no states, are NULL
SELECT fairpg.outcomes(repaid, approved) IS NULL AS outcomes,
       fairpg.tpr(fairpg.outcomes(repaid, approved)) IS NULL AS tpr,
       fairpg.fairness(repaid, approved, sex) IS NULL AS fairness,
       fairpg.scores(repaid, score) IS NULL AS scores,
       fairpg.merge(NULL::fairpg.outcome_stats) IS NULL AS merged
FROM decisions WHERE id > 100;

-- groups: NULL is one of them
SELECT group_name, n, n_unlabelled, n_undecided, n_positive,
       round(selection_rate::numeric, 4) AS selection_rate,
       round(tpr::numeric, 4) AS tpr, round(fpr::numeric, 4) AS fpr
FROM fairpg.groups((SELECT fairpg.fairness(repaid, approved, sex) FROM decisions));
SELECT g.group_name, g.n, g.accuracy IS NOT DISTINCT FROM fairpg.accuracy(d.o) AS same
FROM (SELECT fairpg.fairness(repaid, approved, region) AS f FROM decisions) s,
     fairpg.groups(f) g
     JOIN (SELECT coalesce(region::text, '(unknown)') AS region, fairpg.outcomes(repaid, approved) AS o
           FROM decisions GROUP BY 1) d ON d.region = g.group_name
ORDER BY 1;
SELECT group_name, n FROM fairpg.groups(
    (SELECT fairpg.fairness(repaid, approved, region = 1, weight) FROM decisions));
SELECT fairpg.overall(fairpg.fairness(repaid, approved, sex))::text
       = fairpg.outcomes(repaid, approved)::text AS overall,
       fairpg.overall(fairpg.fairness(repaid, approved, sex, weight))::text
       = fairpg.outcomes(repaid, approved, weight)::text AS overall_weighted,
       fairpg.outcome(fairpg.fairness(repaid, approved, sex), 'f')::text
       = (fairpg.outcomes(repaid, approved) FILTER (WHERE sex = 'f'))::text AS one_group,
       fairpg.outcome(fairpg.fairness(repaid, approved, sex), 'x') IS NULL AS no_group,
       fairpg.n(fairpg.fairness(repaid, approved, sex)) AS n
FROM decisions;

-- gaps between the groups that are known
SELECT criterion, round(fairpg.gap(f, criterion)::numeric, 6) AS gap,
       round(fairpg.ratio(f, criterion)::numeric, 6) AS ratio,
       fairpg.worst_group(f, criterion) AS worst, fairpg.gap_reason(f, criterion) AS reason
FROM (SELECT fairpg.fairness(repaid, approved, sex) AS f FROM decisions WHERE sex IS NOT NULL) s,
     unnest('{demographic_parity,equal_opportunity,predictive_equality,equalized_odds,error_rate_parity}'::text[]) criterion;
WITH r AS (SELECT sex, avg(approved::int) FILTER (WHERE repaid) AS tpr,
                  avg(approved::int) FILTER (WHERE NOT repaid) AS fpr,
                  avg((approved <> repaid)::int) AS error, avg(approved::int) AS rate
           FROM decisions WHERE sex IS NOT NULL GROUP BY sex)
SELECT round(max(rate) - min(rate), 6) AS demographic_parity,
       round(max(tpr) - min(tpr), 6) AS equal_opportunity,
       round(max(fpr) - min(fpr), 6) AS predictive_equality,
       round(greatest(max(tpr) - min(tpr), max(fpr) - min(fpr)), 6) AS equalized_odds,
       round(max(error) - min(error), 6) AS error_rate_parity
FROM r;

-- a group without the rate is left out, and said so
SELECT criterion, round(fairpg.gap(f, criterion)::numeric, 4) AS gap,
       fairpg.gap_reason(f, criterion) AS reason,
       fairpg.gap_interval(f, criterion) IS NULL AS no_interval
FROM (SELECT fairpg.fairness(repaid, approved, coalesce(sex, 'other')) AS f
      FROM decisions) s,
     unnest('{demographic_parity,equal_opportunity,predictive_equality}'::text[]) criterion;

-- the bootstrap: holds the gap, and is the same every time
SELECT (i).low <= gap AND gap <= (i).high AS holds, i = again AS repeats, i <> other AS by_seed,
       (narrow).low > (i).low AND (narrow).high < (i).high AS by_level,
       (r).low <= ratio AND ratio <= (r).high AS ratio_holds
FROM (SELECT fairpg.gap_interval(f, 'equalized_odds') AS i,
             fairpg.gap_interval(f, 'equalized_odds') AS again,
             fairpg.gap_interval(f, 'equalized_odds', seed => 1) AS other,
             fairpg.gap_interval(f, 'equalized_odds', level => 0.5) AS narrow,
             fairpg.ratio_interval(f, 'demographic_parity') AS r,
             fairpg.ratio(f, 'demographic_parity') AS ratio,
             fairpg.gap(f, 'equalized_odds') AS gap
      FROM (SELECT fairpg.fairness(i % 2 = 0, i % 7 < 3 + i % 3, i % 3) AS f
            FROM generate_series(1, 3000) i) s) t;

-- scores, against a count of all pairs and the textbook formulas
WITH d AS (SELECT * FROM decisions WHERE score IS NOT NULL AND repaid IS NOT NULL),
pairs AS (SELECT avg(CASE WHEN p.score > q.score THEN 1 WHEN p.score = q.score THEN 0.5 ELSE 0 END)::float8 AS auc,
                 sum(p.weight * q.weight * CASE WHEN p.score > q.score THEN 1 WHEN p.score = q.score THEN 0.5 ELSE 0 END)
                 / sum(p.weight * q.weight) AS weighted_auc
          FROM d p, d q WHERE p.repaid AND NOT q.repaid),
plain AS (SELECT avg((score - repaid::int) ^ 2) AS brier,
                 -avg(ln(CASE WHEN repaid THEN score ELSE 1 - score END)) AS log_loss
          FROM d),
s AS (SELECT fairpg.scores(repaid, score) AS s, fairpg.scores(repaid, score, weight) AS w,
             avg(score) AS mean, sum(score * weight) / sum(weight) FILTER (WHERE score IS NOT NULL) AS weighted_mean
      FROM decisions)
SELECT fairpg.n(s) AS n, abs(fairpg.auc(s) - pairs.auc) < 1e-14 AS auc,
       abs(fairpg.auc(w) - pairs.weighted_auc) < 1e-14 AS weighted_auc,
       fairpg.auc_error(s) AS auc_error,
       abs(fairpg.brier(s) - plain.brier) < 1e-14 AS brier,
       abs(fairpg.log_loss(s) - plain.log_loss) < 1e-14 AS log_loss,
       abs(fairpg.mean_score(s) - mean) < 1e-14 AS mean,
       abs(fairpg.mean_score(w) - weighted_mean) < 1e-14 AS weighted_mean,
       (fairpg.auc_interval(s)).low < fairpg.auc(s) AND fairpg.auc(s) < (fairpg.auc_interval(s)).high AS interval
FROM s, pairs, plain;
SELECT fairpg.auc(s) AS auc, fairpg.brier(s) IS NULL AS no_brier, fairpg.log_loss(s) IS NULL AS no_log_loss,
       fairpg.mean_score(s) IS NULL AS no_mean
FROM (SELECT fairpg.scores(y, x) AS s
      FROM (VALUES (true, 'Infinity'::float8), (true, 0), (false, -0.0::float8), (false, '-Infinity')) v(y, x)) t;
SELECT fairpg.auc(fairpg.scores(true, 0.5)) IS NULL AS one_label,
       fairpg.auc_interval(fairpg.scores(true, 0.5)) IS NULL AS no_interval,
       fairpg.brier(fairpg.scores(NULL, 0.5)) IS NULL AS no_label,
       fairpg.mean_score(fairpg.scores(NULL, 0.5)) AS mean;

-- beyond 16384 distinct scores: pooled, within the stated error of the exact
-- figure by the sum of ranks
WITH d AS (SELECT i * 7919 % 80000 < i AS y, i / 80000.0::float8 AS x
           FROM generate_series(0, 79999) i),
r AS (SELECT y, row_number() OVER (ORDER BY x) AS place FROM d),
e AS (SELECT (sum(place) FILTER (WHERE y) - p * (p + 1) / 2)::float8 / (p * (count(*) - p)) AS auc
      FROM r, (SELECT count(*) AS p FROM d WHERE y) t GROUP BY p),
s AS (SELECT fairpg.scores(y, x) AS s FROM d)
SELECT fairpg.auc_error(s) BETWEEN 1e-9 AND 0.001 AS has_error,
       abs(fairpg.auc(s) - e.auc) <= fairpg.auc_error(s) AS within_error,
       round(fairpg.auc(s)::numeric, 3) = round(e.auc::numeric, 3) AS close
FROM s, e;

-- aggregates do what aggregates do
SELECT sex, fairpg.n(fairpg.outcomes(repaid, approved)) AS n,
       fairpg.n(fairpg.outcomes(repaid, approved) FILTER (WHERE region = 1)) AS n_region_1
FROM decisions GROUP BY ROLLUP (sex) ORDER BY sex, 2;
SELECT id, fairpg.n(fairpg.outcomes(repaid, approved) OVER w) AS n,
       fairpg.n(fairpg.fairness(repaid, approved, sex) OVER w) AS fairness_n,
       fairpg.n(fairpg.scores(repaid, score) OVER w) AS scores_n
FROM decisions WHERE id <= 6
WINDOW w AS (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) ORDER BY id;
SELECT id, fairpg.n(fairpg.outcomes(repaid, approved, weight) OVER w) AS n,
       fairpg.n(fairpg.fairness(repaid, approved, sex, weight) OVER w) AS fairness_n,
       fairpg.n(fairpg.scores(repaid, score, weight) OVER w) AS scores_n
FROM decisions WHERE id <= 6
WINDOW w AS (ORDER BY id) ORDER BY id;

DROP TABLE decisions;
