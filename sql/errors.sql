-- Errors of predicted numbers: fairpg.errors() and audit(prediction => ...),
-- against plain SQL over the same rows.
SET client_min_messages = warning;
CREATE TABLE pay AS
SELECT i AS id, CASE WHEN i % 10 < 6 THEN 'men' WHEN i % 10 < 9 THEN 'women' END AS sex, i % 4 = 0 AS senior,
       CASE WHEN i % 50 <> 7 THEN (2000 + i * 37 % 1009 - CASE WHEN i % 10 < 6 THEN 0 ELSE 300 END)::float8 END AS salary,
       CASE WHEN i % 60 <> 11 THEN (1900 + i * 37 % 1009 * 0.7 + i * 53 % 211)::numeric(12, 2) END AS estimate, 0.25 + i % 3 AS w
FROM generate_series(1, 2000) i;
CREATE VIEW plain AS
SELECT sex, 1::float8 AS w, salary AS y, estimate::float8 AS p FROM pay
WHERE salary IS NOT NULL AND estimate IS NOT NULL;

-- every metric, recomputed
WITH f AS (SELECT sex, fairpg.metrics(fairpg.errors(salary, estimate)) AS m FROM pay GROUP BY sex),
     s AS (SELECT sex, count(*) AS n, avg(y) AS y, avg(p) AS p, avg(y - p) AS residual, avg(abs(y - p)) AS mae,
                  avg((y - p) ^ 2) AS mse, var_pop(y) AS variance FROM plain GROUP BY sex)
SELECT sex, (m).n = s.n AS n, (m).n_unlabelled, (m).n_unpredicted, (m).weight = s.n AS weight, round((m).effective_n) = s.n AS effective,
       abs((m).mean_label - y) < 1e-9 AS y, abs((m).mean_prediction - p) < 1e-9 AS p, abs((m).mean_residual - residual) < 1e-9 AS residual,
       abs((m).mean_absolute_error - mae) < 1e-9 AS mae, abs((m).mean_squared_error / mse - 1) < 1e-12 AS mse,
       abs((m).root_mean_squared_error - sqrt(mse)) < 1e-9 AS rmse, abs((m).r_squared - (1 - mse / variance)) < 1e-12 AS r_squared
FROM f JOIN s USING (sex) ORDER BY sex;

-- whole weights are so many rows, but for what the rows tell
SELECT abs(fairpg.r_squared(a) - fairpg.r_squared(b)) < 1e-12 AS r_squared, abs(fairpg.mean_residual(a) - fairpg.mean_residual(b)) < 1e-9 AS residual,
       round(((fairpg.metrics(a)).effective_n)::numeric, 3) AS effective, round((fairpg.metrics(b)).effective_n) AS copies
FROM (SELECT fairpg.errors(salary, estimate, 1 + id % 3) AS a FROM pay) a,
     (SELECT fairpg.errors(salary, estimate) AS b FROM pay, generate_series(0, id % 3)) b;

-- any split, order and transport gives the same bytes
SELECT count(DISTINCT state::text) AS states FROM (
    SELECT fairpg.errors(salary, estimate, w) AS state FROM pay
    UNION ALL SELECT fairpg.errors(salary, estimate, w ORDER BY id DESC) FROM pay
    UNION ALL SELECT fairpg.merge(s) FROM (SELECT fairpg.errors(salary, estimate, w) AS s FROM pay GROUP BY id % 17) t
    UNION ALL SELECT fairpg.merge(s::text::fairpg.error_stats) FROM (SELECT fairpg.errors(salary, estimate, w) AS s FROM pay GROUP BY sex) t) u;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT fairpg.errors(salary, estimate, w)::text = (SELECT fairpg.merge(s)::text FROM (SELECT fairpg.errors(salary, estimate, w) AS s FROM pay GROUP BY sex) t) AS parallel FROM pay;
RESET ALL;
SET client_min_messages = warning;

-- the window functions of the server know it as well
SELECT count(*) AS rows, bool_and(abs(fairpg.mean_label(e) - y) < 1e-9) AS alike
FROM (SELECT fairpg.errors(salary, estimate) OVER w AS e, avg(salary) FILTER (WHERE estimate IS NOT NULL) OVER w AS y
      FROM pay WHERE id <= 200 WINDOW w AS (ORDER BY id ROWS BETWEEN 20 PRECEDING AND CURRENT ROW)) t;

-- what is undefined has a reason
SELECT name, fairpg.metric(e, name), fairpg.metric_interval(e, name), fairpg.metric_reason(e, name)
FROM (SELECT fairpg.errors(5, p) AS e FROM generate_series(4, 6) p) t, unnest('{r_squared,mean_label}'::text[]) name;
SELECT fairpg.n(e), fairpg.mean_label(e), fairpg.metric_reason(e, 'mean_label') FROM (SELECT fairpg.errors(NULL, 1) AS e) t;
SELECT fairpg.n(fairpg.errors(1, 1)) IS NULL AS no_rows FROM pay WHERE false;

