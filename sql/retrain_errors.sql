SET client_min_messages = warning;
-- Training again, where it cannot be.
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE small AS SELECT i AS id, i % 2 = 0 AS y, (i * 7919 % 101)::float8 AS x, (i * 104729 % 97)::float8 AS x2, (ARRAY['u', 'v', 'w'])[1 + i % 3] AS g
FROM generate_series(1, 300) i;

-- option start
SELECT fairpg.train('m', 'small', 'y', features => '{x}', options => '{"start": "latest"}');
SELECT version FROM fairpg.train('m', 'small', 'y', features => '{x}', options => '{"start": null}');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', options => '{"start": 2}');
SELECT fairpg.train('other', 'small', 'y', features => '{x}', options => '{"start": 1}');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', options => '{"start": 0}');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', options => '{"start": 1.5}');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', options => '{"start": 1e20}');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', options => '{"start": "1"}');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', options => '{"start": true}');
SELECT fairpg.train('m', 'small', 'y', features => '{x}', options => '{"start": [1]}');
BEGIN;
UPDATE fairpg_catalog.model_version SET artifact = set_byte(artifact, 20, 1 + get_byte(artifact, 20) % 200) WHERE model = 'm';
SELECT fairpg.train('m', 'small', 'y', features => '{x}', options => '{"start": 1}');
ROLLBACK;
SELECT model, count(*) FROM fairpg_catalog.model_version GROUP BY model;

-- fairpg.retrain(): names
SELECT fairpg.retrain('nobody');
SELECT fairpg.retrain('m', version => 7);
SELECT fairpg.retrain('m', version => 0);
SELECT fairpg.retrain(NULL);
SELECT fairpg.retrain('m', source => '');
SELECT fairpg.retrain('m', source => 'nowhere');
SELECT fairpg.retrain('m', source => 'DELETE FROM small');
SELECT fairpg.retrain('m', start => 'yesterday');
SELECT fairpg.retrain('m', start => '0');
SELECT fairpg.retrain('m', start => '1 ');
SELECT fairpg.retrain('m', start => '99');
SELECT fairpg.retrain('m', start => '99999999999999999999');
-- columns that are gone, or others by now
SELECT version FROM fairpg.train('c', 'small', 'y', exclude => '{id}', protected => '{g}');
BEGIN;
ALTER TABLE small DROP COLUMN x2;
SELECT fairpg.retrain('c');
ROLLBACK;
BEGIN;
ALTER TABLE small ALTER x2 TYPE numeric(10, 2);
SELECT fairpg.retrain('c');
ROLLBACK;
BEGIN;
ALTER TABLE small RENAME y TO z;
SELECT fairpg.retrain('c');
ROLLBACK;
BEGIN;
ALTER TABLE small ALTER y TYPE text;
SELECT fairpg.retrain('c');
ROLLBACK;
BEGIN;
ALTER TABLE small RENAME g TO h;
SELECT fairpg.retrain('c');
ROLLBACK;
-- types are told apart by schema, and by what they are called there
BEGIN;
CREATE SCHEMA a;
CREATE SCHEMA b;
CREATE TYPE a.level AS ENUM ('u', 'v', 'w');
CREATE TYPE b.level AS ENUM ('u', 'v', 'w');
SET LOCAL search_path = a, public;
CREATE TABLE typed AS SELECT y, x, x2, g::level AS g FROM small;
SELECT version FROM fairpg.train('t', 'typed', 'y');
SET LOCAL search_path = b, public;
SELECT version FROM fairpg.retrain('t');
ALTER TABLE a.typed ALTER g TYPE b.level USING g::text::b.level;
SELECT fairpg.retrain('t');
ROLLBACK;
-- sources that are gone
BEGIN;
DROP TABLE small;
SELECT fairpg.retrain('c');
ROLLBACK;
BEGIN;
ALTER TABLE small RENAME TO "Not so small";
SELECT version FROM fairpg.retrain('c', source => '"Not so small"');
ALTER TABLE "Not so small" RENAME TO small;
SELECT fairpg.retrain('c');
ROLLBACK;
-- rows that no longer do
BEGIN;
DELETE FROM small WHERE y;
SELECT fairpg.retrain('c');
ROLLBACK;
-- specifications that are not of this layout
BEGIN;
UPDATE fairpg_catalog.model_version SET spec = spec - 'call' WHERE model = 'c';
SELECT fairpg.retrain('c');
ROLLBACK;
BEGIN;
UPDATE fairpg_catalog.model_version SET spec = spec || '{"layout": 2}' WHERE model = 'c';
SELECT fairpg.retrain('c');
ROLLBACK;
BEGIN;
UPDATE fairpg_catalog.model_version SET spec = jsonb_set(spec, '{call,split}', '{}') WHERE model = 'c';
SELECT fairpg.retrain('c');
ROLLBACK;
BEGIN;
UPDATE fairpg_catalog.model_version SET spec = spec #- '{call,seed}' WHERE model = 'c';
SELECT fairpg.retrain('c');
ROLLBACK;
BEGIN;
UPDATE fairpg_catalog.model_version SET spec = spec #- '{columns,x}' WHERE model = 'c';
SELECT fairpg.retrain('c');
ROLLBACK;
-- not here
BEGIN READ ONLY;
SELECT fairpg.retrain('c');
ROLLBACK;
SELECT model, count(*) FROM fairpg_catalog.model_version GROUP BY model ORDER BY model;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP TABLE small;
