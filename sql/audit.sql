-- The audit of decisions and scores from anywhere.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SCHEMA bank;
CREATE TABLE bank."Loan decisions" (
    id integer PRIMARY KEY,
    repaid boolean,
    outcome text,
    approved boolean,
    sex text,
    "Age group" text,
    score float8,
    weight float8);
INSERT INTO bank."Loan decisions"
SELECT i, i % 5 < 3, CASE WHEN i % 5 < 3 THEN 'repaid' ELSE 'defaulted' END,
       (i * 7 + i / 5) % 11 < 5 + i % 2, (ARRAY['f', 'm'])[1 + i % 2],
       (ARRAY['old', 'young', NULL])[1 + (i / 7) % 3],
       (i * 37 % 101) / 100.0, 1 + i % 4
FROM generate_series(1, 400) i;
UPDATE bank."Loan decisions" SET repaid = NULL, outcome = NULL WHERE id % 40 = 0;
UPDATE bank."Loan decisions" SET approved = NULL, score = NULL WHERE id % 50 = 7;
CREATE VIEW loans AS SELECT * FROM bank."Loan decisions";

-- all of it, for one attribute
SELECT kind, attribute, group_name, metric, round(value::numeric, 4) AS value,
       round(low::numeric, 3) AS low, round(high::numeric, 3) AS high, n, flag, reason
FROM fairpg.audit('loans', '{sex}', label => 'repaid', decision => 'approved');

-- every group's figures against the aggregates, for columns and crossings
CREATE TEMP TABLE audited AS
SELECT * FROM fairpg.audit('loans', '{sex,Age group,sex*Age group}', label => 'repaid',
                           decision => 'approved', options => '{"replicates": 500}');
WITH direct AS (
    SELECT 'sex' AS attribute, sex AS group_name, fairpg.outcomes(repaid, approved) AS o FROM loans GROUP BY 2
    UNION ALL SELECT 'Age group', coalesce("Age group", '(unknown)'), fairpg.outcomes(repaid, approved) FROM loans GROUP BY 2
    UNION ALL SELECT 'sex*Age group', sex || ', ' || coalesce("Age group", '(unknown)'), fairpg.outcomes(repaid, approved) FROM loans GROUP BY 2
    UNION ALL SELECT NULL, NULL, fairpg.outcomes(repaid, approved) FROM loans)
SELECT a.kind, a.attribute, a.group_name, count(*) AS metrics,
       bool_and(a.value IS NOT DISTINCT FROM fairpg.metric(d.o, a.metric)) AS value,
       bool_and(a.low IS NOT DISTINCT FROM (fairpg.metric_interval(d.o, a.metric)).low) AS low,
       bool_and(a.high IS NOT DISTINCT FROM (fairpg.metric_interval(d.o, a.metric)).high) AS high
FROM audited a JOIN direct d ON d.attribute IS NOT DISTINCT FROM a.attribute
                                AND d.group_name IS NOT DISTINCT FROM a.group_name
WHERE a.metric !~ '^n_' AND a.kind IN ('overall', 'group')
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
-- and the gaps, down to the intervals
SELECT * FROM (
    SELECT a.kind, a.metric, a.attribute,
           a.value = CASE a.kind WHEN 'gap' THEN fairpg.gap(f, a.metric) ELSE fairpg.ratio(f, a.metric) END AS value,
           ROW(a.low, a.high)::fairpg.interval
           = CASE a.kind WHEN 'gap' THEN fairpg.gap_interval(f, a.metric) ELSE fairpg.ratio_interval(f, a.metric) END AS interval,
           a.group_name IS NULL OR a.group_name = fairpg.worst_group(f, a.metric) AS worst
    FROM (SELECT fairpg.fairness(repaid, approved, "Age group") AS f FROM loans) s,
         fairpg.audit('loans', '{Age group}', label => 'repaid', decision => 'approved') a
    WHERE a.kind IN ('gap', 'ratio')) t
ORDER BY kind, metric;
SELECT kind, attribute, metric, round(value::numeric, 4) AS value, group_name, n, flag, reason
FROM audited WHERE kind = 'gap' ORDER BY attribute, metric;

