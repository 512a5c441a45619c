-- check_data(): what features tell of labels and protected attributes, and of one another;
-- each figure recomputed by plain SQL.

CREATE TABLE parcels AS
	SELECT i AS parcel,
		CASE WHEN h1 < 0.4 THEN 'old' ELSE 'young' END AS age_group,
		(ARRAY['a', 'b', 'c', NULL])[1 + floor(h2 * 3.3)::int] AS town,
		CASE WHEN h1 < 0.4 THEN floor(h3 * 60) + 25 ELSE floor(h3 * 60) END AS shade,
		CASE WHEN h4 < 0.05 THEN NULL ELSE h4 * 10 + CASE WHEN h5 < 0.3 THEN 2 ELSE 0 END END AS width,
		CASE WHEN h6 < CASE WHEN h1 < 0.4 THEN 0.7 ELSE 0.2 END THEN 'round' WHEN h7 < 0.1 THEN '?' ELSE 'flat' END AS shape,
		'k' || floor(h8 * 200) AS many,
		(h8 * 200)::int % 7 AS code, 'code ' || (h8 * 200)::int % 7 AS code_name,
		CASE WHEN h5 < 0.3 OR h9 < 0.02 THEN '2020-01-01'::date + (h9 * 100)::int END AS settled,
		h5 < 0.3 AS lost
	FROM (SELECT i, (SELECT array_agg((hashint8(i * 16 + k)::bigint + 2147483648) / 4294967296::float8 ORDER BY k)
			FROM generate_series(1, 9) k) AS h FROM generate_series(1, 4000) i) t,
		LATERAL (SELECT h[1] AS h1, h[2] AS h2, h[3] AS h3, h[4] AS h4, h[5] AS h5, h[6] AS h6, h[7] AS h7,
			h[8] AS h8, h[9] AS h9) u;
CREATE TABLE told AS SELECT * FROM fairpg.check_data('parcels', '{age_group,town,age_group*town}', 'lost');

-- features as levels: values of texts, the 63 most frequent and all others, the text that stands
-- for a missing value with those; numbers of up to 32 values, and bins of twentieths
CREATE TABLE leveled AS
	SELECT p.parcel, f.name, f.number, CASE
		WHEN f.number IS NULL THEN f.word
		WHEN f.name IN ('code') THEN f.number::text
		ELSE (20 * (rank() OVER (PARTITION BY f.name ORDER BY f.number) - 1)
			/ count(f.number) OVER (PARTITION BY f.name))::text END AS level
	FROM parcels p, LATERAL (VALUES ('parcel', parcel::float8, NULL), ('shade', shade, NULL), ('width', width, NULL),
		('shape', NULL, nullif(shape, '?')), ('many', NULL, many), ('code', code, NULL),
		('code_name', NULL, code_name), ('settled', (settled - '2000-01-01')::float8, NULL)) f(name, number, word);
WITH frequent AS (SELECT level, rank() OVER (ORDER BY count(*) DESC, level) AS place FROM leveled
	WHERE name = 'many' GROUP BY 1)
SELECT count(*) > 63 AS pooled, count(*) FILTER (WHERE place <= 63) AS kept FROM frequent;
CREATE TABLE targets AS
	SELECT parcel, 'label' AS target, lost::text AS code FROM parcels
	UNION ALL SELECT parcel, 'age_group', age_group FROM parcels
	UNION ALL SELECT parcel, 'town', coalesce(town, '(unknown)') FROM parcels
	UNION ALL SELECT parcel, 'age_group*town', age_group || ', ' || coalesce(town, '(unknown)') FROM parcels;

-- Cramer's V with Bergsma's correction; the interval by the variance of influences
CREATE TABLE cells AS
	SELECT name, target, coalesce(level, 'missing') AS level, code, count(*)::float8 AS n
	FROM leveled JOIN targets USING (parcel) WHERE name <> 'many' GROUP BY 1, 2, 3, 4;
CREATE VIEW margins AS
	SELECT name, target, n / sum(n) OVER t AS p, sum(n) OVER (PARTITION BY name, target, level) / sum(n) OVER t AS pi,
		sum(n) OVER (PARTITION BY name, target, code) / sum(n) OVER t AS pj, sum(n) OVER t AS n, level, code
	FROM cells WINDOW t AS (PARTITION BY name, target);
CREATE VIEW influences AS
	SELECT *, 2 * p / (pi * pj) - sum(p * p / (pi * pj)) OVER (PARTITION BY name, target, level) / pi
		- sum(p * p / (pi * pj)) OVER (PARTITION BY name, target, code) / pj AS d
	FROM margins;
