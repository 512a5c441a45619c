#!/usr/bin/env bash
# check.sh - runs the checks and counts them.
#
#   check.sh            every suite
#   check.sh NAME...    some of: lint unit regress isolation tap docs real
#
# Builds with warnings as errors, unless COPT says otherwise.
#
# A suite is a program that prints one line per check, "ok - name" or
# "not ok - name"; "ok - name # SKIP why" was not run.  What it printed is kept
# in build/check/<suite>.log and shown when something failed.  A suite that
# ends badly or says nothing counts as one failure, so that silence never
# passes.  All suites that need a server share one private server, which is
# stopped and deleted at the end however that end comes.
#
# The last line is the count and nothing else:  N passed, N failed[, N skipped]
set -uo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
cd "$top" || exit 1
export COPT=${COPT:--Werror}
logs=$top/build/check
mkdir -p "$logs"
server=
passed=0
failed=0
skipped=0

finish()
{
	trap '' HUP INT TERM
	[ -z "$server" ] || test/tools/checkrun.sh remove "$server"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Runs a command against the private server, which is started when first asked.
with_server()
{
	test/tools/checkrun.sh exec "$server" "$@"
}

need_server()
{
	[ -z "$server" ] || return 0
	server=$(test/tools/checkrun.sh scratch) || return 1
	test/tools/checkrun.sh start "$server" >"$logs/server.log" 2>&1 || {
		cat "$logs/server.log"
		echo "not ok - a private server with fairpg"
		return 1
	}
}

suite_build()
{
	if make -s all; then
		echo "ok - fairpg builds"
	else
		echo "not ok - fairpg builds"
	fi
}

suite_lint()
{
	local lint
	for lint in test/lint/*.sh; do
		with_server "$lint" </dev/null 2>&1 || echo "not ok - $lint ends well"
	done
}

suite_unit() { test/unit/run.sh; }
suite_regress() { with_server test/tools/regress.sh regress; }
suite_isolation() { with_server test/tools/regress.sh isolation; }
suite_tap() { with_server test/tools/runtap.sh test/tap; }
suite_docs() { with_server test/docs/run; }
suite_real() { with_server test/tools/runtap.sh test/real; }

# Runs one suite, keeps what it says, counts, and shows it when it failed.
run_suite()
{
	local name=$1 log=$logs/$1.log status=0 begun=$SECONDS good bad left
	"suite_$name" >"$log" 2>&1 </dev/null || status=$?
	bad=$(grep -c '^not ok' "$log")
	left=$(grep -ciE '^ok .*# skip' "$log")
	good=$(($(grep -cE '^ok( |$)' "$log") - left))
	if [ "$bad" -eq 0 ] && { [ "$status" -ne 0 ] ||
		[ $((good + left)) -eq 0 ]; }; then
		echo "not ok - suite $name ends well (exit $status)" >>"$log"
		bad=1
	fi
	passed=$((passed + good))
	failed=$((failed + bad))
	skipped=$((skipped + left))
	printf '  %-10s %5d passed %4d failed %4d skipped %6d s\n' \
		"$name" "$good" "$bad" "$left" $((SECONDS - begun))
	if [ "$bad" -gt 0 ]; then
		# all of a short log, the failures and the end of a long one
		if [ "$(wc -l <"$log")" -le 60 ]; then
			sed 's/^/    | /' "$log"
		else
			grep -A 12 '^not ok' "$log" | head -n 60 | sed 's/^/    | /'
			tail -n 10 "$log" | sed 's/^/    : /'
		fi
		echo "    all of it: build/check/$name.log"
	fi
	grep -iE '^ok .*# skip' "$log" |
		sed -E 's/^ok (- )?(.*)# *[Ss][Kk][Ii][Pp] */    skipped: \2: /'
	return "$bad"
}

[ $# -gt 0 ] || set -- lint unit regress isolation tap docs real
echo "fairpg checks ($("${PG_CONFIG:-pg_config}" --version 2>/dev/null))"
if run_suite build; then
	for suite in "$@"; do
		if ! declare -F "suite_$suite" >/dev/null; then
			echo "there is no suite \"$suite\"" >&2
			exit 2
		fi
		if [ "$suite" != unit ] && ! need_server; then
			failed=$((failed + 1))
			break
		fi
		run_suite "$suite"
	done
fi
tail_text=
[ "$skipped" -eq 0 ] || tail_text=", $skipped skipped"
echo "$passed passed, $failed failed$tail_text"
[ "$failed" -eq 0 ]
