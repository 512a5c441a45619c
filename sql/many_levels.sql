SET client_min_messages = warning;
-- Columns with more values than are told apart: which values keep a level, and
-- how all others are scored.
SELECT fairpg.init() IS NOT NULL AS ready;

-- 40 large employers with 8 to 320 rows each; every other row has one of its own
CREATE TABLE person AS SELECT i AS id, i * 7919 % 1009 AS x, k.employer, 'account ' || i AS account,
    hashint4(i) & 1023 < 300 + i * 7919 % 1009 / 3 + CASE WHEN k.employer LIKE 'large 3%' THEN 250 ELSE 0 END AS y
FROM generate_series(1, 90000) i LEFT JOIN (SELECT DISTINCT ON (place) place, employer FROM (
        SELECT 1 + (j * 997 + n * 13 * 997) % 90000 AS place, 'large ' || j AS employer FROM generate_series(1, 40) j, generate_series(1, 8 * j) n
        UNION ALL SELECT i, CASE WHEN i % 50 > 0 THEN 'own ' || i END FROM generate_series(1, 90000) i) e ORDER BY place, employer) k ON place = i;
SELECT count(DISTINCT employer) > 65535 AS many FROM person;

SELECT unnest(warnings) AS warning FROM fairpg.train('worker', 'person', 'y', features => '{x,employer,account}', options => '{"key": "id"}') ORDER BY 1;

-- the rule, by SQL: more than one in 8192 of the rows that have a value
SELECT array_agg(level ORDER BY level) FILTER (WHERE level_kind = 'value') = (
        SELECT array_agg(employer ORDER BY employer) FROM (SELECT employer FROM person WHERE employer IS NOT NULL GROUP BY employer
            HAVING count(*) * 8192.0 > (SELECT count(employer) FROM person)) e) AS levels_follow_the_rule,
    count(*) FILTER (WHERE level_kind = 'value') AS levels, count(*) FILTER (WHERE level_kind = 'other') AS other,
    count(*) FILTER (WHERE level_kind = 'null') AS nulls
FROM fairpg_catalog.coefficient WHERE model = 'worker' AND term = 'employer';

-- values without a level are scored alike, seen or not
SELECT fairpg.predict('worker', ROW(s.*)::person) = fairpg.predict('worker', t.*) AS alike
FROM person t, LATERAL (SELECT t.id, t.x, 'never seen', t.account, t.y) s(id, x, employer, account, y) WHERE t.employer LIKE 'own %' ORDER BY t.id LIMIT 2;
SELECT n_unseen FROM person t, LATERAL fairpg.examine('worker', t) WHERE employer LIKE 'own %' ORDER BY id LIMIT 1;

-- fewer levels when fewer are asked for: the most frequent ones
SELECT unnest(warnings) AS warning FROM fairpg.train('worker', 'person', 'y', features => '{x,employer}', split => 'none', options => '{"max_levels": 6}') ORDER BY 1;
SELECT array_agg(level ORDER BY level) AS levels, (SELECT array_agg(employer ORDER BY employer) FROM (
    SELECT employer FROM person WHERE employer IS NOT NULL GROUP BY employer ORDER BY count(*) DESC LIMIT 5) e) AS by_rows
FROM fairpg_catalog.coefficient WHERE model = 'worker' AND version = 2 AND level_kind = 'value';

-- the same bytes when they come in another order
CREATE TABLE shuffled_person AS SELECT * FROM person ORDER BY hashint4(id);
SELECT 1 AS trained FROM fairpg.train('worker', 'shuffled_person', 'y', features => '{x,employer,account}', options => '{"key": "id"}');
SELECT count(DISTINCT artifact_sha256) AS models FROM fairpg_catalog.model_version WHERE model = 'worker' AND version IN (1, 3);

-- nothing else tells the rows apart
SELECT fairpg.train('nobody', 'person', 'y', features => '{account}');
-- several such columns take no more memory than their dictionaries, however many values come
SET fairpg.train_mem = '40MB';
SELECT memory_bytes < 40 * 1024 * 1024 AS fits
FROM fairpg.train('worker', 'SELECT y, x, employer, account, account || ''b'' AS b, account || ''c'' AS c FROM person', 'y');
SET fairpg.train_mem = '4MB';
\set VERBOSITY terse
SELECT fairpg.train('worker', 'person', 'y', features => '{x,employer,account}');
\set VERBOSITY default
RESET fairpg.train_mem;

DROP TABLE person, shuffled_person;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
