# train_compas.sh - equalized odds on COMPAS, where scores lie close together:
# accuracy and gap of the pooled decisions of ten folds, each by a model of the
# other nine.
. test/tools/tap.sh

psql -Xq -v ON_ERROR_STOP=1 <<'END'
SELECT fairpg.init() \g /dev/null
CREATE VIEW people AS
	SELECT id, age, priors_count, juv_fel_count, juv_misd_count, juv_other_count,
		sex, race, c_charge_degree, two_year_recid = 1 AS label,
		('x' || left(md5(id::text), 7))::bit(28)::int % 10 AS fold
	FROM data.compas_filtered
	WHERE race IN ('African-American', 'Caucasian');
CREATE TABLE trained AS SELECT fold, t.*
	FROM generate_series(0, 9) fold, LATERAL fairpg.train('compas', 'people',
		'label', protected => '{race}', features => '{age,priors_count,
		juv_fel_count,juv_misd_count,juv_other_count,sex,race,c_charge_degree}',
		fairness => 'equalized_odds', max_gap => 0.02,
		split => 'column:fold=' || fold) t;
CREATE TABLE decided AS SELECT race, label,
		fairpg.decide('compas', p, version => version) AS yes
	FROM people p JOIN trained USING (fold);
END
is "all ten trainings found a fair model" "$(
	sql "SELECT count(*) FROM trained WHERE status = 'converged'")" 10
within "pooled accuracy" "$(
	sql "SELECT avg((yes = label)::int) FROM decided")" 0.655 1
within "pooled gap of equalized odds" "$(
	sql "SELECT greatest(max(tpr) - min(tpr), max(fpr) - min(fpr)) FROM (
		SELECT avg(yes::int) FILTER (WHERE label) AS tpr,
			avg(yes::int) FILTER (WHERE NOT label) AS fpr
		FROM decided GROUP BY race) r")" 0 0.04
