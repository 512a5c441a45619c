#!/usr/bin/env bash
# run.sh - the unit tests of the rooms that know no PostgreSQL.
#
#   run.sh               every test_*.c beside this script
#   run.sh NAME...       only test_NAME.c; "run.sh num" is every test_num*.c
#
#   CC=clang-14          another compiler (default: gcc)
#   OPTIMIZE=-O3         another level (default: -O2)
#   SANITIZE=1           with address and undefined behaviour sanitizers
#   VALGRIND=1           under valgrind, errors and leaks being failures
#
# Compiles src/{num,data,fair,model,train,report}/*.c as strict C99 with warnings as
# errors and no server headers, which is itself a check of each file, and links
# each test with what it needs of them.  Works in a directory of its own that
# is deleted at the end.  One TAP line a check; the last line is the count.
set -uo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
cd "$top" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
skipped=0

export work
export cc=${CC:-gcc}
export flags="-std=c99 -pedantic -Wall -Wextra -Wshadow -Wconversion -Werror \
-Wno-missing-field-initializers -g ${OPTIMIZE:--O2} -ffp-contract=off -Isrc -Itest/unit"
if [ -n "${SANITIZE:-}" ]; then
	flags="$flags -fsanitize=address,undefined -fno-sanitize-recover=all"
	# warnings count in the plain run: instrumented code provokes false ones
	flags="$flags -fno-omit-frame-pointer -Wno-error -DUNIT_SANITIZED"
fi
runner=()
if [ -n "${VALGRIND:-}" ]; then
	runner=(valgrind -q --error-exitcode=99 --leak-check=full
		--errors-for-leak-kinds=definite)
	flags="$flags -DUNIT_VALGRIND"
fi

# Counts the TAP lines of a file and shows it, each name after its program's.
tell()
{
	sed -E "s|^(not ok\|ok) - |\1 - $2: |" "$1"
	failed=$((failed + $(grep -c '^not ok' "$1")))
	skipped=$((skipped + $(grep -ciE '^ok .*# skip' "$1")))
	passed=$((passed + $(grep -E '^ok' "$1" | grep -viEc '# skip')))
}

# Compiles one source; a file of a room goes by room_file.o.
compile()
{
	local name=${1#src/} extra=
	name=${name//\//_}
	# the one file that speaks to the system: signals, mappings, libraries
	[ "$1" != src/num/blas.c ] || extra=-D_GNU_SOURCE
	# shellcheck disable=SC2086
	$cc $flags $extra -c "$1" -o "$work/${name%.c}.o" \
		>"$work/${name%.c}.said" 2>&1
}
export -f compile

# --- the rooms -------------------------------------------------------------
sources=()
for room in num data fair model train report; do
	for source in src/"$room"/*.c; do
		[ ! -e "$source" ] || sources+=("$source")
	done
done
printf '%s\0' "${sources[@]}" |
	xargs -0 -P 2 -I {} bash -c 'compile "$1"' _ {}
for source in "${sources[@]}"; do
	name=${source#src/}
	name=${name//\//_}
	if [ -e "$work/${name%.c}.o" ]; then
		echo "ok - compiles"
	else
		echo "not ok - compiles"
		sed 's/^/# /' "$work/${name%.c}.said"
	fi >"$work/tap"
	tell "$work/tap" "${source#src/}"
done
ar rcs "$work/rooms.a" "$work"/*.o 2>/dev/null

# --- the tests -------------------------------------------------------------
[ $# -gt 0 ] || set -- ''
tests=()
for name in "$@"; do
	for test in test/unit/test_"$name"*.c; do
		[ ! -e "$test" ] || tests+=("$test")
	done
done
[ ${#tests[@]} -gt 0 ] || {
	echo "not ok - there are tests named: $*"
	failed=$((failed + 1))
}
for test in "${tests[@]}"; do
	name=$(basename "$test" .c)
	# tests may ask the system about themselves
	# shellcheck disable=SC2086
	if ! $cc $flags -D_GNU_SOURCE "$test" "$work/rooms.a" -lm -ldl \
		-o "$work/$name" >"$work/said" 2>&1; then
		echo "not ok - compiles and links" >"$work/tap"
		sed 's/^/# /' "$work/said" >>"$work/tap"
	else
		"${runner[@]}" "$work/$name" >"$work/tap" 2>"$work/said" </dev/null
		status=$?
		if [ "$status" -gt 1 ] || ! grep -q '^1\.\.' "$work/tap"; then
			echo "not ok - ends well (exit $status)" >>"$work/tap"
		fi
		sed 's/^/# /' "$work/said" >>"$work/tap"
		sed -i '/^1\.\./d' "$work/tap"
	fi
	tell "$work/tap" "${name#test_}"
done

tail_text=
[ "$skipped" -eq 0 ] || tail_text=", $skipped skipped"
echo "$passed passed, $failed failed$tail_text"
[ "$failed" -eq 0 ]
