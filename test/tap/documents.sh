# documents.sh - cards, release notes and reports of governance as a browser sees
# them; the JSON of each against the schema that is shipped; what is published is
# what was shown; texts of users stay texts.
. test/tools/tap.sh

psql -Xq -v ON_ERROR_STOP=1 <<'END' >/dev/null 2>&1
SELECT fairpg.init();
CREATE TABLE t AS SELECT i AS id, i * 7919 % 1000 AS x, i * 31 % 7 AS z,
	(ARRAY['<script>alert(1)</script>', 'b & "c"'])[1 + i % 2] AS g,
	(i * 7919 % 1000) + (i * 104729 % 700) > 700 AS y
FROM generate_series(1, 6000) i;
CREATE ROLE fairpg_documents_other SUPERUSER LOGIN;
SELECT fairpg.create_policy('p',
	rationale => repeat('Approval <b>decides</b> about access to credit. ', 3), legal_basis => 'a law & a contract',
	legal_as_of => '2026-01-01', ethical_notes => 'none that <i>we</i> know of, after discussion',
	harms => 'people who are refused although they would repay', template => 'four_fifths', protected => '{g}',
	metrics_rejected => '{"calibration": "cannot hold <at> once"}',
	options => '{"required_reviews": ["look"]}');
\c - fairpg_documents_other
SELECT fairpg.activate_policy('p', 1, 'as agreed upon by all');
\c - postgres
SELECT fairpg.train('m', 't', 'y', protected => '{g}', features => '{x}');
SELECT fairpg.train('m', 't', 'y', protected => '{g}', features => '{x,z}', comment => '</p><script>');
SELECT fairpg.govern('m', 'p', 'whom to grant a loan, <script>alert(2)</script>');
SELECT fairpg.describe('m', field, '<script>alert(3)</script> | ' || question) FROM fairpg_catalog.card_question;
END

place=build/check/documents
rm -rf "$place"
mkdir -p "$place"
sql "SELECT fairpg.model_card('m', 1)" >"$place/card.html"
sql "SELECT fairpg.model_card('m', 1, audience => 'authority')" >"$place/authority.html"
sql "SELECT fairpg.release_notes('m', 1, 2)" >"$place/notes.html"
sql "SELECT fairpg.governance_report('m')" >"$place/report.html"
sql "SELECT fairpg.model_card('m', 1, 'md')" >"$place/card.md"

for name in card authority notes report; do
	like "$name is a page" "$(head -n 2 "$place/$name.html")" '^<!doctype html>'
	like "$name: whose last tag is closed" "$(tail -n 1 "$place/$name.html")" '</html>$'
