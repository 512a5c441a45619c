# encodings.sh - a model and the states of aggregates mean the same after a
# dump into a database of another encoding: the bytes of a name differ, what
# it says does not.
. test/tools/tap.sh

source_database=$PGDATABASE
made=()
export PGCLIENTENCODING=UTF8

# create NAME ENCODING
create()
{
	sql "CREATE DATABASE \"$1\" TEMPLATE template0 ENCODING '$2' LOCALE 'C'" >/dev/null
	made+=("$1")
}

# What people read and decide by, as text in UTF-8.
state()
{
	sql "SET extra_float_digits = 3" \
		"SELECT id, float8send(fairpg.predict('modèle', t)),
			fairpg.decide('seuils', t) FROM t ORDER BY id" \
		"SELECT sum(n_unseen) FROM (SELECT (fairpg.examine('modèle', t)).* FROM t) e" \
		"SELECT term, level, estimate FROM fairpg_catalog.coefficient
			ORDER BY model COLLATE \"C\", version, position" \
		"SELECT group_name, threshold FROM fairpg_catalog.group_threshold
			ORDER BY group_name COLLATE \"C\"" \
		"SELECT (fairpg.groups(f)).*, fairpg.auc(s) FROM states" \
		"SELECT fairpg.tpr(fairpg.outcome(f, 'männlich')),
			fairpg.worst_group(f, 'demographic_parity') FROM states" \
		"SELECT (fairpg.groups(fairpg.merge(f))).*
			FROM (SELECT f FROM states UNION ALL
				SELECT fairpg.fairness(y, \"größe\" > 30, geschlecht) FROM t) x" \
		"EXPLAIN (VERBOSE, COSTS OFF) SELECT fairpg.predict('modèle', t) FROM t"
}

latin1=${source_database}_latin1
create "$latin1" LATIN1
export PGDATABASE=$latin1
psql -Xq -v ON_ERROR_STOP=1 <<'END' >/dev/null 2>&1
CREATE EXTENSION fairpg;
SELECT fairpg.init();
CREATE TABLE t AS
	SELECT i AS id, i * 7919 % 101 + i * 31 % 61 > 70 AS y,
		i * 7919 % 101 AS "größe",
		(ARRAY['Köln', 'Zürich', 'Bonn'])[1 + i % 3] AS "stadt_ü",
		(ARRAY['männlich', 'weiblich', NULL])[1 + i % 3] AS geschlecht
	FROM generate_series(1, 1000) i;
SELECT fairpg.train('modèle', 't', 'y', exclude => '{id}',
	protected => '{geschlecht}');
SELECT fairpg.train('seuils', 't', 'y', exclude => '{id}',
	protected => '{geschlecht}', fairness => 'demographic_parity',
	max_gap => 0.1, method => 'threshold');
CREATE TABLE states AS SELECT fairpg.fairness(y, "größe" > 30, geschlecht) AS f,
	fairpg.scores(y, "größe") AS s FROM t;
END
before=$(state)
like "there is something to compare" "$before" 'Output: fairpg.predict_columns.*größe,stadt_ü'
is "the encoding is stored" \
	"$(sql "SELECT DISTINCT encoding FROM fairpg_catalog.model_version")" LATIN1

# a report says of itself that it is UTF-8, and is so in the encoding that it is
# sent in: all beyond ASCII is references
report=$(PGCLIENTENCODING=LATIN1 sql "SELECT fairpg.audit_report(model)
	FROM fairpg_catalog.model_version WHERE model LIKE 'mod%'")
like "a report declares UTF-8" "$report" '<meta charset="utf-8"/>'
none "and has no byte that is another in LATIN1" "$(LC_ALL=C grep -anP '[^\x00-\x7f]' <<<"$report" | head -n 3)"
like "names of models are Unicode" "$report" 'mod&#xe8;le, version 1'
like "and names of groups" "$report" '<bdi>m&#xe4;nnlich</bdi>'

utf8=${source_database}_utf8
create "$utf8" UTF8
ok "a dump of LATIN1 is restored to UTF8" \
	sh -c 'pg_dump "$1" | psql -Xq -v ON_ERROR_STOP=1 -d "$2" >/dev/null' - "$latin1" "$utf8"
export PGDATABASE=$utf8
is "and says, scores and decides the same" "$(state)" "$before"
is "also measured anew" \
	"$(sql "SELECT n_rows, n_unseen_level, round(accuracy::numeric, 9) FROM fairpg.evaluate('modèle', 't')")" \
	"$(PGDATABASE=$latin1 sql "SELECT n_rows, n_unseen_level, round(accuracy::numeric, 9) FROM fairpg.evaluate('modèle', 't')")"

# in LATIN2 the bytes of these names have another order than in UTF8, and
# groups are looked up by it
latin2=${source_database}_latin2
again=${source_database}_again
create "$latin2" LATIN2
create "$again" UTF8
PGDATABASE=$latin2 psql -Xq -v ON_ERROR_STOP=1 <<'END' >/dev/null 2>&1
CREATE EXTENSION fairpg;
SELECT fairpg.init();
CREATE TABLE t AS
	SELECT i AS id, i * 7919 % 101 + i * 31 % 61 > 70 AS y,
		i * 7919 % 101 AS x, (ARRAY['ž', 'á', 'Ł', 'a'])[1 + i % 4] AS g,
		(ARRAY['ž', 'á', 'Ł', 'z'])[1 + i / 4 % 4] AS c
	FROM generate_series(1, 2000) i;
SELECT fairpg.train('m', 't', 'y', exclude => '{id}', protected => '{g}',
	fairness => 'demographic_parity', max_gap => 0.1, method => 'threshold');
END
ok "a dump of LATIN2 is restored to UTF8" \
	sh -c 'pg_dump "$1" | psql -Xq -v ON_ERROR_STOP=1 -d "$2" >/dev/null' - "$latin2" "$again"
decisions="SELECT id, float8send(fairpg.predict('m', t)), fairpg.decide('m', t) FROM t ORDER BY id"
is "and decides the same for every group" \
	"$(PGDATABASE=$again sql "$decisions" | md5sum)" "$(PGDATABASE=$latin2 sql "$decisions" | md5sum)"
like "of which there are some" "$(PGDATABASE=$again sql "$decisions" | wc -l)" '^2000$'
like "names that an encoding cannot say are an error" "$(PGDATABASE=$again sql \
	'\c '"$latin1" \
	"SELECT fairpg.groups('$(PGDATABASE=$again sql "SELECT fairpg.fairness(y, y, g) FROM t WHERE g = 'Ł'")'::fairpg.fairness_stats)")" \
	'no equivalent in encoding "LATIN1"'

# bytes without a meaning
ascii=${source_database}_sqlascii
create "$ascii" SQL_ASCII
ok "a dump of LATIN1 is restored to SQL_ASCII as it is" \
	sh -c 'PGCLIENTENCODING=LATIN1 pg_dump "$1" | psql -Xq -v ON_ERROR_STOP=1 -d "$2" >/dev/null' - "$latin1" "$ascii"
is "and scores the same" \
	"$(PGDATABASE=$ascii sql "SELECT sum(fairpg.predict('seuils', t)) FROM t")" \
	"$(PGDATABASE=$latin1 sql "SELECT sum(fairpg.predict('seuils', t)) FROM t")"
report=$(PGDATABASE=$ascii sql "SELECT fairpg.audit_report(model) FROM fairpg_catalog.model_version WHERE model LIKE 'mod%'")
like "a report of bytes without a meaning says that they have none" "$report" '<bdi>m&#xfffd;nnlich</bdi>'
none "and does not pass them on" "$(LC_ALL=C grep -anP '[^\x00-\x7f]' <<<"$report" | head -n 3)"
psql -Xq -d "$ascii" -c "DROP SCHEMA fairpg_report, fairpg_catalog CASCADE" \
	-c "DROP TABLE t, states" >/dev/null 2>&1
sh -c 'PGCLIENTENCODING=UTF8 pg_dump "$1" | psql -Xq -v ON_ERROR_STOP=1 -d "$2" >/dev/null 2>&1' - "$latin1" "$ascii"
like "restored in another encoding, it says what is the matter" \
	"$(PGDATABASE=$ascii PGCLIENTENCODING=SQL_ASCII sql "SELECT fairpg.predict('seuils', t) FROM t LIMIT 1")" \
	'trained in a database of encoding LATIN1; this one has SQL_ASCII'

# a version whose encoding nobody knows, and one that claims a wrong one
export PGDATABASE=$utf8
like "an encoding that is none is an error" "$(sql \
	"UPDATE fairpg_catalog.model_version SET encoding = 'MORSE' WHERE model = 'seuils'" \
	"SELECT fairpg.decide('seuils', t) FROM t LIMIT 1")" \
	'model "seuils" version 1 has no known encoding'
like "and so are bytes that the encoding does not have" "$(sql \
	"UPDATE fairpg_catalog.model_version SET encoding = 'SQL_ASCII' WHERE model = 'seuils'" \
	"SELECT fairpg.decide('seuils', t) FROM t LIMIT 1")" \
	'invalid byte sequence for encoding "UTF8"'

export PGDATABASE=$source_database
for name in "${made[@]}"; do
	psql -Xq -c "DROP DATABASE \"$name\" WITH (FORCE)"
done
