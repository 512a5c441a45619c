-- check_data(): labels of several people; each figure recomputed by plain SQL.

CREATE TABLE comments AS
	SELECT i AS comment, CASE WHEN h1 < 0.3 THEN 'dialect' ELSE 'standard' END AS language,
		CASE WHEN h2 < 0.08 THEN NULL ELSE (h3 < 0.35) <> (h4 < CASE WHEN h1 < 0.3 THEN 0.2 ELSE 0.05 END) END AS ann,
		CASE WHEN h5 < 0.08 THEN NULL ELSE (h3 < 0.35) <> (h6 < CASE WHEN h1 < 0.3 THEN 0.2 ELSE 0.05 END) END AS bob,
		CASE WHEN h7 < 0.08 THEN NULL ELSE (h3 < 0.35) <> (h8 < CASE WHEN h1 < 0.3 THEN 0.2 ELSE 0.05 END) END AS eve,
		CASE WHEN h9 < 0.02 THEN NULL ELSE (h3 < 0.35) <> (h9 < CASE WHEN h1 < 0.3 THEN 0.14 ELSE 0.05 END) END AS toxic
	FROM (SELECT i, (SELECT array_agg((hashint8(i * 16 + k)::bigint + 2147483648) / 4294967296::float8 ORDER BY k)
			FROM generate_series(1, 9) k) AS h FROM generate_series(1, 3000) i) t,
		LATERAL (SELECT h[1] AS h1, h[2] AS h2, h[3] AS h3, h[4] AS h4, h[5] AS h5, h[6] AS h6, h[7] AS h7,
			h[8] AS h8, h[9] AS h9) u;
CREATE TABLE found AS SELECT * FROM fairpg.check_data('comments', '{language}', 'toxic', annotators => '{ann,bob,eve}',
	exclude => '{comment}') WHERE check_name = 'agreement';
SELECT severity, group_name, metric, round(value::numeric, 3) AS value, fact FROM found ORDER BY group_name NULLS FIRST, metric, column_name;

-- labels by class in each row, of groups and of everybody
CREATE VIEW units AS
	SELECT g AS group_name, comment, toxic, yes, m - yes AS no, m, 2 * yes * (m - yes)::float8 / nullif(m * (m - 1), 0) AS apart
	FROM comments, LATERAL (SELECT count(v) AS m, count(*) FILTER (WHERE v) AS yes FROM unnest(ARRAY[ann, bob, eve]) v) l,
		LATERAL unnest(ARRAY[language, NULL]) g;
CREATE VIEW wanted AS
	SELECT group_name, 'agreement_rate' AS metric, 1 - avg(apart) AS value, count(*) AS n FROM units WHERE m > 1 GROUP BY 1
	UNION ALL SELECT group_name, 'krippendorff_alpha', 1 - (sum(m) - 1) * sum(m * apart) / (2 * sum(yes) * sum(no)), count(*)
		FROM units WHERE m > 1 GROUP BY 1
	UNION ALL SELECT group_name, 'differs_from_majority', avg(((yes > no) <> toxic)::int), count(*)
		FROM units WHERE yes <> no AND toxic IS NOT NULL GROUP BY 1;
SELECT metric, count(*), max(abs(f.value - w.value)) < 1e-12 AS equal, bool_and(f.n = w.n AND low < f.value AND f.value < high) AS n_and_interval
FROM found f JOIN wanted w USING (metric) WHERE f.group_name IS NOT DISTINCT FROM w.group_name GROUP BY 1 ORDER BY 1;
-- Cohen's kappa of each pair
SELECT column_name, abs(value - ((po - pe) / (1 - pe))) < 1e-12 AS equal, f.n = w.n AS n
FROM found f JOIN (SELECT pair, count(*) AS n, avg((a = b)::int) AS po,
		avg(a::int) * avg(b::int) + (1 - avg(a::int)) * (1 - avg(b::int)) AS pe
	FROM comments, LATERAL (VALUES ('ann, bob', ann, bob), ('ann, eve', ann, eve), ('bob, eve', bob, eve)) v(pair, a, b)
	WHERE a IS NOT NULL AND b IS NOT NULL GROUP BY 1) w ON w.pair = f.column_name ORDER BY 1;
-- the gap between groups, with Newcombe's interval, adds up
SELECT f.group_name, abs(f.value - (d.value - r.value)) < 1e-12 AS equal, f.low < f.value AND f.value < f.high AS within
FROM found f JOIN found d ON d.metric = 'differs_from_majority' AND d.group_name = f.group_name
	JOIN found r ON r.metric = 'differs_from_majority' AND r.group_name <> f.group_name
WHERE f.metric = 'majority_gap' ORDER BY 1;