-- digits: labels of 1e9 that differ by 1
SELECT fairpg.r_squared(fairpg.errors(1e9 + i % 2, 1e9 + i % 2 + (i % 4 - 1.5) / 10)) AS r_squared FROM generate_series(1, 1000) i;

-- the audit says the same as the accessors, and the intervals are the textbook's
CREATE TABLE audited AS SELECT * FROM fairpg.audit('pay', '{sex,sex*senior}', label => 'salary', prediction => 'estimate');
SELECT metric, count(*) AS groups, bool_and(value IS NOT DISTINCT FROM fairpg.metric(e, metric)) AS value,
       bool_and(low IS NOT DISTINCT FROM (fairpg.metric_interval(e, metric)).low) AS low,
       bool_and(high IS NOT DISTINCT FROM (fairpg.metric_interval(e, metric)).high) AS high
FROM audited a JOIN (SELECT coalesce(sex, '(unknown)') AS sex, fairpg.errors(salary, estimate) AS e FROM pay GROUP BY 1) s ON s.sex = a.group_name
WHERE kind = 'group' AND attribute = 'sex' AND metric NOT LIKE 'n\_%' GROUP BY metric ORDER BY metric;
SELECT group_name, abs(low - (m - 1.959963984540054 * se)) < 1e-9 AS low, abs(high - (m + 1.959963984540054 * se)) < 1e-9 AS high
FROM audited a JOIN (SELECT coalesce(sex, '(unknown)') AS sex, avg(y - p) AS m, sqrt(avg((y - p) ^ 2) - avg(y - p) ^ 2) / sqrt(count(*) - 1) AS se FROM plain GROUP BY 1) s
    ON s.sex = a.group_name
WHERE kind = 'group' AND attribute = 'sex' AND metric = 'mean_residual' ORDER BY 1;
SELECT metric, group_name AS worst, round(value::numeric, 4) AS value,
       abs(value - (SELECT max(v.value) - min(v.value) FROM audited v WHERE v.kind = 'group' AND v.attribute = 'sex'
                        AND v.metric = CASE g.metric WHEN 'mean_parity' THEN 'mean_prediction' ELSE g.metric END)) < 1e-9 AS between_ends, low <= value AND value <= high AS inside, n, flag
FROM audited g WHERE kind = 'gap' AND attribute = 'sex' ORDER BY metric;
SELECT group_name, metric, value, n FROM audited WHERE kind = 'overall' AND metric LIKE 'n\_%' OR kind = 'group' AND attribute = 'sex*senior' AND metric = 'n_unlabelled';

-- refused
SELECT fairpg.audit('pay', '{sex}', prediction => 'estimate');
SELECT fairpg.audit('pay', '{sex}', label => 'salary', prediction => 'estimate', decision => 'senior');
SELECT fairpg.audit('pay', '{sex}', label => 'salary', prediction => 'estimate', score => 'w');
SELECT fairpg.audit('pay', '{sex}', label => 'salary', prediction => 'estimate', positive => '1');
SELECT fairpg.audit('pay', '{sex}', label => 'sex', prediction => 'estimate');
SELECT fairpg.audit('pay', '{sex}', label => 'salary', prediction => 'guess');
SELECT fairpg.audit('pay', '{sex}', label => 'salary', prediction => 'senior');
SELECT fairpg.audit('SELECT *, ''infinity''::float8 AS far FROM pay', '{sex}', label => 'salary', prediction => 'far');
SELECT fairpg.audit('SELECT *, 1e300::float8 AS far FROM pay', '{sex}', label => 'far', prediction => 'estimate');
SELECT fairpg.audit('SELECT *, -w AS minus FROM pay', '{sex}', label => 'salary', prediction => 'estimate', weight => 'minus');
SELECT fairpg.audit('SELECT * FROM pay WHERE false', '{sex}', label => 'salary', prediction => 'estimate');
SELECT fairpg.errors('NaN', 1);
SELECT fairpg.errors(1, '-infinity');
SELECT fairpg.errors(1, 1, -1);
SELECT fairpg.metric(fairpg.errors(1, 1), 'tpr');
SELECT fairpg.metric_interval(fairpg.errors(1, 1), 'mean_label', 1);
SELECT '6670'::fairpg.error_stats;
SELECT (left(s, 64) || '11' || substr(s, 67))::fairpg.error_stats FROM (SELECT fairpg.errors(salary, estimate)::text AS s FROM pay) t;
SELECT left(s, length(s) - 2)::fairpg.error_stats FROM (SELECT fairpg.errors(salary, estimate)::text AS s FROM pay) t;
SELECT (fairpg.outcomes(true, true)::text)::fairpg.error_stats;
-- labels without any row that counts
SELECT metric, value, n, reason FROM fairpg.audit('SELECT sex, NULL::int AS y, 1 AS p FROM pay', '{}', label => 'y', prediction => 'p');

DROP TABLE audited;
DROP VIEW plain;
DROP TABLE pay;
