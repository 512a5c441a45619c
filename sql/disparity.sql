-- Disparities between groups against plain SQL over the same rows.
CREATE TABLE decisions AS
SELECT i AS id, (ARRAY['north', 'south', 'east', 'west'])[1 + i * i % 7 % 4] AS region, i * 37 % 100 < 62 AS repaid,
       i * 53 % 100 < 30 + 10 * (i * i % 7 % 4) AS approved, 1 + i % 3 AS weight
FROM generate_series(1, 800) i;
-- a region where nobody repaid
INSERT INTO decisions SELECT 1000 + i, 'nowhere', false, i % 2 = 0, 1 FROM generate_series(1, 10) i;

-- every operator and metric, from the groups' metrics
CREATE VIEW rates AS
SELECT w, f, o, g.group_name, m.metric, (to_jsonb(g) ->> m.metric)::float8 AS value, fairpg.metric(o, m.metric) AS overall
FROM (SELECT false AS w, fairpg.fairness(repaid, approved, region) AS f, fairpg.outcomes(repaid, approved) AS o FROM decisions
      UNION ALL SELECT true, fairpg.fairness(repaid, approved, region, weight), fairpg.outcomes(repaid, approved, weight) FROM decisions) s,
     fairpg.groups(f) g,
     unnest('{base_rate,selection_rate,tpr,fpr,tnr,fnr,ppv,npv,false_discovery_rate,false_omission_rate,accuracy,error_rate,balanced_accuracy,f1}'::text[]) m(metric);
CREATE VIEW wanted AS
SELECT w, metric, f::text AS f, v.op, v.value
FROM (SELECT w, metric, f::text::fairpg.fairness_stats AS f, max(value) AS high, min(value) AS low, max(abs(value - overall)) AS off,
             min(least(value / overall, overall / nullif(value, 0))) AS off_ratio
      FROM rates GROUP BY w, metric, f::text) r
     JOIN LATERAL (SELECT avg(abs(a.value - b.value)) AS mean, avg(least(a.value, b.value) / nullif(greatest(a.value, b.value), 0)) AS mean_ratio
                   FROM rates a JOIN rates b USING (w, metric) WHERE a.group_name < b.group_name AND a.value + b.value IS NOT NULL AND w = r.w AND metric = r.metric) p ON true,
     LATERAL (VALUES ('difference', high - low), ('ratio', low / high), ('difference_to_overall', off), ('ratio_to_overall', off_ratio),
                     ('mean_difference', mean), ('mean_ratio', mean_ratio), ('minimum', low), ('maximum', high),
                     ('worst', CASE WHEN metric ~ '^(tnr|fnr|false_|error)' THEN high ELSE low END)) v(op, value);
SELECT op, count(*), bool_and(abs(fairpg.disparity(f::fairpg.fairness_stats, metric, op) - value) < 1e-12) AS as_wanted
FROM wanted GROUP BY op ORDER BY op;
-- against a reference: one group, and all others as one
SELECT bool_and(abs(fairpg.disparity(r.f, metric, 'difference_to_reference', 'south', group_name) - (r.value - s.value)) < 1e-12) AS difference,
       bool_and(abs(fairpg.disparity(r.f, metric, 'ratio_to_reference', 'south', group_name) - r.value / s.value) < 1e-12) AS ratio, count(*)
FROM rates r JOIN LATERAL (SELECT value FROM rates s WHERE s.w = r.w AND s.metric = r.metric AND s.group_name = 'south') s ON true
WHERE r.value IS NOT NULL;
SELECT metric, abs(fairpg.disparity(f, metric, 'difference_to_reference', 'south')
                   - (fairpg.metric(others, metric) - fairpg.metric(south, metric))) < 1e-12 AS difference,
       abs(fairpg.disparity(f, metric, 'ratio_to_reference', 'south') - fairpg.metric(others, metric) / fairpg.metric(south, metric)) < 1e-12 AS ratio
FROM (SELECT fairpg.fairness(repaid, approved, region, weight) AS f, fairpg.outcomes(repaid, approved, weight) FILTER (WHERE region = 'south') AS south,
             fairpg.outcomes(repaid, approved, weight) FILTER (WHERE region <> 'south') AS others FROM decisions) s,
     unnest('{selection_rate,tpr,f1}'::text[]) metric;

