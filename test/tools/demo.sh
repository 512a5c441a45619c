#!/usr/bin/env bash
# demo.sh - a private server with a lending data set and two models in it.
#
#   demo.sh start     build, make ./demo_cluster, data, train, compare
#   demo.sh stop      stop the server and delete ./demo_cluster
#
# Behind "make demo" and "make demo-stop".  The server keeps running until it is
# stopped; it listens on a socket only.  Where root works in a folder that the
# server's user cannot enter, the cluster lies in a scratch folder, and
# ./demo_cluster is a link to it.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
place=demo_cluster
checkrun=test/tools/checkrun.sh

# Runs one step and says how long it took; shows its output when it fails.
step()
{
	local name=$1 begun log
	shift
	log=$(mktemp)
	begun=$(date +%s%N)
	printf '  %-38s' "$name"
	if "$@" >"$log" 2>&1; then
		printf '%6.1f s\n' "$((($(date +%s%N) - begun) / 1000000))e-3"
		rm -f "$log"
	else
		printf '  failed\n\n'
		cat "$log"
		rm -f "$log"
		exit 1
	fi
}

query()
{
	"$checkrun" exec "$place" psql -Xq -v ON_ERROR_STOP=1 "$@"
}

build()
{
	make -s -j2 all
}

# The cluster's folder: here, unless the server's user could not reach it.
make_place()
{
	local user=nobody
	if [ "$(id -u)" -eq 0 ]; then
		id postgres >/dev/null 2>&1 && user=postgres
		if ! (cd / && setpriv "--reuid=$(id -u $user)" "--regid=$(id -g $user)" \
			--clear-groups test -x "$OLDPWD"); then
			ln -s "$("$checkrun" scratch demo)" "$place"
			return
		fi
	fi
	mkdir "$place"
}

start_server()
{
	make_place
	"$checkrun" start "$place" fsync=on synchronous_commit=off \
		maintenance_work_mem=256MB
}

stop()
{
	[ -e "$place" ] || [ -L "$place" ] || return 0
	# delete nothing that this script did not make
	if [ -n "$(ls -A "$place")" ] && [ ! -d "$place/root" ]; then
		echo "\"$place\" holds something else; please move it away" >&2
		exit 1
	fi
	[ ! -e "$place/environment" ] || "$checkrun" stop "$place"
	if [ -L "$place" ]; then
		rm -rf "$(readlink "$place")"
	fi
	rm -rf "$place"
}

train()
{
	query -c "SELECT * FROM fairpg.train($1)"
}

report()
{
	mkdir -p build
	query -c "SELECT fairpg.evaluate('credit', 'SELECT * FROM loans WHERE age < 30', version => 2)"
	query -c "SELECT fairpg.add_analyses(max(evaluation), '{calibration,threshold_sweep,subgroups}')
		FROM fairpg_catalog.evaluation"
	query -At -c "SELECT fairpg.audit_report('credit', 2)" >build/demo_report.html
}

start()
{
	local common="model => 'credit', source => 'loans', label => 'repaid',
		protected => '{sex,race}', exclude => '{applicant_id,approved,ability}'"

	echo 'fairpg: a fair model inside PostgreSQL'
	echo
	stop
	step 'build' build
	step 'private server (socket only)' start_server
	step 'loans of 100 000 applicants' query -f test/tools/lending.sql
	step 'CREATE EXTENSION fairpg' query -c 'CREATE EXTENSION fairpg' \
		-c 'SELECT fairpg.init()'
	step 'a plain model' train "$common, comment => 'plain'"
	step 'a fair one, gap at most 0.02' train "$common,
		fairness => 'demographic_parity', max_gap => 0.02, comment => 'fair'"
	query -f test/tools/demo.sql
	step 'a report of the fair one' report

	local shown=$place
	[ ! -L "$place" ] || shown="$place ($(readlink "$place"))"
	cat <<-END
		The report of version 2 is build/demo_report.html: open it in a browser.

		The server keeps running in $shown.  Go on exploring:

		  test/tools/checkrun.sh exec demo_cluster psql

		for example with

		  SELECT * FROM fairpg_report.training_log WHERE version = 2;
		  SELECT applicant_id, fairpg.predict('credit', a), fairpg.decide('credit', a)
		      FROM loans a LIMIT 10;
		  SELECT * FROM fairpg.audit('loans', '{sex,race,sex*race}',
		      label => 'repaid', decision => 'approved');

		"make demo-stop" ends it.
	END
}

case ${1:-} in
	start) start ;;
	stop) stop ;;
	*)
		echo "usage: demo.sh start|stop" >&2
		exit 2
		;;
esac
