-- The life of a version: reviews, approvals, waivers, deployment, and stops.

-- What a step is asked for in any case.
CREATE FUNCTION fairpg.require_step(reason text, on_refuse text)
    RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    PERFORM fairpg.require_text(reason, 'reason', 10);
    IF on_refuse IS NULL OR on_refuse NOT IN ('record', 'error') THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'argument "on_refuse" must be "record" or "error"';
    END IF;
END
$body$;
COMMENT ON FUNCTION fairpg.require_step(text, text)
    IS 'part of the calls of governance: an error unless a step has a reason, and says how it is refused';

-- Checks that stand in the way, one sentence each.
CREATE FUNCTION fairpg.check_in_words(given fairpg.gate_check)
    RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$ SELECT format('%s %s: needed %s, found %s', given.check_name, given.subject, given.needed, given.found) $body$;
COMMENT ON FUNCTION fairpg.check_in_words(fairpg.gate_check) IS 'part of the calls of governance: a check of the gate as a sentence';

CREATE FUNCTION fairpg.insert_transition(
    model text,
    version integer,
    from_state text,
    to_state text,
    outcome text,
    reason text,
    gate jsonb,
    OUT transition bigint)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
BEGIN
    INSERT INTO fairpg_catalog.transition AS t
        (model, version, from_state, to_state, outcome, reason, gate, at, actor, login, asserted)
        SELECT model, version, from_state, to_state, outcome, reason, gate, clock_timestamp(), a.role, a.login, a.asserted
        FROM fairpg.session_actor() a
        RETURNING t.transition INTO transition;
END
$body$;
COMMENT ON FUNCTION fairpg.insert_transition(text, integer, text, text, text, text, jsonb)
    IS 'part of the calls of governance: writes down a step of a version, done or refused, and returns its number';

-- One step: checks the gate, writes down what it found, and moves the version
-- where nothing stands in the way.  A refusal is an answer, since an error would
-- take its own record with it.
CREATE FUNCTION fairpg.move_version(
    model text,
    version integer,
    to_state text,
    reason text,
    share double precision DEFAULT 1,
    on_refuse text DEFAULT 'record')
    RETURNS fairpg.gate_result
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    before text;
    checks jsonb;
    blocking text[];
    result fairpg.gate_result;
    former record;
    moment timestamptz;
BEGIN
    PERFORM fairpg.require_step(reason, on_refuse);
    before := fairpg.lock_version(model, version);
    -- what takes a version out of service is never too late
    IF to_state NOT IN ('rejected', 'retired') THEN
        PERFORM fairpg.require_current();
    END IF;
    SELECT coalesce(jsonb_agg(to_jsonb(g)), '[]'),
            coalesce(array_agg(fairpg.check_in_words(g)) FILTER (WHERE g.blocking), '{}')
        INTO checks, blocking FROM fairpg.gate_checks(model, version, to_state, share) g;
    result := (model, version, before, to_state, CASE WHEN cardinality(blocking) = 0 THEN 'done' ELSE 'refused' END,
        blocking, NULL)::fairpg.gate_result;
    IF result.outcome = 'refused' AND on_refuse = 'error' THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('model "%s" version %s cannot become %s', model, version, to_state),
            DETAIL = array_to_string(blocking, E'\n');
    END IF;
    result.transition := fairpg.insert_transition(model, version, before, to_state, result.outcome, reason, checks);
    IF result.outcome = 'done' THEN
        -- one service begins as the other ends
        moment := clock_timestamp();
        IF to_state = 'champion' THEN
            FOR former IN
                SELECT v.version, v.state FROM fairpg_catalog.model_version v
                WHERE v.model = move_version.model AND v.state = 'champion'
            LOOP
                PERFORM fairpg.set_state(model, former.version, 'retired', 'replaced', 1, moment);
                PERFORM fairpg.insert_transition(model, former.version, 'champion', 'retired', 'done',
                    format('replaced by version %s', version), '[]');
            END LOOP;
        END IF;
        PERFORM fairpg.set_state(model, version, to_state, reason, share, moment);
    END IF;
    PERFORM fairpg.record_event(format('version %s %s', to_state, result.outcome), format('model %s@%s', model, version),
        jsonb_build_object('from', before, 'to', to_state, 'outcome', result.outcome, 'reason', reason,
            'transition', result.transition, 'gate', checks));
    RETURN result;
