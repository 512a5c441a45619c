#!/usr/bin/env bash
# lengths.sh - functions up to 80 lines and 6 parameters, files up to 800 lines.
#
# The limits make us think: what is longer usually holds two ideas.  A function
# is found by its braces in the first column, as clang-format writes them.
set -euo pipefail
cd "$(dirname "$0")/../.."
. test/tools/tap.sh

list_sources()
{
	find src test -type f \
		\( -name '*.c' -o -name '*.h' -o -name '*.sql' -o -name '*.sh' \
		-o -name '*.pl' -o -name '*.py' -o -name '*.mk' \) \
		-not -name 'fairpg--*.sql'
	find sql -name '*.sql'
	echo Makefile
}

none "no file is longer than 800 lines" "$(
	list_sources | sort | while read -r file; do
		lines=$(wc -l <"$file")
		[ "$lines" -le 800 ] || echo "$file: $lines lines"
	done)"

# $1 is "length" or "parameters"
measure()
{
	find src test -name '*.c' | sort | xargs -r awk -v what="$1" '
		FNR == 1 { head = ""; start = 0 }
		/^\{/ { start = FNR; text = head; head = ""; next }
		/^\}/ {
			if (start && text ~ /\(/) {
				size = FNR - start + 1
				if (what == "length" && size > 80)
					print FILENAME ":" start ": " size " lines"
				sub(/^[^(]*\(/, "", text)
				count = gsub(/,/, ",", text) + 1
				if (what == "parameters" && count > 6)
					print FILENAME ":" start ": " count " parameters"
			}
			start = 0; head = ""; next
		}
		start { next }
		/^(#|\/\*| \*|\/\/|$)/ { head = ""; next }
		/;[ \t]*$/ { head = ""; next }
		{ head = head " " $0 }'
}
none "no function is longer than 80 lines" "$(measure length)"
none "no function has more than 6 parameters" "$(measure parameters)"
