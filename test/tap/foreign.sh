# foreign.sh - foreign tables: train, predict, evaluate and audit give what they
# give on a table of the same rows.
. test/tools/tap.sh

if [ "$(sql "SELECT count(*) FROM pg_available_extensions
	WHERE name = 'file_fdw'")" = 0 ]; then
	skip "foreign tables" "file_fdw is not installed"
	exit 0
fi
file=$FAIRPG_TMP/foreign.csv
sql "SELECT fairpg.init()" >/dev/null
psql -Xq -v ON_ERROR_STOP=1 -v file="$file" <<'END'
CREATE TABLE near AS
	SELECT i AS id, (i * 7919) % 1009 / 10.0 AS x, (ARRAY['red', 'green', NULL])[1 + i % 3] AS colour,
		date '2020-01-01' + i % 700 AS since, CASE WHEN i % 5 < 2 THEN 'f' ELSE 'm' END AS sex,
		(i * 7919) % 1009 + CASE WHEN i % 5 < 2 THEN 0 ELSE 200 END > (i * 31) % 1100 AS y
	FROM generate_series(1, 3000) i;
COPY near TO :'file' WITH (FORMAT csv);
CREATE EXTENSION file_fdw;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE far (id integer, x numeric, colour text, since date,
	sex text, y boolean) SERVER files OPTIONS (filename :'file', format 'csv');
END

for table in near far; do
	sql "SELECT version FROM fairpg.train('$table', '$table', 'y', protected => '{sex}',
		exclude => '{id}', fairness => 'demographic_parity', max_gap => 0.03,
		options => '{\"key\": \"id\"}')" >/dev/null
done
is "the same rows give the same model" "$(sql "SELECT count(DISTINCT artifact_sha256)
	FROM fairpg_catalog.model_version")" 1
is "rows of a foreign table are scored" "$(sql "SELECT count(*), bool_and(
		fairpg.predict('far', f) = fairpg.predict('near', n)
		AND fairpg.decide('far', f) = fairpg.decide('near', n))
	FROM far f JOIN near n USING (id)")" "3000|t"
is "evaluations agree" "$(sql "SELECT count(DISTINCT (n_rows, accuracy, auc, gap, gap_low))
	FROM (SELECT * FROM fairpg.evaluate('near', 'near')
		UNION ALL SELECT * FROM fairpg.evaluate('far', 'far')) e")" 1
is "audits agree" "$(sql "SELECT count(*) > 50, count(*) FILTER (WHERE (n.*) IS DISTINCT FROM (f.*))
	FROM fairpg.audit('near', '{sex,colour}', label => 'y', score => 'x', threshold => 50)
		WITH ORDINALITY n
	JOIN fairpg.audit('far', '{sex,colour}', label => 'y', score => 'x', threshold => 50)
		WITH ORDINALITY f USING (ordinality)")" "t|0"
rm -f "$file"