-- all of them as rows
SELECT metric, operator, group_name, reference_name, round(value::numeric, 4) AS value, round(low::numeric, 3) AS low, round(high::numeric, 3) AS high, n, reason
FROM fairpg.disparities((SELECT fairpg.fairness(repaid, approved, region) FROM decisions), 'south')
WHERE metric IN ('tpr', 'balanced_accuracy');
SELECT count(*), count(DISTINCT metric) AS metrics, bool_and(d.low <= value AND value <= d.high) AS holds,
       bool_and(abs(value - fairpg.disparity(f, metric, operator)) < 1e-15) AS same,
       bool_and((d.low, d.high) = (i.low, i.high)) FILTER (WHERE metric IN ('tpr', 'f1')) AS same_interval
FROM (SELECT fairpg.fairness(repaid, approved, region, weight) AS f FROM decisions) s, fairpg.disparities(f) d,
     LATERAL fairpg.disparity_interval(CASE WHEN metric IN ('tpr', 'f1') THEN f END, metric, operator) i;
-- the interval of a criterion of one rate is that of the rate
SELECT criterion, abs(g.low - i.low) < 1e-12 AS low, abs(g.high - i.high) < 1e-12 AS high, abs(r.low - q.low) < 1e-12 AS ratio_low, abs(r.high - q.high) < 1e-12 AS ratio_high
FROM (SELECT fairpg.fairness(repaid, approved, region, weight) AS f FROM decisions) s,
     (VALUES ('demographic_parity', 'selection_rate'), ('equal_opportunity', 'tpr'), ('predictive_equality', 'fpr'), ('error_rate_parity', 'error_rate')) v(criterion, metric),
     fairpg.gap_interval(f, criterion) g, fairpg.disparity_interval(f, metric) i,
     fairpg.ratio_interval(f, criterion) r, fairpg.disparity_interval(f, metric, 'ratio') q;
-- by seed and level; a reference needs no seed
SELECT a = b AS repeats, a <> c AS by_seed, (a).low < (d).low AND (d).high < (a).high AS by_level, e = g AS reference
FROM (SELECT fairpg.disparity_interval(f, 'f1', 'mean_difference') AS a, fairpg.disparity_interval(f, 'f1', 'mean_difference') AS b,
             fairpg.disparity_interval(f, 'f1', 'mean_difference', seed => 1) AS c, fairpg.disparity_interval(f, 'f1', 'mean_difference', level => 0.5) AS d,
             fairpg.disparity_interval(f, 'tpr', 'difference_to_reference', 'south', 'north') AS e,
             fairpg.difference_interval((n.tpr * n.n_positive), n.n_positive, (s.tpr * s.n_positive), s.n_positive) AS g
      FROM (SELECT fairpg.fairness(repaid, approved, region) AS f FROM decisions) t,
           LATERAL (SELECT (fairpg.metrics(fairpg.outcome(f, 'north'))).*) n, LATERAL (SELECT (fairpg.metrics(fairpg.outcome(f, 'south'))).*) s) u;

-- undefined says why
SELECT operator, fairpg.disparity(f, 'tpr', operator, reference, grp) AS value, fairpg.disparity_reason(f, 'tpr', operator, reference, grp) AS reason,
       fairpg.disparity_interval(f, 'tpr', operator, reference, grp) AS interval
FROM (SELECT fairpg.fairness(region <> 'nowhere' AND repaid, approved AND region <> 'east', region) AS f FROM decisions
      WHERE region IN ('nowhere', 'east')) s,
     (VALUES ('difference', NULL, NULL), ('ratio', NULL, NULL), ('mean_ratio', NULL, NULL), ('ratio_to_overall', NULL, NULL), ('minimum', NULL, NULL),
             ('difference_to_reference', 'nowhere', NULL), ('difference_to_reference', 'east', 'nowhere'), ('ratio_to_reference', 'east', 'east')) v(operator, reference, grp);
SELECT fairpg.disparity(NULL, 'tpr') AS no_state, fairpg.disparity(fairpg.fairness(true, true, 'a'::text), NULL) AS no_metric,
       fairpg.disparity_interval(fairpg.fairness(true, true, 'a'::text), 'tpr', seed => NULL) AS no_seed,
       (SELECT count(*) FROM fairpg.disparities(NULL)) AS no_rows
