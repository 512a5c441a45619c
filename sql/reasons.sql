SET client_min_messages = error;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- Principal reasons of single decisions: contributions are recomputed by plain
-- SQL from the coefficients as rows and the training rows.
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE people AS
SELECT i AS id, CASE WHEN h[1] < 0.55 THEN 'm' ELSE 'f' END AS sex,
       CASE WHEN i % 40 > 0 THEN (ARRAY['a', 'b', 'c', 'd', 'e'])[1 + trunc(5 * h[2] * h[2])::integer] END AS town,
       CASE WHEN i % 50 > 0 THEN (3000 * h[3] + CASE WHEN h[1] < 0.55 THEN 900 ELSE 0 END)::real END AS income,
       (1000 * h[4])::numeric(10, 2) AS debt, ARRAY[round((4 * h[5])::numeric) / 4, CASE WHEN i % 7 > 0 THEN round((8 * h[6])::numeric) / 8 END]::float8[] AS parts,
       date '2001-02-03' + (9000 * h[2])::integer AS since, h[6] < 0.3 AS member, 1 + i % 3 AS w,
       CASE WHEN i % 5 = 0 THEN 'test' ELSE 'train' END AS part,
       0.0012 * (3000 * h[3] + CASE WHEN h[1] < 0.55 THEN 900 ELSE 0 END) - 0.004 * 1000 * h[4] + 3 * h[5] > 1 AS paid,
       (h[3] + h[4] + h[5])::float8 AS amount, (ARRAY['x', 'y', 'z'])[1 + i % 3] AS kind
FROM (SELECT i, ARRAY(SELECT (hashint8(i * 31 + k * 1000003)::bigint + 2147483648) / 4294967296.0
                      FROM generate_series(1, 6) k) AS h
      FROM generate_series(1, 3000) i) t;

CREATE TABLE calls (model text, family text, label text, fairness text, method text, weight text, split text, options jsonb);
INSERT INTO calls VALUES
    ('plain', 'logistic', 'paid', 'none', NULL, NULL, 'none', '{}'),
    ('weighted', 'logistic', 'paid', 'none', NULL, 'w', 'column:part=test', '{}'),
    ('rare', 'logistic', 'paid', 'none', NULL, 'w', 'none', '{"max_levels": 3}'),
    ('line', 'linear', 'amount', 'none', NULL, 'w', 'column:part=test', '{}'),
    ('mixed', 'logistic', 'paid', 'demographic_parity', 'reduction', 'w', 'none', '{}'),
    ('by group', 'logistic', 'paid', 'demographic_parity', 'threshold', NULL, 'none', '{}');
CREATE TABLE trained AS
SELECT c.*, t.version, t.status FROM calls c, LATERAL fairpg.train(c.model, 'people', c.label, family => c.family, protected => '{sex}',
    features => '{town,income,debt,parts,since,member}', fairness => c.fairness, method => coalesce(c.method, 'constraint'),
    max_gap => CASE WHEN c.method IS NOT NULL THEN 0.02 END, weight => c.weight, split => c.split, options => c.options) t;
SELECT t.model, t.status, count(*) > 1 AS several_members FROM trained t JOIN fairpg_catalog.coefficient c ON c.model = t.model AND c.term = '(intercept)'
GROUP BY 1, 2 ORDER BY 1;

-- what each term adds to each row, by the share of the members; numbers as they
-- are kept, in single precision
CREATE TABLE terms AS
SELECT p.id, p.w, p.part, f.feature, f.term, f.value
FROM people p, LATERAL (VALUES ('town', 'town', town), ('income', 'income', income::text), ('debt', 'debt', debt::float4::text),
    ('parts', 'parts[1]', parts[1]::text), ('parts', 'parts[2]', parts[2]::text), ('since', 'since', (since - date '2000-01-01')::text),
    ('member', 'member', member::text)) f (feature, term, value);
