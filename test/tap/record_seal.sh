# record_seal.sh - sealing beside sessions that write: no event is lost, none is
# sealed twice, the chain has no fork; nobody who writes waits for who seals.  A
# server that dies in the middle leaves a record that is right.
. test/tools/tap.sh

sql "SELECT fairpg.init()" >/dev/null
cd "$FAIRPG_TMP" || exit 1
echo "SELECT fairpg.add_note('model ' || :client_id, 'note');" >record_note.sql
# some of them at other isolation levels, some rolled back, some slow to commit
cat >record_mixed.sql <<'END'
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT fairpg.add_note('model ' || :client_id, 'first');
\sleep 5 ms
SELECT fairpg.add_note('model ' || :client_id, 'second');
COMMIT;
BEGIN;
SELECT fairpg.add_note('model ' || :client_id, 'taken back');
ROLLBACK;
END
echo "SELECT fairpg.seal();" >record_seal.sql
pgbench -n -c 6 -t 300 -f record_note.sql >record_note.log 2>&1 &
note=$!
pgbench -n -c 2 -t 100 -f record_mixed.sql >record_mixed.log 2>&1 &
mixed=$!
pgbench -n -c 2 -t 100 -f record_seal.sql >record_seal.log 2>&1
sealed=$?
ok "notes are written" wait $note
ok "also at another isolation level" wait $mixed
is "two sealers seal beside them" "$sealed" 0
like "and make many blocks" "$(sql "SELECT count(*) > 20 FROM fairpg_catalog.event_block")" t
sql "SELECT fairpg.seal()" >/dev/null
is "every event that was committed is there" "$(sql \
	"SELECT count(*) FROM fairpg_catalog.event WHERE action = 'note added'" \
	"SELECT count(*) FROM fairpg_catalog.event WHERE payload ->> 'note' = 'taken back'")" '2200
0'
is "each is in one block" "$(sql "SELECT count(*), count(DISTINCT event), (SELECT count(*) FROM fairpg_catalog.event) FROM fairpg_catalog.event_leaf")" \
	'2201|2201|2201'
is "each block has one predecessor, and one successor" "$(sql \
	"SELECT count(*) = count(DISTINCT prev_hash), count(*) = max(block) FROM fairpg_catalog.event_block")" 't|t'
head=$(sql "SELECT fairpg.audit_head()")
none "the record is right" "$(sql "SELECT * FROM fairpg.verify('$head') WHERE verdict <> 'ok'")"

# an open seal holds up no writer, and the next sealer for some seconds: it is
# told who seals
mkfifo record_open.fifo
psql -XAtq <record_open.fifo >record_open.log 2>&1 &
exec 3>record_open.fifo
echo "BEGIN; SELECT fairpg.add_note('model x', 'sealed with the transaction that wrote it'); SELECT n FROM fairpg.seal();" >&3
for _ in $(seq 100); do [ "$(wc -l <record_open.log)" -lt 2 ] || break; sleep 0.1; done
is "an open seal holds up nobody who writes" "$(sql "SET statement_timeout = '20s'" "SELECT fairpg.add_note('model y', 'meanwhile') > 0")" t
pid=$(sql "SELECT pid FROM pg_locks WHERE relation = 'fairpg_catalog.event_block'::regclass AND mode = 'ShareRowExclusiveLock'")
like "the next sealer does not wait without end, and is told who seals" \
	"$(sql "SET statement_timeout = '30s'" "\\set VERBOSITY verbose" "SELECT fairpg.seal()" | tr '\n' ' ')" \
	"55P03: another session is sealing the record DETAIL:  Process $pid holds"
is "who verifies waits for nobody" "$(sql "SET lock_timeout = '200ms'" "SELECT count(*) FROM fairpg.verify('$head') WHERE verdict = 'failed'")" 0
is "what was not sealed is kept" "$(sql "SELECT fairpg.audit_head() ->> 'unsealed'")" 1
# the server dies with it
kill -9 "$pid"
exec 3>&-
for _ in $(seq 300); do sql "SELECT 1" | grep -qx 1 && break; sleep 0.1; done
is "of a seal that died nothing is left" "$(sql "SELECT fairpg.audit_head() ->> 'hash' = '$head'::jsonb ->> 'hash'" "SELECT count(*) FROM fairpg_catalog.event WHERE object = 'model x'")" 't
0'
is "and the next one goes on" "$(sql "SELECT n FROM fairpg.seal()")" 1
none "the record is right" "$(sql "SELECT * FROM fairpg.verify('$head') WHERE verdict <> 'ok'")"
# the lock of a vacuum is waited for, since it ends
sql "BEGIN" "LOCK TABLE fairpg_catalog.event_block IN SHARE UPDATE EXCLUSIVE MODE" "SELECT pg_sleep(1)" "COMMIT" >/dev/null &
for _ in $(seq 100); do sql "SELECT count(*) FROM pg_locks WHERE mode = 'ShareUpdateExclusiveLock' AND relation = 'fairpg_catalog.event_block'::regclass" | grep -qx 1 && break; done
is "a vacuum delays a seal, and no more" "$(sql "SELECT n FROM fairpg.seal()")" 0
wait
rm -f record_*
