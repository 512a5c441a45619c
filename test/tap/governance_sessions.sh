# governance_sessions.sh - calls of governance in two sessions at once, by two
# persons, at every isolation level: each works, waits or is told to try again,
# and the life of a version never forks.
. test/tools/tap.sh

for role in ana rita abel anton otto olga; do
	psql -Xq -c "CREATE ROLE fairpg_two_$role LOGIN"
done
psql -Xq -v ON_ERROR_STOP=1 <<'END'
SET client_min_messages = warning;
SELECT fairpg.init(roles => true, role_prefix => 'fairpg_two_') \g /dev/null
GRANT fairpg_two_analyst TO fairpg_two_ana;
GRANT fairpg_two_reviewer TO fairpg_two_rita;
GRANT fairpg_two_approver TO fairpg_two_abel, fairpg_two_anton;
GRANT fairpg_two_operator TO fairpg_two_otto;
GRANT fairpg_two_ombudsman TO fairpg_two_olga;
CREATE TABLE loans AS
	SELECT i AS id, i * 7919 % 101 + i * 31 % 61 > 70 AS repaid, i * 7919 % 101 AS income,
		CASE WHEN i % 3 = 0 THEN 'f' ELSE 'm' END AS sex
	FROM generate_series(1, 6000) i;
GRANT SELECT ON loans TO PUBLIC;
END

# as ROLE STATEMENT: the answer to somebody who logs in for it
as()
{
	PGUSER=fairpg_two_$1 sql "$2"
}

as ana "SELECT fairpg.create_policy('lending',
	rationale => 'Approval decides about access to credit, so rates of approval are compared; errors are looked at beside them.',
	legal_basis => 'Equal Credit Opportunity Act, 15 U.S.C. 1691', legal_as_of => '2026-10-01',
	ethical_notes => 'Women were approved less often in the past, for no reason of theirs.',
	harms => 'Applicants who are refused although they would repay.', template => 'four_fifths', protected => '{sex}',
	options => '{\"canary_required\": false, \"approvals_required\": 2, \"required_reviews\": [\"soundness\"]}')" >/dev/null
as abel "SELECT fairpg.activate_policy('lending', 1, 'as agreed by the committee')" >/dev/null
for version in 1 2 3 4 5; do
	as ana "SELECT version FROM fairpg.train('credit', 'loans', 'repaid', features => '{income}', protected => '{sex}', seed => 1)" >/dev/null
done
sql "SELECT fairpg.govern('credit', 'lending', 'whom to grant a loan, by a first score')" >/dev/null
for version in 1 2 3 4 5; do
	as rita "SELECT fairpg.review('credit', $version, 'soundness', 'pass', 'it does what it is meant to do')" >/dev/null
done

# Two sessions that are talked to line by line: open_session NAME ROLE, then
# tell NAME STATEMENT, and hear NAME for all that it has answered.
open_session()
{
	mkfifo "$FAIRPG_TMP/$1.in" "$FAIRPG_TMP/$1.out"
	PGUSER=fairpg_two_$2 psql -XAtq <"$FAIRPG_TMP/$1.in" >"$FAIRPG_TMP/$1.out" 2>&1 &
	if [ "$1" = one ]; then
		exec 7>"$FAIRPG_TMP/one.in" 8<"$FAIRPG_TMP/one.out"
	else
		exec 5>"$FAIRPG_TMP/two.in" 6<"$FAIRPG_TMP/two.out"
	fi
}
close_sessions()
{
	exec 5>&- 6<&- 7>&- 8<&-
	rm -f "$FAIRPG_TMP"/one.* "$FAIRPG_TMP"/two.*
	wait
}
tell()
{
	if [ "$1" = one ]; then
		printf '%s;\n\\echo @@\n' "$2" >&7
	else
		printf '%s;\n\\echo @@\n' "$2" >&5
	fi
}
hear()
{
	local line from=6
	[ "$1" = two ] || from=8
	while read -r -t 60 -u $from line && [ "$line" != @@ ]; do
		printf '%s\n' "$line"
	done
}
ask()
{
	tell "$1" "$2"
	hear "$1"
}
# until a session waits for a lock
await_lock()
{
	local try
	for try in $(seq 300); do
		[ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")" = 0 ] ||
			return 0
		sleep 0.1
	done
}
approve()
{
	echo "SELECT outcome, to_state FROM fairpg.approve('credit', $1, 'the evidence is sufficient for use')"
}
deploy()
{
	echo "SELECT outcome, reasons FROM fairpg.deploy('credit', $1, 'champion', reason => 'it is the better one')"
}
state()
{
	sql "SELECT state FROM fairpg_catalog.model_version WHERE model = 'credit' AND version = $1"
}

