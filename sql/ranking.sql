-- fairpg.ranking_audit(): skew, NDKL, infeasible index and exposure against
-- their definitions in plain SQL.
SET client_min_messages = warning;
CREATE TABLE candidates AS
SELECT i AS id, 'job ' || i % 4 AS job, CASE WHEN i % 11 = 0 THEN NULL WHEN i % 3 = 0 THEN 'women' ELSE 'men' END AS sex,
       i % 5 < 2 AS abroad, CASE WHEN i % 13 <> 1 THEN (i * 7919 % 1009) - CASE WHEN i % 3 = 0 THEN 200 ELSE 0 END + i / 1e6 END AS score
FROM generate_series(1, 600) i;
-- each list place by place: no two of a job have the same score
CREATE VIEW placed AS
SELECT job, coalesce(sex, '(unknown)') AS sex, row_number() OVER (PARTITION BY job ORDER BY score DESC) AS place, count(*) OVER (PARTITION BY job) AS list
FROM candidates WHERE score IS NOT NULL;
CREATE TABLE prefix AS
SELECT p.job, p.list, k AS place, s.sex, count(*) FILTER (WHERE p.sex = s.sex AND p.place <= k)::float8 AS n, s.share
FROM placed p JOIN (SELECT job, sex, count(*)::float8 / sum(count(*)) OVER (PARTITION BY job) AS share FROM placed GROUP BY job, sex) s USING (job),
     LATERAL generate_series(1, p.list) k
GROUP BY p.job, p.list, k, s.sex, s.share;
CREATE TABLE audited AS SELECT * FROM fairpg.ranking_audit('candidates', '{sex}', score => 'score', list => 'job', k => '{5,40,10000}');

SELECT a.places, a.group_name, a.n, a.value = r.skew OR abs(a.value - r.skew) < 1e-9 AS skew, abs(h.value - r.share) < 1e-9 AS share, a.low <= a.value AND a.value <= a.high AS inside
FROM audited a JOIN audited h ON h.metric = 'share_at_k' AND h.places = a.places AND h.group_name = a.group_name
    JOIN (SELECT k, sex, CASE WHEN sum(n) = 0 THEN '-infinity' ELSE ln(sum(n) / sum(least(k, list) * share)) END AS skew, sum(n) / sum(least(k, list)) AS share
          FROM prefix, unnest('{5,40,10000}'::int[]) k WHERE place = least(k, list) GROUP BY k, sex) r ON r.k = a.places AND r.sex = a.group_name
WHERE a.metric = 'skew_at_k' ORDER BY 1, 2;
SELECT metric, places, group_name, value = CASE a.metric WHEN 'min_skew_at_k' THEN (SELECT min(s.value) FROM audited s WHERE s.metric = 'skew_at_k' AND s.places = a.places)
           ELSE (SELECT max(s.value) FROM audited s WHERE s.metric = 'skew_at_k' AND s.places = a.places) END AS told, low <= value AND value <= high AS inside
FROM audited a WHERE metric IN ('min_skew_at_k', 'max_skew_at_k') ORDER BY 2, 1;
SELECT round(a.value::numeric, 4) AS ndkl, abs(a.value - r.ndkl) < 1e-9 AS told, abs(low - (r.ndkl - 1.959963984540054 * r.error)) < 1e-9 AS low, abs(high - (r.ndkl + 1.959963984540054 * r.error)) < 1e-9 AS high
FROM audited a, (SELECT avg(ndkl) AS ndkl, stddev_samp(ndkl) / sqrt(count(*)) AS error
    FROM (SELECT job, sum(kl / ln(1 + place)) / sum(1 / ln(1 + place)) AS ndkl
          FROM (SELECT job, place, sum(CASE WHEN n > 0 THEN n / place * ln(n / place / share) ELSE 0 END) AS kl FROM prefix GROUP BY job, place) d GROUP BY job) l) r
WHERE metric = 'ndkl';
SELECT a.value, a.value = (SELECT count(*) FROM (SELECT FROM prefix GROUP BY job, place HAVING bool_or(n < floor(share * place + 1e-9))) v) AS told FROM audited a WHERE metric = 'infeasible_index';
SELECT a.group_name, round(a.value::numeric, 4) AS exposure, abs(a.value - r.ratio) < 1e-9 AS told
FROM audited a JOIN (SELECT sex, sum(worth) / sum(desired) AS ratio
    FROM (SELECT job, sex, sum(1 / log(2, 1 + place)) AS worth FROM placed GROUP BY job, sex) w
        JOIN (SELECT job, sex, share * total AS desired FROM (SELECT DISTINCT job, sex, share FROM prefix) s
            JOIN (SELECT job, sum(1 / log(2, 1 + place)) AS total FROM placed GROUP BY job) t USING (job)) d USING (job, sex) GROUP BY sex) r ON r.sex = a.group_name
