-- What the audit refuses, and how it says it.
\set SHOW_CONTEXT never
CREATE TABLE loans (id integer, repaid boolean, approved boolean, sex text, score float8,
                    weight float8, grade integer, outcome text, doc json, born date);
INSERT INTO loans
SELECT i, i % 3 > 0, i % 2 = 0, (ARRAY['f', 'm'])[1 + i % 2], i / 100.0, 1, i % 3, 'ok', '{}', '2000-01-01'
FROM generate_series(1, 90) i;

-- arguments that are missing or too many
SELECT * FROM fairpg.audit(NULL, '{sex}', decision => 'approved');
SELECT * FROM fairpg.audit('', '{sex}', decision => 'approved');
SELECT * FROM fairpg.audit('loans', NULL, decision => 'approved');
SELECT * FROM fairpg.audit('loans', '{sex}', label => 'repaid');
SELECT * FROM fairpg.audit('loans', '{sex}', label => 'repaid', decision => 'approved', score => 'score');
SELECT * FROM fairpg.audit('loans', '{sex}', decision => 'approved', positive => 'ok');
SELECT * FROM fairpg.audit('loans', '{sex,sex}', decision => 'approved');
SELECT * FROM fairpg.audit('loans', '{sex,NULL}', decision => 'approved');
SELECT * FROM fairpg.audit('loans', '{{sex},{id}}', decision => 'approved');
SELECT * FROM fairpg.audit('loans', '{sex*sex*sex*sex*sex*sex*sex*sex*sex}', decision => 'approved');
-- numbers out of range
SELECT * FROM fairpg.audit('loans', '{sex}', score => 'score', threshold => NULL);
SELECT * FROM fairpg.audit('loans', '{sex}', score => 'score', threshold => 'NaN');
SELECT * FROM fairpg.audit('loans', '{sex}', decision => 'approved', level => 1);
SELECT * FROM fairpg.audit('loans', '{sex}', decision => 'approved', level => 'NaN');
SELECT * FROM fairpg.audit('loans', '{sex}', decision => 'approved', level => NULL);
-- options
SELECT * FROM fairpg.audit('loans', '{sex}', decision => 'approved', options => '{"replicate": 10}');
SELECT * FROM fairpg.audit('loans', '{sex}', decision => 'approved', options => '{"replicates": 10}');
SELECT * FROM fairpg.audit('loans', '{sex}', decision => 'approved', options => '{"replicates": "many"}');
SELECT * FROM fairpg.audit('loans', '{sex}', decision => 'approved', options => '[]');

-- sources
SELECT * FROM fairpg.audit('nowhere', '{sex}', decision => 'approved');
SELECT * FROM fairpg.audit('WITH gone AS (DELETE FROM loans RETURNING *) SELECT * FROM gone', '{sex}', decision => 'approved');
SELECT * FROM fairpg.audit('SELECT sex, sex, approved FROM loans', '{sex}', decision => 'approved');
SELECT * FROM fairpg.audit('loans', '{sex}', decision => 'approved') WHERE false;
TRUNCATE loans;
SELECT * FROM fairpg.audit('loans', '{sex}', decision => 'approved');
SELECT * FROM fairpg.audit('loans', '{}', decision => 'approved');
INSERT INTO loans
SELECT i, i % 3 > 0, i % 2 = 0, (ARRAY['f', 'm'])[1 + i % 2], i / 100.0, 1, i % 3, 'ok', '{}', '2000-01-01'
FROM generate_series(1, 90) i;
-- a function in the query that would write
CREATE FUNCTION writes() RETURNS boolean LANGUAGE plpgsql AS 'BEGIN DELETE FROM loans; RETURN true; END';
SELECT * FROM fairpg.audit('SELECT *, writes() AS w FROM loans', '{sex}', decision => 'w');
SELECT count(*) FROM loans;
DROP FUNCTION writes();

-- columns
SELECT * FROM fairpg.audit('loans', '{gender}', decision => 'approved');
SELECT * FROM fairpg.audit('loans', '{sex*gender}', decision => 'approved');
SELECT * FROM fairpg.audit('loans', '{sex*}', decision => 'approved');
SELECT * FROM fairpg.audit('loans', '{sex}', label => 'paid', decision => 'approved');
SELECT * FROM fairpg.audit('loans', '{sex}', decision => 'Approved');
SELECT * FROM fairpg.audit('loans', '{sex}', score => 'points');
SELECT * FROM fairpg.audit('loans', '{sex}', decision => 'approved', weight => 'w');
-- of a type that does not fit
SELECT * FROM fairpg.audit('loans', '{sex}', label => 'outcome', decision => 'approved');
SELECT * FROM fairpg.audit('loans', '{sex}', decision => 'outcome');
SELECT * FROM fairpg.audit('loans', '{sex}', score => 'outcome');
SELECT * FROM fairpg.audit('loans', '{sex}', score => 'approved');
SELECT * FROM fairpg.audit('loans', '{sex}', decision => 'approved', weight => 'sex');
SELECT * FROM fairpg.audit('loans', '{doc}', decision => 'approved');
SELECT * FROM fairpg.audit('loans', '{sex}', label => 'born', decision => 'approved', positive => 'yesterday noon');
-- with values that do not fit
SELECT * FROM fairpg.audit('loans', '{sex}', label => 'grade', decision => 'approved');
SELECT * FROM fairpg.audit('loans', '{sex}', decision => 'grade');
SELECT * FROM fairpg.audit('loans', '{sex}', label => 'outcome', decision => 'approved', positive => 'paid');
SELECT * FROM fairpg.audit('loans', '{sex}', label => 'grade', decision => 'approved', positive => '7');
\set SHOW_CONTEXT errors
SELECT count(*) FROM fairpg.audit('SELECT sex, ''NaN''::float8 AS score FROM loans', '{sex}', score => 'score');
\set SHOW_CONTEXT never
SELECT count(*) FROM fairpg.audit('SELECT *, -weight AS w FROM loans', '{sex}', decision => 'approved', weight => 'w');
SELECT count(*) FROM fairpg.audit('SELECT *, nullif(weight, 1) AS w FROM loans', '{sex}', decision => 'approved', weight => 'w');
-- groups
SET fairpg.max_groups = 50;
SELECT count(*) FROM fairpg.audit('loans', '{id}', decision => 'approved');
SELECT count(*) > 0 AS fits FROM fairpg.audit('SELECT * FROM loans WHERE id <= 50', '{id}', decision => 'approved');
RESET fairpg.max_groups;

DROP TABLE loans;
