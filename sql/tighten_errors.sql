-- Everything that is wrong with options tighten and cross_fit.
SET client_min_messages = error;
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE people AS SELECT i AS id, CASE WHEN i % 2 = 0 THEN 'm' ELSE 'f' END AS sex, i % 7 AS x, i % 7 + i % 5 > 5 AS y, i % 7 + i % 3 AS z
FROM generate_series(1, 400) i;
\set go 'fairpg.train(''m'', ''people'', ''y'', protected => ''{sex}'', features => ''{x}'', split => ''none'', fairness => ''demographic_parity'''

SELECT * FROM :go, max_gap => 0.1, options => '{"tighten": -0.1}');
SELECT * FROM :go, max_gap => 0.1, options => '{"tighten": 6.1}');
SELECT * FROM :go, max_gap => 0.1, options => '{"tighten": 1e400}');
SELECT * FROM :go, max_gap => 0.1, options => '{"tighten": "NaN"}');
SELECT * FROM :go, max_gap => 0.1, options => '{"tighten": "1"}');
SELECT * FROM :go, max_gap => 0.1, options => '{"tighten": [1]}');
SELECT * FROM :go, max_gap => 0.1, options => '{"cross_fit": 1}');
SELECT * FROM :go, max_gap => 0.1, options => '{"cross_fit": 0}');
SELECT * FROM :go, max_gap => 0.1, options => '{"cross_fit": 21}');
SELECT * FROM :go, max_gap => 0.1, options => '{"cross_fit": 2.5}');
SELECT * FROM :go, max_gap => 0.1, options => '{"cross_fit": "5"}');
SELECT * FROM :go, max_gap => 0.1, options => '{"cross_fit": true}');

-- methods, families and calls without a bound
SELECT * FROM :go, method => 'penalty', penalty => 1, options => '{"tighten": 1}');
SELECT * FROM :go, method => 'reweigh', options => '{"cross_fit": 5}');
SELECT * FROM :go, method => 'threshold', max_gap => 0.1, options => '{"tighten": true}');
SELECT * FROM :go, method => 'reduction', max_gap => 0.1, options => '{"cross_fit": 5}');
SELECT * FROM fairpg.train('m', 'people', 'y', protected => '{sex}', features => '{x}', fairness => 'group_loss', method => 'minimax', options => '{"tighten": 1}');
SELECT * FROM fairpg.train('m', 'people', 'y', features => '{x}', options => '{"tighten": 1}');
SELECT * FROM fairpg.train('m', 'people', 'y', features => '{x}', options => '{"cross_fit": 5}');
SELECT * FROM fairpg.train('m', 'people', 'z', protected => '{sex}', features => '{x}', family => 'linear', fairness => 'mean_parity', max_gap => 1,
    options => '{"cross_fit": 5}');
SELECT * FROM fairpg.frontier('m', 'people', 'y', protected => '{sex}', features => '{x}', options => '{"tighten": 1}');
SELECT * FROM fairpg.frontier('m', 'people', 'y', protected => '{sex}', features => '{x}', options => '{"cross_fit": 5}');

-- more folds than rows of a class
SELECT * FROM fairpg.train('m', 'SELECT id, sex, x, id < 6 AS y FROM people', 'y', protected => '{sex}', features => '{x}', split => 'none',
    fairness => 'demographic_parity', max_gap => 0.1, options => '{"key": "id", "cross_fit": 10}');

SELECT count(*) AS versions FROM fairpg_catalog.model_version;
DROP TABLE people;
DROP SCHEMA fairpg_catalog, fairpg_report CASCADE;
