-- Challenges and consultations: what people outside say about a model, and what
-- they are answered.

-- Decisions of the log go by their number; others by whatever they go by.
CREATE FUNCTION fairpg.logged_decision(reference text)
    RETURNS bigint
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN CASE WHEN reference ~ '^[0-9]{1,18}$' THEN reference::bigint END;
END
$body$;
COMMENT ON FUNCTION fairpg.logged_decision(text)
    IS 'part of the calls of governance: number of a decision of the log; NULL of one that is known otherwise';

CREATE FUNCTION fairpg.do_challenge(
    model text,
    claim text,
    kind text,
    channel text,
    decision text,
    subject text,
    group_claimed text,
    version integer)
    RETURNS uuid
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    kinds CONSTANT text[] := '{individual_outcome,data_correction,explanation,aggregate_verification,policy}';
    actor record;
    challenged integer;
    period interval;
    received CONSTANT timestamptz := clock_timestamp();
    reference uuid := gen_random_uuid();
    number bigint;
BEGIN
    SELECT * INTO actor FROM fairpg.session_actor();
    PERFORM fairpg.require_text(claim, 'claim', 10);
    PERFORM fairpg.require_text(channel, 'channel', 1);
    PERFORM fairpg.require_one_of(kind, kinds, 'unknown kind of challenge "%s"', 'The kinds are: %s.');
    IF kind = 'aggregate_verification' THEN
        PERFORM fairpg.require_text(group_claimed, 'group_claimed', 1);
    ELSIF kind <> 'policy' AND btrim(coalesce(decision, '') || coalesce(subject, '')) = '' THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('a challenge of kind "%s" names a decision or a subject', kind),
            HINT = 'Nobody could look into it otherwise.';
    END IF;
    -- the version that decided, where it is in the log; else the one that serves,
    -- and of a model that none does, the newest
    IF version IS NULL THEN
        SELECT d.version INTO version FROM fairpg_catalog.decision d
            WHERE d.decision = fairpg.logged_decision(do_challenge.decision) AND d.model = do_challenge.model LIMIT 1;
    END IF;
    PERFORM fairpg.require_model(model, version);
    SELECT v.version INTO challenged FROM fairpg_catalog.model_version v
        WHERE v.model = do_challenge.model AND (do_challenge.version IS NULL OR v.version = do_challenge.version)
        ORDER BY v.state = 'champion' DESC NULLS LAST, v.version DESC LIMIT 1;
    SELECT p.challenge_period INTO period FROM fairpg_catalog.governed_model g
        JOIN fairpg_catalog.policy p ON p.policy = g.policy AND p.status = 'active'
        WHERE g.model = do_challenge.model;
    INSERT INTO fairpg_catalog.challenge
        (reference, model, version, kind, channel, claim, decision, subject, group_claimed, state,
         received_at, received_by, due_at)
        VALUES (reference, model, challenged, kind, channel, claim, decision, subject, group_claimed, 'received',
            received, actor.role, received + coalesce(period, '30 days'))
        RETURNING challenge INTO number;
    PERFORM fairpg.move_challenge(number, 'received', 'received by ' || channel);
    RETURN reference;
END
$body$;
COMMENT ON FUNCTION fairpg.do_challenge(text, text, text, text, text, text, text, integer)
    IS 'what fairpg.challenge() does, as the owner of the store';

CREATE FUNCTION fairpg.challenge(
    model text,
    claim text,
    kind text,
    channel text,
    decision text DEFAULT NULL,
    subject text DEFAULT NULL,
    group_claimed text DEFAULT NULL,
    version integer DEFAULT NULL)
    RETURNS uuid
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.challenge(text, text, text, text, text, text, text, integer)
    IS 'takes down that somebody challenges a decision, data, a model or its policy; returns the reference to ask after it by';

-- One step of a challenge, and its row.  What was said is kept in the step; the
-- record has that it happened, and hashes of claim and answer, since these are
-- about a person.  The payload is for whoever challenged as well: it names nobody
-- and says what fairpg.challenge_status() says.
CREATE FUNCTION fairpg.move_challenge(challenge bigint, state text, note text)
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    actor record;
    number bigint;