END
$body$;
COMMENT ON FUNCTION fairpg.move_version(text, integer, text, text, double precision, text)
    IS 'part of the calls of governance: takes a version to a state where the gate lets it, and records what was found';

CREATE FUNCTION fairpg.require_current()
    RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_require_current';
COMMENT ON FUNCTION fairpg.require_current()
    IS 'part of the calls of governance: an error where the snapshot of the transaction is older than what others have committed';

-- The state of a version under a policy, locked with its model until the
-- transaction ends.  By an update, since a snapshot taken before another call is
-- then an error: a mere lock would be granted, on what was.
CREATE FUNCTION fairpg.lock_version(model text, version integer)
    RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    found_state text;
BEGIN
    UPDATE fairpg_catalog.governed_model g SET policy = g.policy WHERE g.model = lock_version.model;
    IF NOT FOUND THEN
        IF EXISTS (SELECT FROM fairpg_catalog.model m WHERE m.model = lock_version.model) THEN
            RAISE object_not_in_prerequisite_state USING
                MESSAGE = format('model "%s" is under no policy', model),
                HINT = 'Put it under one with fairpg.govern().';
        END IF;
        RAISE undefined_object USING MESSAGE = format('model "%s" does not exist', model);
    END IF;
    SELECT v.state INTO found_state FROM fairpg_catalog.model_version v
        WHERE v.model = lock_version.model AND v.version = lock_version.version;
    IF NOT FOUND THEN
        RAISE undefined_object USING MESSAGE = format('model "%s" version %s does not exist', model, version);
    END IF;
    RETURN found_state;
END
$body$;
COMMENT ON FUNCTION fairpg.lock_version(text, integer)
    IS 'part of the calls of governance: the state of a version, with its model locked';

-- The same without a lock: what does not move a version does not make a stop wait.
CREATE FUNCTION fairpg.require_version(model text, version integer)
    RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    IF NOT EXISTS (SELECT FROM fairpg_catalog.model_version v
        WHERE v.model = require_version.model AND v.version = require_version.version AND v.state IS NOT NULL)
    THEN
        RAISE undefined_object USING
            MESSAGE = format('there is no model "%s" version %s under a policy', model, coalesce(version::text, 'null'));
    END IF;
END
$body$;
COMMENT ON FUNCTION fairpg.require_version(text, integer)
    IS 'part of the calls of governance: an error unless there is such a version under a policy';

-- The same of a model under a policy or not, and of any version of it.
CREATE FUNCTION fairpg.require_model(model text, version integer)
    RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    IF NOT EXISTS (SELECT FROM fairpg_catalog.model_version v
        WHERE v.model = require_model.model AND (require_model.version IS NULL OR v.version = require_model.version))
    THEN
        RAISE undefined_object USING
            MESSAGE = format('model "%s"%s does not exist', model, coalesce(' version ' || version, ''));
    END IF;
END
$body$;
COMMENT ON FUNCTION fairpg.require_model(text, integer)
    IS 'part of the calls of governance: an error unless there is such a version, or any of the model where none is named';

