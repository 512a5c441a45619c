# restore_ways.sh - the store is the user's: whatever way a dump is made and
# restored, all of it comes back, and DROP EXTENSION leaves it.
. test/tools/tap.sh

psql -Xq -v ON_ERROR_STOP=1 <<'SQL'
SELECT fairpg.init() \g /dev/null
CREATE TABLE people AS
	SELECT i AS id, CASE WHEN i % 17 = 0 THEN NULL ELSE (i * 7919) % 1009 END AS a,
		('{"tiny","Łódź","a \"quoted\" one","x\\y",""}'::text[])[1 + i % 5] AS b,
		CASE WHEN i % 3 = 0 THEN 'f' ELSE 'm' END AS sex,
		(i * 7919) % 1009 + 100 * (i % 5) + (i * 31) % 400 > 800 AS label
	FROM generate_series(1, 3000) i;
SELECT fairpg.train('plain', 'people', 'label', exclude => '{id}') \g /dev/null
SELECT fairpg.train('it''s "fair"', 'people', 'label', exclude => '{id}',
	protected => '{sex}', fairness => 'demographic_parity', max_gap => 0.05) \g /dev/null
SELECT fairpg.train('plain', 'people', 'label', features => '{a}',
	comment => 'second' || chr(10) || 'line') \g /dev/null
DELETE FROM fairpg_catalog.model_version WHERE model = 'plain' AND version = 2;
SELECT fairpg.train('plain', 'people', 'label', features => '{b}') \g /dev/null
CREATE VIEW scores AS
	SELECT id, fairpg.predict('plain', p) AS plain, fairpg.predict('plain', p, 1) AS first,
		fairpg.decide('it''s "fair"', p) AS fair
	FROM people p;
CREATE MATERIALIZED VIEW kept_scores AS SELECT * FROM scores;
CREATE ROLE restore_ways_reader;
GRANT USAGE ON SCHEMA fairpg_catalog, fairpg_report TO restore_ways_reader;
GRANT SELECT ON fairpg_catalog.model_version, fairpg_report.model_versions
	TO restore_ways_reader;
SQL

# Everything of the store in a database, as one checksum a table.
contents()
{
	psql -XAtq -d "$1" <<'SQL'
SELECT format('SELECT %L, count(*), md5(string_agg(t::text, E''\n'' ORDER BY t::text COLLATE "C")) FROM %s t',
	c.oid::regclass, c.oid::regclass)
FROM pg_class c
WHERE c.relnamespace IN ('fairpg_catalog'::regnamespace, 'fairpg_report'::regnamespace)
	AND c.relkind IN ('r', 'v')
ORDER BY c.oid::regclass::text COLLATE "C" \gexec
SQL
}

# Scores in bits from the view, and how many differ from those that the
# materialised view got while it was restored.
scores()
{
	psql -XAtq -d "$1" <<'SQL'
SELECT md5(string_agg(encode(float8send(plain) || float8send(first) || boolsend(fair), 'hex'), '' ORDER BY id))
	FROM scores;
SELECT count(*) FROM scores FULL JOIN kept_scores k USING (id)
	WHERE (scores.plain, scores.first, scores.fair) IS DISTINCT FROM (k.plain, k.first, k.fair);
SQL
}

# Tables, views, triggers, comments and rights, as one checksum.
definitions()
{
	pg_dump -d "$1" --schema-only --schema=fairpg_catalog --schema=fairpg_report |
		grep -vE '^(--|\\(un)?restrict)' | md5sum
}

# All three of a restored database, and what goes on from there; drops it.
compare()
{
	is "$1: every row of the store is back" "$(contents "$2")" "$wanted_contents"
	is "$1: every score is the same to the bit" "$(scores "$2")" "$wanted_scores"
	is "$1: the store is defined as before" "$(definitions "$2")" "$wanted_definitions"
	like "$1: init() finds its store" \
		"$(PGDATABASE=$2 sql 'SELECT fairpg.init()')" 'is in place'
	is "$1: versions are counted on" "$(PGDATABASE=$2 sql \
		"SELECT version FROM fairpg.train('plain', 'people', 'label', exclude => '{id}')" \
		"SELECT version FROM fairpg.train('other', 'people', 'label', exclude => '{id}')" |
		tr '\n' ' ')" '4 1 '
	is "$1: evaluations are counted on" "$(PGDATABASE=$2 sql \
		"SELECT count(*) = count(DISTINCT evaluation), max(evaluation) > $last_evaluation
		FROM fairpg_catalog.evaluation")" 't|t'
	psql -Xq -d postgres -c "DROP DATABASE $2 WITH (FORCE)"
}