-- a label with a positive value; weights; levels
SELECT count(*) AS rows, count(*) FILTER (WHERE a.value IS DISTINCT FROM b.value OR a.low IS DISTINCT FROM b.low) AS different
FROM fairpg.audit('loans', '{sex}', label => 'outcome', positive => 'repaid', decision => 'approved') WITH ORDINALITY a
     JOIN fairpg.audit('loans', '{sex}', label => 'repaid', decision => 'approved') WITH ORDINALITY b USING (ordinality);
SELECT a.metric, a.group_name, a.value = fairpg.metric(o, a.metric) AS value,
       (a.low, a.high) = ((fairpg.metric_interval(o, a.metric, 0.8)).low, (fairpg.metric_interval(o, a.metric, 0.8)).high) AS interval
FROM fairpg.audit('loans', '{sex}', label => 'repaid', decision => 'approved', weight => 'weight', level => 0.8) a
     JOIN (SELECT sex, fairpg.outcomes(repaid, approved, weight) AS o FROM loans GROUP BY sex) d ON sex = group_name
WHERE a.kind = 'group' AND a.metric IN ('tpr', 'selection_rate') ORDER BY 1, 2;

-- scores: decisions by a threshold, and how well they rank
SELECT a.group_name, a.metric, round(a.value::numeric, 4) AS value,
       CASE a.metric WHEN 'auc' THEN a.value = fairpg.auc(s) AND (a.low, a.high) = ((fairpg.auc_interval(s)).low, (fairpg.auc_interval(s)).high)
                     WHEN 'brier' THEN a.value = fairpg.brier(s)
                     WHEN 'log_loss' THEN a.value = fairpg.log_loss(s)
                     WHEN 'mean_score' THEN a.value = fairpg.mean_score(s)
                     ELSE a.value = fairpg.metric(o, a.metric) END AS same
FROM fairpg.audit('loans', '{sex}', label => 'repaid', score => 'score', threshold => 0.37) a
     JOIN (SELECT sex, fairpg.scores(repaid, score) AS s, fairpg.outcomes(repaid, score >= 0.37) AS o
           FROM loans GROUP BY ROLLUP (sex)) d ON sex IS NOT DISTINCT FROM group_name
WHERE a.kind IN ('group', 'overall') AND a.metric IN ('auc', 'brier', 'log_loss', 'mean_score', 'tpr') ORDER BY 1, 2;
-- scores of another kind have no losses
SELECT metric, value, reason
FROM fairpg.audit('SELECT repaid, sex, 10 * score AS score FROM loans', '{}', label => 'repaid', score => 'score', threshold => 5)
WHERE metric IN ('brier', 'log_loss');

-- no label: what can be said without
SELECT kind, group_name, metric, round(value::numeric, 4) AS value, n
FROM fairpg.audit('loans', '{sex}', decision => 'approved');
SELECT kind, group_name, metric, round(value::numeric, 4) AS value, n
FROM fairpg.audit('loans', '{sex}', score => 'score') WHERE kind = 'group';
-- nothing protected
SELECT kind, count(*) FROM fairpg.audit('loans', '{}', label => 'repaid', decision => 'approved') GROUP BY 1;

-- sources of every kind give the same
CREATE TABLE parts (LIKE bank."Loan decisions") PARTITION BY LIST (sex);
CREATE TABLE parts_f PARTITION OF parts FOR VALUES IN ('f');
CREATE TABLE parts_m PARTITION OF parts FOR VALUES IN ('m');
INSERT INTO parts SELECT * FROM loans;
CREATE MATERIALIZED VIEW kept AS SELECT * FROM loans;
CREATE TEMP TABLE expected AS
SELECT * FROM fairpg.audit('loans', '{sex}', label => 'repaid', decision => 'approved');
SELECT source, (SELECT count(*) FROM (
    SELECT * FROM fairpg.audit(source, '{sex}', label => 'repaid', decision => 'approved')
    EXCEPT SELECT * FROM expected) t) AS different
FROM unnest(ARRAY['bank."Loan decisions"', 'public.loans', 'parts', 'kept', 'SELECT * FROM loans',
                  ' select repaid, approved, sex from loans -- all', 'WITH l AS (SELECT * FROM loans) SELECT * FROM l;',
                  'TABLE loans', '(SELECT * FROM loans)']) source;
SET search_path = bank, public;
SELECT count(*) FROM fairpg.audit('"Loan decisions"', '{sex}', label => 'repaid', decision => 'approved');
RESET search_path;

