-- What calibration() and threshold_sweep() refuse.
SET client_min_messages = warning;
\set VERBOSITY default
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE loans AS SELECT i AS id, i % 2 AS sex, i % 3 = 0 AS repaid, i / 200.0::float8 AS score, i - 50 AS points, 'x' AS text FROM generate_series(1, 100) i;
SELECT version FROM fairpg.train('credit', 'loans', 'repaid', features => '{score}', split => 'none');
SELECT version FROM fairpg.train('line', 'loans', 'score', features => '{points}', family => 'linear', split => 'none');

-- what has scores
SELECT fairpg.calibration('loans', '{sex}', 'repaid');
SELECT fairpg.calibration('loans', '{sex}', 'repaid', 'score', model => 'credit');
SELECT fairpg.calibration('loans', '{sex}', 'repaid', 'score', version => 1);
SELECT fairpg.calibration('loans', '{sex}', 'repaid', model => 'no');
SELECT fairpg.calibration('loans', '{sex}', 'repaid', model => 'credit', version => 2);
SELECT fairpg.threshold_sweep('loans', '{sex}', 'repaid', model => 'credit', version => 0);
SELECT fairpg.threshold_sweep('loans', '{sex}', model => 'line');
SELECT fairpg.threshold_sweep('loans', '{sex}', 'repaid', 'text');
SELECT fairpg.calibration('loans', '{sex}', 'repaid', 'no');
-- labels
SELECT fairpg.calibration('loans', '{sex}', score => 'score');
SELECT fairpg.calibration('loans', '{sex}', 'points', 'score');
SELECT fairpg.calibration('loans', '{sex}', 'text', 'score', positive => 'y');
SELECT fairpg.threshold_sweep('loans', '{sex}', score => 'score', positive => 'y');
-- scores that are no probabilities, none, or no number
SELECT fairpg.calibration('loans', '{sex}', 'repaid', 'points');
SELECT count(*) > 0 AS a_sweep_takes_them FROM fairpg.threshold_sweep('loans', '{sex}', 'repaid', 'points');
\set VERBOSITY terse
SELECT fairpg.calibration('SELECT repaid, ''NaN''::float8 AS s FROM loans', '{}', 'repaid', 's');
SELECT fairpg.threshold_sweep('SELECT repaid, ''NaN''::float8 AS s FROM loans', '{}', 'repaid', 's');
SELECT fairpg.threshold_sweep('SELECT repaid, ''NaN''::float8 AS s FROM loans', '{}', 'repaid', 's', '{0}');
SELECT fairpg.calibration('loans', '{}', 'repaid', 'score', weight => 'points');
\set VERBOSITY default
SELECT metric, value, n, reason FROM fairpg.calibration('SELECT repaid, NULL::float8 AS s FROM loans', '{}', 'repaid', 's') WHERE metric IN ('auc', 'ece', 'mean_score');
SELECT metric, value, n, reason FROM fairpg.threshold_sweep('SELECT repaid, NULL::float8 AS s FROM loans', '{}', 'repaid', 's', '{0}');
SELECT fairpg.threshold_sweep('SELECT repaid, NULL::float8 AS s FROM loans', '{}', 'repaid', 's');
SELECT fairpg.threshold_sweep('SELECT repaid, 1 AS s FROM loans', '{}', 'repaid', 's');
SELECT threshold, metric, value FROM fairpg.threshold_sweep('SELECT repaid, CASE WHEN id > 50 THEN ''infinity''::float8 ELSE ''-infinity'' END AS s FROM loans', '{}', score => 's');
SELECT fairpg.calibration('SELECT * FROM loans WHERE false', '{}', 'repaid', 'score');
-- own arguments
SELECT fairpg.calibration('loans', '{}', 'repaid', 'score', 0);
SELECT fairpg.calibration('loans', '{}', 'repaid', 'score', NULL);
SELECT fairpg.calibration('loans', '{}', 'repaid', 'score', binning => 'equal');
SELECT fairpg.calibration('loans', '{}', 'repaid', 'score', binning => NULL);
SELECT fairpg.threshold_sweep('loans', '{}', 'repaid', 'score', '{}');
SELECT fairpg.threshold_sweep('loans', '{}', 'repaid', 'score', '{{0.1,0.2}}');
SELECT fairpg.threshold_sweep('loans', '{}', 'repaid', 'score', '{0.1,NULL}');
SELECT fairpg.threshold_sweep('loans', '{}', 'repaid', 'score', '{NaN}');
SELECT fairpg.threshold_sweep('loans', '{}', 'repaid', 'score', array_fill(0.5::float8, '{1001}'));
SELECT fairpg.threshold_sweep('loans', '{}', 'repaid', 'score', steps => 1001);
SELECT fairpg.threshold_sweep('loans', '{}', 'repaid', 'score', steps => NULL);
-- the others
SELECT fairpg.calibration(NULL, '{}', 'repaid', 'score');
SELECT fairpg.calibration('nowhere', '{}', 'repaid', 'score');
SELECT fairpg.calibration('loans', '{sex,sex}', 'repaid', 'score');
SELECT fairpg.calibration('loans', '{nobody}', 'repaid', 'score');
SELECT fairpg.calibration('loans', '{}', 'repaid', 'score', level => 1);
SELECT fairpg.calibration('loans', '{}', 'repaid', 'score', level => NULL);
SELECT fairpg.calibration('loans', '{}', 'repaid', 'score', options => '{"bins": 5}');
SELECT fairpg.calibration('loans', '{}', 'repaid', 'score', options => '{"replicates": 5}');
-- names that try to be more than names
CREATE TABLE "a""b'<script>; --" AS SELECT id, sex AS "s""e'x<b>", repaid AS "re""paid", score AS "sc'or""e" FROM loans;
SELECT kind, attribute, count(*) FROM fairpg.calibration('"a""b''<script>; --"', ARRAY['s"e''x<b>'], 're"paid', 'sc''or"e') GROUP BY 1, 2 ORDER BY 1, 2;
SELECT kind, attribute, count(*) FROM fairpg.threshold_sweep('"a""b''<script>; --"', ARRAY['s"e''x<b>'], 're"paid', 'sc''or"e', '{0.2}') GROUP BY 1, 2 ORDER BY 1, 2;
-- as the caller: what may not be read is not
CREATE ROLE fairpg_nobody;
SET ROLE fairpg_nobody;
SELECT fairpg.calibration('loans', '{}', 'repaid', 'score');
SELECT fairpg.threshold_sweep('SELECT true AS repaid, 0.5 AS score', '{}', 'repaid', model => 'credit');
RESET ROLE;
DROP ROLE fairpg_nobody;
-- nothing is written by a source
CREATE SEQUENCE counted;
SELECT fairpg.threshold_sweep('SELECT repaid, nextval(''counted'') AS s FROM loans', '{}', 'repaid', 's', '{0.2}');
DROP SEQUENCE counted;
DROP TABLE "a""b'<script>; --", loans;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