WHERE metric = 'exposure_ratio' ORDER BY 1;
SELECT kind, group_name, metric, value, n FROM audited WHERE metric IN ('n_lists', 'n_unscored') ORDER BY 1 DESC, 2;

-- ties count as their places shared; the order of the rows is no matter
SELECT group_name, places, value, reason FROM fairpg.ranking_audit('SELECT * FROM (VALUES (3, true), (2, true), (2, false), (2, false), (1, false)) v (score, old)', '{old}',
    score => 'score', k => '{1,2,3,4}') WHERE metric = 'share_at_k' ORDER BY 1, 2;
SELECT count(*) AS differ FROM (
    SELECT * FROM fairpg.ranking_audit('SELECT * FROM candidates ORDER BY id', '{sex,sex*abroad}', score => 'score')
    EXCEPT SELECT * FROM fairpg.ranking_audit('SELECT * FROM candidates ORDER BY id DESC', '{sex,sex*abroad}', score => 'score')) d;
-- none of a group among the first: minus infinity, with a reason
SELECT group_name, metric, value, round(high::numeric, 3) AS high, reason FROM fairpg.ranking_audit('SELECT i AS score, i > 90 AS young FROM generate_series(1, 100) i', '{young}',
    score => 'score', k => '{10}') WHERE metric LIKE '%skew%' ORDER BY 2, 1;
-- desired shares of the user's
SELECT group_name, metric, places, round(value::numeric, 4) AS value, n, flag FROM fairpg.ranking_audit('candidates', '{sex}', score => 'score', k => '{50}',
    targets => '{"sex": {"men": 0.45, "women": 0.45, "(unknown)": 0.05, "other": 0.05}}')
WHERE metric IN ('desired_share', 'skew_at_k', 'min_skew_at_k', 'ndkl') ORDER BY 2, 1;
-- one list has no interval of its NDKL, and an empty k leaves what does not need it
SELECT metric, low, high, n FROM fairpg.ranking_audit('candidates', '{sex}', score => 'score', k => '{}') WHERE kind = 'attribute';

-- refused
SELECT fairpg.ranking_audit('candidates', NULL, score => 'score');
SELECT fairpg.ranking_audit('candidates', '{}', score => 'score');
SELECT fairpg.ranking_audit('candidates', '{sex}', score => NULL);
SELECT fairpg.ranking_audit('candidates', '{sex}', score => 'job');
SELECT fairpg.ranking_audit('candidates', '{sex}', score => 'score', list => 'position');
SELECT fairpg.ranking_audit('candidates', '{sex}', score => 'score', k => '{0}');
SELECT fairpg.ranking_audit('candidates', '{sex}', score => 'score', k => '{5,NULL}');
SELECT fairpg.ranking_audit('candidates', '{sex}', score => 'score', k => '{5,5}');
SELECT fairpg.ranking_audit('candidates', '{sex}', score => 'score', k => NULL);
SELECT fairpg.ranking_audit('candidates', '{sex}', score => 'score', level => 1);
SELECT fairpg.ranking_audit('candidates', '{sex}', score => 'score', options => '{"bins": 3}');
SELECT fairpg.ranking_audit('candidates', '{sex}', score => 'score', targets => '[1]');
SELECT fairpg.ranking_audit('candidates', '{sex}', score => 'score', targets => '{"race": {"a": 1}}');
SELECT fairpg.ranking_audit('candidates', '{sex}', score => 'score', targets => '{"sex": 0.5}');
SELECT fairpg.ranking_audit('candidates', '{sex}', score => 'score', targets => '{"sex": {"men": 0.5, "women": 0.5}}');
SELECT fairpg.ranking_audit('candidates', '{sex}', score => 'score', targets => '{"sex": {"men": 0.5, "women": 0.5, "(unknown)": 0.5}}');
SELECT fairpg.ranking_audit('candidates', '{sex}', score => 'score', targets => '{"sex": {"men": 0, "women": 0.5, "(unknown)": 0.5}}');
SELECT fairpg.ranking_audit('candidates', '{sex}', score => 'score', targets => '{"sex": {"men": "half"}}');
SELECT fairpg.ranking_audit('SELECT *, ''NaN''::float8 AS nan FROM candidates', '{sex}', score => 'nan');
SELECT fairpg.ranking_audit('SELECT sex, NULL::int AS score FROM candidates', '{sex}', score => 'score');
SELECT fairpg.ranking_audit('SELECT * FROM candidates WHERE false', '{sex}', score => 'score');
SELECT fairpg.ranking_audit('SELECT gen_random_uuid() AS u, 1 AS score FROM candidates', '{u}', score => 'score');
SELECT fairpg.ranking_audit('SELECT *, ''{}''::json AS j FROM candidates', '{sex}', score => 'score', list => 'j');

DROP TABLE audited;
DROP TABLE prefix;
DROP VIEW placed;
DROP TABLE candidates;
