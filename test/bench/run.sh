#!/usr/bin/env bash
# run.sh - what fairpg costs, as ratios to one plain aggregate in the same run.
#
#   make bench                     a million generated loans; and Adult, where
#                                  ../shared/data is there
#   ROWS=100000 ROUNDS=3 make bench
#   SIZES=100k make bench          without the ten million rows of Adult, which
#                                  take 6 GB of disk while they are there
#
# T is one single-process aggregate that touches every column of the table:
# count(*), a sum of each number as float8, a sum of the length of each text.
# Each round runs every statement once, so that a slow moment of the machine
# hits all alike; the least time of the rounds counts.  JIT is off and no query
# gets a parallel worker, unless a row says so.  Ratios carry to other machines,
# milliseconds do not.
#
# "ok" and "over" compare with the budget; nothing fails on a budget, because a
# time is no test.
set -euo pipefail

if [ -z "${FAIRPG_TOP:-}" ]; then
	exec "$(dirname "$0")/../tools/checkrun.sh" run "$(cd "$(dirname "$0")" &&
		pwd -P)/run.sh" "$@"
fi

here=$FAIRPG_TOP/test/bench
shared=${FAIRPG_SHARED:-$FAIRPG_TOP/../shared}
rows=${ROWS:-1000000}
rounds=${ROUNDS:-5}
sizes=${SIZES:-100k 10m}
least_free=6000000 # kB that ten million rows may take
PGOPTIONS='-c jit=off -c max_parallel_workers_per_gather=0 -c work_mem=64MB'
PGOPTIONS="$PGOPTIONS -c maintenance_work_mem=1GB -c client_min_messages=warning"
PGOPTIONS="$PGOPTIONS -c fairpg.workers=0"
export PGOPTIONS

query()
{
	psql -XAtq -v ON_ERROR_STOP=1 "$@"
}

# Times every statement of a file, '-- time: name' before each, in rounds;
# prints "name<TAB>least milliseconds".
measure()
{
	local round
	for round in $(seq "$rounds"); do
		echo "  round $round of $rounds" >&2
		sed 's/^-- time: \(.*\)/\\echo @\1/' "$1" |
			{ echo '\timing on'; cat; } | query -f -
	done | awk -F '[@: ]+' '
		/^@/ { name = substr($0, 2) }
		/^Time: / {
			ms = $2
			if (!(name in least) || ms + 0 < least[name])
				least[name] = ms + 0
		}
		END { for (name in least) printf "%s\t%s\n", name, least[name] }'
}

# Prints one row of the table:  what, budget, measured, unit, milliseconds.
row()
{
	awk -v what="$1" -v budget="$2" -v seen="$3" -v unit="$4" -v ms="${5:-}" '
		BEGIN {
			state = budget == "" ? "" : (seen + 0 <= budget + 0 ? "ok" : "over")
			printf "  %-44s %9s %10s %9s  %s\n", what,
				(budget == "" ? "" : "<= " budget unit),
				sprintf(unit == " B" ? "%.0f%s" : \
					seen < 0.01 ? "%.1e%s" : "%.2f%s", seen, unit),
				(ms == "" ? "" : sprintf("%.0f ms", ms)), state
		}'
}

# One data set, prepared as tables or views: $1 its title; tables bench.data
# (what is read) and bench.call (arguments of fairpg.train) exist.
bench()
{
	local times call
	call=$(query -c 'SELECT arguments FROM bench.call')
	query -c "SELECT 1 FROM fairpg.train('plain', $call)" \
		-c "CREATE TABLE bench.scored AS SELECT a.sex, a.race,
			a.label AS label, fairpg.decide('plain', a) AS decision,
			fairpg.predict('plain', a) AS score
			FROM bench.data a" -c 'VACUUM ANALYZE bench.scored' \
		-c "CREATE TABLE bench.states AS
			SELECT fairpg.group_scores(label, round(score::numeric, 1)::float8,
				sex) AS state
			FROM (SELECT *, row_number() OVER () AS row FROM bench.scored) s
			GROUP BY row % 1000" -c 'VACUUM ANALYZE bench.states' >/dev/null
	query -v call="$call" -v difference="$FAIRPG_TMP/difference" \
		-f "$here/statements.sql" >"$FAIRPG_TMP/statements" ||
		exit 1
	times=$(measure "$FAIRPG_TMP/statements")
	report "$1" "$times"
	query -c 'DROP TABLE bench.scored, bench.states' \
		-c 'DELETE FROM fairpg_catalog.frontier' \
		-c "DELETE FROM fairpg_catalog.model_version WHERE model <> 'serving'" \
		-c "DELETE FROM fairpg_catalog.model WHERE model <> 'serving'"
}

# The statement of that name.
statement()
{
	awk -v name="$1" '/^-- time: / { found = substr($0, 10) == name; next } found' \
		"$FAIRPG_TMP/statements"
}

