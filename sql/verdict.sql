SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- Where the rows do not suffice for a verdict: how many would.
SELECT fairpg.init() IS NOT NULL AS ready;
-- the model decides by x alone, so that rows can be made with any rates
CREATE TABLE taught AS SELECT i AS id, i % 2 = 0 AS x, CASE WHEN i % 10 < 8 THEN i % 2 = 0 ELSE i % 2 = 1 END AS y,
    (ARRAY['a', 'b'])[1 + i / 2 % 2] AS g, (ARRAY['u', 'v'])[1 + i / 4 % 2] AS h FROM generate_series(1, 4000) i;
CREATE FUNCTION people(of_a integer, chosen_a integer, of_b integer, chosen_b integer)
RETURNS TABLE (x boolean, y boolean, g text, h text) LANGUAGE sql AS $$
    SELECT i <= chosen_a, i % 2 = 0, 'a', 'u' FROM generate_series(1, of_a) i
    UNION ALL SELECT i <= chosen_b, i % 2 = 0, 'b', CASE i % 2 WHEN 0 THEN 'u' ELSE 'v' END FROM generate_series(1, of_b) i $$;
SELECT status, gap, verdict, rows_needed, warnings FROM fairpg.train('m', 'taught', 'y', features => '{x}', protected => '{g}',
    fairness => 'demographic_parity', max_gap => 0.1, split => 'none');
SELECT bool_and(fairpg.decide('m', t) = x) AS decides_by_x FROM taught t;

-- the gap is within the bound, or beyond it, and its interval on both sides
SELECT gap, verdict, rows_needed, warnings FROM fairpg.evaluate('m', 'SELECT * FROM people(300, 150, 200, 90)');
SELECT gap, verdict, rows_needed, warnings FROM fairpg.evaluate('m', 'SELECT * FROM people(300, 150, 200, 70)');
-- by hand: the half of the interval that reaches across the bound is to be as the distance to it;
-- beyond the bound the wider half, since the interval of a gap ends at 0
SELECT value, n, verdict, rows_needed,
       rows_needed = ceil(n * (CASE WHEN value < bound THEN high - value ELSE greatest(high - value, value - low) END / (bound - value)) ^ 2) AS as_by_hand
FROM fairpg_report.constraints WHERE model = 'm' AND part = 'external' ORDER BY evaluation;
-- as many rows with the same rates, and some more for good measure, do decide; half of them do not
CREATE FUNCTION evaluated(times numeric, chosen_b integer) RETURNS TABLE (gap float8, verdict text, rows_needed bigint) LANGUAGE sql AS $$
    SELECT gap, verdict, rows_needed FROM fairpg.evaluate('m', format('SELECT p.* FROM people(300, 150, 200, %s) p, generate_series(1, %s)',
        chosen_b, ceil(times))) $$;
CREATE TEMP TABLE needs AS SELECT evaluation, rows_needed::numeric / n AS times, CASE WHEN value < bound THEN 90 ELSE 70 END AS chosen_b
FROM fairpg_report.constraints WHERE model = 'm' AND part = 'external';
SELECT chosen_b, e.* FROM needs, evaluated(times * 1.2, chosen_b) e ORDER BY evaluation;
SELECT chosen_b, e.gap, e.verdict FROM needs, evaluated(times * 0.5, chosen_b) e ORDER BY evaluation;

-- the rows in question are those of the event and of the two groups that decide
SELECT gap, verdict, rows_needed FROM fairpg.train('tpr', 'taught', 'y', features => '{x}', protected => '{g,h}',
    fairness => 'equal_opportunity', max_gap => 0.05);
CREATE TEMP TABLE judged AS SELECT *, t.y AND fairpg.decide('tpr', t) AS hit
FROM (SELECT * FROM people(500, 250, 400, 190) UNION ALL SELECT i < 9, i % 3 = 0, 'c', 'w' FROM generate_series(1, 60) i) t;
SELECT gap, verdict, worst_group, rows_needed, warnings FROM fairpg.evaluate('tpr', 'SELECT * FROM judged');
SELECT c.n, c.n = s.n AS as_counted
FROM fairpg_report.constraints c,
     (SELECT sum(n) AS n FROM
         (SELECT count(*) AS n, avg(hit::int) AS rate, 'g' AS attribute FROM judged WHERE y AND g <> 'c' GROUP BY g) s) s
WHERE model = 'tpr' AND part = 'external';

-- ratios by their logarithms, and losses
SELECT gap, verdict, rows_needed FROM fairpg.train('ratio', 'taught', 'y', features => '{x}', protected => '{g}', fairness => 'demographic_parity', min_ratio => 0.9);
SELECT verdict, rows_needed, warnings FROM fairpg.evaluate('ratio', 'SELECT * FROM people(300, 150, 200, 95)');
SELECT value, n, rows_needed = ceil(n * (ln(value / low) / ln(bound / value)) ^ 2) AS as_by_hand
FROM fairpg_report.constraints WHERE model = 'ratio' AND part = 'external';
SELECT verdict, rows_needed FROM fairpg.train('loss', 'taught', 'y', features => '{x}', protected => '{g}', fairness => 'group_loss', max_loss => 0.52);
SELECT worst_group, n, rows_needed = ceil(n * (CASE WHEN value < bound THEN high - value ELSE greatest(high - value, value - low) END / (bound - value)) ^ 2) AS as_by_hand
FROM fairpg_report.constraints WHERE model = 'loss' AND part = 'held_out';

-- several: the answer has the most of them
CREATE TEMP TABLE several AS SELECT verdict, rows_needed FROM fairpg.train('two', 'taught', 'y', features => '{x}', protected => '{g,h}',
    options => '{"constraints": [{"fairness": "demographic_parity", "max_gap": 0.05}, {"fairness": "equal_opportunity", "max_gap": 0.06, "protected": ["h"]}]}');
SELECT s.verdict, array_agg(c.verdict ORDER BY position) AS verdicts, s.rows_needed = max(c.rows_needed) AS the_most
FROM several s, fairpg_report.constraints c WHERE model = 'two' AND part = 'held_out' GROUP BY s.verdict, s.rows_needed;

-- on the bound, no number of rows decides
SELECT gap, verdict, rows_needed, warnings FROM fairpg.train('on', 'taught', 'y', features => '{x}', protected => '{g}',
    fairness => 'demographic_parity', max_gap => 0.25, split => 'none');
SELECT gap, verdict, rows_needed, warnings FROM fairpg.evaluate('on', 'SELECT * FROM people(400, 200, 400, 100)');
-- nothing to judge, nothing to say how much of
SELECT gap, verdict, rows_needed, warnings FROM fairpg.evaluate('on', 'SELECT * FROM people(400, 200, 20, 10)');
-- a model that decides alike for everybody says so
SELECT verdict, warnings FROM fairpg.evaluate('on', 'SELECT * FROM people(400, 400, 400, 400)');

DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP FUNCTION evaluated;
DROP FUNCTION people;
DROP TABLE taught;
