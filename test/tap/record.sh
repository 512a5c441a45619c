# record.sh - whatever is changed in the record, by whoever can, verification
# names it: inside, and by the program that needs no server.  What it cannot
# find, it cannot find: newest blocks dropped, or all rebuilt, without an anchor.
. test/tools/tap.sh

# Statements of somebody who can do without triggers.
tamper()
{
	sql "SET session_replication_role = replica" "$@"
}
# What is wrong, of "fairpg.verify(ANCHOR)": part, block, event.
wrong()
{
	sql "SELECT part, block, event FROM fairpg.verify(${1:-NULL}) WHERE verdict = 'failed' ORDER BY 1, 2, 3"
}
# Runs the program on an export of now; prints its words and, last, its status.
offline()
{
	sql "SELECT line FROM fairpg.export_record()" >"$FAIRPG_TMP/record.txt"
	fairpg-verify "$FAIRPG_TMP/record.txt" "$@" 2>&1
	echo "status $?"
}

psql -Xq -v ON_ERROR_STOP=1 <<'END' >/dev/null
SELECT fairpg.init();
SET fairpg.actor = 'the app';
SELECT fairpg.add_note('model ' || i, repeat('note "' || i || E'"\n\t\\ Łódź ', i % 9)|| i) FROM generate_series(1, 300) i;
SELECT fairpg.seal();
SELECT fairpg.add_note('model ' || i, 'note ' || i) FROM generate_series(301, 337) i;
SELECT fairpg.seal();
SELECT fairpg.add_note('model ' || i, 'note ' || i) FROM generate_series(338, 338) i;
SELECT fairpg.seal();
SELECT fairpg.add_note('model ' || i, 'note ' || i) FROM generate_series(339, 400) i;
SELECT fairpg.seal();
SELECT fairpg.add_note('model ' || i, 'note ' || i) FROM generate_series(401, 420) i;
END
head=$(sql "SELECT fairpg.audit_head()")
echo "$head" >"$FAIRPG_TMP/anchor.json"
none "a record that nobody has touched is right" "$(wrong "'$head'")"
like "and the program says so" "$(offline "$FAIRPG_TMP/anchor.json")" '^CONFIRMED'
like "without an anchor it says less" "$(offline)" '^CONSISTENT, and not confirmed'
sql "SELECT jsonb_pretty(fairpg.receipt(17))" >"$FAIRPG_TMP/receipt.json"
like "a receipt is an anchor" "$(offline "$FAIRPG_TMP/receipt.json")" 'ok +block 1: it has the hash'
like "but not one whose path leads elsewhere" "$(
	sql "SELECT jsonb_set(fairpg.receipt(17), '{path,0}', to_jsonb(repeat('0', 64)))" >"$FAIRPG_TMP/spoilt.json"
	offline "$FAIRPG_TMP/spoilt.json" | tail -n 2 | tr '\n' ' ')" 'event 17 is no anchor: its path .*status 2'
grep -h 'fairpg record: block' "$FAIRPG_TMP/server.log" | grep " $PGDATABASE " |
	tail -n 4 >"$FAIRPG_TMP/log_anchors"
like "so are the lines of the log" "$(offline "$FAIRPG_TMP/log_anchors")" 'ok +block 4: it has the hash'
# (a server that is kept has the lines of earlier runs)
logged=$(wc -l <"$FAIRPG_TMP/server.log")
is "a block that is rolled back leaves no line" "$(
	sql "BEGIN" "SELECT n FROM fairpg.seal()" "ROLLBACK"
	tail -n "+$((logged + 1))" "$FAIRPG_TMP/server.log" | grep 'fairpg record: block 5' | grep -c " $PGDATABASE ")" '20
0'
like "damage to a file is not taken for a record" "$(
	head -n 20 "$FAIRPG_TMP/record.txt" >"$FAIRPG_TMP/cut.txt"
	fairpg-verify "$FAIRPG_TMP/cut.txt" 2>&1; echo "status $?")" '^status 2'

