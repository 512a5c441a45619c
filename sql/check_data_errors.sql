-- What check_data() refuses, and what it reports rather than fail.
\set SHOW_CONTEXT never
CREATE TABLE odd (x integer, sex text, y boolean, w float8, doc json, nothing text);
INSERT INTO odd SELECT i, (ARRAY['f', 'm'])[1 + i % 2], i % 3 = 0, i % 4, '{}', NULL
FROM generate_series(1, 60) i;

-- arguments
SELECT * FROM fairpg.check_data(NULL);
SELECT * FROM fairpg.check_data('');
SELECT * FROM fairpg.check_data('nowhere');
SELECT * FROM fairpg.check_data('odd', '{age}');
SELECT * FROM fairpg.check_data('odd', '{sex,sex}');
SELECT * FROM fairpg.check_data('odd', '{sex,NULL}');
SELECT * FROM fairpg.check_data('odd', label => 'z');
SELECT * FROM fairpg.check_data('odd', features => '{x,z}');
SELECT * FROM fairpg.check_data('odd', features => '{x,x}');
SELECT * FROM fairpg.check_data('odd', features => '{x}', exclude => '{x}');
SELECT * FROM fairpg.check_data('odd', exclude => '{z}');
SELECT * FROM fairpg.check_data('odd', positive => 'true');
SELECT * FROM fairpg.check_data('odd', label => 'y', positive => 'perhaps');
SELECT * FROM fairpg.check_data('odd', weight => 'sex');
SELECT * FROM fairpg.check_data('odd', exclude => '{x,sex,y,w,doc,nothing}');
-- options
SELECT * FROM fairpg.check_data('odd', options => '{"strat": "sex"}');
SELECT * FROM fairpg.check_data('odd', options => '{"strata": "z"}');
SELECT * FROM fairpg.check_data('odd', options => '{"level": 1}');
SELECT * FROM fairpg.check_data('odd', options => '{"stand_ins": ["?", 9]}');
SELECT * FROM fairpg.check_data('odd', options => '{"thresholds": {"proxies": [1, 2, 3]}}');
SELECT * FROM fairpg.check_data('odd', options => '{"thresholds": {"missing": [0.3, 0.2, 0.5]}}');
SELECT * FROM fairpg.check_data('odd', options => '{"thresholds": {"missing": [0.1, 0.2]}}');
-- weights
SELECT * FROM fairpg.check_data('SELECT x, x - 30 AS w FROM odd', weight => 'w');
SELECT * FROM fairpg.check_data('SELECT x, NULL::int AS w FROM odd', weight => 'w');
SELECT * FROM fairpg.check_data('SELECT x, ''Infinity''::float8 AS w FROM odd', weight => 'w');
SELECT metric, value, n, fact FROM fairpg.check_data('odd', weight => 'w') WHERE check_name = 'rows';
-- reference populations
SELECT * FROM fairpg.check_data('odd', '{sex}', reference => 'nowhere');
SELECT * FROM fairpg.check_data('odd', '{sex}', reference => 'SELECT ''f'' AS sex');
SELECT * FROM fairpg.check_data('odd', '{sex}', reference => 'SELECT ''f'' AS gender, 1 AS share');
SELECT * FROM fairpg.check_data('odd', '{sex}', reference => 'SELECT ''f'' AS sex, 0 AS share');
SELECT * FROM fairpg.check_data('odd', '{sex}', reference => 'SELECT ''f'' AS sex, 0 AS share WHERE false');
SELECT * FROM fairpg.check_data('odd', '{sex}', reference => 'VALUES (''f'', -1)');
SELECT * FROM fairpg.check_data('odd', '{sex}', reference => 'SELECT sex, x - 10 AS share FROM odd');
SELECT * FROM fairpg.check_data('odd', '{sex}', reference => 'SELECT sex, ''NaN''::float8 AS share FROM odd');
SELECT * FROM fairpg.check_data('odd', '{sex}', reference => 'SELECT sex, 1 AS share, 1 AS count FROM odd');
SELECT severity, group_name, metric, value, n, fact
FROM fairpg.check_data('odd', '{sex}', reference => 'SELECT ''f'' AS sex, 3 AS count UNION ALL SELECT NULL, 7')
WHERE check_name = 'coverage';
-- no function in a source or reference may write
CREATE FUNCTION writes() RETURNS integer LANGUAGE sql AS 'INSERT INTO odd (x) VALUES (1) RETURNING x';
SELECT * FROM fairpg.check_data('SELECT x, writes() FROM odd');
SELECT * FROM fairpg.check_data('odd', '{sex}', reference => 'SELECT sex, writes() AS count FROM odd');
SELECT count(*) FROM odd;

