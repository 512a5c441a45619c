-- The gate: what a policy demands of a version against what has been found out
-- about it.  The same function answers a dry run and decides.

CREATE TYPE fairpg.gate_check AS (
    check_name text,
    subject text,
    needed text,
    found text,
    verdict text,
    blocking boolean
);
COMMENT ON TYPE fairpg.gate_check IS 'one check before a step in the life of a version';
COMMENT ON COLUMN fairpg.gate_check.check_name IS 'what is checked: policy, step, four_eyes, review, criterion, approval, canary, ...';
COMMENT ON COLUMN fairpg.gate_check.subject IS 'which review, criterion or the like';
COMMENT ON COLUMN fairpg.gate_check.needed IS 'what it takes';
COMMENT ON COLUMN fairpg.gate_check.found IS 'what there is';
COMMENT ON COLUMN fairpg.gate_check.verdict IS 'pass, fail, insufficient or waived';
COMMENT ON COLUMN fairpg.gate_check.blocking IS 'whether it stands in the way';

CREATE TYPE fairpg.gate_result AS (
    model text,
    version integer,
    from_state text,
    to_state text,
    outcome text,
    reasons text[],
    transition bigint
);
COMMENT ON TYPE fairpg.gate_result IS 'what became of a step in the life of a version';
COMMENT ON COLUMN fairpg.gate_result.model IS 'name of the model';
COMMENT ON COLUMN fairpg.gate_result.version IS 'number of the version';
COMMENT ON COLUMN fairpg.gate_result.from_state IS 'state before';
COMMENT ON COLUMN fairpg.gate_result.to_state IS 'state that it led to, or was to';
COMMENT ON COLUMN fairpg.gate_result.outcome IS 'done, refused, or recorded: it counts, and more is needed for the step';
COMMENT ON COLUMN fairpg.gate_result.reasons IS 'what stood in the way, or is still missing';
COMMENT ON COLUMN fairpg.gate_result.transition IS 'number of the row of fairpg_catalog.transition';