-- Sets the state, and ends and begins what serves by it.
CREATE FUNCTION fairpg.set_state(
    model text,
    version integer,
    to_state text,
    reason text,
    share double precision,
    moment timestamptz)
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
BEGIN
    UPDATE fairpg_catalog.model_version v SET state = to_state
        WHERE v.model = set_state.model AND v.version = set_state.version;
    UPDATE fairpg_catalog.deployment d SET ended_at = greatest(moment, d.started_at), end_reason = reason
        WHERE d.model = set_state.model AND d.version = set_state.version AND d.ended_at IS NULL;
    IF to_state IN ('canary', 'champion') THEN
        INSERT INTO fairpg_catalog.deployment
            (model, version, slot, share, salt, started_at, started_by, reason)
            VALUES (model, version, to_state, CASE to_state WHEN 'canary' THEN share ELSE 1 END,
                -- a version that is canary again, perhaps for more, keeps its subjects
                coalesce((SELECT d.salt FROM fairpg_catalog.deployment d
                    WHERE d.model = set_state.model AND d.version = set_state.version
                        AND d.slot = 'canary' AND to_state = 'canary'
                    ORDER BY d.deployment DESC LIMIT 1), gen_random_uuid()::text),
                moment, (SELECT a.role FROM fairpg.session_actor() a), reason);
    END IF;
END
$body$;
COMMENT ON FUNCTION fairpg.set_state(text, integer, text, text, double precision, timestamptz)
    IS 'part of the calls of governance: sets the state of a version, and ends and begins its deployments';

-- A refusal that is not about a gate.
CREATE FUNCTION fairpg.refuse(model text, version integer, to_state text, reason text, because text, on_refuse text)
    RETURNS fairpg.gate_result
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    before text := fairpg.lock_version(model, version);
    number bigint;
BEGIN
    PERFORM fairpg.require_step(reason, on_refuse);
    IF on_refuse = 'error' THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('model "%s" version %s cannot become %s', model, version, to_state),
            DETAIL = because;
    END IF;
    number := fairpg.insert_transition(model, version, before, to_state, 'refused', reason,
        jsonb_build_array(jsonb_build_object('check_name', 'call', 'found', because, 'verdict', 'fail', 'blocking', true)));
    PERFORM fairpg.record_event(format('version %s refused', to_state), format('model %s@%s', model, version),
        jsonb_build_object('from', before, 'to', to_state, 'outcome', 'refused', 'reason', reason, 'because', because,
            'transition', number));
    RETURN (model, version, before, to_state, 'refused', ARRAY[because], number)::fairpg.gate_result;
END
$body$;
COMMENT ON FUNCTION fairpg.refuse(text, integer, text, text, text, text)
    IS 'part of the calls of governance: records that a step was refused, and why';

-- Questions of the form of a kind that a review leaves open.  One that fails a
-- version may: saying no is cheap.
CREATE FUNCTION fairpg.form_fault(kind text, body jsonb)
    RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN (SELECT 'form: ' || string_agg(format('"%s" is not answered (%s)', f.key, f.question), '; ' ORDER BY f.place)
        FROM fairpg_catalog.review_form f
        WHERE f.kind = form_fault.kind AND coalesce(body ->> f.key, '') !~ '[^[:space:]]');
END
$body$;
COMMENT ON FUNCTION fairpg.form_fault(text, jsonb)
    IS 'questions of the form of a kind of review that a body leaves open; NULL: none';

CREATE FUNCTION fairpg.do_review(
    model text,
    version integer,
    kind text,
    verdict text,
    findings text,
    conditions text,
    body jsonb,
    expires_at timestamptz)
    RETURNS fairpg.gate_result
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    actor record;
    before text := fairpg.lock_version(model, version);
    fault text;
    number bigint;
    missing text[];