# Milliseconds from the moment a statement had to stop until it did, the worst
# of stops at different places in different statements; $1 what they take.
slowest_stop()
{
	local name part limit
	for name in 'train plain' 'train parity' 'train odds' predict audit 'check data' \
		'audit of scores' 'threshold sweep'; do
		for part in 5 15 25 35 45 55 65 75 85 95; do
			limit=$(printf '%s\n' "$1" | awk -F '\t' -v name="$name" \
				-v part=$part '$1 == name { print int($2 * part / 100) + 1 }')
			{
				echo "SET statement_timeout = $limit;"
				echo '\timing on'
				statement "$name"
			} | psql -XAtq -f - 2>&1 | awk -v limit="$limit" '
				/statement timeout/ { stopped = 1 }
				/^Time: / && stopped { print $2 - limit }'
		done
	done | sort -n | tail -n 1
}

# Milliseconds of two trainings at once by sessions that share nothing, the
# slower of both, the least of the rounds.
two_at_once()
{
	local round name
	for round in $(seq "$rounds"); do
		for name in one two; do
			{
				echo '\timing on'
				statement 'train parity' | sed "s/'parity'/'parity $name'/"
			} | query -f - &
		done | awk -F '[: ]+' '
			/^Time: / && $2 + 0 > most { most = $2 + 0 }
			END { print most }'
	done | sort -n | head -n 1
}

