# governance_crash.sh - the server dies while a version is being deployed: before
# the first row is written, in the middle, before the last one, and when only the
# commit is missing.  What is left is all or nothing, and the record is right.
. test/tools/tap.sh

psql -Xq -v ON_ERROR_STOP=1 <<'END' >/dev/null
SET client_min_messages = warning;
CREATE ROLE fairpg_crash_ana LOGIN;
CREATE ROLE fairpg_crash_abel LOGIN;
CREATE ROLE fairpg_crash_otto LOGIN;
SELECT fairpg.init(roles => true, role_prefix => 'fairpg_crash_');
GRANT fairpg_crash_analyst TO fairpg_crash_ana;
GRANT fairpg_crash_approver, fairpg_crash_reviewer TO fairpg_crash_abel;
GRANT fairpg_crash_operator TO fairpg_crash_otto;
CREATE TABLE loans AS
	SELECT i AS id, i * 7919 % 101 + i * 31 % 61 > 70 AS repaid, i * 7919 % 101 AS income,
		CASE WHEN i % 3 = 0 THEN 'f' ELSE 'm' END AS sex
	FROM generate_series(1, 6000) i;
GRANT SELECT ON loans TO PUBLIC;
END

# as ROLE STATEMENT...: the answer to somebody who logs in for it
as()
{
	local role=$1
	shift
	PGUSER=fairpg_crash_$role sql "$@"
}

as ana "SELECT fairpg.create_policy('lending',
	rationale => 'Approval decides about access to credit, so rates of approval are compared; errors are looked at beside them.',
	legal_basis => 'Equal Credit Opportunity Act, 15 U.S.C. 1691', legal_as_of => '2026-10-01',
	ethical_notes => 'Women were approved less often in the past, for no reason of theirs.',
	harms => 'Applicants who are refused although they would repay.', template => 'four_fifths', protected => '{sex}',
	options => '{\"canary_required\": false, \"required_reviews\": []}')" >/dev/null
as abel "SELECT fairpg.activate_policy('lending', 1, 'as agreed by the committee')" >/dev/null
for version in $(seq 11); do
	as ana "SELECT version FROM fairpg.train('credit', 'loans', 'repaid', features => '{income}', protected => '{sex}', seed => $version)" >/dev/null
done
sql "SELECT fairpg.govern('credit', 'lending', 'whom to grant a loan, by a first score')" >/dev/null
for version in $(seq 11); do
	as abel "SELECT fairpg.review('credit', $version, 'soundness', 'pass', 'it does what it is meant to do')" \
		"SELECT fairpg.approve('credit', $version, 'the evidence is sufficient for use')" >/dev/null
done
deploy()
{
	echo "SELECT outcome FROM fairpg.deploy('credit', $1, 'champion', reason => 'approved by the committee')"
}
is "version 1 serves" "$(as otto "$(deploy 1)")" "done"

# every row that a deployment could have touched
kept()
{
	local table
	for table in model_version governed_model deployment transition incident remediation event event_block event_leaf; do
		echo "$table $(sql "SELECT count(*), md5(string_agg(t::text, E'\n' ORDER BY t::text)) FROM fairpg_catalog.$table t")"
	done
}

# right NAME CHAMPION: what must hold whenever the server is there
right()
{
	is "$1: one champion" "$(sql "SELECT string_agg(version::text, ',') FROM fairpg_catalog.model_version WHERE state = 'champion'")" "$2"
	is "$1: it serves" "$(sql "SELECT fairpg.assign('credit', 'A-1')" "SELECT count(fairpg.predict('credit', l)) FROM loans l")" "$2
6000"
	is "$1: states, deployments and steps agree" "$(sql "SELECT count(*) FROM fairpg_catalog.model_version v
		LEFT JOIN fairpg_catalog.deployment d ON d.model = v.model AND d.version = v.version AND d.ended_at IS NULL
		WHERE (v.state = 'champion') IS DISTINCT FROM (d.deployment IS NOT NULL)
			OR v.state <> (SELECT t.to_state FROM fairpg_catalog.transition t
				WHERE t.model = v.model AND t.version = v.version AND t.outcome = 'done' ORDER BY t.transition DESC LIMIT 1)")" 0
	is "$1: each step has its event" "$(sql "SELECT count(*) FROM fairpg_catalog.transition t
		FULL JOIN (SELECT (payload ->> 'transition')::bigint AS transition FROM fairpg_catalog.event WHERE action ~ '^version .* (done|refused)$') e USING (transition)
		WHERE (t.transition IS NULL OR e.transition IS NULL) AND t.reason !~ '^replaced by version'")" 0
	none "$1: the record is right" "$(sql "SELECT * FROM fairpg.verify('$head') WHERE verdict = 'failed' OR part = 'guards'")"
}

