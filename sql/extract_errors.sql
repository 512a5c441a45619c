SET client_min_messages = warning;
-- What a source can be refused for: each case has its SQLSTATE, names the
-- objects it is about, and shows no value of the data.  Only cases where that
-- is not so are printed.
SELECT fairpg.init() IS NOT NULL AS ready;

CREATE TABLE loan (id integer, x float8, z float8, y boolean, y12 integer, y21 integer, y07 integer, y70 integer,
    yf float8, t text, t3 text, one text, u uuid, doc jsonb, secret text, allnull float8, emb float8[], noemb float8[],
    g text, gc text, part text, w float8, big numeric);
INSERT INTO loan SELECT i, i * 7919 % 101, i * 104729 % 97, i % 2 = 0, 1 + i % 2, 2 - i % 2, i % 2 * 7, 7 - i % 2 * 7,
    CASE WHEN i % 3 = 0 THEN float8 'NaN' ELSE i % 2 END, CASE WHEN i % 2 = 0 THEN 'yes' ELSE 'no' END,
    (ARRAY['p','q','r'])[1 + i % 3], 'same', ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid, '{}',
    'hushhush' || i, NULL, ARRAY[i % 7, i % 5], NULL, CASE WHEN i % 3 = 0 THEN 'a' ELSE 'b' END, 'one group',
    CASE WHEN i % 4 = 0 THEN 'test' ELSE 'train' END, 1, i
FROM generate_series(1, 300) i;
CREATE INDEX loan_id ON loan (id);
CREATE SEQUENCE loan_sequence;
CREATE TYPE loan_pair AS (x integer, y boolean);
CREATE TABLE log (entry text);
CREATE FUNCTION noisy(integer) RETURNS integer LANGUAGE sql VOLATILE
    AS 'INSERT INTO log VALUES (''written'') RETURNING 1';

CREATE TABLE refusal (number serial, call text, state text, names text[]);

-- sources
INSERT INTO refusal (call, state, names) VALUES
    ($$'m', 'nowhere', 'y'$$, '42P01', '{nowhere}'),
    ($$'m', 'nowhere.loan', 'y'$$, '42P01', '{nowhere}'),
    ($$'m', 'loan.', 'y'$$, '42601', '{}'),
    ($$'m', 'loan loan', 'y'$$, '42601', '{}'),
    ($$'m', '   ', 'y'$$, NULL, '{}'),
    ($$'m', 'loan_id', 'y'$$, '42809', '{loan_id}'),
    ($$'m', 'loan_sequence', 'y'$$, '42809', '{loan_sequence}'),
    ($$'m', 'loan_pair', 'y'$$, '42809', '{loan_pair}'),
    ($$'m', 'SELECT x, y FROM', 'y'$$, '42601', '{}'),
    ($$'m', 'SELECT x, y FROM loan; SELECT x, y FROM loan', 'y'$$, '42601', '{}'),
    ($$'m', 'SELECT x, y FROM loan; DELETE FROM loan', 'y'$$, '42601', '{}'),
    ($$'m', 'SELECT * FROM loan) AS src, (SELECT 1 AS one', 'y'$$, '42601', '{}'),
    ($$'m', 'SELECT * FROM loan) AS other, (SELECT * FROM loan', 'y'$$, '42601', '{}'),
    ($$'m', '(SELECT x, y FROM loan', 'y'$$, '42601', '{}'),
    ($$'m', 'SELECT nothing FROM loan', 'y'$$, '42703', '{nothing}'),
    ($$'m', 'SELECT x, y, z AS x FROM loan', 'y'$$, '42701', '{x}'),
    ($$'m', 'SELECT x, y, $1 AS z FROM loan', 'y'$$, '42P02', '{}'),
    ($$'m', 'SELECT x, y FROM loan WHERE false', 'y'$$, '22023', '{}'),
    ($$'m', 'SELECT y, emb FROM loan WHERE false', 'y'$$, '22023', '{}'),
    ($$'m', 'SELECT y, x, z FROM loan WHERE id IN (2, 3)', 'y', split => 'none'$$, '22023', '{}');

