SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- What fairpg.frontier() and fairpg.choose() refuse.
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE people AS
SELECT i AS id, CASE WHEN i % 3 = 0 THEN 'f' ELSE 'm' END AS sex, (i * 7919 % 1000) / 1000.0 AS x, (i * 104729 % 1000) / 1000.0 AS y,
       (i * 7919 % 1000) + (i * 31 % 500) > 700 AS paid
FROM generate_series(1, 2000) i;

-- bounds
SELECT * FROM fairpg.frontier('m', 'people', 'paid', protected => '{sex}', max_gaps => '{}');
SELECT * FROM fairpg.frontier('m', 'people', 'paid', protected => '{sex}', max_gaps => '{{0.1},{0.2}}');
SELECT * FROM fairpg.frontier('m', 'people', 'paid', protected => '{sex}', max_gaps => '{0.1,NaN}');
SELECT * FROM fairpg.frontier('m', 'people', 'paid', protected => '{sex}', max_gaps => '{0.1,NULL}');
SELECT * FROM fairpg.frontier('m', 'people', 'paid', protected => '{sex}', max_gaps => '{-0.1}');
SELECT * FROM fairpg.frontier('m', 'people', 'paid', protected => '{sex}', max_gaps => '{1.1}');
SELECT * FROM fairpg.frontier('m', 'people', 'paid', protected => '{sex}', max_gaps => '{0.1,0.2,0.1}');
SELECT * FROM fairpg.frontier('m', 'people', 'paid', protected => '{sex}', max_gaps => array(SELECT i / 200.0 FROM generate_series(0, 100) i));

-- bounds of means and of losses have the units of the label, and no list is usual
SELECT * FROM fairpg.frontier('m', 'people', 'x', protected => '{sex}', family => 'linear', fairness => 'mean_parity');
SELECT * FROM fairpg.frontier('m', 'people', 'x', protected => '{sex}', family => 'linear', fairness => 'mean_parity', max_gaps => '{}');
SELECT * FROM fairpg.frontier('m', 'people', 'x', protected => '{sex}', family => 'linear', fairness => 'mean_parity', max_gaps => '{1,NaN}');
SELECT * FROM fairpg.frontier('m', 'people', 'x', protected => '{sex}', family => 'linear', fairness => 'mean_parity', max_gaps => '{1,Infinity}');
SELECT * FROM fairpg.frontier('m', 'people', 'x', protected => '{sex}', family => 'linear', fairness => 'mean_parity', max_gaps => '{1,NULL}');
SELECT * FROM fairpg.frontier('m', 'people', 'x', protected => '{sex}', family => 'linear', fairness => 'mean_parity', max_gaps => '{-1}');
SELECT * FROM fairpg.frontier('m', 'people', 'x', protected => '{sex}', family => 'linear', fairness => 'mean_parity', max_gaps => '{5,1e6,5}');
SELECT * FROM fairpg.frontier('m', 'people', 'x', protected => '{sex}', family => 'linear', fairness => 'mean_parity', max_losses => '{5}');
SELECT * FROM fairpg.frontier('m', 'people', 'x', protected => '{sex}', family => 'linear', fairness => 'group_loss');
SELECT * FROM fairpg.frontier('m', 'people', 'x', protected => '{sex}', family => 'linear', fairness => 'group_loss', max_gaps => '{5}');
SELECT * FROM fairpg.frontier('m', 'people', 'x', protected => '{sex}', family => 'linear', fairness => 'group_loss', max_losses => '{0}');
SELECT * FROM fairpg.frontier('m', 'people', 'x', protected => '{sex}', family => 'linear', fairness => 'group_loss', max_losses => '{1,NaN}');
SELECT * FROM fairpg.frontier('m', 'people', 'x', protected => '{sex}', family => 'linear', fairness => 'group_loss', max_losses => '{1,NULL}');
SELECT * FROM fairpg.frontier('m', 'people', 'x', protected => '{sex}', family => 'linear', fairness => 'group_loss', max_losses => '{1,2,1}');

-- folds
SELECT * FROM fairpg.frontier('m', 'people', 'paid', protected => '{sex}', folds => -1);
SELECT * FROM fairpg.frontier('m', 'people', 'paid', protected => '{sex}', folds => 1);
SELECT * FROM fairpg.frontier('m', 'people', 'paid', protected => '{sex}', folds => 21);
SELECT * FROM fairpg.frontier('m', 'SELECT x, y, sex, id < 5 AS paid FROM people', 'paid', protected => '{sex}', folds => 20,
    options => '{"undefined": "skip", "min_group": 1}', split => 'none');
SELECT * FROM fairpg.frontier('m', 'SELECT * FROM people WHERE id <= 4', 'x', protected => '{sex}', features => '{y}', family => 'linear', fairness => 'mean_parity', max_gaps => '{1}',
    folds => 20, options => '{"min_group": 1}', split => 'none');
SELECT * FROM fairpg.frontier('m', 'SELECT id, y, x, paid, CASE WHEN id = 1 THEN ''f'' ELSE ''m'' END AS sex FROM people', 'paid', protected => '{sex}', folds => 3, split => 'none',
    options => '{"min_group": 1, "key": "id"}');