# crash PID: the server dies with the process, or at once and as a whole
crash()
{
	if [ "$how" = "kill -9" ]; then
		kill -9 "$1"
	else
		# $FAIRPG_AS is several words or none
		# shellcheck disable=SC2086
		(cd "$FAIRPG_TMP" && $FAIRPG_AS pg_ctl -D "$PGDATA" -m immediate -w -s stop)
		# a server that had them as well would keep the other ends waiting
		test/tools/checkrun.sh restart "$(dirname "$FAIRPG_ROOT")" 7>&- 8>&-
	fi
	exec 7>&- 8>&-
	wait
	for _ in $(seq 300); do sql "SELECT 1" | grep -qx 1 && return; sleep 0.1; done
}

# await STATEMENT: until it answers; prints the answer
await()
{
	local answer
	for _ in $(seq 200); do
		answer=$(sql "$1")
		[ -z "$answer" ] || break
		sleep 0.05
	done
	echo "$answer"
}

serves=1
for how in "kill -9" "immediate shutdown"; do
	for point in transition deployment event commit; do
		name="$how at $point"
		sql "SELECT fairpg.seal()" >/dev/null
		head=$(sql "SELECT fairpg.audit_head()")
		before=$(kept)
		mkfifo "$FAIRPG_TMP/crash.holder" "$FAIRPG_TMP/crash.deployer"
		psql -XAtq <"$FAIRPG_TMP/crash.holder" >/dev/null 2>&1 &
		exec 7>"$FAIRPG_TMP/crash.holder"
		PGUSER=fairpg_crash_otto psql -XAtq <"$FAIRPG_TMP/crash.deployer" >/dev/null 2>&1 &
		exec 8>"$FAIRPG_TMP/crash.deployer"
		rm -f "$FAIRPG_TMP"/crash.*
		if [ $point = commit ]; then
			echo "BEGIN; $(deploy $((serves + 1)));" >&8
			pid=$(await "SELECT pid FROM pg_stat_activity WHERE usename = 'fairpg_crash_otto' AND state = 'idle in transaction' AND query ~ 'fairpg.deploy'")
		else
			# writers of the table wait, and readers do not
			echo "BEGIN; LOCK TABLE fairpg_catalog.$point IN SHARE MODE;" >&7
			await "SELECT 1 FROM pg_locks WHERE relation = 'fairpg_catalog.$point'::regclass AND mode = 'ShareLock' AND granted" >/dev/null
			echo "BEGIN; $(deploy $((serves + 1)));" >&8
			pid=$(await "SELECT l.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)
				WHERE l.relation = 'fairpg_catalog.$point'::regclass AND NOT l.granted AND a.usename = 'fairpg_crash_otto'")
		fi
		like "$name: a deployment is held there" "$pid" '^[0-9]+$'
		crash "$pid"
		is "$name: nothing of it is left" "$(kept)" "$before"
		right "$name" $serves
		serves=$((serves + 1))
		is "$name: the version can be deployed" "$(as otto "$(deploy $serves)")" "done"
		right "$name, deployed" $serves
	done
	# what was committed stays
	name="$how after commit"
	sql "SELECT fairpg.seal()" >/dev/null
	head=$(sql "SELECT fairpg.audit_head()")
	n=$(sql "SELECT count(*) FROM fairpg_catalog.event")
	serves=$((serves + 1))
	as otto "$(deploy $serves)" >/dev/null
	before=$(kept)
	mkfifo "$FAIRPG_TMP/crash.holder"
	psql -XAtq <"$FAIRPG_TMP/crash.holder" >"$FAIRPG_TMP/crash.pid" 2>&1 &
	exec 7>"$FAIRPG_TMP/crash.holder" 8>/dev/null
	echo "SELECT pg_backend_pid();" >&7
	for _ in $(seq 100); do [ -s "$FAIRPG_TMP/crash.pid" ] && break; sleep 0.1; done
	crash "$(cat "$FAIRPG_TMP/crash.pid")"
	rm -f "$FAIRPG_TMP"/crash.*
	is "$name: all of it is there" "$(kept)" "$before"
	is "$name: with its event" "$(sql "SELECT count(*) - $n FROM fairpg_catalog.event")" 1
	right "$name" $serves
	sql "SELECT fairpg.seal()" >/dev/null
	none "$name: sealed" "$(sql "SELECT * FROM fairpg.verify('$head') WHERE verdict <> 'ok'")"
done

psql -Xq -v ON_ERROR_STOP=1 <<'END'
SET client_min_messages = error;
DROP TABLE loans;
DROP SCHEMA fairpg_catalog, fairpg_report CASCADE;
DROP OWNED BY fairpg_crash_analyst, fairpg_crash_reviewer, fairpg_crash_approver, fairpg_crash_operator, fairpg_crash_ombudsman,
	fairpg_crash_auditor, fairpg_crash_viewer, fairpg_crash_admin;
DROP ROLE fairpg_crash_ana, fairpg_crash_abel, fairpg_crash_otto;
DROP ROLE fairpg_crash_analyst, fairpg_crash_reviewer, fairpg_crash_approver, fairpg_crash_operator, fairpg_crash_ombudsman,
	fairpg_crash_auditor, fairpg_crash_viewer, fairpg_crash_admin;
END
