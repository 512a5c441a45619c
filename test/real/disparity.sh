#!/usr/bin/env bash
# disparity.sh - disparities of stored counts against the figures that other
# tools give under their own names, as doc/metrics.md maps them.
#
# Needs a connection by the PG* variables to a database with fairpg in it.  The
# counts and the wanted figures are read from $FAIRPG_SHARED/reference/*.json;
# nothing else is.  Every comparison is one line.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
. "$here/../tools/tap.sh"
reference=${FAIRPG_SHARED:-$here/../../../shared}/reference

# Files that are there, as a psql setting each; what is not is left out.
settings=()
for name in metrics_compas metrics_german clarify_units; do
	if [ -r "$reference/$name.json" ]; then
		settings+=(-v "$name=$(cat "$reference/$name.json")")
	else
		skip "$name" "no $(basename "$reference")/$name.json"
		settings+=(-v "$name={}")
	fi
done

psql -XAtq -v ON_ERROR_STOP=1 "${settings[@]}" 2>&1 <<'SQL' || echo "not ok - disparities can be compared"
-- counts, the two groups a (privileged) and d, and what is wanted
CREATE TEMP TABLE given AS
SELECT j ->> 'name' AS name, j -> 'cells' AS cells, j ->> 'privileged_a' AS a, j ->> 'other_d' AS d, j -> 'metrics' AS wanted
FROM (VALUES (:'metrics_compas'::jsonb), (:'metrics_german'::jsonb)) v(j) WHERE j ? 'cells'
UNION ALL
SELECT 'clarify, facet ' || facet, c -> 'cells', CASE facet WHEN 'F' THEN 'M' ELSE 'F' END, facet,
	jsonb_build_object('clarify', (SELECT jsonb_object_agg(key, jsonb_build_object('full', value -> 1))
		FROM (SELECT * FROM jsonb_each(c -> ('facet_' || facet)) UNION ALL SELECT * FROM jsonb_each(c -> 'both')) m))
FROM jsonb_array_elements(:'clarify_units'::jsonb -> 'cases') c, unnest('{F,M}'::text[]) facet WHERE c ? 'cells';

CREATE TEMP TABLE state AS
SELECT name, a, d, wanted, fairpg.fairness(cell IN ('TP', 'FN'), cell IN ('TP', 'FP'), grp) AS f
FROM given, jsonb_each(cells) g(grp, counts), jsonb_each_text(counts) c(cell, n), generate_series(1, n::integer)
GROUP BY name, a, d, wanted;
CREATE TEMP TABLE pair AS
SELECT *, fairpg.outcome(f, a) AS oa, fairpg.outcome(f, d) AS od, fairpg.overall(f) AS o FROM state;

-- shorter names for what stands in doc/metrics.md
CREATE FUNCTION pg_temp.diff(f fairpg.fairness_stats, metric text, reference text, grp text DEFAULT NULL) RETURNS float8
	LANGUAGE sql AS $$ SELECT fairpg.disparity(f, metric, 'difference_to_reference', reference, grp) $$;
CREATE FUNCTION pg_temp.quotient(f fairpg.fairness_stats, metric text, reference text) RETURNS float8
	LANGUAGE sql AS $$ SELECT fairpg.disparity(f, metric, 'ratio_to_reference', reference) $$;
-- differential fairness with concentration 1, of decisions or labels
CREATE FUNCTION pg_temp.edf(f fairpg.fairness_stats, labels boolean) RETURNS float8 LANGUAGE sql AS $$
	WITH r AS (SELECT (CASE WHEN labels THEN base_rate ELSE selection_rate END * weight + 0.5) / (weight + 1) AS p FROM fairpg.groups(f))
	SELECT max(greatest(abs(ln(x.p / y.p)), abs(ln((1 - x.p) / (1 - y.p))))) FROM r x, r y $$;

