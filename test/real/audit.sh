#!/usr/bin/env bash
# audit.sh - fairpg.audit() against published figures of COMPAS and German.
#
# Needs a connection by the PG* variables to a database with fairpg in it and
# the tables of $FAIRPG_SHARED/data/load.sql in schema data, as runtap.sh gives
# it.  The wanted figures are read from $FAIRPG_SHARED/reference/*.json: rates
# per group, differences and ratios under the names that other tools give them,
# AUCs, and intervals.  Every comparison is one line.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
. "$here/../tools/tap.sh"
shared=${FAIRPG_SHARED:-$here/../../../shared}
reference=$shared/reference

# compare FILE: runs the statements on standard input where :'wanted' is the
# JSON in the file.
compare()
{
	psql -XAtq -v ON_ERROR_STOP=1 -v wanted="$(cat "$1")" 2>&1 ||
		echo "not ok - $(basename "$1") can be compared"
}

figures()
{
	compare "$1" <<'SQL'
CREATE TEMP TABLE wanted AS SELECT :'wanted'::jsonb AS j;
CREATE TEMP TABLE seen AS
	SELECT a.* FROM wanted, fairpg.audit(j ->> 'sql', '{grp}',
		label => 'label', decision => 'prediction') a;
CREATE TEMP TABLE scored AS
	SELECT a.* FROM wanted, fairpg.audit(j ->> 'sql', '{grp}',
		label => 'label', score => 'score', threshold =>
		CASE j ->> 'name' WHEN 'compas' THEN 5 ELSE -24 END) a;

-- what to compare, with the tolerance
CREATE TEMP TABLE compared (name text, got float8, want float8,
							tolerance float8);

-- rates of the groups
INSERT INTO compared
SELECT grp || ' ' || rate, CASE rate WHEN 'n' THEN s.n ELSE s.value END,
	want::float8, 1e-12
FROM wanted CROSS JOIN jsonb_each(j -> 'rates') r(grp, rates)
	CROSS JOIN jsonb_each_text(rates) m(rate, want)
	LEFT JOIN seen s ON s.kind = 'group' AND s.group_name = grp
		AND s.metric = CASE rate WHEN 'for' THEN 'false_omission_rate'
			WHEN 'n' THEN 'base_rate' ELSE rate END;

-- differences and ratios, from the audit's gaps and from its rates of the two
-- groups a (privileged) and d
CREATE TEMP VIEW pair AS
SELECT jsonb_object_agg(metric, value) FILTER (WHERE group_name = j ->> 'privileged_a') AS a,
	jsonb_object_agg(metric, value) FILTER (WHERE group_name = j ->> 'other_d') AS d,
	min(value) FILTER (WHERE metric = 'accuracy') AS least_accuracy
FROM seen, wanted WHERE kind = 'group';
CREATE TEMP VIEW rate AS
SELECT key, value::float8 AS a, (d ->> key)::float8 AS d
FROM pair, jsonb_each_text(a);
CREATE FUNCTION pg_temp.a(rate text) RETURNS float8 LANGUAGE sql
	AS 'SELECT a FROM rate WHERE key = $1';
CREATE FUNCTION pg_temp.d(rate text) RETURNS float8 LANGUAGE sql
	AS 'SELECT d FROM rate WHERE key = $1';
INSERT INTO compared
SELECT path, got, coalesce((j #>> string_to_array('metrics/' || path || '/full', '/'))::float8, 'NaN'), 1e-12
FROM wanted, (
	SELECT 'fairlearn/' || name, value
	FROM (VALUES ('demographic_parity_difference', 'gap', 'demographic_parity'),
		('demographic_parity_ratio', 'ratio', 'demographic_parity'),
		('selection_rate_difference', 'gap', 'demographic_parity'),
		('equalized_odds_difference', 'gap', 'equalized_odds'),
		('equalized_odds_ratio', 'ratio', 'equalized_odds'),
		('true_positive_rate_difference', 'gap', 'equal_opportunity'),
		('false_negative_rate_difference', 'gap', 'equal_opportunity'),
		('false_positive_rate_difference', 'gap', 'predictive_equality'),
		('accuracy_score_difference', 'gap', 'error_rate_parity'))
		v(name, kind, metric) LEFT JOIN seen USING (kind, metric)
	UNION ALL SELECT 'fairlearn/accuracy_score_group_min', least_accuracy FROM pair
	UNION ALL SELECT 'aif360_sklearn/statistical_parity_difference',
		pg_temp.d('selection_rate') - pg_temp.a('selection_rate')
	UNION ALL SELECT 'aif360_sklearn/disparate_impact_ratio',
		pg_temp.d('selection_rate') / pg_temp.a('selection_rate')
	UNION ALL SELECT 'aif360_sklearn/equal_opportunity_difference',
		pg_temp.d('tpr') - pg_temp.a('tpr')
	UNION ALL SELECT 'aif360_sklearn/average_odds_difference',
		(pg_temp.d('fpr') - pg_temp.a('fpr') + pg_temp.d('tpr') - pg_temp.a('tpr')) / 2
	UNION ALL SELECT 'aif360_sklearn/average_odds_error',
		(abs(pg_temp.d('fpr') - pg_temp.a('fpr')) + abs(pg_temp.d('tpr') - pg_temp.a('tpr'))) / 2
	UNION ALL SELECT 'aif360_sklearn/average_predictive_value_difference',
		(pg_temp.d('ppv') - pg_temp.a('ppv') + pg_temp.d('false_omission_rate') - pg_temp.a('false_omission_rate')) / 2
	UNION ALL SELECT 'clarify_pretraining/DPL', pg_temp.a('base_rate') - pg_temp.d('base_rate')
	UNION ALL SELECT 'clarify_posttraining/DPPL', pg_temp.a('selection_rate') - pg_temp.d('selection_rate')
	UNION ALL SELECT 'clarify_posttraining/DCA',
		pg_temp.a('base_rate') / pg_temp.a('selection_rate') - pg_temp.d('base_rate') / pg_temp.d('selection_rate')
	UNION ALL SELECT 'clarify_posttraining/SD', pg_temp.d('tnr') - pg_temp.a('tnr')
	UNION ALL SELECT 'clarify_posttraining/RD', pg_temp.a('tpr') - pg_temp.d('tpr')
	UNION ALL SELECT 'clarify_posttraining/DAR', pg_temp.a('ppv') - pg_temp.d('ppv')
	UNION ALL SELECT 'clarify_posttraining/DRR', pg_temp.d('npv') - pg_temp.a('npv')
	UNION ALL SELECT 'clarify_posttraining/AD', pg_temp.a('accuracy') - pg_temp.d('accuracy')
) m(path, got);

-- how the scores rank
INSERT INTO compared
SELECT name, s.value, (want ->> 'full')::float8, 1e-12
FROM wanted CROSS JOIN jsonb_each(j #> '{metrics,ranking}') r(name, want)
	LEFT JOIN scored s ON s.metric = 'auc' AND s.kind <> 'gap'
		AND coalesce(s.group_name, 'overall') = substr(name, 5)
WHERE name ~ '^auc ';

-- bootstrap intervals, where the reference has them
INSERT INTO compared
SELECT name || ' 95 % ' || place,
	CASE place WHEN 'low' THEN s.low ELSE s.high END,
	(want ->> CASE place WHEN 'low' THEN 0 ELSE 1 END)::float8, 0.003
FROM wanted CROSS JOIN jsonb_each(j -> 'bootstrap_95') r(name, want)
	CROSS JOIN unnest('{low,high}'::text[]) place
	LEFT JOIN seen s ON (s.kind, s.metric) = (CASE WHEN name ~ 'ratio' THEN 'ratio' ELSE 'gap' END,
		CASE name WHEN 'true_positive_rate_difference' THEN 'equal_opportunity'
			WHEN 'false_positive_rate_difference' THEN 'predictive_equality'
			ELSE regexp_replace(name, '_(difference|ratio)$', '') END)
WHERE name <> 'method';

SELECT CASE WHEN abs(got - want) <= tolerance THEN 'ok' ELSE 'not ok' END
	|| ' - ' || (j ->> 'name') || ': ' || c.name
	|| CASE WHEN abs(got - want) <= tolerance THEN ''
		ELSE E'\n# seen ' || coalesce(got::text, 'nothing') || ', wanted ' || want END
FROM compared c, wanted;

-- a decision by score and threshold is the same decision
SELECT CASE WHEN count(*) = 0 THEN 'ok' ELSE 'not ok' END
	|| ' - ' || (SELECT j ->> 'name' FROM wanted)
	|| ': audit by score gives the figures of audit by decision'
FROM (SELECT * FROM seen EXCEPT SELECT * FROM scored) t;
SQL
}

intervals()
{
	compare "$1" <<'SQL'
WITH given AS (
	SELECT (r ->> 'a')::bigint AS a, (r ->> 'n1')::bigint AS n1, (r ->> 'b')::bigint AS b,
		(r ->> 'n2')::bigint AS n2, (j ->> 'tolerance')::float8 AS tolerance, r
	FROM (SELECT :'wanted'::jsonb) w(j), jsonb_array_elements(j -> 'rows') r),
seen AS (
	SELECT given.*, v.*
	FROM given, fairpg.metric_interval((SELECT fairpg.outcomes(true, g <= a) FROM generate_series(1, n1) g), 'tpr') state,
		fairpg.proportion_interval(a, n1) wilson,
		fairpg.proportion_interval(a, n1, method => 'clopper_pearson') exact,
		fairpg.difference_interval(a, n1, b, n2) newcombe,
		fairpg.fisher_test(a, n1, b, n2) fisher, fairpg.z_test(a, n1, b, n2) z,
		LATERAL (VALUES ('wilson_95_a', 0, 'of a state, low', state.low), ('wilson_95_a', 1, 'of a state, high', state.high),
			('wilson_95_a', 0, 'low', wilson.low), ('wilson_95_a', 1, 'high', wilson.high),
			('clopper_pearson_95_a', 0, 'low', exact.low), ('clopper_pearson_95_a', 1, 'high', exact.high),
			('newcombe_95_difference', 0, 'low', newcombe.low), ('newcombe_95_difference', 1, 'high', newcombe.high),
			('fisher_two_sided_p', NULL, 'p', fisher.p_value), ('fisher_mid_p', NULL, 'p', fisher.mid_p),
			('z', NULL, 'z', z.statistic), ('z_two_sided_p', NULL, 'p', z.p_value)) v (name, place, part, value))
SELECT CASE WHEN abs(value - coalesce(r -> name ->> place, r ->> name)::float8) <= tolerance
	THEN 'ok' ELSE 'not ok' END || format(' - %s of %s/%s against %s/%s: %s', name, a, n1, b, n2, part)
FROM seen;
SQL
}

# The view itself, with its 0 and 1 labels and its scores, and all races.
whole_view()
{
	compare "$1" <<'SQL'
SELECT CASE WHEN count(*) = 20 AND bool_and(abs(value - want::float8) <= 1e-12)
		AND count(*) FILTER (WHERE s.n > 0) = 20
	THEN 'ok' ELSE 'not ok' END || ' - compas: the view audited as it is'
FROM (SELECT :'wanted'::jsonb) w(j)
	CROSS JOIN jsonb_each(j -> 'rates') r(grp, rates)
	CROSS JOIN jsonb_each_text(rates) m(rate, want)
	JOIN fairpg.audit('data.compas_filtered', '{race,sex*race}',
		label => 'two_year_recid', score => 'decile_score', threshold => 5) s
		ON kind = 'group' AND attribute = 'race' AND group_name = grp
		AND metric = CASE rate WHEN 'for' THEN 'false_omission_rate' ELSE rate END;
SQL
}

for name in compas german; do
	if [ -r "$reference/metrics_$name.json" ]; then
		figures "$reference/metrics_$name.json"
		[ $name = german ] || whole_view "$reference/metrics_$name.json"
	else
		skip "$name" "no $(basename "$reference")/metrics_$name.json"
	fi
done
if [ -r "$reference/intervals.json" ]; then
	intervals "$reference/intervals.json"
else
	skip "intervals" "no $(basename "$reference")/intervals.json"
fi