new_database()
{
	psql -Xq -d postgres -c "CREATE DATABASE $1 TEMPLATE template0"
}

# Runs a restore, which has to be silent.
restore()
{
	local name=$1
	shift
	none "$name: restores without a word" "$("$@" 2>&1)"
}

wanted_contents=$(contents "$PGDATABASE")
wanted_scores=$(scores "$PGDATABASE")
wanted_definitions=$(definitions "$PGDATABASE")
last_evaluation=$(sql "SELECT max(evaluation) FROM fairpg_catalog.evaluation")
work=$(mktemp -d)

# --- ways to dump and restore ------------------------------------------------
pg_dump -f "$work/plain.sql"
new_database ways_plain
restore plain psql -Xq -v ON_ERROR_STOP=1 -d ways_plain -f "$work/plain.sql" -o /dev/null
compare plain ways_plain

# as pg_upgrade and careful administrators do it
pg_dump -Fc -f "$work/custom"
new_database ways_sections
for section in pre-data data post-data; do
	restore "section $section" \
		pg_restore --section=$section -d ways_sections "$work/custom"
done
compare sections ways_sections

pg_dump --inserts --rows-per-insert=7 -f "$work/inserts.sql"
new_database ways_inserts
restore inserts psql -Xq -v ON_ERROR_STOP=1 -d ways_inserts -f "$work/inserts.sql" -o /dev/null
compare inserts ways_inserts

# the rows alone, into a store that init() made
pg_dump --data-only --schema=fairpg_catalog -f "$work/data.sql"
new_database ways_data
psql -Xq -d ways_data -c 'CREATE EXTENSION fairpg' -c 'SELECT fairpg.init()' -o /dev/null
# a superuser can do without the guards of the record, which has rows from the start
export PGOPTIONS='-c session_replication_role=replica -c client_min_messages=warning'
psql -Xq -d ways_data <<'END'
SELECT format('TRUNCATE %s CASCADE', string_agg(oid::regclass::text, ', '))
FROM pg_class WHERE relnamespace = 'fairpg_catalog'::regnamespace AND relkind = 'r' \gexec
END
restore "rows alone" psql -Xq -v ON_ERROR_STOP=1 -d ways_data -f "$work/data.sql" -o /dev/null
unset PGOPTIONS
is "rows alone: every row of the store is back" \
	"$(contents ways_data)" "$wanted_contents"
psql -Xq -d postgres -c "DROP DATABASE ways_data WITH (FORCE)"
rm -rf "$work"

# --- DROP EXTENSION ----------------------------------------------------------
like "DROP EXTENSION says that the store uses it" \
	"$(sql 'DROP EXTENSION fairpg')" 'other objects depend on it'
sql 'DROP VIEW scores CASCADE' 'DROP EXTENSION fairpg CASCADE' >/dev/null
is "DROP EXTENSION CASCADE leaves every row of the store" \
	"$(contents "$PGDATABASE")" "$wanted_contents"
is "and reports work without the extension" \
	"$(sql "SELECT count(*) FROM fairpg_report.model_versions")" 3
sql 'CREATE EXTENSION fairpg' >/dev/null
like "the extension takes up its store when it is back" \
	"$(sql 'SELECT fairpg.init()')" 'is in place'
is "and predicts with its models" \
	"$(sql "SELECT count(fairpg.predict('plain', p)) FROM people p")" 3000
is "and the store is defined as before, triggers included" \
	"$(definitions "$PGDATABASE")" "$wanted_definitions"

sql 'DROP OWNED BY restore_ways_reader' 'DROP ROLE restore_ways_reader'
