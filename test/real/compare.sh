# compare.sh - fairpg.compare() on COMPAS and Adult, as an auditor runs it: a
# vendor's scores beside a model, a plain version beside a fair one, and every
# figure by plain SQL.
. test/tools/tap.sh

psql -Xq -v ON_ERROR_STOP=1 <<'END'
SELECT fairpg.init() \g /dev/null
CREATE VIEW people AS
	SELECT age, priors_count, juv_fel_count, juv_misd_count, juv_other_count, sex,
		race, c_charge_degree, decile_score, two_year_recid = 1 AS label
	FROM data.compas_filtered WHERE race IN ('African-American', 'Caucasian');
SELECT version FROM fairpg.train('compas', 'people', 'label', protected => '{race}',
	exclude => '{decile_score}', seed => 1) \g /dev/null
CREATE TABLE vendor AS SELECT * FROM fairpg.compare('score:decile_score',
	'compas@1', 'people', '{race,sex*race}', threshold => 5);
SELECT version FROM fairpg.train('income', 'SELECT * FROM data.adult WHERE split = ''train''',
	'income', positive => '>50K', protected => '{sex}', exclude => '{row_id,fnlwgt,split}') \g /dev/null
SELECT version FROM fairpg.train('income', 'SELECT * FROM data.adult WHERE split = ''train''',
	'income', positive => '>50K', protected => '{sex}', exclude => '{row_id,fnlwgt,split}',
	fairness => 'demographic_parity', max_gap => 0.01) \g /dev/null
CREATE TABLE versions AS SELECT * FROM fairpg.compare('income@1', 'income@2',
	'SELECT * FROM data.adult WHERE split = ''test''', '{sex,race}');
END
# reference/metrics_compas.json: accuracies, the gap of selection rates
is "COMPAS: the vendor's accuracy for Caucasians" "$(
	sql "SELECT round(value_a::numeric, 6) FROM vendor WHERE attribute = 'race'
		AND group_name = 'Caucasian' AND metric = 'accuracy'")" 0.671897
is "COMPAS: the vendor's gap" "$(
	sql "SELECT round(value_a::numeric, 6) FROM vendor WHERE attribute = 'race'
		AND kind = 'gap' AND metric = 'demographic_parity'")" 0.245107
is "COMPAS: the vendor's AUCs" "$(
	sql "SELECT string_agg(round(value_a::numeric, 6)::text, ' ' ORDER BY kind DESC, group_name)
		FROM vendor WHERE (kind = 'overall' OR attribute = 'race' AND kind = 'group')
			AND metric = 'auc'")" "0.711317 0.704253 0.692763"
is "COMPAS: who is decided differently, by plain SQL" "$(
	sql "SELECT group_name, metric, n, n_changed FROM vendor WHERE kind = 'change'
			AND attribute = 'race' AND metric ~ '(positive|negative)\$'
		ORDER BY 1, 2")" "$(
	sql "SELECT race, CASE WHEN a THEN 'approved_to_refused_'
				ELSE 'refused_to_approved_' END
			|| CASE WHEN label THEN 'positive' ELSE 'negative' END,
			count(*), count(*) FILTER (WHERE was = a AND is_now <> a)
		FROM (SELECT race, label, decile_score >= 5 AS was,
				fairpg.decide('compas', p, 1) AS is_now FROM people p) d,
			unnest('{t,f}'::boolean[]) a GROUP BY 1, a, label ORDER BY 1, 2")"
is "Adult: both accuracies and their difference, by plain SQL" "$(
	sql "SELECT group_name, value_a, value_b, value_b - value_a = value
		FROM versions WHERE kind = 'group' AND attribute = 'race'
			AND metric = 'accuracy' ORDER BY 1")" "$(
	sql "SELECT race, avg((a = y)::int)::float8, avg((b = y)::int)::float8, true
		FROM (SELECT race, income = '>50K' AS y,
				fairpg.decide('income', t, 1) AS a,
				fairpg.decide('income', t, 2) AS b
			FROM data.adult t WHERE split = 'test') d GROUP BY 1 ORDER BY 1")"
is "Adult: the fair version has the smaller gap, and is less often right" "$(
	sql "SELECT string_agg(verdict, ',' ORDER BY kind) FROM versions
		WHERE kind = 'gap' AND attribute = 'sex' AND metric = 'demographic_parity'
			OR kind = 'overall' AND metric = 'accuracy'")" better,worse
# an interval of the paired difference by the normal approximation
is "Adult: the interval of the accuracy's difference" "$(
	sql "SELECT abs(low - (d - 1.96 * s)) < 0.0003, abs(high - (d + 1.96 * s)) < 0.0003
		FROM versions, (SELECT avg(x) AS d, stddev_pop(x) / sqrt(count(*)) AS s
			FROM (SELECT (fairpg.decide('income', t, 2) = (income = '>50K'))::int
					- (fairpg.decide('income', t, 1) = (income = '>50K'))::int AS x
				FROM data.adult t WHERE split = 'test') d) m
		WHERE kind = 'overall' AND metric = 'accuracy'")" "t|t"
