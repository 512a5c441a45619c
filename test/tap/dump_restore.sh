# dump_restore.sh - a dump holds models and reports in full: restored by four
# jobs into an empty database, predictions have the same bits, and training
# goes on with the next version.
. test/tools/tap.sh

source_database=$PGDATABASE
restored=${PGDATABASE}_restored
dump=$FAIRPG_TMP/dump_restore.dump

# Predictions, reports and tables as text that shows every bit.
state()
{
	sql "SET extra_float_digits = 3" \
		"SELECT id, float8send(fairpg.predict('credit', a)),
			float8send(fairpg.predict('credit', a, 1)),
			fairpg.decide('fair', a) FROM applicant a ORDER BY id" \
		"SELECT m.*::text FROM fairpg_catalog.model_version m ORDER BY 1" \
		"SELECT c.*::text FROM fairpg_catalog.coefficient c ORDER BY 1" \
		"SELECT e.*::text FROM fairpg_catalog.evaluation e ORDER BY 1" \
		"SELECT g.*::text FROM fairpg_report.group_metrics g ORDER BY 1" \
		"SELECT d.*::text FROM fairpg_report.disparities d ORDER BY 1" \
		"SELECT e.*::text FROM fairpg_report.evaluations e ORDER BY 1" \
		"SELECT r.*::text FROM fairpg_report.four_fifths r ORDER BY 1" \
		"SELECT a.*::text FROM fairpg_catalog.analysis a ORDER BY 1" \
		"SELECT r.*::text FROM fairpg_catalog.analysis_row r ORDER BY 1" \
		"SELECT t.*::text FROM fairpg_report.thresholds t ORDER BY 1" \
		"SELECT l.*::text FROM fairpg_report.training_log l ORDER BY 1" \
		"SELECT obj_description(c.oid) IS NOT NULL, c.relname FROM pg_class c
			WHERE relnamespace::regnamespace::text LIKE 'fairpg%' ORDER BY 2, 1" \
		"SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid =
			'fairpg_catalog.model_version'::regclass AND NOT tgisinternal
			ORDER BY 1"
}

psql -Xq -v ON_ERROR_STOP=1 <<'END' >/dev/null
SELECT fairpg.init();
CREATE TABLE applicant AS
	SELECT i AS id, 18 + (i * 7919) % 60 AS age, ((i * 31) % 97) / 7.0 AS debt,
		CASE WHEN i % 9 = 0 THEN NULL ELSE 'town ' || (i * 131) % 40 END AS town,
		CASE (i * 13) % 3 WHEN 0 THEN 'x' WHEN 1 THEN 'y' ELSE 'z' END AS g,
		(i * 104729) % 100 < 30 + (i * 7919) % 60 / 2 AS repaid
	FROM generate_series(1, 3000) i;
SELECT fairpg.train('credit', 'applicant', 'repaid', exclude => '{id}');
SELECT fairpg.train('credit', 'applicant', 'repaid', features => '{age,town}');
SELECT fairpg.train('fair', 'applicant', 'repaid', exclude => '{id}',
	protected => '{g}', fairness => 'demographic_parity', max_gap => 0.1,
	comment => E'a comment; \\with "signs"\n\\! and a new line');
SELECT evaluation FROM fairpg.evaluate_decisions('applicant', '{g}', label => 'repaid',
	decision => 'repaid', name => E'the \\ "ideal"\n');
SELECT sum(a.n_rows) FROM fairpg_catalog.evaluation e,
	LATERAL fairpg.add_analyses(e.evaluation) a WHERE part = 'external';
-- a large artifact is stored out of line
CREATE TABLE many AS
	SELECT i AS id, repeat(md5((i % 1200)::text), 4) AS v, i % 2 = 0 AS y
	FROM generate_series(1, 30000) i;
SELECT fairpg.train('large', 'many', 'y', features => '{v}',
	options => '{"max_levels": 2000}');
END
before=$(state)
large=$(sql "SELECT sum(fairpg.predict('large', m)) FROM many m")

like "there is something to lose" "$(sql \
	"SELECT count(*), max(length(artifact)) > 100000
	FROM fairpg_catalog.model_version")" '^4\|t$'
like "and analyses among it" "$(sql \
	"SELECT count(DISTINCT analysis), count(*) > 20
	FROM fairpg_catalog.analysis_row")" '^[3-9]\|t$'
ok "pg_dump" pg_dump -Fc -f "$dump" "$source_database"
sql "CREATE DATABASE \"$restored\" TEMPLATE template0" >/dev/null
ok "pg_restore with four jobs reports no error" \
	pg_restore -j4 --exit-on-error -d "$restored" "$dump"

export PGDATABASE=$restored
is "predictions, reports and tables are the same" "$(state)" "$before"
is "so are those of a large model" \
	"$(sql "SELECT sum(fairpg.predict('large', m)) FROM many m")" "$large"
like "the store is known as ours" "$(sql "SELECT fairpg.init()")" 'in place'
is "evaluations and analyses go on" "$(sql \
	"SELECT evaluation > (SELECT count(*) FROM fairpg_catalog.evaluation WHERE model IS NULL)
		FROM fairpg.evaluate_decisions('applicant', '{g}', decision => 'repaid')" \
	"SELECT count(*) FROM fairpg_catalog.evaluation e,
		LATERAL fairpg.add_analyses(e.evaluation, '{subgroups}') WHERE model IS NULL")" 't
2'
is "training goes on with the next version" "$(sql \
	"SELECT version FROM fairpg.train('credit', 'applicant', 'repaid',
		features => '{age}')" \
	"SELECT count(DISTINCT version), max(version)
		FROM fairpg_catalog.evaluation WHERE model = 'credit'")" '3
3|3'

# what a second dump says must be what the first one said
export PGDATABASE=$source_database
text_of()
{
	pg_dump "$1" | sed -E '/^\\(un)?restrict /d'
}
sql "CREATE DATABASE \"${restored}_2\" TEMPLATE template0" >/dev/null
pg_restore -j4 --exit-on-error -d "${restored}_2" "$dump"
is "a dump of the restored database is the same" \
	"$(text_of "${restored}_2" | md5sum)" "$(text_of "$source_database" | md5sum)"

# by another role, who then owns it all
sql "CREATE ROLE restorer LOGIN" \
	"CREATE DATABASE \"${restored}_3\" TEMPLATE template0 OWNER restorer" \
	>/dev/null
PGDATABASE=${restored}_3 sql "CREATE EXTENSION fairpg" >/dev/null
# only the superuser may create the extension or comment on it
pg_restore -l "$dump" | grep -vE ' EXTENSION ' >"$FAIRPG_TMP/dump_restore.list"
ok "a role without privileges restores it as its own" \
	pg_restore --no-owner --exit-on-error -U restorer \
	-L "$FAIRPG_TMP/dump_restore.list" -d "${restored}_3" "$dump"
is "and trains and predicts" "$(PGUSER=restorer PGDATABASE=${restored}_3 sql \
	"SELECT fairpg.init() ~ 'in place'" \
	"SELECT version FROM fairpg.train('credit', 'applicant', 'repaid',
		features => '{age}')" \
	"SELECT count(fairpg.predict('credit', a)) FROM applicant a")" 't
3
3000'

for name in "$restored" "${restored}_2" "${restored}_3"; do
	psql -Xq -c "DROP DATABASE \"$name\" WITH (FORCE)"
done
psql -Xq -c "DROP ROLE restorer"
rm -f "$dump"