# --- single edits, by a superuser --------------------------------------------
# Each is made, verified here and outside, and rolled back: the statement that
# verifies runs in the same transaction.
edits=$(
	for i in $(seq 1 150); do
		event=$((1 + (i * 7919) % 400))
		case $((i % 16)) in
			0) what="payload = payload || '{\"x\": 1}'" ;;
			1) what="payload = '{}'" ;;
			2) what="object = object || ' '" ;;
			3) what="action = 'version approved'" ;;
			4) what="role = 'alice'" ;;
			5) what="login = CASE WHEN $i % 2 = 0 THEN NULL ELSE 'bob' END" ;;
			6) what="asserted = NULLIF(concat(asserted, 'x'), '')" ;;
			7) what="person = 'Carol'" ;;
			8) what="at = at + interval '1 microsecond'" ;;
			9) what="at = CASE WHEN $i % 2 = 0 THEN 'infinity' ELSE '0044-03-15 BC' END::timestamptz" ;;
			10) what="salt = salt || '\\x00'" ;;
			11) what="payload_digest = sha256(payload_digest)" ;;
			12) what="leaf = substr(leaf, 1, $i % 32)" ;;
			13) what="payload = NULL, salt = NULL" ;;
			14) what="salt = NULL" ;;
			15) what="context_salt = sha256(context_salt)" ;;
		esac
		echo "event $event|UPDATE fairpg_catalog.event SET $what WHERE event = $event"
	done
	for i in $(seq 1 50); do
		event=$((1 + (i * 104729) % 400))
		block=$((1 + i % 4))
		case $((i % 10)) in
			0) echo "event $event|DELETE FROM fairpg_catalog.event WHERE event = $event" ;;
			1) echo "block $block|UPDATE fairpg_catalog.event_block SET n = n + 1 WHERE block = $block" ;;
			2) echo "block $block|UPDATE fairpg_catalog.event_block SET hash = sha256(hash) WHERE block = $block" ;;
			3) echo "block $block|UPDATE fairpg_catalog.event_block SET merkle_root = sha256(hash) WHERE block = $block" ;;
			4) echo "block $block|UPDATE fairpg_catalog.event_block SET prev_hash = sha256(hash) WHERE block = $block" ;;
			5) echo "block $block|UPDATE fairpg_catalog.event_block SET sealed_at = sealed_at - interval '1 second' WHERE block = $block" ;;
			6) echo "event $event|UPDATE fairpg_catalog.event_leaf SET leaf = sha256(leaf) WHERE event = $event" ;;
			7) echo "block 4|DELETE FROM fairpg_catalog.event_leaf WHERE (block, leaf_no) = (4, $((i % 60)))" ;;
			# the event with all its own hashes made anew: its block tells
			8) echo "event $event|UPDATE fairpg_catalog.event SET payload = '{\"made\": \"up\"}', payload_digest = fairpg.payload_digest(salt, '{\"made\": \"up\"}'), leaf = fairpg.leaf_hash(event, at, action, fairpg.context_digest(context_salt, role, login, asserted, person, object), fairpg.payload_digest(salt, '{\"made\": \"up\"}')) WHERE event = $event" ;;
			9) echo "block $((1 + i % 3))|DELETE FROM fairpg_catalog.event_block WHERE block = $((1 + i % 3))" ;;
		esac
	done)
{
	echo "SET session_replication_role = replica;"
	while IFS='|' read -r named statement; do
		echo "BEGIN; $statement;"
		echo "\\o $FAIRPG_TMP/record_edit.txt"
		echo "SELECT line FROM fairpg.export_record();"
		echo "\\o"
		echo "SELECT coalesce(string_agg(DISTINCT word, ', '), 'nothing') FROM (SELECT unnest(ARRAY['event ' || event, 'block ' || block]) AS word FROM fairpg.verify() WHERE verdict = 'failed') w;"
		echo "\\! fairpg-verify $FAIRPG_TMP/record_edit.txt | sed -nE 's/^WRONG  (event|block) ([0-9]+).*/\\1 \\2/p' | tr '\\n' ',' ; echo"
		echo "ROLLBACK;"
	done <<<"$edits"
} >"$FAIRPG_TMP/record_edits.sql"
psql -XAtq -v ON_ERROR_STOP=1 -f "$FAIRPG_TMP/record_edits.sql" >"$FAIRPG_TMP/record_seen.txt" 2>&1
is "all edits were tried" "$(wc -l <"$FAIRPG_TMP/record_seen.txt")" 400
none "verify names each of 200 edits" "$(
	paste -d '#' <(cut -d '|' -f 1 <<<"$edits") <(sed -n '1~2p' "$FAIRPG_TMP/record_seen.txt") <(cut -d '|' -f 2 <<<"$edits") |
		awk -F '#' 'index(", " $2 ",", ", " $1 ",") == 0')"
none "so does the program" "$(
	paste -d '#' <(cut -d '|' -f 1 <<<"$edits") <(sed -n '2~2p' "$FAIRPG_TMP/record_seen.txt") <(cut -d '|' -f 2 <<<"$edits") |
		awk -F '#' 'index("," $2, "," $1 ",") == 0')"
