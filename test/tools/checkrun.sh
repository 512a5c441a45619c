#!/usr/bin/env bash
# checkrun.sh - a private PostgreSQL server with fairpg in it.
#
#   checkrun.sh start DIR [NAME=VALUE...]   install tree, cluster and server in
#                                           DIR (new or empty); settings follow
#   checkrun.sh exec DIR COMMAND...         run a command against that server
#   checkrun.sh restart DIR                 start a stopped server again
#   checkrun.sh stop DIR                    stop it; DIR stays
#   checkrun.sh remove DIR                  stop it and delete DIR
#   checkrun.sh scratch [NAME]              make a fitting new DIR, print it
#   checkrun.sh run COMMAND...              all of it around one command
#
# How a server without a system-wide installation is had: its programs find
# their libraries and share files by the way that leads there from their own
# place.  So DIR/root gets copies of the programs and links to the rest, in
# the same relative places, and "make install DESTDIR=DIR/root" adds fairpg.
# Nothing outside DIR is written, so any number may run at once.
#
# The server listens on a socket only, in a directory that only its user may
# enter.  PostgreSQL refuses to run as root: started by root, the server gets
# the user postgres, or nobody where there is none, and everything that the
# server must read lies in DIR.  Clients stay the user who called.
#
# What "exec" sets for its command:
#   PATH         the server's own programs first
#   PGHOST PGPORT PGUSER PGDATABASE PGDATA   psql just works, as a superuser
#   FAIRPG_TOP   the checkout            FAIRPG_ROOT  the install tree
#   FAIRPG_TMP   a directory the server's user may write
#   FAIRPG_AS    words to put before a server program (initdb, pg_ctl,
#                pg_basebackup) so that it runs as that user; may be empty
set -euo pipefail
umask 022

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
pg_config=${PG_CONFIG:-pg_config}

die()
{
	echo "checkrun.sh: $*" >&2
	exit 1
}

# Sets the array 'as': what makes a command run as the server's user.
choose_user()
{
	as=()
	[ "$(id -u)" -eq 0 ] || return 0
	local user=nobody
	id postgres >/dev/null 2>&1 && user=postgres
	as=(setpriv "--reuid=$(id -u "$user")" "--regid=$(id -g "$user")"
		--clear-groups)
}

# Runs a server program as the server's user, from a place it may stand in.
as_server()
{
	(cd "$dir" && HOME=$dir exec "${as[@]}" "$@")
}

# Makes a directory that the server's user can reach, and prints its name.
scratch()
{
	local made
	choose_user
	made=$(mktemp -d "${TMPDIR:-/tmp}/fairpg-${1:-check}.XXXXXX")
	chmod 755 "$made"
	if ! (cd / && "${as[@]}" test -x "$made"); then
		rmdir "$made"
		made=$(mktemp -d "/tmp/fairpg-${1:-check}.XXXXXX")
		chmod 755 "$made"
	fi
	echo "$made"
}

