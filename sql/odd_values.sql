SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- Values that are easily taken for others, and columns of unusual types.
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE odd AS
SELECT i AS id, i * 7919 % 101 + i * 31 % 61 > 70 AS y, (i * 104729) % 3 = 0 AS d,
       (i * 7919 % 101)::float8 AS x, (i * 104729 % 97)::float8 AS x2, 'same'::text AS one,
       (ARRAY[NULL, '(unknown)', '"(unknown)"', 'a', '"b"'])[1 + i % 5] AS g, (ARRAY['u', 'v'])[1 + i % 2] AS c
FROM generate_series(1, 2000) i;

-- a value that reads as NULL is called is a group beside that of NULL, in the
-- aggregates, in audits, in training and in decisions
SELECT array_agg(group_name ORDER BY group_name COLLATE "C") AS groups, bool_and(n = 400) AS all_counted
FROM (SELECT (fairpg.groups(fairpg.fairness(y, d, g))).* FROM odd) s;
SELECT array_agg(group_name ORDER BY group_name COLLATE "C") AS groups
FROM fairpg.audit('odd', protected => '{g}', decision => 'd') WHERE metric = 'selection_rate' AND kind = 'group';
SELECT group_name, n FROM fairpg.audit('odd', protected => '{g*c}', decision => 'd')
WHERE metric = 'selection_rate' AND kind = 'group' AND group_name ~ 'u$' ORDER BY group_name COLLATE "C";
SELECT a.group_name, a.value = s.rate AS as_counted
FROM fairpg.audit('odd', protected => '{g}', decision => 'd') a
JOIN (SELECT CASE WHEN g IS NULL THEN '(unknown)' WHEN g ~ 'unknown' THEN '"' || g || '"' ELSE g END AS name,
             avg(d::int)::float8 AS rate FROM odd GROUP BY 1) s ON a.group_name = s.name
WHERE a.metric = 'selection_rate' AND a.kind = 'group' ORDER BY a.group_name COLLATE "C";
SET client_min_messages = error;
SELECT version FROM fairpg.train('odd', 'odd', 'y', protected => '{g}', features => '{x,x2}', split => 'none',
    fairness => 'demographic_parity', max_gap => 0.05, method => 'threshold');
RESET client_min_messages;
SET client_min_messages = warning;
SELECT group_name FROM fairpg_catalog.group_threshold WHERE model = 'odd' ORDER BY group_name COLLATE "C";
-- the threshold that stands beside the group's name is the one that decides
SELECT count(*) AS rows, bool_and(fairpg.decide('odd', o) = (fairpg.predict('odd', o) >= t.threshold)) AS decided_by_own_group
FROM odd o JOIN fairpg_catalog.group_threshold t
    ON t.model = 'odd' AND t.group_name = CASE WHEN g IS NULL THEN '(unknown)' WHEN g ~ 'unknown' THEN '"' || g || '"' ELSE g END;
SELECT m.group_name, m.n FROM fairpg_catalog.evaluation_metric m JOIN fairpg_catalog.evaluation USING (evaluation)
WHERE model = 'odd' AND metric = 'selection_rate' ORDER BY m.group_name COLLATE "C";

-- one group: nothing to compare, and everybody says so
SELECT fairpg.train('m', 'odd', 'y', protected => '{one}', features => '{x}');
SELECT DISTINCT reason FROM fairpg.audit('odd', protected => '{one}', label => 'y', decision => 'd') WHERE kind IN ('gap', 'ratio');
SELECT fairpg.gap_reason(fairpg.fairness(y, d, one), 'demographic_parity') FROM odd;
SELECT fairpg.gap_reason(fairpg.fairness(y, d, g), 'demographic_parity') FROM odd WHERE false;
SELECT version FROM fairpg.train('m', 'odd', 'y', protected => '{c}', features => '{x,x2}', fairness => 'demographic_parity', max_gap => 0.1);
SELECT verdict, warnings FROM fairpg.evaluate('m', 'SELECT * FROM odd WHERE c = ''u''');

