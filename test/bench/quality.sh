#!/usr/bin/env bash
# quality.sh - accuracy and held-out gap on real data, beside those of a peer.
#
#   make bench-quality
#   OPTIONS='{"temperature": 0.5}' SEED=1 make bench-quality    to try things
#   PEERS=0 make bench-quality      the peer's stored figures, nothing installed
#   VENV=DIR make bench-quality     keeps what pip installs, and uses it again
#
# Needs ../shared/data, or FAIRPG_SHARED.  The figures are recomputed by plain
# SQL from fairpg.decide(), and so are the peer's from its chances of a positive
# decision.  Adult is trained on its train part and judged on its test part;
# COMPAS is judged on the decisions of ten folds, chosen by a hash of the id,
# each by a model of the other nine.  No survey weight and no row id is a feature.
#
# "ok" and "short" compare with what is wanted; nothing fails, because what
# decisions on held-out rows must be is tested in test/real.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
if [ -z "${FAIRPG_TOP:-}" ]; then
	exec "$here/../tools/checkrun.sh" run "$here/quality.sh" "$@"
fi

shared=${FAIRPG_SHARED:-$FAIRPG_TOP/../shared}
if [ ! -r "$shared/data/load.sql" ]; then
	echo "skipped: there is no $shared/data/load.sql"
	exit 0
fi

query()
{
	psql -Xq -v ON_ERROR_STOP=1 "$@"
}

export PGOPTIONS='-c client_min_messages=warning'
query -c 'DROP SCHEMA IF EXISTS bench CASCADE'
query -v datadir="$shared/data" -f "$shared/data/load.sql" >/dev/null
query -c 'CREATE EXTENSION IF NOT EXISTS fairpg' -c 'SELECT fairpg.init()' >/dev/null
none='{}'
query -v options="${OPTIONS:-$none}" -v seed="${SEED:-0}" -f "$here/quality.sql"
said="skipped: PEERS=0"
if [ "${PEERS:-1}" != 0 ]; then
	said=$("$here/peers.py" quality) || {
		said="skipped: peers.py failed"
		query -c "DELETE FROM bench.decision WHERE tool <> 'fairpg'"
	}
fi
printf '\nQuality on real data: held-out rows\n\n'
query -P footer=off -P null=- -c 'TABLE bench.quality'
case $said in
	skipped*) echo "The peer's figures are stored ones, of fairlearn 0.12 ($said)." ;;
	*) echo "The peer's figures: $said." ;;
esac
