SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- Family linear: what it does not take, and labels that are none.
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE pay AS SELECT i AS id, i % 7 AS a, CASE i % 3 WHEN 0 THEN 'f' ELSE 'm' END AS sex, i % 2 = 0 AS flag, 1.5 * (i % 7) + i % 5 AS y, 3 AS same,
    timestamp '2026-01-01' + i * interval '1 h' AS at, 'k' || i % 4 AS kind FROM generate_series(1, 400) i;

-- labels
SELECT fairpg.train('m', 'pay', 'kind', family => 'linear');
SELECT fairpg.train('m', 'pay', 'flag', family => 'linear');
SELECT fairpg.train('m', 'pay', 'at', family => 'linear');
SELECT fairpg.train('m', 'pay', 'same', family => 'linear');
SELECT fairpg.train('m', 'pay', 'y', positive => '1.5', family => 'linear');
SELECT fairpg.train('m', 'SELECT a, CASE WHEN id = 7 THEN ''NaN'' ELSE y END::float8 AS y FROM pay', 'y', family => 'linear');
SELECT fairpg.train('m', 'SELECT a, CASE WHEN id = 7 THEN ''-Infinity'' ELSE y END::float8 AS y FROM pay', 'y', family => 'linear');
SELECT fairpg.train('m', 'SELECT a, CASE WHEN id = 7 THEN 1e39 ELSE y END::float8 AS y FROM pay', 'y', family => 'linear');
SELECT fairpg.train('m', 'SELECT a, NULL::float8 AS y FROM pay', 'y', family => 'linear');
SELECT fairpg.train('m', 'SELECT a, y FROM pay WHERE false', 'y', family => 'linear');
-- but some may be NULL
SELECT rows_train, rows_dropped FROM fairpg.train('m', 'SELECT a, CASE WHEN id > 7 THEN y END AS y FROM pay', 'y', family => 'linear', split => 'none');

-- what is not offered says what is
SELECT fairpg.train('m', 'pay', 'y', family => 'quadratic');
SELECT fairpg.train('m', 'pay', 'y', protected => '{sex}', family => 'linear', fairness => 'demographic_parity', max_gap => 0.1);
SELECT fairpg.train('m', 'pay', 'flag', protected => '{sex}', fairness => 'mean_parity', max_gap => 0.1);
SELECT fairpg.train('m', 'pay', 'y', protected => '{sex}', family => 'linear', fairness => 'mean_parity', method => 'penalty', penalty => 1);
SELECT fairpg.train('m', 'pay', 'y', protected => '{sex}', family => 'linear', fairness => 'mean_parity', method => 'threshold', max_gap => 1);
SELECT fairpg.train('m', 'pay', 'y', protected => '{sex}', family => 'linear', fairness => 'mean_parity', method => 'minimax');
SELECT fairpg.train('m', 'pay', 'y', protected => '{sex}', family => 'linear', options => '{"constraints": [{"fairness": "equalized_odds", "max_gap": 0.1}]}');
SELECT fairpg.train('m', 'pay', 'y', family => 'linear', options => '{"threshold": 0.5}');
SELECT fairpg.train('m', 'pay', 'y', family => 'linear', options => '{"l1": 0}');
SELECT fairpg.train('m', 'pay', 'y', family => 'linear', options => '{"monotone": {"a": "+"}}');
SELECT fairpg.train('m', 'pay', 'y', family => 'linear', options => '{"solver": "newton"}');
SELECT fairpg.train('m', 'pay', 'y', family => 'linear', options => '{"temperature": 1}');
SELECT fairpg.train('m', 'pay', 'y', family => 'linear', options => '{"early_stop": {"patience": 3}}');

-- bounds
SELECT fairpg.train('m', 'pay', 'y', protected => '{sex}', family => 'linear', fairness => 'mean_parity');
SELECT fairpg.train('m', 'pay', 'y', protected => '{sex}', family => 'linear', fairness => 'mean_parity', max_gap => -1);
SELECT fairpg.train('m', 'pay', 'y', protected => '{sex}', family => 'linear', fairness => 'mean_parity', max_gap => 'NaN');
SELECT fairpg.train('m', 'pay', 'y', protected => '{sex}', family => 'linear', fairness => 'mean_parity', max_gap => 'Infinity');
SELECT fairpg.train('m', 'pay', 'y', protected => '{sex}', family => 'linear', fairness => 'mean_parity', min_ratio => 0.8);
SELECT fairpg.train('m', 'pay', 'y', protected => '{sex}', family => 'linear', fairness => 'mean_parity', max_loss => 3);
SELECT fairpg.train('m', 'pay', 'y', protected => '{sex}', family => 'linear', fairness => 'group_loss');
SELECT fairpg.train('m', 'pay', 'y', protected => '{sex}', family => 'linear', fairness => 'group_loss', max_loss => 0);
SELECT fairpg.train('m', 'pay', 'y', family => 'linear', fairness => 'mean_parity', max_gap => 1);
SELECT fairpg.train('m', 'pay', 'y', protected => '{sex}', family => 'linear', options => '{"constraints": [{"fairness": "mean_parity"}]}');
SELECT fairpg.train('m', 'pay', 'y', protected => '{sex}', family => 'linear', fairness => 'mean_parity', max_gap => 1, options => '{"min_group": 300}');

-- memory
SET fairpg.train_mem = '8MB';
SELECT fairpg.train('m', 'SELECT id, id AS t1, ''x'' || id % 200 AS c, ''z'' || id % 190 AS d, ''g'' || id % 40 AS g, y FROM pay', 'y', protected => '{g}', family => 'linear', fairness => 'group_loss',
    max_loss => 10, features => '{c,d}', split => 'none', options => '{"min_group": 1}');
RESET fairpg.train_mem;

-- decisions there are none
SELECT version FROM fairpg.train('pay', 'pay', 'y', protected => '{sex}', exclude => '{id,at}', family => 'linear');
SELECT fairpg.decide('pay', p) FROM pay p LIMIT 1;
SELECT fairpg.decide('pay', p.*) FROM (SELECT * FROM pay OFFSET 0) p LIMIT 1;

-- evaluation
SELECT fairpg.evaluate('pay', 'pay', positive => '1');
SELECT fairpg.evaluate('pay', 'pay', label => 'kind');
SELECT fairpg.evaluate('pay', 'pay', label => 'nothing');
SELECT fairpg.evaluate('pay', 'pay', weight => 'kind');
SELECT fairpg.evaluate('pay', 'SELECT *, -a AS w FROM pay', weight => 'w');
SELECT fairpg.evaluate('pay', 'SELECT *, 0 AS w FROM pay', weight => 'w');
SELECT fairpg.evaluate('pay', 'SELECT *, NULL::int AS w FROM pay', weight => 'w');
SELECT fairpg.evaluate('pay', 'SELECT *, ''NaN''::float8 AS z FROM pay', label => 'z');
SELECT fairpg.evaluate('pay', 'SELECT *, NULL::float8 AS z FROM pay', label => 'z');
SELECT fairpg.evaluate('pay', 'SELECT * FROM pay WHERE false');
SELECT n_rows, n_null_label FROM fairpg.evaluate('pay', 'SELECT *, CASE WHEN id % 4 > 0 THEN y END AS z FROM pay', label => 'z');
DROP TABLE pay;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
