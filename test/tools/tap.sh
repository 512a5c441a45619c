# shellcheck shell=bash
# tap.sh - the few words in which a test script reports.
#
# Source it.  Every assertion prints one line, "ok - name" or "not ok - name"
# with what was seen after "# ", which is all that test/tools/check.sh reads.

# ok NAME COMMAND...: passes when the command succeeds.
ok()
{
	local name=$1
	shift
	if "$@"; then
		echo "ok - $name"
	else
		echo "not ok - $name"
		echo "# failed: $*"
	fi
}

# is NAME SEEN WANTED: passes when the two texts are equal.
is()
{
	if [ "$2" = "$3" ]; then
		echo "ok - $1"
	else
		echo "not ok - $1"
		printf 'seen:   %s\nwanted: %s\n' "$2" "$3" | sed 's/^/# /'
	fi
}

# soon WANTED COMMAND...: prints what the command does as soon as that is what is
# wanted, or 5 s later.  A process that was ended lets go of what it holds when it
# goes, which may be after the client has heard of it.
soon()
{
	local wanted=$1 seen
	shift
	for _ in $(seq 50); do
		seen=$("$@")
		[ "$seen" != "$wanted" ] || break
		sleep 0.1
	done
	printf '%s\n' "$seen"
}

# like NAME SEEN PATTERN: passes when the extended pattern is found.
like()
{
	if printf '%s\n' "$2" | grep -Eq -- "$3"; then
		echo "ok - $1"
	else
		echo "not ok - $1"
		printf 'seen:   %s\nwanted: %s\n' "$2" "$3" | sed 's/^/# /'
	fi
}

# none NAME TEXT: passes when the text, a list of offences, is empty.
none()
{
	if [ -z "$2" ]; then
		echo "ok - $1"
	else
		echo "not ok - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
	fi
}

# within NAME SEEN LOW HIGH: passes when LOW <= SEEN <= HIGH, as numbers.
within()
{
	if awk -v x="$2" -v low="$3" -v high="$4" \
		'BEGIN { exit !(x != "" && x + 0 >= low && x + 0 <= high) }'; then
		echo "ok - $1 ($2)"
	else
		echo "not ok - $1"
		echo "# seen $2, wanted from $3 to $4"
	fi
}

# skip NAME REASON: counted, and neither passed nor failed.
skip()
{
	echo "ok - $1 # SKIP $2"
}

# sql TEXT...: the bare answer of statements or psql commands, errors included;
# the first error ends it.
sql()
{
	local text
	for text in "$@"; do
		case $text in
			\\*) printf '%s\n' "$text" ;;
			*) printf '%s;\n' "$text" ;;
		esac
	done | psql -XAtq -v ON_ERROR_STOP=1 2>&1
}
