#!/usr/bin/env bash
# scores.sh - AUC, xAUC and ABROCA of COMPAS and German against published
# figures, $FAIRPG_SHARED/reference/metrics_*.json; runs as audit.sh does.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
. "$here/../tools/tap.sh"
reference=${FAIRPG_SHARED:-$here/../../../shared}/reference

compare()
{
	psql -XAtq -v ON_ERROR_STOP=1 -v wanted="$(cat "$1")" 2>&1 <<'SQL' ||
CREATE TEMP TABLE wanted AS SELECT :'wanted'::jsonb AS j;
CREATE FUNCTION pg_temp.state(source text) RETURNS fairpg.group_score_stats LANGUAGE plpgsql AS $$
DECLARE
	state fairpg.group_score_stats;
BEGIN
	EXECUTE format('SELECT fairpg.group_scores(label, score, grp) FROM (%s) s', source) INTO state;
	RETURN state;
END $$;
CREATE TEMP TABLE seen AS
SELECT name, (want ->> 'full')::float8 AS want, CASE
	WHEN name = 'auc overall' THEN fairpg.auc(fairpg.overall(g))
	WHEN name ~ '^auc ' THEN fairpg.auc(fairpg.score(g, substr(name, 5)))
	WHEN name = 'ABROCA' THEN fairpg.abroca(g, j ->> 'privileged_a', j ->> 'other_d')
	ELSE fairpg.xauc(g, substring(name FROM '\((.*) pos vs '), substring(name FROM ' pos vs (.*) neg\)')) END AS got
FROM wanted, pg_temp.state(j ->> 'sql') g, jsonb_each(j #> '{metrics,ranking}') r(name, want);
SELECT CASE WHEN abs(got - want) <= 1e-12 THEN 'ok' ELSE 'not ok' END || ' - ' || (j ->> 'name') || ': ' || s.name
	|| CASE WHEN abs(got - want) <= 1e-12 THEN '' ELSE E'\n# seen ' || coalesce(got::text, 'nothing') || ', wanted ' || want END
FROM seen s, wanted;
SQL
		echo "not ok - $(basename "$1") can be compared"
}

for name in compas german; do
	if [ -r "$reference/metrics_$name.json" ]; then
		compare "$reference/metrics_$name.json"
	else
		skip "$name" "no $(basename "$reference")/metrics_$name.json"
	fi
done