CREATE TEMP TABLE seen AS
SELECT name, tool, figure, value
FROM pair,
	-- shares of labels, and n
	LATERAL (SELECT fairpg.base_rate(oa) AS pa, fairpg.base_rate(od) AS pd, fairpg.n(oa)::float8 AS na, fairpg.n(od)::float8 AS nd) r,
	LATERAL (SELECT (pa + pd) / 2 AS pm) m,
	LATERAL (VALUES
	('fairlearn', 'demographic_parity_difference', fairpg.disparity(f, 'selection_rate')),
	('fairlearn', 'demographic_parity_ratio', fairpg.disparity(f, 'selection_rate', 'ratio')),
	('fairlearn', 'selection_rate_difference', fairpg.disparity(f, 'selection_rate', 'difference')),
	('fairlearn', 'equalized_odds_difference', greatest(fairpg.disparity(f, 'tpr'), fairpg.disparity(f, 'fpr'))),
	('fairlearn', 'equalized_odds_ratio', least(fairpg.disparity(f, 'tpr', 'ratio'), fairpg.disparity(f, 'fpr', 'ratio'))),
	('fairlearn', 'true_positive_rate_difference', fairpg.disparity(f, 'tpr')),
	('fairlearn', 'false_positive_rate_difference', fairpg.disparity(f, 'fpr')),
	('fairlearn', 'false_negative_rate_difference', fairpg.disparity(f, 'fnr')),
	('fairlearn', 'accuracy_score_difference', fairpg.disparity(f, 'accuracy')),
	('fairlearn', 'accuracy_score_group_min', fairpg.disparity(f, 'accuracy', 'minimum')),
	('aif360_sklearn', 'statistical_parity_difference', pg_temp.diff(f, 'selection_rate', a)),
	('aif360_sklearn', 'disparate_impact_ratio', pg_temp.quotient(f, 'selection_rate', a)),
	('aif360_sklearn', 'equal_opportunity_difference', pg_temp.diff(f, 'tpr', a)),
	('aif360_sklearn', 'average_odds_difference', (pg_temp.diff(f, 'tpr', a) + pg_temp.diff(f, 'fpr', a)) / 2),
	('aif360_sklearn', 'average_odds_error', (abs(pg_temp.diff(f, 'tpr', a)) + abs(pg_temp.diff(f, 'fpr', a))) / 2),
	('aif360_sklearn', 'average_predictive_value_difference',
		(pg_temp.diff(f, 'ppv', a) + pg_temp.diff(f, 'false_omission_rate', a)) / 2),
	('aif360_sklearn', 'generalized_entropy_error(alpha=2)', fairpg.generalized_entropy(o)),
	('aif360_sklearn', 'generalized_entropy_error(alpha=1)', fairpg.generalized_entropy(o, 1)),
	('aif360_sklearn', 'coefficient_of_variation', sqrt(2 * fairpg.generalized_entropy(o))),
	('aif360_sklearn', 'between_group_generalized_entropy_error(alpha=2)', fairpg.entropy_between(f)),
	('aif360_sklearn', 'class_imbalance', (nd - na) / (nd + na)),
	('aif360_sklearn', 'kl_divergence', pa * ln(pa / pd) + (1 - pa) * ln((1 - pa) / (1 - pd))),
	('aif360_sklearn', 'smoothed_edf', pg_temp.edf(f, false)),
	('aif360_sklearn', 'df_bias_amplification', pg_temp.edf(f, false) - pg_temp.edf(f, true)),
	('clarify_pretraining', 'CI', (na - nd) / (na + nd)),
	('clarify_pretraining', 'DPL', pg_temp.diff(f, 'base_rate', d, a)),
	('clarify_pretraining', 'KL', pa * ln(pa / pd) + (1 - pa) * ln((1 - pa) / (1 - pd))),
	('clarify_pretraining', 'JS', (pa * ln(pa / pm) + (1 - pa) * ln((1 - pa) / (1 - pm))
		+ pd * ln(pd / pm) + (1 - pd) * ln((1 - pd) / (1 - pm))) / 2),
	('clarify_pretraining', 'LP', sqrt(2.0) * fairpg.disparity(f, 'base_rate')),
	('clarify_pretraining', 'TVD', fairpg.disparity(f, 'base_rate')),
	('clarify_pretraining', 'KS', abs(pg_temp.diff(f, 'base_rate', d, a))),
	('clarify_posttraining', 'DPPL', pg_temp.diff(f, 'selection_rate', d, a)),
	('clarify_posttraining', 'DI', pg_temp.quotient(f, 'selection_rate', a)),
	('clarify_posttraining', 'DCA', fairpg.base_rate(oa) / fairpg.selection_rate(oa) - fairpg.base_rate(od) / fairpg.selection_rate(od)),
	('clarify_posttraining', 'DCR', (1 - fairpg.base_rate(od)) / (1 - fairpg.selection_rate(od))
		- (1 - fairpg.base_rate(oa)) / (1 - fairpg.selection_rate(oa))),
	('clarify_posttraining', 'SD', pg_temp.diff(f, 'tnr', a, d)),
	('clarify_posttraining', 'RD', pg_temp.diff(f, 'tpr', d, a)),
	('clarify_posttraining', 'DAR', pg_temp.diff(f, 'ppv', d, a)),
	('clarify_posttraining', 'DRR', pg_temp.diff(f, 'npv', a, d)),
	('clarify_posttraining', 'AD', pg_temp.diff(f, 'accuracy', d, a)),
	('clarify_posttraining', 'TE', fairpg.fnr(od) * fairpg.base_rate(od) / (fairpg.fpr(od) * (1 - fairpg.base_rate(od)))
		- fairpg.fnr(oa) * fairpg.base_rate(oa) / (fairpg.fpr(oa) * (1 - fairpg.base_rate(oa)))),
	('clarify_posttraining', 'GE', fairpg.generalized_entropy(o))) v (tool, figure, value);