-- sources that write
INSERT INTO refusal (call, state, names) VALUES
    ($$'m', 'WITH gone AS (DELETE FROM loan RETURNING *) SELECT x, y FROM gone', 'y'$$, '25006', '{}'),
    ($$'m', 'SELECT x, y FROM loan FOR UPDATE', 'y'$$, '25006', '{}'),
    ($$'m', 'SELECT y, x, noisy(id) AS n FROM loan', 'y'$$, '25006', '{}'),
    ($$'m', 'SELECT y, emb, noisy(id) AS n FROM loan', 'y'$$, '25006', '{}'),
    ($$'m', 'SELECT y, x, nextval(''loan_sequence'') AS n FROM loan', 'y'$$, '25006', '{}');

-- columns
INSERT INTO refusal (call, state, names) VALUES
    ($$'m', 'loan', 'Y'$$, '42703', '{Y,loan}'),
    ($$'m', 'loan', 'y', weight => 'nothing'$$, '42703', '{nothing}'),
    ($$'m', 'loan', 'y', exclude => '{nothing}'$$, '42703', '{nothing}'),
    ($$'m', 'loan', 'y', protected => '{g*nothing}'$$, '42703', '{nothing}'),
    ($$'m', 'loan', 'y', options => '{"key": "nothing"}'$$, '42703', '{nothing}'),
    ($$'m', 'loan', 'y', weight => 'ctid'$$, '0A000', '{ctid}'),
    ($$'m', 'loan', 'y', protected => '{tableoid}'$$, '0A000', '{tableoid}'),
    ($$'m', 'loan', 'y', features => '{x,z,x}'$$, '42701', '{x,features}'),
    ($$'m', 'loan', 'y', exclude => '{x,x}'$$, '42701', '{x,exclude}'),
    ($$'m', 'loan', 'y', features => '{x}', protected => '{g,g}'$$, '42701', '{g,protected}'),
    ($$'m', 'loan', 'y', features => '{x,y}'$$, '22023', '{y}'),
    ($$'m', 'loan', 'y', features => '{x,w}', weight => 'w'$$, '22023', '{w}'),
    ($$'m', 'loan', 'y', features => '{x,part}', split => 'column:part=test'$$, '22023', '{part}'),
    ($$'m', 'loan', 'y', features => '{x}', exclude => '{x}'$$, '22023', '{x}'),
    ($$'m', 'SELECT y FROM loan', 'y'$$, '22023', '{}'),
    ($$'m', 'loan', 'y', features => '{x,doc}'$$, '42804', '{doc,jsonb}');

-- labels
INSERT INTO refusal (call, state, names) VALUES
    ($$'m', 'SELECT x, y12 FROM loan ORDER BY id', 'y12'$$, '22023', '{y12}'),
    ($$'m', 'SELECT x, y21 FROM loan ORDER BY id', 'y21'$$, '22023', '{y21}'),
    ($$'m', 'SELECT x, y07 FROM loan ORDER BY id', 'y07'$$, '22023', '{y07}'),
    ($$'m', 'SELECT x, y70 FROM loan ORDER BY id', 'y70'$$, '22023', '{y70}'),
    ($$'m', 'SELECT x, yf FROM loan ORDER BY id', 'yf'$$, '22023', '{yf}'),
    ($$'m', 'loan', 'z', features => '{x}'$$, '22023', '{z}'),
    ($$'m', 'loan', 't', features => '{x}'$$, '42804', '{t,positive}'),
    ($$'m', 'loan', 't', positive => 'Yes', features => '{x}'$$, '22023', '{t,Yes}'),
    ($$'m', 'loan', 't3', positive => 'p', features => '{x}'$$, '22023', '{t3}'),
    ($$'m', 'loan', 'one', positive => 'same', features => '{x}'$$, '22023', '{one}'),
    ($$'m', 'loan', 'y12', positive => '3', features => '{x}'$$, '22023', '{y12,3}'),
    ($$'m', 'loan', 'emb', features => '{x}'$$, '42804', '{emb}'),
    ($$'m', 'SELECT x, NULL::boolean AS y FROM loan', 'y'$$, '22004', '{y}'),
    ($$'m', 'SELECT x, id > 0 AS y FROM loan', 'y'$$, '22023', '{y}'),
    ($$'m', 'SELECT x, nullif(y, false) AS y FROM loan', 'y'$$, '22023', '{y}');

