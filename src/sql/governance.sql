-- Calls of governance.  Each is declared twice: as itself, in C, which sees to
-- duties and runs the second as the owner of the store; and as do_ and its name,
-- which says what it does.

CREATE FUNCTION fairpg.session_actor(
    OUT role text,
    OUT login text,
    OUT asserted text,
    OUT is_superuser boolean)
    LANGUAGE C STABLE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'fairpg_session_actor';
COMMENT ON FUNCTION fairpg.session_actor()
    IS 'who acts in this session: its role, who had logged in, what the application asserts, and whether either role is a superuser';

CREATE FUNCTION fairpg.do_map_person(role_name text, person text, unit text)
    RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    IF to_regrole(quote_ident(role_name)) IS NULL THEN
        RAISE undefined_object USING MESSAGE = format('role "%s" does not exist', role_name);
    END IF;
    PERFORM fairpg.require_text(person, 'person', 1);
    INSERT INTO fairpg_catalog.person (role_name, person, unit) VALUES (role_name, person, unit)
        ON CONFLICT ON CONSTRAINT person_pkey DO UPDATE SET person = excluded.person, unit = excluded.unit;
    PERFORM fairpg.record_event('person mapped', format('role %s', role_name), jsonb_build_object('person', person, 'unit', unit));
    RETURN format('role %s is %s', role_name, person);
END
$body$;
COMMENT ON FUNCTION fairpg.do_map_person(text, text, text)
    IS 'what fairpg.map_person() does, as the owner of the store';

CREATE FUNCTION fairpg.map_person(role_name text, person text, unit text DEFAULT NULL)
    RETURNS text
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.map_person(text, text, text)
    IS 'says which person a role is, so that two roles of one person are no two persons';

CREATE FUNCTION fairpg.do_assign_duty(duty text, role_name text)
    RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    known CONSTANT text[] := '{analyst,reviewer,approver,operator,ombudsman,auditor,viewer,admin}';
BEGIN
    PERFORM fairpg.require_one_of(duty, known, 'unknown duty "%s"', 'The duties are: %s.');
    IF to_regrole(quote_ident(role_name)) IS NULL THEN
        RAISE undefined_object USING MESSAGE = format('role "%s" does not exist', role_name);
    END IF;
    INSERT INTO fairpg_catalog.duty (duty, role_name) VALUES (duty, role_name)
        ON CONFLICT ON CONSTRAINT duty_pkey DO UPDATE SET role_name = excluded.role_name;
    PERFORM fairpg.record_event('duty assigned', format('duty %s', duty), jsonb_build_object('role', role_name));
    RETURN format('duty %s is with members of %s', duty, role_name);
END
$body$;
COMMENT ON FUNCTION fairpg.do_assign_duty(text, text)
    IS 'what fairpg.assign_duty() does, as the owner of the store';

CREATE FUNCTION fairpg.assign_duty(duty text, role_name text)
    RETURNS text
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.assign_duty(text, text)
    IS 'gives a duty of governance to the members of a role, in place of those who had it';

CREATE FUNCTION fairpg.do_add_contributor(model text, version integer, role_name text, act text)
    RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    PERFORM fairpg.require_version(model, version);
    PERFORM fairpg.require_text(act, 'act', 3);
    IF to_regrole(quote_ident(role_name)) IS NULL THEN
        RAISE undefined_object USING MESSAGE = format('role "%s" does not exist', role_name);
    END IF;
    -- what was withdrawn can be added again; the record has both
    INSERT INTO fairpg_catalog.contributor AS c (model, version, role_name, act, added_at, added_by)
        VALUES (model, version, role_name, act, clock_timestamp(), (SELECT a.role FROM fairpg.session_actor() a))
        ON CONFLICT ON CONSTRAINT contributor_pkey DO UPDATE
            SET added_at = excluded.added_at, added_by = excluded.added_by,
                withdrawn_at = NULL, withdrawn_by = NULL, withdrawal_reason = NULL
            WHERE c.withdrawn_at IS NOT NULL;
    IF NOT FOUND THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('"%s" has been added to model "%s" version %s for that', role_name, model, version);
    END IF;
    PERFORM fairpg.record_event('contributor added', format('model %s@%s', model, version),
        jsonb_build_object('role', role_name, 'act', act));
    RETURN format('%s had a part in model %s version %s', role_name, model, version);
END
$body$;
COMMENT ON FUNCTION fairpg.do_add_contributor(text, integer, text, text)
    IS 'what fairpg.add_contributor() does, as the owner of the store';

CREATE FUNCTION fairpg.add_contributor(model text, version integer, role_name text, act text)
    RETURNS text
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.add_contributor(text, integer, text, text)
    IS 'writes down that somebody had a part in a version, who then cannot review or approve it';

-- A mistake is marked and not deleted: approvals that were refused for it are in
-- the record, with it as the reason.  Who trained or chose the version is in
-- other tables, and stays.
CREATE FUNCTION fairpg.do_withdraw_contributor(model text, version integer, role_name text, reason text)
    RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    actor record;
    added record;
    fault text;
