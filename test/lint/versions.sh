#!/usr/bin/env bash
# versions.sh - the version agrees everywhere; the control file and the install
# script keep the rules that make CREATE EXTENSION safe.
#
# A control file with "schema = fairpg" would adopt a schema that somebody
# else prepared, with functions of theirs in it, and a script with OR REPLACE
# or IF NOT EXISTS would adopt single objects.  So: schema = pg_catalog, and the
# script creates everything plainly, the schema first.
set -euo pipefail
cd "$(dirname "$0")/../.."
. test/tools/tap.sh

setting()
{
	sed -nE "s/^$1 *= *'?([^']*)'? *\$/\1/p" fairpg.control
}

version=$(setting default_version)
like "fairpg.control has a version of three numbers" "$version" \
	'^[0-9]+\.[0-9]+\.[0-9]+$'
ok "META.json is there" test -s META.json
none "META.json names the same version everywhere" "$(
	grep -nE '^ *"version": *"' META.json | grep -vF "\"$version\"" |
		grep -v '"1.0.0",\{0,1\} *$' || true)"
ok "CHANGELOG.md has a chapter of that version" \
	grep -qE "^## \[?(unreleased|$version)\]?" CHANGELOG.md
none "no other file names the version" "$(
	grep -rnF "'$version'" src Makefile | grep -v 'src/sql/fairpg--' || true)"

is "control: schema" "$(setting schema)" pg_catalog
is "control: relocatable" "$(setting relocatable)" false
is "control: superuser" "$(setting superuser)" true
is "control: trusted" "$(setting trusted)" false

# the SQL topic files without their comments
statements()
{
	find src/sql -name '*.sql' -not -name 'fairpg--*' | sort |
		xargs -r sed -E 's/--.*//'
}
like "the first statement creates the schema plainly" "$(
	sed -E 's/--.*//; s/^\\.*//' src/sql/header.sql | grep -vE '^[[:space:]]*$' |
		head -n 1)" '^CREATE SCHEMA fairpg;'
none "the install script has no OR REPLACE" "$(
	statements | grep -niE 'OR[[:space:]]+REPLACE\>' || true)"
none "the install script has no IF NOT EXISTS" "$(
	statements | grep -niE 'IF[[:space:]]+NOT[[:space:]]+EXISTS' |
		grep -viE 'IF[[:space:]]+NOT[[:space:]]+EXISTS[[:space:]]*\(' || true)"
none "the install script has no SECURITY DEFINER" "$(
	statements | grep -niE 'SECURITY[[:space:]]+DEFINER' || true)"
ok "loading the script by hand in psql is refused" \
	grep -qE '^\\(echo|quit)' src/sql/header.sql
