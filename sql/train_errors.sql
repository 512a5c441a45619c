SET client_min_messages = warning;
-- Bad input: an error that names what it is about, and nothing half-written.
\set VERBOSITY default
CREATE TABLE small (id integer, g text, k text, y boolean, y3 text, yone boolean, ynull boolean, yint integer,
    x float8, x2 float8, c text, doc jsonb, emb float8[], w float8);
INSERT INTO small SELECT i, CASE WHEN i % 3 = 0 THEN 'a' ELSE 'b' END, 'same', i % 2 = 0,
    (ARRAY['p','q','r'])[1 + i % 3], true, NULL, i % 2, (i * 7919 % 101)::float8, (i * 104729 % 97)::float8,
    (ARRAY['u','v'])[1 + i % 2], '{}', ARRAY[i % 7, i % 5], 1
FROM generate_series(1, 300) i;
SELECT fairpg.train('m', 'small', 'y', features => '{x}');
SELECT fairpg.init() IS NOT NULL AS ready;

-- names
SELECT fairpg.train('m', 'nowhere', 'y');
SELECT fairpg.train('m', 'small', 'nothing');
SELECT fairpg.train('m', 'small', 'y', features => '{x,nothing}');
SELECT fairpg.train('m', 'small', 'y', features => '{x,x}');
SELECT fairpg.train('m', 'small', 'y', features => '{x,y}');
SELECT fairpg.train('m', 'small', 'y', features => '{x,ctid}');
SELECT fairpg.train('m', 'small', 'y', features => '{x,doc}');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', protected => '{nothing}');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', protected => '{g,y}');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', protected => '{g*y}');
SELECT fairpg.train('', 'small', 'y', features => '{x}');
SELECT fairpg.train(NULL, 'small', 'y', features => '{x}');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', family => 'forest');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', fairness => 'niceness');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', protected => '{g}', fairness => 'demographic_parity', method => 'magic', max_gap => 0.1);
SELECT fairpg.train('m', 'small', 'y', features => '{x}', options => '{"ridge": 1}');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', options => '{"l2": "much"}');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', options => '{"l2": -1}');

-- strengths
SELECT fairpg.train('m', 'small', 'y', features => '{x}', protected => '{g}', fairness => 'demographic_parity');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', protected => '{g}', fairness => 'demographic_parity', max_gap => -0.1);
SELECT fairpg.train('m', 'small', 'y', features => '{x}', protected => '{g}', fairness => 'demographic_parity', max_gap => 'NaN');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', protected => '{g}', fairness => 'demographic_parity', max_gap => 1.5);
SELECT fairpg.train('m', 'small', 'y', features => '{x}', fairness => 'demographic_parity', max_gap => 0.1);
SELECT fairpg.train('m', 'small', 'y', features => '{x}', max_gap => 0.1);
SELECT fairpg.train('m', 'small', 'y', features => '{x}', protected => '{g}', fairness => 'demographic_parity', method => 'penalty', max_gap => 0.1);

-- labels
SELECT fairpg.train('m', 'small', 'y3', features => '{x}');
SELECT fairpg.train('m', 'small', 'y3', positive => 'p', features => '{x}');
SELECT fairpg.train('m', 'small', 'y3', positive => 'z', features => '{x}');
SELECT fairpg.train('m', 'small', 'c', positive => 'z', features => '{x}');
SELECT fairpg.train('m', 'small', 'yone', features => '{x}');
SELECT fairpg.train('m', 'small', 'ynull', features => '{x}');
SELECT fairpg.train('m', 'small', 'x', features => '{x2}');
SELECT fairpg.train('m', 'small', 'doc', features => '{x}');

-- groups
SELECT fairpg.train('m', 'small', 'y', features => '{x}', protected => '{k}');
SET fairpg.max_groups = 2;
SELECT fairpg.train('m', 'small', 'y', features => '{x}', protected => '{y3}');
RESET fairpg.max_groups;
SELECT fairpg.train('m', 'SELECT x, g, y AND g = ''a'' AS y FROM small', 'y', features => '{x}', protected => '{g}',
    fairness => 'equal_opportunity', max_gap => 0.1);

