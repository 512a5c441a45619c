-- check_data(): who is in the data, labels, missing values, duplicates, columns; each figure
-- recomputed by plain SQL.

CREATE TABLE folk AS
	SELECT i AS person_id,
		CASE WHEN i % 7 < 3 THEN 'Female' ELSE 'Male' END AS sex,
		CASE WHEN i % 41 = 0 THEN NULL WHEN i % 5 = 0 THEN 'green' ELSE 'blue' END AS colour,
		(i * 37 % 11)::int2 AS visits,
		CASE WHEN (i * 13) % 17 < CASE WHEN i % 7 < 3 THEN 4 ELSE 1 END THEN NULL
			ELSE (i * 101 % 997)::float8 / 8 END AS income,
		CASE WHEN i % 29 = 0 THEN '?' WHEN i % 23 = 0 THEN NULL ELSE 'level ' || i % 6 END AS job,
		'2020-01-01'::date + i / 3 AS since,
		1.5::numeric AS same,
		i % 300 = 0 AS rare,
		'{"a": 1}'::json AS blob,
		CASE WHEN i % 19 = 0 THEN NULL ELSE (i * 31) % 13 < CASE WHEN i % 7 < 3 THEN 4 ELSE 8 END END AS repaid,
		(1 + i % 3)::float8 / 2 AS w,
		CASE i % 4 WHEN 0 THEN 'north' ELSE 'south' END AS region
	FROM generate_series(1, 2100) i;
CREATE TABLE census (sex text, colour text, share numeric);
INSERT INTO census VALUES ('Female', 'blue', 40), ('Female', 'green', 11), ('Male', 'blue', 37),
	('Male', 'green', 9), ('Other', 'blue', 2), ('Male', NULL, 1);

CREATE VIEW seen AS
	SELECT * FROM fairpg.check_data('folk', '{sex,colour,sex*colour}', label => 'repaid',
		exclude => '{w,region}', reference => 'census', options => '{"strata": "region"}');

-- what there is to see, without figures; features against labels and groups are in check_proxies.sql
SELECT check_name, severity, attribute, column_name, group_name, metric, n
FROM seen WHERE severity <> 'ok' AND check_name NOT IN ('leakage', 'proxies')
ORDER BY check_name, metric, attribute, column_name, group_name;

-- shares of groups and of the reference, label rates, Clarify's figures
CREATE VIEW grouped AS
	SELECT 'sex' AS attribute, sex AS group_name, * FROM folk
	UNION ALL SELECT 'colour', coalesce(colour, '(unknown)'), * FROM folk
	UNION ALL SELECT 'sex*colour', sex || ', ' || coalesce(colour, '(unknown)'), * FROM folk;
CREATE VIEW expected AS
	SELECT 'sex' AS attribute, sex AS group_name, sum(share) / 100 AS share FROM census GROUP BY 2
	UNION ALL SELECT 'colour', coalesce(colour, '(unknown)'), sum(share) / 100 FROM census GROUP BY 2
	UNION ALL SELECT 'sex*colour', sex || ', ' || coalesce(colour, '(unknown)'), sum(share) / 100
		FROM census GROUP BY 2;
CREATE VIEW counted AS
	SELECT attribute, group_name, count(*) AS rows, count(*)::float8 / 2100 AS share,
		count(repaid) AS labelled, count(*) FILTER (WHERE repaid) AS positive,
		count(*) FILTER (WHERE repaid)::float8 / count(repaid) AS d,
		((SELECT count(*) FROM folk WHERE repaid) - count(*) FILTER (WHERE repaid))::float8
			/ ((SELECT count(repaid) FROM folk) - count(repaid)) AS a
	FROM grouped GROUP BY 1, 2;
CREATE VIEW wanted AS
	SELECT attribute, group_name, 'share' AS metric, share AS value FROM counted
	UNION ALL SELECT attribute, group_name, 'representation', coalesce(c.share, 0) / e.share
		FROM counted c RIGHT JOIN expected e USING (attribute, group_name)
	UNION ALL SELECT attribute, group_name, 'label_rate', d FROM counted
	UNION ALL SELECT attribute, group_name, 'majority_share', greatest(d, 1 - d) FROM counted
	UNION ALL SELECT attribute, group_name, m.name, m.value
		FROM counted, LATERAL (VALUES ('CI', 1 - 2 * share), ('DPL', a - d),
			('KL', a * ln(a / d) + (1 - a) * ln((1 - a) / (1 - d))),
			('JS', (a * ln(2 * a / (a + d)) + (1 - a) * ln(2 * (1 - a) / (2 - a - d))
				+ d * ln(2 * d / (a + d)) + (1 - d) * ln(2 * (1 - d) / (2 - a - d))) / 2),
			('LP', sqrt(2) * abs(a - d)), ('TVD', abs(a - d)), ('KS', abs(a - d))) m(name, value)
	UNION ALL SELECT attribute, group_name, 'CDDL', sum(n * (rejected - accepted)) / sum(n)
		FROM (SELECT c.attribute, c.group_name, count(repaid) AS n,
				count(*) FILTER (WHERE NOT repaid AND g.group_name = c.group_name)::float8
					/ count(*) FILTER (WHERE NOT repaid) AS rejected,
				count(*) FILTER (WHERE repaid AND g.group_name = c.group_name)::float8
					/ count(*) FILTER (WHERE repaid) AS accepted
			FROM counted c JOIN grouped g USING (attribute) GROUP BY c.attribute, c.group_name, g.region) s
		GROUP BY 1, 2
	UNION ALL SELECT NULL, NULL, 'label_rate', count(*) FILTER (WHERE repaid)::float8 / count(repaid)
		FROM folk
	UNION ALL SELECT NULL, NULL, 'null_share', count(*) FILTER (WHERE repaid IS NULL)::float8 / 2100
		FROM folk;
