#!/usr/bin/env python3
"""peers.py - what pandas, scikit-learn and fairlearn cost, reach and measure.

    make bench-peers                 a million rows of Adult: some minutes
    ROWS=100000 make bench-peers
    CRITERIA='demographic_parity equalized_odds' make bench-peers
    VENV=DIR make bench-peers        keeps what pip installs, and uses it again

From the table to decisions in a table of the same server: rows by COPY into
pandas, one-hot and standardised, fit, predict, decisions back by COPY; beside it
fairpg.train() and fairpg.decide() on the same rows with the same split.  Each
fit of the peer is a process of its own, whose clock starts after its imports, as
ours does after psql has connected, and whose peak of memory is its resident set;
that of a backend holds the pages of shared memory that it has touched.  A fit of
the peer is timed once, fairpg five times before it and five times after, of which
the middle one counts: a machine shared with others is not as fast at all times.
Both write to an unlogged table: the server's log is not what is measured.

At the end the decisions are measured by group: fairlearn's MetricFrame, AIF360's
ClassificationMetric and fairpg.audit() over the same table, each alias of
doc/metrics.md against the peer's own number.  "peers.py metrics" does that alone, of decisions and predicted numbers
that need no training.

"peers.py quality" decides the tasks of quality.sql for quality.sh.  What cannot
be installed is reported as skipped.
"""
import json
import os
import resource
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGES = ["pandas", "scikit-learn>=1.2", "fairlearn>=0.10"]
# measures decisions too, and may be missing
MORE = ["aif360>=0.6"]
# as many processes as there are cores, of which the one that asks is one
SETTINGS = ("-c jit=off -c work_mem=64MB -c maintenance_work_mem=1GB"
            f" -c max_parallel_workers_per_gather={max(os.cpu_count() - 1, 0)}"
            " -c client_min_messages=warning")


def skip(reason):
    print("skipped:", reason)
    sys.exit(0)


def enter_environment():
    """Goes on inside a private server, then inside a virtual environment."""
    if "FAIRPG_TOP" not in os.environ:
        checkrun = os.path.join(HERE, "../tools/checkrun.sh")
        os.execv(checkrun, [checkrun, "run", os.path.abspath(__file__), *sys.argv[1:]])
    venv = os.path.abspath(os.environ.get("VENV") or os.environ["FAIRPG_TMP"] + "/peers")
    if os.path.realpath(sys.prefix) == os.path.realpath(venv):
        return
    python = venv + "/bin/python"
    pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    for command in ([sys.executable, "-m", "venv", venv], [*pip, *PACKAGES], [*pip, *MORE]):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0 and command[-1] not in MORE:
            said = (done.stderr + done.stdout).strip().splitlines() or ["no reason given"]
            skip(said[-1])
    os.execv(python, [python, os.path.abspath(__file__), *sys.argv[1:]])


def query(text, **more):
    return subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", text],
                          check=True, stdout=subprocess.PIPE, text=True, **more).stdout.strip()


def copy_out(select):
    """The rows of a query; a NULL category is a level of its own, the empty text."""
    import pandas
    copy = f"COPY ({select}) TO STDOUT (FORMAT csv, HEADER)"
    with subprocess.Popen(["psql", "-XAtq", "-c", copy], stdout=subprocess.PIPE) as psql:
        return pandas.read_csv(psql.stdout, keep_default_na=False)


def copy_in(frame, table):
    psql = subprocess.Popen(["psql", "-XAtq", "-c", f"COPY {table} FROM STDIN (FORMAT csv)"],
                            stdin=subprocess.PIPE, text=True)
    frame.to_csv(psql.stdin, header=False, index=False)
    psql.stdin.close()
    if psql.wait() != 0:
        sys.exit("peers.py: decisions could not be written")


def design(frame, training):
    """One column a level, numbers standardised by the training rows; float64."""
    import pandas
    numbers = list(frame.select_dtypes("number"))
    wide = pandas.get_dummies(frame, dtype=float)
    shown = wide.loc[training, numbers]
    wide[numbers] = (wide[numbers] - shown.mean()) / shown.std().replace(0, 1)
    return wide.to_numpy()