-- NaN is no NULL, also beside one in an array, in training as in scoring
SELECT version FROM fairpg.train('m', 'SELECT y, ARRAY[x, CASE WHEN id % 3 > 0 THEN x2 END] AS v FROM odd ORDER BY id', 'y', split => 'none');
SELECT fairpg.train('m', 'SELECT y, ARRAY[CASE WHEN id = 7 THEN ''NaN'' ELSE x END, CASE WHEN id % 3 > 0 THEN x2 END] AS v FROM odd ORDER BY id', 'y');
SELECT fairpg.train('m', 'SELECT y, ARRAY[CASE WHEN id = 7 THEN ''-infinity'' ELSE x END, CASE WHEN id % 3 > 0 THEN x2 END] AS v FROM odd ORDER BY id', 'y');
SELECT fairpg.train('m', 'SELECT y, CASE id WHEN 7 THEN ''NaN'' WHEN 8 THEN NULL ELSE x::numeric END AS v FROM odd ORDER BY id', 'y');
SELECT fairpg.predict('m', r) = fairpg.predict('m', s) AS null_is_null
FROM (SELECT ARRAY[1, NULL]::float8[] AS v) r, (SELECT ARRAY[1, NULL]::float4[] AS v) s;
SELECT fairpg.predict('m', r) FROM (SELECT ARRAY['NaN', NULL]::float8[] AS v) r;
SELECT fairpg.predict('m', r) FROM (SELECT ARRAY['NaN', NULL]::float4[] AS v) r;
SELECT fairpg.predict('m', r) FROM (SELECT ARRAY['NaN', 1]::float8[] AS v) r;
SELECT fairpg.predict('m', r) FROM (SELECT ARRAY['infinity', NULL]::float8[] AS v) r;
SELECT n_null FROM fairpg.examine('m', (SELECT r FROM (SELECT ARRAY[1, NULL]::float8[] AS v) r));

-- split columns of any name; rows without a value are trained on, and counted
CREATE VIEW named AS SELECT odd.*, CASE id % 3 WHEN 0 THEN 'te=st:1' WHEN 1 THEN 'train' END AS "Part = of:it",
    CASE id % 4 WHEN 0 THEN 'test' ELSE '' END AS "the part", CASE id % 5 WHEN 0 THEN 'test' ELSE 'train' END AS "a""b" FROM odd;
SELECT rows_train, rows_test, warnings FROM fairpg.train('s', 'named', 'y', features => '{x,x2}', split => 'column:"Part = of:it"=te=st:1');
SELECT count(*) FILTER (WHERE "Part = of:it" IS DISTINCT FROM 'te=st:1') AS rows_train, count(*) FILTER (WHERE "Part = of:it" = 'te=st:1') AS rows_test,
       count(*) FILTER (WHERE "Part = of:it" IS NULL) AS null FROM named;
SELECT rows_train, rows_test, warnings FROM fairpg.train('s', 'named', 'y', features => '{x,x2}', split => 'column:the part=test');
SELECT rows_train, rows_test, warnings FROM fairpg.train('s', 'named', 'y', features => '{x,x2}', split => 'column:"the part"=test');
SELECT rows_train, rows_test, warnings FROM fairpg.train('s', 'named', 'y', features => '{x,x2}', split => 'column:a"b=test');
SELECT rows_train, rows_test, warnings FROM fairpg.train('s', 'named', 'y', features => '{x,x2}', split => 'column:"a""b"=test');
SELECT fairpg.train('s', 'named', 'y', features => '{x,x2}', split => 'column:Part = of:it=te=st:1');
SELECT fairpg.train('s', 'named', 'y', features => '{x,x2}', split => 'column:"Part = of:it"');
SELECT fairpg.train('s', 'named', 'y', features => '{x,x2}', split => 'column:"the part=test');
SELECT fairpg.train('s', 'named', 'y', features => '{x,x2}', split => 'column:=test');
SELECT fairpg.train('s', 'named', 'y', features => '{x,x2}', split => 'column:""=test');

