# peers_metrics.sh - under the names that other tools have for metrics, fairpg
# gives the numbers that these tools give: test/reference/peers_metrics.json.
# What is compared is written as in doc/metrics.md, "Names in other tools".
. test/tools/tap.sh

psql -XAtq -v ON_ERROR_STOP=1 2>&1 <<'END' || echo "not ok - figures of other tools can be compared"
CREATE TEMP TABLE reference (j jsonb);
\set document `cat "$FAIRPG_TOP/test/reference/peers_metrics.json"`
INSERT INTO reference VALUES (:'document');
CREATE TEMP TABLE given AS
SELECT name AS tab, weighted, r ->> 0 AS grp, r ->> 1 = '1' AS label, r ->> 2 = '1' AS decision, (r ->> 3)::float8 AS score,
	CASE WHEN weighted THEN (r ->> 4)::float8 ELSE 1 END AS weight, (r ->> 5)::float8 AS number, (r ->> 6)::float8 AS predicted
FROM reference, jsonb_each(j -> 'tables') t(name, rows), jsonb_array_elements(rows) r, unnest('{f,t}'::boolean[]) weighted;
CREATE TEMP TABLE wanted AS
SELECT r ->> 0 AS tab, (r ->> 1)::boolean AS weighted, r ->> 2 AS tool, r ->> 3 AS figure, r ->> 4 AS grp,
	nullif(r ->> 5, 'undefined')::float8 AS value
FROM reference, jsonb_array_elements(j -> 'figures') r;
CREATE TEMP TABLE seen (LIKE wanted);

-- f has all groups, p the group A and all others as one, which are oa and od
CREATE TEMP TABLE state AS
SELECT *, fairpg.overall(f) AS o, fairpg.outcome(p, 'A') AS oa, fairpg.outcome(p, 'others') AS od
FROM (SELECT tab, weighted, fairpg.fairness(label, decision, grp, weight) AS f, fairpg.errors(number, predicted, weight) AS e,
		fairpg.fairness(label, decision, CASE grp WHEN 'A' THEN grp ELSE 'others' END, weight) AS p,
		fairpg.group_scores(label, score, grp, weight) AS g,
		fairpg.group_scores(label, score, CASE grp WHEN 'A' THEN grp ELSE 'others' END, weight) AS gp
	FROM given GROUP BY tab, weighted) s;
CREATE TEMP VIEW sided AS SELECT * FROM state WHERE tab <> 'lacking';
-- whose figures are told: all rows, A and all others
CREATE TEMP VIEW side AS
SELECT tab, weighted, v.* FROM sided, LATERAL (VALUES (NULL, o, fairpg.overall(gp)), ('A', oa, fairpg.score(gp, 'A')),
	('others', od, fairpg.score(gp, 'others'))) v (grp, o, s);

-- fairlearn, decisions
CREATE TEMP TABLE name (theirs text, metric text);
INSERT INTO name VALUES ('selection_rate', 'selection_rate'), ('true_positive_rate', 'tpr'), ('false_positive_rate', 'fpr'),
	('true_negative_rate', 'tnr'), ('false_negative_rate', 'fnr'), ('accuracy_score', 'accuracy'), ('zero_one_loss', 'error_rate'),
	('precision_score', 'ppv'), ('recall_score', 'tpr'), ('f1_score', 'f1'), ('balanced_accuracy_score', 'balanced_accuracy');
CREATE TEMP TABLE operator (theirs text, op text);
INSERT INTO operator VALUES ('.difference', 'difference'), ('.ratio', 'ratio'), ('.difference to_overall', 'difference_to_overall'),
	('.ratio to_overall', 'ratio_to_overall'), ('.group_min', 'minimum'), ('.group_max', 'maximum'), ('_difference', 'difference'),
	('_ratio', 'ratio'), ('_group_min', 'minimum'), ('_group_max', 'maximum');