-- What has been measured of a version for each criterion of its policy, from the
-- newest evaluation that can tell.  Before deployment that is one of rows beyond
-- the training, made while the version did not serve; of a canary, one made while
-- it did.
CREATE FUNCTION fairpg.criterion_results(
    model text,
    version integer,
    phases text[] DEFAULT NULL,
    OUT criterion text,
    OUT phase text,
    OUT severity text,
    OUT needed text,
    OUT value double precision,
    OUT low double precision,
    OUT high double precision,
    OUT n bigint,
    OUT n_needed bigint,
    OUT worst_group text,
    OUT evaluation bigint,
    OUT verdict text,
    OUT reason text,
    OUT on_insufficient text,
    OUT waiver bigint)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    ROWS 10
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH demand AS (
        SELECT c.*, p.max_evidence_age
        FROM fairpg_catalog.governed_model g
            JOIN fairpg_catalog.policy p ON p.policy = g.policy AND p.status = 'active'
            JOIN fairpg_catalog.policy_criterion c ON c.policy = p.policy AND c.version = p.version
        WHERE g.model = criterion_results.model
            AND (criterion_results.phases IS NULL OR c.phase = ANY (criterion_results.phases))
    ), service AS MATERIALIZED (
        SELECT d.slot, d.started_at, coalesce(d.ended_at, 'infinity') AS ended_at
        FROM fairpg_catalog.deployment d
        WHERE d.model = criterion_results.model AND d.version = criterion_results.version
    ), candidate AS (
        SELECT e.evaluation, e.evaluated_at, e.level, e.accuracy, e.auc, e.loss, e.n_rows,
            CASE WHEN s.slot IS NULL THEN 'before' ELSE s.slot END AS made
        FROM fairpg_catalog.evaluation e
            LEFT JOIN LATERAL (SELECT s.slot FROM service s
                WHERE e.evaluated_at >= s.started_at AND e.evaluated_at < s.ended_at
                ORDER BY s.started_at DESC LIMIT 1) s ON true
        WHERE e.model = criterion_results.model AND e.version = criterion_results.version
            AND e.part <> 'train'
    ), asked AS (
        -- each criterion with every evaluation that its phase is about
        SELECT d.criterion, d.contrast, d.metric, d.attribute, e.*
        FROM demand d
            JOIN candidate e ON e.made = CASE d.phase WHEN 'canary' THEN 'canary' WHEN 'production' THEN 'champion' ELSE 'before' END
    ), analysed AS (
        -- with whatever else was given, an analysis can be made to find little: it tells nothing then
        SELECT a.evaluation, a.analysis, a.analysed_at, a.n_rows,
            CASE WHEN a.arguments - '{source,label,positive,weight,model,version,seed,bins,binning,annotators}'::text[]
                    IS DISTINCT FROM jsonb_strip_nulls(jsonb_build_object('options', jsonb_build_object('min_group', e.min_group),
                        'protected', nullif(to_jsonb(e.protected), '[]'),
                        'level', CASE a.analysis WHEN 'calibration' THEN e.level END,
                        'features', CASE a.analysis WHEN 'data_checks' THEN nullif(v.spec -> 'features', '[]') END))
                THEN format('analysis %s has other arguments than evaluation %s', a.analysis, a.evaluation) END AS fault
        FROM fairpg_catalog.evaluation e
            JOIN fairpg_catalog.model_version v ON v.model = e.model AND v.version = e.version
            JOIN fairpg_catalog.analysis a ON a.evaluation = e.evaluation AND a.analysis IN ('calibration', 'data_checks')
        WHERE e.model = criterion_results.model AND e.version = criterion_results.version
    ), figure AS (
        -- every value that an evaluation has for a criterion: one, or one for each group
        SELECT a.criterion, a.evaluation, a.evaluated_at, a.level,
            CASE a.contrast WHEN 'ratio' THEN f.ratio ELSE f.value END AS value,
            CASE a.contrast WHEN 'ratio' THEN f.ratio_low ELSE f.low END AS low,
            CASE a.contrast WHEN 'ratio' THEN f.ratio_high ELSE f.high END AS high,
            f.n, f.worst_group, f.reason
        FROM asked a JOIN fairpg_catalog.evaluation_gap f ON f.evaluation = a.evaluation
                AND f.criterion = a.metric AND f.attribute = a.attribute
        WHERE a.contrast IN ('gap', 'ratio')
        UNION ALL
        SELECT a.criterion, a.evaluation, a.evaluated_at, a.level, f.value, f.low, f.high, f.n,
            f.attribute || ': ' || f.group_name, f.reason
        FROM asked a JOIN fairpg_catalog.evaluation_metric f ON f.evaluation = a.evaluation
                AND f.metric = a.metric AND f.attribute = a.attribute
        WHERE a.contrast = 'each_group'
        UNION ALL
        -- how far the mean score is from the rate, whichever way: analysis calibration has it with its sign
        SELECT a.criterion, a.evaluation, a.evaluated_at, a.level, CASE WHEN d.fault IS NULL THEN abs(r.value) END,
            CASE WHEN r.low <= 0 AND r.high >= 0 THEN 0 ELSE least(abs(r.low), abs(r.high)) END,
            greatest(abs(r.low), abs(r.high)), r.n, r.attribute || ': ' || r.group_name, coalesce(d.fault, r.reason)
        FROM asked a JOIN analysed d ON d.evaluation = a.evaluation AND d.analysis = 'calibration'
            JOIN fairpg_catalog.analysis_row r ON r.evaluation = a.evaluation AND r.analysis = 'calibration'
                AND r.kind = 'group' AND r.metric = a.metric AND r.attribute = a.attribute
        WHERE a.contrast = 'each_group' AND a.metric = 'calibration_in_the_large'
        UNION ALL
        SELECT a.criterion, a.evaluation, a.evaluated_at, a.level,
            CASE a.metric WHEN 'accuracy' THEN a.accuracy WHEN 'auc' THEN a.auc ELSE a.loss END,
            CASE a.metric WHEN 'accuracy' THEN w.low END, CASE a.metric WHEN 'accuracy' THEN w.high END,
            a.n_rows, NULL, NULL
        FROM asked a CROSS JOIN LATERAL fairpg.proportion_interval(a.accuracy * a.n_rows, a.n_rows, a.level) w
        WHERE a.contrast = 'overall'
        UNION ALL
        -- of data, whatever evaluation they were looked at with
        SELECT d.criterion, a.evaluation, a.analysed_at, NULL,
            CASE WHEN a.fault IS NULL THEN (SELECT count(*) FROM fairpg_catalog.analysis_row r
             WHERE r.evaluation = a.evaluation AND r.analysis = a.analysis
                AND r.severity = replace(d.metric, 'data_checks_', ''))::double precision END,
            NULL, NULL, a.n_rows, NULL, a.fault
        FROM demand d JOIN analysed a ON a.analysis = 'data_checks'
        WHERE d.contrast = 'count'
    ), newest AS (
        SELECT f.*, f.evaluation = first_value(f.evaluation) OVER (PARTITION BY f.criterion
            ORDER BY f.evaluated_at DESC, f.evaluation DESC) AS is_newest
        FROM figure f
    ), judged AS (
        SELECT c.*, f.value, f.low, f.high, f.n, f.worst_group, f.evaluation, x.verdict, x.reason
        FROM demand c
            LEFT JOIN newest f ON f.criterion = c.criterion AND f.is_newest
            CROSS JOIN LATERAL (SELECT
                CASE WHEN c.comparator = '<=' THEN f.low > c.threshold ELSE f.high < c.threshold END AS breach,
                CASE WHEN c.comparator = '<=' THEN f.high <= c.threshold ELSE f.low >= c.threshold END AS kept,
                CASE WHEN c.comparator = '<=' THEN f.value <= c.threshold ELSE f.value >= c.threshold END AS point_kept) b
            CROSS JOIN LATERAL (SELECT
                CASE WHEN f.evaluation IS NULL THEN 'no evaluation has measured it'
                     WHEN f.evaluated_at < clock_timestamp() - c.max_evidence_age
                         THEN format('evaluation %s is older than %s', f.evaluation, c.max_evidence_age)
                     WHEN f.value IS NULL THEN coalesce(f.reason, 'undefined')
                     WHEN f.n < c.min_n THEN format('%s rows, of %s at least', f.n, c.min_n)
                     WHEN c.contrast <> 'count' AND c.evidence <> 'point' AND (1 + f.level) / 2 < c.confidence
                         THEN format('its intervals have level %s', f.level)
                     WHEN c.contrast <> 'count' AND c.evidence <> 'point' AND (f.low IS NULL OR f.high IS NULL)
                         THEN 'there is no interval' END AS reason) w
            CROSS JOIN LATERAL (SELECT
                CASE WHEN w.reason IS NOT NULL THEN 'insufficient'
                     WHEN c.contrast = 'count' OR c.evidence = 'point'
                         THEN CASE WHEN b.point_kept THEN 'pass' ELSE 'fail' END
                     WHEN b.breach THEN 'fail'
                     WHEN b.kept OR c.evidence = 'no_significant_breach' THEN 'pass'
                     ELSE 'insufficient' END AS verdict,
                w.reason) x
    ), worst AS (
        SELECT DISTINCT ON (j.criterion) j.*
        FROM judged j
        ORDER BY j.criterion, CASE j.verdict WHEN 'fail' THEN 1 WHEN 'insufficient' THEN 2 ELSE 3 END,
            CASE j.comparator WHEN '<=' THEN -j.value ELSE j.value END, j.worst_group COLLATE "C"
    )
    SELECT j.criterion, j.phase, j.severity,
        format('%s%s %s %s', j.metric,
            CASE j.contrast WHEN 'gap' THEN ' gap' WHEN 'ratio' THEN ' ratio' WHEN 'each_group' THEN ' of each group' ELSE '' END
                || CASE j.attribute WHEN '' THEN '' ELSE ' of ' || j.attribute END,
            j.comparator, j.threshold),
        j.value, j.low, j.high, j.n,
        CASE WHEN j.verdict = 'insufficient' AND j.low IS NOT NULL AND j.high IS NOT NULL AND j.n > 0
                AND j.contrast IN ('gap', 'ratio')
            THEN fairpg.rows_to_decide(j.value, j.low, j.high, j.n, j.threshold,
                CASE j.contrast WHEN 'gap' THEN 'max_gap' ELSE 'min_ratio' END) END,
        j.worst_group, j.evaluation, j.verdict, j.reason, j.on_insufficient,
        (SELECT max(w.waiver) FROM fairpg_catalog.waiver w
         WHERE w.model = criterion_results.model AND w.version = criterion_results.version
            AND w.criterion = j.criterion AND w.granted_at IS NOT NULL AND w.expires_at > clock_timestamp())
    FROM worst j
    ORDER BY j.criterion COLLATE "C";
