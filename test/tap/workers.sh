# workers.sh - several processes read the rows of one training: the same bytes
# of the model as by one, nothing left behind whatever happens to them, and
# nobody else gets at what they share.
. test/tools/tap.sh

psql -Xq -v ON_ERROR_STOP=1 <<'END'
SELECT fairpg.init() \g /dev/null
-- numbers of all sizes, NULLs, rare levels, copies of rows, weights, an array
CREATE TABLE many AS
	SELECT i AS id, (i * 7919) % 10007 AS a, 1.7e9 + (i * 104729) % 99991 / 8.0 AS b,
		CASE WHEN i % 11 > 0 THEN (i * 31) % 97 / 7.0 END AS c,
		CASE WHEN i % 13 > 0 THEN 'level ' || (i * i) % 997 END AS d,
		ARRAY[i % 7, i % 11 / 3.0]::float4[] AS e,
		CASE (i * 13) % 3 WHEN 0 THEN 'x' WHEN 1 THEN NULL ELSE 'z' END AS g,
		CASE i % 2 WHEN 0 THEN 'k' ELSE 'l' END AS h, 1 + i % 4 AS w,
		((i * 7919) % 10007 + hashint8(i) % 2000) % 7 < 3 AS label
	FROM generate_series(1, 200000::bigint) i;
CREATE TABLE coarse AS SELECT a / 2000 AS a, g, h, label FROM many;
CREATE TABLE wide AS SELECT m.label, m.g, u.*
	FROM (SELECT * FROM many LIMIT 60000) m,
		LATERAL (SELECT m.a AS c1, m.c AS c2, m.d AS c3) u;
DO $$ BEGIN
	FOR i IN 4 .. 150 LOOP
		EXECUTE format('ALTER TABLE wide ADD c%s %s', i,
			CASE i % 3 WHEN 0 THEN 'text' WHEN 1 THEN 'integer' ELSE 'float8' END);
	END LOOP;
	EXECUTE 'UPDATE wide SET ' || (SELECT string_agg(
		format('c%s = CASE WHEN c1 %% %s = 0 THEN 1 ELSE 2 END', i, i), ', ')
		FROM generate_series(4, 150) i);
END $$;
CREATE VIEW seen AS SELECT m.*, c.a AS other FROM many m JOIN
	(SELECT DISTINCT a FROM coarse) c ON c.a = m.id % 6;
ANALYZE;
END
few="min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0"

# Trains with so many workers; prints the model's checksum, whether the leader
# was alone, and what was certified.
bytes()
{
	sql "SET $few" "SET fairpg.workers = $1" \
		"SELECT 1 FROM fairpg.train('m', $2)" \
		"SELECT artifact_sha256, loss, gap, rows_train, rows_dropped, warnings
			FROM fairpg_catalog.model_version WHERE model = 'm'
			ORDER BY version DESC LIMIT 1" \
		"SELECT part, loss, accuracy, auc, (SELECT md5(string_agg(concat_ws('|',
				attribute, group_name, metric, value, low, high, n), ' '
				ORDER BY attribute, group_name, metric))
				FROM fairpg_catalog.evaluation_metric m WHERE m.evaluation = e.evaluation)
			FROM fairpg_catalog.evaluation e WHERE model = 'm' AND version =
				(SELECT max(version) FROM fairpg_catalog.model_version WHERE model = 'm')
			ORDER BY part" | sed 1d
}
same()
{
	local alone
	alone=$(bytes 0 "$2")
	like "$1: a training" "$alone" '^.x[0-9a-f]{64}'
	for n in 1 2 4; do
		is "$1: $n workers make the same model" "$(bytes $n "$2")" "$alone"
	done
	is "$1: and once more" "$(bytes 2 "$2")" "$alone"
}
same "by content" "'many', 'label', protected => '{g,h,g*h}', exclude => '{id,w}',
	fairness => 'equalized_odds', max_gap => 0.05"
same "a number, bounds on groups" "'many', 'b', protected => '{g,h}', exclude => '{id,w}',
	family => 'linear', options => '{\"constraints\": [{\"fairness\": \"mean_parity\",
	\"max_gap\": 1}, {\"fairness\": \"group_loss\", \"max_loss\": 1e9}]}'"
