#!/usr/bin/env bash
# runtap.sh - runs the test scripts of a folder, each in a new database.
#
#   checkrun.sh exec DIR runtap.sh test/tap|test/real [NAME...]
#
# Every *.sh of the folder is run by bash and every *.pl by perl, with the
# environment of checkrun.sh, PGDATABASE naming a new database that has fairpg
# in it, and FAIRPG_SHARED naming the folder with real data.  The test prints
# "ok - ..." and "not ok - ..." lines; its name is put before each.  Tests of
# test/real find the tables of FAIRPG_SHARED/data/load.sql in schema data, and
# are skipped, aloud, where that folder is absent.
set -uo pipefail

folder=$1
shift
cd "$FAIRPG_TOP" || exit 1
FAIRPG_SHARED=${FAIRPG_SHARED:-$FAIRPG_TOP/../shared}
export FAIRPG_SHARED
template=template1

if [ "$folder" = test/real ]; then
	if [ ! -r "$FAIRPG_SHARED/data/load.sql" ]; then
		echo "ok - real data # SKIP no folder $(basename "$FAIRPG_SHARED")/data"
		exit 0
	fi
	template=fairpg_real
	psql -Xq -c "CREATE DATABASE $template" &&
		psql -Xq -d $template -v datadir="$FAIRPG_SHARED/data" \
			-f "$FAIRPG_SHARED/data/load.sql" >/dev/null || {
		echo "not ok - real data is loaded"
		exit 1
	}
fi

run_one()
{
	local script=$1 name log status=0
	name=$(basename "${script%.*}")
	log=$FAIRPG_TOP/build/check/$(basename "$folder")-$name.log
	PGDATABASE="$(basename "$folder")_$name"
	export PGDATABASE
	psql -Xq -d postgres \
		-c "CREATE DATABASE \"$PGDATABASE\" TEMPLATE $template" &&
		psql -Xq -c 'CREATE EXTENSION fairpg' || return 1
	case $script in
		*.sh) bash "$script" ;;
		*.pl) perl "$script" ;;
	esac >"$log" 2>&1 </dev/null || status=$?
	sed -E "s/^(not )?ok( +[0-9]+)?( +-)? */\1ok - $name: /" "$log"
	if ! grep -qE '^(not )?ok' "$log" ||
		{ [ "$status" -ne 0 ] && ! grep -q '^not ok' "$log"; }; then
		echo "not ok - $name: ends well (exit $status)"
	fi
	psql -Xq -d postgres -c "DROP DATABASE \"$PGDATABASE\" WITH (FORCE)"
}

mkdir -p build/check
count=0
for script in "$folder"/*.sh "$folder"/*.pl; do
	[ -e "$script" ] || continue
	if [ $# -gt 0 ]; then
		case " $* " in *" $(basename "${script%.*}") "*) ;; *) continue ;; esac
	fi
	count=$((count + 1))
	run_one "$script" || echo "not ok - $script: its database is made"
done
[ "$count" -gt 0 ] || echo "ok - $folder # SKIP there are no tests"
[ "$folder" != test/real ] || psql -Xq -d postgres -c "DROP DATABASE $template"