BEGIN
    SELECT * INTO actor FROM fairpg.session_actor();
    PERFORM fairpg.require_text(kind, 'kind', 1);
    PERFORM fairpg.require_text(findings, 'findings', 20);
    PERFORM fairpg.require_one_of(verdict, '{pass,pass_with_conditions,fail}', 'unknown verdict "%s"', 'A verdict is one of: %s.');
    IF verdict = 'pass_with_conditions' THEN
        PERFORM fairpg.require_text(conditions, 'conditions', 10);
    END IF;
    fault := 'four_eyes: ' || fairpg.independence_fault(model, version);
    IF fault IS NULL AND verdict <> 'fail' THEN
        fault := fairpg.form_fault(kind, body);
    END IF;
    IF fault IS NOT NULL THEN
        RETURN fairpg.refuse(model, version, 'reviewed', findings, fault, 'record');
    END IF;
    INSERT INTO fairpg_catalog.review
        (model, version, kind, verdict, findings, conditions, body, reviewed_at, reviewed_by, login, expires_at)
        VALUES (model, version, kind, verdict, findings, conditions, coalesce(body, '{}'), clock_timestamp(),
            actor.role, actor.login, expires_at)
        RETURNING review INTO number;
    PERFORM fairpg.record_event('version reviewed', format('model %s@%s', model, version),
        jsonb_build_object('review', number, 'kind', kind, 'verdict', verdict, 'findings', findings, 'conditions', conditions));
    IF before = 'draft' THEN
        SELECT array_agg(fairpg.check_in_words(g)) INTO missing
            FROM fairpg.gate_checks(model, version, 'reviewed', 1) g WHERE g.blocking;
        IF missing IS NULL THEN
            RETURN fairpg.move_version(model, version, 'reviewed', findings);
        END IF;
    END IF;
    RETURN (model, version, before, 'reviewed', 'recorded', coalesce(missing, '{}'), NULL)::fairpg.gate_result;
END
$body$;
COMMENT ON FUNCTION fairpg.do_review(text, integer, text, text, text, text, jsonb, timestamptz)
    IS 'what fairpg.review() does, as the owner of the store';

CREATE FUNCTION fairpg.review(
    model text,
    version integer,
    kind text,
    verdict text,
    findings text,
    conditions text DEFAULT NULL,
    body jsonb DEFAULT '{}',
    expires_at timestamptz DEFAULT NULL)
    RETURNS fairpg.gate_result
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.review(text, integer, text, text, text, text, jsonb, timestamptz)
    IS 'records a review of a version by somebody who had no part in it; the version is reviewed when all kinds of its policy are there';

CREATE FUNCTION fairpg.do_approve(model text, version integer, reason text, on_refuse text)
    RETURNS fairpg.gate_result
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    actor record;
    before text := fairpg.lock_version(model, version);
    gate_state text;
    blocking text[];
    lifetime interval;
    required integer;
    n integer;
    number bigint;
BEGIN
    PERFORM fairpg.require_current();
    SELECT * INTO actor FROM fairpg.session_actor();
    PERFORM fairpg.require_text(reason, 'reason', 20);
    -- what has been approved once can be again, when approvals have lapsed
    gate_state := CASE before WHEN 'reviewed' THEN 'approved' WHEN 'approved' THEN 'canary'
        WHEN 'canary' THEN 'champion' WHEN 'suspended' THEN 'champion' END;
    IF gate_state IS NULL THEN
        RETURN fairpg.refuse(model, version, 'approved', reason, format('step: a version that is %s is not to be approved', before), on_refuse);
    END IF;
    SELECT array_agg(fairpg.check_in_words(g)) INTO blocking
        FROM fairpg.gate_checks(model, version, gate_state, 0.000001) g
        WHERE g.blocking AND g.check_name NOT IN ('approval', 'share', 'canary');
    blocking := blocking || CASE WHEN fairpg.independence_fault(model, version) IS NOT NULL AND gate_state = 'canary'
        THEN ARRAY[format('four_eyes: %s', fairpg.independence_fault(model, version))] ELSE '{}' END;
    IF cardinality(blocking) > 0 THEN
        RETURN fairpg.refuse(model, version, 'approved', reason, array_to_string(blocking, E'\n'), on_refuse);
    END IF;
    SELECT p.approval_lifetime, p.approvals_required INTO lifetime, required
        FROM fairpg_catalog.governed_model g JOIN fairpg_catalog.policy p ON p.policy = g.policy AND p.status = 'active'
        WHERE g.model = do_approve.model;
    INSERT INTO fairpg_catalog.approval
        (model, version, digest, reason, approved_at, approved_by, login, person, expires_at)
        VALUES (model, version, fairpg.approval_digest(model, version), reason, clock_timestamp(),
            actor.role, actor.login, fairpg.person_of(actor.role), clock_timestamp() + lifetime)
        RETURNING approval INTO number;
    PERFORM fairpg.record_event('version approved', format('model %s@%s', model, version),
        jsonb_build_object('approval', number, 'reason', reason,
            'digest', encode(fairpg.approval_digest(model, version), 'hex')));
    SELECT count(*) INTO n FROM fairpg.live_approvals(model, version);
    IF before = 'reviewed' AND n >= required THEN
        RETURN fairpg.move_version(model, version, 'approved', reason);
    END IF;
    RETURN (model, version, before, 'approved', 'recorded',
        CASE WHEN n < required THEN ARRAY[format('approval persons: needed %s, found %s', required, n)] ELSE '{}' END,
        NULL)::fairpg.gate_result;
