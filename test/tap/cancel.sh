# cancel.sh - statement_timeout and pg_cancel_backend in the middle of
# everything that takes its time: an answer, and nothing left behind.  How soon
# the answer comes is what "make bench" measures; here is only a bound that a
# loop without an interrupt check would break.
. test/tools/tap.sh

psql -Xq -v ON_ERROR_STOP=1 <<'END'
SELECT fairpg.init() \g /dev/null
CREATE TABLE many AS
	SELECT i AS id, (i * 7919) % 10007 AS a, (i * 104729) % 9973 AS b,
		((i * 31) % 97)::float8 AS c,
		'level ' || (i * 131) % 40 AS d, 'level ' || (i * 17) % 60 AS e,
		CASE (i * 13) % 3 WHEN 0 THEN 'x' WHEN 1 THEN 'y' ELSE 'z' END AS g,
		((i * 7919) % 10007 + (i * 104729) % 9973) % 7 < 3 AS label
	FROM generate_series(1, 1500000::bigint) i;
-- a source that takes its time row by row, so that extraction is where it stops
CREATE FUNCTION slow(x bigint) RETURNS bigint LANGUAGE plpgsql VOLATILE AS
	$$ BEGIN PERFORM pg_sleep(0.0002); RETURN x; END $$;
END

train="SELECT version FROM fairpg.train('m', SOURCE, 'label',
	protected => '{g}', exclude => '{id}', fairness => 'demographic_parity',
	max_gap => 0.0001)"
fast=${train/SOURCE/"'many'"}
slow=${train/SOURCE/"'SELECT slow(id) AS id, a, b, c, d, e, g, label FROM many'"}
# a training that was faster than expected is stopped in the sleep behind it,
# and leaves as little
stopped="SELECT t.version FROM ($fast) t,
	LATERAL (SELECT pg_sleep(60 + 0 * t.version)) s"

# Milliseconds between the moment a statement had to stop and its end.
#   late LIMIT STATEMENT: with statement_timeout LIMIT; text in $error
late()
{
	local begun ended
	begun=$(date +%s%N)
	error=$(psql -XAtq -v VERBOSITY=verbose -c "SET statement_timeout = $1" \
		-c "$2" 2>&1)
	ended=$(date +%s%N)
	echo $(((ended - begun) / 1000000 - $1))
}

# The same in a transaction that is rolled back, with the answer in a file.  A
# machine that was busy when the whole was timed may be through before the
# limit: then it is tried again with less of it.
late_enough()
{
	local limit=$1 try
	for try in 1 2 3 4; do
		late "$limit" "BEGIN; $2; ROLLBACK" >"$FAIRPG_TMP/late"
		[ -z "${error##*57014*}" ] && return
		limit=$((limit / 2 + try))
	done
}

# What a statement that was stopped may have left.
leftovers()
{
	sql "SELECT count(*) FROM fairpg_catalog.model" \
		"SELECT count(*) FROM fairpg_catalog.model_version" \
		"SELECT count(*) FROM fairpg_catalog.training_log" \
		"SELECT count(*) FROM fairpg_catalog.evaluation" |
		tr '\n' ' '
	$FAIRPG_AS find "$PGDATA/base/pgsql_tmp" -type f 2>/dev/null | wc -l
	$FAIRPG_AS find "$PGDATA/pg_replslot" "$PGDATA/pg_dynshmem" -type f \
		-not -name mmap.\* 2>/dev/null | wc -l
}

# how long the whole takes, to place the stops inside its parts
begun=$(date +%s%N)
sql "BEGIN; $fast; ROLLBACK" >/dev/null
whole=$((($(date +%s%N) - begun) / 1000000))
echo "# a whole training takes $whole ms"
nothing=$(leftovers)

# late() runs in this shell, so that 'error' survives
for part in 10 25 40 55 70 85; do
	limit=$((whole * part / 100 + 1))
	late $limit "$stopped" >"$FAIRPG_TMP/late"
	like "statement_timeout after $part % of a training stops it" "$error" \
		'57014.*statement timeout'
	# starting psql and connecting are in this figure too
	within "and answers soon, in ms" "$(cat "$FAIRPG_TMP/late")" -1000 1000
done
late 500 "$slow" >"$FAIRPG_TMP/late"
like "statement_timeout in the middle of extraction stops it" "$error" \
	'57014.*statement timeout'
within "and answers soon, in ms" "$(cat "$FAIRPG_TMP/late")" -1000 1000
is "nothing is left of any of them" "$(leftovers)" "$nothing"

# Scoring, measuring and evaluating: stopped at a third and two thirds of what
# the whole takes.
sql "SELECT version FROM fairpg.train('scorer', 'many', 'label', protected => '{g}',
	exclude => '{id}')" >/dev/null
sql "CREATE TABLE scored AS SELECT label, g, d, e, fairpg.predict('scorer', m) AS score
	FROM many m WHERE id <= 300000" >/dev/null
sql "SELECT version FROM fairpg.train('flipper', 'many', 'label', protected => '{g}',
	features => '{a,b,g}')" >/dev/null
nothing=$(leftovers)
stop_in()
{
	local begun whole part
	begun=$(date +%s%N)
	sql "BEGIN; $2; ROLLBACK" >/dev/null
	whole=$((($(date +%s%N) - begun) / 1000000))
	for part in 33 66; do
		late_enough $((whole * part / 100 + 1)) "$2"
		like "statement_timeout after $part % of $1 stops it" "$error" \
			'57014.*statement timeout'
		within "and answers soon, in ms" "$(cat "$FAIRPG_TMP/late")" -1000 1000
	done
}
stop_in 'scoring' "SELECT sum(fairpg.predict('scorer', m)) FROM many m"
stop_in 'an aggregate' "SELECT fairpg.n(fairpg.scores(label, c / 97)) FROM many"
stop_in 'counting for an audit' "SELECT count(*) FROM fairpg.audit('scored',
	'{g}', label => 'label', score => 'score')"