INSERT INTO seen SELECT name, 'clarify', figure, value FROM seen WHERE name ~ '^clarify' AND tool ~ '^clarify_';

SELECT CASE WHEN abs(s.value - (w.value ->> 'full')::float8) <= 1e-12 THEN 'ok' ELSE 'not ok' END
	|| format(' - %s: %s %s', state.name, t.tool, w.figure)
	|| CASE WHEN abs(s.value - (w.value ->> 'full')::float8) <= 1e-12 THEN ''
		ELSE E'\n# seen ' || coalesce(s.value::text, 'nothing') || ', wanted ' || (w.value ->> 'full') END
FROM state CROSS JOIN jsonb_each(wanted) t(tool, figures) CROSS JOIN jsonb_each(figures) w(figure, value)
	LEFT JOIN seen s ON (s.name, s.tool, s.figure) = (state.name, t.tool, w.figure)
-- scores and strata are no counts of decisions
WHERE t.tool <> 'ranking' AND w.figure NOT IN ('CDDL', 'CDDPL')
ORDER BY state.name, t.tool, w.figure;

-- decisions that are labels, by strata: Clarify's CDDL; the tables may not be loaded
SELECT CASE WHEN abs(c.value - (w.j #>> '{metrics,clarify_pretraining,CDDL,full}')::float8) <= 1e-12 THEN 'ok' ELSE 'not ok' END
	|| format(' - %s: conditional_disparity() of labels is CDDL', w.j ->> 'name')
FROM (VALUES (:'metrics_compas'::jsonb), (:'metrics_german'::jsonb)) w(j),
	LATERAL fairpg.conditional_disparity(w.j ->> 'sql', '{grp}', 'strata', decision => 'label') c
WHERE w.j ? 'sql' AND to_regclass(w.j #>> '{data,table}') IS NOT NULL
	AND c.kind = 'group' AND c.metric = 'conditional_demographic_disparity' AND c.group_name = w.j ->> 'other_d';

-- the bootstrap's ends, where the reference has them
SELECT CASE WHEN abs(i.low - (want ->> 0)::float8) <= 0.003 AND abs(i.high - (want ->> 1)::float8) <= 0.003
	THEN 'ok' ELSE 'not ok' END || ' - compas: interval of ' || figure
FROM state CROSS JOIN jsonb_each(:'metrics_compas'::jsonb -> 'bootstrap_95') b(figure, want)
	JOIN (VALUES ('demographic_parity_difference', 'selection_rate', 'difference'),
		('demographic_parity_ratio', 'selection_rate', 'ratio'), ('true_positive_rate_difference', 'tpr', 'difference'),
		('false_positive_rate_difference', 'fpr', 'difference')) v (figure, metric, op) USING (figure)
	CROSS JOIN LATERAL fairpg.disparity_interval(f, metric, op) i
WHERE name = 'compas';
SQL
