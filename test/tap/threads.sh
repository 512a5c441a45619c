# threads.sh - a backend has one thread, whatever fairpg did in it, and loads
# the training library and the linear algebra library only for training.
. test/tools/tap.sh

psql -Xq -v ON_ERROR_STOP=1 <<'END'
SELECT fairpg.init() \g /dev/null
CREATE TABLE t AS
	SELECT (i * 37) % 101 AS a, (i * 53) % 89 AS b, 'v' || (i * 7) % 11 AS c,
		CASE i % 2 WHEN 0 THEN 'x' ELSE 'y' END AS g,
		((i * 37) % 101 + (i * 53) % 89) % 5 < 2 AS label
	FROM generate_series(1, 20000) i;
SELECT version FROM fairpg.train('m', 't', 'label', protected => '{g}')
	\g /dev/null
END

# Runs a statement in a new session and prints, of its process, the number of
# threads and the libraries of ours and of linear algebra.
look()
{
	local out=$FAIRPG_TMP/look
	psql -XAtq >"$out" 2>&1 <<-END
		SELECT string_agg(made::text, ' ') FROM ($1) made \g /dev/null
		SELECT pg_backend_pid() AS pid \gset
		\setenv BACKEND :pid
		\! awk '/^Threads/ { print "threads", \$2 }' /proc/\$BACKEND/status
		\! grep -oE '(fairpg[a-z_]*|lib[a-z]*blas[^/ ]*)\.so' /proc/\$BACKEND/maps | sort -u
	END
	tr '\n' ' ' <"$out"
}

if [ ! -r /proc/self/maps ]; then
	skip "threads of a backend" "no /proc"
	exit 0
fi
like "after a prediction: one thread, no linear algebra, no training library" \
	"$(look "SELECT sum(fairpg.predict('m', t)) FROM t")" \
	'^threads 1 fairpg\.so $'
like "after measuring: the same" \
	"$(look "SELECT fairpg.tpr(fairpg.outcomes(label, a > 50)) FROM t")" \
	'^threads 1 fairpg\.so $'
like "after an audit: the same" \
	"$(look "SELECT * FROM fairpg.audit('SELECT g, label, a > 50 AS yes FROM t',
		'{g}', label => 'label', decision => 'yes')")" \
	'^threads 1 fairpg\.so $'
like "after a training: one thread" \
	"$(look "SELECT * FROM fairpg.train('m', 't', 'label', protected => '{g}',
		fairness => 'equalized_odds', max_gap => 0.05)")" \
	'^threads 1 fairpg\.so fairpg_train\.so '
