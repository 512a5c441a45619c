#!/usr/bin/env bash
# packages.sh - makes sure that the Debian packages fairpg needs are there.
#
#   packages.sh build      compiler, PostgreSQL with headers, serial OpenBLAS
#   packages.sh check      and what the checks use
#
# Silent when nothing is missing.  As root it installs what is missing with
# apt-get; otherwise, or where there is no apt-get, it prints the command or
# the list and fails.  A PostgreSQL that PG_CONFIG names is used as it is.
# No system cluster is made or started on the way.
set -euo pipefail

level=${1:-build}
pg_config=${PG_CONFIG:-pg_config}

have()
{
	command -v "$1" >/dev/null 2>&1
}

installed()
{
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# A server with its headers and its build files.
server_is_complete()
{
	have "$pg_config" &&
		[ -e "$("$pg_config" --pgxs)" ] &&
		[ -e "$("$pg_config" --includedir-server)/postgres.h" ] &&
		[ -x "$("$pg_config" --bindir)/postgres" ]
}

# The major version this distribution offers, or the one that is half there.
server_major()
{
	local major=
	if have "$pg_config"; then
		major=$("$pg_config" --version | sed -E 's/[^0-9]*([0-9]+).*/\1/')
	else
		major=$(apt-cache depends postgresql 2>/dev/null |
			sed -nE 's/.*Depends: postgresql-([0-9]+)$/\1/p' | head -n 1)
	fi
	echo "${major:-15}"
}

# Sets 'missing' (packages without which nothing goes) and 'wanted' (without
# which some checks are skipped).
find_missing()
{
	local package
	missing=()
	wanted=()
	for package in make gcc libc6-dev libopenblas0-serial; do
		installed "$package" || missing+=("$package")
	done
	if ! server_is_complete; then
		# without a list of packages the major version is only a guess
		update_once
		missing+=("postgresql-$(server_major)"
			"postgresql-server-dev-$(server_major)")
	fi
	[ "$level" = check ] || return 0
	for package in perl binutils; do
		installed "$package" || missing+=("$package")
	done
	for package in clang-format-14 shellcheck libipc-run-perl chromium; do
		installed "$package" || wanted+=("$package")
	done
}

updated=
update_once()
{
	[ -z "$updated" ] && [ "$(id -u)" -eq 0 ] || return 0
	if ! apt-cache show postgresql >/dev/null 2>&1; then
		echo "reading the list of packages ..." >&2
		apt-get update -qq >&2
		updated=1
	fi
}

# A pipe into "grep -q" would fail now and then: the writer is killed by a
# closed pipe, and pipefail takes that for the answer.
available()
{
	local policy
	policy=$(LC_ALL=C apt-cache policy "$1" 2>/dev/null)
	[[ $policy =~ Candidate:\ [^\(] ]]
}

# Installs packages; a list of packages too old to fetch from is renewed once.
# What apt-get says is shown when it fails.
install()
{
	local said status=0
	said=$(mktemp)
	echo "installing: $* ..." >&2
	{ apt_install "$@" || { apt-get update -qq && apt_install "$@"; }; } \
		>"$said" 2>&1 || status=$?
	[ "$status" -eq 0 ] || cat "$said" >&2
	rm -f "$said"
	return "$status"
}

apt_install()
{
	apt-get install -y -qq --no-install-recommends "$@" </dev/null
}

if ! have dpkg-query || ! have apt-get; then
	for tool in make cc "$pg_config"; do
		have "$tool" || lacking+=" $tool"
	done
	[ -z "${lacking:-}" ] || { echo "please install:$lacking" >&2; exit 1; }
	exit 0
fi

find_missing
if [ "$(id -u)" -ne 0 ]; then
	if [ ${#missing[@]} -gt 0 ]; then
		echo "Some packages are missing.  Please run this, then try again:" >&2
		echo "  sudo apt-get install -y ${missing[*]} ${wanted[*]}" >&2
		exit 1
	fi
	exit 0
fi
[ $((${#missing[@]} + ${#wanted[@]})) -gt 0 ] || exit 0

export DEBIAN_FRONTEND=noninteractive

# Debian makes and starts a cluster with a new server package; not for us
no_cluster=/etc/postgresql-common/createcluster.d/fairpg-no-cluster.conf
forget_no_cluster()
{
	rm -f "$no_cluster"
	rmdir --ignore-fail-on-non-empty "$(dirname "$no_cluster")"
}
if [ ${#missing[@]} -gt 0 ]; then
	trap forget_no_cluster EXIT
	mkdir -p "$(dirname "$no_cluster")"
	echo 'create_main_cluster = false' >"$no_cluster"
	update_once
	install "${missing[@]}"
fi

# what only some checks want is taken where it is offered, and never a reason
# to stop: those checks say that they were skipped
offered=()
for package in "${wanted[@]}"; do
	if available "$package"; then
		offered+=("$package")
	fi
done
if [ ${#offered[@]} -gt 0 ]; then
	install "${offered[@]}" || echo "not installed: ${offered[*]}" >&2
fi