INSERT INTO seen
SELECT tab, weighted, 'fairlearn', theirs, group_name, fairpg.metric(fairpg.outcome(f, group_name), metric)
FROM state, fairpg.groups(f), name
UNION ALL SELECT tab, weighted, 'fairlearn', theirs, NULL, fairpg.metric(o, metric) FROM state, name
UNION ALL SELECT tab, weighted, 'fairlearn', name.theirs || operator.theirs, NULL, fairpg.disparity(f, metric, op)
FROM state, name, operator
UNION ALL SELECT tab, weighted, 'fairlearn', 'count', group_name, n FROM state, fairpg.groups(f)
UNION ALL SELECT tab, weighted, 'fairlearn', v.* FROM state,
	unnest('{demographic_parity,equal_opportunity,equalized_odds}'::text[], '{selection_rate,tpr,fpr}'::text[], '{selection_rate,tpr,tpr}'::text[]) c (c, m, m2),
	LATERAL (VALUES (c || '_difference between_groups', NULL, fairpg.gap(f, c)), (c || '_ratio between_groups', NULL, fairpg.ratio(f, c)),
		(c || '_difference to_overall', NULL, greatest(fairpg.disparity(f, m, 'difference_to_overall'), fairpg.disparity(f, m2, 'difference_to_overall'))),
		(c || '_ratio to_overall', NULL, least(fairpg.disparity(f, m, 'ratio_to_overall'), fairpg.disparity(f, m2, 'ratio_to_overall'))),
		(c || '_difference mean', NULL, (fairpg.disparity(f, 'tpr') + fairpg.disparity(f, 'fpr')) / 2),
		(c || '_ratio mean', NULL, (fairpg.disparity(f, 'tpr', 'ratio') + fairpg.disparity(f, 'fpr', 'ratio')) / 2)) v;

-- fairlearn, scores and numbers
CREATE TEMP TABLE by_group AS
SELECT tab, weighted, v.theirs, group_name AS grp, v.value, v.whole
FROM state, fairpg.groups(g) s,
	LATERAL (VALUES ('roc_auc_score', s.auc, fairpg.auc(fairpg.overall(g))), ('log_loss', s.log_loss, fairpg.log_loss(fairpg.overall(g))),
		('brier_score_loss', s.brier, fairpg.brier(fairpg.overall(g)))) v (theirs, value, whole)
UNION ALL
SELECT tab, weighted, theirs, n.grp, fairpg.metric(n.e, metric), fairpg.metric(state.e, metric)
FROM state JOIN (SELECT tab, weighted, grp, fairpg.errors(number, predicted, weight) AS e FROM given GROUP BY tab, weighted, grp) n
		USING (tab, weighted),
	(VALUES ('mean_prediction', 'mean_prediction'), ('mean_absolute_error', 'mean_absolute_error'),
		('mean_squared_error', 'mean_squared_error'), ('r2_score', 'r_squared')) m (theirs, metric);
INSERT INTO seen
SELECT tab, weighted, 'fairlearn', theirs, grp, value FROM by_group
UNION ALL SELECT DISTINCT tab, weighted, 'fairlearn', theirs, NULL, whole FROM by_group
UNION ALL
SELECT tab, weighted, 'fairlearn', b.theirs || operator.theirs, NULL,
	CASE op WHEN 'difference' THEN max(value) - min(value) WHEN 'ratio' THEN min(value) / max(value) WHEN 'minimum' THEN min(value)
		WHEN 'maximum' THEN max(value) WHEN 'difference_to_overall' THEN max(abs(value - whole))
		WHEN 'ratio_to_overall' THEN min(least(value / whole, whole / value)) END
FROM by_group b, operator WHERE tab <> 'lacking' GROUP BY tab, weighted, b.theirs, operator.theirs, op;

-- AIF360: what there is of rows on one side
CREATE FUNCTION pg_temp.diff(p fairpg.fairness_stats, metric text) RETURNS float8
	LANGUAGE sql AS $$ SELECT fairpg.disparity(p, metric, 'difference_to_reference', 'A') $$;
CREATE FUNCTION pg_temp.quotient(p fairpg.fairness_stats, metric text) RETURNS float8
	LANGUAGE sql AS $$ SELECT fairpg.disparity(p, metric, 'ratio_to_reference', 'A') $$;
CREATE FUNCTION pg_temp.edf(f fairpg.fairness_stats, labels boolean) RETURNS float8 LANGUAGE sql AS $$
	WITH r AS (SELECT (CASE WHEN labels THEN base_rate ELSE selection_rate END * weight + 0.5) / (weight + 1) AS p FROM fairpg.groups(f))
	SELECT max(greatest(abs(ln(x.p / y.p)), abs(ln((1 - x.p) / (1 - y.p))))) FROM r x, r y $$;