SELECT w.metric, count(*) AS figures, count(*) FILTER (WHERE abs(s.value - w.value) < 1e-12) AS equal
FROM wanted w JOIN seen s ON s.metric = w.metric AND s.attribute IS NOT DISTINCT FROM w.attribute
	AND s.group_name IS NOT DISTINCT FROM w.group_name
GROUP BY w.metric ORDER BY w.metric;
-- and none that was not recomputed, but those of the whole source and of columns
SELECT DISTINCT metric FROM seen s WHERE attribute IS NOT NULL AND value IS NOT NULL AND check_name <> 'proxies' AND NOT EXISTS (SELECT FROM wanted w
	WHERE w.metric = s.metric AND w.attribute = s.attribute AND w.group_name = s.group_name);

-- intervals: Wilson of shares, Newcombe of differences
CREATE FUNCTION wilson(p float8, n float8, OUT low float8, OUT high float8) LANGUAGE sql AS $$
	SELECT (p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n),
		(p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)
	FROM (SELECT 1.959963984540054::float8) v(z) $$;
SELECT s.metric, count(*), max(greatest(abs(s.low - w.low), abs(s.high - w.high))) < 1e-12 AS equal
FROM seen s JOIN counted c USING (attribute, group_name),
	LATERAL wilson(CASE s.metric WHEN 'share' THEN c.share ELSE c.d END,
		CASE s.metric WHEN 'share' THEN 2100 ELSE c.labelled END) w
WHERE s.metric IN ('share', 'label_rate') GROUP BY 1 ORDER BY 1;
SELECT count(*), max(greatest(abs(s.low - (a - d - sqrt((a - wa.low) ^ 2 + (wd.high - d) ^ 2))),
	abs(s.high - (a - d + sqrt((wa.high - a) ^ 2 + (d - wd.low) ^ 2))))) < 1e-12 AS equal
FROM seen s JOIN counted c USING (attribute, group_name),
	LATERAL wilson(c.a, (SELECT count(repaid) FROM folk) - c.labelled) wa,
	LATERAL wilson(c.d, c.labelled) wd
WHERE s.metric = 'DPL';

-- missing values, a text that stands for one among them; p-values by z and Holm
CREATE VIEW absent AS
	SELECT attribute, group_name, v.name, v.missing FROM grouped,
		LATERAL (VALUES ('income', income IS NULL), ('job', coalesce(job, '?') = '?')) v(name, missing);
SELECT column_name, round(value::numeric, 12) AS share, s.value = w.share AS equal, fact
FROM seen s LEFT JOIN (SELECT name, avg(missing::int::float8) AS share FROM absent
	WHERE attribute = 'sex' GROUP BY 1) w ON w.name = column_name
WHERE metric = 'missing_share' ORDER BY 1;
SELECT count(*), max(abs(s.value - (w.d - w.a))) < 1e-12 AS equal
FROM seen s JOIN (
	SELECT name, attribute, group_name, sum(missing::int)::float8 / count(*) AS d,
		(sum(sum(missing::int)) OVER v - sum(missing::int)) / (2100 - count(*)) AS a
	FROM absent GROUP BY 1, 2, 3 WINDOW v AS (PARTITION BY name, attribute)) w
	ON w.name = column_name AND w.attribute = s.attribute AND w.group_name = s.group_name
WHERE metric = 'missing_gap';
SELECT severity, column_name, group_name, fact FROM seen
WHERE metric = 'missing_gap' AND attribute = 'sex' ORDER BY 2, 3;

-- duplicates and contradictions
CREATE TABLE twins AS SELECT i % 10 AS x, (i % 4)::text AS t, i % 3 = 0 AS y, i % 2 AS grp
	FROM generate_series(1, 70) i UNION ALL SELECT 100 + i, 'once', true, 0 FROM generate_series(1, 30) i;