-- rows and values
SELECT fairpg.train('m', 'SELECT * FROM small WHERE false', 'y', features => '{x}');
SELECT fairpg.train('m', 'SELECT * FROM small LIMIT 2', 'y', features => '{x,x2,c}', split => 'none');
SELECT fairpg.train('m', 'SELECT y, CASE WHEN id = 7 THEN ''NaN'' ELSE x END AS x FROM small ORDER BY id', 'y');
SELECT fairpg.train('m', 'SELECT y, CASE WHEN id = 8 THEN ''infinity'' ELSE x END AS x FROM small ORDER BY id', 'y');
SELECT fairpg.train('m', 'SELECT y, x, CASE WHEN id = 9 THEN -1 ELSE w END AS w FROM small ORDER BY id', 'y', weight => 'w');
SELECT fairpg.train('m', 'SELECT y, x, CASE WHEN id = 9 THEN NULL ELSE w END AS w FROM small ORDER BY id', 'y', weight => 'w');
SELECT fairpg.train('m', 'SELECT y, CASE WHEN id = 9 THEN ''{1}'' ELSE emb END AS emb FROM small ORDER BY id', 'y');
SELECT fairpg.train('m', 'SELECT y, nullif(x, 7) AS x FROM small ORDER BY id', 'y', options => '{"nulls": "reject"}');
SELECT fairpg.train('m', 'SELECT y, x, x FROM small', 'y');
SELECT fairpg.train('m', 'SELECT y, x FROM small; SELECT 1', 'y');
SELECT fairpg.train('m', 'WITH gone AS (DELETE FROM small RETURNING *) SELECT y, x FROM gone', 'y');
CREATE FUNCTION writes() RETURNS integer LANGUAGE sql VOLATILE AS 'INSERT INTO small (id) VALUES (0) RETURNING id';
SELECT fairpg.train('m', 'SELECT y, x, writes() AS z FROM small', 'y');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', split => 'sometimes');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', split => 'hash:1.5');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', split => 'column:nothing=1');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', split => 'column:k=other');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', split => 'column:k=same');
SET maintenance_work_mem = '1MB';
\set VERBOSITY terse
SELECT fairpg.train('m', 'SELECT y, x + i AS x FROM small, generate_series(1, 1000) i', 'y');
\set VERBOSITY default
RESET maintenance_work_mem;

-- nothing was stored by any of that
SELECT count(*) AS models FROM fairpg_catalog.model;
SELECT count(*) AS rows FROM small;
SELECT current_setting('application_name') AS application_name;

SELECT fairpg.train('m', 'SELECT *, 1e-50::float8 AS tiny FROM small', 'y', features => '{x}', weight => 'tiny');
-- a column that cannot be read must not be compared with either
CREATE VIEW odd AS SELECT s.*, 'x'::"char" AS c1, '00000000-0000-0000-0000-000000000000'::uuid AS u, '{1}'::integer[] AS ints FROM small s;
SELECT fairpg.train('m', 'odd', 'y', features => '{x}', split => 'column:c1=x');
SELECT fairpg.train('m', 'odd', 'y', features => '{x}', split => 'column:u=00000000-0000-0000-0000-000000000000');
SELECT fairpg.train('m', 'odd', 'y', features => '{x}', split => 'column:ints={1}');
SELECT fairpg.train('m', 'odd', 'y', features => '{x}', split => 'column:emb={1}');
DROP VIEW odd;
SELECT fairpg.train('m', 'small', 'y', features => '{x}', protected => '{c*}');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', protected => '{""}');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', protected => '{c,c * g * c}');
SELECT fairpg.train('m', 'small', 'y', features => '{}');
SELECT fairpg.train('m', 'SELECT *, repeat(c, 2000) AS long FROM small', 'y', features => '{x}', protected => '{long}');
SELECT fairpg.train('m', 'SELECT *, 1e30::float8 AS big FROM small', 'y', features => '{x}', weight => 'big');
-- warnings, not errors
SELECT warnings FROM fairpg.train('warned', 'SELECT *, y AS copy, x * 0 AS zero FROM small', 'y', protected => '{g,c}',
    features => '{x,x2,copy,zero}', fairness => 'demographic_parity', max_gap => 0.5, options => '{"min_group": 101}', split => 'none');
SELECT rows_dropped FROM fairpg.train('warned', 'SELECT nullif(y, id < 11) AS y, x, x2 FROM small', 'y');

DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP FUNCTION writes();
DROP TABLE small;
