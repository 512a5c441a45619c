# larger_than_memory.sh - rows beyond fairpg.train_mem: the process grows no
# further than it was told, and whatever ends a training removes its files.
. test/tools/tap.sh

psql -Xq -v ON_ERROR_STOP=1 <<'END'
SELECT fairpg.init() \g /dev/null
CREATE VIEW made AS
	SELECT i AS id, (i * 7919) % 10007 AS a, (i * 104729) % 99991 / 8.0 AS b,
		((i * 31) % 97)::float8 AS c, (i * 37 % 1009)::float8 AS d,
		'level ' || (i * 131) % 40 AS e, 'level ' || (i * 17) % 60 AS f,
		CASE (i * 13) % 3 WHEN 0 THEN 'x' WHEN 1 THEN 'y' ELSE 'z' END AS g,
		((i * 7919) % 10007 + hashint8(i) % 2000) % 7 < 3 AS label
	FROM generate_series(1, 900000::bigint) i;
CREATE TABLE plenty AS TABLE made;
VACUUM ANALYZE plenty;
END
arguments="'plenty', 'label', protected => '{g}', exclude => '{id}',
	fairness => 'demographic_parity', max_gap => 0.01"

# What the process of a session has grown by, in kB, while it trained with so
# much memory; without a table, whose pages would count as well.
growth()
{
	sql "SET fairpg.workers = 0" "SET fairpg.train_mem = '$1'" \
		"SET work_mem = '64kB'" "SELECT count(*) FROM (TABLE made LIMIT 9) made" \
		"SELECT substring(pg_read_file('/proc/self/status') FROM 'VmRSS:\s*(\d+)')" \
		"SELECT 1 FROM fairpg.train('m', ${arguments/plenty/made})" \
		"SELECT substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\s*(\d+)')" |
		awk 'NR == 2 { before = $1 } NR == 4 { print $1 - before }'
}
# libraries and what the server itself keeps are some megabytes
within "a process grows by what it was told, in kB" "$(growth 16MB)" 1000 27000
within "and by no more than it takes with enough" "$(growth 200MB)" 28000 60000
is "the models are the same" "$(sql "SELECT count(DISTINCT artifact_sha256),
	count(*) FILTER (WHERE warnings::text LIKE '%temporary files%')
	FROM fairpg_catalog.model_version WHERE model = 'm'")" '1|1'

# Several processes read what the planner takes for few rows: each puts aside
# what it has no room for.
few="min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0"
for n in 1 2 4; do
	is "rows that $n workers read beside the leader wait as well" "$(sql "SET $few" \
		"SET fairpg.workers = $n" "SET fairpg.train_mem = '16MB'" \
		"SELECT 1 FROM fairpg.train('m', ${arguments/plenty/SELECT * FROM plenty
			WHERE id % 7 < 7 AND id % 5 < 5})" \
		"SELECT warnings::text LIKE '%temporary files%', artifact_sha256 = (
				SELECT artifact_sha256 FROM fairpg_catalog.model_version
				WHERE model = 'm' AND version = 1)
			FROM fairpg_catalog.model_version WHERE model = 'm'
			ORDER BY version DESC LIMIT 1" | tail -n 1)" 't|t'
done

files()
{
	$FAIRPG_AS find "$PGDATA/base/pgsql_tmp" -type f 2>/dev/null | wc -l
}
is "no file is left" "$(files)" 0

# Trainings one after another, which an action ends once there is a file.
ended_by()
{
	psql -XAtq -v VERBOSITY=verbose -c "SET fairpg.train_mem = '16MB'" \
		-c 'SET fairpg.workers = 0' -c "/* victim */ SELECT count(t.version)
		FROM generate_series(1, 500) s, LATERAL fairpg.train('n', $arguments,
			seed => s) t" >"$FAIRPG_TMP/victim" 2>&1 &
	client=$!
	seen=0
	for _ in $(seq 300); do
		seen=$(files)
		[ "$seen" = 0 ] || break
		sleep 0.1
	done
	pid=$(sql "SELECT pid FROM pg_stat_activity WHERE query ~ '^/. victim'
		AND state = 'active'")
	"$@"
	wait $client
}
cancel()
{
	sql "SELECT pg_cancel_backend($pid)" >/dev/null
}
terminate()
{
	sql "SELECT pg_terminate_backend($pid)" >/dev/null
}
ended_by cancel
within "a training has files" "$seen" 1 2
like "a cancel ends it" "$(cat "$FAIRPG_TMP/victim")" '57014.*user request'
is "and removes them" "$(files)" 0
ended_by terminate
like "so does the end of its process" "$(cat "$FAIRPG_TMP/victim")" 57P01
for _ in $(seq 50); do
	[ "$(files)" != 0 ] || break
	sleep 0.1
done
is "which removes them as well" "$(files)" 0
murder()
{
	$FAIRPG_AS kill -KILL "$pid"
}
ended_by murder
for _ in $(seq 100); do
	! psql -XAtqc 'SELECT 1' >/dev/null 2>&1 || break
	sleep 0.2
done
is "and the server after a crash" "$(files)" 0
is "nothing was stored" "$(sql "SELECT count(*) FROM fairpg_catalog.model
	WHERE model = 'n'")" 0
