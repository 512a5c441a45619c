# jobs.sh - what a job holds while it computes, and what it leaves when it is
# stopped.
. test/tools/tap.sh

psql -Xq -v ON_ERROR_STOP=1 <<'END'
SELECT fairpg.init() \g /dev/null
CREATE TABLE many AS
	SELECT i AS id, (i * 7919) % 10007 AS a, 'level ' || (i * 131) % 251 AS d,
		'level ' || (i * 17) % 241 AS e, 'level ' || (i * 19) % 239 AS f,
		CASE (i * 13) % 3 WHEN 0 THEN 'x' WHEN 1 THEN 'y' ELSE 'z' END AS g,
		((i * 7919) % 10007 + (i * 104729) % 9973) % 7 < 3 AS label
	FROM generate_series(1, 200000::bigint) i;
CREATE FUNCTION slow(x bigint) RETURNS bigint LANGUAGE plpgsql VOLATILE AS
	$$ BEGIN PERFORM pg_sleep(0.001); RETURN x; END $$;
-- what jobs hold: application name, snapshot, transaction, locks on tables
CREATE VIEW held AS
	SELECT a.pid, application_name AS doing, backend_xmin IS NOT NULL AS snapshot,
		backend_xid IS NOT NULL AS writes, (SELECT count(*) FROM pg_locks l
			WHERE l.pid = a.pid AND locktype <> 'virtualxid') AS locks
	FROM pg_stat_activity a WHERE query LIKE 'CALL fairpg.%' AND state = 'active';
END

# Some seconds of passes after some tenths of reading.
long="CALL fairpg.train_job('m', 'many', 'label', protected => '{g}', exclude => '{id}',
	fairness => 'equalized_odds', max_gap => 0.00001,
	options => '{\"key\": \"id\", \"solver\": \"newton\", \"iterations\": 200}')"
reading="CALL fairpg.train_job('m', 'SELECT slow(id) AS id, a, g, label FROM many', 'label')"
passes='^fairpg m ([0-9]+/|fitting)'

# Starts a job in the background: $job, output in $FAIRPG_TMP/job.
start()
{
	psql -XAtq -v VERBOSITY=verbose -c "$1" >"$FAIRPG_TMP/job" 2>&1 &
	job=$!
}

# Waits for a job to do what the pattern says; prints what it holds.
holds()
{
	local seen
	for _ in $(seq 1000); do
		seen=$(sql "SELECT snapshot, writes, locks FROM held WHERE doing ~ '$1'")
		[ -z "$seen" ] || break
		sleep 0.01
	done
	echo "$seen"
}

runs()
{
	sql "SELECT status, sqlstate, rows, version FROM fairpg_report.runs ORDER BY run DESC LIMIT 1"
}

start "$reading"
like "a job that reads has a snapshot and locks" "$(holds '^fairpg m reading')" '^t\|f\|[1-9]'
is "and is seen to run" "$(runs)" 'running|||'
sql "SELECT pg_cancel_backend(pid) FROM held" >/dev/null
wait $job
like "a cancel stops it" "$(cat "$FAIRPG_TMP/job")" '57014.*user request'
is "and is noted" "$(runs)" 'cancelled|57014||'
is "no model is left" "$(sql "SELECT count(*) FROM fairpg_catalog.model")" 0

start "$long"
is "a job that computes has neither snapshot nor transaction nor lock" "$(holds "$passes")" 'f|f|0'
is "how many rows it has read is seen" "$(runs)" 'running||200000|'
is "others may do with the table what they like" "$(sql "BEGIN" \
	"LOCK TABLE many IN ACCESS EXCLUSIVE MODE NOWAIT" "ROLLBACK" "SELECT 'done'")" 'done'
is "while it goes on" "$(holds "$passes")" 'f|f|0'
sql "SELECT pg_cancel_backend(pid) FROM held" >/dev/null
wait $job
like "a cancel stops it there" "$(cat "$FAIRPG_TMP/job")" '57014.*user request'
is "and is noted with the rows" "$(runs)" 'cancelled|57014|200000|'
is "no model is left by it either" "$(sql "SELECT count(*) FROM fairpg_catalog.model")" 0

# the rows in shared memory, which outlive the transaction, go with the job
shm="SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0;
	SET parallel_tuple_cost = 0; SET fairpg.workers = 2;"
