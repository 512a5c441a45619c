# audit_report.sh - reports as a browser sees them: opened in headless Chromium
# on a light screen, a dark one and paper, a picture of each chart kept in
# build/check/report, nothing said on the console, nothing loaded.  What they
# say is recomputed by plain SQL; texts of users stay texts.
. test/tools/tap.sh

psql -Xq -v ON_ERROR_STOP=1 <<'END' >/dev/null 2>&1
SELECT fairpg.init();
CREATE TABLE t AS SELECT i AS id, i * 7919 % 1000 / 1000.0::float8 AS x,
	(ARRAY['<script>alert(1)</script>', 'b & "c"', 'größe', NULL])[1 + i % 4] AS g,
	(ARRAY['a', 'b'])[1 + i / 4 % 2] AS h,
	(i * 7919 % 1000) + (i * 104729 % 700) > 700 AS y
FROM generate_series(1, 6000) i;
SELECT fairpg.train('m', 't', 'y', protected => '{g,h,g*h}', exclude => '{id}',
	fairness => 'demographic_parity', max_gap => 0.05, comment => '</p><script>');
SELECT fairpg.evaluate('m', 't', name => 'all');
SELECT fairpg.add_analyses(max(evaluation)) FROM fairpg_catalog.evaluation;
CREATE TABLE labelled AS SELECT *, y <> (id % 9 = 0) AS "<b>ann", y <> (id % 11 = 0) AS bob,
	(ARRAY['f', 'm'])[1 + id % 2] AS sex FROM t;
SELECT fairpg.evaluate_decisions('labelled', '{sex,h}', label => 'y', decision => 'bob', name => 'labelled');
SELECT fairpg.add_analyses(max(evaluation), '{bias_audit,data_checks}', '{"data_checks": {"annotators": ["<b>ann", "bob"]}}')
	FROM fairpg_catalog.evaluation;
SELECT fairpg.frontier('m', 't', 'y', protected => '{h}', exclude => '{id}',
	fairness => 'demographic_parity', max_gaps => '{0.01,0.1,1}');
CREATE TABLE wide AS SELECT i % 40 AS g, i % 3 = 0 AS y, i % 40 < i % 97 AS d
FROM generate_series(1, 8000) i;
SELECT fairpg.evaluate_decisions('wide', '{g}', label => 'y', decision => 'd');
END

place=build/check/report
rm -rf "$place"
mkdir -p "$place"
sql "SELECT fairpg.audit_report('m', 1)" >"$place/model.html"
sql "SELECT fairpg.audit_report(evaluation => max(evaluation))
	FROM fairpg_catalog.evaluation" >"$place/groups.html"
sql "SELECT fairpg.audit_report(evaluation => max(evaluation))
	FROM fairpg_catalog.evaluation WHERE name = 'labelled'" >"$place/labelled.html"
sql "SELECT fairpg.audit_report('m', 1, format => 'json')" >"$place/model.json"
sql "SELECT fairpg.audit_report(evaluation => max(evaluation), format => 'json')
	FROM fairpg_catalog.evaluation WHERE name = 'labelled'" >"$place/labelled.json"
sql "DELETE FROM fairpg_catalog.evaluation WHERE model = 'm'" \
	"SELECT fairpg.audit_report('m')" >"$place/never.html"
sql "SELECT fairpg.audit_report('m', format => 'json')" >"$place/never.json"

like "a report is a page" "$(head -n 2 "$place/model.html")" '^<!doctype html>'
like "whose last tag is closed" "$(tail -n 1 "$place/model.html")" '</html>$'
like "of a version never evaluated says so" "$(cat "$place/never.html")" 'never evaluated'
none "all characters are ASCII, whatever the encoding" "$(
	LC_ALL=C grep -nP '[^\x00-\x7f]' "$place/model.html" | head -n 3)"
