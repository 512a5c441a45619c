-- Scores by group: every figure against a recomputation by plain SQL.
CREATE TABLE people AS
SELECT i AS id, CASE WHEN i % 37 = 0 THEN NULL ELSE i * 7919 % 101 < 20 + i * 31 % 61 END AS label,
       CASE WHEN i % 41 <> 0 THEN ((20 + i * 31 % 61) + i * 13 % 17) / 100.0::float8 END AS score,
       (ARRAY['a', 'b', 'c', NULL])[1 + i * 29 % 4] AS grp, i * 29 % 4 AS code, 1 + i % 3 AS weight
FROM generate_series(1, 1200) i;
CREATE VIEW scored AS SELECT *, coalesce(grp, '(unknown)') AS g, label::int::float8 AS y
FROM people WHERE label IS NOT NULL AND score IS NOT NULL;
CREATE TABLE states AS
SELECT fairpg.group_scores(label, score, grp) AS plain, fairpg.group_scores(label, score, grp, weight) AS weighted FROM people;

-- near(a, b): equal but for the last digits
CREATE FUNCTION near(a float8, b float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN a IS NULL OR b IS NULL THEN a IS NULL AND b IS NULL ELSE abs(a - b) <= 1e-12 * (1 + abs(b)) END $$;

-- what is counted
SELECT group_name, n, n_unlabelled, n_unscored, n_positive, n_negative FROM states, fairpg.groups(plain);
SELECT coalesce(grp, '(unknown)') AS grp, count(score) AS n, count(score) FILTER (WHERE label IS NULL) AS unlabelled,
       count(*) - count(score) AS unscored, count(score) FILTER (WHERE label) AS positive,
       count(score) FILTER (WHERE NOT label) AS negative
FROM people GROUP BY 1 ORDER BY 1;

-- AUC and xAUC by counting pairs, weighted and not; BPSN and BNSP against all others
CREATE TABLE pairs AS
SELECT p.g AS a, n.g AS b, count(*)::float8 AS n, sum(p.weight * n.weight)::float8 AS w,
       sum(CASE WHEN p.score > n.score THEN 1 WHEN p.score = n.score THEN 0.5 ELSE 0 END)::float8 AS won,
       sum(CASE WHEN p.score > n.score THEN 1 WHEN p.score = n.score THEN 0.5 ELSE 0 END * p.weight * n.weight)::float8 AS w_won
FROM scored p, scored n WHERE p.label AND NOT n.label GROUP BY 1, 2;
SELECT count(*) AS pairs, bool_and(near(fairpg.xauc(plain, a, b), won / n)) AS plain,
       bool_and(near(fairpg.xauc(weighted, a, b), w_won / w)) AS weighted,
       bool_and(near(fairpg.auc(fairpg.score(plain, a)), won / n)) FILTER (WHERE a = b) AS auc
FROM pairs, states;
SELECT near(fairpg.auc(fairpg.overall(plain)), by_rows) AS overall, near(fairpg.auc(fairpg.overall(weighted)), by_weight) AS overall_weighted
FROM states, (SELECT sum(won) / sum(n) AS by_rows, sum(w_won) / sum(w) AS by_weight FROM pairs) t;
SELECT g, near(fairpg.bpsn_auc(plain, g), bpsn) AS bpsn, near(fairpg.bnsp_auc(weighted, g), bnsp) AS bnsp
FROM states, (SELECT g, sum(won) FILTER (WHERE b = g AND a <> g) / sum(n) FILTER (WHERE b = g AND a <> g) AS bpsn,
                     sum(w_won) FILTER (WHERE a = g AND b <> g) / sum(w) FILTER (WHERE a = g AND b <> g) AS bnsp
              FROM pairs, unnest('{a,b,c,(unknown)}'::text[]) g GROUP BY g) t ORDER BY g;
SELECT near(fairpg.auc_difference(plain, 'a', 'b'), fairpg.auc(fairpg.score(plain, 'a')) - fairpg.auc(fairpg.score(plain, 'b'))) AS auc,
       near(fairpg.xauc_disparity(plain, 'a', 'b'), fairpg.xauc(plain, 'a', 'b') - fairpg.xauc(plain, 'b', 'a')) AS xauc,
       fairpg.auc_difference(plain, 'a', 'a') AS none, fairpg.abroca(plain, 'a', 'a') AS no_area,
       fairpg.abroca(plain, 'a', 'b') = fairpg.abroca(plain, 'b', 'a') AS both_ways,
       fairpg.abroca(plain, 'a', 'b') >= abs(fairpg.auc_difference(plain, 'a', 'b')) AS no_less
FROM states;
-- DeLong's variance by the placements of all rows: the normal interval has the same width where Wilson's is symmetric
WITH placement AS (
    SELECT r.id, r.label, avg(CASE WHEN r.label = (r.score > o.score) AND r.score <> o.score THEN 1 WHEN r.score = o.score THEN 0.5 ELSE 0 END)::float8 AS v
    FROM scored r JOIN scored o ON o.label <> r.label AND o.g = 'a' WHERE r.g = 'a' GROUP BY 1, 2),
variance AS (
    SELECT var_samp(v) FILTER (WHERE label) / count(*) FILTER (WHERE label)
           + var_samp(v) FILTER (WHERE NOT label) / count(*) FILTER (WHERE NOT label) AS v, avg(v) FILTER (WHERE label) AS auc FROM placement),
wilson AS (SELECT auc, auc * (1 - auc) / v AS n, 1.959963984540054 AS z FROM variance)
SELECT near((fairpg.auc_interval(fairpg.score(plain, 'a'))).low, (auc + z * z / (2 * n) - z * sqrt(auc * (1 - auc) / n + z * z / (4 * n * n))) / (1 + z * z / n)) AS low,
       near((fairpg.auc_interval(fairpg.score(plain, 'a'))).high, (auc + z * z / (2 * n) + z * sqrt(auc * (1 - auc) / n + z * z / (4 * n * n))) / (1 + z * z / n)) AS high
FROM wilson, states;

-- the area between two ROC curves: of a score that tells all and one that tells nothing it is a half
SELECT fairpg.abroca(fairpg.group_scores(label, score, grp), 'all', 'nothing') AS half,
       fairpg.abroca(fairpg.group_scores(label, score, grp), 'all', 'wrong') AS one
FROM (VALUES (true, 0.9, 'all'), (false, 0.1, 'all'), (true, 0.5, 'nothing'), (false, 0.5, 'nothing'),
      (true, 0.1, 'wrong'), (false, 0.9, 'wrong')) v(label, score, grp);
-- curves that cross: with tied scores straight lines, (0,0) (1/2,0) (1/2,1) (1,1) and the diagonal, two triangles of 1/8
SELECT fairpg.abroca(fairpg.group_scores(label, score, grp), 'step', 'line') AS quarter
FROM (VALUES (false, 0.9, 'step'), (true, 0.5, 'step'), (false, 0.1, 'step'), (true, 0.5, 'line'), (false, 0.5, 'line')) v(label, score, grp);

-- bins of equal width by width_bucket, of equal mass by the middle of each score's weight
CREATE FUNCTION bins_of(whose text, bins integer, by_mass boolean, by_weight boolean)
    RETURNS TABLE (bin integer, n bigint, w float8, p float8, o float8) LANGUAGE sql STABLE AS $$
    WITH r AS (SELECT score, y, CASE WHEN by_weight THEN weight ELSE 1 END AS weight FROM scored WHERE g = whose),
    at AS (SELECT score, sum(sum(weight)) OVER (ORDER BY score) - sum(weight) / 2.0 AS middle, sum(sum(weight)) OVER () AS total FROM r GROUP BY score)
    SELECT CASE WHEN by_mass THEN least(floor(middle::float8 / total::float8 * bins) + 1, bins)::int ELSE least(width_bucket(score, 0, 1, bins), bins) END,
           count(*), sum(weight)::float8, sum(weight * score) / sum(weight), sum(weight * y) / sum(weight)
    FROM r JOIN at USING (score) GROUP BY 1 $$;
CREATE FUNCTION state_of(grp text, by_weight boolean) RETURNS fairpg.score_stats LANGUAGE sql STABLE AS
$$ SELECT fairpg.score(CASE WHEN by_weight THEN weighted ELSE plain END, grp) FROM states $$;
CREATE TABLE ways AS
SELECT grp, bins, by_mass, by_weight, CASE WHEN by_mass THEN 'mass' ELSE 'width' END AS binning, state_of(grp, by_weight) AS s
FROM unnest('{a,b,c,(unknown)}'::text[]) grp, unnest('{1,4,10,15}'::integer[]) bins, unnest('{f,t}'::boolean[]) by_mass, unnest('{f,t}'::boolean[]) by_weight;
SELECT count(*) AS bins, bool_and(b.n = coalesce(o.n, 0) AND near(b.mean_score, o.p) AND near(b.observed, o.o)) AS same
FROM ways, LATERAL fairpg.calibration_bins(s, bins, binning) b
    LEFT JOIN LATERAL bins_of(grp, bins, by_mass, by_weight) o USING (bin);
SELECT count(*) AS ways, bool_and(near(fairpg.ece(s, bins, binning), e.ece)) AS ece, bool_and(near(fairpg.mce(s, bins, binning), e.mce)) AS mce,
       bool_and(near(fairpg.brier_reliability(s, bins, binning), e.rel)) AS reliability,
       bool_and(near(fairpg.brier_resolution(s, bins, binning), e.res)) AS resolution,
       bool_and(near(fairpg.brier_uncertainty(s, bins, binning), e.base * (1 - e.base))) AS uncertainty,
       bool_and(near(fairpg.brier(s), fairpg.brier_reliability(s, bins, binning) - fairpg.brier_resolution(s, bins, binning)
                     + fairpg.brier_uncertainty(s, bins, binning) + fairpg.brier_within_bins(s, bins, binning))) AS parts_add_up,
       bool_and(near(fairpg.hosmer_lemeshow(s, bins, binning), e.hl)) FILTER (WHERE NOT by_weight) AS hosmer_lemeshow
FROM ways, LATERAL (
    SELECT sum(w * abs(o - p)) / sum(w) AS ece, max(abs(o - p)) AS mce, sum(w * (o - p) ^ 2) / sum(w) AS rel,
           sum(w * (o - base) ^ 2) / sum(w) AS res, max(base) AS base, sum(n * (o - p) ^ 2 / (p * (1 - p))) AS hl
    FROM bins_of(grp, bins, by_mass, by_weight), LATERAL (SELECT sum(w * o) / sum(w) AS base FROM bins_of(grp, bins, by_mass, by_weight)) t) e;
-- where each bin holds one score, the three parts are all of it
SELECT abs(fairpg.brier_within_bins(s, 100, 'width')) < 1e-15 AS nothing_within
FROM (SELECT fairpg.scores(label, round(score::numeric, 1)::float8) AS s FROM people) t;
-- what needs no bins
SELECT g, near(fairpg.calibration_in_the_large(s), y - p) AS in_the_large, near(fairpg.observed_expected(s), y / p) AS observed_expected,
       near(fairpg.spiegelhalter_z(s), z) AS spiegelhalter, near(fairpg.brier(s), brier) AS brier, near(fairpg.log_loss(s), log_loss) AS log_loss
FROM (SELECT g, state_of(g, false) AS s, avg(y) AS y, avg(score) AS p, avg((y - score) ^ 2) AS brier,
             sum((y - score) * (1 - 2 * score)) / sqrt(sum((1 - 2 * score) ^ 2 * score * (1 - score))) AS z,
             -avg(ln(CASE WHEN label THEN score ELSE 1 - score END)) AS log_loss FROM scored GROUP BY g) t ORDER BY g;
-- the fits are where the score equations hold: residuals without mean, and without any leaning on the logit
SELECT g, abs(avg(y - 1 / (1 + exp(-(a + b * x))))) < 1e-12 AS no_mean, abs(avg((y - 1 / (1 + exp(-(a + b * x)))) * x)) < 1e-12 AS no_slope,
       abs(avg(y - 1 / (1 + exp(-(o + x))))) < 1e-12 AS no_mean_of_offset
FROM (SELECT *, ln(score / (1 - score)) AS x FROM scored) r,
     LATERAL (SELECT fairpg.calibration_intercept(s) AS a, fairpg.calibration_slope(s) AS b, fairpg.calibration_offset(s) AS o
              FROM (SELECT state_of(g, false) AS s) t) f GROUP BY g ORDER BY g;
-- the tail of the chi-square distribution beyond 4 with one degree of freedom, beyond 15.1111 with three (scipy.stats.chi2.sf: 0.0455003, 0.0017241)
SELECT round(fairpg.hosmer_lemeshow(s, 1)::numeric, 6) AS chi, round(fairpg.hosmer_lemeshow_p(s, 1)::numeric, 6) AS p
FROM (SELECT fairpg.scores(i <= 60, 0.5) AS s FROM generate_series(1, 100) i) t;
SELECT round(fairpg.hosmer_lemeshow(s, 3)::numeric, 6) AS chi, round(fairpg.hosmer_lemeshow_p(s, 3)::numeric, 6) AS p
FROM (SELECT fairpg.scores(i % 100 < CASE i / 100 WHEN 0 THEN 20 WHEN 1 THEN 60 ELSE 80 END, CASE i / 100 WHEN 0 THEN 0.1 WHEN 1 THEN 0.5 ELSE 0.8 END) AS s
      FROM generate_series(0, 299) i) t;

-- weights of k are k copies
SELECT bool_and(near(a.auc, b.auc) AND near(a.brier, b.brier) AND near(a.log_loss, b.log_loss) AND near(a.ece, b.ece)
                AND near(a.mce, b.mce) AND near(a.brier_resolution, b.brier_resolution) AND near(a.calibration_in_the_large, b.calibration_in_the_large)
                AND near(a.observed_expected, b.observed_expected) AND near(a.mean_score, b.mean_score)
                AND abs(a.calibration_slope - b.calibration_slope) < 1e-9 AND abs(a.calibration_intercept - b.calibration_intercept) < 1e-9) AS same
FROM states, (SELECT fairpg.group_scores(label, score, grp) AS copies FROM people, generate_series(1, weight)) c,
     LATERAL fairpg.groups(weighted) a JOIN LATERAL fairpg.groups(copies) b USING (group_name);
SELECT near(fairpg.abroca(weighted, 'a', 'b'), fairpg.abroca(copies, 'a', 'b')) AS abroca
FROM states, (SELECT fairpg.group_scores(label, score, grp) AS copies FROM people, generate_series(1, weight)) c;

-- gaps: largest less least, and the group that is worst
SELECT m, near(fairpg.gap(plain, m), gap) AS gap, fairpg.worst_group(plain, m) = worst AS worst,
       (fairpg.gap_interval(plain, m)).low <= gap + 1e-9 AND gap - 1e-9 <= (fairpg.gap_interval(plain, m)).high AS around
FROM states, (
    SELECT m, max(v) - min(v) AS gap, (array_agg(whose ORDER BY
        CASE WHEN m IN ('auc', 'mean_score', 'brier_resolution') THEN -v WHEN m IN ('observed_expected', 'calibration_slope') THEN abs(v - 1)
             WHEN m IN ('calibration_in_the_large', 'calibration_intercept') THEN abs(v) ELSE v END DESC))[1] AS worst
    FROM states, unnest('{auc,brier,log_loss,mean_score,calibration_in_the_large,observed_expected,calibration_slope,calibration_intercept,ece,mce,brier_resolution}'::text[]) m,
         unnest('{a,b,c,(unknown)}'::text[]) whose, LATERAL (SELECT fairpg.metric(fairpg.score(plain, whose), m) AS v) t GROUP BY m) t ORDER BY m;
-- the difference of two groups has the interval of Zou and Donner
SELECT near((fairpg.gap_interval(g, 'auc')).high, x.value - y.value + sqrt((x.high - x.value) ^ 2 + (y.value - y.low) ^ 2)) AS high
FROM (SELECT fairpg.group_scores(label, score, grp) AS g FROM people WHERE grp IN ('a', 'b')) s,
     LATERAL (SELECT v AS value, low, high FROM (SELECT fairpg.auc(fairpg.score(g, n)) AS v, (fairpg.auc_interval(fairpg.score(g, n))).*
              FROM unnest('{a,b}'::text[]) n) t ORDER BY v DESC LIMIT 1) x,
     LATERAL (SELECT v AS value, low, high FROM (SELECT fairpg.auc(fairpg.score(g, n)) AS v, (fairpg.auc_interval(fairpg.score(g, n))).*
              FROM unnest('{a,b}'::text[]) n) t ORDER BY v LIMIT 1) y;
-- one interval of the ECE for a seed, another for another
SELECT fairpg.metric_interval(s, 'ece') = fairpg.metric_interval(s, 'ece', seed => 0) AS same, fairpg.metric_interval(s, 'ece') = fairpg.metric_interval(s, 'ece', seed => 1) AS other
FROM (SELECT state_of('a', false) AS s) t;

-- groups of other types are the same groups
SELECT g.group_name, near(g.auc, h.auc) AS same
FROM states, LATERAL fairpg.groups(plain) g, fairpg.groups((SELECT fairpg.group_scores(label, score, code) FROM people)) h
WHERE h.group_name = (ARRAY['0', '1', '2', '3'])[array_position('{a,b,c,(unknown)}', g.group_name)] ORDER BY 1;
SELECT group_name, n FROM fairpg.groups((SELECT fairpg.group_scores(label, score, grp = 'a') FROM people));
SELECT fairpg.n(plain) = fairpg.n(fairpg.overall(plain)) AS n, fairpg.overall(plain)::text = t.everybody::text AS overall, fairpg.score(plain, 'a')::text = t.a::text AS one,
       fairpg.score(plain, 'd') IS NULL AND fairpg.xauc(plain, 'a', 'd') IS NULL AND fairpg.abroca(plain, 'd', 'a') IS NULL AND fairpg.bpsn_auc(plain, 'd') IS NULL AS none
FROM states, (SELECT fairpg.scores(label, score) AS everybody, fairpg.scores(label, score) FILTER (WHERE grp = 'a') AS a FROM people) t;
-- the interval of the area holds it, is the same for a seed, and begins at 0 where the curves are of the same rows
SELECT (i).low <= v AND v <= (i).high AS around, i = fairpg.abroca_interval(plain, 'a', 'b') AS same, i <> fairpg.abroca_interval(plain, 'a', 'b', seed => 1) AS other,
       (i).high < (fairpg.abroca_interval(plain, 'a', 'b', 0.99)).high AS wider, (fairpg.abroca_interval(plain, 'a', 'a')).low AS nothing, fairpg.abroca_interval(plain, 'a', 'd') IS NULL AS none
FROM states, LATERAL (SELECT fairpg.abroca(plain, 'a', 'b') AS v, fairpg.abroca_interval(plain, 'a', 'b') AS i) t;
-- the rows of each pair are the accessors of the pair
SELECT count(*) AS pairs, bool_and(p.auc_difference = fairpg.auc_difference(plain, group_a, group_b) AND p.xauc_ab = fairpg.xauc(plain, group_a, group_b)
    AND p.xauc_ba = fairpg.xauc(plain, group_b, group_a) AND p.xauc_disparity = fairpg.xauc_disparity(plain, group_a, group_b)
    AND p.abroca = fairpg.abroca(plain, group_a, group_b) AND (xauc_disparity_low, xauc_disparity_high) = fairpg.xauc_disparity_interval(plain, group_a, group_b)) AS same
FROM states, fairpg.score_pairs(plain) p;
DROP FUNCTION bins_of, state_of, near;
DROP TABLE ways, pairs, states;
DROP VIEW scored;
DROP TABLE people;