report()
{
	local times=$2 t scan byhand filter
	least()
	{
		printf '%s\n' "$times" | awk -F '\t' -v name="$1" '$1 == name { print $2 }'
	}
	ratio()
	{
		awk -v a="$1" -v b="$2" 'BEGIN { print a / b }'
	}
	t=$(least T)
	scan=$(query -c "SELECT 1000 * min((spec->'timing'->>'extract_seconds')::float8)
		FROM fairpg_catalog.model_version WHERE model = 'plain'")
	byhand=$(least 'by hand')
	filter=$(least 'filter counts')

	printf '\n%s: %s rows, T = %.0f ms\n\n' "$1" \
		"$(query -c 'SELECT count(*) FROM bench.data')" "$t"
	printf '  %-44s %9s %10s %9s\n' what budget measured time
	row 'extraction and encoding' 1 "$(ratio "$scan" "$t")" ' T' "$scan"
	row 'train, plain' '' "$(ratio "$(least 'train plain')" "$t")" ' T' \
		"$(least 'train plain')"
	row 'train, demographic parity 0.01' 1.6 \
		"$(ratio "$(least 'train parity')" "$t")" ' T' "$(least 'train parity')"
	row 'the same by two processes' 1 \
		"$(ratio "$(least 'train parity, two')" "$t")" ' T' \
		"$(least 'train parity, two')"
	row 'one process to two, wanted 1.6 or more' '' \
		"$(ratio "$(least 'train parity')" "$(least 'train parity, two')")" ' x'
	row 'one training to two at once, per training' '' \
		"$(awk -v a="$(least 'train parity')" -v b="$(two_at_once)" \
			'BEGIN { print 2 * a / b }')" ' x'
	row 'one with memory for a third of them, to all' 3 \
		"$(ratio "$(least 'train parity, files')" "$(least 'train parity')")" \
		' x' "$(least 'train parity, files')"
	row 'frontier of 16 bounds, to one training' 3 \
		"$(ratio "$(least frontier)" "$(least 'train parity')")" ' x' \
		"$(least frontier)"
	row 'the same with 5 folds (96 models)' 10 \
		"$(ratio "$(least 'frontier with folds')" "$(least 'train parity')")" \
		' x' "$(least 'frontier with folds')"
	row 'train, equalized odds 0.01' 1.6 \
		"$(ratio "$(least 'train odds')" "$t")" ' T' "$(least 'train odds')"
	row 'the same by two processes' 1 \
		"$(ratio "$(least 'train odds, two')" "$t")" ' T' \
		"$(least 'train odds, two')"
	row 'predict over the table, to SQL by hand' 1 \
		"$(ratio "$(least predict)" "$byhand")" ' x' "$(least predict)"
	row 'audit with intervals, to counts by FILTER' 1.5 \
		"$(ratio "$(least audit)" "$filter")" ' x' "$(least audit)"
	row 'audit of scores: AUC, ABROCA, ECE, to the same' 3 \
		"$(ratio "$(least 'audit of scores')" "$filter")" ' x' \
		"$(least 'audit of scores')"
	row 'calibration, to the same' 3 \
		"$(ratio "$(least calibration)" "$filter")" ' x' "$(least calibration)"
	row '19 thresholds, to the same' 3 \
		"$(ratio "$(least 'threshold sweep')" "$filter")" ' x' \
		"$(least 'threshold sweep')"
	row 'merging 1000 states of scores, 2 groups' 10 \
		"$(least 'merge of scores')" ' ms'
	row 'check_data, sex and race' 3 \
		"$(ratio "$(least 'check data')" "$t")" ' T' "$(least 'check data')"
	row 'memory of training, a row' 80 "$(query -c "SELECT
		max(memory_bytes::float8 / (rows_train + rows_test))
		FROM fairpg_catalog.model_version WHERE model = 'parity'")" ' B'
	row 'slowest answer to a cancel' 100 "$(slowest_stop "$times")" ' ms'
	# models take numbers as float4, somebody who writes SQL as float8
	row 'largest difference of predict to SQL by hand' 1e-6 \
		"$(query -c "$(cat "$FAIRPG_TMP/difference")")" ''
}

# Why there are no ten million rows; empty when there are.
no_large()
{
	local free
	[[ " $sizes " = *' 10m '* ]] || { echo "SIZES=$sizes"; return; }
	free=$(df -Pk "$FAIRPG_TMP" | awk 'NR == 2 { print $4 }')
	[ "$free" -ge "$least_free" ] || echo "$((free / 1000000)) GB of disk are free"
}

# Milliseconds a row at one size to those of bench.data; $1 the times.
time_a_row()
{
	printf '%s\n' "$1" | awk -F '\t' -v name="$2 $3" -v base="$2 1m" \
		-v rows="$(query -c "SELECT count(*) FROM bench.data_$3")" \
		-v base_rows="$(query -c 'SELECT count(*) FROM bench.data')" '
		$1 == name { one = $2 / rows }
		$1 == base { other = $2 / base_rows }
		END { print one / other }'
}

# A tenth and ten times as many rows, all sizes in the same rounds; ten million
# rows in few of them.
scaling()
{
	local call times why size fairness large=true rounds=$rounds
	why=$(no_large)
	[ -z "$why" ] || large=false
	[ "$large" = false ] || rounds=$((rounds < 3 ? rounds : 3))
	echo 'making the other sizes ...' >&2
	call=$(query -c 'SELECT arguments FROM bench.call')
	query -v call="$call" -v with_10m=$large -f "$here/sizes.sql" \
		>"$FAIRPG_TMP/sizes" || exit 1
	times=$(measure "$FAIRPG_TMP/sizes")
	for size in 100k 10m; do
		for fairness in demographic_parity equalized_odds; do
			if [ $size = 10m ] && [ -n "$why" ]; then
				echo "  time a row of 10m, to 1M, skipped: $why"
				break
			fi
			row "time a row of $size, to 1M: ${fairness//_/ }" 1.3 \
				"$(time_a_row "$times" "$fairness" $size)" ' x' \
				"$(printf '%s\n' "$times" | awk -F '\t' \
					-v name="$fairness $size" '$1 == name { print $2 }')"
		done
	done
	query -c 'DROP TABLE IF EXISTS bench.data_100k, bench.data_10m'
}

# Seconds of a hundred thousand transactions by eight clients.
eight_clients()
{
	pgbench -n -M prepared -c 8 -j 2 -t 12500 -f "$1" 2>/dev/null |
		awk '/^tps/ { print 100000 / $3 }'
}

# Decisions that eight clients log, to bare inserts of such rows; by turns, the
# least of three.
serving()
{
	local round log=
	if ! command -v pgbench >/dev/null; then
		echo '  decisions logged by 8 clients, skipped: there is no pgbench'
		return
	fi
	query -f "$here/serving.sql" >/dev/null
	for round in 1 2 3; do
		echo "  round $round of 3" >&2
		log="$log$(eight_clients "$here/log_insert.sql") $(eight_clients "$here/log_decision.sql")
"
	done
	log=$(printf '%s' "$log" | awk '
		{ if (!a || $1 < a) a = $1; if (!b || $2 < b) b = $2 }
		END { print b / a, 1000 * b }')
	row '100 000 decisions by 8 clients, to bare INSERTs' 2 "${log% *}" ' x' \
		"${log#* }"
}

query -c 'CREATE EXTENSION fairpg' -c 'SELECT fairpg.init()' >/dev/null
echo "fairpg bench: $(query -c 'SHOW server_version'), $(nproc) cores, least of $rounds rounds"

echo "making $rows loans ..." >&2
query -v rows="$rows" -f "$FAIRPG_TOP/test/tools/lending.sql"
query -f "$here/lending.sql"
bench 'Generated loans'
serving

if [ -r "$shared/data/load.sql" ]; then
	echo "making Adult, 31 times ..." >&2
	query -v datadir="$shared/data" -f "$shared/data/load.sql" >/dev/null
	query -f "$here/adult.sql"
	bench 'Adult, train part 31 times with jitter'
	scaling
	query -c 'SELECT 1 FROM (SELECT fairpg.train('"'reference', 'data.adult',
		'income', positive => '>50K', exclude => '{fnlwgt,row_id}',
		split => 'column:split=test'"')) x' >/dev/null
	query -v document="$(cat "$FAIRPG_TOP/test/reference/adult_logistic.json")" \
		-f "$here/coefficients.sql" >"$FAIRPG_TMP/coefficients"
	row 'coefficients on Adult to the reference' 1e-6 \
		"$(cat "$FAIRPG_TMP/coefficients")" ''
fi
