# subgroups.sh - fairpg.subgroups() on COMPAS and Adult, as an auditor runs it;
# what it finds by plain SQL.
. test/tools/tap.sh

psql -Xq -v ON_ERROR_STOP=1 <<'END'
CREATE TABLE compas AS SELECT * FROM fairpg.subgroups('data.compas_filtered',
	'{race,sex,age_cat,c_charge_degree,priors_count}', label => 'two_year_recid',
	score => 'decile_score', threshold => 5, metric => 'fpr',
	options => '{"worst": "high", "top": 1000}');
CREATE TABLE adult AS SELECT * FROM fairpg.subgroups(
	'SELECT *, income = ''>50K'' AS rich FROM data.adult',
	'{sex,race,age,education,marital_status,occupation,hours_per_week}',
	decision => 'rich', options => '{"top": 50, "split": "row_id", "min_group": 100}');
END
is "COMPAS: rates of those who did not reoffend, by plain SQL" "$(
	sql "SELECT group_name, n, round(value::numeric, 6), round(rest::numeric, 6)
		FROM compas WHERE attribute = 'race*sex' ORDER BY 1")" "$(
	sql "WITH f AS (SELECT race, sex, decile_score >= 5 AS high
			FROM data.compas_filtered WHERE two_year_recid = 0)
		SELECT 'race = ' || race || ' and sex = ' || sex, count(*),
			round(avg(high::int), 6),
			round(((SELECT sum(high::int) FROM f) - sum(high::int)) * 1.0
				/ ((SELECT count(*) FROM f) - count(*)), 6)
		FROM f GROUP BY race, sex HAVING count(*) >= 30 ORDER BY 1")"
# the known finding: young African-Americans are called high risk most often
is "COMPAS: the false alarms are those of the young and of African-Americans" "$(
	sql "SELECT bool_or(group_name ~ 'age_cat = Less than 25'),
			bool_or(group_name ~ 'race = African-American'), bool_and(verdict = 'worse')
		FROM compas WHERE rank <= 5")" "t|t|t"
is "COMPAS: as many tests as grouping sets find subgroups" "$(
	sql "SELECT value FROM compas WHERE metric = 'n_tested'")" "$(
	sql "SELECT count(*) FROM (SELECT grouping(race, sex, age_cat, c_charge_degree, bin)
		FROM (SELECT *, CASE WHEN priors_count < q[1] THEN 0 WHEN priors_count = q[1] THEN 1
				WHEN priors_count <= q[2] THEN 2 WHEN priors_count <= q[3] THEN 3 ELSE 4 END AS bin
			FROM data.compas_filtered, (SELECT percentile_disc('{0.25,0.5,0.75}'::float8[])
				WITHIN GROUP (ORDER BY priors_count) AS q FROM data.compas_filtered) t) b
		WHERE two_year_recid = 0 GROUP BY CUBE (race, sex, age_cat, c_charge_degree, bin)
		HAVING count(*) >= 30 AND length(replace(grouping(race, sex, age_cat,
				c_charge_degree, bin)::bit(5)::text, '1', '')) BETWEEN 1 AND 3) g")"
is "Adult: what is found in one half holds in the other" "$(
	sql "SELECT count(*) FROM adult WHERE kind = 'confirm' AND verdict = 'worse'")" 50
is "Adult: both halves together are all" "$(
	sql "SELECT sum(n) FROM adult WHERE kind ~ 'overall'")" 48842