install_tree()
{
	local bin lib share
	bin=$("$pg_config" --bindir)
	lib=$("$pg_config" --pkglibdir)
	share=$("$pg_config" --sharedir)
	mkdir -p "$dir/root$bin" "$dir/root$lib" "$dir/root$share"
	# programs look for their real place, so these must be copies
	cp -L "$bin"/* "$dir/root$bin/"
	cp -rs "$lib/." "$dir/root$lib/"
	cp -rs "$share/." "$dir/root$share/"
	# never test a fairpg that is installed in the system
	rm -f "$dir/root$lib"/fairpg* "$dir/root$share"/extension/fairpg*
	make -s -C "$top" install PG_CONFIG="$pg_config" \
		DESTDIR="$dir/root" COPT="${COPT:-}" >"$dir/install.log" 2>&1 ||
		{ cat "$dir/install.log" >&2; die "fairpg could not be installed"; }
}

write_settings()
{
	cat <<-END
		listen_addresses = ''
		port = 5432
		unix_socket_directories = '"$socket"'
		unix_socket_permissions = 0700
		fsync = off
		shared_buffers = 256MB
		max_wal_size = 4GB
		max_connections = 50
		max_worker_processes = 16
		timezone = 'UTC'
		log_timezone = 'UTC'
		lc_messages = 'C'
		log_line_prefix = '%m [%p] %q%d '
	END
	local setting
	for setting in "$@"; do
		printf "%s = '%s'\n" "${setting%%=*}" "${setting#*=}"
	done
}

# The environment of "exec", written once so that any shell can read it.
write_environment()
{
	local bin
	bin="$dir/root$("$pg_config" --bindir)"
	{
		printf 'export PATH=%q:$PATH\n' "$bin"
		printf 'export PGHOST=%q PGPORT=5432 PGUSER=postgres\n' "$socket"
		printf 'export PGDATABASE=postgres PGDATA=%q\n' "$dir/data"
		printf 'export FAIRPG_ROOT=%q FAIRPG_TMP=%q\n' "$dir/root" "$dir/tmp"
		printf 'export FAIRPG_TOP=%q FAIRPG_AS=%q\n' "$top" "${as[*]}"
		printf 'export PG_CONFIG=%q\n' "$(command -v "$pg_config")"
		printf 'export LC_ALL=C PGCLIENTENCODING=UTF8\n'
		printf 'unset PGOPTIONS PGSERVICE PGPASSWORD PGSSLMODE\n'
	} >"$dir/environment"
}

start()
{
	[ ! -e "$dir/data" ] || die "\"$dir\" already holds a server"
	mkdir -p "$dir/data" "$dir/tmp" "$dir/socket"
	# a socket's path must fit into 107 bytes
	socket=$dir/socket
	if [ ${#socket} -gt 90 ]; then
		rmdir "$socket"
		ln -s "$(mktemp -d /tmp/fairpg-socket.XXXXXX)" "$socket"
		socket=$(readlink "$socket")
	fi
	chmod 700 "$dir/data" "$socket"
	if [ ${#as[@]} -gt 0 ]; then
		chown "${as[1]#*=}:${as[2]#*=}" "$dir/data" "$dir/tmp" "$socket"
	fi
	install_tree
	write_environment
	as_server "$dir/root$("$pg_config" --bindir)/initdb" -D "$dir/data" \
		-U postgres -A trust --locale=C -E UTF8 --no-sync \
		>"$dir/tmp/initdb.log" 2>&1 ||
		{ cat "$dir/tmp/initdb.log" >&2; die "initdb failed"; }
	write_settings "$@" >>"$dir/data/postgresql.conf"
	restart
}

restart()
{
	# shellcheck source=/dev/null
	(. "$dir/environment" &&
		as_server pg_ctl -D "$dir/data" -w -t 60 -s -l "$dir/tmp/server.log" \
			start) >/dev/null </dev/null ||
		{ tail -n 20 "$dir/tmp/server.log" >&2; die "the server did not start"; }
}

# Stops the server whose process id the data directory names: ours.
stop()
{
	[ -e "$dir/data/postmaster.pid" ] || return 0
	# shellcheck source=/dev/null
	(. "$dir/environment" &&
		{ as_server pg_ctl -D "$dir/data" -w -s -m fast stop ||
			as_server pg_ctl -D "$dir/data" -w -s -m immediate stop; })
}

remove()
{
	stop
	if [ -L "$dir/socket" ]; then
		rm -rf "$(readlink "$dir/socket")"
	fi
	rm -rf "$dir"
}

run()
{
	local status=0
	dir=$(scratch)
	trap 'remove' EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	choose_user
	start
	# shellcheck source=/dev/null
	(. "$dir/environment" && "$@") || status=$?
	exit $status
}

verb=${1:-}
[ $# -gt 0 ] && shift
case $verb in
	start | restart | stop | remove | exec)
		[ $# -gt 0 ] || die "\"$verb\" needs a directory"
		mkdir -p "$1"
		dir=$(cd "$1" && pwd -P)
		shift
		choose_user
		;;
esac
case $verb in
	start) start "$@" ;;
	restart) restart ;;
	stop) stop ;;
	remove) remove ;;
	scratch) scratch "$@" ;;
	run) run "$@" ;;
	exec)
		[ -e "$dir/environment" ] || die "no server in \"$dir\""
		# shellcheck source=/dev/null
		. "$dir/environment"
		exec "$@"
		;;
	*)
		sed -n 's/^# \{0,1\}//;4,11p' "$0" >&2
		exit 2
		;;
esac
