#!/usr/bin/env bash
# exports.sh - what the two libraries show to, and take from, the process.
#
# A backend loads many libraries into one name space, so ours exports nothing
# but what the server looks up: Pg_magic_func, _PG_init, pg_finfo_* and
# fairpg_*.  The training library may also define xerbla_, by which the linear
# algebra library reports a wrong argument.  Neither is linked against that
# library, and fairpg.so cannot even load it.  Imports that change the state of
# the whole process, or are unsafe by nature, are refused.
set -euo pipefail
cd "$(dirname "$0")/../.."
. test/tools/tap.sh

banned='system|popen|fopen|signal|sigaction|exit|_exit|abort|strcpy|strcat'
banned="$banned|sprintf|vsprintf|gets|rand|srand|random|pthread_create|putenv"

for library in fairpg fairpg_train; do
	file=$library.so
	more=
	loader='dlopen|dlmopen|dlsym|setenv'
	if [ "$library" = fairpg_train ]; then
		more='|xerbla_'
		loader=none
	fi
	none "$file exports only what the server looks up" "$(
		nm -D --defined-only "$file" | awk '{ print $NF }' | sed 's/@.*//' |
			grep -vE "^(Pg_magic_func|_PG_init|pg_finfo_fairpg_.*|fairpg_.*$more)\$" ||
			true)"
	none "$file needs no library but those of C" "$(
		readelf -d "$file" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p' |
			grep -vE '^(libc|libm|libdl|libgcc_s|ld-linux[^.]*)\.so' || true)"
	none "$file imports nothing that is banned" "$(
		nm -D --undefined-only "$file" | awk '{ print $NF }' | sed 's/@.*//' |
			grep -xE "(__)?($banned|$loader)(_chk)?" || true)"
	none "$file has no code that is written at load" "$(
		readelf -d "$file" | grep TEXTREL || true)"
	ok "$file has no executable stack" bash -c \
		"readelf -lW $file | grep -E 'GNU_STACK' | grep -qv 'RWE'"
	ok "$file is read-only after relocation" bash -c \
		"readelf -lW $file | grep -q GNU_RELRO"
done

# every symbol that the SQL surface asks for exists
none "each function of the SQL surface is in the library it names" "$(
	awk -v RS=';' '{
		if (match($0, /AS \x27[^\x27]+\x27, *\x27[^\x27]+\x27/)) {
			text = substr($0, RSTART, RLENGTH)
			split(text, part, "\x27")
			print part[2], part[4]
		}
	}' src/sql/fairpg--*.sql | sort -u | while read -r library symbol; do
		case $library in
			MODULE_PATHNAME | */fairpg) file=fairpg.so ;;
			*) file=fairpg_train.so ;;
		esac
		defined=$(nm -D --defined-only $file | awk '{ print $NF }')
		grep -qx "$symbol" <<<"$defined" || echo "$symbol is not in $file"
	done)"