INSERT INTO seen
SELECT tab, weighted, 'aif360', figure, side.grp, value
FROM side JOIN (SELECT tab, weighted, of_side,
			fairpg.mean_score(fairpg.scores(label, score, weight) FILTER (WHERE label)) AS of_positives,
			fairpg.mean_score(fairpg.scores(label, score, weight) FILTER (WHERE NOT label)) AS of_negatives
		FROM given, unnest(ARRAY[NULL, CASE grp WHEN 'A' THEN grp ELSE 'others' END]) of_side GROUP BY tab, weighted, of_side) x
	USING (tab, weighted),
	fairpg.metrics(o) m, LATERAL (SELECT m.base_rate * m.weight AS pos, (1 - m.base_rate) * m.weight AS neg) c,
	LATERAL (VALUES ('num_instances', m.weight), ('num_positives', pos), ('num_negatives', neg), ('labels num_positives', pos), ('labels num_negatives', neg),
	('num_pred_positives', m.selection_rate * m.weight), ('num_pred_negatives', (1 - m.selection_rate) * m.weight),
	('num_true_positives', m.tpr * pos), ('power', m.tpr * pos), ('num_false_negatives', m.fnr * pos),
	('num_false_positives', m.fpr * neg), ('num_true_negatives', m.tnr * neg),
	('base_rate', m.base_rate), ('labels base_rate', m.base_rate), ('selection_rate', m.selection_rate),
	('true_positive_rate', m.tpr), ('recall', m.tpr), ('sensitivity', m.tpr), ('false_positive_rate', m.fpr),
	('true_negative_rate', m.tnr), ('specificity', m.tnr), ('false_negative_rate', m.fnr), ('accuracy', m.accuracy), ('error_rate', m.error_rate),
	('positive_predictive_value', m.ppv), ('precision', m.ppv), ('negative_predictive_value', m.npv),
	('false_discovery_rate', m.false_discovery_rate), ('false_omission_rate', m.false_omission_rate),
	('generalized_true_positive_rate', of_positives), ('generalized_false_negative_rate', 1 - of_positives),
	('generalized_false_positive_rate', of_negatives), ('generalized_true_negative_rate', 1 - of_negatives),
	('num_generalized_true_positives', pos * of_positives), ('num_generalized_false_negatives', pos * (1 - of_positives)),
	('num_generalized_false_positives', neg * of_negatives), ('num_generalized_true_negatives', neg * (1 - of_negatives))) v (figure, value)
WHERE side.grp IS NOT DISTINCT FROM of_side;
-- and differences
INSERT INTO seen
SELECT tab, weighted, 'aif360', v.*
FROM sided, LATERAL (
	SELECT r || '_difference', NULL, pg_temp.diff(p, m)
	FROM unnest('{true_positive_rate,false_positive_rate,false_negative_rate,false_omission_rate,false_discovery_rate,error_rate,equal_opportunity,statistical_parity}'::text[],
		'{tpr,fpr,fnr,false_omission_rate,false_discovery_rate,error_rate,tpr,selection_rate}'::text[]) u (r, m)
	UNION ALL SELECT m || '_ratio', NULL, pg_temp.quotient(p, CASE m WHEN 'false_positive_rate' THEN 'fpr' WHEN 'false_negative_rate' THEN 'fnr' ELSE m END)
	FROM unnest('{false_positive_rate,false_negative_rate,false_omission_rate,false_discovery_rate,error_rate}'::text[]) m
	UNION ALL VALUES
	('average_odds_difference', NULL, (pg_temp.diff(p, 'tpr') + pg_temp.diff(p, 'fpr')) / 2),
	('average_abs_odds_difference', NULL, (abs(pg_temp.diff(p, 'tpr')) + abs(pg_temp.diff(p, 'fpr'))) / 2),
	('equalized_odds_difference', NULL, greatest(abs(pg_temp.diff(p, 'tpr')), abs(pg_temp.diff(p, 'fpr')))),
	('average_predictive_value_difference', NULL, (pg_temp.diff(p, 'ppv') + pg_temp.diff(p, 'false_omission_rate')) / 2),
	('disparate_impact', NULL, pg_temp.quotient(p, 'selection_rate')),
	('mean_difference', NULL, pg_temp.diff(p, 'selection_rate')),
	('labels mean_difference', NULL, pg_temp.diff(p, 'base_rate')),
	('labels statistical_parity_difference', NULL, pg_temp.diff(p, 'base_rate')),
	('labels disparate_impact', NULL, pg_temp.quotient(p, 'base_rate')),
	('smoothed_empirical_differential_fairness', NULL, pg_temp.edf(f, true)),
	('labels smoothed_empirical_differential_fairness', NULL, pg_temp.edf(f, true)),
	('differential_fairness_bias_amplification', NULL, pg_temp.edf(f, false) - pg_temp.edf(f, true)),
	('theil_index', NULL, fairpg.generalized_entropy(o, 1)),
	('coefficient_of_variation', NULL, sqrt(2 * fairpg.generalized_entropy(o))),
	('between_all_groups_theil_index', NULL, fairpg.entropy_between(f, 1)),
	('between_all_groups_coefficient_of_variation', NULL, sqrt(2 * fairpg.entropy_between(f))),
	('between_group_theil_index', NULL, fairpg.entropy_between(p, 1)),
	('between_group_coefficient_of_variation', NULL, sqrt(2 * fairpg.entropy_between(p)))
	UNION ALL SELECT v.* FROM generate_series(1, 3) alpha, LATERAL (VALUES
		('generalized_entropy_index ' || alpha, NULL, fairpg.generalized_entropy(o, alpha)),
		('between_all_groups_generalized_entropy_index ' || alpha, NULL, fairpg.entropy_between(f, alpha)),
		('between_group_generalized_entropy_index ' || alpha, NULL, fairpg.entropy_between(p, alpha))) v) v;