BEGIN
    SELECT * INTO actor FROM fairpg.session_actor();
    UPDATE fairpg_catalog.challenge c SET state = move_challenge.state,
            handler = CASE state WHEN 'received' THEN c.handler ELSE actor.role END
        WHERE c.challenge = move_challenge.challenge AND c.closed_at IS NULL
            AND state IN ('received', 'acknowledged', 'under_review');
    SELECT fairpg.record_event('challenge ' || state, format('model %s@%s', c.model, c.version),
            jsonb_build_object('reference', c.reference, 'kind', c.kind, 'due_at', c.due_at,
                'decision_changed', c.decision_changed,
                'claim_sha256', encode(sha256(convert_to(c.claim, 'UTF8')), 'hex'),
                'answer_sha256', encode(sha256(convert_to(c.answer, 'UTF8')), 'hex')))
        INTO number
        FROM fairpg_catalog.challenge c WHERE c.challenge = move_challenge.challenge;
    INSERT INTO fairpg_catalog.challenge_event (challenge, at, actor, login, state, note, recorded_as)
        VALUES (challenge, clock_timestamp(), actor.role, actor.login, state, note, number);
END
$body$;
COMMENT ON FUNCTION fairpg.move_challenge(bigint, text, text)
    IS 'part of the calls of governance: writes down a step of a challenge';

