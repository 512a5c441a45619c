#!/usr/bin/env bash
# regress.sh - PostgreSQL's own test drivers, one line per test file.
#
#   checkrun.sh exec DIR regress.sh regress|isolation
#
# regress: sql/ against expected/.  isolation: test/isolation/specs against
# test/isolation/expected.  Each runs in a new database with fairpg in it, and
# writes to build/check/<which>; differences are printed, never only filed.
set -uo pipefail

which=$1
cd "$FAIRPG_TOP" || exit 1
out=build/check/$which
rm -rf "$out"
mkdir -p "$out"
driver=$(dirname "$("$PG_CONFIG" --pgxs)")/../test

case $which in
	regress)
		driver=$driver/regress/pg_regress
		input=.
		names=$(cd sql && ls -- *.sql 2>/dev/null | sed 's/\.sql$//')
		;;
	isolation)
		driver=$driver/isolation/pg_isolation_regress
		input=test/isolation
		names=$(cd $input/specs && ls -- *.spec 2>/dev/null | sed 's/\.spec$//')
		;;
esac
if [ -z "$names" ]; then
	echo "ok - $which # SKIP there are no tests"
	exit 0
fi
# without an expected file the driver gives up on all that would follow
ready=
for name in $names; do
	if [ -e "$input/expected/$name.out" ]; then
		ready="$ready $name"
	else
		echo "not ok - $name has no $input/expected/$name.out"
	fi
done
if [ ! -x "$driver" ]; then
	echo "ok - $which # SKIP $(basename "$driver") is not installed"
	exit 0
fi

# shellcheck disable=SC2086
"$driver" --bindir="$(dirname "$(command -v psql)")" --inputdir="$input" \
	--outputdir="$out" --host="$PGHOST" --port="$PGPORT" --user="$PGUSER" \
	--dbname="fairpg_$which" --load-extension=fairpg $ready >"$out/driver.log" 2>&1
status=$?

# "test x ... ok 12 ms" until PostgreSQL 15, "ok 1 - x 12 ms" since 16
sed -nE 's/^test +([^ ]+) +\.\.\. ok .*/ok - \1/p
	s/^test +([^ ]+) +\.\.\. (FAILED|failed).*/not ok - \1/p
	s/^ok +[0-9]+ +[-+] ([^ ]+) .*/ok - \1/p
	s/^not ok +[0-9]+ +[-+] ([^ ]+) .*/not ok - \1/p' "$out/driver.log"
if [ "$status" -ne 0 ]; then
	find "$out" -name regression.diffs -exec sed 's/^/# /' {} +
	sed 's/^/# /' "$out/driver.log"
fi
exit "$status"