none "nothing of them is left" "$(wrong "'$head'")"

# --- what needs an anchor ----------------------------------------------------
keep=$(sql "SELECT to_jsonb(b.*) ->> 'hash' FROM fairpg_catalog.event_block b WHERE block = 3")
sql "CREATE TABLE kept_event AS TABLE fairpg_catalog.event" "CREATE TABLE kept_block AS TABLE fairpg_catalog.event_block" \
	"CREATE TABLE kept_leaf AS TABLE fairpg_catalog.event_leaf" >/dev/null
put_back()
{
	tamper "TRUNCATE fairpg_catalog.event, fairpg_catalog.event_block, fairpg_catalog.event_leaf" \
		"INSERT INTO fairpg_catalog.event OVERRIDING SYSTEM VALUE TABLE kept_event" \
		"INSERT INTO fairpg_catalog.event_block TABLE kept_block" \
		"INSERT INTO fairpg_catalog.event_leaf TABLE kept_leaf" >/dev/null
}
like "TRUNCATE is refused while there are triggers" "$(sql "TRUNCATE fairpg_catalog.event")" 'only ever added to'
sql "ALTER TABLE fairpg_catalog.event DISABLE TRIGGER record_truncated" \
	"ALTER TABLE fairpg_catalog.event_block DISABLE TRIGGER record_truncated" \
	"ALTER TABLE fairpg_catalog.event_leaf DISABLE TRIGGER record_truncated" >/dev/null
like "a disabled trigger is noted" "$(sql "SELECT detail FROM fairpg.verify() WHERE part = 'guards'")" 'record_truncated .* disabled'

tamper "DELETE FROM fairpg_catalog.event WHERE event IN (SELECT event FROM fairpg_catalog.event_leaf WHERE block = 4)" \
	"DELETE FROM fairpg_catalog.event_leaf WHERE block = 4" "DELETE FROM fairpg_catalog.event_block WHERE block = 4" >/dev/null
none "the newest block dropped is not found without an anchor" "$(wrong)"
like "and that is said" "$(sql "SELECT detail FROM fairpg.verify() WHERE part = 'anchor'")" 'newest blocks that were dropped'
is "with one it is" "$(wrong "'$head'")" 'anchor|4|'
like "outside as well" "$(offline "$FAIRPG_TMP/anchor.json")" 'WRONG +block 4: .*dropped'
put_back

# all of it made anew, with one event another one
tamper "UPDATE fairpg_catalog.event SET payload = '{\"made\": \"up\"}' WHERE event = 5" \
	"UPDATE fairpg_catalog.event SET payload_digest = fairpg.payload_digest(salt, payload)" \
	"UPDATE fairpg_catalog.event SET leaf = fairpg.leaf_hash(event, at, action, fairpg.context_digest(context_salt, role, login, asserted, person, object), payload_digest)" \
	"UPDATE fairpg_catalog.event_leaf l SET leaf = e.leaf FROM fairpg_catalog.event e WHERE e.event = l.event" \
	"UPDATE fairpg_catalog.event_block b SET merkle_root = (SELECT fairpg.merkle_root(array_agg(l.leaf ORDER BY l.leaf_no)) FROM fairpg_catalog.event_leaf l WHERE l.block = b.block)" \
	"DO \$\$ DECLARE b record; prev bytea := decode(repeat('00', 32), 'hex'); BEGIN
		FOR b IN SELECT * FROM fairpg_catalog.event_block ORDER BY block LOOP
			UPDATE fairpg_catalog.event_block k SET prev_hash = prev, hash = fairpg.block_hash(b.block, prev, b.merkle_root, b.n, b.sealed_at) WHERE k.block = b.block
				RETURNING hash INTO prev;
		END LOOP; END \$\$" >/dev/null
none "a record rebuilt is not found without an anchor" "$(wrong)"
like "nor outside" "$(offline)" '^CONSISTENT'
is "with one it is found" "$(wrong "'$head'")" 'anchor|4|'
like "outside as well" "$(offline "$FAIRPG_TMP/anchor.json")" 'WRONG +block 4: .*rebuilt'
put_back
is "back as it was" "$(wrong "'$head'")$(sql "SELECT to_jsonb(b.*) ->> 'hash' FROM fairpg_catalog.event_block b WHERE block = 3")" "$keep"
sql "ALTER TABLE fairpg_catalog.event ENABLE TRIGGER record_truncated" \
	"ALTER TABLE fairpg_catalog.event_block ENABLE TRIGGER record_truncated" \
	"ALTER TABLE fairpg_catalog.event_leaf ENABLE TRIGGER record_truncated" \
	"DROP TABLE kept_event, kept_block, kept_leaf" >/dev/null

