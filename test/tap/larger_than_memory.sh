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
		((i * 7919) % 10007 + hashint8(i) % 2000) % 7 < 3 AS label,
		i * 7919 % 10007 / 1000.0 + hashint8(i) % 2000 / 1000.0 AS amount
	FROM generate_series(1, 900000::bigint) i;
CREATE TABLE plenty AS TABLE made;
VACUUM ANALYZE plenty;
END
arguments="'plenty', 'label', protected => '{g}', exclude => '{id,amount}',
	fairness => 'demographic_parity', max_gap => 0.01"

# What the process of a session grows by, in kB, while it trains with so much
# memory, after it has done so with few rows: what libraries and the server itself
# keep is there by then.  Without a table, whose pages would count as well.
#   growth MEMORY FUNCTION ARGUMENTS, where LABEL follows the source
growth()
{
	sql "SET fairpg.workers = 0" "SET fairpg.train_mem = '$1'" \
		"SET work_mem = '64kB'" \
		"SELECT count(*) FROM $2('few', 'SELECT * FROM made LIMIT 3000', $3)" \
		"SELECT count(*) FROM $2('few', 'SELECT * FROM made LIMIT 3000', $3)" \
		"SELECT substring(pg_read_file('/proc/self/status') FROM 'VmRSS:\s*(\d+)')" \
		"SELECT count(*) FROM $2('m', 'made', $3)" \
		"SELECT substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\s*(\d+)')" |
		awk 'NR == 3 { before = $1 } NR == 5 { print $1 - before }'
}
limit=16MB
most=$((16 * 1024 * 11 / 10))
parity=${arguments#"'plenty', "}
within "a process grows by what it was told, in kB" \
	"$(growth $limit fairpg.train "$parity")" 1000 $most
within "and by no more than it takes with enough" \
	"$(growth 200MB fairpg.train "$parity")" 20000 60000
is "the models are the same" "$(sql "SELECT count(DISTINCT artifact_sha256),
	count(*) FILTER (WHERE warnings::text LIKE '%temporary files%')
	FROM fairpg_catalog.model_version WHERE model = 'm'")" '1|1'
others="protected => '{g}', exclude => '{id,label}', family => 'linear'"
within "so it does with method reduction" "$(growth $limit fairpg.train \
	"${parity/0.01/0.05}, method => 'reduction'")" 1000 $most
bounds="max_gaps => '{0.05,1}'"
within "with a frontier" "$(growth $limit fairpg.frontier \
	"${parity/max_gap => 0.01/$bounds}")" 1000 $most
within "with numbers" "$(growth $limit fairpg.train "'amount', $others,
	fairness => 'group_loss', max_loss => 8")" 1000 $most
within "and with their frontier" "$(growth $limit fairpg.frontier "'amount',
	$others, fairness => 'mean_parity', max_gaps => '{0,0.01,1}', folds => 3")" \
	1000 $most
is "whose rows were in files" "$(sql "SELECT count(*), count(*) FILTER
	(WHERE warnings::text LIKE '%temporary files%') FROM (
		SELECT model, warnings FROM fairpg_catalog.model_version
		UNION ALL SELECT model, warnings FROM fairpg_catalog.frontier) t
	WHERE model = 'm'")" '6|5'

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