-- groups
INSERT INTO refusal (call, state, names) VALUES
    ($$'m', 'loan', 'y', features => '{x}', protected => '{gc}'$$, '22023', '{gc}'),
    ($$'m', 'loan', 'y', features => '{x}', protected => '{doc}'$$, '42804', '{doc}'),
    ($$'m', 'SELECT y, x, g1.i % 200 AS a, g1.i / 200 AS b FROM loan, generate_series(0, 39999) AS g1 (i) WHERE id IN (1, 2)',
       'y', features => '{x}', protected => '{a,b}'$$, '54000', '{}');

-- values
INSERT INTO refusal (call, state, names) VALUES
    ($$'m', 'SELECT y, CASE WHEN id = 7 THEN ''NaN'' ELSE x END AS x FROM loan ORDER BY id', 'y'$$, '22003', '{x,7}'),
    ($$'m', 'SELECT y, CASE WHEN id = 8 THEN ''-infinity'' ELSE x END AS x FROM loan ORDER BY id', 'y'$$, '22003', '{x,8}'),
    ($$'m', 'SELECT y, CASE WHEN id = 8 THEN 1e300 ELSE x END AS x FROM loan ORDER BY id', 'y'$$, '22003', '{x,8}'),
    ($$'m', 'SELECT y, CASE WHEN id = 9 THEN 10::numeric ^ 400 ELSE big END AS big FROM loan ORDER BY id', 'y'$$, '22003', '{big,9}'),
    ($$'m', 'SELECT y, x, CASE WHEN id = 9 THEN date ''infinity'' ELSE date ''2020-01-01'' + id END AS d FROM loan ORDER BY id', 'y'$$, '22003', '{d,9}'),
    ($$'m', 'SELECT y, CASE WHEN id = 9 THEN ARRAY[1, float8 ''NaN''] ELSE emb END AS emb FROM loan ORDER BY id', 'y'$$, '22003', '{emb,9}'),
    ($$'m', 'SELECT y, CASE WHEN id = 9 THEN ARRAY[1] ELSE emb END AS emb FROM loan ORDER BY id', 'y'$$, '2202E', '{emb,9}'),
    ($$'m', 'loan', 'y', features => '{x,noemb}'$$, '22023', '{noemb}'),
    ($$'m', 'SELECT y, x, CASE WHEN id = 9 THEN NULL ELSE w END AS w FROM loan ORDER BY id', 'y', weight => 'w'$$, '22004', '{w,9}'),
    ($$'m', 'SELECT y, x, CASE WHEN id = 9 THEN -1 ELSE w END AS w FROM loan ORDER BY id', 'y', weight => 'w'$$, '22003', '{w,9}'),
    ($$'m', 'SELECT y, x, CASE WHEN id = 9 THEN ''NaN'' ELSE w END AS w FROM loan ORDER BY id', 'y', weight => 'w'$$, '22003', '{w,9}'),
    ($$'m', 'SELECT y, x, CASE WHEN id = 9 THEN ''infinity'' ELSE w END AS w FROM loan ORDER BY id', 'y', weight => 'w'$$, '22003', '{w,9}'),
    ($$'m', 'SELECT y, x, 0 AS w FROM loan', 'y', weight => 'w'$$, '22023', '{}'),
    ($$'m', 'loan', 'y', weight => 't', features => '{x}'$$, '42804', '{t}'),
    ($$'m', 'SELECT y, CASE WHEN id = 9 THEN NULL ELSE x END AS x FROM loan ORDER BY id', 'y', options => '{"nulls": "reject"}'$$, '22004', '{x,9}'),
    ($$'m', 'loan', 'y', features => '{x}', options => '{"nulls": "maybe"}'$$, '22023', '{nulls}'),
    ($$'m', 'loan', 'y', features => '{x,allnull}', options => '{"nulls": "drop"}'$$, '22023', '{}');

