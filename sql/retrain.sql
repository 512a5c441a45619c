SET client_min_messages = warning;
-- Training again: from an earlier version.
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE people AS
SELECT i AS id, CASE WHEN hashint8(i * 3) % 3 = 0 THEN 'f' ELSE 'm' END AS sex,
       (ARRAY['n', 's', 'e', 'w'])[1 + abs(hashint8(i * 5)) % 4] AS region,
       CASE WHEN i % 17 > 0 THEN 1e6 + hashint8(i * 37)::float8 / 2147483648 END AS income,
       hashint8(i * 41)::float8 / 2147483648 AS debts,
       ARRAY[hashint8(i * 47), hashint8(i * 59)]::float8[] AS noise,
       date '2020-01-01' + abs(hashint8(i * 53)) % 1000 AS since,
       hashint8(i * 37)::float8 / 2147483648 + 0.1 * hashint8(i * 41)::float8 / 2147483648
           + hashint8(i * 43)::float8 / 2147483648 + CASE WHEN hashint8(i * 3) % 3 = 0 THEN -0.5 ELSE 0.1 END > 0 AS paid
FROM generate_series(1, 6000) i;
CREATE FUNCTION largest_difference(a text, b integer, c integer) RETURNS float8 STABLE LANGUAGE sql AS
$$ SELECT max(abs(x.estimate - y.estimate) / (1 + abs(x.estimate))) FROM fairpg_catalog.coefficient x JOIN fairpg_catalog.coefficient y USING (model, position)
   WHERE x.model = a AND x.version = b AND y.version = c $$;

-- option start: the same model in fewer passes, by whatever method
CREATE TABLE calls (name text, criterion text, way text, bound float8, price float8, more jsonb);
INSERT INTO calls VALUES
    ('plain', 'none', 'constraint', NULL, NULL, '{}'), ('net', 'none', 'constraint', NULL, NULL, '{"l1": 0.003, "monotone": {"debts": "-"}}'),
    ('learnt', 'none', 'constraint', NULL, NULL, '{"solver": "lbfgs"}'), ('bounded', 'demographic_parity', 'constraint', 0.03, NULL, '{}'),
    ('priced', 'demographic_parity', 'penalty', NULL, 5, '{}'), ('weighed', 'demographic_parity', 'reweigh', NULL, NULL, '{}'),
    ('served', 'group_loss', 'minimax', NULL, NULL, '{}');
CREATE FUNCTION train_all(start jsonb) RETURNS TABLE (name text, version integer, status text) VOLATILE LANGUAGE sql AS
$$ SELECT name, t.version, t.status FROM calls, LATERAL fairpg.train(name, 'people', 'paid', protected => '{sex}', exclude => '{id}', fairness => criterion,
       method => way, max_gap => bound, penalty => price, options => more || start || '{"key": "id"}') t ORDER BY name $$;
SELECT * FROM train_all('{}');
SELECT * FROM train_all('{"start": 1}');
SELECT model, a.iterations > b.iterations AS fewer, largest_difference(model, 1, 2) < CASE WHEN a.method IN ('none', 'reweigh') THEN 1e-6 ELSE 0.02 END AS same,
       abs(a.loss - b.loss) < 1e-3 * a.loss AS as_good, b.spec -> 'start' AS start
FROM fairpg_catalog.model_version a JOIN fairpg_catalog.model_version b USING (model) WHERE a.version = 1 AND b.version = 2 ORDER BY model;
SELECT model, iterations FROM fairpg_catalog.model_version WHERE model IN ('plain', 'weighed') AND version = 2 ORDER BY model;
-- 'latest' is the highest version of then, by number; with the same start the same bytes
SELECT count(*) FROM train_all('{"start": "latest"}');
SELECT count(*) FROM train_all('{"start": 2}');
SELECT model, a.spec -> 'start' AS start, b.spec -> 'start' AS again, a.artifact = b.artifact AS same
FROM fairpg_catalog.model_version a JOIN fairpg_catalog.model_version b USING (model) WHERE a.version = 3 AND b.version = 4 ORDER BY model;
-- nothing is taken from a start but where the search begins: other rows, other columns, columns of another type by now
CREATE VIEW later AS SELECT id, paid, sex, since - date '2000-01-01' AS since, region || CASE WHEN id % 2 = 0 THEN '2' ELSE '' END AS region, income * 100 AS income,
    debts > 0 AS debts, id % 5 AS more FROM people WHERE id > 2000;
