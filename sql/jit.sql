SET client_min_messages = warning;
-- What reads a source runs without just-in-time compilation, which would answer
-- no cancel meanwhile; the caller's setting stays.  A source tells by a column.
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE r AS SELECT i % 7 < 3 AS y, i % 5 < 2 AS d, (i % 10) / 10.0::float8 AS x, (ARRAY['on', 'off'])[1 + i % 2] AS jit FROM generate_series(1, 200) i;
SELECT version FROM fairpg.train('m', 'r', 'y', features => '{x,jit}', split => 'none');
SET jit = on;
SET jit_above_cost = 0;
CREATE VIEW told AS SELECT y, d, x, current_setting('jit') AS jit FROM r;
SELECT DISTINCT group_name FROM fairpg.audit('told', '{jit}', label => 'y', decision => 'd') WHERE group_name IS NOT NULL;
SELECT DISTINCT group_name FROM fairpg.audit('told', '{jit}', label => 'x', prediction => 'x') WHERE group_name IS NOT NULL;
SELECT DISTINCT group_name FROM fairpg.check_data('told', '{jit}', 'y') WHERE group_name IS NOT NULL;
SELECT DISTINCT group_name FROM fairpg.counterfactual_flips('m', 'told', protected => '{jit}') WHERE group_name IS NOT NULL;
SELECT DISTINCT group_name FROM fairpg.ranking_audit('told', '{jit}', score => 'x') WHERE group_name IS NOT NULL;
SHOW jit;
DROP VIEW told;
DROP TABLE r;
DROP SCHEMA fairpg_report, fairpg_catalog CASCADE;
