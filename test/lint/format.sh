#!/usr/bin/env bash
# format.sh - layout of C by clang-format 14, sense of scripts by shellcheck.
#
#   format.sh            check; what is not installed is skipped, aloud
#   format.sh --write    lay out all C files in place ("make format")
set -euo pipefail
cd "$(dirname "$0")/../.."
. test/tools/tap.sh

formatter=${CLANG_FORMAT:-clang-format-14}
mapfile -t sources < <(find src test -name '*.[ch]' | sort)

if [ "${1:-}" = --write ]; then
	"$formatter" -i "${sources[@]}"
	exit 0
fi

if command -v "$formatter" >/dev/null; then
	none "clang-format agrees with every C file" "$(
		for file in "${sources[@]}"; do
			"$formatter" --dry-run --Werror "$file" >/dev/null 2>&1 ||
				echo "$file: make format"
		done)"
else
	skip "clang-format agrees with every C file" "$formatter is not installed"
fi

if command -v shellcheck >/dev/null; then
	mapfile -t scripts < <(grep -rlE '^#!.*(ba)?sh' test .ci | sort)
	none "shellcheck has nothing to say" "$(
		shellcheck -f gcc -S warning -e SC1091 "${scripts[@]}" test/tools/tap.sh ||
			true)"
else
	skip "shellcheck has nothing to say" "shellcheck is not installed"
fi
