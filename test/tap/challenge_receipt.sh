# challenge_receipt.sh - who challenges gets a receipt at once, and a better one when
# the record has been sealed; both are verified without the server, and each shows
# later what was changed since.
. test/tools/tap.sh

psql -Xq -v ON_ERROR_STOP=1 <<'END' >/dev/null
SET client_min_messages = warning;
SELECT fairpg.init();
CREATE TABLE t AS SELECT i AS id, i * 7919 % 1000 AS x, i % 2 = 0 AS g, (i * 7919 % 1000) + (i * 104729 % 700) > 700 AS y
FROM generate_series(1, 2000) i;
SELECT fairpg.train('credit', 't', 'y', protected => '{g}', features => '{x}');
SELECT fairpg.add_note('model credit', 'note ' || i) FROM generate_series(1, 5) i;
SELECT fairpg.seal();
CREATE ROLE fairpg_receipt_desk LOGIN;
CREATE ROLE fairpg_receipt_olga LOGIN;
GRANT USAGE ON SCHEMA fairpg_catalog TO fairpg_receipt_desk, fairpg_receipt_olga;
GRANT SELECT ON fairpg_catalog.store_version TO fairpg_receipt_desk, fairpg_receipt_olga;
SELECT fairpg.assign_duty('ombudsman', 'fairpg_receipt_olga');
END
claim='My income – Łódź – was taken from the "wrong" year.'
reference=$(psql -XAtq -U fairpg_receipt_desk -v claim="$claim" <<'END'
SELECT fairpg.challenge('credit', :'claim', 'data_correction', 'letter', subject => 'A-1023');
END
)
# what the person keeps: a file for each time that they ask
ask()
{
	psql -XAtq -U fairpg_receipt_desk -c "SELECT receipt FROM fairpg.challenge_receipt('$reference')"
}
outside()
{
	fairpg-verify "$@" 2>&1
	echo "status $?"
}
cd "$FAIRPG_TMP" || exit 1
ask >receipt_early
like "at once there is a receipt, which says that it ends at the event" "$(outside receipt_early | tr '\n' ' ')" \
	'note   event [0-9]+: it is in no block yet, ask for it again CONSISTENT, and not confirmed by an anchor status 0'
is "it is about the very words" "$(grep -o '"claim_sha256": "[0-9a-f]*"' receipt_early | cut -d '"' -f 4)" \
	"$(printf '%s' "$claim" | sha256sum | cut -d ' ' -f 1)"
none "and names nobody and nothing else" "$(grep -ioE 'desk|olga|credit|A-1023|Łódź|session|postgres' receipt_early)"
like "with one letter changed it is refuted" "$(sed 's/data_correction/data_Correction/' receipt_early >receipt_spoilt; outside receipt_spoilt)" \
	'WRONG .*payload is not what was recorded'

event=$(grep -oE '"event": [0-9]+' receipt_early | grep -oE '[0-9]+')
like "a claim that is changed before it is sealed is found by who has the receipt" "$(sql "SET session_replication_role = replica" "BEGIN" \
	"UPDATE fairpg_catalog.event SET payload = payload || jsonb_build_object('claim_sha256', encode(sha256('another claim'), 'hex')) WHERE event = $event" \
	"UPDATE fairpg_catalog.event SET payload_digest = fairpg.payload_digest(salt, payload) WHERE event = $event" \
	"UPDATE fairpg_catalog.event SET leaf = fairpg.leaf_hash(event, at, action, fairpg.context_digest(context_salt, role, login, asserted, person, object), payload_digest) WHERE event = $event" \
	"SET session_replication_role = origin" "SELECT n > 0 FROM fairpg.seal()" \
	"SELECT count(*) FROM fairpg.verify(fairpg.audit_head()) WHERE verdict = 'failed'" \
	"\\o receipt_record" "SELECT line FROM fairpg.export_record()" "\\o receipt_late" \
	"SELECT receipt FROM fairpg.challenge_receipt('$reference')" "\\o" \
	"SELECT string_agg(part, ' ') FROM fairpg.verify('$(cat receipt_early)') WHERE verdict = 'failed'" "ROLLBACK" | tr '\n' ' ')" '^t 0 receipt $'