CREATE VIEW cramer AS
	SELECT name, target, sqrt(greatest(0, phi) / most) AS v, sqrt(greatest(0, least(phi + z * z * a / 2 - half, most)) / most) AS low,
		sqrt(greatest(0, least(phi + z * z * a / 2 + half, most)) / most) AS high
	FROM (SELECT *, z * sqrt(a * greatest(0, phi) + z * z * a * a / 4 + 2 * (r - 1) * (c - 1) / (n * n)) AS half
		FROM (SELECT name, target, 1.959963984540054 AS z, r, c, n, sum(p * p / (pi * pj)) - 1 - (r - 1) * (c - 1) / (n - 1) AS phi,
			least(r - 1 - (r - 1) ^ 2 / (n - 1), c - 1 - (c - 1) ^ 2 / (n - 1)) AS most,
			(sum(p * d * d) - sum(p * d) ^ 2) / n / (sum(p * p / (pi * pj)) - 1) AS a
		FROM influences JOIN (SELECT name, target, count(DISTINCT level)::float8 AS r, count(DISTINCT code)::float8 AS c
			FROM cells GROUP BY 1, 2) s USING (name, target) GROUP BY name, target, r, c, n) s) t;
SELECT check_name, count(*), max(greatest(abs(value - v), abs(t.low - c.low), abs(t.high - c.high))) < 1e-9 AS equal
FROM told t JOIN cramer c ON c.name = t.column_name AND c.target = coalesce(t.attribute, 'label')
WHERE metric = 'cramers_v' GROUP BY 1 ORDER BY 1;

-- AUCs of the label and of the smaller of two groups; correlation ratios of more groups
SELECT count(*), max(abs(t.value - w.auc)) < 1e-12 AS equal, bool_and(t.n = w.n AND t.low < w.auc AND t.high > w.auc) AS within
FROM told t JOIN (SELECT name, target, (sum(r) FILTER (WHERE code IN ('true', 'old'))
		- count(*) FILTER (WHERE code IN ('true', 'old')) * (count(*) FILTER (WHERE code IN ('true', 'old')) + 1) / 2.0)
		/ count(*) FILTER (WHERE code IN ('true', 'old')) / count(*) FILTER (WHERE code NOT IN ('true', 'old')) AS auc,
		count(*) AS n
	FROM (SELECT name, target, code, rank() OVER w + (count(*) OVER (PARTITION BY name, target, number) - 1) / 2.0 AS r
		FROM leveled JOIN targets USING (parcel) WHERE number IS NOT NULL AND target IN ('label', 'age_group')
		WINDOW w AS (PARTITION BY name, target ORDER BY number)) s GROUP BY 1, 2) w
	ON w.name = t.column_name AND w.target = coalesce(t.attribute, 'label')
WHERE metric = 'auc';
SELECT count(*), max(abs(t.value - sqrt(greatest(0, 1 - w.inner_ss / w.ss * (n - 1) / (n - k))))) < 1e-9 AS equal
FROM told t JOIN (SELECT name, target, sum((number - m) ^ 2) AS inner_ss, sum((number - a) ^ 2) AS ss, count(*) AS n,
		count(DISTINCT code) AS k
	FROM (SELECT name, target, code, number, avg(number) OVER (PARTITION BY name, target, code) AS m,
			avg(number) OVER (PARTITION BY name, target) AS a
		FROM leveled JOIN targets USING (parcel) WHERE number IS NOT NULL) s GROUP BY 1, 2) w(name, target, inner_ss, ss, rows, k)
	ON w.name = t.column_name AND w.target = t.attribute AND w.rows = t.n
WHERE metric = 'correlation_ratio';

-- what stands out: the strongest proxies first, the date that is there for one label, the pair of codes
SELECT column_name, severity, metric, fact FROM told
WHERE attribute = 'age_group' AND metric <> 'joint_auc' AND check_name = 'proxies' AND severity <> 'ok';
SELECT severity, metric, column_name, round(value::numeric, 6) AS value, fact, advice FROM told
WHERE check_name IN ('leakage', 'same_column') AND severity <> 'ok' ORDER BY 2, 3;
SELECT t.value = count(*) FILTER (WHERE settled IS NULL AND lost)::float8 / count(*) FILTER (WHERE lost)
	- count(*) FILTER (WHERE settled IS NULL AND NOT lost)::float8 / count(*) FILTER (WHERE NOT lost) AS equal