-- types: what serves as what, and the way out of what does not
CREATE TYPE odd_mood AS ENUM ('sad', 'ok');
CREATE TYPE odd_pair AS (a integer, b text);
CREATE DOMAIN odd_text AS text;
CREATE DOMAIN odd_mood_domain AS odd_mood;
CREATE DOMAIN odd_number AS numeric(10, 2);
CREATE DOMAIN odd_array AS float8[];
CREATE TABLE typed AS
SELECT id, y, x, (ARRAY['sad', 'ok'])[1 + id % 2]::odd_mood AS mood, (ARRAY['sad', 'ok'])[1 + id % 3 % 2]::odd_mood::odd_mood_domain AS mood_domain,
       ('d' || id % 4)::odd_text AS text_domain, (x * 1.5)::odd_number AS number_domain, ARRAY[x, x2]::odd_array AS array_domain,
       (id % 3)::text::character(5) AS padded, ('n' || id % 2)::name AS named, repeat('long ', 2000 + id % 2) AS long,
       ROW(id % 2, 'x')::odd_pair AS pair, '10.0.0.1'::inet AS ip, ARRAY[1, 2] AS integers, ARRAY['a'] AS texts, (id || ' days')::interval AS span
FROM odd;
ALTER TABLE typed ALTER COLUMN long SET STORAGE EXTERNAL;
SELECT version, warnings FROM fairpg.train('t', 'typed', 'y', exclude => '{id}', split => 'none', protected => '{mood,mood_domain,text_domain,padded,named}');
SELECT count(fairpg.predict('t', typed)) AS scored FROM typed;
SELECT DISTINCT attribute, group_name FROM fairpg_catalog.evaluation_metric JOIN fairpg_catalog.evaluation USING (evaluation)
WHERE model = 't' AND attribute IN ('mood_domain', 'padded') ORDER BY 1, 2;
SELECT version FROM fairpg.train('t', 'typed', 'mood_domain', positive => 'ok', features => '{x,array_domain}', weight => 'number_domain', split => 'none');
SELECT version FROM fairpg.train('t', 'typed', 'y', features => '{x}', options => '{"key": "pair"}');
SELECT fairpg.train('t', 'typed', 'mood', positive => 'bad', features => '{x}');
SELECT fairpg.train('t', 'typed', 'pair', features => '{x}');
SELECT fairpg.train('t', 'typed', 'y', features => '{x}', weight => 'pair');
SELECT fairpg.train('t', 'typed', 'y', features => '{x}', protected => '{long}');
SELECT fairpg.train('t', 'typed', 'y', features => '{x}', protected => '{ip}');
SELECT fairpg.train('t', 'typed', 'y', features => '{x}', protected => '{pair}');
SELECT fairpg.train('t', 'typed', 'y', features => '{pair}');
SELECT fairpg.train('t', 'typed', 'y', features => '{integers}');
SELECT version FROM fairpg.train('t', 'SELECT y, integers::float8[] || x AS v, extract(epoch FROM span) AS s, ip::text FROM typed', 'y', protected => '{ip}', features => '{v}');
SELECT version FROM fairpg.train('t', 'SELECT y, integers::float8[] || x AS v, extract(epoch FROM span) AS s, pair::text AS g FROM typed', 'y', protected => '{g}');

-- the server adds up the memory of all groups whenever a new one comes, so the
-- states of an aggregate share one context, however many groups there are
SET enable_sort = off;
SELECT count(*) AS groups, bool_and(contexts BETWEEN 1 AND 3) AS few_contexts
FROM (SELECT k, fairpg.scores(y, x), fairpg.fairness(y, d, g),
             (SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'fairpg %' AND name <> 'fairpg model' AND k >= 0) AS contexts
      FROM (SELECT *, id % 500 AS k FROM odd) o GROUP BY k) s;
EXPLAIN (COSTS OFF) SELECT id % 500 AS k, fairpg.scores(y, x) FROM odd GROUP BY id % 500;
SELECT bool_and(s.n = o.n AND s.auc IS NOT DISTINCT FROM o.auc) AS same_as_alone
FROM (SELECT id % 500 AS k, fairpg.n(fairpg.scores(y, x)) AS n, fairpg.auc(fairpg.scores(y, x)) AS auc FROM odd GROUP BY 1) s
JOIN LATERAL (SELECT count(*) AS n, (SELECT fairpg.auc(fairpg.scores(y, x)) FROM odd WHERE id % 500 = s.k) AS auc FROM odd WHERE id % 500 = s.k) o ON true;
RESET enable_sort;

DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP TABLE typed;
DROP DOMAIN odd_text, odd_mood_domain, odd_number, odd_array;
DROP TYPE odd_mood, odd_pair;
DROP TABLE odd CASCADE;