SELECT * FROM fairpg.frontier('m', 'SELECT id, y, x, CASE WHEN id = 1 THEN ''f'' ELSE ''m'' END AS sex FROM people', 'x', protected => '{sex}', family => 'linear', fairness => 'mean_parity',
    max_gaps => '{1}', folds => 3, split => 'none', options => '{"min_group": 1, "key": "id"}');
SET fairpg.max_groups = 30000;
SELECT * FROM fairpg.frontier('m', 'SELECT *, id / 2 AS grp FROM (SELECT i AS id, i % 5 = 0 AS paid, i * 7 % 100 AS x FROM generate_series(1, 40000) i) s',
    'paid', protected => '{grp}', folds => 10);
RESET fairpg.max_groups;

-- the rest of the call, as fairpg.train() refuses it
SELECT * FROM fairpg.frontier('m', 'people', 'paid', protected => '{sex}', fairness => 'none');
SELECT * FROM fairpg.frontier('m', 'people', 'paid', protected => '{sex}', fairness => 'mean_parity', max_gaps => '{0.1}');
SELECT * FROM fairpg.frontier('m', 'people', 'x', protected => '{sex}', family => 'linear');
SELECT * FROM fairpg.frontier('m', 'people', 'x', protected => '{sex}', family => 'linear', fairness => 'mean_parity', max_gaps => '{1}', options => '{"threshold": 0.4}');
SELECT * FROM fairpg.frontier('m', 'people', 'x', protected => '{sex}', family => 'linear', fairness => 'mean_parity', max_gaps => '{1}', options => '{"tighten": 1}');
SET fairpg.train_mem = '8MB';
SELECT * FROM fairpg.frontier('m', 'SELECT *, ''z'' || id % 190 AS c, ''g'' || id % 40 AS g FROM people', 'x', protected => '{g}', features => '{c,y}', family => 'linear', fairness => 'group_loss', max_losses => '{1}',
    folds => 5, split => 'none', options => '{"min_group": 1}');
RESET fairpg.train_mem;
SELECT * FROM fairpg.frontier('m', 'people', 'paid', protected => '{sex}', fairness => 'justice');
SELECT * FROM fairpg.frontier('m', 'people', 'paid', protected => '{sex}', fairness => NULL);
SELECT * FROM fairpg.frontier('m', 'people', 'paid');
SELECT * FROM fairpg.frontier('m', 'people', 'paid', protected => '{gender}');
SELECT * FROM fairpg.frontier('m', 'people', 'paid', protected => '{sex}', options => '{"speed": 1}');
SELECT * FROM fairpg.frontier('m', 'people', 'paid', protected => '{sex}', options => '{"min_group": 5000}');
SELECT * FROM fairpg.frontier('', 'people', 'paid', protected => '{sex}');
SELECT * FROM fairpg.frontier(NULL, 'people', 'paid', protected => '{sex}');
BEGIN READ ONLY;
SELECT * FROM fairpg.frontier('m', 'people', 'paid', protected => '{sex}');
ROLLBACK;
-- nothing was left behind
SELECT count(*) FROM fairpg_catalog.frontier;

-- choices
SELECT count(*) FROM fairpg.frontier('m', 'people', 'paid', protected => '{sex}', features => '{x,y}', max_gaps => '{0.1,0.2}');
SELECT frontier AS f FROM fairpg_catalog.frontier \gset
SELECT fairpg.choose(NULL, 1, 'because');
SELECT fairpg.choose(:f, NULL, 'because');
SELECT fairpg.choose(0, 1, 'because');
SELECT fairpg.choose(:f, 1, NULL);
SELECT fairpg.choose(:f, 1, E' \t\n');
DO $$ BEGIN PERFORM fairpg.choose((SELECT max(frontier) FROM fairpg_catalog.frontier), 3, 'because');
EXCEPTION WHEN undefined_object THEN RAISE WARNING '%', regexp_replace(sqlerrm, 'frontier \d+', 'frontier N'); END $$;
BEGIN READ ONLY;
SELECT fairpg.choose(:f, 1, 'because');
ROLLBACK;
SELECT count(*) FROM fairpg_catalog.model_version WHERE model = 'm';
-- a damaged point
UPDATE fairpg_catalog.frontier_point SET artifact = set_byte(artifact, 20, 1 + get_byte(artifact, 20) % 200) WHERE point = 2;
DO $$ BEGIN PERFORM fairpg.choose((SELECT max(frontier) FROM fairpg_catalog.frontier), 2, 'because');
EXCEPTION WHEN data_corrupted THEN RAISE WARNING '%', regexp_replace(sqlerrm, 'frontier \d+', 'frontier N'); END $$;
-- rights: whoever may not write versions cannot choose
CREATE ROLE regress_frontier_reader;
GRANT USAGE ON SCHEMA fairpg, fairpg_catalog TO regress_frontier_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA fairpg_catalog TO regress_frontier_reader;
SET ROLE regress_frontier_reader;
DO $$ BEGIN PERFORM fairpg.choose((SELECT max(frontier) FROM fairpg_catalog.frontier), 1, 'because');
EXCEPTION WHEN insufficient_privilege THEN RAISE WARNING '%', sqlerrm; END $$;
RESET ROLE;
DROP OWNED BY regress_frontier_reader;
DROP ROLE regress_frontier_reader;
SELECT count(*) FROM fairpg_catalog.frontier_choice;

DROP TABLE people;
DELETE FROM fairpg_catalog.frontier;
