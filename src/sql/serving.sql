-- Serving: which version a subject gets, which one served when, and the log of
-- what was decided.

CREATE FUNCTION fairpg.assign(model text, subject text)
    RETURNS integer
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    COST 20
    AS 'MODULE_PATHNAME', 'fairpg_assign';
COMMENT ON FUNCTION fairpg.assign(text, text)
    IS 'version that serves a subject: the canary for its share of the subjects, else the champion; NULL where only a canary serves, and not this subject';

CREATE FUNCTION fairpg.serving_at(model text, at timestamptz)
    RETURNS TABLE (slot text, version integer, share double precision)
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    ROWS 2
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_column
BEGIN
    -- the moment of a change belongs to what came after it
    RETURN QUERY
    SELECT d.slot, d.version, d.share FROM fairpg_catalog.deployment d
    WHERE d.model = serving_at.model AND d.started_at <= serving_at.at
        AND (d.ended_at IS NULL OR d.ended_at > serving_at.at)
    ORDER BY d.slot DESC;
END
$body$;
COMMENT ON FUNCTION fairpg.serving_at(text, timestamptz)
    IS 'which versions of a model served at a time, champion and canary, and what share of the subjects the latter';

CREATE FUNCTION fairpg.champion_at(model text, at timestamptz)
    RETURNS integer
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN (SELECT s.version FROM fairpg.serving_at(model, at) s WHERE s.slot = 'champion');
END
$body$;
COMMENT ON FUNCTION fairpg.champion_at(text, timestamptz)
    IS 'version of a model that was champion at a time; NULL: none was';

CREATE TYPE fairpg.logged_decision AS (
    decision bigint,
    version integer,
    score double precision,
    decided boolean
);
COMMENT ON TYPE fairpg.logged_decision IS 'a decision that fairpg.log_decision() made and wrote down';
COMMENT ON COLUMN fairpg.logged_decision.decision IS 'its number';
COMMENT ON COLUMN fairpg.logged_decision.version IS 'version of the model that decided';
COMMENT ON COLUMN fairpg.logged_decision.score IS 'probability that it gave';
COMMENT ON COLUMN fairpg.logged_decision.decided IS 'decision';

CREATE FUNCTION fairpg.log_decision_support(internal)
    RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_log_decision_support';
COMMENT ON FUNCTION fairpg.log_decision_support(internal)
    IS 'refuses plans in which one decision would be logged several times';

CREATE FUNCTION fairpg.log_decision(
    model text,
    subject text,
    input record,
    attributes jsonb DEFAULT NULL,
    region text DEFAULT '')
    RETURNS fairpg.logged_decision
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    COST 1000
    SUPPORT fairpg.log_decision_support
    AS 'MODULE_PATHNAME', 'fairpg_log_decision';
COMMENT ON FUNCTION fairpg.log_decision(text, text, record, jsonb, text)
    IS 'decides about a subject by the version that serves it, and writes the decision to the log';

CREATE FUNCTION fairpg.do_override_decision(decision bigint, new_decision boolean, reason text, at timestamptz)
    RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    logged record;
    actor record;
BEGIN
    SELECT * INTO actor FROM fairpg.session_actor();
    PERFORM fairpg.require_text(reason, 'reason', 10);
    IF new_decision IS NULL THEN
        RAISE null_value_not_allowed USING MESSAGE = 'argument "new_decision" must not be null';
    END IF;
    SELECT d.* INTO logged FROM fairpg_catalog.decision d
        WHERE d.decision = do_override_decision.decision
            AND (do_override_decision.at IS NULL OR d.at = do_override_decision.at)
        FOR UPDATE;
    IF NOT FOUND THEN
        RAISE undefined_object USING MESSAGE = format('there is no decision %s in the log', decision);
    END IF;
    IF coalesce(logged.override_to, logged.decided) = new_decision THEN
        RAISE object_not_in_prerequisite_state USING MESSAGE = 'the decision is that already';
    END IF;
    UPDATE fairpg_catalog.decision d
        SET override_to = new_decision, override_by = actor.role, override_reason = reason,
            overridden_at = clock_timestamp()
        WHERE d.decision = logged.decision AND d.at = logged.at;
    PERFORM fairpg.record_event('decision overridden', format('model %s@%s', logged.model, logged.version),
        jsonb_build_object('decision', decision, 'decided', logged.decided, 'from', coalesce(logged.override_to, logged.decided),
            'to', new_decision, 'reason', reason));
    RETURN format('decision %s is %s', decision, new_decision);
