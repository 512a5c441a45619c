-- Scores by group: splitting, sending, storing and merging change no bit.
CREATE TABLE people AS
SELECT i AS id, CASE WHEN i % 101 <> 0 THEN i * 7 % 13 < 6 END AS repaid, (ARRAY['a', 'b', 'c', NULL])[1 + i * 31 % 4] AS grp, i * 31 % 5 AS region,
       CASE WHEN i % 103 <> 0 THEN i * 7919::bigint % 20011 / 20011.0::float8 END AS score,
       -- one group has few scores, one of them half a million times as large as others
       CASE WHEN i * 31 % 4 = 1 THEN i % 9 ELSE i * 7919::bigint % 20011 / 20011.0::float8 * CASE WHEN i % 1000 = 0 THEN 5e5 ELSE 1 END END AS wide,
       (1 + i * 631 % 97) / 97.0::float8 AS weight
FROM generate_series(1, 24000) i;
ANALYZE people;
SET max_parallel_workers_per_gather = 0;
CREATE TEMP TABLE whole AS
SELECT fairpg.group_scores(repaid, score, grp)::text AS g, fairpg.group_scores(repaid, score, grp, weight)::text AS gw,
       fairpg.group_scores(repaid, score, region)::text AS gr, fairpg.group_scores(repaid, wide, grp, weight)::text AS wide FROM people;
-- scores were pooled where all groups are one, not in a group
SELECT fairpg.auc_error(fairpg.overall(g::fairpg.group_score_stats)) BETWEEN 1e-6 AND 1e-3 AS pooled, fairpg.auc_error(fairpg.score(g::fairpg.group_score_stats, 'a')) = 0 AS exact,
       fairpg.ece_error(fairpg.overall(g::fairpg.group_score_stats)) BETWEEN 1e-6 AND 1e-2 AS ece FROM whole;
SELECT abs(fairpg.ece(o, 20) - ece) <= fairpg.ece_error(o, 20) AS ece_within, abs(fairpg.calibration_in_the_large(o) - off) < 1e-12 AS in_the_large_is_exact
FROM (SELECT fairpg.overall(g::fairpg.group_score_stats) AS o FROM whole) t,
     (SELECT sum(n * abs(p - y)) / sum(n) AS ece, sum(n * (y - p)) / sum(n) AS off
      FROM (SELECT count(*) AS n, avg(score) AS p, avg(repaid::int) AS y FROM people WHERE repaid IS NOT NULL AND score IS NOT NULL GROUP BY width_bucket(score, 0, 1, 20)) b) s;
-- any split, merged in any order
SELECT k, fairpg.merge(g)::text = (SELECT g FROM whole) AS g, fairpg.merge(gw)::text = (SELECT gw FROM whole) AS gw,
       fairpg.merge(gr)::text = (SELECT gr FROM whole) AS gr, fairpg.merge(wide)::text = (SELECT wide FROM whole) AS wide
FROM (
    SELECT k, id % k AS part, fairpg.group_scores(repaid, score, grp) AS g, fairpg.group_scores(repaid, score, grp, weight) AS gw,
           fairpg.group_scores(repaid, score, region) AS gr, fairpg.group_scores(repaid, wide, grp, weight) AS wide
    FROM people, unnest('{1,2,7}'::integer[]) k GROUP BY k, id % k ORDER BY (id % k) * 3 % 7) parts
GROUP BY k ORDER BY k;
-- any order of rows, and a group at a time
SELECT fairpg.group_scores(repaid, score, grp, weight)::text = (SELECT gw FROM whole) AS ordered FROM (SELECT * FROM people ORDER BY weight DESC, id) s;
SELECT fairpg.merge(g)::text = (SELECT g FROM whole) AS by_group
FROM (SELECT NULL::fairpg.group_score_stats AS g UNION ALL SELECT fairpg.group_scores(repaid, score, grp) FROM people GROUP BY grp UNION ALL SELECT NULL) t;
-- parts that are not pooled, of which the sum is
SELECT fairpg.merge(s)::text = (SELECT fairpg.scores(repaid, score, weight)::text FROM people) AS pooled_parts
FROM (SELECT fairpg.scores(repaid, score, weight) AS s FROM people GROUP BY id % 2) t;
-- weighted with plain
SELECT fairpg.merge(v)::text = (SELECT fairpg.group_scores(repaid, score, grp, CASE WHEN id % 2 = 0 THEN 1 ELSE weight END)::text FROM people) AS mixed
FROM (SELECT fairpg.group_scores(repaid, score, grp) AS v FROM people WHERE id % 2 = 0
      UNION ALL SELECT fairpg.group_scores(repaid, score, grp, weight) FROM people WHERE id % 2 = 1) t;

-- a parallel plan
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
EXPLAIN (COSTS OFF) SELECT fairpg.group_scores(repaid, score, grp) FROM people;
SELECT a::text = (SELECT g FROM whole) AS g, b::text = (SELECT gw FROM whole) AS gw
FROM (SELECT fairpg.group_scores(repaid, score, grp) AS a, fairpg.group_scores(repaid, score, grp, weight) AS b FROM people) t;
RESET ALL;
-- a hash aggregate that goes to disk
SET work_mem = '64kB';
SET hash_mem_multiplier = 1;
SET enable_sort = off;
SET jit = off;
SELECT count(*) AS parts, fairpg.merge(g)::text = (SELECT g FROM whole) AS same
FROM (SELECT fairpg.group_scores(repaid, score, grp) AS g FROM people GROUP BY id % 500) t;
RESET ALL;

-- text and binary forms
SELECT g::fairpg.group_score_stats::text = g AS text, encode(fairpg.group_score_stats_send(gw::fairpg.group_score_stats), 'hex') = gw AS binary,
       upper(gr)::fairpg.group_score_stats::text = gr AS upper_case FROM whole;
CREATE TEMP TABLE kept AS SELECT g::fairpg.group_score_stats AS g, gw::fairpg.group_score_stats AS gw FROM whole;
CREATE TEMP TABLE again (LIKE kept);
DO $$
DECLARE
    file text := current_setting('data_directory') || '/fairpg_scores_merge.copy';
BEGIN
    EXECUTE format('COPY kept TO %L (FORMAT binary)', file);
    EXECUTE format('COPY again FROM %L (FORMAT binary)', file);
    EXECUTE format('COPY (SELECT) TO PROGRAM %L', 'cat >/dev/null; rm ''' || file || '''');
END $$;
SELECT a.g::text = w.g AS g, a.gw::text = w.gw AS gw FROM again a, whole w;
-- as a window, and by ROLLUP
SELECT count(*) AS parts, bool_and(fairpg.n(running) = rows) AS running
FROM (SELECT id, fairpg.group_scores(repaid, score, grp) OVER w AS running, count(score) OVER w AS rows
      FROM people WHERE id <= 300 WINDOW w AS (ORDER BY id)) t;
SELECT count(*) AS rows, sum(fairpg.n(s)) AS scored FROM (SELECT region, fairpg.group_scores(repaid, score, grp) AS s FROM people GROUP BY ROLLUP (region)) t;
DROP TABLE people;
