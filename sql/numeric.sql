SET client_min_messages = warning;
-- A numeric means to a model what it means as float8: the same split of the
-- rows, whose hash is of all bits, the same model and the same scores.
SELECT fairpg.init() IS NOT NULL AS ready;
CREATE TABLE exact AS
	SELECT i, i % 3 = 0 OR hashint8(i * 31) % 5 = 0 AS label,
		-- one to sixteen digits, the point anywhere among or beyond them
		(hashint8extended(i, 1) % 10::numeric ^ (1 + i % 16)) / 10::numeric ^ (i % 23) AS small,
		(hashint8extended(i, 2) % 10::numeric ^ (1 + i % 16)) * 10::numeric ^ (i % 19) AS large,
		-- more digits than a double has
		hashint8extended(i, 3) / 7.0::numeric ^ (i % 40) AS long,
		-- about the largest whole number that no double skips
		(9007199254740992 + i % 9 - 4) * (1 - i % 2 * 2)::numeric AS edge,
		CASE i % 7 WHEN 0 THEN NULL WHEN 1 THEN 0 WHEN 2 THEN 0.0000 WHEN 3 THEN 10000
			WHEN 4 THEN 0.0001 WHEN 5 THEN -99999999.9999 ELSE 12345678901234567890 END AS odd
	FROM generate_series(1, 5000) i;
CREATE VIEW floating AS
	SELECT i, label, small::float8, large::float8, long::float8, edge::float8, odd::float8 FROM exact;
CREATE TABLE trained AS
	SELECT * FROM fairpg.train('exact', 'SELECT label, small, large, long, edge, odd FROM exact', 'label')
	UNION ALL
	SELECT * FROM fairpg.train('floating', 'SELECT label, small, large, long, edge, odd FROM floating', 'label');
SELECT count(*) AS versions, count(DISTINCT artifact_sha256) AS models, count(DISTINCT rows_train) AS splits
FROM fairpg_catalog.model_version WHERE model IN ('exact', 'floating');
SELECT count(*) AS rows_scored,
	count(*) FILTER (WHERE fairpg.predict('exact', e) IS DISTINCT FROM fairpg.predict('exact', f)) AS otherwise,
	count(*) FILTER (WHERE fairpg.predict('exact', e) IS DISTINCT FROM fairpg.predict('floating', e)) AS by_the_other
FROM exact e JOIN floating f USING (i);
-- what is no number, or too large for a model, is refused as ever
SELECT fairpg.train('nan', 'SELECT label, CASE WHEN i = 7 THEN ''NaN'' ELSE small END AS x FROM exact', 'label');
SELECT fairpg.train('infinite', 'SELECT label, CASE WHEN i = 7 THEN ''-Infinity'' ELSE 1e30::numeric + i END AS x FROM exact', 'label');
SELECT fairpg.train('large', 'SELECT label, 10::numeric ^ (i % 50) AS x FROM exact', 'label');
DROP TABLE trained, exact CASCADE;