END
$body$;
COMMENT ON FUNCTION fairpg.do_approve(text, integer, text, text)
    IS 'what fairpg.approve() does, as the owner of the store';

CREATE FUNCTION fairpg.approve(model text, version integer, reason text, on_refuse text DEFAULT 'record')
    RETURNS fairpg.gate_result
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.approve(text, integer, text, text)
    IS 'approves a version as it is now; not by who had a part in it, nor by a superuser';

CREATE FUNCTION fairpg.do_reject(model text, version integer, reason text)
    RETURNS fairpg.gate_result
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN fairpg.move_version(model, version, 'rejected', reason);
END
$body$;
COMMENT ON FUNCTION fairpg.do_reject(text, integer, text)
    IS 'what fairpg.reject() does, as the owner of the store';

CREATE FUNCTION fairpg.reject(model text, version integer, reason text)
    RETURNS fairpg.gate_result
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.reject(text, integer, text)
    IS 'ends the life of a version that does not serve';

CREATE FUNCTION fairpg.do_deploy(
    model text,
    version integer,
    slot text,
    share double precision,
    reason text,
    on_refuse text)
    RETURNS fairpg.gate_result
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    PERFORM fairpg.require_one_of(slot, '{canary,champion}', 'unknown slot "%s"', 'A slot is one of: %s.');
    IF fairpg.lock_version(model, version) = 'retired' THEN
        RETURN fairpg.refuse(model, version, slot, reason, 'step: a version that has served comes back by fairpg.rollback()', on_refuse);
    END IF;
    RETURN fairpg.move_version(model, version, slot, reason, share, on_refuse);
END
$body$;
COMMENT ON FUNCTION fairpg.do_deploy(text, integer, text, double precision, text, text)
    IS 'what fairpg.deploy() does, as the owner of the store';

CREATE FUNCTION fairpg.deploy(
    model text,
    version integer,
    slot text,
    share double precision DEFAULT 0.1,
    reason text DEFAULT NULL,
    on_refuse text DEFAULT 'record')
    RETURNS fairpg.gate_result
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.deploy(text, integer, text, double precision, text, text)
    IS 'puts a version into service: as canary for a share of the subjects, or as champion in place of the one before';

CREATE FUNCTION fairpg.do_suspend(model text, reason text, version integer)
    RETURNS SETOF fairpg.gate_result
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    serving record;
    stopped fairpg.gate_result;
    n integer := 0;
BEGIN
    -- first, so that what is being deployed just now is stopped as well
    PERFORM fairpg.lock_version(model, (SELECT max(v.version) FROM fairpg_catalog.model_version v WHERE v.model = do_suspend.model));
    FOR serving IN
        SELECT v.version FROM fairpg_catalog.model_version v
        WHERE v.model = do_suspend.model AND v.state IN ('champion', 'canary')
            AND (do_suspend.version IS NULL OR v.version = do_suspend.version)
        ORDER BY v.version
    LOOP
        stopped := fairpg.move_version(model, serving.version, 'suspended', reason);
        IF stopped.outcome = 'done' THEN
            PERFORM fairpg.link_incident(model, serving.version, 'suspend', reason, stopped.transition);
        END IF;
        RETURN NEXT stopped;
        n := n + 1;
    END LOOP;
    IF n = 0 THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('model "%s" has no %s in service', model, coalesce('version ' || version, 'version'));
    END IF;