-- A challenge that is open, locked; or the refusal where who acts cannot deal with it.  Who
-- made, reviewed, approved or deployed what is challenged, or wrote the policy
-- that is, is no judge of it.
CREATE FUNCTION fairpg.open_challenge(reference uuid, OUT challenge bigint, OUT state text, OUT refusal text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    open_one record;
    fault text;
    person text := fairpg.person_of((SELECT a.role FROM fairpg.session_actor() a));
BEGIN
    SELECT * INTO open_one FROM fairpg_catalog.challenge c WHERE c.reference = open_challenge.reference FOR UPDATE;
    IF NOT FOUND THEN
        RAISE undefined_object USING MESSAGE = format('there is no challenge %s', coalesce(reference::text, 'null'));
    END IF;
    IF open_one.closed_at IS NOT NULL THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('the challenge is %s', open_one.state);
    END IF;
    challenge := open_one.challenge;
    state := open_one.state;
    fault := fairpg.independence_fault(open_one.model, open_one.version);
    IF fault IS NULL THEN
        SELECT format('%s %s', person, w.what) INTO fault
        FROM (
            SELECT 'has reviewed the version' AS what, r.reviewed_by AS role_name FROM fairpg_catalog.review r
            WHERE r.model = open_one.model AND r.version = open_one.version
            UNION ALL
            SELECT 'has approved the version', a.approved_by FROM fairpg_catalog.approval a
            WHERE a.model = open_one.model AND a.version = open_one.version
            UNION ALL
            SELECT 'has deployed the version', d.started_by FROM fairpg_catalog.deployment d
            WHERE d.model = open_one.model AND d.version = open_one.version
            UNION ALL
            SELECT 'has taken the decision', d.override_by FROM fairpg_catalog.decision d
            WHERE d.decision = fairpg.logged_decision(open_one.decision)
            UNION ALL
            SELECT 'has written or activated the policy', unnest(ARRAY[p.created_by, p.activated_by])
            FROM fairpg_catalog.governed_model g JOIN fairpg_catalog.policy p ON p.policy = g.policy
            WHERE g.model = open_one.model AND open_one.kind = 'policy'
        ) w
        WHERE fairpg.person_of(w.role_name) = person
        ORDER BY w.what LIMIT 1;
    END IF;
    IF fault IS NOT NULL THEN
        refusal := fairpg.record_refusal('challenge refused', format('model %s@%s', open_one.model, open_one.version),
            jsonb_build_object('challenge', open_one.challenge), fault);
    END IF;
END
$body$;
COMMENT ON FUNCTION fairpg.open_challenge(uuid)
    IS 'part of the calls of governance: a challenge to deal with, locked, and the answer where whoever acts cannot';

CREATE FUNCTION fairpg.do_answer_challenge(reference uuid, state text, note text)
    RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    steps CONSTANT text[] := '{received,acknowledged,under_review}';
    open_one record;
BEGIN
    PERFORM fairpg.require_text(note, 'note', 10);
    PERFORM fairpg.require_one_of(state, '{acknowledged,under_review}', 'unknown step "%s" of a challenge',
        'A step is one of: %s; fairpg.close_challenge() ends one.');
    SELECT * INTO open_one FROM fairpg.open_challenge(reference);
    IF open_one.refusal IS NOT NULL THEN
        RETURN open_one.refusal;
    END IF;
    IF array_position(steps, state) < array_position(steps, open_one.state) THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('the challenge is %s already', open_one.state);
    END IF;
    PERFORM fairpg.move_challenge(open_one.challenge, state, note);
    RETURN state;
END
$body$;
COMMENT ON FUNCTION fairpg.do_answer_challenge(uuid, text, text)
    IS 'what fairpg.answer_challenge() does, as the owner of the store';

CREATE FUNCTION fairpg.answer_challenge(reference uuid, state text, note text)
    RETURNS text
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.answer_challenge(uuid, text, text)
    IS 'acknowledges a challenge, or takes it under review; not by who had a part in what is challenged';

CREATE FUNCTION fairpg.do_close_challenge(reference uuid, outcome text, answer text, decision_changed boolean)
    RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    open_one record;
BEGIN
    PERFORM fairpg.require_text(answer, 'answer', 20);
    PERFORM fairpg.require_one_of(outcome, '{upheld,partly_upheld,not_upheld,withdrawn}', 'unknown outcome "%s" of a challenge',
        'An outcome is one of: %s.');
    IF decision_changed IS NULL OR decision_changed AND outcome NOT IN ('upheld', 'partly_upheld') THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('a decision cannot have been changed for a challenge that is %s', outcome);
    END IF;
    SELECT * INTO open_one FROM fairpg.open_challenge(reference);
    IF open_one.refusal IS NOT NULL THEN
        RETURN open_one.refusal;
    END IF;
    UPDATE fairpg_catalog.challenge c SET state = outcome, answer = do_close_challenge.answer,
            decision_changed = do_close_challenge.decision_changed, closed_at = clock_timestamp(),
            handler = (SELECT a.role FROM fairpg.session_actor() a)
        WHERE c.challenge = open_one.challenge;
    PERFORM fairpg.move_challenge(open_one.challenge, outcome, answer);
    RETURN outcome;
END
$body$;
COMMENT ON FUNCTION fairpg.do_close_challenge(uuid, text, text, boolean)
    IS 'what fairpg.close_challenge() does, as the owner of the store';

CREATE FUNCTION fairpg.close_challenge(reference uuid, outcome text, answer text, decision_changed boolean DEFAULT false)
    RETURNS text
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.close_challenge(uuid, text, text, boolean)
    IS 'ends a challenge with an outcome and an answer; not by who had a part in what is challenged';

CREATE FUNCTION fairpg.do_challenge_status(
    reference uuid,
    OUT kind text,
    OUT state text,
    OUT received_at timestamptz,
    OUT due_at timestamptz,
    OUT answer text,
    OUT decision_changed boolean,
    OUT closed_at timestamptz)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT c.kind, c.state, c.received_at, c.due_at, c.answer, c.decision_changed, c.closed_at
    FROM fairpg_catalog.challenge c WHERE c.reference = do_challenge_status.reference;
END
$body$;
COMMENT ON FUNCTION fairpg.do_challenge_status(uuid)
    IS 'what fairpg.challenge_status() does, as the owner of the store';

CREATE FUNCTION fairpg.challenge_status(
    reference uuid,
    OUT kind text,
    OUT state text,
    OUT received_at timestamptz,
    OUT due_at timestamptz,
    OUT answer text,
    OUT decision_changed boolean,
    OUT closed_at timestamptz)
    RETURNS SETOF record
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.challenge_status(uuid)
    IS 'how far a challenge is, and how it was answered, for whoever knows its reference';

CREATE FUNCTION fairpg.do_challenge_receipt(reference uuid)
    RETURNS TABLE (step text, at timestamptz, status text, receipt jsonb)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT s.state, (r.receipt #>> '{event,at}')::timestamptz,
        CASE WHEN jsonb_typeof(r.receipt -> 'block') = 'null' THEN 'not sealed yet'
            ELSE format('sealed in block %s', r.receipt #>> '{block,block}') END,
        r.receipt
    FROM fairpg_catalog.challenge c
        JOIN fairpg_catalog.challenge_event s ON s.challenge = c.challenge
        CROSS JOIN LATERAL (SELECT fairpg.make_receipt(s.recorded_as, false) AS receipt) r
    WHERE c.reference = do_challenge_receipt.reference
    ORDER BY s.event;
END
$body$;
COMMENT ON FUNCTION fairpg.do_challenge_receipt(uuid)
    IS 'what fairpg.challenge_receipt() does, as the owner of the store';

CREATE FUNCTION fairpg.challenge_receipt(reference uuid)
    RETURNS TABLE (step text, at timestamptz, status text, receipt jsonb)
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.challenge_receipt(uuid)
    IS 'proof of each step of a challenge for whoever knows its reference: its event in the record without who acted, and the path to its block';

CREATE FUNCTION fairpg.do_consult(
    stakeholder text,
    stage text,
    held_on date,
    feedback text,
    response text,
    model text,
    version integer,
    policy text,
    policy_version integer)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    stages CONSTANT text[] := '{purpose,policy,design,data,predeploy,operation,incident}';
    actor record;
    number bigint;
BEGIN
    SELECT * INTO actor FROM fairpg.session_actor();
    PERFORM fairpg.require_text(stakeholder, 'stakeholder', 2);
    PERFORM fairpg.require_text(feedback, 'feedback', 10);
    PERFORM fairpg.require_one_of(stage, stages, 'unknown stage "%s"', 'The stages are: %s.');
    IF held_on IS NULL OR held_on > current_date THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'argument "held_on" must be a day that has been';
    END IF;
    IF model IS NULL AND policy IS NULL OR model IS NULL AND version IS NOT NULL
        OR (policy IS NULL) <> (policy_version IS NULL)
    THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'a consultation is about a model, or about a version of a policy',
            HINT = 'Give model, with or without version, or policy and policy_version.';
    END IF;
    INSERT INTO fairpg_catalog.consultation
        (model, version, policy, policy_version, stakeholder, stage, held_on, feedback, response,
         recorded_at, recorded_by, answered_at, answered_by)
        VALUES (model, version, policy, policy_version, stakeholder, stage, held_on, feedback, response,
            clock_timestamp(), actor.role,
            CASE WHEN response IS NOT NULL THEN clock_timestamp() END, CASE WHEN response IS NOT NULL THEN actor.role END)
        RETURNING consultation INTO number;
    PERFORM fairpg.record_event('consultation held',
        fairpg.record_object(model, version, policy, policy_version),
        jsonb_build_object('consultation', number, 'stakeholder', stakeholder, 'stage', stage, 'held_on', held_on,
            'feedback', feedback, 'response', response));
    RETURN number;
END
$body$;
COMMENT ON FUNCTION fairpg.do_consult(text, text, date, text, text, text, integer, text, integer)
    IS 'what fairpg.consult() does, as the owner of the store';

CREATE FUNCTION fairpg.consult(
    stakeholder text,
    stage text,
    held_on date,
    feedback text,
    response text DEFAULT NULL,
    model text DEFAULT NULL,
    version integer DEFAULT NULL,
    policy text DEFAULT NULL,
    policy_version integer DEFAULT NULL)
    RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.consult(text, text, date, text, text, text, integer, text, integer)
    IS 'writes down who was asked about a model or a policy, what they said and what was done about it; returns its number';

CREATE FUNCTION fairpg.do_respond_consultation(consultation bigint, response text)
    RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    about text;
BEGIN
    PERFORM fairpg.require_text(response, 'response', 10);
    UPDATE fairpg_catalog.consultation c SET response = do_respond_consultation.response, answered_at = clock_timestamp(),
            answered_by = (SELECT a.role FROM fairpg.session_actor() a)
        WHERE c.consultation = do_respond_consultation.consultation AND c.response IS NULL
        RETURNING fairpg.record_object(c.model, c.version, c.policy, c.policy_version) INTO about;
    IF NOT FOUND THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('there is no consultation %s without a response', coalesce(consultation::text, 'null'));
    END IF;
    PERFORM fairpg.record_event('consultation answered', about,
        jsonb_build_object('consultation', consultation, 'response', response));
    RETURN format('consultation %s has a response', consultation);
END
$body$;
COMMENT ON FUNCTION fairpg.do_respond_consultation(bigint, text)
    IS 'what fairpg.respond_consultation() does, as the owner of the store';

CREATE FUNCTION fairpg.respond_consultation(consultation bigint, response text)
    RETURNS text
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.respond_consultation(bigint, text)
    IS 'writes down what was done about what was said in a consultation';

