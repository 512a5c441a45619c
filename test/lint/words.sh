#!/usr/bin/env bash
# words.sh - words that must not stand in the repository: marks of unfinished
# work, and paths of one machine.  Comments are /* */, tests are deterministic.
set -euo pipefail
cd "$(dirname "$0")/../.."
. test/tools/tap.sh

# all files of the repository, tracked or about to be
list_files()
{
	if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
		git ls-files --cached --others --exclude-standard
	else
		find . -type f -not -path './.git/*' -not -path './build/*' -not -path './demo_cluster/*' \
			-not -path './results/*' -not -path './output_iso/*' -not -name '*.o' -not -name '*.so' | sed 's,^\./,,'
	fi | grep -vE '^test/lint/words\.sh$' | while read -r file; do
		[ ! -f "$file" ] || echo "$file"
	done
}
search()
{
	list_files | tr '\n' '\0' | xargs -0 -r grep -nHIE "$@" || true
}

none "no mark of unfinished work" "$(
	search '\<(TODO|FIXME|XXX|HACK)\>' | grep -v 'mktemp')"
none "no path of one machine" "$(
	search '(^|[^a-zA-Z0-9_.])/(work|root|home)/[a-z]')"
none "C comments are /* */" "$(
	list_files | grep -E '^(src|test)/.*\.[ch]$' | tr '\n' '\0' |
		xargs -0 -r grep -nHE '(^|[[:space:];{}])// ?[A-Za-z]' || true)"
none "no space at the end of a line" "$(
	list_files | grep -vE '^expected/|\.md$|expected/.*\.out$' | tr '\n' '\0' |
		xargs -0 -r grep -nHIE '[[:space:]]+$' | head -n 20 || true)"
none "expected output records no crash and no internal error" "$(
	find expected test/isolation/expected -name '*.out' -exec grep -nHE \
		'server closed the connection|PANIC:|XX000|TRAP:' {} + 2>/dev/null ||
		true)"
