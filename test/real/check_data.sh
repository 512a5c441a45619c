#!/usr/bin/env bash
# check_data.sh - fairpg.check_data() over COMPAS, German and Adult, as an
# auditor would: Clarify's figures against published ones, and what is known
# to be odd about these tables is found.
#
# Needs a connection by the PG* variables to a database with fairpg in it and
# the tables of $FAIRPG_SHARED/data/load.sql in schema data, as runtap.sh gives
# it; the wanted figures are in $FAIRPG_SHARED/reference/*.json.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
. "$here/../tools/tap.sh"
shared=${FAIRPG_SHARED:-$here/../../../shared}
reference=$shared/reference

clarify()
{
	psql -XAtq -v ON_ERROR_STOP=1 -v wanted="$(cat "$1")" 2>&1 <<'SQL' ||
SELECT CASE WHEN abs(s.value - (want ->> 'full')::float8) <= 1e-12 THEN 'ok' ELSE 'not ok' END
	|| ' - ' || (j ->> 'name') || ': ' || m.name || ' is that of Clarify'
	|| CASE WHEN abs(s.value - (want ->> 'full')::float8) <= 1e-12 THEN ''
		ELSE E'\n# seen ' || coalesce(s.value::text, 'nothing') || ', wanted ' || (want ->> 'full') END
FROM (SELECT :'wanted'::jsonb) w(j)
	CROSS JOIN jsonb_each(j #> '{metrics,clarify_pretraining}') m(name, want)
	LEFT JOIN LATERAL fairpg.check_data(j ->> 'sql', '{grp}', 'label', features => '{}',
		options => '{"strata": "strata"}') s
		ON s.metric = m.name AND s.group_name = j ->> 'other_d';
SQL
		echo "not ok - $(basename "$1") can be compared"
}

units()
{
	psql -XAtq -v ON_ERROR_STOP=1 -v wanted="$(cat "$1")" 2>&1 <<'SQL' ||
-- the labels of a case row by row, from the cells of its confusion tables
CREATE TEMP TABLE cells AS
	SELECT g AS facet, cell IN ('TP', 'FN') AS y
	FROM (SELECT :'wanted'::jsonb) w(j), jsonb_array_elements(j -> 'cases') c,
		jsonb_each(c -> 'cells') f(g, cells), jsonb_each_text(cells) n(cell, rows),
		generate_series(1, rows::int);
SELECT CASE WHEN abs(s.value - (c #>> ARRAY['facet_' || f, 'CI', '1'])::float8) <= 1e-15 THEN 'ok' ELSE 'not ok' END
	|| ' - Clarify''s unit test: CI of facet ' || f
FROM (SELECT :'wanted'::jsonb) w(j), jsonb_array_elements(j -> 'cases') c, unnest('{F,M}'::text[]) f
	LEFT JOIN LATERAL fairpg.check_data('cells', '{facet}', 'y') s ON s.metric = 'CI' AND s.group_name = f
WHERE c ->> 'id' = 'binary12';
SELECT CASE WHEN s.value IS NOT DISTINCT FROM CASE WHEN want = 'infinite' THEN NULL ELSE want::float8 END
		OR abs(s.value - CASE WHEN want <> 'infinite' THEN want::float8 END) <= 1e-15 THEN 'ok' ELSE 'not ok' END
	|| ' - Clarify''s unit test over the full support: ' || m.name
FROM (SELECT :'wanted'::jsonb) w(j), jsonb_array_elements(j -> 'cases') c,
	jsonb_each_text(c -> 'full_support') m(name, want)
	LEFT JOIN LATERAL fairpg.check_data(
		'SELECT i < 4 AS y, i = 1 AS d FROM generate_series(1, 6) i', '{d}', 'y') s
		ON s.metric = m.name AND s.group_name = 'true'
WHERE c ->> 'id' = 'common_support';
SQL
		echo "not ok - $(basename "$1") can be compared"
}

for name in compas german; do
	if [ -r "$reference/metrics_$name.json" ]; then
		clarify "$reference/metrics_$name.json"
	else
		skip "$name" "no $(basename "$reference")/metrics_$name.json"
	fi
done
if [ -r "$reference/clarify_units.json" ]; then
	units "$reference/clarify_units.json"
else
	skip "Clarify's unit tests" "no $(basename "$reference")/clarify_units.json"
fi

# found SOURCE, PROTECTED, LABEL, POSITIVE, WHERE: how many rows say so
found()
{
	sql "SELECT count(*) FROM fairpg.check_data('$1', '$2', '$3', positive => $4) WHERE $5"
}
is "compas: a column that is NULL everywhere is found" \
	"$(found data.compas_filtered '{race}' two_year_recid NULL \
		"check_name = 'constant' AND column_name = 'violent_recid'")" 1
is "compas: two columns identify rows" \
	"$(found data.compas_filtered '{race}' two_year_recid NULL \
		"metric = 'distinct_share' AND column_name IN ('row_id', 'id') AND severity = 'warning'")" 2
is "compas: eleven Native Americans are too few" \
	"$(found data.compas_filtered '{race}' two_year_recid NULL \
		"metric = 'share' AND group_name = 'Native American' AND severity = 'warning' AND n = 11")" 1
is "adult: values are missing in three columns, as many as are published" \
	"$(sql "SELECT string_agg(column_name || ' ' || round(value * n), ', ' ORDER BY column_name)
		FROM fairpg.check_data('data.adult', '{sex,race}', 'income', positive => '>50K')
		WHERE metric = 'missing_share'")" "native_country 857, occupation 2809, workclass 2799"
is "adult: question marks in their place are found as well" \
	"$(sql "SELECT round(value * n) || ' ' || severity FROM fairpg.check_data(
		'SELECT coalesce(occupation, ''?'') AS occupation FROM data.adult')
		WHERE metric = 'missing_share'")" "2809 note"
is "adult: 52 of 48842 people are there twice" \
	"$(found data.adult '{sex,race}' income "'>50K'" "metric = 'duplicate_share' AND value = 0")" 1
is "adult: which the number of the row hides" \
	"$(sql "SELECT round(value * n) FROM fairpg.check_data('data.adult', '{sex,race}', 'income',
		positive => '>50K', exclude => '{row_id,split}') WHERE metric = 'duplicate_share'")" 52
is "adult: capital_loss and capital_gain are 0 in more than nine of ten rows" \
	"$(found data.adult '{sex}' income "'>50K'" \
		"metric = 'dominant_share' AND column_name IN ('capital_gain', 'capital_loss')
		AND severity <> 'ok' AND value > 0.9")" 1
is "german: a thousand rows without missing values or duplicates" \
	"$(found data.german '{sex}' credit_risk "'1'" \
		"metric IN ('missing_share', 'duplicate_share') AND value = 0")" 2

# what tells of the label before it is known, and of protected attributes
is "compas: the columns of the second arrest tell whether there was one" \
	"$(sql "SELECT string_agg(DISTINCT column_name, ',' ORDER BY column_name)
		FROM fairpg.check_data('data.compas_filtered', label => 'two_year_recid')
		WHERE check_name = 'leakage' AND metric = 'cramers_v' AND severity IN ('warning', 'serious')")" \
	is_recid,r_charge_degree,r_charge_desc,r_offense_date
is "compas: three columns are there twice under other names" \
	"$(sql "SELECT string_agg(DISTINCT column_name, ',' ORDER BY column_name)
		FROM fairpg.check_data('data.compas_filtered') WHERE check_name = 'same_column'")" \
	decile_score_2,priors_count_2,screening_date,v_screening_date
adult="'data.adult', '{sex,race}', 'income', positive => '>50K', exclude => '{row_id,split}'"
is "adult: education is there as text and as number" \
	"$(sql "SELECT column_name || ' ' || value FROM fairpg.check_data($adult) WHERE check_name = 'same_column'")" \
	"education_num 1"
is "adult: relationship, which has Husband and Wife, is the strongest proxy of sex" \
	"$(sql "SELECT column_name || ' ' || severity FROM fairpg.check_data($adult)
		WHERE metric = 'cramers_v' AND attribute = 'sex' ORDER BY value DESC LIMIT 1")" "relationship serious"
is "adult: native_country is that of race" \
	"$(sql "SELECT column_name FROM fairpg.check_data($adult)
		WHERE metric = 'cramers_v' AND attribute = 'race' ORDER BY value DESC LIMIT 1")" native_country
# AUCs on the test part of logistic models that scikit-learn 1.9.1 fits to the training part: the same columns,
# standardised or one-hot, C = 1
is "adult: all columns together tell sex and race as well as in scikit-learn's models" \
	"$(sql "SELECT count(*) FROM (VALUES ('Female', 0.9301), ('Amer-Indian-Eskimo', 0.7770), ('Asian-Pac-Islander', 0.9111),
		('Black', 0.7706), ('Other', 0.7996), ('White', 0.7565)) v(name, auc)
		JOIN fairpg.check_data($adult) ON metric = 'joint_auc' AND group_name = name AND auc BETWEEN low AND high")" 6
is "german: the column of marital status and sex tells sex" \
	"$(sql "SELECT column_name || ' ' || severity FROM fairpg.check_data('data.german', '{sex}', 'credit_risk', positive => '1')
		WHERE metric = 'cramers_v' AND attribute = 'sex' ORDER BY value DESC LIMIT 1")" "personal_status_sex serious"