def fit(x, y, groups, criterion, bound):
    """The fitted model, and the function from rows to chances of a positive decision."""
    from fairlearn import reductions
    from sklearn.linear_model import LogisticRegression
    learner = LogisticRegression(solver="newton-cholesky", max_iter=1000)
    if criterion == "none":
        model = learner.fit(x, y)
        return model.predict
    constraint = {"demographic_parity": reductions.DemographicParity,
                  "equal_opportunity": reductions.TruePositiveRateParity,
                  "equalized_odds": reductions.EqualizedOdds}[criterion]
    model = reductions.ExponentiatedGradient(learner, constraint(difference_bound=bound))
    model.fit(x, y, sensitive_features=groups)
    return lambda rows: model._pmf_predict(rows)[:, 1]


def versions():
    import fairlearn
    import sklearn
    return f"fairlearn {fairlearn.__version__}, scikit-learn {sklearn.__version__}"


def quality():
    """Decides every task of bench.task into bench.decision."""
    tasks = json.loads(query("SELECT json_agg(t ORDER BY place) FROM bench.task t"))
    for task in tasks:
        rows = copy_out(f"SELECT * FROM {task['source']} ORDER BY key")
        y = (rows["label"] == "t").to_numpy().astype(int)
        for fold in task["folds"]:
            held_out = (rows["fold"] == fold).to_numpy()
            x = design(rows[task["features"]], ~held_out)
            chance = fit(x[~held_out], y[~held_out], rows[task["protected"]][~held_out],
                         task["criterion"], task["max_gap"])
            answer = rows.loc[held_out, ["key"]].assign(chance=chance(x[held_out]))
            answer.insert(0, "task", task["task"])
            answer.insert(1, "tool", "fairlearn")
            copy_in(answer, "bench.decision")
    print(f"ExponentiatedGradient of {versions()}, bound max_gap, run here")


def peer(criterion):
    """One fit from table to table; prints seconds of each step and peak memory."""
    import numpy
    import fairlearn.reductions  # the clock must not see imports
    import sklearn.linear_model
    clock, steps = time.perf_counter(), {}

    def step(name):
        nonlocal clock
        now = time.perf_counter()
        steps[name], clock = now - clock, now

    rows = copy_out("TABLE bench.rows")
    step("load")
    training = (rows["part"] == "train").to_numpy()
    y = (rows["label"] == "t").to_numpy().astype(int)
    x = design(rows.drop(columns=["key", "part", "label", "fnlwgt"]), training)
    step("encode")
    chance = fit(x[training], y[training], rows["sex"][training], criterion, 0.01)
    step("fit")
    draws = numpy.random.default_rng(0).random(len(x))
    decided = rows[["key"]].assign(decision=(draws < chance(x)).astype(int))
    step("predict")
    copy_in(decided, "bench.peer")
    step("write")
    print(json.dumps({"steps": steps, "versions": versions(), "bytes": 1024
                      * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))


def timed(*statements):
    """Seconds of each statement by one psql, and all that they print."""
    said = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1"], check=True, text=True, stdout=subprocess.PIPE,
                          input="\\timing on\n" + "".join(f"{statement};\n" for statement in statements)).stdout
    lines = said.splitlines()
    times = [float(line.split()[1]) / 1000 for line in lines if line.startswith("Time: ")]
    return times, [line for line in lines if not line.startswith("Time: ")]


def ours(call):
    """fairpg from table to table, some runs: seconds in all and of each step, peak memory of the backend."""
    runs = []
    for _ in range(5):
        query("DROP TABLE IF EXISTS bench.ours")
        times, said = timed(f"SELECT 1 FROM fairpg.train('peers', 'bench.rows', 'label', {call})",
                            "CREATE UNLOGGED TABLE bench.ours AS"
                            " SELECT key, fairpg.decide('peers', r) AS decision FROM bench.rows r",
                            "SELECT substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\\s+(\\d+)')")
        runs.append((sum(times[:2]), {"train": times[0], "decide, write": times[1]}, 1024 * int(said[-1])))
    return runs