FROM told t, parcels WHERE t.metric = 'missing_by_label' AND t.column_name = 'settled' GROUP BY t.value;

-- all features together: a group that they tell, and towns that they do not
SELECT attribute, group_name, value BETWEEN low AND high AS within, low > 0.8 AS told, low < 0.5 AND high > 0.5 AS untold, n
FROM told WHERE metric = 'joint_auc' AND attribute <> 'age_group*town' ORDER BY 1, 2;
SELECT severity, group_name, value > 0.999 AS told
FROM fairpg.check_data('SELECT age_group, age_group || ''x'' AS copy, shade FROM parcels', '{age_group}')
WHERE metric = 'joint_auc';

-- a sample is the same in any order of rows, with copies in it or not, and what is exact stays so
CREATE VIEW shuffled AS SELECT * FROM parcels ORDER BY md5(parcel::text);
SELECT count(*) FROM (
	SELECT * FROM fairpg.check_data('SELECT * FROM parcels', '{age_group,town}', 'lost', options => '{"sample": 1000}')
	EXCEPT SELECT * FROM fairpg.check_data('SELECT * FROM shuffled', '{age_group,town}', 'lost', options => '{"sample": 1000}')) t
WHERE metric <> 'order_share';
SELECT count(*) FROM (
	SELECT * FROM fairpg.check_data('SELECT age_group, town, code, lost FROM parcels', '{age_group,town}', 'lost', options => '{"sample": 1000}')
	EXCEPT SELECT * FROM fairpg.check_data('SELECT age_group, town, code, lost FROM shuffled', '{age_group,town}', 'lost', options => '{"sample": 1000}')) t
WHERE metric <> 'order_share';
SELECT count(*) FROM (SELECT check_name, metric, attribute, column_name, group_name, value FROM told
	EXCEPT SELECT check_name, metric, attribute, column_name, group_name, value
		FROM fairpg.check_data('parcels', '{age_group,town,age_group*town}', 'lost', options => '{"sample": 1000}')) t
WHERE check_name NOT IN ('leakage', 'proxies', 'same_column');

-- another seed draws another sample
SELECT count(*) > 20 AS other FROM (
	SELECT * FROM fairpg.check_data('parcels', '{age_group}', 'lost', options => '{"sample": 1000}')
	EXCEPT SELECT * FROM fairpg.check_data('parcels', '{age_group}', 'lost', seed => 1, options => '{"sample": 1000}')) t;

-- nothing to compare: one feature value, one group, labels of one value or many, a protected column among the features
SELECT metric, attribute, column_name, value, fact
FROM fairpg.check_data('SELECT age_group, 1 AS one, lost FROM parcels', '{age_group}', 'lost')
WHERE check_name IN ('leakage', 'proxies');
SELECT count(*) FROM fairpg.check_data('SELECT 1 AS g, shade, true AS y FROM parcels', '{g}', 'y') WHERE check_name = 'proxies';
SELECT DISTINCT check_name FROM fairpg.check_data('SELECT shade, parcel AS y FROM parcels', label => 'y') WHERE metric = 'cramers_v';
SELECT column_name, metric FROM fairpg.check_data('parcels', '{age_group,town}', features => '{age_group,shade}')
WHERE check_name = 'proxies' AND metric = 'cramers_v' ORDER BY attribute, column_name;
SELECT attribute, group_name, value, fact FROM fairpg.check_data(
	'SELECT CASE WHEN parcel < 6 THEN ''few'' WHEN parcel < 1000 THEN ''some'' ELSE ''rest'' END AS g, shade FROM parcels', '{g}')
WHERE metric = 'joint_auc' AND (group_name = 'few' OR value IS NULL);

-- numbers that no model takes do not hide what the others tell; the joint model has none of them
SELECT count(*) FILTER (WHERE metric = 'joint_auc' AND value BETWEEN 0 AND 1) > 0 AS told,
       count(*) FILTER (WHERE column_name = 'huge' AND metric = 'cramers_v' AND value IS NOT NULL) AS huge
FROM fairpg.check_data('SELECT shade, age_group, 1e154::float8 * (parcel % 17) AS huge FROM parcels', '{age_group}');
SELECT count(*) FILTER (WHERE metric = 'joint_auc' AND value BETWEEN 0 AND 1) > 0 AS told
FROM fairpg.check_data('SELECT shade, age_group, CASE WHEN parcel = 5 THEN 1.7e308 ELSE parcel END::float8 AS once FROM parcels', '{age_group}');

DROP VIEW shuffled, cramer, influences, margins;
DROP TABLE parcels, told, leveled, targets, cells;