same "by key, with weights" "'many', 'label', exclude => '{}', weight => 'w',
	options => '{\"key\": \"id\", \"nulls\": \"drop\"}'"
same "copies of rows" "'coarse', 'label', protected => '{g,h}',
	fairness => 'demographic_parity', max_gap => 0.02"
same "a hundred and fifty columns" "'wide', 'label', protected => '{g}',
	fairness => 'demographic_parity', max_gap => 0.02"
same "an early end" "'many', 'label', protected => '{g,h}', exclude => '{id,w}',
	fairness => 'equalized_odds', max_gap => 0.01,
	options => '{\"early_stop\": {\"patience\": 2}}'"
same "more values than are told apart" "'SELECT label, a, g, CASE WHEN id % 3 = 0
	THEN id::text ELSE ''t'' || id % 300 END AS t FROM many', 'label',
	protected => '{g}', fairness => 'demographic_parity', max_gap => 0.05"
same "a mixture" "'many', 'label', protected => '{g,h}', exclude => '{w}',
	fairness => 'equalized_odds', max_gap => 0.01, method => 'reduction',
	options => '{\"key\": \"id\"}'"
points()
{
	sql "SET $few" "SET fairpg.workers = $1" \
		"SELECT 1 FROM fairpg.frontier('f', 'many', 'label', protected => '{g,h}',
			exclude => '{id,w}', fairness => 'equalized_odds',
			max_gaps => '{0.01,0.02,0.03,0.04,0.05,0.07,0.1,0.15,0.2,1}',
			folds => 3)" \
		"SELECT point, artifact_sha256, train_loss, loss, gap
			FROM fairpg_catalog.frontier_point WHERE frontier =
				(SELECT max(frontier) FROM fairpg_catalog.frontier)
			ORDER BY point" | grep -v '^1$'
}
alone=$(points 0)
is "a frontier has its points" "$(printf '%s\n' "$alone" | wc -l)" 10
for n in 1 2 4; do
	is "a frontier: $n workers make the same models" "$(points $n)" "$alone"
done
same "a view" "'seen', 'label', exclude => '{id,w}'"

# whoever reads: workers alone, so that the leader gets rows before it has any; and
# all workers of the server, so that none may be left for what comes then
call="'many', 'label', protected => '{g,h}', exclude => '{id,w}',
	fairness => 'demographic_parity', max_gap => 0.02"
without_warning()
{
	sed 's/"no parallel worker was free: one process made all passes",*//; s/,}/}/'
}
alone=$(bytes 0 "$call")
for setting in 'parallel_leader_participation = off' 'max_parallel_workers = 1' \
	'max_parallel_workers = 2' 'max_parallel_workers = 0'; do
	for n in 1 2; do
		is "$setting, $n workers: the same model" \
			"$(few="$few; SET $setting" bytes "$n" "$call" | without_warning)" "$alone"
	done
done

# two trainings where the server has workers for one: both end, the second one
# alone, says so, and comes to the same model
alone=$(sql "SET $few" "SET fairpg.workers = 0" "SELECT 1 FROM fairpg.train('m', 'many',
	'label', protected => '{g}', exclude => '{id,w}', fairness => 'equalized_odds',
	max_gap => 0.05)" "SELECT artifact_sha256 FROM fairpg_catalog.model_version
	WHERE model = 'm' ORDER BY version DESC LIMIT 1" | tail -n 1)
sql "CREATE FUNCTION held(x bigint) RETURNS bigint LANGUAGE plpgsql VOLATILE
	PARALLEL SAFE AS 'BEGIN PERFORM pg_sleep(0.001); RETURN x; END'" \
	"ALTER SYSTEM SET max_parallel_workers = 2" "SELECT pg_reload_conf()" >/dev/null