stop_in 'the intervals of an audit' "SELECT count(*) FROM fairpg.audit('scored',
	'{d*e}', label => 'label', score => 'score', options => '{\"replicates\": 1000}')"
# a stored state of some 70 MB: its text, and adding it up again
sql "CREATE TABLE states AS SELECT fairpg.group_scores(i % 3 = 0,
	(i * 48271 % 1000003) / 1000003.0::float8, (i % 400)::int) AS state
	FROM generate_series(1, 2400000::bigint) i" >/dev/null
stop_in 'the text of scores by group' 'SELECT length(state::text) FROM states'
stop_in 'a merge of scores by group' \
	'SELECT length(fairpg.merge(state)::text) FROM states'
sql 'DROP TABLE states' >/dev/null

stop_in 'a comparison' "SELECT count(*) FROM fairpg.compare('decision:yes',
	'model:scorer', 'SELECT *, c > 40 AS yes FROM many', '{d*e}', label => 'label',
	options => '{\"replicates\": 1000}')"
stop_in 'AUCs of two scores' "SELECT count(*) FROM fairpg.compare('score:score',
	'score:other', 'SELECT *, length(d) - score AS other FROM scored', '{g}', label => 'label')"
stop_in 'nearest neighbours' "SELECT count(*) FROM fairpg.consistency('scored',
	'{score,d,e}', 'label', '{g}', sample => 300)"
stop_in 'a search of subgroups' "SELECT count(*) FROM fairpg.subgroups('many',
	'{a,b,c,d,g}', label => 'label', score => 'c', threshold => 40)"
stop_in 'counterfactual flips' "SELECT count(*) FROM fairpg.counterfactual_flips('flipper', 'many')"
stop_in 'a stress test' "SELECT count(*) FROM fairpg.stress('flipper',
	'SELECT * FROM many WHERE id <= 300000', label => 'label')"
stop_in 'calibration' "SELECT count(*) FROM fairpg.calibration('scored', '{d*g}', 'label', 'score')"
stop_in 'an evaluation' "SELECT evaluation FROM fairpg.evaluate('scorer', 'many')"
stop_in 'a frontier of numbers' "SELECT count(*) FROM fairpg.frontier('numbers', 'many',
	'a', protected => '{g}', exclude => '{id,label}', family => 'linear',
	fairness => 'mean_parity', max_gaps => '{0,1,10,100,1000}', folds => 5)"
is "nothing is left of any of them" "$(leftovers)" "$nothing"

# Rows of a million numbers: reading, packing and dividing them.  There are too few
# of them for a model, which is found out only after all that.
sql "CREATE TABLE long AS SELECT i % 2 = 0 AS label, (SELECT array_agg((j * i) % 17)::float4[]
	FROM generate_series(1, 1000000) j) AS v FROM generate_series(1, 24) i" >/dev/null
arrays="SELECT version FROM fairpg.train('arrays', 'long', 'label')"
begun=$(date +%s%N)
error=$(sql "SET fairpg.train_mem = '4GB'" "$arrays" 2>&1)
whole_of_arrays=$((($(date +%s%N) - begun) / 1000000))
like "a model of more coefficients than rows is refused" "$error" \
	'fewer training rows than the model has'
for part in 10 25 40 55 70 85; do
	late $((whole_of_arrays * part / 100 + 1)) \
		"SET fairpg.train_mem = '4GB'; $arrays" >"$FAIRPG_TMP/late"
	like "statement_timeout after $part % of rows of a million numbers" "$error" \
		'57014.*statement timeout|fewer training rows than the model has'
	# in a machine that is busy everything takes as many times longer
	within "and answers soon, in ms" "$(cat "$FAIRPG_TMP/late")" \
		$((-2 * whole_of_arrays)) $((1000 + whole_of_arrays / 4))
done
is "nothing is left of any of them" "$(leftovers)" "$nothing"

# A cancel from another session, which finds the training by its text: what is
# in progress shows in application_name.  The time limit is for a broken server.
for source in "$slow" "$stopped"; do
	psql -XAtq -v VERBOSITY=verbose -c 'SET statement_timeout = 50000' \
		-c "/* victim */ $source" >"$FAIRPG_TMP/victim" 2>&1 &
	victim=$!
	sleep "$(awk -v ms="$whole" 'BEGIN { print ms / 2000 }')"
	[ "$source" != "$slow" ] ||
		like "a training in progress is seen from another session" "$(
			sql "SELECT application_name FROM pg_stat_activity
				WHERE query ~ '^/. victim'")" '^fairpg m [a-z]+'
	sql "SELECT pg_cancel_backend(pid) FROM pg_stat_activity
		WHERE query ~ '^/. victim' AND state = 'active'" >/dev/null
	wait $victim
	like "pg_cancel_backend stops a training" "$(cat "$FAIRPG_TMP/victim")" \
		'57014.*user request'
done
is "nothing is left of any of them" "$(leftovers)" "$nothing"

# the same session goes on
is "a session that was stopped trains when asked again" "$(
	sql "SET statement_timeout = 50" "\\set ON_ERROR_STOP 0" "$fast" \
		"SET statement_timeout = 0" "$fast" | tail -n 1)" 1