-- the larger of two differences, the second that of 1 less a rate
INSERT INTO seen
SELECT tab, weighted, tool, 'generalized_equalized_odds_difference', NULL, max(abs(d.value - a.value))
FROM seen a JOIN seen d USING (tab, weighted, tool, figure)
WHERE a.grp = 'A' AND d.grp = 'others' AND figure IN ('generalized_true_positive_rate', 'generalized_false_positive_rate')
GROUP BY tab, weighted, tool;

-- AIF360, scikit-learn style
INSERT INTO seen
SELECT tab, weighted, 'aif360.sklearn', coalesce(b, figure), grp, value
FROM seen LEFT JOIN unnest('{specificity,false_omission_rate,selection_rate,base_rate,false_negative_rate,false_positive_rate,sensitivity,generalized_false_positive_rate,generalized_false_negative_rate,average_abs_odds_difference,disparate_impact,differential_fairness_bias_amplification}'::text[],
	'{specificity_score,false_omission_rate_error,selection_rate,base_rate,false_negative_rate_error,false_positive_rate_error,sensitivity_score,generalized_fpr,generalized_fnr,average_odds_error,disparate_impact_ratio,df_bias_amplification}'::text[]) u (a, b) ON figure = a
WHERE tool = 'aif360' AND grp IS NULL;
INSERT INTO seen
SELECT tab, weighted, 'aif360.sklearn', v.*
FROM sided, LATERAL (VALUES
	('class_imbalance', NULL, ((fairpg.metrics(od)).weight - (fairpg.metrics(oa)).weight) / (fairpg.metrics(o)).weight),
	('smoothed_edf', NULL, pg_temp.edf(f, false)),
	('conditional_demographic_disparity', NULL, (
		SELECT sum(s.weight * (s.weight * (1 - s.selection_rate) / (t.weight * (1 - t.selection_rate))
			- s.weight * s.selection_rate / (t.weight * t.selection_rate))) / t.weight
		FROM fairpg.groups(f) s, fairpg.metrics(o) t GROUP BY t.weight))) v
UNION ALL
SELECT tab, weighted, 'aif360.sklearn', v.*
FROM sided, fairpg.groups(f), LATERAL (VALUES
	('one_vs_rest statistical_parity_difference', group_name, fairpg.disparity(f, 'selection_rate', 'difference_to_reference', group_name)),
	('one_vs_rest equal_opportunity_difference', group_name, fairpg.disparity(f, 'tpr', 'difference_to_reference', group_name))) v
UNION ALL
SELECT tab, weighted, 'aif360.sklearn', v.*
FROM sided, generate_series(1, 3) alpha, LATERAL (VALUES
	('generalized_entropy_error ' || alpha, NULL, fairpg.generalized_entropy(o, alpha)),
	('between_group_generalized_entropy_error ' || alpha, NULL, fairpg.entropy_between(f, alpha))) v
UNION ALL
SELECT tab, weighted, 'aif360.sklearn', 'kl_divergence' || w, NULL, r * ln(r / q) + (1 - r) * ln((1 - r) / (1 - q))
FROM sided, LATERAL (VALUES ('', fairpg.selection_rate(oa), fairpg.selection_rate(od)),
	(' of labels', fairpg.base_rate(oa), fairpg.base_rate(od))) v (w, r, q);