psql -XAtq -c "SET $few" -c "SET fairpg.workers = 2" -c "SELECT 'ended', count(*)
	FROM fairpg.train('first', 'SELECT held(id) AS id, a, label FROM many
		WHERE id <= 9000', 'label')" >"$FAIRPG_TMP/first" 2>&1 &
client=$!
for _ in $(seq 100); do
	workers=$(sql "SELECT count(*) FROM pg_stat_activity
		WHERE backend_type = 'parallel worker'")
	[ "$workers" -lt 2 ] || break
	sleep 0.02
done
is "a training that has all workers of the server" "$workers" 2
second=$(sql "SET $few" "SET fairpg.workers = 2" "SELECT warnings FROM fairpg.train('m',
	'many', 'label', protected => '{g}', exclude => '{id,w}',
	fairness => 'equalized_odds', max_gap => 0.05)" \
	"SELECT artifact_sha256 FROM fairpg_catalog.model_version
	WHERE model = 'm' ORDER BY version DESC LIMIT 1")
wait "$client"
like "one beside it has none, and says so" "$second" 'no parallel worker was free'
is "and makes the same model" "$(printf '%s\n' "$second" | tail -n 1)" "$alone"
is "the first one ends as well" "$(cat "$FAIRPG_TMP/first")" 'ended|1'
sql "ALTER SYSTEM RESET max_parallel_workers" "SELECT pg_reload_conf()" >/dev/null

# whether they really are several
sql "CREATE FUNCTION process(bigint) RETURNS integer LANGUAGE plpgsql VOLATILE
	PARALLEL SAFE AS 'BEGIN RETURN pg_backend_pid(); END'" >/dev/null
like "several processes read" "$(sql "SET $few" "SET fairpg.workers = 2" \
	"SELECT unnest(warnings) FROM fairpg.train('p',
		'SELECT label, a, process(id)::text AS p FROM many', 'label')" \
	"SELECT count(*) FROM fairpg_catalog.coefficient
		WHERE model = 'p' AND term = 'p' AND level_kind = 'value'")" '^[23]$'

# segments of shared memory that no process has any more; those of other
# servers of this machine come and go
segments()
{
	local name
	for name in /dev/shm/PostgreSQL.*; do
		[ -e "$name" ] || continue
		cat /proc/[0-9]*/maps 2>/dev/null | grep -qF "$name" || echo "$name"
	done
}

before=$(segments)

error=$(sql "SET $few" "SET fairpg.workers = 2" "SELECT version FROM fairpg.train('m',
	'SELECT label, a, 1 / (id - 190000) AS d FROM many', 'label')" 2>&1)
like "an error in a worker is the caller's" "$error" 'division by zero'
error=$(sql "SET $few" "SET fairpg.workers = 2" "SELECT version FROM fairpg.train('m',
	'SELECT label, CASE id WHEN 190000 THEN ''NaN'' ELSE c END AS c FROM many',
	'label')" 2>&1)
like "and names the column" "$error" 'column "c" is not a number'
error=$(sql "SET $few" "SET fairpg.workers = 2" "SET fairpg.train_mem = '2MB'" \
	"SELECT version FROM fairpg.train('m', 'many', 'label')" 2>&1)
like "too little memory" "$error" 'fairpg.train_mem'
is "no shared memory is left behind by errors" "$(segments)" "$before"

# a worker is killed in the middle, gently
sql "CREATE FUNCTION slow(x bigint) RETURNS bigint LANGUAGE plpgsql VOLATILE
	PARALLEL SAFE AS 'BEGIN PERFORM pg_sleep(0.0005); RETURN x; END'" >/dev/null
slow="SELECT version FROM fairpg.train('m', 'SELECT slow(id) AS id, a, label FROM many',
	'label')"
psql -XAtq -c "SET $few" -c "SET fairpg.workers = 2" -c "$slow" \
	>"$FAIRPG_TMP/killed" 2>&1 &
client=$!
for _ in $(seq 100); do
	workers=$(sql "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE backend_type = 'parallel worker'")
	[ "$workers" = 0 ] || break
	sleep 0.1
done
wait "$client"
like "a worker that is ended ends the training" "$(cat "$FAIRPG_TMP/killed")" \
	'terminating|lost connection to parallel worker'
is "and leaves no shared memory behind" "$(soon "$before" segments)" "$before"
is "and no version" "$(sql "SELECT count(*) FROM fairpg_catalog.model_version v
	WHERE model = 'm' AND rows_train < 1000")" 0

# and wherever it is: trainings one after another, until a worker is ended
psql -XAtq -c "SET $few" -c "SET fairpg.workers = 2" -c "SELECT count(t.version)
	FROM generate_series(1, 200) s, LATERAL fairpg.train('m' || s % 2, 'many',
		'label', protected => '{g}', exclude => '{id,w}',
		fairness => 'equalized_odds', max_gap => 0.001, seed => s) t" \
	>"$FAIRPG_TMP/killed" 2>&1 &
client=$!
sleep 2
for _ in $(seq 100); do
	workers=$(sql "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE backend_type = 'parallel worker'")
	[ "$workers" = 0 ] || break
	sleep 0.01
done
wait "$client"
like "a worker that is ended in the middle ends the training" \
	"$(cat "$FAIRPG_TMP/killed")" 'terminating|lost connection to parallel worker'
is "and leaves no shared memory behind" "$(soon "$before" segments)" "$before"
is "the server goes on" "$(sql "SET $few" "SET fairpg.workers = 2" "SELECT count(*)
	FROM fairpg.train('m', 'many', 'label', exclude => '{id,w}')")" 1

# and as soon as it is there to make the dataset: of a source that one process
# has to read there are no other workers
sql "CREATE FUNCTION unsafe(x bigint) RETURNS bigint LANGUAGE plpgsql VOLATILE
	PARALLEL UNSAFE AS 'BEGIN RETURN x; END'" >/dev/null
for pause in 0.001 0.004 0.008; do
	psql -XAtq -c "SET fairpg.workers = 1" -c "SELECT count(t.version)
		FROM generate_series(1, 50) s, LATERAL fairpg.train('m',
			'SELECT unsafe(a) AS a, c, d, g, h, label FROM many', 'label',
			protected => '{g}', seed => s) t" >"$FAIRPG_TMP/killed" 2>&1 &
	client=$!
	sql "DO \$\$
		DECLARE n integer := 0;
		BEGIN
			FOR i IN 1 .. 20000 LOOP
				PERFORM pg_stat_clear_snapshot();
				IF EXISTS (SELECT FROM pg_stat_activity WHERE
						backend_type = 'parallel worker' AND datname = current_database())
				THEN
					PERFORM pg_sleep($pause);
					SELECT count(pg_terminate_backend(pid)) INTO n FROM pg_stat_activity
						WHERE backend_type = 'parallel worker'
							AND datname = current_database();
				END IF;
				EXIT WHEN n > 0;
				PERFORM pg_sleep(0.001);
			END LOOP;
		END \$\$" >/dev/null 2>&1
	wait "$client"
	like "a worker that is ended $pause s after it came ends the training" \
		"$(cat "$FAIRPG_TMP/killed")" 'terminating|lost connection to parallel worker'
	is "and leaves no shared memory behind" "$(soon "$before" segments)" "$before"
done

# nobody but train() gets at it
sql "CREATE ROLE fairpg_test_curious" >/dev/null
like "the aggregate is of no use outside" \
	"$(sql "SELECT fairpg.gather_rows(a) FROM many" 2>&1)" \
	'works only inside of fairpg.train'
like "nor in parallel workers" "$(sql "SET $few" \
	"SET max_parallel_workers_per_gather = 2" \
	"SELECT fairpg.gather_rows(a) FROM many" 2>&1)" \
	'works only inside of fairpg.train'
like "nor its parts" "$(sql "SELECT fairpg.gather_columns(0, 1, 2)" 2>&1)" \
	'works only inside of fairpg.train'
like "nor its last function" "$(sql "SELECT fairpg.gather_final(NULL)" 2>&1)" \
	'does not exist|outside of an aggregate|cannot accept a value of type internal'
like "the setting is not everybody's" "$(sql "SET ROLE fairpg_test_curious" \
	"SELECT fairpg.n(fairpg.outcomes(true, true))" \
	"SET fairpg.gathering = '1:1'" 2>&1)" 'permission denied'
is "also when it is set before there is any" "$(sql \
	"SET ROLE fairpg_test_curious" "SET fairpg.gathering = '1:1'" \
	"SELECT fairpg.n(fairpg.outcomes(true, true))" \
	"SELECT current_setting('fairpg.gathering')" 2>/dev/null | tail -n 1)" ''
like "a source that calls it gets no further" "$(sql "SELECT version
	FROM fairpg.train('m', 'SELECT fairpg.gather_rows(label, a) AS a, true AS label
		FROM many', 'label')" 2>&1)" \
	'not the columns that fairpg.train|one value only|cannot use fairpg.gather_rows'
