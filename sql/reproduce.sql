-- The same rows give the same bytes of the model, whatever their order.
SELECT fairpg.init() IS NOT NULL AS ready;

-- seconds, fractions, integers, NULLs, rare values, copies of rows, weights
CREATE TABLE people AS
SELECT i AS id, 20 + i * 7919 % 60 AS age, CASE WHEN i % 11 > 0 THEN (i * 104729 % 100003) / 77.0 END AS income,
    timestamp '2026-01-01' + i * interval '37.25 s' AS applied, date '1980-01-01' + i * 31 % 9000 AS born,
    CASE WHEN i % 17 > 0 THEN 'job ' || (i * i) % 97 END AS job, CASE WHEN i * 31 % 7 < 3 THEN 'f' ELSE 'm' END AS sex,
    CASE i * 13 % 5 WHEN 0 THEN 'a' WHEN 1 THEN NULL ELSE 'b' END AS origin, 0.5 + i % 9 / 8.0 AS w,
    hashint4(i) & 1023 < 200 + 10 * (i * 7919 % 60) + CASE WHEN i * 31 % 7 < 3 THEN 0 ELSE 150 END AS y
FROM generate_series(1, 6000) i;
CREATE TABLE turned AS SELECT * FROM people ORDER BY id DESC;
CREATE TABLE shuffled AS SELECT * FROM people ORDER BY hashint4(id);
CREATE TABLE coarse AS SELECT age / 20 AS age, sex, origin, y FROM people;
CREATE TABLE coarse_shuffled AS SELECT age / 20 AS age, sex, origin, y FROM shuffled;

-- one row for each way to train: how many different models three orders make
CREATE FUNCTION versions(call text, VARIADIC sources text[]) RETURNS TABLE (models bigint, losses bigint, gaps bigint, rows_held_out bigint)
LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. array_length(sources, 1) LOOP
        EXECUTE format('SELECT 1 FROM fairpg.train(''order'', %L, ''y'', %s)', sources[i], call);
    END LOOP;
    RETURN QUERY SELECT count(DISTINCT artifact), count(DISTINCT loss), count(DISTINCT gap), min(rows_test)
        FROM fairpg_catalog.model_version WHERE model = 'order';
    DELETE FROM fairpg_catalog.model_version WHERE model = 'order';
END $$;
SELECT 'plain' AS way, models, losses FROM versions('exclude => ''{id,w}''', 'people', 'turned', 'shuffled')
UNION ALL SELECT 'constrained', models, losses + gaps - 1 FROM versions('protected => ''{sex,origin,sex*origin}'', exclude => ''{id,w}'',
    fairness => ''equalized_odds'', max_gap => 0.05', 'people', 'turned', 'shuffled')
UNION ALL SELECT 'penalised', models, losses + gaps - 1 FROM versions('protected => ''{sex}'', exclude => ''{id,w}'',
    fairness => ''demographic_parity'', method => ''penalty'', penalty => 3', 'people', 'turned', 'shuffled')
UNION ALL SELECT 'weighted, with a key', models, losses FROM versions('weight => ''w'', exclude => ''{}'', options => ''{"key": "id"}''',
    'people', 'turned', 'shuffled')
UNION ALL SELECT 'thresholds by group, weighted', models, losses + gaps - 1 FROM versions('weight => ''w'', exclude => ''{}'', options => ''{"key": "id"}'',
    protected => ''{sex}'', fairness => ''equalized_odds'', method => ''threshold'', max_gap => 0.05', 'people', 'turned', 'shuffled')
UNION ALL SELECT 'reweighed', models, losses FROM versions('weight => ''w'', exclude => ''{}'', options => ''{"key": "id"}'',
    protected => ''{sex,origin}'', fairness => ''demographic_parity'', method => ''reweigh'' ', 'people', 'turned', 'shuffled')
UNION ALL SELECT 'several constraints', models, losses + gaps - 1 FROM versions('exclude => ''{id,w}'', protected => ''{sex,origin}'',
    options => ''{"constraints": [{"fairness": "demographic_parity", "min_ratio": 0.9}, {"fairness": "group_loss", "max_loss": 0.7}]}'' ', 'people', 'turned', 'shuffled')
UNION ALL SELECT 'weighted, none held out', models, losses FROM versions('weight => ''w'', exclude => ''{id}'', split => ''none''',
    'people', 'turned', 'shuffled')
UNION ALL SELECT 'without a matrix', models, losses FROM versions('exclude => ''{id,w}'', options => ''{"solver": "lbfgs"}''',
    'people', 'turned', 'shuffled')
UNION ALL SELECT 'copies', models, losses FROM versions('protected => ''{sex}'', fairness => ''demographic_parity'', max_gap => 0.05',
    'coarse', 'coarse_shuffled');

-- and once more with the same
SELECT models, rows_held_out > 1000 AS some_held_out FROM versions('exclude => ''{id,w}''', 'people', 'people');

-- large enough that the search begins on a sample
CREATE TABLE crowd AS SELECT p.*, i * 0.37 + age AS level FROM people p, generate_series(1, 30) i;
CREATE TABLE crowd_shuffled AS SELECT * FROM crowd ORDER BY hashfloat8(level + id), level;
SELECT models, losses, gaps FROM versions('protected => ''{sex}'', exclude => ''{id,w}'', fairness => ''equalized_odds'', max_gap => 0.02', 'crowd', 'crowd_shuffled');
DROP FUNCTION versions;
DROP TABLE people, turned, shuffled, coarse, coarse_shuffled, crowd, crowd_shuffled;
SET client_min_messages = warning;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