open_session one abel
open_session two anton
ask one "BEGIN" >/dev/null
is "one person has approved" "$(ask one "$(approve 1)")" "recorded|approved"
tell two "$(approve 1)"
await_lock
ask one "COMMIT" >/dev/null
is "the other waits, and is the second to approve" "$(hear two)" "done|approved"
is "the version is approved" "$(state 1)" approved

version=2
for level in "REPEATABLE READ" "SERIALIZABLE"; do
	ask one "BEGIN ISOLATION LEVEL $level" >/dev/null
	ask one "SELECT count(*) FROM fairpg_catalog.approval" >/dev/null
	is "$level: an approval that the other does not see" "$(ask two "$(approve $version)")" "recorded|approved"
	like "$level: is an error for the other" "$(ask one "$(approve $version)")" "could not serialize access"
	ask one "ROLLBACK" >/dev/null
	is "$level: again, it is the second one" "$(ask one "$(approve $version)")" "done|approved"
	version=$((version + 1))
done
# and without a rival these levels are as good as any
for level in "REPEATABLE READ" "SERIALIZABLE"; do
	ask one "BEGIN ISOLATION LEVEL $level" >/dev/null
	is "$level: approval of version $version" "$(ask one "$(approve $version)")" "recorded|approved"
	ask one "COMMIT" >/dev/null
	ask two "BEGIN ISOLATION LEVEL $level" >/dev/null
	is "$level: and the second" "$(ask two "$(approve $version)")" "done|approved"
	ask two "COMMIT" >/dev/null
	version=$((version + 1))
done
close_sessions

open_session one otto
open_session two otto
ask one "BEGIN" >/dev/null
is "one version becomes champion" "$(ask one "$(deploy 1)")" "done|{}"
tell two "$(deploy 2)"
await_lock
ask one "COMMIT" >/dev/null
is "another waits, and takes its place" "$(hear two)" "done|{}"
is "the first is retired" "$(state 1)" retired
ask one "BEGIN" >/dev/null
is "while one deploys" "$(ask one "$(deploy 4)")" "done|{}"
tell two "SELECT version, outcome FROM fairpg.suspend('credit', 'approvals of women fell to nothing')"
await_lock
ask one "COMMIT" >/dev/null
is "the other stops what serves by then" "$(hear two)" "4|done"
ask two "SELECT fairpg.mitigate_incident(max(incident), 'the version before is in service') FROM fairpg_catalog.incident" >/dev/null
ask one "BEGIN" >/dev/null
is "a third begins" "$(ask one "$(deploy 3)")" "done|{}"
tell two "$(deploy 3)"
await_lock
ask one "COMMIT" >/dev/null
like "who comes second is told that it is there" "$(hear two)" "refused.*none from champion to champion"
for level in "REPEATABLE READ" "SERIALIZABLE"; do
	ask one "BEGIN ISOLATION LEVEL $level" >/dev/null
	ask one "SELECT count(*) FROM fairpg_catalog.deployment" >/dev/null
	is "$level: a stop" "$(ask two "SELECT outcome FROM fairpg.suspend('credit', 'approvals of women fell to nothing')")" "done"
	like "$level: that who deploys has not seen" "$(ask one "$(deploy 5)")" "could not serialize access"
	ask one "ROLLBACK" >/dev/null
	incident=$(sql "SELECT max(incident) FROM fairpg_catalog.incident")
	ask two "SELECT fairpg.mitigate_incident($incident, 'the version before is in service')" >/dev/null
	ask two "SELECT outcome FROM fairpg.rollback('credit', 'the version before did better')" >/dev/null
done
close_sessions

# what is found out meanwhile about a version that no call has moved
open_session one otto
for level in "REPEATABLE READ" "SERIALIZABLE"; do
	ask one "BEGIN ISOLATION LEVEL $level" >/dev/null
	ask one "SELECT count(*) FROM fairpg_catalog.incident" >/dev/null
	incident=$(as otto "SELECT fairpg.open_incident('credit', 'Refusals without a reason', 'serious', 'Some hundred people were refused by a mistake.')")
	like "$level: a serious incident that who deploys has not seen" "$(ask one "$(deploy 5)")" "could not serialize access"
	ask one "ROLLBACK" >/dev/null
	like "$level: again, it stands in the way" "$(ask one "$(deploy 5)")" "refused.*incident open"
	as otto "SELECT fairpg.mitigate_incident($incident, 'the letters were sent again')" >/dev/null
	ask one "BEGIN ISOLATION LEVEL $level" >/dev/null
	like "$level: at the beginning of a transaction all is seen" "$(ask one "$(deploy 5)")" "^done"
	ask one "ROLLBACK" >/dev/null
