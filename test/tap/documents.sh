# documents.sh - cards, release notes and reports of governance as a browser sees
# them; the card's JSON against the schema that is shipped; what is published is
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
for audience in public deployer authority; do
	sql "SELECT fairpg.model_card('m', 1, 'json', '$audience')" >"$place/$audience.json"
done
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

number=$(sql "SELECT fairpg.publish('m', 1)")
is "what is published has the digest of its words" \
	"$(sql "SELECT digest = sha256(convert_to(content::text, 'UTF8')) FROM fairpg_catalog.document WHERE document = $number")" t
is "which is in the record" \
	"$(sql "SELECT count(*) FROM fairpg_catalog.event e JOIN fairpg_catalog.document d
		ON e.payload ->> 'sha256' = encode(d.digest, 'hex') WHERE d.document = $number")" 1
is "and says of its first chapters what the card says" \
	"$(sql "SELECT content ->> 'identity' = fairpg.model_card('m', 1, 'json')::json ->> 'identity' FROM fairpg_catalog.document WHERE document = $number")" t

if python3 -W ignore -c 'import jsonschema' 2>/dev/null; then
	valid()
	{
		python3 -W ignore - "$@" <<-'END'
			import json, sys, jsonschema
			with open('doc/model_card.schema.json') as f:
			    schema = json.load(f)
			jsonschema.Draft202012Validator.check_schema(schema)
			with open(sys.argv[1]) as f:
			    card = json.load(f)
			if len(sys.argv) > 2:
			    card[sys.argv[2]][sys.argv[3]] = [7]
			jsonschema.Draft202012Validator(schema).validate(card)
		END
	}
	for audience in public deployer authority; do
		ok "a card for $audience keeps to its schema" valid "$place/$audience.json"
	done
	like "which refuses others" "$(valid "$place/public.json" identity model 2>&1)" 'ValidationError: .7. is not'
else
	skip "cards keep to their schema" "python3 has no jsonschema"
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
sql "DROP ROLE fairpg_documents_other" >/dev/null
