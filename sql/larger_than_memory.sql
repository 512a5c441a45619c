SET client_min_messages = error;
-- Rows for which fairpg.train_mem has no room wait in temporary files: the
-- models, and all that is measured of them, are the same.
SELECT fairpg.init() IS NOT NULL AS ready;
-- numbers that want a pivot, NULLs, rare levels, copies of rows, weights, an array
CREATE TABLE plenty AS
SELECT i AS id, i * 7919 % 10007 AS a, 1.7e9 + i * 104729 % 99991 / 8.0 AS b, CASE WHEN i % 11 > 0 THEN i * 31 % 97 / 7.0 END AS c,
    CASE WHEN i % 13 > 0 THEN 'level ' || i * i % 997 END AS d, ARRAY[i % 7, i % 11 / 3.0]::float4[] AS e,
    CASE i * 13 % 3 WHEN 0 THEN 'x' WHEN 1 THEN NULL ELSE 'z' END AS g, CASE i % 2 WHEN 0 THEN 'k' ELSE 'l' END AS h, 1 + i % 4 AS w,
    (i * 7919 % 10007 + hashint8(i) % 2000) % 7 < 3 AS label, i * 7919 % 10007 / 1000.0 + hashint8(i) % 2000 / 1000.0 AS amount
FROM generate_series(1, 150000::bigint) i;
CREATE TABLE copied AS SELECT a / 200 AS a, g, h, label FROM plenty;
ANALYZE plenty, copied;

-- the calls, and the memory that is too little for their rows
CREATE TABLE way (name text, source text, memory text, arguments jsonb, label text DEFAULT 'label');
INSERT INTO way VALUES
    ('plain', 'plenty', '6MB', '{"exclude": ["id", "w", "amount"]}'),
    ('weights', 'plenty', '5MB', '{"weight": "w", "exclude": ["amount"], "options": {"key": "id", "nulls": "drop"}}'),
    ('constraint', 'plenty', '6MB', '{"exclude": ["id", "w", "amount"], "protected": ["g", "h", "g*h"], "fairness": "equalized_odds", "max_gap": 0.02}'),
    ('penalty', 'plenty', '6MB', '{"exclude": ["id", "w", "amount"], "protected": ["g"], "fairness": "demographic_parity", "method": "penalty", "penalty": 2}'),
    ('reweigh', 'plenty', '6MB', '{"weight": "w", "exclude": ["id", "amount"], "protected": ["h"], "fairness": "demographic_parity", "method": "reweigh", "options": {"key": "id"}}'),
    ('minimax', 'plenty', '6MB', '{"exclude": ["id", "w", "amount"], "protected": ["g"], "fairness": "group_loss", "method": "minimax"}'),
    ('threshold', 'plenty', '10MB', '{"exclude": ["id", "w", "amount"], "protected": ["h"], "fairness": "equal_opportunity", "max_gap": 0.02, "method": "threshold"}'),
    ('copies', 'copied', '1500kB', '{"protected": ["g", "h"], "fairness": "demographic_parity", "max_gap": 0.02}'),
    ('split', 'plenty', '6MB', '{"exclude": ["id", "w", "amount"], "split": "column:g=z", "options": {"l1": 0.001}}'),
    ('reduction', 'plenty', '6MB', '{"exclude": ["w", "amount"], "protected": ["g"], "fairness": "demographic_parity", "max_gap": 0.02, "method": "reduction", "options": {"key": "id"}}'),
    ('reduction of weights', 'plenty', '7MB', '{"weight": "w", "exclude": ["id", "amount"], "protected": ["h"], "fairness": "equalized_odds", "max_gap": 0.02, "method": "reduction"}');