none "no script, no style of a user, nothing from elsewhere" "$(
	grep -noiE '<(script|iframe|img|link|object)[ >]|src=|url\(|https?:|@import' "$place"/*.html |
		head -n 3)"
like "names of groups are there as text" "$(cat "$place/model.html")" \
	'&lt;script&gt;alert\(1\)&lt;/script&gt;'
like "letters beyond ASCII are references" "$(cat "$place/model.html")" 'gr&#xf6;&#xdf;e'
like "the artifact is named by its SHA-256" "$(cat "$place/model.html")" \
	"$(sql "SELECT encode(sha256(artifact), 'hex') FROM fairpg_catalog.model_version WHERE model = 'm'")"
like "a rate is the one that plain SQL counts, with its n" \
	"$(tr -d '\n' <"$place/model.html" | sed 's/<[^>]*>/ /g')" \
	" a +selection_rate +$(sql "SELECT round(avg(fairpg.decide('m', t)::int), 3)
		FROM t WHERE h = 'a'") \([0-9. to]*\) +3,000 "

none "JSON is ASCII as well" "$(LC_ALL=C grep -nP '[^\x00-\x7f]' "$place"/*.json | head -n 3)"
like "and has names as they are" "$(cat "$place/model.json")" '"gr\\u00f6\\u00dfe"'
# against the schema that is shipped, each report and one that is spoilt
if python3 -W ignore -c 'import jsonschema' 2>/dev/null; then
	valid()
	{
		python3 -W ignore test/tools/schema.py check doc/audit_report.schema.json "$@"
	}
	for name in model labelled never; do
		ok "$name: the JSON keeps to its schema" valid "$place/$name.json"
	done
	like "which refuses others" "$(valid "$place/model.json" chapters/gaps/rows=7 2>&1)" 'ValidationError: 7 is not'
	like "and members that it does not know" "$(valid "$place/never.json" chapters/summary/colour=7 2>&1)" \
		"ValidationError: Additional properties are not allowed .'colour'"
else
	skip "JSON keeps to its schema" "python3 has no jsonschema"
fi

chromium=
for name in chromium chromium-browser google-chrome; do
	[ -n "$chromium" ] || chromium=$(command -v $name)
done
if [ -z "$chromium" ]; then
	skip "a browser opens the reports" "chromium is not installed"
	exit 0
fi
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT

# browse FILE ARGUMENT...: what Chromium says
browse()
{
	local file=$1
	shift
	timeout 120 "$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars \
		--user-data-dir="$profile" --enable-logging=stderr "$@" "file://$PWD/$file" 2>&1
}

for name in model groups labelled never; do
	dom=$(browse "$place/$name.html" --dump-dom)
	none "$name: the console stays empty" "$(grep 'CONSOLE' <<<"$dom" | head -n 3)"
	is "$name: the browser has every chart that was written" \
		"$(grep -o '<svg ' <<<"$dom" | wc -l)" "$(grep -o '<svg ' "$place/$name.html" | wc -l)"
	is "$name: and no script" "$(grep -c '<script' <<<"$dom")" 0
	browse "$place/$name.html" --window-size=1100,4000 --screenshot="$place/$name.png" >/dev/null
	browse "$place/$name.html" --window-size=390,4000 --screenshot="$place/$name-narrow.png" >/dev/null
	ok "$name: a picture of a wide screen and of a narrow one" \
		test -s "$place/$name.png" -a -s "$place/$name-narrow.png"
done
browse "$place/model.html" --force-dark-mode --blink-settings=preferredColorScheme=0 \
	--window-size=1100,4000 --screenshot="$place/model-dark.png" >/dev/null
ok "the dark page is another picture" \
	sh -c '! cmp -s "$1/model.png" "$1/model-dark.png"' - "$place"
browse "$place/groups.html" --no-pdf-header-footer --print-to-pdf="$place/groups.pdf" >/dev/null
ok "a printed report" test -s "$place/groups.pdf"

# a page with the first chart of each kind, from the style and the figures
perl -0ne '($head) = /^(.*<\/head>)/s;
	while (/(<figure data-chart="(\w+)".*?<\/figure>)/sg) {
		next if $seen{$2}++;
		open my $out, ">", "'"$place"'/chart-$2.html" or die;
		print $out "$head<body>$1</body></html>";
	}' "$place/model.html" "$place/labelled.html"
for kind in gaps forest dots heat reliability roc subgroups tornado proxies frontier training \
	categories agreement; do
	browse "$place/chart-$kind.html" --window-size=900,700 \
		--screenshot="$place/chart-$kind.png" >/dev/null
	within "chart $kind: a picture that is not blank" \
		"$(stat -c %s "$place/chart-$kind.png" 2>/dev/null)" 5000 10000000
done