-- columns of other types: 0 and 1, domains, enums, dates, odd names
CREATE DOMAIN flag AS smallint CHECK (VALUE IN (0, 1));
CREATE TYPE mood AS ENUM ('sad', 'happy');
SELECT kind, group_name, metric, round(value::numeric, 4) AS value, n
FROM fairpg.audit($$SELECT (i % 2)::flag AS "the label", (i % 3 = 0)::integer::numeric AS d,
                           date '2026-01-01' + i % 4 / 2 AS "a*b", (ARRAY['sad', 'happy'])[1 + i % 2]::mood AS mood
                    FROM generate_series(1, 60) i$$,
                  '{a*b}', label => 'the label', decision => 'd')
WHERE metric IN ('tpr', 'fpr') AND kind = 'group' OR metric = 'equalized_odds' AND kind = 'gap';
SELECT positive, label, round(value::numeric, 4) AS base_rate
FROM (VALUES ('mood', 'happy'), ('born', '2026-01-02'), ('amount', '2.50'), ('code', 'b'), ('yes', 'true')) v(label, positive),
     fairpg.audit($$SELECT (ARRAY['sad', 'happy'])[1 + i % 2]::mood AS mood, date '2026-01-01' + i % 3 AS born,
                           (i % 4 + 0.5)::numeric AS amount, (ARRAY['a', 'b '])[1 + i % 2]::char(3) AS code, i % 5 = 0 AS yes,
                           true AS d FROM generate_series(1, 60) i$$, '{}', label => label, positive => positive, decision => 'd')
WHERE metric = 'base_rate' ORDER BY 1;

-- small groups are shown, and flagged
SELECT group_name, metric, n, flag FROM fairpg.audit(
    'SELECT i % 2 = 0 AS y, i % 3 = 0 AS d, CASE WHEN i > 80 THEN ''few'' ELSE ''many'' END AS g FROM generate_series(1, 100) i',
    '{g}', label => 'y', decision => 'd')
WHERE metric IN ('selection_rate', 'tpr', 'demographic_parity') AND kind IN ('group', 'gap');
SELECT group_name, metric, n, flag FROM fairpg.audit(
    'SELECT i % 2 = 0 AS y, i % 3 = 0 AS d, CASE WHEN i > 80 THEN ''few'' ELSE ''many'' END AS g FROM generate_series(1, 100) i',
    '{g}', label => 'y', decision => 'd', options => '{"min_group": 20}')
WHERE metric = 'selection_rate' AND kind = 'group';

-- the caller's rights hold
CREATE ROLE audit_reader;
CREATE TABLE secret AS SELECT true AS y, true AS d, 'a'::text AS g;
ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
CREATE POLICY only_b ON secret USING (g = 'b');
SET ROLE audit_reader;
SELECT count(*) FROM fairpg.audit('secret', '{g}', label => 'y', decision => 'd');
RESET ROLE;
GRANT SELECT ON secret TO audit_reader;
INSERT INTO secret VALUES (true, false, 'b'), (false, true, 'b');
SET ROLE audit_reader;
SELECT group_name, n FROM fairpg.audit('secret', '{g}', label => 'y', decision => 'd')
WHERE metric = 'selection_rate' AND kind <> 'gap';
RESET ROLE;
DROP TABLE secret;
DROP ROLE audit_reader;

-- operators that others put first in search_path are not used
CREATE SCHEMA trap;
CREATE FUNCTION trap.always(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR trap.= (LEFTARG = integer, RIGHTARG = integer, FUNCTION = trap.always);
CREATE OPERATOR trap.<> (LEFTARG = integer, RIGHTARG = integer, FUNCTION = trap.always);
CREATE FUNCTION trap.count() RETURNS bigint LANGUAGE sql AS 'SELECT 5::bigint';
SET search_path = trap, pg_catalog, public;
SELECT metric, value FROM fairpg.audit('SELECT i % 4 / 3 AS y, i % 2 AS d FROM generate_series(1, 40) i', '{}', label => 'y', decision => 'd')
WHERE metric IN ('base_rate', 'selection_rate');
RESET search_path;
DROP SCHEMA trap CASCADE;

DROP TABLE parts;
DROP MATERIALIZED VIEW kept;
DROP VIEW loans;
DROP DOMAIN flag;
DROP TYPE mood;
DROP SCHEMA bank CASCADE;
