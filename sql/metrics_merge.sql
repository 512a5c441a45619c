-- Splitting, sending, storing and merging change no bit.
CREATE TABLE people AS
SELECT i AS id, i * 7 % 13 < 6 AS repaid, i * 11 % 17 < 8 AS approved,
       (ARRAY['a', 'b', 'c', NULL])[1 + i * 31 % 4] AS grp, i * 31 % 5 AS region,
       i * 7919::bigint % 20011 / 20011.0::float8 AS score, (1 + i * 631 % 97) / 97.0::float8 AS weight
FROM generate_series(1, 30000) i;
UPDATE people SET repaid = NULL WHERE id % 101 = 0;
UPDATE people SET approved = NULL, score = NULL WHERE id % 103 = 0;
ANALYZE people;
SET max_parallel_workers_per_gather = 0;

CREATE TEMP TABLE whole AS
SELECT fairpg.outcomes(repaid, approved) AS o, fairpg.outcomes(repaid, approved, weight) AS ow,
       fairpg.fairness(repaid, approved, grp) AS f, fairpg.fairness(repaid, approved, grp, weight) AS fw,
       fairpg.fairness(repaid, approved, region) AS fr,
       fairpg.scores(repaid, score) AS s, fairpg.scores(repaid, score, weight) AS sw
FROM people;
-- what whole holds, and whether 'other' is the same to the bit
CREATE FUNCTION pg_temp.same(other whole) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(CASE WHEN whole_value = other_value THEN 'same' ELSE 'different' END, ' ' ORDER BY key)
    FROM (SELECT to_jsonb(w) AS w FROM whole w) a,
         LATERAL jsonb_each_text(w) AS e(key, whole_value)
         JOIN LATERAL jsonb_each_text(to_jsonb(other)) AS o(other_key, other_value) ON other_key = key
$$;

-- any split, merged in any order
SELECT k, pg_temp.same(ROW(fairpg.merge(o), fairpg.merge(ow), fairpg.merge(f), fairpg.merge(fw),
                           fairpg.merge(fr), fairpg.merge(s), fairpg.merge(sw))::whole)
FROM (SELECT k, id % k AS part, fairpg.outcomes(repaid, approved) AS o,
             fairpg.outcomes(repaid, approved, weight) AS ow,
             fairpg.fairness(repaid, approved, grp) AS f, fairpg.fairness(repaid, approved, grp, weight) AS fw,
             fairpg.fairness(repaid, approved, region) AS fr,
             fairpg.scores(repaid, score) AS s, fairpg.scores(repaid, score, weight) AS sw
      FROM people, unnest('{1,2,7}'::integer[]) k GROUP BY k, id % k ORDER BY (id % k) * 3 % 7) parts
GROUP BY k ORDER BY k;
-- any order of rows
SELECT pg_temp.same(ROW(fairpg.outcomes(repaid, approved), fairpg.outcomes(repaid, approved, weight),
                        fairpg.fairness(repaid, approved, grp), fairpg.fairness(repaid, approved, grp, weight),
                        fairpg.fairness(repaid, approved, region),
                        fairpg.scores(repaid, score), fairpg.scores(repaid, score, weight))::whole)
FROM (SELECT * FROM people ORDER BY weight DESC, id) shuffled;

-- a parallel plan
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
EXPLAIN (COSTS OFF) SELECT fairpg.fairness(repaid, approved, grp), fairpg.scores(repaid, score) FROM people;
SELECT pg_temp.same(ROW(fairpg.outcomes(repaid, approved), fairpg.outcomes(repaid, approved, weight),
                        fairpg.fairness(repaid, approved, grp), fairpg.fairness(repaid, approved, grp, weight),
                        fairpg.fairness(repaid, approved, region),
                        fairpg.scores(repaid, score), fairpg.scores(repaid, score, weight))::whole)
FROM people;
RESET parallel_leader_participation;
SELECT count(*) AS groups, bool_and(t.o = p.o AND t.f = p.f AND t.s = p.s) AS same
FROM (SELECT region, fairpg.outcomes(repaid, approved, weight)::text AS o,
             fairpg.fairness(repaid, approved, grp)::text AS f, fairpg.scores(repaid, score, weight)::text AS s
      FROM people GROUP BY region) p
     JOIN (SELECT region, fairpg.merge(o)::text AS o, fairpg.merge(f)::text AS f, fairpg.merge(s)::text AS s
           FROM (SELECT region, fairpg.outcomes(repaid, approved, weight) AS o,
                        fairpg.fairness(repaid, approved, grp) AS f, fairpg.scores(repaid, score, weight) AS s
                 FROM people GROUP BY region, id % 3) q GROUP BY region) t USING (region);