-- no rows, one row, labels that are all NULL or one, a group without labels
SELECT check_name, severity, metric, value, n, fact FROM fairpg.check_data('SELECT * FROM odd WHERE false', '{sex}', 'y');
SELECT check_name, severity, attribute, group_name, metric, value, n
FROM fairpg.check_data('SELECT x, sex, y FROM odd LIMIT 1', '{sex}', 'y') WHERE check_name <> 'leakage';
SELECT check_name, severity, metric, value, fact
FROM fairpg.check_data('SELECT x, NULL::boolean AS y FROM odd', label => 'y') WHERE check_name LIKE 'label%';
SELECT check_name, severity, metric, value, fact
FROM fairpg.check_data('SELECT x, true AS y FROM odd', label => 'y') WHERE check_name LIKE 'label%';
SELECT check_name, severity, metric, value, fact, advice
FROM fairpg.check_data('SELECT x, sex AS y FROM odd', label => 'y', positive => 'x') WHERE check_name LIKE 'label%';
SELECT check_name, severity, group_name, metric, value, n
FROM fairpg.check_data('SELECT x, sex, CASE WHEN sex = ''m'' THEN y END AS y FROM odd', '{sex}', 'y')
WHERE check_name LIKE 'label%' AND group_name = 'f';

-- an attribute with one group, and one with 100 000
SELECT severity, metric, value, fact, advice FROM fairpg.check_data('SELECT x, 1 AS g FROM odd', '{g}')
WHERE check_name = 'coverage' AND metric = 'groups';
SELECT check_name, severity, attribute, metric, value, n, fact
FROM fairpg.check_data('SELECT i AS g, i % 2 AS h, i % 3 AS x, i % 5 = 0 AS y FROM generate_series(1, 100000) i',
	'{g,h,g*h}', 'y', options => '{"strata": "g"}')
WHERE attribute IN ('g', 'g*h') OR metric = 'CDDL' OR (attribute = 'h' AND metric = 'share');

-- row security holds, and is said
CREATE ROLE fairpg_checker;
GRANT SELECT ON odd TO fairpg_checker;
ALTER TABLE odd ENABLE ROW LEVEL SECURITY;
CREATE POLICY forty ON odd USING (x <= 40);
SET ROLE fairpg_checker;
SELECT severity, metric, value, n, fact FROM fairpg.check_data('odd') WHERE check_name = 'rows';
RESET ROLE;
ALTER TABLE odd DISABLE ROW LEVEL SECURITY;
REVOKE SELECT ON odd FROM fairpg_checker;
SET ROLE fairpg_checker;
SELECT count(*) FROM fairpg.check_data('odd');
RESET ROLE;
DROP POLICY forty ON odd;
DROP ROLE fairpg_checker;

-- a value nearly everywhere, among more others than are counted one by one
SELECT severity, column_name, metric, round(value::numeric, 2) AS value, n
FROM fairpg.check_data('SELECT CASE WHEN i % 25 = 0 THEN i / 7.0 ELSE 0 END AS zeros, i AS id FROM generate_series(1, 500000) i',
	options => '{"sample": 20000}') WHERE metric = 'dominant_share';

-- columns that are no features are reported, whatever they are called
SELECT severity, column_name, metric, value, fact
FROM fairpg.check_data($$SELECT i AS "a;b'<script>", point(i, 1) AS "drop table ""x""", 'NaN'::float8 AS nan,
	'{1,2}'::float8[] AS both, NULL::int AS nothing, repeat('some words of people ', i % 9) || i AS letter,
	md5(i::text)::uuid AS uuid, now() AS now FROM generate_series(1, 200) i$$)
WHERE severity <> 'ok' ORDER BY column_name, metric;
SELECT severity, attribute, group_name, fact
FROM fairpg.check_data($$SELECT '<b>"x"' || i % 2 AS "g*h;--", i AS x FROM generate_series(1, 80) i$$, '{"g*h;--"}')
WHERE metric = 'share';
-- what training refuses is told
SELECT severity, column_name, metric, fact FROM fairpg.check_data('SELECT i % 2 = 0 AS g, CASE WHEN i % 50 = 0 THEN 3.5e38 ELSE i END AS far, CASE WHEN i % 50 = 0 THEN -3.4e38 ELSE i END AS near
    FROM generate_series(1, 200) i', '{g}') WHERE metric = 'not_finite';
DROP FUNCTION writes;
DROP TABLE odd;
