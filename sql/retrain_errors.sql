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

DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP TABLE small;
