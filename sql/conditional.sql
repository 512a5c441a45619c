-- fairpg.conditional_disparity(): against plain SQL, and against the test of
-- counts that the caller brings.
SET client_min_messages = warning;
-- Berkeley 1973 (Bickel, Hammel and O'Connell 1975), a row for each applicant
CREATE TABLE admissions AS
SELECT department, sex, i <= admitted AS admitted
FROM (VALUES ('A', 'men', 825, 512), ('A', 'women', 108, 89), ('B', 'men', 560, 353), ('B', 'women', 25, 17), ('C', 'men', 325, 120), ('C', 'women', 593, 202),
             ('D', 'men', 417, 138), ('D', 'women', 375, 131), ('E', 'men', 191, 53), ('E', 'women', 393, 94), ('F', 'men', 373, 22), ('F', 'women', 341, 24)) d (department, sex, n, admitted),
     LATERAL generate_series(1, n) i;
CREATE TABLE found AS SELECT * FROM fairpg.conditional_disparity('admissions', '{sex}', 'department', decision => 'admitted');
SELECT group_name, metric, round(value::numeric, 4) AS value, round(low::numeric, 4) AS low, round(high::numeric, 4) AS high, n, flag, reason FROM found WHERE kind = 'group';

WITH s AS (SELECT department, count(*)::float8 AS n, avg((sex = 'women')::int) FILTER (WHERE NOT admitted) - avg((sex = 'women')::int) FILTER (WHERE admitted) AS dd
           FROM admissions GROUP BY department),
     a AS (SELECT avg((sex = 'women')::int) FILTER (WHERE NOT admitted) - avg((sex = 'women')::int) FILTER (WHERE admitted) AS dd FROM admissions)
SELECT abs(f.value - a.dd) < 1e-9 AS dd, abs(c.value - (SELECT sum(n * dd) / sum(n) FROM s)) < 1e-9 AS cdd,
       (SELECT bool_and(abs(value - dd) < 1e-9) FROM s JOIN found t ON t.stratum = department WHERE t.metric = 'demographic_disparity' AND t.group_name = 'women') AS strata
FROM found f, found c, a WHERE f.kind = 'group' AND c.kind = 'group' AND f.group_name = 'women' AND c.group_name = 'women'
    AND f.metric = 'demographic_disparity' AND c.metric = 'conditional_demographic_disparity';
SELECT m.strata, bool_and(abs(f.value - CASE f.metric WHEN 'ratio' THEN m.pooled_ratio WHEN 'mantel_haenszel_ratio' THEN m.ratio ELSE m.p_value END) < 1e-9) AS alike
FROM found f, (SELECT array_agg(w ORDER BY department) AS a, array_agg(n1 ORDER BY department) AS n1, array_agg(m ORDER BY department) AS b, array_agg(n2 ORDER BY department) AS n2
    FROM (SELECT department, count(*) FILTER (WHERE sex = 'women' AND admitted)::float8 AS w, count(*) FILTER (WHERE sex = 'women')::float8 AS n1,
                 count(*) FILTER (WHERE sex = 'men' AND admitted)::float8 AS m, count(*) FILTER (WHERE sex = 'men')::float8 AS n2 FROM admissions GROUP BY department) d) c,
    fairpg.mantel_haenszel_test(a, n1, b, n2) m
WHERE f.kind = 'group' AND f.group_name = 'women' AND f.metric IN ('ratio', 'mantel_haenszel_ratio', 'mantel_haenszel_p') GROUP BY m.strata;
-- the rates of the strata have Wilson's intervals
SELECT count(*) AS rates, bool_and(abs(f.value - r.rate) < 1e-12 AND abs(f.low - (p).low) < 1e-9 AND abs(f.high - (p).high) < 1e-9) AS alike
FROM found f JOIN (SELECT department, sex, avg(admitted::int)::float8 AS rate, fairpg.proportion_interval(count(*) FILTER (WHERE admitted), count(*)) AS p FROM admissions GROUP BY department, sex) r
    ON r.department = f.stratum AND r.sex = f.group_name WHERE f.metric = 'selection_rate';
-- two groups say the same of each other
SELECT metric, round((w.value + m.value)::numeric, 9) AS sum FROM found w JOIN found m USING (metric) WHERE w.kind = 'group' AND m.kind = 'group' AND w.group_name = 'women' AND m.group_name = 'men' AND metric LIKE '%disparity';

-- scores, weights, intersections; strata with one group, one decision, nobody decided
SELECT kind, group_name, stratum, metric, round(value::numeric, 4) AS value, n, flag, reason
FROM fairpg.conditional_disparity('SELECT * FROM (VALUES (''a'', ''x'', 0.9, 0.1), (''a'', ''x'', 0.2, 0.1), (''b'', ''x'', 0.7, 0.1), (''a'', ''y'', 0.4, 0.3), (''a'', ''y'', 0.8, 0.3),
    (''b'', NULL, 0.6, 0.2), (''a'', NULL, 0.7, 0.2), (''b'', ''z'', NULL, 0.1)) v (grp, job, score, w)', '{grp}', 'job', score => 'score', weight => 'w')
WHERE group_name = 'b' ORDER BY kind, stratum, metric;
SELECT count(DISTINCT group_name) AS groups, count(DISTINCT stratum) AS strata
FROM fairpg.conditional_disparity('SELECT *, row_number() OVER (PARTITION BY department, sex ORDER BY admitted) < 10 AS early FROM admissions', '{sex*early}', 'department*sex', decision => 'admitted');
SELECT metric, value, n, reason FROM fairpg.conditional_disparity('SELECT 1 AS g, 2 AS s, NULL::bool AS d', '{g}', 's', decision => 'd');

-- refused
SELECT fairpg.conditional_disparity('admissions', NULL, 'department', decision => 'admitted');
SELECT fairpg.conditional_disparity('admissions', '{}', 'department', decision => 'admitted');
SELECT fairpg.conditional_disparity('admissions', '{sex}', NULL, decision => 'admitted');
SELECT fairpg.conditional_disparity('admissions', '{sex}', 'sex', decision => 'admitted');
SELECT fairpg.conditional_disparity('admissions', '{sex}', 'faculty', decision => 'admitted');
SELECT fairpg.conditional_disparity('admissions', '{faculty}', 'department', decision => 'admitted');
SELECT fairpg.conditional_disparity('admissions', '{sex}', 'department*faculty', decision => 'admitted');
SELECT fairpg.conditional_disparity('admissions', '{sex}', 'department*department', decision => 'admitted');
SELECT fairpg.conditional_disparity('admissions', '{sex}', 'department');
SELECT fairpg.conditional_disparity('admissions', '{sex}', 'department', decision => 'admitted', score => 'admitted');
SELECT fairpg.conditional_disparity('admissions', '{sex}', 'department', decision => 'sex');
SELECT fairpg.conditional_disparity('admissions', '{sex}', 'department', decision => 'admitted', threshold => 'NaN');
SELECT fairpg.conditional_disparity('admissions', '{sex}', 'department', decision => 'admitted', level => 2);
SELECT fairpg.conditional_disparity('admissions', '{sex}', 'department', decision => 'admitted', options => '{"seed": 1}');
SELECT fairpg.conditional_disparity('SELECT * FROM admissions WHERE false', '{sex}', 'department', decision => 'admitted');
SELECT fairpg.conditional_disparity('SELECT i AS s, i % 2 = 0 AS g, true AS d FROM generate_series(1, 1001) i', '{g}', 's', decision => 'd');

DROP TABLE found;
DROP TABLE admissions;
