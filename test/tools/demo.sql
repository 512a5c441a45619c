/*
 * demo.sql - the two models of the demo, side by side, from the report views.
 */
\pset footer off
\pset null '-'

\echo
\echo 'Two versions of one model, measured on the rows held out'
\echo

WITH version AS (
	SELECT v.*, CASE version WHEN 1 THEN 'plain' ELSE 'fair' END AS name
	FROM fairpg_report.model_versions v WHERE model = 'credit'
), line AS (
	SELECT 1 AS place, 'status' AS what, name, status AS value FROM version
	UNION ALL
	SELECT 2, 'rows trained on / held out', name,
		rows_train || ' / ' || rows_test FROM version
	UNION ALL
	SELECT 3, 'accuracy', name, to_char(accuracy, '0.0000') FROM version
	UNION ALL
	SELECT 4, 'AUC', name, to_char(auc, '0.0000') FROM version
	UNION ALL
	SELECT CASE d.attribute WHEN 'sex' THEN 5 ELSE 6 END,
		'gap of approval rates, ' || d.attribute || ' (95 %)', v.name,
		to_char(d.value, '0.000') || '  (' || to_char(d.low, 'FM0.000') || ' to '
			|| to_char(d.high, 'FM0.000') || ')'
	FROM fairpg_report.disparities d JOIN version v USING (model, version)
	WHERE d.part = 'held_out' AND d.criterion = 'demographic_parity'
	UNION ALL
	SELECT 7, 'largest gap, rows trained on', v.name, to_char(max(d.value), '0.000')
	FROM fairpg_report.disparities d JOIN version v USING (model, version)
	WHERE d.part = 'train' AND d.criterion = 'demographic_parity'
	GROUP BY v.name
	UNION ALL
	SELECT 8, 'verdict on max_gap', name, coalesce(verdict, '-') FROM version
	UNION ALL
	SELECT 9, 'seconds', name, to_char(seconds, '990.00') FROM version
)
SELECT what AS "               ",
	lpad(trim(max(value) FILTER (WHERE name = 'plain')), 24) AS "                   plain",
	lpad(trim(max(value) FILTER (WHERE name = 'fair')), 24) AS "                    fair"
FROM line GROUP BY place, what ORDER BY place;

\echo 'Who would get a loan: approval rate by group, and the same among those who repaid'
\echo

SELECT m.attribute, m.group_name AS "group", max(m.n) FILTER (
		WHERE m.metric = 'selection_rate') AS n,
	to_char(max(m.value) FILTER (WHERE m.version = 1
		AND m.metric = 'selection_rate'), '0.000') AS plain,
	to_char(max(m.value) FILTER (WHERE m.version = 2
		AND m.metric = 'selection_rate'), '0.000') AS fair,
	to_char(max(m.value) FILTER (WHERE m.version = 1
		AND m.metric = 'tpr'), '0.000') AS "plain, repaid",
	to_char(max(m.value) FILTER (WHERE m.version = 2
		AND m.metric = 'tpr'), '0.000') AS "fair, repaid",
	max(m.flag) FILTER (WHERE m.metric = 'selection_rate') AS flag
FROM fairpg_report.group_metrics m
WHERE m.model = 'credit' AND m.part = 'held_out'
GROUP BY m.attribute, m.group_name
ORDER BY m.attribute DESC, n DESC;

\pset footer on