-- splits
INSERT INTO refusal (call, state, names)
SELECT format($$'m', 'loan', 'y', features => '{x}', split => %L$$, split), '22023', ARRAY['split']
FROM unnest(ARRAY['hash', 'hash:', 'hash:0', 'hash:1', 'hash:-0.1', 'hash:nan', 'hash:0.2x', 'column', 'column:', 'column:part',
                  'column:=test', 'column:part=', 'column:part=nowhere', 'random:0.2', 'NONE ']) AS split;
INSERT INTO refusal (call, state, names) VALUES
    ($$'m', 'loan', 'y', features => '{x}', split => 'column:nothing=1'$$, '42703', '{nothing}'),
    ($$'m', 'loan', 'y', features => '{x}', split => 'column:y=true'$$, '22023', '{split,y}'),
    ($$'m', 'SELECT *, y OR id % 4 = 1 AS most FROM loan WHERE y OR id % 4 = 3', 'y', features => '{x}', split => 'column:most=false'$$, '22023', '{y}'),
    ($$'m', 'loan', 'y', features => '{x}', split => 'column:one=same'$$, '22023', '{split}');

CREATE FUNCTION outcome(call text, OUT state text, OUT said text, OUT hint text) LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    EXECUTE 'SELECT fairpg.train(' || call || ')';
    state := '00000';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state := RETURNED_SQLSTATE, said := MESSAGE_TEXT,
        detail := PG_EXCEPTION_DETAIL, hint := PG_EXCEPTION_HINT;
    said := concat_ws(' ', said, detail, hint);
END $$;

CREATE TABLE answer AS
SELECT r.*, o.state AS got, o.said, o.hint FROM refusal r, LATERAL outcome(r.call) o;

SELECT count(*) > 80 AS many_cases FROM answer;
SELECT number, call, got, said FROM answer
WHERE got = '00000' OR got LIKE 'XX%' OR got <> state
   OR EXISTS (SELECT FROM unnest(names) name WHERE position(name IN said) = 0)
ORDER BY number;
-- names that do not exist come with a way out
SELECT number, call, said FROM answer WHERE got IN ('42P01', '42703') AND coalesce(hint, '') = '' AND call NOT LIKE '%SELECT%' ORDER BY number;
-- no value is shown, and nothing was written by any of it
SELECT number, said FROM answer WHERE said ~ 'hushhush|1e\+?300' ORDER BY number;
SELECT count(*) AS models FROM fairpg_catalog.model;
SELECT (SELECT count(*) FROM loan) AS loans, (SELECT count(*) FROM log) AS log_entries;

-- after a refusal the transaction may write again, and so after a success
BEGIN;
SAVEPOINT before_refusal;
\set VERBOSITY terse
SELECT fairpg.train('m', 'SELECT y, x, noisy(id) AS n FROM loan', 'y');
ROLLBACK TO before_refusal;
INSERT INTO log VALUES ('after a refusal');
SELECT version FROM fairpg.train('m', 'loan', 'y', features => '{x,z}');
INSERT INTO log VALUES ('after a success');
COMMIT;
SELECT entry FROM log ORDER BY entry;

-- in a read-only transaction there is nowhere to store
BEGIN READ ONLY;
SELECT version FROM fairpg.train('m', 'loan', 'y', features => '{x,z}');
ROLLBACK;

DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP TABLE answer, refusal, loan, log;
DROP FUNCTION outcome(text), noisy(integer);
DROP SEQUENCE loan_sequence;
DROP TYPE loan_pair;
