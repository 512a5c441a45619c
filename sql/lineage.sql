SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- Training a version again, its lineage, and taking it elsewhere.
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE lineage_rows AS
SELECT i AS id, i * 7919 % 101 + i * 31 % 61 > 70 AS repaid, i * 7919 % 101 AS income, i * 31 % 7 AS years,
    CASE WHEN i % 3 = 0 THEN 'f' ELSE 'm' END AS sex, 1 + i % 4 AS w
FROM generate_series(1, 5000) i;
SELECT version FROM fairpg.train('lineage', 'lineage_rows', 'repaid', features => '{income,years}', protected => '{sex}', fairness => 'demographic_parity', max_gap => 0.02);
SELECT version FROM fairpg.train('lineage', 'SELECT * FROM lineage_rows WHERE id > 100', 'repaid', features => '{income,years}', protected => '{sex}', weight => 'w');

-- the same bytes, and nothing is left of it
SELECT same, artifact_sha256 = again_sha256 AS equal, changed FROM fairpg.reproduce('lineage', 1);
SELECT same, changed FROM fairpg.reproduce('lineage', 2);
SELECT count(*), max(next_version) FROM fairpg_catalog.model_version v JOIN fairpg_catalog.model m USING (model);
-- in another order of the heap
CREATE TABLE shuffled AS SELECT * FROM lineage_rows ORDER BY md5(id::text);
TRUNCATE lineage_rows;
INSERT INTO lineage_rows SELECT * FROM shuffled;
SELECT same, changed FROM fairpg.reproduce('lineage', 1);
-- one value of one row; a weight, where there are weights; a setting
UPDATE lineage_rows SET years = years + 1 WHERE id = 2000;
SELECT same, changed FROM fairpg.reproduce('lineage', 1);
UPDATE lineage_rows SET years = years - 1 WHERE id = 2000;
SELECT same, changed FROM fairpg.reproduce('lineage', 1);
UPDATE lineage_rows SET w = w + 1 WHERE id = 2000;
SELECT same, changed FROM fairpg.reproduce('lineage', 1);
SELECT same, changed FROM fairpg.reproduce('lineage', 2);
SET fairpg.min_group = 31;
SELECT same, changed FROM fairpg.reproduce('lineage', 1);
RESET fairpg.min_group;
DELETE FROM lineage_rows WHERE id = 3000;
SELECT same, changed FROM fairpg.reproduce('lineage', 1);
SELECT fairpg.reproduce('lineage', 9);
SELECT fairpg.reproduce('lineage', NULL);
ALTER TABLE lineage_rows DROP COLUMN years;
SELECT fairpg.reproduce('lineage', 1);

-- where it comes from
SELECT l #>> '{inputs,0,name}' AS source, l #>> '{outputs,0,name}' AS model, l #>> '{run,facets,fairpg_training,rows_train}' AS rows,
    (SELECT string_agg(f ->> 'field' || ' ' || (f #>> '{transformations,0,subtype}'), ', ') FROM json_array_elements(l #> '{outputs,0,facets,columnLineage,fields,score,inputFields}') f) AS columns
FROM fairpg.lineage('lineage') l;
SELECT fairpg.lineage('nothing');

-- elsewhere
CREATE TABLE image AS SELECT fairpg.export_model('lineage', 1) AS image;
SELECT fairpg.import_model(image, 'copy') FROM image;
SELECT fairpg.import_model(image) FROM image;
CREATE TABLE scored AS SELECT 50 AS income, 3 AS years, 'f' AS sex;
SELECT fairpg.predict('copy', s) = fairpg.predict('lineage', s, 1) AS same_score FROM scored s;
SELECT a.artifact_sha256 = b.artifact_sha256 AS same_bytes, b.comment ~ '^imported; was model lineage version 1' AS says_so,
    (SELECT count(*) FROM fairpg_catalog.coefficient c WHERE c.model = 'lineage' AND c.version = 1)
    = (SELECT count(*) FROM fairpg_catalog.coefficient c WHERE c.model = 'copy') AS all_coefficients
FROM fairpg_catalog.model_version a, fairpg_catalog.model_version b
WHERE (a.model, a.version) = ('lineage', 1) AND b.model = 'copy';
SELECT fairpg.import_model(jsonb_set(image, '{version,accuracy}', '1')) FROM image;
SELECT fairpg.import_model('{"format": "fairpg model 1"}');
SELECT fairpg.import_model('[]');
SELECT fairpg.import_model(image, E'a\nb') FROM image;
-- whoever makes the checksums anew still has to bring a model
SELECT fairpg.import_model(broken || jsonb_build_object('sha256', encode(sha256(convert_to(broken::text, 'UTF8')), 'hex')))
FROM (SELECT (image - 'sha256') || jsonb_build_object('version', (image -> 'version') || jsonb_build_object('artifact', '\x00112233',
    'artifact_sha256', '\x' || encode(sha256('\x00112233'), 'hex'))) AS broken FROM image) b;

DROP TABLE lineage_rows, shuffled, image, scored;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
