SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- Family multinomial: what it does not take, and labels that are no classes.
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE care AS SELECT i AS id, i % 7 AS a, CASE i % 3 WHEN 0 THEN 'f' ELSE 'm' END AS sex, i % 2 = 0 AS flag, 'k' || i % 4 AS kind, 'one' AS same, ARRAY[i] AS list,
    CASE WHEN i = 9 THEN 'NaN'::float8 ELSE i % 3 END AS z, point(1, 2) AS place FROM generate_series(1, 400) i;

-- labels
SELECT fairpg.train('m', 'care', 'flag', family => 'multinomial');
SELECT fairpg.train('m', 'care', 'same', features => '{a}', family => 'multinomial');
SELECT fairpg.train('m', 'SELECT a, kind = ''k1'' AS b, CASE WHEN kind < ''k2'' THEN ''x'' ELSE ''y'' END AS y FROM care', 'y', family => 'multinomial');
SELECT fairpg.train('m', 'SELECT a, CASE WHEN id = 7 THEN ''w'' WHEN id % 2 = 0 THEN ''x'' ELSE ''y'' END AS y, id = 7 AS part FROM care', 'y', family => 'multinomial', split => 'column:part=true');
SELECT fairpg.train('m', 'care', 'id', features => '{a}', family => 'multinomial');
SELECT fairpg.train('m', 'SELECT a, repeat(''x'', 1000 + id % 50) AS y FROM care', 'y', family => 'multinomial');
SELECT fairpg.train('m', 'care', 'z', features => '{a}', family => 'multinomial');
SELECT fairpg.train('m', 'care', 'list', family => 'multinomial');
SELECT fairpg.train('m', 'care', 'place', family => 'multinomial');
SELECT fairpg.train('m', 'SELECT a, NULL::text AS y FROM care', 'y', family => 'multinomial');
SELECT fairpg.train('m', 'care', 'kind', positive => 'k1', family => 'multinomial');
SELECT fairpg.train('m', 'care', 'kind', features => '{a,kind}', family => 'multinomial');
-- values of rows that do not count are no classes
SELECT status FROM fairpg.train('m', 'SELECT a, CASE WHEN id > 300 THEN ''x'' || id ELSE kind END AS y, (id <= 300)::int AS w FROM care', 'y', weight => 'w', family => 'multinomial', split => 'none');

-- what is not offered says what is
SELECT fairpg.train('m', 'care', 'kind', protected => '{sex}', family => 'multinomial', fairness => 'equalized_odds', max_gap => 0.1);
SELECT fairpg.train('m', 'care', 'kind', protected => '{sex}', family => 'multinomial', fairness => 'group_loss', max_loss => 1);
SELECT fairpg.train('m', 'care', 'kind', protected => '{sex}', family => 'multinomial', options => '{"constraints": [{"fairness": "mean_parity", "max_gap": 0.1}]}');
SELECT fairpg.train('m', 'care', 'kind', family => 'multinomial', options => '{"threshold": 0.5}');
SELECT fairpg.train('m', 'care', 'kind', family => 'multinomial', options => '{"l1": 0.1}');
SELECT fairpg.train('m', 'care', 'kind', family => 'multinomial', options => '{"monotone": {"a": "+"}}');
SELECT fairpg.train('m', 'care', 'kind', family => 'multinomial', options => '{"early_stop": {"patience": 3}}');
SELECT fairpg.frontier('m', 'care', 'kind', protected => '{sex}', fairness => 'demographic_parity', max_gaps => '{0.1}', family => 'multinomial');

-- one score there is none, and no classes of other models
SELECT version FROM fairpg.train('care', 'care', 'kind', features => '{a,sex}', family => 'multinomial');
SELECT version FROM fairpg.train('flag', 'care', 'flag', features => '{a,sex}');
SELECT version FROM fairpg.train('a', 'care', 'a', features => '{sex}', family => 'linear');
SELECT fairpg.predict('care', c) FROM care c LIMIT 1;
SELECT fairpg.predict('care', c) FROM (SELECT * FROM care OFFSET 0) c LIMIT 1;
SELECT fairpg.decide('care', c) FROM care c LIMIT 1;
SELECT fairpg.examine('care', c) FROM care c LIMIT 1;
SELECT fairpg.predict_with((SELECT artifact FROM fairpg_catalog.model_version WHERE model = 'care'), c) FROM care c LIMIT 1;
SELECT fairpg.predict_class('flag', c) FROM care c LIMIT 1;
SELECT fairpg.predict_class('a', c) FROM (SELECT * FROM care OFFSET 0) c LIMIT 1;
SELECT fairpg.predict_probabilities('flag', c) FROM care c LIMIT 1;
SELECT fairpg.predict_class('care', c) FROM (SELECT sex FROM care) c LIMIT 1;
SELECT fairpg.predict_class('none', c) FROM care c LIMIT 1;
SELECT fairpg.predict_probabilities(NULL, c) FROM care c LIMIT 1;
SELECT fairpg.evaluate('care', 'care', positive => 'k1');
SELECT fairpg.evaluate('care', 'care', label => 'list');
SELECT fairpg.evaluate('care', 'care', label => 'flag');
SELECT fairpg.evaluate('care', 'care', label => 'none');
SELECT fairpg.evaluate('care', 'SELECT a, sex FROM care');
SELECT fairpg.evaluate('care', 'SELECT * FROM care WHERE false');
SELECT fairpg.evaluate('care', 'SELECT a, sex, NULL::text AS kind FROM care');
SELECT fairpg.evaluate('care', 'SELECT a, sex, kind, CASE WHEN id = 7 THEN -1 END AS w FROM care', weight => 'w');
SELECT fairpg.evaluate('care', 'SELECT a, sex, kind, 0 AS w FROM care', weight => 'w');
SELECT fairpg.evaluate('care', 'SELECT a, kind FROM care');
SELECT fairpg.examine_class('flag', c, c.kind) FROM care c LIMIT 1;
SELECT fairpg.examine_class('care', c, c.list) FROM care c LIMIT 1;
SELECT fairpg.examine_class('care', c, 'k1') FROM care c LIMIT 1;
SELECT fairpg.examine_class(NULL, c, c.kind) FROM care c LIMIT 1;
SELECT fairpg.examine_class('care', c, c.kind, 0) FROM care c LIMIT 1;
SELECT fairpg.train('flag', 'care', 'kind', family => 'multinomial', options => '{"start": "latest"}');
DROP TABLE care;
SET client_min_messages = warning;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