-- where all labelled all, there is Fleiss' kappa: Krippendorff's alpha but for the correction
SELECT group_name, abs((1 - max(value) FILTER (WHERE metric = 'fleiss_kappa')) * (1 - 1 / (3.0 * max(n)))
	- (1 - max(value) FILTER (WHERE metric = 'krippendorff_alpha'))) < 1e-12 AS equal
FROM fairpg.check_data('SELECT * FROM comments WHERE ann IS NOT NULL AND bob IS NOT NULL AND eve IS NOT NULL', '{language}',
	annotators => '{ann,bob,eve}') WHERE metric IN ('fleiss_kappa', 'krippendorff_alpha') GROUP BY 1 ORDER BY 1;
-- two annotators, classes by name, a label that none of them gave, in another order of rows
CREATE VIEW graded AS
	SELECT language, CASE WHEN comment % 11 = 0 THEN 'other' WHEN toxic THEN 'bad' WHEN comment % 3 = 0 THEN 'fine' ELSE 'good' END AS label,
		CASE WHEN ann THEN 'bad' WHEN comment % 3 = 0 THEN 'fine' ELSE 'good' END::varchar AS one,
		CASE WHEN bob THEN 'bad' WHEN comment % 5 < 2 THEN 'fine' ELSE 'good' END::varchar AS two, comment
	FROM comments;
CREATE TABLE grades AS SELECT * FROM fairpg.check_data('graded', '{language}', 'label', annotators => '{one,two}', exclude => '{comment}');
SELECT metric, group_name, round(value::numeric, 6) AS value, n FROM grades WHERE check_name = 'agreement' ORDER BY 1, 2 NULLS FIRST;
SELECT round(((po - pe) / (1 - pe))::numeric, 6) AS kappa FROM (
	SELECT (SELECT avg((one = two)::int) FROM graded) AS po,
		(SELECT sum(p * q) FROM (SELECT one AS c, count(*) / 3000.0 AS p FROM graded GROUP BY 1) a
			JOIN (SELECT two AS c, count(*) / 3000.0 AS q FROM graded GROUP BY 1) b USING (c)) AS pe) k;
SELECT count(*) FROM (SELECT * FROM grades EXCEPT SELECT * FROM fairpg.check_data('SELECT * FROM graded ORDER BY md5(comment::text)',
	'{language}', 'label', annotators => '{one,two}', exclude => '{comment}')) t WHERE metric NOT IN ('order_share', 'rows');
-- with a positive value there are two classes
SELECT metric, round(value::numeric, 6) AS value FROM fairpg.check_data('graded', label => 'label', positive => 'bad', annotators => '{one,two}')
WHERE metric IN ('cohen_kappa', 'label_rate') ORDER BY 1;
SELECT metric, round(value::numeric, 6) AS value FROM fairpg.check_data('graded', positive => 'bad', annotators => '{one,two}')
WHERE check_name = 'agreement' ORDER BY 1;

-- annotators are no features; one of them, or NULLs alone, have nothing to agree on
SELECT DISTINCT column_name FROM fairpg.check_data('comments', '{language}', 'toxic', annotators => '{ann,bob,eve}')
WHERE check_name = 'leakage' ORDER BY 1;
SELECT metric, value, n, fact FROM fairpg.check_data('comments', annotators => '{ann}') WHERE check_name = 'agreement';
SELECT metric, value, n, fact FROM fairpg.check_data('SELECT toxic, NULL::boolean AS a, NULL::boolean AS b FROM comments', label => 'toxic',
	annotators => '{a,b}') WHERE check_name = 'agreement' AND metric <> 'cohen_kappa';
SELECT metric, value, low, high FROM fairpg.check_data('SELECT true AS a, true AS b FROM comments', annotators => '{a,b}')
WHERE check_name = 'agreement' ORDER BY 1;
SELECT severity, metric, fact FROM fairpg.check_data('SELECT comment AS a, comment + 1 AS b FROM comments', annotators => '{a,b}')
WHERE check_name = 'agreement';
-- what is refused
SELECT * FROM fairpg.check_data('comments', annotators => '{ann,carol}');
SELECT * FROM fairpg.check_data('comments', annotators => '{ann,ann}');
SELECT * FROM fairpg.check_data('comments', label => 'toxic', annotators => '{ann,language}');
SELECT * FROM fairpg.check_data('SELECT 1::bigint AS a, 1 AS b', annotators => '{a,b}');

-- labels beyond the classes there are still tell rows apart
SELECT metric, value FROM fairpg.check_data('SELECT 1 AS x, i / 2 AS y FROM generate_series(0, 199) i', label => 'y')
WHERE check_name = 'duplicates' ORDER BY 1;

DROP TABLE found, grades;
DROP VIEW units, wanted, graded CASCADE;
DROP TABLE comments;
