SET client_min_messages = warning;
-- Constraints that cannot be meant: an error that names what it is about.
\set VERBOSITY default
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE small AS SELECT i AS id, CASE WHEN i % 3 = 0 THEN 'a' ELSE 'b' END AS g, CASE WHEN i = 1 THEN 'lone' ELSE 'other' END AS k,
    i % 2 = 0 AS y, (i * 7919 % 101)::float8 AS x FROM generate_series(1, 300) i;
CREATE FUNCTION try(constraints text, fairness text DEFAULT 'none', max_gap float8 DEFAULT NULL, min_ratio float8 DEFAULT NULL,
    max_loss float8 DEFAULT NULL, method text DEFAULT 'constraint', protected text[] DEFAULT '{g}')
    RETURNS fairpg.train_result LANGUAGE sql AS $$
    SELECT fairpg.train('m', 'small', 'y', features => '{x}', protected => protected, fairness => fairness, max_gap => max_gap,
        min_ratio => min_ratio, max_loss => max_loss, method => method, split => 'none',
        options => jsonb_build_object('constraints', constraints::jsonb)) $$;

-- bounds
SELECT try(NULL, 'demographic_parity', min_ratio => 1.1);
SELECT try(NULL, 'demographic_parity', min_ratio => -0.1);
SELECT try(NULL, 'demographic_parity', min_ratio => 'NaN');
SELECT try(NULL, 'demographic_parity', 0.1, 0.8);
SELECT try(NULL, 'demographic_parity', max_loss => 0.5);
SELECT try(NULL, 'group_loss', 0.1);
SELECT try(NULL, 'group_loss');
SELECT try(NULL, 'group_loss', max_loss => 0);
SELECT try(NULL, 'group_loss', max_loss => 'NaN');
SELECT try(NULL, 'group_loss', max_loss => 'infinity');
SELECT try(NULL, min_ratio => 0.8);

-- methods
SELECT try(NULL, 'group_loss', method => 'penalty');
SELECT try(NULL, 'demographic_parity', method => 'minimax');
SELECT try(NULL, 'group_loss', max_loss => 0.5, method => 'minimax');
SELECT try(NULL, method => 'minimax');
SELECT try('[{"fairness": "demographic_parity", "max_gap": 0.1}]', method => 'penalty');
SELECT try('[{"fairness": "group_loss", "max_loss": 0.1}]', 'group_loss', method => 'minimax');

-- the list
SELECT try('{"fairness": "demographic_parity"}');
SELECT try('["demographic_parity"]');
SELECT try('[{}]');
SELECT try('[{"fairness": "niceness", "max_gap": 0.1}]');
SELECT try('[{"fairness": "none", "max_gap": 0.1}]');
SELECT try('[{"fairness": "demographic_parity"}]');
SELECT try('[{"fairness": "group_loss"}]');
SELECT try('[{"fairness": "demographic_parity", "max_gap": 0.1, "min_ratio": 0.8}]');
SELECT try('[{"fairness": "demographic_parity", "max_gap": 2}]');
SELECT try('[{"fairness": "demographic_parity", "min_ratio": "NaN"}]');
SELECT try('[{"fairness": "demographic_parity", "gap": 0.1}]');
SELECT try('[{"fairness": "demographic_parity", "max_gap": 0.1, "protected": ["sex"]}]');
SELECT try('[{"fairness": "demographic_parity", "max_gap": 0.1, "protected": []}]');
SELECT try('[{"fairness": "demographic_parity", "max_gap": 0.1, "protected": "g"}]');
SELECT try('[{"fairness": "demographic_parity", "max_gap": 0.1, "protected": [1]}]');
SELECT try('[{"fairness": "demographic_parity", "max_gap": 0.1}]', protected => '{}');
SELECT try('[{"fairness": "demographic_parity", "max_gap": 0.1}, {"fairness": "demographic_parity", "max_gap": 0.2, "protected": ["g"]}]');
SELECT try('[{"fairness": "demographic_parity", "max_gap": 0.1}]', 'demographic_parity', 0.2);
-- two kinds of bound on one criterion are two constraints
SELECT status FROM try('[{"fairness": "demographic_parity", "min_ratio": 0.5}]', 'demographic_parity', 0.5);
SELECT status FROM try('[]');

-- groups
SELECT try('[{"fairness": "demographic_parity", "max_gap": 0.1, "protected": ["k"]}]', protected => '{g,k}');
SELECT try('[{"fairness": "demographic_parity", "max_gap": 0.1, "protected": ["k"]}, {"fairness": "error_rate_parity", "max_gap": 0.5}]', protected => '{g,k}');

-- nothing of that was stored but the two that were right
SELECT count(*) FROM fairpg_catalog.model_version;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP TABLE small;
DROP FUNCTION try(text, text, float8, float8, float8, text, text[]);
