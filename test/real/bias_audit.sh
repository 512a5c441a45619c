# bias_audit.sh - fairpg.bias_audit() on COMPAS and Adult, as an auditor runs
# it: published counts and ratios, and the tables by plain SQL.
. test/tools/tap.sh

psql -Xq -v ON_ERROR_STOP=1 <<'END'
CREATE TABLE compas AS SELECT * FROM fairpg.bias_audit(
	'SELECT sex, race, decile_score >= 5 AS high FROM data.compas_filtered
	WHERE race IN (''African-American'', ''Caucasian'')',
	sex => 'sex', race => 'race', decision => 'high');
CREATE TABLE adult AS SELECT * FROM fairpg.bias_audit(
	'SELECT sex, race, income = ''>50K'' AS rich FROM data.adult',
	sex => 'sex', race => 'race', decision => 'rich');
CREATE TABLE hours AS SELECT * FROM fairpg.bias_audit('data.adult',
	sex => 'sex', race => 'race', score => 'hours_per_week');
END
figure()
{
	sql "SELECT round(value::numeric, $4) FROM $1
		WHERE group_name = '$2' AND metric = '$3'"
}
# reference/metrics_compas.json: 1829 of 3175 and 696 of 2103, ratio .574513
is "COMPAS: selected African-Americans" "$(
	figure compas African-American selected 0)" 1829
is "COMPAS: the ratio of others' tools" "$(
	figure compas Caucasian impact_ratio 6)" 0.574513
is "COMPAS: the most selected category is the reference" "$(
	sql "SELECT group_name FROM compas
		WHERE flag = 'reference' AND audit_table = 'race_ethnicity'")" \
	African-American
# the marginals that come with the data: 10.93 and 30.38 percent
is "Adult: rate of women" "$(figure adult Female selection_rate 4)" 0.1093
is "Adult: rate of men" "$(figure adult Male selection_rate 4)" 0.3038
is "Adult: categories below two percent" "$(
	sql "SELECT string_agg(group_name, ',' ORDER BY group_name) FROM adult
		WHERE audit_table = 'race_ethnicity' AND metric = 'impact_ratio'
			AND flag = 'excluded'")" Amer-Indian-Eskimo,Other
# two percent of 48842 are 976.84
is "Adult: intersections by plain SQL" "$(
	sql "WITH plain AS (
			SELECT sex || ', ' || race AS name,
				avg((income = '>50K')::int) AS rate, count(*) AS n
			FROM data.adult GROUP BY 1),
		best AS (SELECT max(rate) AS rate FROM plain
			WHERE n >= 977)
		SELECT count(*), count(*) FILTER (WHERE plain.n >= 977),
			bool_and(abs(value - plain.rate / best.rate) < 1e-12)
		FROM plain, best, adult
		WHERE group_name = name AND metric = 'impact_ratio'")" \
	"$(sql "SELECT 10, count(*), true FROM (SELECT FROM data.adult
		GROUP BY sex, race HAVING count(*) >= 977) t")"
# hours have one value for nearly half of all people: above means above
is "Adult: above the median of hours" "$(
	sql "SELECT sum(value) FROM hours WHERE metric = 'above_cutoff'
			AND audit_table = 'sex'")" \
	"$(sql "SELECT count(*) FROM data.adult WHERE hours_per_week > (
			SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY hours_per_week)
			FROM data.adult)")"
