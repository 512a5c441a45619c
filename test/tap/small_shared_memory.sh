# small_shared_memory.sh - a server whose /dev/shm is small: a training that finds no
# room says what to set, leaves nothing behind, and goes on without workers.
#
# The small /dev/shm is a mount that only this test's second server sees, which takes
# the rights of root; without them the test is skipped.
. test/tools/tap.sh

[ -z "$FAIRPG_AS" ] && { skip "a small /dev/shm" "not root"; exit 0; }
unshare --mount true 2>/dev/null ||
	{ skip "a small /dev/shm" "no mount namespaces"; exit 0; }

data=$FAIRPG_TMP/small
socket=$(mktemp -d /tmp/fairpg-small.XXXXXX)
chown "$($FAIRPG_AS id -u)" "$socket"

# $FAIRPG_AS is several words
# shellcheck disable=SC2086
as_server()
{
	(cd "$FAIRPG_TMP" && $FAIRPG_AS "$@")
}

finish()
{
	as_server pg_ctl -D "$data" -m immediate -s stop 2>/dev/null
	rm -rf "$data" "$socket"
}
trap finish EXIT

as_server initdb -D "$data" -U "$PGUSER" -A trust --locale=C -E UTF8 --no-sync >/dev/null
as_server sh -c "cat >>'$data/postgresql.conf'" <<END
listen_addresses = ''
unix_socket_directories = '$socket'
port = $PGPORT
fsync = off
lc_messages = 'C'
dynamic_shared_memory_type = 'posix'
END
# what is mounted there is gone with the last process of the second server
unshare --mount --propagation private sh -c "mount -t tmpfs -o size=16m,mode=1777 none /dev/shm &&
	cd '$FAIRPG_TMP' && $FAIRPG_AS pg_ctl -D '$data' -w -s -l '$FAIRPG_TMP/small.log' start" \
	>"$FAIRPG_TMP/small.start" 2>&1
export PGHOST=$socket PGDATABASE=postgres
server=$(head -n 1 "$data/postmaster.pid" 2>/dev/null)
if ! nsenter --target "$server" --mount true 2>/dev/null; then
	skip "a small /dev/shm" "it cannot be mounted"
	exit 0
fi

small()
{
	nsenter --target "$server" --mount mount -o "remount,size=$1" /dev/shm
}

segments()
{
	nsenter --target "$server" --mount sh -c 'ls /dev/shm | wc -l'
}

psql -Xq -v ON_ERROR_STOP=1 <<'END' >/dev/null
CREATE EXTENSION fairpg;
SELECT fairpg.init();
CREATE TABLE many AS
	SELECT (i * 7919) % 10007 AS a, (i * 104729) % 9973 AS b, 'level ' || (i * 131) % 40 AS d,
		CASE (i * 13) % 3 WHEN 0 THEN 'x' ELSE 'z' END AS g,
		((i * 7919) % 10007 + (i * 104729) % 9973) % 7 < 3 AS label
	FROM generate_series(1, 300000::bigint) i;
ANALYZE many;
END
train()
{
	psql -XAtq -v VERBOSITY=verbose -c "SET min_parallel_table_scan_size = 0" \
		-c "SET parallel_setup_cost = 0" -c "SET fairpg.workers = $1" \
		-c "SELECT version > 0 FROM fairpg.train('m', 'many', 'label', protected => '{g}',
			fairness => 'demographic_parity', max_gap => 0.01)" 2>&1
}

before=$(segments)
# every place that asks for shared memory is the first to find none at some size
for kilobytes in 1500 2000 2500 3000 3500 4000 5000 6000 7000 8000 16000; do
	small ${kilobytes}k
	seen=$(train 2)
	case $seen in
		t) stage="$stage ." ;;
		*)
			stage="$stage !"
			like "$kilobytes kB are too small, and the error says so" \
				"$(printf '%s' "$seen" | tr '\n' ' ')" \
				'53[12]00: .*HINT: .*dynamic_shared_memory_type.*fairpg.workers to 0'
			;;
	esac
	is "no segment is left of $kilobytes kB" "$(soon "$before" segments)" "$before"
done
like "it goes from too small to large enough" "$stage" '^ !( [!.])* \.$'
small 1500k
is "without workers it is enough" "$(train 0)" t
is "no version was stored but those of the trainings that ended" \
	"$(sql "SELECT count(*) FROM fairpg_catalog.model_version")" \
	"$(printf '%s' "$stage" | tr -dc . | wc -c | awk '{ print $1 + 1 }')"
