#!/usr/bin/env bash
# catalog.sh - what CREATE EXTENSION and fairpg.init() leave in the catalogs.
#
# Runs the queries of catalog.sql in a new database; each is a rule, and each
# row it returns is an offence.  Needs the environment of checkrun.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
. test/tools/tap.sh

PGDATABASE=lint_catalog
psql -Xq -d postgres -c "CREATE DATABASE $PGDATABASE"
export PGDATABASE
trap 'psql -Xq -d postgres -c "DROP DATABASE $PGDATABASE"' EXIT
made=$(sql 'CREATE EXTENSION fairpg' 'SELECT fairpg.init()') ||
	{ none "CREATE EXTENSION and fairpg.init() succeed" "$made"; exit 1; }

# a rule is "-- rule: name" and the statement that follows it
awk '/^-- rule: / { print "\\echo @" substr($0, 10) } { print }' \
	test/lint/catalog.sql | psql -XAtq -v ON_ERROR_STOP=0 2>&1 |
	awk '
		/^@/ { report(); name = substr($0, 2); text = ""; next }
		{ text = text "# " $0 "\n" }
		END { report() }
		function report() {
			if (name == "" && text != "")
				printf "not ok - what the rules need is made\n%s", text
			if (name != "")
				printf "%sok - %s\n%s", (text == "" ? "" : "not "), name, text
		}'