END
$body$;
COMMENT ON FUNCTION fairpg.criterion_results(text, integer, text[])
    IS 'each criterion of the policy of a model, or those of some phases, against what was measured of a version, with verdict and waiver';

-- What an approval is given for.  When any of it changes, the approval is for
-- something else.
CREATE FUNCTION fairpg.approval_digest(model text, version integer)
    RETURNS bytea
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET extra_float_digits = 1 SET datestyle = 'ISO, YMD' SET intervalstyle = 'postgres' SET timezone = 'UTC'
    AS $body$
BEGIN
    RETURN (SELECT sha256(convert_to(jsonb_build_object(
            'model', v.model, 'version', v.version,
            'artifact', encode(sha256(v.artifact), 'hex'),
            'threshold', v.threshold,
            'group_thresholds', (SELECT jsonb_agg(to_jsonb(t) ORDER BY t.attribute COLLATE "C", t.group_name COLLATE "C")
                FROM fairpg_catalog.group_threshold t WHERE t.model = v.model AND t.version = v.version),
            'policy', encode(fairpg.policy_digest(p.policy, p.version), 'hex'),
            'evidence', (SELECT jsonb_agg(jsonb_build_object('criterion', r.criterion, 'evaluation', r.evaluation,
                    'value', r.value, 'low', r.low, 'high', r.high, 'n', r.n, 'waiver', r.waiver)
                    ORDER BY r.criterion COLLATE "C")
                FROM fairpg.criterion_results(v.model, v.version, '{data,train,predeploy}') r)
            )::text, 'UTF8'))
        FROM fairpg_catalog.model_version v
            JOIN fairpg_catalog.governed_model g ON g.model = v.model
            JOIN fairpg_catalog.policy p ON p.policy = g.policy AND p.status = 'active'
        WHERE v.model = approval_digest.model AND v.version = approval_digest.version);