INSERT INTO way VALUES
    ('least squares', 'plenty', '6MB', '{"exclude": ["id", "w", "label"], "family": "linear"}', 'amount'),
    ('equal means', 'plenty', '6MB', '{"weight": "w", "exclude": ["label"], "family": "linear", "protected": ["g", "h"], "fairness": "mean_parity", "max_gap": 0.01, "options": {"key": "id"}}', 'amount'),
    ('group losses', 'plenty', '6MB', '{"exclude": ["id", "w", "label"], "family": "linear", "protected": ["g*h"], "fairness": "group_loss", "max_loss": 7}', 'amount'),
    ('linear minimax', 'plenty', '6MB', '{"exclude": ["id", "w", "label"], "family": "linear", "protected": ["g"], "fairness": "group_loss", "method": "minimax", "split": "none"}', 'amount');
CREATE FUNCTION arguments(arguments jsonb) RETURNS text LANGUAGE sql
    RETURN (SELECT string_agg(format(', %I => %L', key, CASE WHEN jsonb_typeof(value) = 'array'
        THEN '{' || (SELECT string_agg(x, ',') FROM jsonb_array_elements_text(value) x) || '}' ELSE value #>> '{}' END), '') FROM jsonb_each(arguments));
DO $$
DECLARE
    w way;
    k integer;
BEGIN
    FOR w IN SELECT * FROM way LOOP
        FOR k IN 1 .. 2 LOOP
            PERFORM set_config('fairpg.train_mem', CASE k WHEN 1 THEN '1GB' ELSE w.memory END, true);
            EXECUTE format('SELECT fairpg.train(%L, %L, %L%s)', w.name, w.source, w.label, arguments(w.arguments));
        END LOOP;
    END LOOP;
END $$;

-- whether rows really were in files, and memory kept within its bound
SELECT name, bool_or(version = 2 AND warnings::text LIKE '%temporary files%') AS in_files, bool_or(version = 1 AND warnings::text LIKE '%temporary files%') AS needlessly,
    bool_and(version = 1 OR memory_bytes <= pg_size_bytes(memory)) AS within
FROM way JOIN fairpg_catalog.model_version v ON v.model = name GROUP BY name ORDER BY name;
-- the same bytes, and the same figures
SELECT model, count(DISTINCT artifact_sha256) AS models, count(DISTINCT (loss, accuracy, auc, gap, gap_low, gap_high)) AS figures,
    count(DISTINCT (rows_train, rows_test)) AS sizes FROM fairpg_catalog.model_version GROUP BY model ORDER BY model;
SELECT count(*) > 400 AS some, bool_and(a.estimate = b.estimate AND a.std_error IS NOT DISTINCT FROM b.std_error) AS same
FROM fairpg_catalog.coefficient a JOIN fairpg_catalog.coefficient b USING (model, term, level, level_kind) WHERE a.version = 1 AND b.version = 2;
SELECT count(*) > 400 AS some, bool_and(a.value IS NOT DISTINCT FROM b.value AND a.low IS NOT DISTINCT FROM b.low AND a.high IS NOT DISTINCT FROM b.high) AS same
FROM fairpg_report.group_metrics a JOIN fairpg_report.group_metrics b USING (model, part, attribute, group_name, metric) WHERE a.version = 1 AND b.version = 2;
-- frontiers, whose searches and folds go over the rows together
CREATE TABLE sweep (name text, memory text, label text, arguments jsonb);
INSERT INTO sweep VALUES
    ('gaps', '3MB', 'label', '{"features": ["a", "b", "c", "e", "h"], "protected": ["g", "h"], "max_gaps": [0.02, 0.1, 1]}'),
    ('folds', '3500kB', 'label', '{"features": ["a", "b", "c", "e"], "weight": "w", "protected": ["g"], "fairness": "equal_opportunity", "max_gaps": [0.01, 0.3], "folds": 3}'),
    ('means', '6MB', 'amount', '{"exclude": ["id", "w", "label"], "family": "linear", "protected": ["g", "h"], "fairness": "mean_parity", "max_gaps": [0, 0.01, 0.1, 9], "folds": 4}'),
    ('losses', '8MB', 'amount', '{"exclude": ["id", "label"], "weight": "w", "family": "linear", "protected": ["g"], "fairness": "group_loss", "max_losses": [6, 7, 100], "folds": 2}');
DO $$
DECLARE
    s sweep;
    k integer;
BEGIN
    FOR s IN SELECT * FROM sweep LOOP
        FOR k IN 1 .. 2 LOOP
            PERFORM set_config('fairpg.train_mem', CASE k WHEN 1 THEN '1GB' ELSE s.memory END, true);
            EXECUTE format('SELECT count(*) FROM fairpg.frontier(%L, %L, %L%s)', s.name, 'plenty', s.label, arguments(s.arguments));
        END LOOP;
    END LOOP;
END $$;
CREATE VIEW frontiers AS SELECT *, row_number() OVER (PARTITION BY model ORDER BY frontier) AS run FROM fairpg_catalog.frontier;
SELECT name, bool_or(run = 2 AND warnings::text LIKE '%temporary files%') AS in_files, bool_or(run = 1 AND warnings::text LIKE '%temporary files%') AS needlessly,
    bool_and(run = 1 OR memory_bytes <= pg_size_bytes(memory)) AS within
FROM sweep JOIN frontiers ON model = name GROUP BY name ORDER BY name;
SELECT model, count(*) AS points, count(DISTINCT (p.point, p.artifact_sha256)) AS models, count(DISTINCT (p.point, p.status, p.verdict, p.iterations, p.pareto)) AS answers,
    count(DISTINCT (p.point, p.train_loss, p.train_accuracy, p.train_gap, p.loss, p.accuracy, p.auc, p.gap, p.gap_low, p.gap_high)) AS figures
FROM frontiers JOIN fairpg_catalog.frontier_point p USING (frontier) GROUP BY model ORDER BY model;
SELECT count(*) > 200 AS some, bool_and(a.value IS NOT DISTINCT FROM b.value AND a.low IS NOT DISTINCT FROM b.low AND a.high IS NOT DISTINCT FROM b.high) AS same
FROM frontiers f JOIN frontiers g USING (model) JOIN fairpg_report.frontier_groups a ON a.frontier = f.frontier
    JOIN fairpg_report.frontier_groups b ON b.frontier = g.frontier AND (a.point, a.part, a.attribute, a.group_name, a.metric) = (b.point, b.part, b.attribute, b.group_name, b.metric)
WHERE f.run = 1 AND g.run = 2;
-- no file is left
SELECT count(*) AS files FROM pg_ls_tmpdir();

-- what may go wrong, and leaves no file
SET fairpg.train_mem = '6MB';
SET temp_file_limit = '100kB';
-- (the server's words for it differ between its versions)
\set VERBOSITY sqlstate
SELECT fairpg.train('refused', 'plenty', 'label', exclude => '{id,w,amount}');
\set VERBOSITY default
RESET temp_file_limit;
SELECT fairpg.train('refused', 'SELECT label, a, b, c, d, e, g, h, id / (id - 149999) AS z FROM plenty', 'label');
SET fairpg.train_mem = '2MB';
\set VERBOSITY terse
SELECT fairpg.train('refused', 'plenty', 'label', exclude => '{id,w,amount}');
\set VERBOSITY default
DO $$ BEGIN
    PERFORM fairpg.train('refused', 'plenty', 'label', exclude => '{id,w,amount}');
EXCEPTION WHEN configuration_limit_exceeded THEN
    RAISE LOG 'caught';
END $$;
RESET fairpg.train_mem;
SELECT (SELECT count(*) FROM pg_ls_tmpdir()) AS files, (SELECT count(*) FROM fairpg_catalog.model WHERE model = 'refused') AS models;

DROP VIEW frontiers;
DROP TABLE plenty, copied, way, sweep;
DROP FUNCTION arguments;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