BEGIN
    SELECT * INTO actor FROM fairpg.session_actor();
    PERFORM fairpg.require_version(model, version);
    PERFORM fairpg.require_text(reason, 'reason', 20);
    SELECT array_agg(c.act) AS acts, bool_or(fairpg.person_of(c.added_by) = fairpg.person_of(actor.role)) AS by_actor INTO added
        FROM (SELECT * FROM fairpg_catalog.contributor w
            WHERE w.model = do_withdraw_contributor.model AND w.version = do_withdraw_contributor.version
                AND w.role_name = do_withdraw_contributor.role_name AND w.withdrawn_at IS NULL
            FOR UPDATE) c;
    IF added.acts IS NULL THEN
        RAISE undefined_object USING
            MESSAGE = format('"%s" has not been added as a contributor of model "%s" version %s', role_name, model, version),
            HINT = 'Who trained or chose a version has a part in it that nobody can withdraw.';
    END IF;
    fault := coalesce(fairpg.independence_fault(model, version),
        CASE WHEN added.by_actor THEN format('the same person who has added "%s"', role_name) END);
    IF fault IS NOT NULL THEN
        RETURN fairpg.record_refusal('contributor refused', format('model %s@%s', model, version),
            jsonb_build_object('role', role_name), fault);
    END IF;
    UPDATE fairpg_catalog.contributor c
        SET withdrawn_at = clock_timestamp(), withdrawn_by = actor.role, withdrawal_reason = reason
        WHERE c.model = do_withdraw_contributor.model AND c.version = do_withdraw_contributor.version
            AND c.role_name = do_withdraw_contributor.role_name AND c.withdrawn_at IS NULL;
    PERFORM fairpg.record_event('contributor withdrawn', format('model %s@%s', model, version),
        jsonb_build_object('role', role_name, 'acts', added.acts, 'reason', reason));
    RETURN format('%s is no contributor of model %s version %s%s', role_name, model, version,
        CASE WHEN fairpg.person_of(role_name) IN (SELECT c.person FROM fairpg.contributors(model, version) c)
            THEN ' by that, and still is one otherwise' ELSE '' END);
END
$body$;
COMMENT ON FUNCTION fairpg.do_withdraw_contributor(text, integer, text, text)
    IS 'what fairpg.withdraw_contributor() does, as the owner of the store';

CREATE FUNCTION fairpg.withdraw_contributor(model text, version integer, role_name text, reason text)
    RETURNS text
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.withdraw_contributor(text, integer, text, text)
    IS 'marks that somebody was added to a version by mistake; not by who added them or had a part in it, and not of who trained it';

CREATE FUNCTION fairpg.do_request_waiver(
    model text,
    version integer,
    criterion text,
    reason text,
    compensation text,
    expires_at timestamptz)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    number bigint;
BEGIN
    PERFORM fairpg.require_version(model, version);
    PERFORM fairpg.require_text(reason, 'reason', 80);
    PERFORM fairpg.require_text(compensation, 'compensation', 20);
    IF NOT EXISTS (SELECT FROM fairpg.criterion_results(model, version) r WHERE r.criterion = do_request_waiver.criterion) THEN
        RAISE undefined_object USING MESSAGE = format('the policy of model "%s" has no criterion "%s"', model, criterion);
    END IF;
    IF expires_at IS NULL OR expires_at <= clock_timestamp() OR expires_at > clock_timestamp() + interval '180 days' THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'a waiver must expire within 180 days';
    END IF;
    INSERT INTO fairpg_catalog.waiver
        (model, version, criterion, reason, compensation, requested_at, requested_by, expires_at)
        VALUES (model, version, criterion, reason, compensation, clock_timestamp(),
            (SELECT a.role FROM fairpg.session_actor() a), expires_at)
        RETURNING waiver INTO number;
    PERFORM fairpg.record_event('waiver requested', format('model %s@%s', model, version),
        jsonb_build_object('waiver', number, 'criterion', criterion, 'reason', reason, 'compensation', compensation, 'expires_at', expires_at));
    RETURN number;
END
$body$;
COMMENT ON FUNCTION fairpg.do_request_waiver(text, integer, text, text, text, timestamptz)
    IS 'what fairpg.request_waiver() does, as the owner of the store';

CREATE FUNCTION fairpg.request_waiver(
    model text,
    version integer,
    criterion text,
    reason text,
    compensation text,
    expires_at timestamptz)
    RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.request_waiver(text, integer, text, text, text, timestamptz)
    IS 'asks for an exception from a criterion for one version and a time, which somebody else has to grant; returns its number';

CREATE FUNCTION fairpg.do_grant_waiver(waiver bigint, reason text)
    RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    asked record;
    actor record;
    fault text;
BEGIN
    SELECT * INTO actor FROM fairpg.session_actor();
    PERFORM fairpg.require_text(reason, 'reason', 20);
    SELECT * INTO asked FROM fairpg_catalog.waiver w WHERE w.waiver = do_grant_waiver.waiver FOR UPDATE;
    IF NOT FOUND OR asked.granted_at IS NOT NULL OR asked.expires_at <= clock_timestamp() THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('there is no request for waiver %s that can be granted', waiver);
    END IF;
    fault := fairpg.independence_fault(asked.model, asked.version);
    IF fault IS NULL AND fairpg.person_of(actor.role) = fairpg.person_of(asked.requested_by) THEN
        fault := 'the same person who has requested it';
    END IF;
    IF fault IS NOT NULL THEN
        RETURN fairpg.record_refusal('waiver refused', format('model %s@%s', asked.model, asked.version),
            jsonb_build_object('waiver', waiver), fault);
    END IF;
    UPDATE fairpg_catalog.waiver w SET granted_at = clock_timestamp(), granted_by = actor.role
        WHERE w.waiver = do_grant_waiver.waiver;
    PERFORM fairpg.record_event('waiver granted', format('model %s@%s', asked.model, asked.version),
        jsonb_build_object('waiver', waiver, 'reason', reason));
    RETURN format('granted until %s', asked.expires_at);
END
$body$;
COMMENT ON FUNCTION fairpg.do_grant_waiver(bigint, text)
    IS 'what fairpg.grant_waiver() does, as the owner of the store';

CREATE FUNCTION fairpg.grant_waiver(waiver bigint, reason text)
    RETURNS text
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.grant_waiver(bigint, text)
    IS 'grants an exception that another person has requested';