CREATE TABLE added AS
SELECT c.model, t.id, t.w, t.part, t.feature, sum(c.share * CASE
        WHEN c.level_kind IS NULL THEN coalesce(c.estimate * t.value::float8, 0)
        WHEN c.level_kind = 'null' THEN CASE WHEN t.value IS NULL THEN c.estimate ELSE 0 END
        WHEN c.level_kind = 'value' THEN CASE WHEN t.value = c.level THEN c.estimate ELSE 0 END
        WHEN c.level_kind = 'other' AND t.value IS NOT NULL THEN CASE WHEN NOT EXISTS (SELECT FROM fairpg_catalog.coefficient o
            WHERE o.model = c.model AND o.term = c.term AND o.level = t.value) THEN c.estimate ELSE 0 END
        ELSE 0 END) AS added
FROM terms t JOIN fairpg_catalog.coefficient c USING (term) GROUP BY 1, 2, 3, 4, 5;
CREATE TABLE expected AS
SELECT a.model, a.id, a.feature, a.added - m.average AS contribution, m.average
FROM added a JOIN (SELECT a.model, a.feature, sum(a.added * CASE WHEN t.weight = 'w' THEN a.w ELSE 1 END) / sum(CASE WHEN t.weight = 'w' THEN a.w ELSE 1 END) AS average
    FROM added a JOIN trained t USING (model) WHERE t.split = 'none' OR a.part = 'train' GROUP BY 1, 2) m USING (model, feature);
CREATE TABLE told AS SELECT t.model, p.id, r.* FROM trained t, people p, LATERAL fairpg.reasons(t.model, p) r;
SELECT model, count(*) AS rows, count(*) FILTER (WHERE abs(t.contribution - e.contribution) < 1e-5) AS contributions,
       count(*) FILTER (WHERE abs(t.average - e.average) < 1e-3) AS averages
FROM told t FULL JOIN expected e USING (model, id, feature) WHERE feature NOT LIKE '(%' GROUP BY model ORDER BY model;
-- all together they are what the score is above that of the average row, so over
-- the training rows each sums to nothing
SELECT model, count(*) > 2000 AS many, max(abs(t.contributions + t.averages + c.intercept - ln(p / (1 - p)))) < 1e-3 AS sum_to_score
FROM (SELECT model, id, sum(contribution) AS contributions, sum(average) AS averages FROM told GROUP BY 1, 2) t
    JOIN (SELECT model, estimate AS intercept FROM fairpg_catalog.coefficient WHERE term = '(intercept)') c USING (model)
    JOIN (SELECT id, fairpg.predict('plain', p) AS p FROM people p) p USING (id)
WHERE model = 'plain' AND p BETWEEN 1e-6 AND 1 - 1e-6 GROUP BY model;
SELECT feature, abs(avg(contribution)) < 1e-5 AS nothing_on_average FROM told WHERE model = 'plain' GROUP BY 1 ORDER BY 1;
-- the most adverse first, values as their types write them
SELECT count(*) FILTER (WHERE place <> expected_place) AS other_places, count(DISTINCT (model, id)) FROM
    (SELECT model, id, place, row_number() OVER (PARTITION BY model, id ORDER BY contribution, place) AS expected_place FROM told) t;
SELECT feature, count(*) FILTER (WHERE value IS DISTINCT FROM CASE feature WHEN 'town' THEN town WHEN 'income' THEN income::text WHEN 'debt' THEN debt::text
    WHEN 'parts' THEN parts::text WHEN 'since' THEN since::text ELSE CASE WHEN member THEN 't' ELSE 'f' END END) AS other_values,
    string_agg(DISTINCT flag, ', ') AS flags
FROM told JOIN people USING (id) WHERE model = 'plain' GROUP BY 1 ORDER BY 1;

-- a threshold of the row's group is a reason beside the features
SELECT t.value, count(*), max(abs(t.contribution + ln(g.threshold / (1 - g.threshold)))) < 1e-12 AS by_threshold, bool_and(t.average IS NULL AND t.flag IS NULL) AS no_average
FROM told t JOIN people p USING (id) JOIN fairpg_catalog.group_threshold g ON g.model = 'by group' AND g.group_name = p.sex AND t.value = p.sex
WHERE t.model = 'by group' AND t.feature = '(threshold by sex)' GROUP BY 1 ORDER BY 1;
SELECT count(DISTINCT sign(contribution)) AS lower_and_higher FROM told WHERE feature = '(threshold by sex)';