END
$body$;
COMMENT ON FUNCTION fairpg.do_suspend(text, text, integer)
    IS 'what fairpg.suspend() does, as the owner of the store';

CREATE FUNCTION fairpg.suspend(model text, reason text, version integer DEFAULT NULL)
    RETURNS SETOF fairpg.gate_result
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.suspend(text, text, integer)
    IS 'stops a version that serves, or all of a model, and opens an incident: one person is enough';

CREATE FUNCTION fairpg.do_retire(model text, version integer, reason text)
    RETURNS fairpg.gate_result
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    -- the end of a canary is no end of its life
    RETURN fairpg.move_version(model, version,
        CASE fairpg.lock_version(model, version) WHEN 'canary' THEN 'approved' ELSE 'retired' END, reason);
END
$body$;
COMMENT ON FUNCTION fairpg.do_retire(text, integer, text)
    IS 'what fairpg.retire() does, as the owner of the store';

CREATE FUNCTION fairpg.retire(model text, version integer, reason text)
    RETURNS fairpg.gate_result
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.retire(text, integer, text)
    IS 'takes a version out of service for good, or a canary back to approved';

CREATE FUNCTION fairpg.do_rollback(model text, reason text, version integer, on_refuse text)
    RETURNS fairpg.gate_result
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    target integer;
    moved fairpg.gate_result;
BEGIN
    SELECT d.version INTO target FROM fairpg_catalog.deployment d
        JOIN fairpg_catalog.model_version v ON v.model = d.model AND v.version = d.version AND v.state = 'retired'
        WHERE d.model = do_rollback.model AND d.slot = 'champion'
            AND (do_rollback.version IS NULL OR d.version = do_rollback.version)
        ORDER BY d.ended_at DESC, d.deployment DESC LIMIT 1;
    IF target IS NULL THEN
        IF version IS NOT NULL THEN
            RETURN fairpg.refuse(model, version, 'champion', reason, 'step: a version that has never been champion is none to go back to', on_refuse);
        END IF;
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('model "%s" has no version to go back to', model),
            DETAIL = 'None that has been champion is retired.';
    END IF;
    moved := fairpg.move_version(model, target, 'champion', reason, 1, on_refuse);
    IF moved.outcome = 'done' THEN
        PERFORM fairpg.link_incident(model, target, 'rollback', reason, moved.transition);
    END IF;
    RETURN moved;
END
$body$;
COMMENT ON FUNCTION fairpg.do_rollback(text, text, integer, text)
    IS 'what fairpg.rollback() does, as the owner of the store';

CREATE FUNCTION fairpg.rollback(model text, reason text, version integer DEFAULT NULL, on_refuse text DEFAULT 'record')
    RETURNS fairpg.gate_result
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.rollback(text, text, integer, text)
    IS 'makes the champion before champion again, or a version that has been champion';

CREATE FUNCTION fairpg.do_gate_report(model text, version integer, to_state text, share double precision)
    RETURNS SETOF fairpg.gate_check
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    ROWS 20
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    PERFORM FROM fairpg_catalog.model_version v
        WHERE v.model = do_gate_report.model AND v.version = do_gate_report.version AND v.state IS NOT NULL;
    IF NOT FOUND THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('there is no model "%s" version %s under a policy', model, version);
    END IF;
    PERFORM fairpg.require_one_of(to_state, (SELECT array_agg(s.state ORDER BY s.place) FROM fairpg_catalog.state s),
        'unknown state "%s"', 'The states are: %s.');
    RETURN QUERY SELECT * FROM fairpg.gate_checks(model, version, to_state, share);
END
$body$;
COMMENT ON FUNCTION fairpg.do_gate_report(text, integer, text, double precision)
    IS 'what fairpg.gate_report() does, as the owner of the store';

CREATE FUNCTION fairpg.gate_report(model text, version integer, to_state text, share double precision DEFAULT 0.1)
    RETURNS SETOF fairpg.gate_check
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    ROWS 20
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.gate_report(text, integer, text, double precision)
    IS 'all checks that a step of a version would have to pass if the caller took it now; nothing is written';