RESET ALL;

-- a hash aggregate that goes to disk
SET work_mem = '64kB';
SET hash_mem_multiplier = 1;
SET enable_sort = off;
SET jit = off;
SELECT count(*) AS groups,
       fairpg.merge(f)::text = (SELECT f::text FROM whole) AS fairness,
       fairpg.merge(s)::text = (SELECT s::text FROM whole) AS scores
FROM (SELECT fairpg.fairness(repaid, approved, grp) AS f, fairpg.scores(repaid, score) AS s
      FROM people GROUP BY id % 500) g;
RESET ALL;

-- text and binary forms
SELECT pg_temp.same(ROW(o::text::fairpg.outcome_stats, ow::text::fairpg.outcome_stats,
                        f::text::fairpg.fairness_stats, fw::text::fairpg.fairness_stats,
                        fr::text::fairpg.fairness_stats,
                        s::text::fairpg.score_stats, sw::text::fairpg.score_stats)::whole)
FROM whole;
SELECT encode(fairpg.outcome_stats_send(ow), 'hex') = ow::text AS outcome,
       encode(fairpg.fairness_stats_send(fw), 'hex') = fw::text AS fairness,
       encode(fairpg.score_stats_send(sw), 'hex') = sw::text AS score,
       upper(o::text)::fairpg.outcome_stats::text = o::text AS upper_case
FROM whole;
-- binary and back is COPY's business
CREATE TEMP TABLE again (LIKE whole);
DO $$
DECLARE
    file text := current_setting('data_directory') || '/fairpg_metrics_merge.copy';
BEGIN
    EXECUTE format('COPY whole TO %L (FORMAT binary)', file);
    EXECUTE format('COPY again FROM %L (FORMAT binary)', file);
    EXECUTE format('COPY (SELECT) TO PROGRAM %L', 'cat >/dev/null; rm ''' || file || '''');
END $$;
SELECT pg_temp.same(ROW(again.*)::whole) FROM again;

-- states of unlike rows: weighted with plain, other groups, no rows
SELECT fairpg.merge(v)::text = (SELECT fairpg.outcomes(repaid, approved, CASE WHEN id % 2 = 0 THEN 1 ELSE weight END)::text FROM people)
       AS outcome
FROM (SELECT fairpg.outcomes(repaid, approved) AS v FROM people WHERE id % 2 = 0
      UNION ALL SELECT fairpg.outcomes(repaid, approved, weight) FROM people WHERE id % 2 = 1
      UNION ALL SELECT NULL) t;
SELECT fairpg.merge(v)::text = (SELECT f::text FROM whole) AS fairness
FROM (SELECT NULL::fairpg.fairness_stats AS v
      UNION ALL SELECT fairpg.fairness(repaid, approved, grp) FROM people GROUP BY grp
      UNION ALL SELECT NULL) t;

-- the aggregates can be split, and their parts are everybody's to execute;
-- gather_rows() is none to be called
SELECT p.oid::regprocedure
FROM pg_aggregate a
    JOIN pg_proc p ON p.oid = a.aggfnoid
    JOIN pg_type t ON t.oid = a.aggtranstype
WHERE p.pronamespace = 'fairpg'::regnamespace AND p.proname <> 'gather_rows'
    AND (a.aggcombinefn = 0 OR t.typtype = 'p' OR p.pronargs = 0 OR p.proparallel <> 's'
         OR EXISTS (SELECT 1 FROM unnest(p.proargtypes) x JOIN pg_type y ON y.oid = x WHERE y.typtype = 'p'));
SELECT DISTINCT f.oid::regprocedure
FROM pg_aggregate a
    JOIN pg_proc p ON p.oid = a.aggfnoid
    JOIN pg_proc f ON f.oid IN (a.aggfnoid, a.aggtransfn, a.aggcombinefn, a.aggfinalfn)
WHERE p.pronamespace = 'fairpg'::regnamespace
    AND (NOT EXISTS (SELECT FROM aclexplode(coalesce(f.proacl, acldefault('f', f.proowner)))
                     WHERE grantee = 0 AND privilege_type = 'EXECUTE')
         OR p.proname IN ('avg', 'min', 'max', 'sum', 'count', 'array_agg', 'any_value', 'bit_and', 'bit_or',
                          'bool_and', 'bool_or', 'every')
         OR p.proname ~ '^(json|hll_|topn_|tdigest)');
SELECT proname, count(*) FROM pg_proc
WHERE pronamespace = 'fairpg'::regnamespace AND proname <> 'gather_rows' AND prokind = 'a' GROUP BY 1 ORDER BY 1;

DROP TABLE people;