# --- clock, erasure ----------------------------------------------------------
like "a clock that went back is noted" "$(sql "SET session_replication_role = replica" "BEGIN" \
	"UPDATE fairpg_catalog.event_block SET sealed_at = sealed_at - interval '1 day' WHERE block = 3" \
	"SELECT detail FROM fairpg.verify() WHERE part = 'clock'" "ROLLBACK")" 'block before'
sql "SELECT fairpg.erase_event(17, 'asked for by the person')" "SELECT fairpg.erase_event(405, 'not sealed yet, and erased')" \
	"SELECT n FROM fairpg.seal()" >/dev/null
none "an erased payload is no fault" "$(wrong "'$head'")"
like "nor outside, where it is counted" "$(offline "$FAIRPG_TMP/anchor.json")" '2 erased'
none "an export holds nothing of it" "$(grep -F 'note "17"' "$FAIRPG_TMP/record.txt")"

# --- dump, restore, and the extension made anew ------------------------------
rows()
{
	sql "SELECT md5(string_agg(e::text, E'\n' ORDER BY event)) FROM fairpg_catalog.event e" \
		"SELECT md5(string_agg(b::text, E'\n' ORDER BY block)) FROM fairpg_catalog.event_block b" \
		"SELECT md5(string_agg(l::text, E'\n' ORDER BY event)) FROM fairpg_catalog.event_leaf l"
}
head=$(sql "SELECT fairpg.audit_head()")
before=$(rows)
pg_dump -Fc -f "$FAIRPG_TMP/record.dump" "$PGDATABASE"
restored=${PGDATABASE}_restored
for encoding in UTF8 LATIN2; do
	psql -Xq -d postgres -c "CREATE DATABASE \"$restored\" TEMPLATE template0 ENCODING $encoding"
	ok "pg_restore with four jobs, into $encoding" pg_restore -j4 --exit-on-error -d "$restored" "$FAIRPG_TMP/record.dump"
	none "the restored record is right" "$(PGDATABASE=$restored wrong "'$head'")"
	[ $encoding = LATIN2 ] || is "and the same, row by row" "$(PGDATABASE=$restored rows)" "$before"
	is "its triggers are there" "$(PGDATABASE=$restored sql "SELECT count(*) FROM fairpg.guard_report() WHERE verdict <> 'ok'")" 0
	like "post_restore() verifies, and says so in the record" "$(PGDATABASE=$restored sql \
		"SELECT part, verdict FROM fairpg.post_restore('$head')" \
		"SELECT action, payload -> 'failed', payload -> 'anchor' = '$head' FROM fairpg_catalog.event ORDER BY event DESC LIMIT 1" |
		tr '\n' ' ')" 'anchor\|ok .*restored\|note record restored\|\[\]\|t'
	is "it goes on" "$(PGDATABASE=$restored sql "SELECT block, n FROM fairpg.seal()")" "6|1"
	psql -Xq -d postgres -c "DROP DATABASE \"$restored\" WITH (FORCE)"
done
sql "SET client_min_messages = error" "DROP EXTENSION fairpg CASCADE" "CREATE EXTENSION fairpg" "SELECT fairpg.init()" >/dev/null
is "DROP EXTENSION takes nothing" "$(rows)" "$before"
is "fairpg.init() makes the triggers again" "$(sql "SELECT count(*) FROM fairpg.guard_report() WHERE verdict <> 'ok'")" 0
none "and the record is right" "$(wrong "'$head'")"

# --- another server's --------------------------------------------------------
like "a record of another server is noted" "$(tamper "BEGIN" \
	"UPDATE fairpg_catalog.event SET payload = payload || '{\"system_identifier\": \"1\"}' WHERE action = 'record begun'" \
	"SELECT detail FROM fairpg.verify() WHERE part = 'origin'" "ROLLBACK")" 'another one'

# --- size --------------------------------------------------------------------
sql "SELECT count(fairpg.add_note('model ' || i % 10, 'note ' || i)) FROM generate_series(1, 100000) i" "SELECT n FROM fairpg.seal()" >/dev/null
started=$(date +%s%N)
none "100 000 events are right" "$(wrong "'$head'")"
echo "# verify of 100 000 events: $((($(date +%s%N) - started) / 1000000)) ms"
like "and outside" "$(offline "$FAIRPG_TMP/anchor.json")" '^CONFIRMED'
rm -f "$FAIRPG_TMP"/record*.txt "$FAIRPG_TMP/record.dump"