like "also outside, in an export that is right without it" "$(outside receipt_record | tail -n 2 | tr '\n' ' ')$(outside receipt_record receipt_early | tr '\n' ' ')" \
	"CONSISTENT.*status 0 .*WRONG  event $event: it is not the event of the receipt.*status 1"
like "and between two receipts" "$(outside receipt_late receipt_early | tr '\n' ' ')" "WRONG  event $event: it is not the event of the receipt.*status 1"

psql -Xq -U fairpg_receipt_olga <<END >/dev/null
SELECT fairpg.answer_challenge('$reference', 'under_review', 'The file is with the credit office.');
SELECT fairpg.close_challenge('$reference', 'upheld', 'You are right; it was decided again.', decision_changed => true);
SELECT fairpg.seal();
END
ask >receipt_late
sql "SELECT fairpg.audit_head()" >receipt_head
is "each step has its receipt" "$(grep -oE 'challenge (received|under_review|upheld)' receipt_late | tr '\n' ' ')" \
	'challenge received challenge under_review challenge upheld '
like "which is confirmed by the head of the record" "$(outside receipt_late receipt_head | tr '\n' ' ')" \
	"^(ok     event [0-9]+: it is in block 2, which has the hash of the anchor ){3}CONFIRMED status 0"
like "and without it says what it leads to" "$(outside receipt_late)" "^ok +event $event: it leads to block 2, hash $(sql "SELECT fairpg.audit_head() ->> 'hash'")"
like "the same event as at first" "$(outside receipt_late receipt_early | tail -n 1)" 'status 0'
is "it is about the answer as it was given" "$(grep -o '"answer_sha256": "[0-9a-f]*"' receipt_late | cut -d '"' -f 4)" \
	"$(printf '%s' 'You are right; it was decided again.' | sha256sum | cut -d ' ' -f 1)"
none "names nobody" "$(grep -ioE 'desk|olga|A-1023|office' receipt_late)"
sql "SELECT line FROM fairpg.export_record()" >receipt_record
like "an export is confirmed by it" "$(outside receipt_record receipt_late | tr '\n' ' ')" 'CONFIRMED, up to the newest anchor status 0'
like "one in which the answer was made up is not" "$(sql "SET session_replication_role = replica" "BEGIN" \
	"DELETE FROM fairpg_catalog.event_leaf WHERE block = 2" "DELETE FROM fairpg_catalog.event_block WHERE block = 2" \
	"UPDATE fairpg_catalog.event SET action = 'challenge not_upheld' WHERE action = 'challenge upheld'" \
	"UPDATE fairpg_catalog.event SET leaf = fairpg.leaf_hash(event, at, action, fairpg.context_digest(context_salt, role, login, asserted, person, object), payload_digest)" \
	"SET session_replication_role = origin" "SELECT n FROM fairpg.seal()" "\\o receipt_record" "SELECT line FROM fairpg.export_record()" "\\o" "ROLLBACK" >/dev/null
	outside receipt_record | tail -n 2 | tr '\n' ' '; outside receipt_record receipt_late | tr '\n' ' ')" \
	'CONSISTENT.* status 0 .*WRONG  event .*WRONG  block 2: it has not the hash.*status 1'
is "whoever knows no reference gets nothing" "$(psql -XAtq -U fairpg_receipt_desk -c "SELECT count(*) FROM fairpg.challenge_receipt(gen_random_uuid())")" 0
rm -f receipt_early receipt_late receipt_spoilt receipt_record receipt_head
sql "SET client_min_messages = error" "DROP SCHEMA fairpg_catalog, fairpg_report CASCADE" "DROP ROLE fairpg_receipt_desk, fairpg_receipt_olga" >/dev/null