-- protected attributes that are features stand under their names
SELECT version FROM fairpg.train('open', 'people', 'paid', features => '{sex,income}', protected => '{sex}', split => 'none');
SELECT r.feature, r.value FROM people p, LATERAL fairpg.reasons('open', p) r WHERE p.id = 2 ORDER BY 1;

-- values that training did not see
SELECT r.feature, r.value, round(r.contribution::numeric, 6) AS contribution, r.flag
FROM (SELECT 'nowhere'::text AS town, 1e9::real AS income, 500 AS debt, '{0.5,NULL}'::float8[] AS parts, NULL::date AS since, true AS member) p,
    LATERAL fairpg.reasons('plain', p) r WHERE r.flag IS NOT NULL ORDER BY 1;
SELECT count(*) FROM fairpg.reasons('plain', NULL::people);
-- one call site, versions by turns
SELECT version FROM fairpg.train('plain', 'people', 'paid', features => '{debt}', split => 'none');
SELECT p.id, count(*), bool_and(r.feature = 'debt') FROM people p, LATERAL fairpg.reasons('plain', p, 1 + p.id % 2) r WHERE p.id < 5 GROUP BY 1 ORDER BY 1;
-- any plan, and a prepared one
PREPARE why (integer) AS SELECT r.feature FROM people p, LATERAL fairpg.reasons('plain', p) r WHERE p.id = $1;
EXECUTE why(1);

-- what is refused
SELECT * FROM fairpg.reasons('nobody', (SELECT p FROM people p LIMIT 1));
SELECT * FROM people p, LATERAL fairpg.reasons('plain', p, 7) r LIMIT 1;
SELECT * FROM people p, LATERAL fairpg.reasons('plain', p, 0) r LIMIT 1;
SELECT * FROM people p, LATERAL fairpg.reasons(NULL, p) r LIMIT 1;
SELECT * FROM fairpg.reasons('plain', ROW(1, 2));
SELECT r.* FROM (SELECT id, income FROM people) p, LATERAL fairpg.reasons('plain', p) r LIMIT 1;
SELECT r.* FROM (SELECT 'NaN'::float8 AS debt) p, LATERAL fairpg.reasons('plain', p) r;
SELECT r.* FROM (SELECT 'much' AS debt) p, LATERAL fairpg.reasons('plain', p) r;
SELECT r.* FROM (SELECT town, income, debt, parts, since, member FROM people) p, LATERAL fairpg.reasons('by group', p) r LIMIT 1;
SELECT r.* FROM (SELECT 'x' AS sex, town, income, debt, parts, since, member FROM people) p, LATERAL fairpg.reasons('by group', p) r LIMIT 1;
SELECT version FROM fairpg.train('classes', 'people', 'kind', family => 'multinomial', features => '{debt}');
SELECT r.* FROM people p, LATERAL fairpg.reasons('classes', p) r LIMIT 1;
CREATE ROLE fairpg_test_reader;
GRANT SELECT ON people TO fairpg_test_reader;
GRANT USAGE ON SCHEMA fairpg_catalog TO fairpg_test_reader;
SET ROLE fairpg_test_reader;
SELECT r.* FROM people p, LATERAL fairpg.reasons('plain', p) r LIMIT 1;
RESET ROLE;

-- a model as it was stored before there were averages: -1 + 2 * debt, of format 1
SELECT version FROM fairpg.train('old', 'people', 'paid', features => '{debt}', split => 'none');
UPDATE fairpg_catalog.model_version SET artifact = image, artifact_sha256 = sha256(image)
FROM (SELECT '\x6661697270674d0a01000000010000006a00000000000000000000000000e03f000000000000f0bf0100000004000000646562740000000001000000000000000000000000000000000000000040000000000000000000000000000000000000000000408f404edfa654'::bytea AS image) i WHERE model = 'old';
SELECT fairpg.predict('old', p) = 1 / (1 + exp(-1::float8)) AS predicts FROM (SELECT 1 AS debt) p;
SELECT r.* FROM (SELECT 1 AS debt) p, LATERAL fairpg.reasons('old', p) r;

DROP SCHEMA fairpg_catalog, fairpg_report CASCADE;
DROP TABLE people, calls, trained, terms, added, expected, told;
DROP ROLE fairpg_test_reader;
