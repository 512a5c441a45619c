-- Bias audits: counts, rates, ratios and tests of categories, recomputed by
-- plain SQL; who is left out and who is unknown; scores and their median.
\set SHOW_CONTEXT never
SET client_min_messages = warning;

-- 555 of 1181 women and 667 of 1390 men: an impact ratio of 0.979, as the
-- table of a published audit gives it
CREATE TABLE hired AS
SELECT 'Female' AS sex, i <= 555 AS hired FROM generate_series(1, 1181) i
UNION ALL SELECT 'Male', i <= 667 FROM generate_series(1, 1390) i
UNION ALL SELECT NULL, i <= 3 FROM generate_series(1, 11) i;
SELECT kind, audit_table, attribute, group_name, metric, round(value::numeric, 4) AS value,
       round(low::numeric, 4) AS low, round(high::numeric, 4) AS high, n, flag, reason
FROM fairpg.bias_audit('hired', sex => 'sex', decision => 'hired');

-- published values of 9/20 against 14/20, 170/390 against 412/797 and 1/12
-- against 9/30 (Fisher's p by exact arithmetic)
SELECT a || '/' || n1 || ' : ' || b || '/' || n2 AS counts, metric, round(value::numeric, 6) AS value
FROM (VALUES (9, 20, 14, 20), (170, 390, 412, 797), (1, 12, 9, 30)) v(a, n1, b, n2),
     fairpg.bias_audit(format('SELECT ''a'' AS g, i <= %s AS d FROM generate_series(1, %s) i
                               UNION ALL SELECT ''b'', i <= %s FROM generate_series(1, %s) i', a, n1, b, n2),
                       sex => 'g', decision => 'd')
WHERE group_name = 'a' AND metric IN ('impact_ratio', 'z', 'z_p', 'fisher_p', 'fisher_mid_p', 'shortfall')
ORDER BY n1, metric;

-- people of two sexes and five ethnicities, one of which is rare
CREATE SCHEMA town;
CREATE TABLE town."Job applicants" (id integer, gender text, "Race / ethnicity" text, chosen integer, points numeric, age integer);
INSERT INTO town."Job applicants"
SELECT i, (ARRAY['F', 'M', 'F', 'M', NULL])[1 + i * 7 % 5],
       CASE WHEN i % 97 = 0 THEN 'rare' WHEN i % 31 = 0 THEN NULL
            ELSE (ARRAY['Asian', 'Black', 'Hispanic', 'White'])[1 + i / 3 % 4] END,
       CASE WHEN i % 50 = 49 THEN NULL ELSE (i * 37 % 101 < 40 + i / 3 % 4 * 7)::integer END,
       CASE WHEN i % 50 = 49 THEN NULL ELSE i * 37 % 101 + i / 3 % 4 END, 20 + i % 40
FROM generate_series(1, 2000) i;
CREATE TEMP TABLE audited AS
SELECT * FROM fairpg.bias_audit('town."Job applicants"', sex => 'gender', race => 'Race / ethnicity', decision => 'chosen');

-- every count and rate, recomputed
CREATE TEMP VIEW categories AS
SELECT 'sex' AS audit_table, gender AS group_name, chosen FROM town."Job applicants"
UNION ALL SELECT 'race_ethnicity', "Race / ethnicity", chosen FROM town."Job applicants"
UNION ALL SELECT 'intersectional', gender || ', ' || "Race / ethnicity", chosen FROM town."Job applicants";
CREATE TEMP TABLE plain AS
SELECT *, selected::float8 / applicants AS rate,
       applicants::float8 / (SELECT count(chosen) FROM town."Job applicants") AS share
FROM (SELECT audit_table, coalesce(group_name, '(unknown)') AS group_name, count(chosen) AS applicants,
             sum(chosen) AS selected, count(*) - count(chosen) AS undecided
      FROM categories GROUP BY 1, 2) c;
SELECT a.audit_table, a.kind, count(*) AS figures,
       bool_and(CASE metric WHEN 'applicants' THEN a.value = p.applicants WHEN 'selected' THEN a.value = p.selected
                            WHEN 'n_undecided' THEN a.value = p.undecided WHEN 'selection_rate' THEN a.value = p.rate
                            WHEN 'share' THEN a.value = p.share END) AS same
FROM audited a LEFT JOIN plain p USING (audit_table, group_name)
WHERE metric IN ('applicants', 'selected', 'n_undecided', 'selection_rate', 'share') AND kind <> 'overall'
GROUP BY 1, 2 ORDER BY 1, 2;
-- and who is there at all
SELECT count(*) FILTER (WHERE a.group_name IS NULL) AS missing, count(*) FILTER (WHERE p.group_name IS NULL) AS extra
FROM (SELECT DISTINCT audit_table, group_name FROM audited WHERE kind <> 'overall') a
     FULL JOIN plain p USING (audit_table, group_name);

-- the reference, the ratios, z and the shortfall
WITH best AS (
    SELECT DISTINCT ON (audit_table) * FROM plain
    WHERE group_name !~ 'unknown' AND share >= 0.02 ORDER BY audit_table, rate DESC)
SELECT a.audit_table, a.metric, count(*) AS figures, bool_and(CASE a.metric
    WHEN 'impact_ratio' THEN abs(a.value - p.rate / b.rate) < 1e-12
    WHEN 'ratio_one_moved' THEN abs(a.value - (p.selected + 1.0) / p.applicants / ((b.selected - 1.0) / b.applicants)) < 1e-12
    WHEN 'z' THEN abs(a.value - (p.rate - b.rate) / sqrt((p.selected + b.selected)::float8 / (p.applicants + b.applicants)
                                 * (1 - (p.selected + b.selected)::float8 / (p.applicants + b.applicants))
                                 * (1.0 / p.applicants + 1.0 / b.applicants))) < 1e-9
    WHEN 'shortfall' THEN a.value = greatest(0, ceil(0.8 * b.selected * p.applicants / b.applicants - p.selected)) END) AS same
FROM audited a JOIN plain p USING (audit_table, group_name) JOIN best b USING (audit_table)
WHERE metric IN ('impact_ratio', 'ratio_one_moved', 'z', 'shortfall') AND p.share >= 0.02
GROUP BY 1, 2 ORDER BY 1, 2;
SELECT audit_table, group_name FROM audited WHERE flag = 'reference' ORDER BY 1;
-- those of the audit are the same
SELECT count(*) AS rates, bool_and(a.value = b.value AND (a.low, a.high) = (b.low, b.high)) AS same
FROM audited a JOIN fairpg.audit('town."Job applicants"', ARRAY['gender', 'Race / ethnicity', 'gender*Race / ethnicity'],
                                 decision => 'chosen') b USING (attribute, group_name, metric)
WHERE a.kind = 'category';

-- left out of the ratios, but not of the table
SELECT audit_table, group_name, metric, round(value::numeric, 4) AS value, n, flag, reason
FROM audited WHERE group_name ~ 'rare' ORDER BY 1, 2, n, metric;
-- unless that is not wanted; shares of those that are known
SELECT small_share, share_of, round(max(value) FILTER (WHERE metric = 'share')::numeric, 4) AS share,
       round(max(value) FILTER (WHERE metric = 'impact_ratio')::numeric, 4) AS ratio,
       max(flag) FILTER (WHERE metric = 'impact_ratio') AS flag
FROM unnest('{0,0.01,0.0102,0.02}'::float8[]) small_share, unnest('{all,known}'::text[]) share_of,
     fairpg.bias_audit('town."Job applicants"', race => 'Race / ethnicity', decision => 'chosen',
                       options => jsonb_build_object('small_share', small_share, 'share_of', share_of))
WHERE group_name = 'rare' GROUP BY 1, 2 ORDER BY 1, 2;

-- unknown: by sex, by race, by either
SELECT audit_table, metric, value, n FROM audited
WHERE kind = 'unknown' AND metric IN ('applicants', 'selected', 'n_undecided');
SELECT count(chosen) FILTER (WHERE gender IS NULL) AS sex, count(chosen) FILTER (WHERE "Race / ethnicity" IS NULL) AS race,
       count(chosen) FILTER (WHERE gender IS NULL OR "Race / ethnicity" IS NULL) AS either FROM town."Job applicants";
-- values that stand for it
SELECT kind, group_name, value FROM fairpg.bias_audit(
    'SELECT coalesce(gender, ''?'') AS gender, chosen FROM town."Job applicants"', sex => 'gender', decision => 'chosen',
    options => '{"unknown": ["?", "declined"]}') WHERE metric = 'applicants';

-- another ratio, another reference, other tables
SELECT audit_table, group_name, round(value::numeric, 4) AS value, flag, reason
FROM fairpg.bias_audit('town."Job applicants"', race => 'Race / ethnicity', decision => 'chosen',
                       options => '{"least_ratio": 0.9, "reference": {"race_ethnicity": "Black"}}')
WHERE metric = 'impact_ratio';
SELECT DISTINCT audit_table, attribute, count(DISTINCT group_name) AS categories
FROM fairpg.bias_audit('SELECT *, age / 20 AS "age group" FROM town."Job applicants"', sex => 'gender', decision => 'chosen',
                       protected => '{age group,age group*gender}')
WHERE kind = 'category' GROUP BY 1, 2 ORDER BY 1;

-- scores: above the median of all, also of those whose sex is not known
SELECT kind, group_name, metric, value, n FROM fairpg.bias_audit('town."Job applicants"', sex => 'gender', score => 'points')
WHERE metric IN ('above_cutoff', 'applicants', 'cutoff', 'n_undecided');
WITH cut AS (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY points::float8) AS cutoff FROM town."Job applicants")
SELECT gender, count(*) FILTER (WHERE points > cutoff) AS above, count(points), min(cutoff) AS cutoff
FROM town."Job applicants", cut GROUP BY ROLLUP (gender) ORDER BY 1;
-- and so is what is made of them
SELECT count(*) AS figures, count(*) FILTER (WHERE (a.value, a.low, a.high, a.n, a.flag, a.reason) IS DISTINCT FROM
                                                   (b.value, b.low, b.high, b.n, b.flag, b.reason)) AS different
FROM fairpg.bias_audit('town."Job applicants"', 'gender', 'Race / ethnicity', score => 'points') a
     FULL JOIN fairpg.bias_audit('SELECT *, points > (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY points) FROM town."Job applicants") AS d
                                  FROM town."Job applicants"', 'gender', 'Race / ethnicity', decision => 'd') b
     ON a.audit_table = b.audit_table AND a.group_name = b.group_name
        AND replace(replace(a.metric, 'scoring', 'selection'), 'above_cutoff', 'selected') = b.metric
WHERE a.kind IS DISTINCT FROM 'overall' AND b.kind IS DISTINCT FROM 'overall';
-- another quantile
SELECT round(value::numeric, 3) AS value FROM fairpg.bias_audit('SELECT i % 2 AS s, i AS points FROM generate_series(1, 1000) i', 's',
                                          score => 'points', options => '{"quantile": 0.9}')
WHERE kind = 'overall' AND metric IN ('scoring_rate', 'cutoff') ORDER BY 1;

-- one selection that changes the verdict, which small numbers are flagged for
SELECT group_name, metric, round(value::numeric, 3) AS value, flag, reason
FROM fairpg.bias_audit('SELECT ''a'' AS g, i <= 3 AS d FROM generate_series(1, 10) i
                        UNION ALL SELECT ''b'', i <= 4 FROM generate_series(1, 10) i', 'g', decision => 'd')
WHERE group_name = 'a' AND metric IN ('impact_ratio', 'ratio_one_moved', 'selection_rate');
-- nobody, everybody, one category, no decision
SELECT name, group_name, value, flag, reason
FROM (VALUES ('nobody', 'false'), ('everybody', 'true'), ('no decision', 'CASE WHEN i % 2 = 0 THEN true END')) v(name, d),
     fairpg.bias_audit(format('SELECT i %% 2 AS g, %s AS d FROM generate_series(1, 100) i', d), 'g', decision => 'd')
WHERE metric = 'impact_ratio' ORDER BY name, group_name;
SELECT group_name, value, flag FROM fairpg.bias_audit('SELECT 1 AS g, i % 2 AS d FROM generate_series(1, 100) i', 'g', decision => 'd')
WHERE metric = 'impact_ratio';
SELECT kind, group_name, value FROM fairpg.bias_audit('SELECT NULL::text AS g, i % 2 AS d FROM generate_series(1, 100) i', 'g', decision => 'd')
WHERE metric = 'selection_rate';
-- names of all kinds
SELECT group_name, value FROM fairpg.bias_audit(
    $$SELECT i % 2 = 0 AS "d""'", (ARRAY['a";b''<script>', '(unknown)', 'x, y', ''])[1 + i % 4] AS "g;--" FROM generate_series(1, 100) i$$,
    'g;--', decision => 'd"''') WHERE metric = 'applicants' AND kind <> 'overall';

-- what is refused
SELECT * FROM fairpg.bias_audit(NULL, 'sex', decision => 'hired');
SELECT * FROM fairpg.bias_audit('hired', decision => 'hired');
SELECT * FROM fairpg.bias_audit('hired', 'sex');
SELECT * FROM fairpg.bias_audit('hired', 'sex', decision => 'hired', score => 'hired');
SELECT * FROM fairpg.bias_audit('hired', 'gender', decision => 'hired');
SELECT * FROM fairpg.bias_audit('hired', 'sex', 'race', decision => 'hired');
SELECT * FROM fairpg.bias_audit('hired', 'sex', decision => 'fired');
SELECT * FROM fairpg.bias_audit('hired', 'sex', decision => 'sex');
SELECT * FROM fairpg.bias_audit('hired', 'sex', score => 'sex');
SELECT * FROM fairpg.bias_audit('hired', 'sex', 'sex', decision => 'hired');
SELECT * FROM fairpg.bias_audit('hired', 'sex', decision => 'hired', protected => '{sex}');
SELECT * FROM fairpg.bias_audit('hired', decision => 'hired', protected => '{sex*sex*sex*sex*sex*sex*sex*sex*sex}');
SELECT * FROM fairpg.bias_audit('hired', 'sex', decision => 'hired', level => 1);
SELECT * FROM fairpg.bias_audit('hired', 'sex', decision => 'hired', options => '{"ratio": 0.8}');
SELECT * FROM fairpg.bias_audit('hired', 'sex', decision => 'hired', options => '{"least_ratio": 2}');
SELECT * FROM fairpg.bias_audit('hired', 'sex', decision => 'hired', options => '{"share_of": "some"}');
SELECT * FROM fairpg.bias_audit('hired', 'sex', decision => 'hired', options => '{"reference": {"sex": "male"}}');
SELECT * FROM fairpg.bias_audit('hired', 'sex', decision => 'hired', options => '{"reference": {"race": "Male"}}');
SELECT * FROM fairpg.bias_audit('SELECT *, 2 AS two FROM hired', 'sex', decision => 'two');
SELECT * FROM fairpg.bias_audit('SELECT * FROM hired WHERE false', 'sex', decision => 'hired');
SELECT * FROM fairpg.bias_audit('SELECT *, ''NaN''::float8 AS s FROM hired', 'sex', score => 's');
SELECT * FROM fairpg.bias_audit('SELECT *, NULL::float8 AS s FROM hired', 'sex', score => 's');
SELECT * FROM fairpg.bias_audit('SELECT i AS sex, CASE i WHEN 1 THEN ''-Infinity'' ELSE ''Infinity'' END::float8 AS s FROM generate_series(1, 2) i', 'sex', score => 's');
SELECT * FROM fairpg.bias_audit('DELETE FROM hired', 'sex', decision => 'hired');
SELECT count(*) > 0 AS fits FROM fairpg.bias_audit('SELECT *, CASE WHEN hired THEN ''Infinity''::float8 ELSE 1 END AS s FROM hired', 'sex', score => 's');
-- the median of the largest scores lies between them: half of them are above
SELECT group_name, metric, value, n FROM fairpg.bias_audit('SELECT i % 2 AS sex, CASE WHEN i <= 4 THEN -1.5e308 ELSE 1.5e308 END::float8 AS s FROM generate_series(1, 8) i', 'sex', score => 's') WHERE metric IN ('scoring_rate', 'cutoff', 'score_cutoff') ORDER BY 2, 1;
SET fairpg.max_groups = 2;
SELECT * FROM fairpg.bias_audit('hired', 'sex', decision => 'hired');
RESET fairpg.max_groups;

DROP TABLE hired;
DROP SCHEMA town CASCADE;
