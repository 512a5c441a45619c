# standby_versions.sh - which version a session of a standby predicts with, as
# its primary trains, rolls back and deletes: the one of its snapshot.
. test/tools/tap.sh

standby=$FAIRPG_TMP/standby_versions.$$
standby_port=$((PGPORT + 1))

psql -Xq -v ON_ERROR_STOP=1 <<'SQL'
SELECT fairpg.init() \g /dev/null
CREATE TABLE people AS
	SELECT i AS id, (i * 7919) % 1009 AS a, ('{x,y,z}'::text[])[1 + i % 3] AS b,
		(i * 7919) % 1009 + 100 * (i % 3) + (i * 31) % 400 > 800 AS label
	FROM generate_series(1, 3000) i;
CREATE FUNCTION train(features text[]) RETURNS integer LANGUAGE sql AS
	$$ SELECT version FROM fairpg.train('m', 'people', 'label', features => features) $$;
SELECT train('{a,b}') \g /dev/null
SQL

# A statement on the standby.
there()
{
	PGPORT=$standby_port sql "$@"
}

# Until the standby shows all that the primary has done.
catch_up()
{
	local place
	place=$(sql 'SELECT pg_current_wal_flush_lsn()')
	for _ in $(seq 300); do
		[ "$(there "SELECT pg_last_wal_replay_lsn() >= '$place'")" != t ] ||
			return 0
		sleep 0.1
	done
	echo "not ok - the standby catches up"
}

# $FAIRPG_AS is several words or none
# shellcheck disable=SC2086
as_server()
{
	(cd "$FAIRPG_TMP" && $FAIRPG_AS "$@")
}

remove_standby()
{
	as_server pg_ctl -D "$standby" -m immediate -s stop
	rm -rf "$standby"
}
trap remove_standby EXIT

scores="SELECT md5(string_agg(encode(float8send(fairpg.predict('m', p)), 'hex'), ''
	ORDER BY id)) FROM people p"

ok "a standby is made" as_server pg_basebackup -D "$standby" -R -X stream \
	-c fast --no-sync
as_server pg_ctl -D "$standby" -w -s -l "$standby/server.log" \
	-o "-p $standby_port" start >/dev/null </dev/null
catch_up

# --- one session of the standby, while the primary trains --------------------
coproc SESSION { PGPORT=$standby_port psql -XAtq 2>&1; }

# The one answer of a statement in that session.
ask()
{
	local answer
	echo "$1" >&"${SESSION[1]}"
	read -r -t 60 answer <&"${SESSION[0]}"
	echo "$answer"
}

echo "SET plan_cache_mode = force_generic_plan;
	PREPARE kept AS $scores;
	PREPARE parameter (text) AS ${scores/\'m\'/\$1};" >&"${SESSION[1]}"
first=$(ask 'EXECUTE kept;')
is "a kept plan gives the scores of the primary" "$first" "$(sql "$scores")"
is "and one with the model as parameter" "$(ask "EXECUTE parameter ('m');")" "$first"

sql "SELECT train('{a}')" >/dev/null
second=$(sql "$scores")
catch_up
ok "a new version changes the scores" [ "$first" != "$second" ]
is "a kept plan takes it up" "$(ask 'EXECUTE kept;')" "$second"
is "and so does one with a parameter" "$(ask "EXECUTE parameter ('m');")" "$second"

sql "BEGIN" "SELECT train('{b}')" "ROLLBACK" >/dev/null
catch_up
is "a training that was rolled back is not seen" "$(ask 'EXECUTE kept;')" "$second"

echo 'BEGIN ISOLATION LEVEL REPEATABLE READ;' >&"${SESSION[1]}"
is "a transaction with one snapshot" "$(ask 'EXECUTE kept;')" "$second"
sql "SELECT train('{b}')" >/dev/null
third=$(sql "$scores")
catch_up
is "keeps its version" "$(ask 'EXECUTE kept;')" "$second"
is "by a parameter too" "$(ask "EXECUTE parameter ('m');")" "$second"
echo 'COMMIT;' >&"${SESSION[1]}"
is "until it ends" "$(ask 'EXECUTE kept;')" "$third"

sql "DELETE FROM fairpg_catalog.model_version WHERE version = 3" >/dev/null
catch_up
is "a version that is deleted by hand is gone" "$(ask 'EXECUTE kept;')" "$second"
sql "DROP EXTENSION fairpg CASCADE" "CREATE EXTENSION fairpg" \
	"SELECT fairpg.init()" >/dev/null
sql "DELETE FROM fairpg_catalog.model_version WHERE version = 2" >/dev/null
catch_up
is "a plan finds its way when the extension was dropped and made again" \
	"$(ask 'EXECUTE kept;')" "$first"
echo '\q' >&"${SESSION[1]}"