-- Clarify, the facet d all but A
INSERT INTO seen
SELECT tab, weighted, 'clarify', v.*
FROM sided, LATERAL (SELECT fairpg.base_rate(oa) AS pa, fairpg.base_rate(od) AS pd, (fairpg.base_rate(oa) + fairpg.base_rate(od)) / 2 AS pm,
		fairpg.selection_rate(oa) AS sa, fairpg.selection_rate(od) AS sd) r, LATERAL (VALUES
	('CI', NULL, (fairpg.n(oa) - fairpg.n(od))::float8 / fairpg.n(f)),
	('DPL', NULL, fairpg.disparity(p, 'base_rate', 'difference_to_reference', 'others', 'A')),
	('LP', NULL, sqrt(2.0) * fairpg.disparity(p, 'base_rate')), ('TVD', NULL, fairpg.disparity(p, 'base_rate')),
	('KS', NULL, fairpg.disparity(p, 'base_rate')),
	('KL', NULL, pa * ln(pa / pd) + (1 - pa) * ln((1 - pa) / (1 - pd))),
	('JS', NULL, (pa * ln(pa / pm) + (1 - pa) * ln((1 - pa) / (1 - pm)) + pd * ln(pd / pm) + (1 - pd) * ln((1 - pd) / (1 - pm))) / 2),
	('DPPL', NULL, fairpg.disparity(p, 'selection_rate', 'difference_to_reference', 'others', 'A')),
	('DI', NULL, fairpg.disparity(p, 'selection_rate', 'ratio_to_reference', 'A', 'others')),
	('RD', NULL, fairpg.disparity(p, 'tpr', 'difference_to_reference', 'others', 'A')),
	('DAR', NULL, fairpg.disparity(p, 'ppv', 'difference_to_reference', 'others', 'A')),
	('AD', NULL, fairpg.disparity(p, 'accuracy', 'difference_to_reference', 'others', 'A')),
	('SD', NULL, fairpg.disparity(p, 'tnr', 'difference_to_reference', 'A', 'others')),
	('DRR', NULL, fairpg.disparity(p, 'npv', 'difference_to_reference', 'A', 'others')),
	('DCA', NULL, pa / sa - pd / sd), ('DCR', NULL, (1 - pd) / (1 - sd) - (1 - pa) / (1 - sa)),
	('TE', NULL, fairpg.fnr(od) * pd / (fairpg.fpr(od) * (1 - pd)) - fairpg.fnr(oa) * pa / (fairpg.fpr(oa) * (1 - pa))),
	('GE', NULL, fairpg.generalized_entropy(o))) v
WHERE NOT weighted;
INSERT INTO seen
SELECT tab, false, 'clarify', v.figure, NULL, c.value
FROM unnest('{two,five}'::text[]) tab, (VALUES ('CDDL', 'label'), ('CDDPL', 'decision')) v (figure, decided),
	fairpg.conditional_disparity(format('SELECT *, CASE grp WHEN ''A'' THEN grp ELSE ''others'' END AS side FROM given
		WHERE tab = %L AND NOT weighted', tab), '{side}', 'score', decision => decided) c
WHERE kind = 'group' AND group_name = 'others' AND metric = 'conditional_demographic_disparity';

CREATE TEMP VIEW compared AS
SELECT w.*, s.value AS seen, s.value IS NOT DISTINCT FROM w.value OR coalesce(abs(s.value - w.value) <= 1e-12 * greatest(abs(w.value), 1), false) AS same,
	s.tab IS NOT NULL AS known
FROM wanted w LEFT JOIN seen s ON (s.tab, s.weighted, s.tool, s.figure) = (w.tab, w.weighted, w.tool, w.figure) AND s.grp IS NOT DISTINCT FROM w.grp;
SELECT CASE WHEN bool_and(same AND known) THEN 'ok' ELSE 'not ok' END || ' - ' || tool || ' ' || figure
	|| coalesce(string_agg(format(E'\n# %s, %s: seen %s, wanted %s', tab || CASE WHEN weighted THEN ', weighted' ELSE '' END, coalesce(grp, 'all'),
		CASE WHEN known THEN coalesce(seen::text, 'NULL') ELSE 'nothing' END, coalesce(value::text, 'NULL')), '') FILTER (WHERE NOT (same AND known)), '')
FROM compared GROUP BY tool, figure ORDER BY tool, figure;
END