END
$body$;
COMMENT ON FUNCTION fairpg.approval_digest(text, integer)
    IS 'SHA-256 of model, policy, thresholds, evidence and waivers as they are now, which an approval is given for';

-- Versions that a version is the work of: itself, those with the same bytes, and
-- those whose training it repeats.
CREATE FUNCTION fairpg.origins(INOUT model text, INOUT version integer)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    ROWS 2
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH RECURSIVE origin (model, version) AS (
        SELECT origins.model, origins.version
        UNION
        SELECT w.model, w.version
        FROM origin o
            JOIN fairpg_catalog.model_version v ON v.model = o.model AND v.version = o.version
            CROSS JOIN LATERAL (
                SELECT s.model, s.version FROM fairpg_catalog.model_version s WHERE s.artifact_sha256 = v.artifact_sha256
                UNION ALL
                SELECT v.model, (v.spec ->> 'replays')::integer) w
        WHERE w.version IS NOT NULL
    )
    SELECT o.model, o.version FROM origin o;
END
$body$;
COMMENT ON FUNCTION fairpg.origins(text, integer)
    IS 'versions that a version is the work of: itself, those with the same bytes, and those whose training it repeats';

-- Persons who had a part in a version.
CREATE FUNCTION fairpg.contributors(model text, version integer, OUT person text)
    RETURNS SETOF text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    ROWS 3
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH origin AS (SELECT * FROM fairpg.origins(contributors.model, contributors.version))
    SELECT DISTINCT fairpg.person_of(a.role_name)
    FROM (
        SELECT unnest(ARRAY[v.created_by, v.author_role, v.author_login]) AS role_name
        FROM origin o JOIN fairpg_catalog.model_version v ON v.model = o.model AND v.version = o.version
        UNION ALL
        SELECT unnest(ARRAY[c.chosen_by, f.created_by])
        FROM origin o JOIN fairpg_catalog.frontier_choice c ON c.model = o.model AND c.version = o.version
            JOIN fairpg_catalog.frontier f ON f.frontier = c.frontier
        UNION ALL
        SELECT c.role_name FROM origin o
            JOIN fairpg_catalog.contributor c ON c.model = o.model AND c.version = o.version AND c.withdrawn_at IS NULL
    ) a
    WHERE a.role_name IS NOT NULL;