allocated="SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'fairpg training'"
mapped()
{
	grep -o '/dev/shm/PostgreSQL\.[0-9]*' "/proc/$pid/maps" | sort -u
}
rm -f "$FAIRPG_TMP/in"
mkfifo "$FAIRPG_TMP/in"
psql -XAtq <"$FAIRPG_TMP/in" >"$FAIRPG_TMP/session" 2>&1 &
session=$!
exec 3>"$FAIRPG_TMP/in"
# a session has one segment of its own from the first parallel query on
echo "$shm SELECT count(*) FROM many HAVING count(*) < 0; SELECT pg_backend_pid();" >&3
for _ in $(seq 500); do
	pid=$(grep -Ex '[0-9]+' "$FAIRPG_TMP/session") && break
	sleep 0.01
done
mapped >"$FAIRPG_TMP/before"
echo "$long;" >&3
is "so does one that has read with other processes" "$(holds "$passes")" 'f|f|0'
mapped | comm -13 "$FAIRPG_TMP/before" - >"$FAIRPG_TMP/rows"
ok "whose rows are in shared memory" [ -s "$FAIRPG_TMP/rows" ]
sql "SELECT pg_cancel_backend(pid) FROM held" >/dev/null
echo "$allocated;" >&3
echo "SELECT 'over';" >&3
for _ in $(seq 1000); do grep -q over "$FAIRPG_TMP/session" && break; sleep 0.01; done
like "a cancel stops that, too" "$(cat "$FAIRPG_TMP/session")" 'user request'
is "which gives the shared memory back" "$(mapped | comm -12 "$FAIRPG_TMP/rows" -)" ''
is "so that it is there no more" "$(xargs ls <"$FAIRPG_TMP/rows" 2>/dev/null)" ''
is "and all other memory" "$(tail -n 2 "$FAIRPG_TMP/session" | head -n 1)" 0
echo "CALL fairpg.train_job('m', 'many', 'label', exclude => '{id,d,e,f}');" >&3
echo "$allocated;" >&3
echo "SELECT 'again';" >&3
for _ in $(seq 3000); do grep -q again "$FAIRPG_TMP/session" && break; sleep 0.01; done
is "the session goes on" "$(runs)" 'finished||200000|1'
is "and holds nothing after a job that was finished" \
	"$(tail -n 2 "$FAIRPG_TMP/session" | head -n 1)" 0
exec 3>&-
wait $session

# as do rows in temporary files, wherever it is stopped
few="CALL fairpg.train_job('few', 'SELECT id, a, id % 251 AS b, id % 241 AS c, id % 239 AS d, id % 233 AS e, g, label
	FROM many', 'label', protected => '{g}', exclude => '{id}', fairness => 'equalized_odds', max_gap => 0.01)"
psql -XAtq >"$FAIRPG_TMP/few" 2>&1 <<END
SET fairpg.train_mem = '3MB';
$few;
SELECT count(*) FROM pg_ls_tmpdir();
$(for ms in 100 200 300 400 600 800; do
	echo "SET statement_timeout = $ms; $few; SET statement_timeout = 0; SELECT count(*) FROM pg_ls_tmpdir();"
done)
END
like "rows of a job wait in files where memory is short" "$(sql "SELECT array_to_string(warnings, ' ')
	FROM fairpg_catalog.model_version WHERE model = 'few' AND version = 1")" 'temporary files'
is "and no file is left" "$(grep -x '[0-9]*' "$FAIRPG_TMP/few" | sort -u)" 0

# a process that is ended cannot say so
start "$long"
holds "$passes" >/dev/null
sql "SELECT pg_terminate_backend(pid) FROM held" >/dev/null
wait $job
like "a job may be ended" "$(cat "$FAIRPG_TMP/job")" '57P01|terminat'
for _ in $(seq 500); do
	[ "$(sql "SELECT count(*) FROM held")" = 0 ] && break
	sleep 0.01
done
is "which shows" "$(runs)" 'lost||200000|'

# two at once
retrain="CALL fairpg.retrain_job('m')"
start "$retrain"
psql -XAtq -c "$retrain" >"$FAIRPG_TMP/second" 2>&1
wait $job
is "two jobs for one model at once make two versions" "$(sql "SELECT count(*), count(DISTINCT version)
	FROM fairpg_catalog.model_version WHERE model = 'm'")" '3|3'
is "each noted with its own" "$(sql "SELECT count(DISTINCT version) FROM fairpg_report.runs
	WHERE procedure = 'retrain_job' AND status = 'finished'")" 2
like "several statements at once are a transaction" "$(psql -XAtq -c "SELECT 1; $retrain" 2>&1)" \
	'cannot run inside a transaction block'