END
$body$;
COMMENT ON FUNCTION fairpg.do_override_decision(bigint, boolean, text, timestamptz)
    IS 'what fairpg.override_decision() does, as the owner of the store';

CREATE FUNCTION fairpg.override_decision(
    decision bigint,
    new_decision boolean,
    reason text,
    at timestamptz DEFAULT NULL)
    RETURNS text
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.override_decision(bigint, boolean, text, timestamptz)
    IS 'puts the decision of a person in place of that of the model, which stays in the log beside it';

-- What both purges ask.
CREATE FUNCTION fairpg.check_purge(model text, before timestamptz, reason text)
    RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    PERFORM fairpg.require_text(reason, 'reason', 10);
    PERFORM FROM fairpg_catalog.model m WHERE m.model = check_purge.model;
    IF NOT FOUND THEN
        RAISE undefined_object USING MESSAGE = format('model "%s" does not exist', model);
    END IF;
    IF before IS NULL OR before > clock_timestamp() THEN
        RAISE invalid_parameter_value USING MESSAGE = 'argument "before" must be a time that has passed';
    END IF;
END
$body$;
COMMENT ON FUNCTION fairpg.check_purge(text, timestamptz, text)
    IS 'part of the calls of governance: arguments of fairpg.purge_decisions() and purge_attributes()';

CREATE FUNCTION fairpg.do_purge_attributes(model text, before timestamptz, reason text)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    purged record;
BEGIN
    PERFORM fairpg.check_purge(model, before, reason);
    WITH gone AS (
        DELETE FROM fairpg_catalog.decision_attribute a USING fairpg_catalog.decision d
        WHERE d.decision = a.decision AND d.at = a.at AND d.model = do_purge_attributes.model AND d.at < before AND a.at < before
        RETURNING a.decision, a.attribute, sha256(convert_to(a::text, 'UTF8')) AS digest)
    SELECT count(*) AS n, sha256(string_agg(g.digest, ''::bytea ORDER BY g.decision, g.attribute COLLATE "C")) AS digest
        INTO purged FROM gone g;
    PERFORM fairpg.record_event('attributes purged', format('model %s', model),
        jsonb_build_object('before', before, 'rows', purged.n, 'digest', encode(purged.digest, 'hex'), 'reason', reason));
    RETURN purged.n;
END
$body$;
COMMENT ON FUNCTION fairpg.do_purge_attributes(text, timestamptz, text)
    IS 'what fairpg.purge_attributes() does, as the owner of the store';

CREATE FUNCTION fairpg.purge_attributes(model text, before timestamptz, reason text)
    RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.purge_attributes(text, timestamptz, text)
    IS 'removes the protected attributes of decisions of a model before a time, and leaves the decisions; returns how many rows';

CREATE FUNCTION fairpg.do_purge_decisions(model text, before timestamptz, reason text)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    purged record;
BEGIN
    PERFORM fairpg.check_purge(model, before, reason);
    DELETE FROM fairpg_catalog.outcome o USING fairpg_catalog.decision d
        WHERE d.decision = o.decision AND d.at = o.at AND d.model = do_purge_decisions.model AND d.at < before;
    DELETE FROM fairpg_catalog.decision_attribute a USING fairpg_catalog.decision d
        WHERE d.decision = a.decision AND d.at = a.at AND d.model = do_purge_decisions.model AND d.at < before AND a.at < before;
    WITH gone AS (
        DELETE FROM fairpg_catalog.decision d
        WHERE d.model = do_purge_decisions.model AND d.at < before
        RETURNING d.decision, sha256(convert_to(d::text, 'UTF8')) AS digest)
    SELECT count(*) AS n, sha256(string_agg(g.digest, ''::bytea ORDER BY g.decision)) AS digest
        INTO purged FROM gone g;
    PERFORM fairpg.record_event('decisions purged', format('model %s', model),
        jsonb_build_object('before', before, 'rows', purged.n, 'digest', encode(purged.digest, 'hex'), 'reason', reason));
    RETURN purged.n;
END
$body$;
COMMENT ON FUNCTION fairpg.do_purge_decisions(text, timestamptz, text)
    IS 'what fairpg.purge_decisions() does, as the owner of the store';

CREATE FUNCTION fairpg.purge_decisions(model text, before timestamptz, reason text)
    RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.purge_decisions(text, timestamptz, text)
    IS 'removes the decisions of a model before a time, with their attributes and outcomes, and records how many and their digest; returns how many';