END
$body$;
COMMENT ON FUNCTION fairpg.contributors(text, integer)
    IS 'the persons who trained or chose a version or one that it repeats, or were added as contributors';

-- What somebody said of a version counts while they have no part in it.  Who was
-- taken for a contributor by mistake says it again.
CREATE FUNCTION fairpg.was_independent(model text, version integer, person text, at timestamptz)
    RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
BEGIN
    RETURN NOT EXISTS (SELECT FROM fairpg.contributors(model, version) c WHERE c.person = was_independent.person)
        AND NOT EXISTS (SELECT FROM fairpg.origins(model, version) o
                JOIN fairpg_catalog.contributor c ON c.model = o.model AND c.version = o.version
            WHERE c.withdrawn_at >= at AND fairpg.person_of(c.role_name) = person);
END
$body$;
COMMENT ON FUNCTION fairpg.was_independent(text, integer, text, timestamptz)
    IS 'whether a person has no part in a version, and none that was withdrawn since a time';

-- When the training of a version began: of one that was chosen, that of its
-- frontier; of one that was imported, what it says of itself, and that of whatever
-- has the same bytes here.
CREATE FUNCTION fairpg.training_began(model text, version integer)
    RETURNS timestamptz
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN (SELECT min(b.at)
        FROM fairpg_catalog.model_version v
            CROSS JOIN LATERAL (
                SELECT v.*
                UNION ALL
                SELECT s.* FROM fairpg_catalog.model_version s WHERE v.spec ? 'imported' AND s.artifact_sha256 = v.artifact_sha256) w
            LEFT JOIN fairpg_catalog.frontier_choice c ON c.model = w.model AND c.version = w.version
            LEFT JOIN fairpg_catalog.frontier f ON f.frontier = c.frontier
            CROSS JOIN LATERAL (VALUES (w.created_at - make_interval(secs => w.seconds)),
                ((w.spec #>> '{imported,created_at}')::timestamptz),
                (f.created_at - make_interval(secs => f.seconds))) b (at)
        WHERE v.model = training_began.model AND v.version = training_began.version);
END
$body$;
COMMENT ON FUNCTION fairpg.training_began(text, integer)
    IS 'when the training of a version began, wherever its bytes come from';

-- Whether who acts may be the second pair of eyes, in a sentence where not.
CREATE FUNCTION fairpg.independence_fault(model text, version integer)
    RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    actor record;
BEGIN
    SELECT * INTO actor FROM fairpg.session_actor();
    RETURN CASE
        WHEN actor.is_superuser THEN 'a superuser session, which can be anybody'
        WHEN actor.login IS NULL THEN 'a session that nobody has logged in for'
        WHEN actor.login <> actor.role THEN format('session of "%s" that "%s" has logged in for', actor.role, actor.login)
        WHEN fairpg.person_of(actor.role) IN (SELECT c.person FROM fairpg.contributors(model, version) c)
            THEN format('%s had a part in the version', fairpg.person_of(actor.role)) END;
END
$body$;
COMMENT ON FUNCTION fairpg.independence_fault(text, integer)
    IS 'why this session cannot be the second pair of eyes on a version; NULL where it can';

-- Approvals that count: for what the version is now, in time, given after it was
-- last suspended, and while nobody took who approved for a contributor.
CREATE FUNCTION fairpg.live_approvals(model text, version integer, OUT approval bigint, OUT person text)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    ROWS 2
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_column
DECLARE
    digest_now CONSTANT bytea := fairpg.approval_digest(model, version);
BEGIN
    RETURN QUERY
    -- who a role is, is asked now: what was not known then counts as well
    SELECT DISTINCT ON (p.person) a.approval, p.person
    FROM fairpg_catalog.approval a CROSS JOIN LATERAL fairpg.person_of(a.approved_by) p (person)
    WHERE a.model = live_approvals.model AND a.version = live_approvals.version
        AND a.digest = digest_now AND a.expires_at > clock_timestamp()
        AND fairpg.was_independent(a.model, a.version, p.person, a.approved_at)
        AND a.approved_at > coalesce((SELECT max(t.at) FROM fairpg_catalog.transition t
            WHERE t.model = a.model AND t.version = a.version AND t.to_state = 'suspended' AND t.outcome = 'done'),
            '-infinity')
    ORDER BY p.person, a.approval DESC;
END
$body$;
COMMENT ON FUNCTION fairpg.live_approvals(text, integer)
    IS 'approvals of a version that count now, one for each person';

-- The newest review of each kind that is asked for, and whether it counts: for a
-- version, in time, and by somebody who had no part in it.
CREATE FUNCTION fairpg.review_status(model text, version integer, kinds text[], OUT kind text, OUT found text, OUT counts boolean)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    ROWS 3
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT k.kind,
        CASE WHEN r.review IS NULL THEN 'none' WHEN NOT x.in_time THEN 'expired'
            ELSE format('%s by %s%s', r.verdict, r.reviewed_by, CASE WHEN NOT x.by_other THEN ', who was a contributor since' END) END,
        coalesce(r.verdict IN ('pass', 'pass_with_conditions') AND x.in_time AND x.by_other, false)
    FROM unnest(review_status.kinds) AS k (kind)
        LEFT JOIN LATERAL (SELECT w.* FROM fairpg_catalog.review w
            WHERE w.model = review_status.model AND w.version = review_status.version AND w.kind = k.kind
            ORDER BY w.review DESC LIMIT 1) r ON true
        CROSS JOIN LATERAL (SELECT coalesce(r.expires_at > clock_timestamp(), true) AS in_time,
            fairpg.was_independent(r.model, r.version, fairpg.person_of(r.reviewed_by), r.reviewed_at) AS by_other) x
    ORDER BY k.kind COLLATE "C";
END
$body$;
COMMENT ON FUNCTION fairpg.review_status(text, integer, text[])
    IS 'the newest review of each of some kinds that a version has, and whether it counts';

CREATE FUNCTION fairpg.gate_checks(model text, version integer, to_state text, share double precision)
    RETURNS SETOF fairpg.gate_check
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    ROWS 20
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    subject record;
    policy record;
    rule record;
    fault text;
    began timestamptz;
    in_force timestamptz;
BEGIN
    SELECT v.* INTO subject FROM fairpg_catalog.model_version v WHERE v.model = gate_checks.model AND v.version = gate_checks.version;
    SELECT p.* INTO policy FROM fairpg_catalog.governed_model g
        JOIN fairpg_catalog.policy p ON p.policy = g.policy AND p.status = 'active' WHERE g.model = gate_checks.model;
    SELECT r.* INTO rule FROM fairpg_catalog.transition_rule r
        WHERE r.from_state = subject.state AND r.to_state = gate_checks.to_state;

    RETURN NEXT ('step', to_state, 'a step that there is', coalesce(rule.description, format('none from %s to %s', subject.state, to_state)),
        CASE WHEN rule.to_state IS NULL THEN 'fail' ELSE 'pass' END, rule.to_state IS NULL)::fairpg.gate_check;
    IF rule.to_state IS NULL THEN
        RETURN;
    END IF;
    IF rule.four_eyes THEN
        fault := fairpg.independence_fault(model, version);
        RETURN NEXT ('four_eyes', (SELECT a.role FROM fairpg.session_actor() a), 'a person who had no part in the version',
            coalesce(fault, 'independent'), CASE WHEN fault IS NULL THEN 'pass' ELSE 'fail' END, fault IS NOT NULL)::fairpg.gate_check;
    END IF;
    IF NOT rule.reviews AND NOT rule.approvals THEN
        RETURN;
    END IF;

    RETURN NEXT ('policy', coalesce(policy.policy, ''), 'an active policy',
        CASE WHEN policy.policy IS NULL THEN 'none' ELSE format('version %s', policy.version) END,
        CASE WHEN policy.policy IS NULL THEN 'fail' ELSE 'pass' END, policy.policy IS NULL)::fairpg.gate_check;
    IF policy.policy IS NULL THEN
        RETURN;
    END IF;
    RETURN NEXT ('policy_unchanged', policy.policy, 'the words that were activated',
        CASE WHEN policy.digest = fairpg.policy_digest(policy.policy, policy.version) THEN 'unchanged' ELSE 'changed since' END,
        CASE WHEN policy.digest = fairpg.policy_digest(policy.policy, policy.version) THEN 'pass' ELSE 'fail' END,
        policy.digest <> fairpg.policy_digest(policy.policy, policy.version))::fairpg.gate_check;
    began := fairpg.training_began(model, version);
    in_force := greatest(policy.activated_at, (SELECT g.changed_at FROM fairpg_catalog.governed_model g WHERE g.model = gate_checks.model));
    RETURN NEXT ('policy_first', policy.policy, 'in force for the model before the training began',
        format('in force since %s, trained %s', to_char(in_force, 'YYYY-MM-DD HH24:MI:SS'), to_char(began, 'YYYY-MM-DD HH24:MI:SS')),
        CASE WHEN in_force <= began THEN 'pass' ELSE 'fail' END, in_force > began)::fairpg.gate_check;
    RETURN NEXT ('artifact', 'model', 'bytes as stored by the training',
        CASE WHEN sha256(subject.artifact) = subject.artifact_sha256 THEN 'unchanged' ELSE 'changed since' END,
        CASE WHEN sha256(subject.artifact) = subject.artifact_sha256 THEN 'pass' ELSE 'fail' END,
        sha256(subject.artifact) <> subject.artifact_sha256)::fairpg.gate_check;

    IF rule.reviews THEN
        RETURN QUERY
        SELECT 'review', r.kind, 'there, in time and not failed', r.found, CASE WHEN r.counts THEN 'pass' ELSE 'fail' END, NOT r.counts
        FROM fairpg.review_status(model, version, policy.required_reviews) r;
    END IF;

    RETURN QUERY
    SELECT 'criterion', r.criterion, r.needed,
        coalesce(CASE WHEN r.value IS NOT NULL THEN format('%s [%s, %s], n %s%s', round(r.value::numeric, 4),
            round(r.low::numeric, 4), round(r.high::numeric, 4), r.n,
            coalesce(', worst: ' || r.worst_group, '')) END
            || coalesce('; ' || r.reason, '') || CASE WHEN r.n_needed IS NULL THEN '' ELSE format('; %s rows would decide', r.n_needed) END, r.reason),
        CASE WHEN x.waived THEN 'waived' ELSE r.verdict END,
        r.severity = 'blocking' AND NOT x.waived
            AND (r.verdict = 'fail' OR r.verdict = 'insufficient' AND r.on_insufficient <> 'advise')
    FROM fairpg.criterion_results(model, version, rule.phases) r
        CROSS JOIN LATERAL (SELECT r.waiver IS NOT NULL AND r.verdict <> 'pass'
            AND (r.verdict = 'fail' OR r.on_insufficient <> 'block')) x (waived);

    IF rule.approvals AND to_state <> 'approved' THEN
        RETURN QUERY
        SELECT 'approval', 'persons', format('%s for the version as it is now', policy.approvals_required),
            format('%s%s', count(*), coalesce(': ' || string_agg(a.person, ', ' ORDER BY a.person COLLATE "C"), '')),
            CASE WHEN count(*) >= policy.approvals_required THEN 'pass' ELSE 'fail' END,
            count(*) < policy.approvals_required
        FROM fairpg.live_approvals(model, version) a;
    END IF;

    IF to_state = 'champion' THEN
        -- what was suspended needs each of its incidents dealt with, others the serious ones; what
        -- comes back by a rollback, which others may be the reason for, its own serious ones
        RETURN QUERY
        SELECT 'incident', 'open', CASE subject.state WHEN 'suspended' THEN 'none of the version, and no serious one'
                WHEN 'retired' THEN 'no serious one of the version' ELSE 'no serious one of the model' END,
            coalesce(string_agg(format('%s: %s, %s', i.incident, i.title, i.severity), '; ' ORDER BY i.incident), 'none'),
            CASE WHEN count(*) = 0 THEN 'pass' ELSE 'fail' END, count(*) > 0
        FROM fairpg_catalog.incident i JOIN fairpg_catalog.incident_severity s ON s.severity = i.severity
        WHERE i.model = gate_checks.model AND i.state = 'open'
            AND CASE subject.state WHEN 'retired' THEN s.blocks AND i.version = gate_checks.version
                WHEN 'suspended' THEN s.blocks OR coalesce(i.version = gate_checks.version, true)
                ELSE s.blocks END;
    END IF;

    IF to_state = 'canary' THEN
        RETURN NEXT ('share', 'canary', format('%s at most', policy.max_canary_share), share::text,
            CASE WHEN share > 0 AND share <= policy.max_canary_share THEN 'pass' ELSE 'fail' END,
            share IS NULL OR share <= 0 OR share > policy.max_canary_share)::fairpg.gate_check;
        RETURN QUERY
        SELECT 'canary', 'alone', 'no other canary', coalesce('version ' || min(d.version), 'none'),
            CASE WHEN count(*) = 0 THEN 'pass' ELSE 'fail' END, count(*) > 0
        FROM fairpg_catalog.deployment d
        WHERE d.model = gate_checks.model AND d.slot = 'canary' AND d.ended_at IS NULL;
    ELSIF to_state = 'champion' AND (subject.state = 'approved' OR subject.state = 'suspended' AND NOT EXISTS (
        SELECT FROM fairpg_catalog.deployment d
        WHERE d.model = gate_checks.model AND d.version = gate_checks.version AND d.slot = 'champion'))
    THEN
        RETURN NEXT ('canary', 'required', 'a policy without a canary',
            CASE WHEN policy.canary_required THEN 'the policy asks for one' ELSE 'none is asked for' END,
            CASE WHEN policy.canary_required THEN 'fail' ELSE 'pass' END, policy.canary_required)::fairpg.gate_check;
    ELSIF to_state = 'champion' AND subject.state = 'canary' THEN
        RETURN QUERY
        SELECT 'canary', 'duration', format('%s at least', policy.min_canary), (clock_timestamp() - d.started_at)::text,
            CASE WHEN d.started_at + policy.min_canary <= clock_timestamp() THEN 'pass' ELSE 'fail' END,
            d.started_at + policy.min_canary > clock_timestamp()
        FROM fairpg_catalog.deployment d
        WHERE d.model = gate_checks.model AND d.version = gate_checks.version AND d.slot = 'canary' AND d.ended_at IS NULL;
    END IF;
END
$body$;
COMMENT ON FUNCTION fairpg.gate_checks(text, integer, text, double precision)
    IS 'every check before a step of a version, by the rights of the caller; fairpg.gate_report() for everybody';