def middle(runs):
    return sorted(runs, key=lambda run: run[0])[len(runs) // 2]


def bare_write():
    """Seconds that the server takes to write as many rows of a column that it has."""
    times = []
    for _ in range(3):
        query("DROP TABLE IF EXISTS bench.bare")
        times += timed("CREATE UNLOGGED TABLE bench.bare AS SELECT key, label AS decision FROM bench.rows")[0]
    query("DROP TABLE bench.bare")
    return sorted(times)[1]


def judged(table):
    """Accuracy, and gaps of selection, TPR and FPR between the sexes, on the test part."""
    return query(f"""
        WITH decided AS (SELECT sex, label, d.decision::int AS yes
            FROM bench.rows JOIN {table} d USING (key) WHERE part = 'test'),
        rates AS (SELECT avg(yes) AS dp, avg(yes) FILTER (WHERE label) AS tpr,
            avg(yes) FILTER (WHERE NOT label) AS fpr FROM decided GROUP BY sex)
        SELECT format('accuracy %s, gap of selection %s, of odds %s',
            (SELECT round(avg((yes = label::int)::int), 4) FROM decided),
            round(max(dp) - min(dp), 4),
            round(greatest(max(tpr) - min(tpr), max(fpr) - min(fpr)), 4)) FROM rates""")


def measure_peer():
    """Every metric of a table of labels, decisions, numbers and groups by MetricFrame."""
    import fairlearn.metrics as fair
    import sklearn.metrics as metrics
    begun = time.perf_counter()
    rows = copy_out("TABLE bench.measured")
    y, decided = ((rows[column] == "t").astype(int) for column in ("label", "decision"))
    loaded = time.perf_counter()
    frame = fair.MetricFrame(
        metrics={"selection_rate": fair.selection_rate, "tpr": fair.true_positive_rate,
                 "fpr": fair.false_positive_rate, "tnr": fair.true_negative_rate,
                 "fnr": fair.false_negative_rate, "ppv": metrics.precision_score,
                 "accuracy": metrics.accuracy_score, "error_rate": metrics.zero_one_loss,
                 "balanced_accuracy": metrics.balanced_accuracy_score, "f1": metrics.f1_score},
        y_true=y, y_pred=decided, sensitive_features=rows["grp"])
    numbers = fair.MetricFrame(
        metrics={"mean_absolute_error": metrics.mean_absolute_error,
                 "mean_squared_error": metrics.mean_squared_error,
                 "r_squared": metrics.r2_score, "mean_prediction": fair.mean_prediction},
        y_true=rows["number"], y_pred=rows["predicted"], sensitive_features=rows["grp"])
    given = {"y_true": y, "y_pred": decided, "sensitive_features": rows["grp"]}
    gaps = {"gap demographic_parity": fair.demographic_parity_difference(**given),
            "ratio demographic_parity": fair.demographic_parity_ratio(**given),
            "gap equalized_odds": fair.equalized_odds_difference(**given),
            "ratio equalized_odds": fair.equalized_odds_ratio(**given),
            "gap equal_opportunity": fair.true_positive_rate_difference(**given)
            if hasattr(fair, "true_positive_rate_difference")
            else frame.difference()["tpr"],
            "gap predictive_equality": frame.difference()["fpr"]}
    measured = {f"{metric} {group}": value for table in (frame.by_group, numbers.by_group)
                for metric, of in table.items() for group, value in of.items()}
    ended = time.perf_counter()
    print(json.dumps({"load": loaded - begun, "measure": ended - loaded, "versions": versions(),
                      "figures": {**measured, **gaps}}))


def measure_aif360():
    """ClassificationMetric over the same table, the first group against all others."""
    import logging
    logging.disable(logging.WARNING)
    import importlib.metadata
    from aif360.datasets import BinaryLabelDataset
    from aif360.metrics import ClassificationMetric
    begun = time.perf_counter()
    rows = copy_out("TABLE bench.measured")
    groups = sorted(set(rows["grp"]))
    table = rows.assign(grp=(rows["grp"] == groups[0]).astype(float), label=(rows["label"] == "t").astype(float))
    loaded = time.perf_counter()
    true = BinaryLabelDataset(df=table[["grp", "label"]], label_names=["label"], protected_attribute_names=["grp"])
    decided = true.copy()
    decided.labels = (rows["decision"] == "t").to_numpy(float).reshape(-1, 1)
    metric = ClassificationMetric(true, decided, unprivileged_groups=[{"grp": 0.0}], privileged_groups=[{"grp": 1.0}])
    differences = {"selection_rate": metric.statistical_parity_difference, "tpr": metric.true_positive_rate_difference,
                   "fpr": metric.false_positive_rate_difference, "fnr": metric.false_negative_rate_difference,
                   "error_rate": metric.error_rate_difference,
                   "false_discovery_rate": metric.false_discovery_rate_difference,
                   "false_omission_rate": metric.false_omission_rate_difference}
    figures = {f"difference_to_reference {name}": of() for name, of in differences.items()}
    figures["ratio_to_reference selection_rate"] = metric.disparate_impact()
    ended = time.perf_counter()
    print(json.dumps({"load": loaded - begun, "measure": ended - loaded, "reference": groups[0],
                      "versions": f"aif360 {importlib.metadata.version('aif360')}", "figures": figures}))


def measure():
    """MetricFrame beside fairpg.audit() over bench.measured: time, and every number."""
    said = json.loads(subprocess.run([sys.executable, __file__, "measure_peer"],
                                     check=True, stdout=subprocess.PIPE).stdout)
    audits = ("SELECT * FROM fairpg.audit('bench.measured', '{grp}', label => 'label', decision => 'decision')",
              "SELECT * FROM fairpg.audit('bench.measured', '{grp}', label => 'number', prediction => 'predicted')")
    begun = time.perf_counter()
    found = json.loads(query("SELECT json_object_agg(CASE WHEN kind = 'group' THEN metric || ' ' || group_name"
                             " ELSE kind || ' ' || metric END, value) FROM ("
                             + " UNION ALL ".join(audits) + ") a WHERE kind <> 'overall'"))
    seconds = time.perf_counter() - begun
    theirs = said["load"] + said["measure"]
    wrong = [f"{name}: {value} there, {found.get(name)} here" for name, value in said["figures"].items()
             if found.get(name) is None or abs(found[name] - value) > 1e-9 * max(abs(value), 1)]
    print(f"\nmetrics of {query('SELECT count(*) FROM bench.measured')} rows by group")
    print(f"  {said['versions']}: {theirs:.2f} s (load {said['load']:.2f}, MetricFrame {said['measure']:.2f})")
    print(f"  fairpg.audit: {seconds:.2f} s for both audits, with intervals; ratio {theirs / seconds:.1f} x")
    print(f"  {len(said['figures'])} figures of the peer, {len(wrong)} of them other here")
    for line in wrong:
        print("  ", line)
    if wrong or differ_from_aif360(seconds):
        sys.exit("peers.py: an alias is not the peer's number")


def differ_from_aif360(seconds):
    """Whether a figure of AIF360 is another one here; seconds are those of the audits."""
    done = subprocess.run([sys.executable, __file__, "measure_aif360"], capture_output=True, text=True)
    if done.returncode != 0:
        print("  skipped: aif360:", (done.stderr.strip().splitlines() or ["no reason given"])[-1])
        return False
    said = json.loads(done.stdout.splitlines()[-1])
    found = json.loads(query(
        "SELECT json_object_agg(operator || ' ' || metric, fairpg.disparity(f, metric, operator, reference))"
        " FROM (SELECT fairpg.fairness(label, decision, grp) AS f, min(grp COLLATE \"C\") AS reference FROM bench.measured) s,"
        " unnest('{difference_to_reference,ratio_to_reference}'::text[]) operator,"
        " unnest('{selection_rate,tpr,fpr,fnr,error_rate,false_discovery_rate,false_omission_rate}'::text[]) metric"))
    wrong = {name: (value, found[name]) for name, value in said["figures"].items() if abs(found[name] - value) > 1e-9}
    theirs = said["load"] + said["measure"]
    print(f"  {said['versions']}: {theirs:.2f} s (load {said['load']:.2f}, ClassificationMetric {said['measure']:.2f}) for two"
          f" groups; ratio {theirs / seconds:.1f} x; {len(said['figures'])} figures, {len(wrong)} of them other here")
    for name, values in wrong.items():
        print(f"   {name}: {values[0]} there, {values[1]} here")
    return bool(wrong)


def measure_alone():
    """Decisions and numbers by arithmetic: what they are does not matter."""
    query(f"""CREATE EXTENSION fairpg; CREATE SCHEMA bench;
        CREATE TABLE bench.measured AS SELECT 'group ' || i % 5 AS grp, (i * 37 % 100) < 62 AS label,
            (i * 53 % 100) < 45 + i % 5 * 5 AS decision, (i * 7919 % 1009)::float8 AS number,
            i * 7919 % 1009 * 0.8 + i * 53 % 211 AS predicted
        FROM generate_series(1::bigint, {os.environ.get("ROWS") or 1000000}) i""")
    query("VACUUM ANALYZE bench.measured")
    measure()


def speed():
    shared = os.environ.get("FAIRPG_SHARED") or os.environ["FAIRPG_TOP"] + "/../shared"
    load = shared + "/data/load.sql"
    if not os.path.exists(load):
        skip(f"there is no {load}")
    os.environ["PGOPTIONS"] = SETTINGS
    psql = ["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-o", os.devnull]
    subprocess.run([*psql, "-v", f"datadir={shared}/data", "-f", load], check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run([*psql, "-f", HERE + "/adult.sql"], check=True)
    query("CREATE EXTENSION fairpg; SELECT fairpg.init()")
    rows = os.environ.get("ROWS") or "ALL"
    query(f"""CREATE TABLE bench.rows AS SELECT *,
            CASE WHEN hashint8extended(key, 0) % 5 = 0 THEN 'test' ELSE 'train' END AS part
        FROM (SELECT row_number() OVER () AS key, d.* FROM bench.data d LIMIT {rows}) n""")
    query("VACUUM ANALYZE bench.rows")
    print(f"{query('SELECT count(*) FROM bench.rows')} rows, {os.cpu_count()} cores,"
          " from the table to decisions in a table", flush=True)
    for criterion in ["none", *os.environ.get("CRITERIA", "demographic_parity").split()]:
        query("DROP TABLE IF EXISTS bench.peer;"
              "CREATE UNLOGGED TABLE bench.peer (key bigint, decision integer)")
        call = ("protected => '{sex}', split => 'column:part=test',"
                " features => (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute"
                " WHERE attrelid = 'bench.rows'::regclass AND attnum > 0"
                " AND attname NOT IN ('key', 'part', 'label', 'fnlwgt')),"
                f" fairness => '{criterion}'")
        if criterion != "none":
            call += ", max_gap => 0.01"
        runs = ours(call)
        said = json.loads(subprocess.run([sys.executable, __file__, "peer", criterion],
                                         check=True, stdout=subprocess.PIPE).stdout)
        theirs = sum(said["steps"].values())
        seconds, steps, peak = middle(runs + ours(call))
        print(f"\n{criterion}")
        for name, total, parts, size, table in (
                (said["versions"], theirs, said["steps"], said["bytes"], "bench.peer"),
                ("fairpg", seconds, steps, peak, "bench.ours")):
            shown = ", ".join(f"{part} {value:.2f}" for part, value in parts.items())
            print(f"  {name}: {total:.2f} s ({shown}), peak {size / 1e9:.2f} GB;"
                  f" {judged(table)}")
        wanted = "" if criterion == "none" else \
            f" (wanted >= 200 x: {'ok' if theirs / seconds >= 200 else 'short'})"
        training = sum(said["steps"][step] for step in ("load", "encode", "fit"))
        print(f"  ratio {theirs / seconds:.1f} x{wanted}; until it is trained"
              f" {training / steps['train']:.1f} x", flush=True)
    print(f"\nto write the label in place of decisions takes the server {bare_write():.2f} s")
    query("CREATE TABLE bench.measured AS SELECT sex || ', ' || race AS grp, label, d.decision,"
          " age::float8 AS number, hours_per_week::float8 AS predicted"
          " FROM bench.rows JOIN bench.ours d USING (key)")
    query("VACUUM ANALYZE bench.measured")
    measure()


if __name__ == "__main__":
    enter_environment()
    if sys.argv[1:2] == ["quality"]:
        quality()
    elif sys.argv[1:2] == ["peer"]:
        peer(sys.argv[2])
    elif sys.argv[1:2] == ["metrics"]:
        measure_alone()
    elif sys.argv[1:2] == ["measure_peer"]:
        measure_peer()
    elif sys.argv[1:2] == ["measure_aif360"]:
        measure_aif360()
    else:
        speed()