done
none "no script, nothing from elsewhere" "$(
	grep -noiE '<(script|iframe|img|link|object)[ >]|src=|url\(|@import' "$place"/*.html | head -n 3)"
none "and no tag in Markdown" "$(grep -n '<' "$place/card.md" | head -n 3)"
like "what was answered is there as text" "$(cat "$place/card.html")" '&lt;script&gt;alert\(3\)'
like "a gap is the one that was stored" "$(cat "$place/card.md")" \
	"demographic._parity \| g \| $(sql "SELECT round(g.value::numeric, 4) FROM fairpg_catalog.evaluation_gap g
		JOIN fairpg_catalog.evaluation e USING (evaluation)
		WHERE e.model = 'm' AND e.version = 1 AND e.part = 'held_out' AND g.criterion = 'demographic_parity'")"
is "who is decided otherwise is whom plain SQL counts" \
	"$(sql "SELECT sum((d ->> 'people')::int) FROM json_array_elements(fairpg.release_notes('m', 1, 2, format => 'json')::json
		#> '{people,decisions_that_change}') d WHERE d ->> 'attribute' = 'g' AND d ->> 'change' IN ('approved to refused', 'refused to approved')")" \
	"$(sql "SELECT count(*) FROM t WHERE fairpg.decide('m', t, 1) <> fairpg.decide('m', t, 2)")"

sql "SELECT fairpg.add_note('model m', 'a note')" "SELECT fairpg.seal()" >/dev/null
sql "SELECT line FROM fairpg.export_record()" >"$place/record"
for format in html md json; do
	sql "SELECT fairpg.model_card('m', 1, '$format')" >"$place/sealed.$format"
	like "whoever has the card has an anchor: $format" "$(fairpg-verify "$place/record" "$place/sealed.$format" 2>&1)" \
		'^ok +block 1: it has the hash of the anchor'
done
rm "$place"/sealed.*

number=$(sql "SELECT fairpg.publish('m', 1)")
is "what is published has the digest of its words" \
	"$(sql "SELECT digest = sha256(convert_to(content::text, 'UTF8')) FROM fairpg_catalog.document WHERE document = $number")" t
is "which is in the record" \
	"$(sql "SELECT count(*) FROM fairpg_catalog.event e JOIN fairpg_catalog.document d
		ON e.payload ->> 'sha256' = encode(d.digest, 'hex') WHERE d.document = $number")" 1
is "and says of its first chapters what the card says" \
	"$(sql "SELECT content ->> 'identity' = fairpg.model_card('m', 1, 'json')::json ->> 'identity' FROM fairpg_catalog.document WHERE document = $number")" t

# --- a model with everything in its life --------------------------------------
none "a model with everything in its life" "$(psql -Xq -v ON_ERROR_STOP=1 -v owner="$PGUSER" <<'END' 2>&1 >/dev/null
SET client_min_messages = warning;
SELECT fairpg.init(roles => true, role_prefix => 'fairpg_documents_');
GRANT SELECT ON t TO PUBLIC;
CREATE ROLE fairpg_documents_ana LOGIN IN ROLE fairpg_documents_analyst;
CREATE ROLE fairpg_documents_rita LOGIN IN ROLE fairpg_documents_reviewer;
CREATE ROLE fairpg_documents_abel LOGIN IN ROLE fairpg_documents_approver;
CREATE ROLE fairpg_documents_otto LOGIN IN ROLE fairpg_documents_operator;
CREATE ROLE fairpg_documents_olga LOGIN IN ROLE fairpg_documents_ombudsman;
\set words 'as it was agreed upon by all who were asked, in many more words than these'
\c - fairpg_documents_ana
SELECT fairpg.create_policy('lending', rationale => repeat('Approval decides about access to credit. ', 3), legal_basis => 'a law and a contract',
	legal_as_of => '2026-01-01', ethical_notes => 'none that we know of, after discussion', harms => 'people who are refused although they would repay',
	template => 'four_fifths', protected => '{g}', options => '{"min_canary": "0 s", "required_reviews": ["look"], "jurisdictions": ["EU"]}',
	criteria => '[{"criterion": "tight", "metric": "demographic_parity", "threshold": 0.0001, "on_insufficient": "waiver", "rationale": "it is to be asked for, as the committee has agreed"},
		{"criterion": "odds", "metric": "equalized_odds", "threshold": 0.5, "severity": "advisory", "rationale": "errors are alike, as the committee has agreed"},
		{"criterion": "right", "metric": "accuracy", "contrast": "overall", "comparator": ">=", "threshold": 0.4, "rationale": "better than chance, as the committee has agreed"}]');
\c - fairpg_documents_abel
SELECT fairpg.activate_policy('lending', 1, :'words');
\c - fairpg_documents_ana
SELECT fairpg.train('credit', 't', 'y', protected => '{g}', features => '{x}');
SELECT fairpg.train('credit', 't', 'y', protected => '{g}', features => '{x,z}', fairness => 'demographic_parity', max_gap => 0.1, comment => 'z as well');
SELECT fairpg.train('credit', 't', 'y', protected => '{g}', features => '{x}', seed => 2);
\c - :owner
SELECT fairpg.govern('credit', 'lending', 'whom to grant a loan, by a first score');
\c - fairpg_documents_ana
SELECT fairpg.request_waiver('credit', v, 'tight:g', :'words' || :'words', 'a person looks at each refusal', now() + '30 days') FROM generate_series(1, 3) v;
SELECT fairpg.request_waiver('credit', 2, 'odds:g', :'words' || :'words', 'a person looks at each refusal', now() + '30 days');
\c - fairpg_documents_abel
SELECT fairpg.grant_waiver(w, :'words') FROM generate_series(1, 3) w;
\c - fairpg_documents_rita
SELECT fairpg.review('credit', 1, 'look', 'fail', :'words');
SELECT fairpg.review('credit', v, 'look', 'pass_with_conditions', :'words', 'look at it again next year', expires_at => now() + '1 year') FROM generate_series(1, 3) v;
\c - fairpg_documents_abel
SELECT fairpg.approve('credit', v, :'words') FROM generate_series(1, 3) v;
\c - fairpg_documents_otto
SELECT fairpg.deploy('credit', 1, 'champion', reason => :'words');
SELECT fairpg.deploy('credit', v, 'canary', 0.1, :'words'), fairpg.deploy('credit', v, 'champion', reason => :'words') FROM generate_series(1, 2) v;
SELECT fairpg.rollback('credit', :'words');
SELECT fairpg.deploy('credit', 3, 'canary', 0.05, :'words');
SELECT fairpg.open_incident('credit', 'of no version', 'serious', :'words');
SELECT fairpg.plan_remediation(1, 'data_fix', :'words');
SELECT fairpg.mitigate_incident(1, :'words');
SELECT fairpg.report_incident(1, 'the authority');
SELECT fairpg.suspend('credit', :'words', 1);
SELECT fairpg.mitigate_incident(2, :'words');
\c - fairpg_documents_rita
SELECT fairpg.assess_incident(2, 'minor', :'words');
SELECT fairpg.close_incident(2, :'words');
\c - fairpg_documents_olga
SELECT fairpg.challenge('credit', 'women are refused twice as often', 'aggregate_verification', 'web', group_claimed => 'b & "c"') AS reference \gset
SELECT fairpg.challenge('credit', 'nobody has asked us', 'policy', 'web');
SELECT fairpg.close_challenge(:'reference', 'upheld', :'words', true);
\c - fairpg_documents_ana
SELECT count(fairpg.describe('credit', field, 'an answer')) FROM fairpg_catalog.card_question;
SELECT fairpg.publish('credit', 2), fairpg.publish('credit', NULL, 'governance_report', 'authority');
SELECT fairpg.create_policy('lending', rationale => repeat('Approval decides about access to credit. ', 3), legal_basis => 'a law and a contract',
	legal_as_of => '2026-01-01', ethical_notes => 'none that we know of, after discussion', harms => 'people who are refused although they would repay',
	template => 'four_fifths', protected => '{g}', options => '{"min_canary": "0 s", "required_reviews": ["look"], "jurisdictions": ["EU"]}',
	criteria => '[{"criterion": "four_fifths", "metric": "demographic_parity", "contrast": "ratio", "threshold": 0.5, "rationale": "less is asked for, as the committee has agreed"},
		{"criterion": "odds", "metric": "equal_opportunity", "threshold": 0.5, "severity": "advisory", "rationale": "errors are alike, as the committee has agreed"},
		{"criterion": "right", "metric": "accuracy", "contrast": "overall", "comparator": ">=", "threshold": 0.6, "rationale": "better than chance, as the committee has agreed"},
		{"criterion": "alike", "metric": "error_rate_parity", "threshold": 0.5, "rationale": "errors are alike, as the committee has agreed"}]');
SELECT fairpg.create_policy('lending', rationale => repeat('Approval decides about access to credit. ', 3), legal_basis => 'a law and a contract',
	legal_as_of => '2026-01-01', ethical_notes => 'none that we know of, after discussion', harms => 'people who are refused although they would repay',
	template => 'four_fifths', protected => '{g}');
\c - fairpg_documents_abel
SELECT fairpg.activate_policy('lending', 2, :'words');
\c - fairpg_documents_ana
SELECT fairpg.train('credit', 't', 'y', protected => '{g}', features => '{z}', split => 'none', options => '{"l2": 0.01}');
SELECT fairpg.request_waiver('credit', 4, 'alike:g', :'words' || :'words', 'a person looks at each refusal', now() + '30 days') AS waiver \gset
\c - fairpg_documents_abel
SELECT fairpg.grant_waiver(:waiver, :'words');
\c - fairpg_documents_ana
SELECT fairpg.train('small', 'SELECT *, id <= 60 AS few FROM public.t', 'y', protected => '{few}', features => '{x}');
SELECT fairpg.train('money', 't', 'x', family => 'linear', protected => '{g}', features => '{z}');
SELECT fairpg.train('money', 't', 'x', family => 'linear', protected => '{g}', features => '{z,id}');
SELECT fairpg.train('marks', source, 'c', family => 'multinomial', protected => '{g}', features => f)
FROM (VALUES ('SELECT *, (ARRAY[''it''''s low'', ''mid'', ''high''])[width_bucket(x + z * 40, 0, 1300, 3)] AS c FROM public.t -- by thirds')) v (source),
	unnest(ARRAY['{x}', '{z}']) WITH ORDINALITY AS u (list, place), LATERAL (SELECT u.list::text[] AS f) w;
SELECT fairpg.import_model(fairpg.export_model('credit', 2), 'imported');
SELECT fairpg.seal();
END
)"
for pair in 'credit 1 2' 'credit 2 4' 'credit 4 1' 'money 1 2' 'marks 1 2' 'm 2 1'; do
	read -r model from to <<<"$pair"
	sql "SELECT fairpg.release_notes('$model', $from, $to, format => 'json')" >"$place/notes-$model-$from-$to.json"
done
for model in credit money marks small imported m; do
	sql "SELECT fairpg.governance_report('$model', 'json')" >"$place/report-$model.json"
	for audience in public deployer authority; do
		for version in $(sql "SELECT version FROM fairpg_catalog.model_version WHERE model = '$model'"); do
			sql "SELECT fairpg.model_card('$model', $version, 'json', '$audience')" >"$place/card-$model-$version-$audience.json"
		done
	done
done
is "criteria that changed are told apart, weakened ones first" "$(sql "SELECT string_agg((c ->> 'change') || ': ' || (c ->> 'criterion'), ', ')
	FROM json_array_elements(fairpg.release_content('credit', 2, 4) #> '{policy,changes}') c")" \
	'weakened: four_fifths:g, removed: tight:g, another measure: odds:g, strengthened: right, added: alike:g'
is "without a policy there is none, and no version of it" "$(sql "SELECT fairpg.release_content('money', 1, 2) #>> '{policy,changes}' IS NULL,
	fairpg.release_content('money', 1, 2) #>> '{verdict,policy_of_this_version}' IS NULL")" 't|t'
is "of a model of classes, whoever gets another class is whom plain SQL counts" "$(sql "SELECT sum((d ->> 'people')::int)
	FROM json_array_elements(fairpg.release_content('marks', 1, 2) #> '{people,decisions_that_change}') d
	WHERE d ->> 'attribute' = 'all rows' AND d ->> 'change' LIKE '% to another class'")" \
	"$(sql "SELECT count(*) FROM t WHERE fairpg.predict_class('marks', t, 1) <> fairpg.predict_class('marks', t, 2)")"
if python3 -W ignore -c 'import jsonschema' 2>/dev/null; then
	schema()
	{
		local what=$1 name=$2
		shift 2
		python3 -W ignore test/tools/schema.py "$what" "doc/$name.schema.json" "$@" 2>&1
	}
	for document in "$place"/card-*.json; do
		none "$(basename "$document") keeps to its schema" "$(schema check model_card "$document")"
	done
	for document in "$place"/notes-*.json; do
		none "$(basename "$document") keeps to its schema" "$(schema check release_notes "$document")"
	done
	for document in "$place"/report-*.json; do
		none "$(basename "$document") keeps to its schema" "$(schema check governance_report "$document")"
	done
	for name in model_card release_notes governance_report; do
		none "the schema $name lets nothing else pass, and explains each member" "$(schema strict $name)"
	done
	none "every member of a card was seen with a value" "$(schema unseen model_card "$place"/card-*.json)"
	none "and of the notes" "$(schema unseen release_notes "$place"/notes-*.json)"
	none "and of the report" "$(schema unseen governance_report "$place"/report-*.json)"
	while read -r name document change; do
		like "spoilt, it is refused: $name, ${change%%=*}" "$(schema check "$name" "$place/$document.json" "$change")" 'ValidationError'
	done <<-'END'
		model_card card-credit-1-public identity/model=[7]
		model_card card-credit-1-public identity/colour="red"
		model_card card-credit-1-public governance/reviews/0/by="rita"
		model_card card-credit-1-public governance/approvals=[]
		model_card card-credit-1-authority governance/waivers/0/expires="soon"
		model_card card-credit-1-authority policy/criteria/0/verdict="passed"
		model_card card-credit-1-authority policy/policy=null
		model_card card-credit-1-authority evidence/part="test"
		model_card card-credit-1-authority evidence/gaps/0/value="0.1"
		model_card card-imported-1-public evidence/rows=1
		model_card card-m-1-public provenance/audience="press"
		release_notes notes-credit-1-2 verdict/state="new"
		release_notes notes-credit-1-2 colour=1
		release_notes notes-credit-1-2 people/decisions_that_change/0/people=-1
		release_notes notes-credit-1-2 people/decisions_that_change/0/change="approved"
		release_notes notes-marks-1-2 people/decisions_that_change/0/change="high"
		release_notes notes-credit-2-4 policy/changes/0/change="loosened"
		release_notes notes-credit-1-2 differences/all_rows/0/verdict="good"
		release_notes notes-credit-1-2 provenance/artifact_sha256_now="00"
		release_notes notes-credit-1-2 provenance/generated_at="yesterday"
		release_notes notes-credit-1-2 provenance/record/block="1"
		release_notes notes-credit-1-2 criteria/0/after="waived"
		governance_report report-credit title="Report"
		governance_report report-credit versions/0/state="new"
		governance_report report-credit versions/0/version=0
		governance_report report-credit steps/0/outcome="refused, perhaps"
		governance_report report-credit steps/0/at="2026-11-27 15:39:15"
		governance_report report-credit service/0/share=1.5
		governance_report report-credit service/0/slot="shadow"
		governance_report report-credit reviews/0/verdict="insufficient"
		governance_report report-credit waivers/0/colour="red"
		governance_report report-credit remediations/0/kind="prayer"
		governance_report report-credit challenges/0/month="2026-13"
		governance_report report-credit documents/0/sha256="00"
		governance_report report-credit policy_versions/0/law_read="2026-02-30"
	END
else
	skip "documents keep to their schemas" "python3 has no jsonschema"
fi

chromium=
for name in chromium chromium-browser google-chrome; do
	[ -n "$chromium" ] || chromium=$(command -v $name)
done
if [ -z "$chromium" ]; then
	skip "a browser opens the documents" "chromium is not installed"
else
	profile=$(mktemp -d)
	trap 'rm -rf "$profile"' EXIT
	for name in card authority notes report; do
		dom=$(timeout 120 "$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars \
			--user-data-dir="$profile" --enable-logging=stderr --dump-dom "file://$PWD/$place/$name.html" 2>&1)
		none "$name: the console stays empty" "$(grep CONSOLE <<<"$dom" | head -n 3)"
		is "$name: the browser finds no script" "$(grep -c '<script' <<<"$dom")" 0
		timeout 120 "$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$profile" \
			--window-size=1100,4000 --screenshot="$place/$name.png" "file://$PWD/$place/$name.html" >/dev/null 2>&1
		ok "$name: a picture" test -s "$place/$name.png"
	done
fi
sql "SET client_min_messages = error" "DROP SCHEMA fairpg_catalog, fairpg_report CASCADE" "DROP TABLE t" >/dev/null
sql "SELECT format('DROP OWNED BY %I; DROP ROLE %I;', rolname, rolname) FROM pg_roles WHERE rolname ~ '^fairpg_documents_'" | psql -Xq >/dev/null 2>&1
