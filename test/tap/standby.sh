# standby.sh - a hot standby predicts with the same bits as its primary, audits
# to the same rows, takes up new versions in prepared statements, and refuses to
# train and to store.
. test/tools/tap.sh

data=$FAIRPG_TMP/standby
socket=$(mktemp -d /tmp/fairpg-standby.XXXXXX)
[ -z "$FAIRPG_AS" ] || chown "$($FAIRPG_AS id -u)" "$socket"

# $FAIRPG_AS is several words or none
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

standby()
{
	PGHOST=$socket sql "$@"
}

# Waits until the standby has replayed what the primary has written.
catch_up()
{
	local target
	target=$(sql "SELECT pg_current_wal_lsn()")
	for _ in $(seq 300); do
		[ "$(standby "SELECT pg_last_wal_replay_lsn() >= '$target'")" = t ] &&
			return
		sleep 0.1
	done
	return 1
}

psql -Xq -v ON_ERROR_STOP=1 <<'END' >/dev/null
SELECT fairpg.init();
CREATE TABLE applicant AS
	SELECT i AS id, 18 + (i * 7919) % 60 AS age, ((i * 31) % 97) / 7.0 AS debt,
		CASE WHEN i % 9 = 0 THEN NULL ELSE 'town ' || (i * 131) % 40 END AS town,
		(i * 104729) % 100 < 30 + (i * 7919) % 60 / 2 AS repaid
	FROM generate_series(1, 20000) i;
SELECT fairpg.train('credit', 'applicant', 'repaid', exclude => '{id}');
CREATE TABLE decided AS
	SELECT a.*, id % 2 = 0 AS woman, id % 5 AS team, fairpg.decide('credit', a) AS approved,
		fairpg.predict('credit', a) AS score FROM applicant a;
SELECT fairpg.evaluate('credit', 'decided', protected => '{woman}', name => 'spring');
END

ok "a standby is made" as_server pg_basebackup -D "$data" -R -c fast \
	-X stream -h "$PGHOST" -p "$PGPORT" -U "$PGUSER"
as_server sh -c "printf '%s\n' \"unix_socket_directories = '$socket'\" \
	\"hot_standby = on\" >>'$data/postgresql.conf'"
ok "it starts" as_server pg_ctl -D "$data" -w -s -l "$FAIRPG_TMP/standby.log" start
ok "it catches up" catch_up
is "it is a standby" "$(standby "SELECT pg_is_in_recovery()")" t

scores="SELECT md5(string_agg(float8send(p)::text, ',' ORDER BY id)) FROM (
	SELECT id, fairpg.predict('credit', a) AS p FROM applicant a) s"
by_row="SELECT md5(string_agg(float8send(p)::text, ',' ORDER BY id)) FROM (
	SELECT id, fairpg.predict('credit', ROW(a.*)::applicant) AS p
	FROM applicant a) s"
parallel="SET max_parallel_workers_per_gather = 2;
	SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
	SET min_parallel_table_scan_size = 0;"
wanted=$(sql "$scores")
is "it predicts with the same bits" "$(standby "$scores")" "$wanted"
is "and row by row" "$(standby "$by_row")" "$wanted"
is "and in a parallel plan" "$(standby "$parallel $scores")" "$wanted"
is "it decides" "$(standby "SELECT count(*) FROM applicant a
	WHERE fairpg.decide('credit', a)")" "$(sql "SELECT count(*)
	FROM applicant a WHERE fairpg.decide('credit', a)")"
like "it reads the reports" "$(standby \
	"SELECT count(*) FROM fairpg_report.coefficients")" '^[1-9]'
like "it refuses to train" "$(standby "\\set VERBOSITY verbose" \
	"SELECT version FROM fairpg.train('credit', 'applicant', 'repaid')")" \
	'25006'

# the audit: what only reads is the same here and there, and what stores is refused
while read -r call; do
	rows="SELECT count(*) > 0, md5(string_agg(a::text, ' ' ORDER BY a::text)) FROM fairpg.$call a"
	wanted_rows=$(sql "$rows")
	# an error is the same here and there too, and is no row
	[ "${wanted_rows#t|}" != "$wanted_rows" ] || wanted_rows="rows, not: $wanted_rows"
	is "${call%%(*} has the same rows" "$(standby "$rows")" "$wanted_rows"
done <<'END'
audit('decided', '{woman,town}', label => 'repaid', score => 'score')
bias_audit('decided', 'woman', 'town', decision => 'approved')
calibration('decided', '{woman}', label => 'repaid', score => 'score')
check_data('decided', '{woman}', 'repaid')
compare('model:credit', 'decision:approved', 'decided', '{woman}', label => 'repaid')
conditional_disparity('decided', '{woman}', 'team', decision => 'approved')
counterfactual_flips('credit', 'decided', protected => '{woman}')
ranking_audit('decided', '{woman}', score => 'score', list => 'team')
stress('credit', 'decided', label => 'repaid', protected => '{woman}')
stress(source => 'decided', label => 'repaid', protected => '{woman}', decision => 'approved')
subgroups('decided', '{woman,town,team}', label => 'repaid', decision => 'approved')
threshold_sweep('decided', '{woman}', label => 'repaid', score => 'score')
audit_report(evaluation => (SELECT max(evaluation) FROM fairpg_report.evaluations))
END
for call in "evaluate('credit', 'decided')" "evaluate_decisions('decided', '{woman}', decision => 'approved')" "add_analyses(1)"; do
	like "it refuses to store: ${call%%(*}" "$(standby "\\set VERBOSITY verbose" "SELECT * FROM fairpg.$call")" '25006'
done

# one session with a prepared statement, before and after a new version; it
# answers through files, since it has to wait in between
answers=$FAIRPG_TMP/standby.answers
mkfifo "$FAIRPG_TMP/standby.questions"
PGHOST=$socket psql -XAtq <"$FAIRPG_TMP/standby.questions" >"$answers" 2>&1 &
session=$!
exec 9>"$FAIRPG_TMP/standby.questions"
printf '%s\n' "SET plan_cache_mode = force_generic_plan;" \
	"PREPARE ask AS $scores;" "EXECUTE ask;" >&9
for _ in $(seq 100); do
	[ -s "$answers" ] && break
	sleep 0.1
done
sql "SELECT version FROM fairpg.train('credit', 'applicant', 'repaid',
	features => '{debt,town}')" >/dev/null
ok "the new version arrives" catch_up
echo "EXECUTE ask;" >&9
exec 9>&-
wait $session
rm -f "$FAIRPG_TMP/standby.questions"
now=$(sql "$scores")
ok "the new version scores otherwise" [ "$now" != "$wanted" ]
is "a statement prepared before takes it up" "$(cat "$answers")" "$wanted
$now"

as_server pg_ctl -D "$data" -w -s promote
is "once promoted it trains the next version" "$(standby \
	"SELECT version FROM fairpg.train('credit', 'applicant', 'repaid',
		features => '{age}')")" 3
