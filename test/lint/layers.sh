#!/usr/bin/env bash
# layers.sh - who may know whom: the arrows of src/README.md, by includes.
#
#   num <- data <- {fair, model} <- train <- pg <- sql;  fair and model do not
#   know each other.  report sees num alone, and pg sees report.  A room sees
#   itself and what stands left of it.  verify is a program by itself, which
#   nobody sees and which sees nobody.
#
# Rooms below pg know nothing of PostgreSQL: no header of the server, no
# stdio, no memory but the arena's.  Two files are doors to the outside and may
# do more: num/arena.c (malloc, for programs without a server) and num/blas.c
# (loads the linear algebra library).
set -euo pipefail
cd "$(dirname "$0")/../.."
. test/tools/tap.sh

may_see()
{
	case $1 in
		num) echo 'num' ;;
		data) echo 'num|data' ;;
		fair) echo 'num|data|fair' ;;
		model) echo 'num|data|model' ;;
		train) echo 'num|data|fair|model|train' ;;
		report) echo 'num|report' ;;
		pg) echo 'num|data|fair|model|train|report|pg' ;;
	esac
}

# Lines 'file:line:text' of a room's sources that hold a pattern.
find_lines()
{
	find "src/$1" \( -name '*.c' -o -name '*.h' \) -exec grep -nHE "$2" {} + ||
		true
}

system_headers='assert|complex|errno|fenv|float|inttypes|limits|math|stdarg'
system_headers="$system_headers|stdbool|stddef|stdint|stdlib|string|tgmath"

for room in num data fair model train report; do
	own=$(find_lines "$room" '^ *# *include *"' |
		grep -vE "\"($(may_see "$room"))/" || true)
	none "src/$room includes only what it may see" "$own"
	outside=$(find_lines "$room" '^ *# *include *<' |
		grep -vE "<($system_headers)\.h>" |
		grep -vE '^src/num/(arena|blas)\.c:' || true)
	none "src/$room uses no header but the language's own" "$outside"
	calls=$(find_lines "$room" \
		'\<(malloc|calloc|realloc|free|alloca|printf|fprintf|sprintf|palloc|ereport|elog)\(' |
		grep -vE '^src/num/(arena|blas)\.c:' |
		grep -vE ':[[:space:]]*/?\*' || true)
	none "src/$room takes memory from the arena and prints nothing" "$calls"
	state=$(find "src/$room" -name '*.c' -exec grep -nHE \
		'^[[:space:]]*static [^()]*(=|;)' {} + |
		grep -vE 'static (inline |const )|\*const |\<const\>[^=]*(=|;)' |
		grep -vE '^src/num/blas\.c:' || true)
	none "src/$room keeps no state of its own" "$state"
done

none "src/verify stands by itself: the language's own headers, and its own" "$(
	find_lines verify '^ *# *include' |
		grep -vE "<($system_headers|stdio)\.h>|\"(anchor|format|json|receipt|sha256)\.h\"" || true)"
none "nothing includes src/verify" "$(
	grep -rnE '# *include *"(verify/|fairpg_verify|sha256\.h)' src --include='*.[ch]' |
		grep -v '^src/verify/' || true)"

none "src/pg names the room in every include of ours" "$(
	find_lines pg '^ *# *include *"' | grep -vE "\"($(may_see pg))/" |
		grep -vE '"(postgres|fmgr|miscadmin|funcapi|pgstat|pgtime|port|libpq|access|catalog|commands|common|executor|lib|mb|nodes|optimizer|parser|portability|storage|tcop|utils|varatt|windowapi|jit|replication|rewrite|statistics|tsearch|datatype)[./]' || true)"
none "postgres.h comes first in every file of src/pg" "$(
	find src/pg -name '*.c' | sort | while read -r file; do
		grep -m 1 '^ *# *include' "$file" | grep -q '"postgres.h"' || echo "$file"
	done)"
none "no header includes postgres.h" "$(
	find src -name '*.h' -exec grep -nHE '# *include *"postgres.h"' {} + || true)"
none "differences between server versions stand in pg/compat.h" "$(
	find_lines pg 'PG_VERSION_NUM' | grep -v '^src/pg/compat\.h:' || true)"
none "only num/blas.c knows the linear algebra library" "$(
	grep -rnE 'dlopen|dlsym|cblas\.h' src --include='*.[ch]' |
		grep -vE '^src/num/blas\.[ch]:|:[0-9]+:[[:space:]]*/?\*' || true)"
none "the SQL surface names only fairpg_ symbols" "$(
	grep -nHE "^[^-]*AS '(MODULE_PATHNAME|\\\$libdir/[a-z_]+)'" src/sql/*.sql |
		grep -vE "', *'fairpg_[a-z0-9_]+'|fairpg--" || true)"