SELECT metric, s.value, n, fact, w.value = s.value AS equal
FROM fairpg.check_data('twins', '{grp}', 'y') s JOIN (
	SELECT 'duplicate_share' AS metric, (100 - count(DISTINCT u::text))::float8 / 100 AS value FROM twins u
	UNION ALL SELECT 'contradiction_share', count(*)::float8 / 100 FROM twins a
	WHERE EXISTS (SELECT FROM twins b WHERE (a.x, a.t, a.grp) = (b.x, b.t, b.grp) AND a.y <> b.y)) w
	USING (metric) ORDER BY 1;
-- without the label nothing contradicts, and more is equal
SELECT metric, value FROM fairpg.check_data('twins', exclude => '{y}') WHERE check_name = 'duplicates';

-- weights: k copies of a row and a row of weight k give the same figures of weights
CREATE TABLE copies AS SELECT p.* FROM folk p, generate_series(1, (w * 2)::int);
SELECT count(*), count(*) FILTER (WHERE c.value IS NOT DISTINCT FROM s.value
	OR abs(c.value - s.value) < 1e-12) AS equal
FROM fairpg.check_data('folk', '{sex,sex*colour}', 'repaid', weight => 'w',
		reference => 'census', options => '{"strata": "region"}') s
	JOIN fairpg.check_data('copies', '{sex,sex*colour}', 'repaid', exclude => '{w}',
		reference => 'census', options => '{"strata": "region"}') c USING (check_name, metric)
WHERE s.attribute IS NOT DISTINCT FROM c.attribute AND s.group_name IS NOT DISTINCT FROM c.group_name
	AND check_name IN ('coverage', 'label', 'label_distance') AND metric <> 'null_share';
-- intervals are of effective rows
SELECT s.group_name, abs(s.low - w.low) + abs(s.high - w.high) < 1e-12 AS equal
FROM fairpg.check_data('folk', '{sex}', 'repaid', weight => 'w') s
	JOIN (SELECT sex, sum(w) FILTER (WHERE repaid) / sum(w) AS p, sum(w) ^ 2 / sum(w * w) AS n
		FROM folk WHERE repaid IS NOT NULL GROUP BY 1) p ON p.sex = s.group_name,
	LATERAL wilson(p.p, p.n) w
WHERE metric = 'label_rate' ORDER BY 1;

-- the order of rows shows in nothing but what is said about it
SELECT count(*) FROM (
	SELECT * FROM fairpg.check_data('folk', '{sex,colour}', 'repaid', weight => 'w')
	EXCEPT SELECT * FROM fairpg.check_data('SELECT * FROM folk ORDER BY md5(person_id::text)',
		'{sex,colour}', 'repaid', weight => 'w')) t
WHERE check_name <> 'row_order' AND metric <> 'rows';

-- Clarify's own test: labels T T T F F F, the facet is the first row alone, so F is not in it.
-- Its figures drop what one side lacks, KL -0.3665, JS 0.0664, LP 0.6; full support gives these.
SELECT metric, round(value::numeric, 12) AS value, fact
FROM fairpg.check_data('SELECT i < 4 AS y, i = 1 AS facet FROM generate_series(1, 6) i', '{facet}', 'y')
WHERE check_name = 'label_distance' AND group_name = 'true' AND metric IN ('KL', 'JS', 'LP', 'TVD', 'KS', 'CI');

-- labels of three values, and of two texts, have distances but no rate
SELECT check_name, severity, group_name, metric, round(value::numeric, 6) AS value, fact
FROM fairpg.check_data($$SELECT (ARRAY['low', 'mid', 'high'])[1 + i % 3] AS y, i % 4 < 2 AS g
	FROM generate_series(1, 50) i$$, '{g}', 'y')
WHERE check_name LIKE 'label%' AND (group_name IS NULL OR group_name = 'true');
SELECT metric, severity, value, fact, advice
FROM fairpg.check_data($$SELECT i AS y FROM generate_series(1, 200) i$$, label => 'y')
WHERE check_name = 'label';
SELECT metric, severity, value, fact
FROM fairpg.check_data($$SELECT chr(97 + i % 3) AS y, 1 AS x FROM generate_series(1, 200) i$$, label => 'y',
	positive => 'b')
WHERE check_name = 'label';

-- the thresholds, and others for a call
SELECT rule, note, warning, serious FROM fairpg.check_rules() ORDER BY rule;
SELECT severity, metric, value FROM fairpg.check_data('folk', '{sex}', 'repaid',
	options => '{"thresholds": {"label_gap": [0, 0.9, 1], "missing": [0.5, 0.6, 0.7]}}')
WHERE (metric = 'DPL' AND group_name = 'Male') OR metric = 'missing_share' ORDER BY 2, 3;

DROP VIEW absent, wanted, counted, expected, grouped, seen;
DROP TABLE folk, census, twins, copies;
DROP FUNCTION wilson;