done
close_sessions

reference=$(sql "SELECT fairpg.challenge('credit', 'women are refused', 'policy', 'web')")
open_session one olga
open_session two olga
ask one "BEGIN" >/dev/null
is "a challenge is closed" "$(ask one "SELECT fairpg.close_challenge('$reference', 'upheld', 'there was such a difference')")" upheld
tell two "SELECT fairpg.close_challenge('$reference', 'not_upheld', 'there was no such difference')"
await_lock
ask one "COMMIT" >/dev/null
like "and is not closed a second time" "$(hear two)" "the challenge is upheld"
close_sessions

# a training whose snapshot is older than the policy adds no version without a state
race="SELECT version FROM fairpg.train('race', 'loans', 'repaid', features => '{income}', protected => '{sex}')"
as ana "$race" >/dev/null
open_session one ana
ask one "BEGIN ISOLATION LEVEL REPEATABLE READ" >/dev/null
ask one "SELECT 1" >/dev/null
sql "SELECT fairpg.govern('race', 'lending', 'whom to grant a loan, by another score')" >/dev/null
like "a training from before the policy is told to try again" "$(ask one "$race")" 'could not serialize'
close_sessions
is "and has left nothing" "$(sql "SELECT string_agg(state, ',') FROM fairpg_catalog.model_version WHERE model = 'race'")" draft
# and if one had come in another way it would not serve
psql -Xq -c "SET session_replication_role = replica" -c "INSERT INTO fairpg_catalog.model_version
	SELECT (jsonb_populate_record(v, '{\"version\": 9, \"state\": null}')).* FROM fairpg_catalog.model_version v WHERE model = 'race'"
like "a version without a state serves no model under a policy" \
	"$(sql "SELECT fairpg.predict('race', l) FROM loans l LIMIT 1" 2>&1)" 'has no version in service'
psql -Xq -c "SET session_replication_role = replica" -c "DELETE FROM fairpg_catalog.model_version WHERE model = 'race' AND version = 9"

is "one champion at most at any time" "$(sql "SELECT count(*) FROM fairpg_catalog.deployment a
	JOIN fairpg_catalog.deployment b ON b.deployment > a.deployment AND b.slot = 'champion' AND b.model = a.model
		AND b.started_at < coalesce(a.ended_at, 'infinity') WHERE a.slot = 'champion'")" 0
is "states and deployments say the same" "$(sql "SELECT count(*) FROM fairpg_catalog.model_version v
	LEFT JOIN fairpg_catalog.deployment d ON d.model = v.model AND d.version = v.version AND d.ended_at IS NULL
	WHERE (v.state IN ('champion', 'canary')) IS DISTINCT FROM (d.deployment IS NOT NULL)")" 0
is "each state is the last step done" "$(sql "SELECT count(*) FROM fairpg_catalog.model_version v
	WHERE v.state <> (SELECT t.to_state FROM fairpg_catalog.transition t
		WHERE t.model = v.model AND t.version = v.version AND t.outcome = 'done' ORDER BY t.transition DESC LIMIT 1)")" 0

psql -Xq -v ON_ERROR_STOP=1 <<'END'
SET client_min_messages = error;
DROP TABLE loans;
DROP SCHEMA fairpg_catalog, fairpg_report CASCADE;
DROP OWNED BY fairpg_two_analyst, fairpg_two_reviewer, fairpg_two_approver, fairpg_two_operator, fairpg_two_ombudsman,
	fairpg_two_auditor, fairpg_two_viewer, fairpg_two_admin;
DROP ROLE fairpg_two_ana, fairpg_two_rita, fairpg_two_abel, fairpg_two_anton, fairpg_two_otto, fairpg_two_olga;
DROP ROLE fairpg_two_analyst, fairpg_two_reviewer, fairpg_two_approver, fairpg_two_operator, fairpg_two_ombudsman,
	fairpg_two_auditor, fairpg_two_viewer, fairpg_two_admin;
END
