-- calibration() and threshold_sweep(): the accessors and the audit over a table, query or model.
SET client_min_messages = warning;
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE loans AS
SELECT i AS id, CASE WHEN i % 10 < 6 THEN 'men' ELSE 'women' END AS sex, (ARRAY['north', 'south', NULL])[1 + i % 3] AS region, p AS score,
       CASE WHEN i % 50 <> 0 THEN (i * 7919 % 1009) / 1009.0 < CASE WHEN i % 10 < 6 THEN p ELSE 0.15 + 0.6 * p END END AS repaid,
       1 + i % 3 AS weight, i % 13 AS x, CASE WHEN i % 31 <> 0 THEN i % 17 - 8 END AS points
FROM (SELECT i, ((i * 37 % 97) + 1) / 100.0::float8 AS p FROM generate_series(1, 3000) i) s;

-- figures and bins are those of the accessors, weighted and not, by both kinds of bins
CREATE TABLE ways AS SELECT * FROM (VALUES (NULL, 10, 'width'), ('weight', 7, 'width'), (NULL, 7, 'mass'), ('weight', 10, 'mass')) v(weight, bins, binning);
CREATE FUNCTION state(weight text) RETURNS fairpg.group_score_stats LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN $1 IS NULL THEN fairpg.group_scores(repaid, score, sex) ELSE fairpg.group_scores(repaid, score, sex, l.weight) END FROM loans l $$;
SELECT weight, bins, binning, count(*) AS figures,
       count(*) FILTER (WHERE value IS DISTINCT FROM fairpg.metric(s, metric, bins, binning)
                        OR (low, high) IS DISTINCT FROM ((fairpg.metric_interval(s, metric, 0.9, bins, binning, 7)).low, (fairpg.metric_interval(s, metric, 0.9, bins, binning, 7)).high)
                        OR reason IS DISTINCT FROM fairpg.metric_reason(s, metric, bins, binning)) AS different
FROM ways w, LATERAL fairpg.calibration('loans', '{sex}', 'repaid', 'score', w.bins, w.binning, weight => w.weight, level => 0.9, seed => 7) c,
     LATERAL (SELECT CASE c.kind WHEN 'overall' THEN fairpg.overall(state(w.weight)) ELSE fairpg.score(state(w.weight), c.group_name) END AS s) t
WHERE c.kind IN ('overall', 'group') GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT w.weight, bins, binning, count(*) AS rows, count(b.bin) FILTER (WHERE (c.score_from, c.score_to, c.mean_score, c.value, c.low, c.high, c.n)
           IS NOT DISTINCT FROM (b.score_from, b.score_to, b.mean_score, b.observed, b.low, b.high, b.n)) AS same
FROM ways w, LATERAL fairpg.calibration('loans', '{sex}', 'repaid', 'score', w.bins, w.binning, weight => w.weight) c
     LEFT JOIN LATERAL fairpg.calibration_bins(CASE WHEN c.group_name IS NULL THEN fairpg.overall(state(w.weight)) ELSE fairpg.score(state(w.weight), c.group_name) END,
                                               w.bins, w.binning) b ON b.bin = c.bin
WHERE c.kind = 'bin' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT count(*) AS gaps, count(*) FILTER (WHERE value = fairpg.gap(s, metric) AND group_name = fairpg.worst_group(s, metric)
           AND (low, high) IS NOT DISTINCT FROM ((fairpg.gap_interval(s, metric)).low, (fairpg.gap_interval(s, metric)).high)) AS same
FROM fairpg.calibration('loans', '{sex}', 'repaid', 'score'), state(NULL) s WHERE kind = 'gap';
-- the order of rows, and the kinds
SELECT attribute, kind, count(*), count(DISTINCT group_name) AS groups, bool_and((kind = 'bin') = (bin IS NOT NULL)) AS bins
FROM fairpg.calibration('loans', '{sex,sex*region}', 'repaid', 'score', 3) WITH ORDINALITY GROUP BY 1, 2 ORDER BY min(ordinality);
-- without groups, as a query, with a number and with a text for the label
SELECT count(*) AS rows, count(DISTINCT kind) AS kinds FROM fairpg.calibration('SELECT repaid::int AS y, score FROM loans', label => 'y', score => 'score');
SELECT count(*) AS rows FROM fairpg.calibration('SELECT CASE WHEN repaid THEN ''yes'' ELSE ''no'' END AS y, score FROM loans', '{}', 'y', 'score', positive => 'yes');
-- flags: few rows in a bin, few of one label
SELECT kind, group_name, metric, n, flag FROM fairpg.calibration('SELECT * FROM loans WHERE id <= 100', '{sex}', 'repaid', 'score', 4)
WHERE kind = 'bin' OR metric IN ('calibration_slope', 'ece') ORDER BY kind, group_name, metric, n;
-- a group with one label
SELECT kind, group_name, metric, flag, reason FROM fairpg.calibration('SELECT id % 2 = 0 AS a, repaid AND id % 2 = 0 AS repaid, score FROM loans', '{a}', 'repaid', 'score', 2)
WHERE reason IS NOT NULL ORDER BY kind, group_name, metric;
-- pooled scores say so
SELECT kind, metric, reason ~ '^scores were pooled: within [0-9.e-]+$' AS pooled
FROM fairpg.calibration('SELECT i % 3 = 0 AS y, i / 20000.0::float8 AS p FROM generate_series(1, 20000) i', label => 'y', score => 'p') WHERE reason IS NOT NULL;