FROM (VALUES (1)) v;

-- inequality of benefits: 1, 2, 1, 1, 2
SELECT round(fairpg.generalized_entropy(o, 0)::numeric, 4) AS mean_log_deviation, round(fairpg.generalized_entropy(o, 1)::numeric, 6) AS theil,
       round(fairpg.generalized_entropy(o)::numeric, 6) AS ge2
FROM (SELECT fairpg.outcomes(false, d) AS o FROM unnest('{f,t,f,f,t}'::boolean[]) d) s;
WITH b AS (SELECT approved::int - repaid::int + 1 AS b, avg(approved::int - repaid::int + 1.0) OVER () AS mu,
                  avg(approved::int - repaid::int + 1.0) OVER (PARTITION BY region) AS mu_g FROM decisions),
w AS (SELECT alpha, (avg((b / mu)::float8 ^ alpha) - 1) / (alpha * (alpha - 1)) AS whole,
             (avg((mu_g / mu)::float8 ^ alpha) - 1) / (alpha * (alpha - 1)) AS between_groups
      FROM b, unnest('{0.5,2,3}'::float8[]) alpha GROUP BY alpha)
SELECT alpha, abs(fairpg.generalized_entropy(fairpg.overall(f), alpha) - whole) < 1e-12 AS whole,
       abs(fairpg.entropy_between(f, alpha) - between_groups) < 1e-12 AS between_groups
FROM w, (SELECT fairpg.fairness(repaid, approved, region) AS f FROM decisions) s ORDER BY alpha;
SELECT fairpg.generalized_entropy(fairpg.outcomes(i = 1, i = 2), 0) AS a_false_negative,
       fairpg.generalized_entropy(fairpg.outcomes(true, false)) AS all_false_negatives,
       fairpg.entropy_between(fairpg.fairness(NULL, true, i)) AS no_labels
FROM generate_series(1, 2) i;

-- what is refused
CREATE VIEW f AS SELECT fairpg.fairness(repaid, approved, region) AS f FROM decisions;
SELECT fairpg.disparity(f, 'recall') FROM f;
SELECT fairpg.disparity(f, 'tpr', 'max_diff') FROM f;
SELECT fairpg.disparity(f, 'tpr', 'ratio_to_reference') FROM f;
SELECT fairpg.disparity(f, 'tpr', 'ratio_to_reference', 'South') FROM f;
SELECT fairpg.disparity(f, 'tpr', 'ratio_to_reference', 'south', '') FROM f;
SELECT fairpg.disparity(f, 'tpr', 'ratio', 'south') FROM f;
SELECT fairpg.disparity_interval(f, 'tpr', grp => 'south') FROM f;
SELECT fairpg.disparity_interval(f, 'tpr', level => 'NaN') FROM f;
SELECT count(*) FROM f, fairpg.disparities(f, 'nobody');
SELECT fairpg.disparity(fairpg.fairness(true, true, i), 'tpr', 'ratio_to_reference') FROM generate_series(1, 12) i;
SELECT fairpg.disparity(''::fairpg.fairness_stats, 'tpr');
SELECT fairpg.generalized_entropy(fairpg.outcomes(true, true), 'NaN');
SELECT fairpg.entropy_between(f, 'Infinity') FROM f;

-- bytes from anybody: another value, or the error of one
CREATE FUNCTION pg_temp.try(image text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM * FROM fairpg.disparities(image::fairpg.fairness_stats);
    PERFORM fairpg.entropy_between(image::fairpg.fairness_stats), fairpg.disparity(image::fairpg.fairness_stats, 'f1', 'mean_ratio');
    RETURN 'read';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
SELECT try, count(*) > 0 AS some
FROM (SELECT fairpg.fairness(i % 2 = 0, i % 3 = 0, i % 2, 0.5)::text AS image FROM generate_series(1, 12) i) s,
     generate_series(0, length(image) / 2 - 1, 19) at, unnest('{00,ff}'::text[]) byte,
     pg_temp.try(overlay(image PLACING byte FROM 2 * at + 1 FOR 2)) GROUP BY try ORDER BY try;
DROP VIEW f, wanted, rates;
DROP TABLE decisions;
