# serving.sh - decisions logged by several sessions while versions are deployed,
# stopped and rolled back: no decision is lost, and each is by a version that
# its writer could see in service.
. test/tools/tap.sh

if ! command -v pgbench >/dev/null; then
	skip "decisions logged beside deployments" "there is no pgbench"
	exit 0
fi

psql -Xq -v ON_ERROR_STOP=1 <<'END'
\set admin :USER
SELECT fairpg.init() \g /dev/null
CREATE ROLE serving_analyst LOGIN;
CREATE ROLE serving_reviewer LOGIN;
CREATE ROLE serving_operator LOGIN;
SELECT fairpg.assign_duty(d, 'serving_' || r) FROM (VALUES ('analyst', 'analyst'),
	('reviewer', 'reviewer'), ('approver', 'reviewer'), ('operator', 'operator')) v (d, r) \g /dev/null
GRANT USAGE ON SCHEMA fairpg_catalog TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA fairpg_catalog TO PUBLIC;
GRANT INSERT ON ALL TABLES IN SCHEMA fairpg_catalog TO serving_analyst;
GRANT UPDATE ON fairpg_catalog.model TO serving_analyst;
CREATE TABLE people AS
	SELECT i AS id, i * 7919 % 101 + i * 31 % 61 > 70 AS repaid, i * 7919 % 101 AS income,
		i * 13 % 40 AS age, CASE WHEN i % 3 = 0 THEN 'f' ELSE 'm' END AS sex
	FROM generate_series(1, 6000) i;
ALTER TABLE people ADD PRIMARY KEY (id);
GRANT SELECT ON people TO PUBLIC;
\c - serving_analyst
SELECT fairpg.create_policy('lending',
	rationale => 'Approval decides about access to credit, so rates of approval are compared; errors are looked at beside them.',
	legal_basis => 'Equal Credit Opportunity Act, 15 U.S.C. 1691', legal_as_of => current_date,
	ethical_notes => 'Women were approved less often in the past, for no reason of theirs.',
	harms => 'Applicants who are refused although they would repay.',
	template => 'four_fifths', protected => '{sex}',
	options => '{"min_canary": "0 s", "max_canary_share": 0.5, "canary_required": false, "required_reviews": ["design_review"]}') \g /dev/null
\c - serving_reviewer
SELECT fairpg.activate_policy('lending', 1, 'as agreed by the committee') \g /dev/null
\c - serving_analyst
SELECT version FROM fairpg.train('credit', 'people', 'repaid', features => '{income}', protected => '{sex}') \g /dev/null
\c - :admin
SELECT fairpg.govern('credit', 'lending', 'whom to grant a loan, by a first score') \g /dev/null
\c - serving_analyst
SELECT version FROM fairpg.train('credit', 'people', 'repaid', features => '{income,age}', protected => '{sex}') \g /dev/null
\c - serving_reviewer
SELECT fairpg.review('credit', v, 'design_review', 'pass', 'features, label and threshold are as designed', body => '{"purpose": "whom to lend to", "label": "repaid", "features": "income", "alternatives": "none as good"}') FROM generate_series(1, 2) v \g /dev/null
SELECT fairpg.approve('credit', v, 'the evidence is sufficient for use') FROM generate_series(1, 2) v \g /dev/null
\c - serving_operator
SELECT fairpg.deploy('credit', 1, 'champion', reason => 'first version in service', on_refuse => 'error') \g /dev/null
SELECT fairpg.deploy('credit', 2, 'canary', 0.5, 'half of the people first', on_refuse => 'error') \g /dev/null
SELECT fairpg.deploy('credit', 2, 'champion', reason => 'better on the same rows', on_refuse => 'error') \g /dev/null
SELECT fairpg.rollback('credit', 'to begin with the first', on_refuse => 'error') \g /dev/null
END

cat >"$FAIRPG_TMP/log.sql" <<'END'
\set id random(1, 6000)
SELECT count(d) FROM people p, LATERAL fairpg.log_decision('credit', p.id::text, p, '{"sex": "f"}') d WHERE p.id = :id;
END
pgbench -n -M prepared -c 6 -j 2 -t 400 -f "$FAIRPG_TMP/log.sql" >"$FAIRPG_TMP/pgbench" 2>&1 &
logging=$!
n=0
while kill -0 $logging 2>/dev/null; do
	psql -XAtq -U serving_operator -c "SELECT fairpg.rollback('credit', 'back and forth, again', on_refuse => 'error')" >/dev/null || break
	n=$((n + 1))
done
ok "six sessions log" wait $logging
within "meanwhile versions change" $n 3 1000000
is "no decision is lost, nor any attribute" \
	"$(sql "SELECT count(*), count(DISTINCT decision) FROM fairpg_catalog.decision" \
		"SELECT count(*) FROM fairpg_catalog.decision_attribute" | tr '\n' ' ')" '2400|2400 2400 '
is "each is by the version of its deployment" "$(sql "SELECT count(*) FROM fairpg_catalog.decision d
	LEFT JOIN fairpg_catalog.deployment p USING (deployment)
	WHERE p.version IS DISTINCT FROM d.version OR p.slot <> d.slot OR d.at < p.started_at")" 0
is "and both have decided" "$(sql "SELECT count(DISTINCT version) FROM fairpg_catalog.decision")" 2
is "some version has been champion at every moment" "$(sql "SELECT count(*) FROM fairpg_catalog.decision d
	WHERE fairpg.champion_at('credit', d.at) IS NULL")" 0
psql -Xq -c 'DROP OWNED BY serving_analyst, serving_reviewer, serving_operator' \
	-c 'DROP ROLE serving_analyst, serving_reviewer, serving_operator'