-- a sweep is the audit at each threshold; with as many draws also in its intervals
SELECT t, weight, count(*) AS rows, count(*) FILTER (WHERE a.value IS DISTINCT FROM s.value OR a.n <> s.n OR a.flag IS DISTINCT FROM s.flag OR a.reason IS DISTINCT FROM s.reason
           OR abs(a.low - s.low) > 1e-12 OR abs(a.high - s.high) > 1e-12 OR (a.low IS NULL) <> (s.low IS NULL) OR a.kind IS NULL) AS different
FROM unnest('{0.1,0.33,0.5,0.97}'::float8[]) t, unnest('{NULL,weight}'::text[]) weight,
     LATERAL fairpg.threshold_sweep('loans', '{sex,region,sex*region}', 'repaid', 'score', ARRAY[t], weight => weight, options => '{"replicates": 10000}') s
     LEFT JOIN LATERAL fairpg.audit('loans', '{sex,region,sex*region}', 'repaid', score => 'score', threshold => t, weight => weight) a
         ON (a.kind, a.metric, coalesce(a.attribute, ''), coalesce(a.group_name, '')) = (s.kind, s.metric, coalesce(s.attribute, ''), coalesce(s.group_name, ''))
GROUP BY 1, 2 ORDER BY 1, 2;
-- many thresholds at once are each of them alone; repeated and unordered ones are one each
SELECT count(*) AS rows, count(*) FILTER (WHERE alone.value IS NOT DISTINCT FROM s.value AND alone.low IS NOT DISTINCT FROM s.low) AS same
FROM fairpg.threshold_sweep('loans', '{sex}', 'repaid', 'score', '{0.7,0.3,0.3,-2,7}') s,
     LATERAL fairpg.threshold_sweep('loans', '{sex}', 'repaid', 'score', ARRAY[s.threshold]) alone
WHERE (alone.kind, alone.metric, coalesce(alone.group_name, '')) = (s.kind, s.metric, coalesce(s.group_name, ''));
-- more scores than are kept apart: counts by FILTER are the same
CREATE VIEW many AS SELECT i % 7 < 3 AS y, sqrt(i)::float8 AS s, i % 2 AS g FROM generate_series(1, 40000) i;
SELECT threshold, group_name, round(value * n) = wanted AS same
FROM fairpg.threshold_sweep('many', '{g}', 'y', 's', '{100,150,199.99}') t,
     LATERAL (SELECT count(*) FILTER (WHERE s >= threshold) AS wanted FROM many WHERE g::text = group_name) w
WHERE metric = 'selection_rate' AND kind = 'group' ORDER BY 1, 2;
-- thresholds of its own: at quantiles, between scores, and the counts by them exact
SELECT count(*) AS thresholds, bool_and(abs(value - 1 + rank / 20.0) < 0.001) AS near_quantiles, bool_and(round(value * n) = wanted) AS exact
FROM (SELECT *, row_number() OVER (ORDER BY threshold) AS rank FROM fairpg.threshold_sweep('many', label => 'y', score => 's') WHERE metric = 'selection_rate') t,
     LATERAL (SELECT count(*) FILTER (WHERE s >= threshold) AS wanted FROM many) w;
SELECT DISTINCT threshold FROM fairpg.threshold_sweep('loans', label => 'repaid', score => 'points', steps => 50) ORDER BY 1;
-- no label: who would be selected
SELECT kind, metric, count(*) FROM fairpg.threshold_sweep('loans', '{sex}', score => 'points', steps => 4) GROUP BY 1, 2 ORDER BY 1, 2;

-- a stored model
SELECT version FROM fairpg.train('credit', 'loans', 'repaid', protected => '{sex}', features => '{score,x}');
SELECT count(*) AS rows, count(*) FILTER (WHERE m.value IS NOT DISTINCT FROM q.value AND m.low IS NOT DISTINCT FROM q.low) AS same
FROM fairpg.calibration('loans', model => 'credit') WITH ORDINALITY m
    JOIN fairpg.calibration('SELECT *, fairpg.predict(''credit'', l) AS p FROM loans l', '{sex}', 'repaid', 'p') WITH ORDINALITY q USING (ordinality);
SELECT count(*) AS rows, bool_and(m.value IS NOT DISTINCT FROM q.value) AS same
FROM fairpg.threshold_sweep('loans', '{sex,region}', model => 'credit', version => 1, thresholds => '{0.4,0.6}') WITH ORDINALITY m
    JOIN fairpg.threshold_sweep('SELECT *, fairpg.predict(''credit'', l, 1) AS p FROM loans l', '{sex,region}', 'repaid', 'p', '{0.4,0.6}') WITH ORDINALITY q USING (ordinality);

-- labels of one value show no error, so the quotient has no interval
SELECT round(value::numeric, 4) AS value, low, high, n FROM fairpg.calibration('SELECT true AS y, 1 AS g, 0.3 + i * 0.001 AS s FROM generate_series(1, 100) i', '{g}', label => 'y', score => 's')
WHERE metric = 'observed_expected' AND kind = 'group';

DROP FUNCTION state;
DROP VIEW many;
DROP TABLE ways, loans;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