SELECT version, status FROM unnest('{null,2}'::jsonb[]) start, LATERAL fairpg.train('plain', 'later', 'paid', features => '{since,region,income,debts,more}',
    options => jsonb_build_object('key', 'id', 'start', start)) ORDER BY version;
SELECT largest_difference('plain', 5, 6) < 1e-6 AS same;

-- fairpg.retrain(): the call of a version, made again; anew it gives the same bytes
CREATE TABLE loans AS SELECT * FROM people WHERE id <= 4000;
SELECT version, status FROM fairpg.train('nightly', 'loans', 'paid', protected => '{sex,region}', exclude => '{id,noise}', fairness => 'equal_opportunity',
    max_gap => 0.1, split => 'hash:0.25', seed => 7, comment => 'the first', options => '{"key": "id", "min_group": 20, "l2": 0.001,
        "constraints": [{"fairness": "demographic_parity", "min_ratio": 0.5, "protected": ["sex"]}]}');
SELECT model, version, status FROM fairpg.retrain('nightly', start => 'none', comment => 'the same');
SELECT version, comment, source, spec -> 'replays' AS replays, spec -> 'start' AS start, artifact = first_value(artifact) OVER (ORDER BY version) AS same
FROM fairpg_catalog.model_version WHERE model = 'nightly' ORDER BY version;
-- all of the call but where the rows are and where the search begins
SELECT (a.spec -> 'call') - '{features,exclude,source}'::text[] = (b.spec -> 'call') - '{features,exclude,source}'::text[] AS same,
       a.spec -> 'features' = b.spec #> '{call,features}' AS columns, b.spec #> '{call,source}' AS source, b.spec -> 'relation' AS relation
FROM fairpg_catalog.model_version a JOIN fairpg_catalog.model_version b USING (model) WHERE model = 'nightly' AND a.version = 1 AND b.version = 2;
-- by default it begins at the version; new rows are trained on, a new column is no feature before somebody says so
SELECT version, status FROM fairpg.retrain('nightly');
INSERT INTO loans SELECT * FROM people WHERE id > 4000;
ALTER TABLE loans ADD COLUMN leak boolean;
UPDATE loans SET leak = paid;
SELECT version, status, rows_train + rows_test + rows_dropped AS rows, warnings FROM fairpg.retrain('nightly');
SELECT version, status, warnings FROM fairpg.retrain('nightly');
SELECT version, spec -> 'replays' AS replays, spec -> 'start' AS start, rows_train + rows_test AS rows FROM fairpg_catalog.model_version
WHERE model = 'nightly' ORDER BY version;
SELECT string_agg(DISTINCT term, ', ' ORDER BY term) AS terms FROM fairpg_report.coefficients WHERE model = 'nightly' AND version = 5;
-- what search_path is by now does not matter; another source, another version, another start
CREATE SCHEMA decoy;
CREATE TABLE decoy.loans AS SELECT 1 AS id;
SET search_path = decoy, public;
SELECT version, status FROM fairpg.retrain('nightly', version => 1, start => '5');
RESET search_path;
SELECT version, status FROM fairpg.retrain('nightly', source => 'SELECT * FROM loans WHERE id <= 4000', version => 1, start => 'none');
SELECT version, source, spec -> 'replays' AS replays, spec -> 'start' AS start, artifact = (SELECT artifact FROM fairpg_catalog.model_version
    WHERE model = 'nightly' AND version = 1) AS as_first FROM fairpg_catalog.model_version WHERE model = 'nightly' AND version > 5 ORDER BY version;
-- columns that were excluded may go; array elements, dates and weights are as they were
ALTER TABLE loans DROP COLUMN noise;
SELECT version, status FROM fairpg.retrain('nightly', start => 'latest');
SELECT status FROM fairpg.train('by_query', 'SELECT *, 1 + id % 3 AS w, CASE WHEN paid THEN ''yes'' ELSE ''no'' END AS answer FROM people', 'answer', positive => 'yes',
    features => '{noise,income,since,sex}', weight => 'w', split => 'column:region=s', options => '{"nulls": "impute"}');
SELECT status FROM fairpg.retrain('by_query', start => 'none');
SELECT count(DISTINCT artifact) AS models, count(*) AS versions FROM fairpg_catalog.model_version WHERE model = 'by_query';
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP FUNCTION train_all(jsonb);
DROP FUNCTION largest_difference(text, integer, integer);
DROP SCHEMA decoy CASCADE;
DROP TABLE calls, people, loans CASCADE;
