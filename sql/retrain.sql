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

DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP FUNCTION train_all(jsonb);
DROP FUNCTION largest_difference(text, integer, integer);
DROP TABLE calls, people CASCADE;
