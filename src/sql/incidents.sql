-- Incidents, and what is done about them.

CREATE FUNCTION fairpg.report_due(severity text, since timestamptz)
    RETURNS timestamptz
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
BEGIN
    PERFORM fairpg.require_one_of(severity, (SELECT array_agg(s.severity ORDER BY s.place) FROM fairpg_catalog.incident_severity s),
        'unknown severity "%s"', 'The severities are: %s.');
    RETURN since + (SELECT s.report_within FROM fairpg_catalog.incident_severity s WHERE s.severity = report_due.severity);
END
$body$;
COMMENT ON FUNCTION fairpg.report_due(text, timestamptz)
    IS 'until when an incident of a severity must be reported; NULL where no report is due';

CREATE FUNCTION fairpg.insert_incident(
    model text,
    version integer,
    title text,
    severity text,
    description text,
    transition bigint,
    challenge bigint)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    opened CONSTANT timestamptz := clock_timestamp();
    due CONSTANT timestamptz := fairpg.report_due(severity, opened);
    number bigint;
BEGIN
    INSERT INTO fairpg_catalog.incident
        (model, version, title, severity, description, state, transition, challenge, opened_at, opened_by, report_due)
        VALUES (model, version, title, severity, description, 'open', transition, challenge, opened,
            (SELECT a.role FROM fairpg.session_actor() a), due)
        RETURNING incident INTO number;
    PERFORM fairpg.record_event('incident opened', fairpg.record_object(model, version),
        jsonb_build_object('incident', number, 'title', title, 'severity', severity, 'report_due', due,
            'transition', transition, 'challenge', challenge));
    RETURN number;
END
$body$;
COMMENT ON FUNCTION fairpg.insert_incident(text, integer, text, text, text, bigint, bigint)
    IS 'part of the calls of governance: opens an incident and returns its number';

CREATE FUNCTION fairpg.do_open_incident(
    model text,
    title text,
    severity text,
    description text,
    version integer,
    challenge uuid)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    found_by bigint;
BEGIN
    PERFORM fairpg.require_text(title, 'title', 5);
    PERFORM fairpg.require_text(description, 'description', 20);
    PERFORM fairpg.require_model(model, version);
    SELECT c.challenge INTO found_by FROM fairpg_catalog.challenge c
        WHERE c.reference = do_open_incident.challenge AND c.model = do_open_incident.model;
    IF challenge IS NOT NULL AND found_by IS NULL THEN
        RAISE undefined_object USING
            MESSAGE = format('there is no challenge %s of model "%s"', challenge, model);
    END IF;
    RETURN fairpg.insert_incident(model, version, title, severity, description, NULL, found_by);
END
$body$;
COMMENT ON FUNCTION fairpg.do_open_incident(text, text, text, text, integer, uuid)
    IS 'what fairpg.open_incident() does, as the owner of the store';

CREATE FUNCTION fairpg.open_incident(
    model text,
    title text,
    severity text,
    description text,
    version integer DEFAULT NULL,
    challenge uuid DEFAULT NULL)
    RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.open_incident(text, text, text, text, integer, uuid)
    IS 'writes down that something went wrong with a model, from when the clock of its severity runs; returns its number';

-- An incident that is not closed, locked.
CREATE FUNCTION fairpg.lock_incident(
    incident bigint,
    OUT model text,
    OUT version integer,
    OUT state text,
    OUT severity text,
    OUT opened_at timestamptz,
    OUT opened_by text,
    OUT report_due timestamptz,
    OUT reported_at timestamptz,
    OUT object text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
BEGIN
    SELECT i.model, i.version, i.state, i.severity, i.opened_at, i.opened_by, i.report_due, i.reported_at,
            fairpg.record_object(i.model, i.version)
        INTO model, version, state, severity, opened_at, opened_by, report_due, reported_at, object
        FROM fairpg_catalog.incident i WHERE i.incident = lock_incident.incident AND i.closed_at IS NULL
        FOR UPDATE;
    IF NOT FOUND THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('there is no open incident %s', coalesce(incident::text, 'null'));
    END IF;
END
$body$;
COMMENT ON FUNCTION fairpg.lock_incident(bigint)
    IS 'part of the calls of governance: an incident that is not closed, locked until the transaction ends';

CREATE FUNCTION fairpg.do_assess_incident(incident bigint, severity text, reason text)
    RETURNS timestamptz
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    known record;
    due timestamptz;
BEGIN
    PERFORM fairpg.require_text(reason, 'reason', 20);
    SELECT * INTO known FROM fairpg.lock_incident(incident);
    due := fairpg.report_due(severity, known.opened_at);
    UPDATE fairpg_catalog.incident i SET severity = do_assess_incident.severity, report_due = due
        WHERE i.incident = do_assess_incident.incident;
    PERFORM fairpg.record_event('incident assessed', known.object,
        jsonb_build_object('incident', incident, 'before', known.severity, 'severity', severity, 'report_due', due, 'reason', reason));
    RETURN due;
END
$body$;
COMMENT ON FUNCTION fairpg.do_assess_incident(bigint, text, text)
    IS 'what fairpg.assess_incident() does, as the owner of the store';

CREATE FUNCTION fairpg.assess_incident(incident bigint, severity text, reason text)
    RETURNS timestamptz
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.assess_incident(bigint, text, text)
    IS 'says how bad an incident is, and returns when its report is due, counted from when it was opened';

CREATE FUNCTION fairpg.do_report_incident(incident bigint, reported_to text)
    RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    known record;
    late boolean;
BEGIN
    PERFORM fairpg.require_text(reported_to, 'reported_to', 2);
    SELECT * INTO known FROM fairpg.lock_incident(incident);
    UPDATE fairpg_catalog.incident i SET reported_at = clock_timestamp(), reported_to = do_report_incident.reported_to
        WHERE i.incident = do_report_incident.incident AND i.reported_at IS NULL
        RETURNING i.reported_at > i.report_due INTO late;
    IF NOT FOUND THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('incident %s has been reported', incident);
    END IF;
    PERFORM fairpg.record_event('incident reported', known.object,
        jsonb_build_object('incident', incident, 'to', reported_to, 'late', late));
    RETURN format('incident %s is reported%s', incident, CASE WHEN late THEN ', late' ELSE '' END);
END
$body$;
COMMENT ON FUNCTION fairpg.do_report_incident(bigint, text)
    IS 'what fairpg.report_incident() does, as the owner of the store';

CREATE FUNCTION fairpg.report_incident(incident bigint, reported_to text)
    RETURNS text
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.report_incident(bigint, text)
    IS 'writes down that an incident was reported to an authority, or whoever has to know';

CREATE FUNCTION fairpg.do_mitigate_incident(incident bigint, mitigation text)
    RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    known record;
BEGIN
    PERFORM fairpg.require_text(mitigation, 'mitigation', 20);
    SELECT * INTO known FROM fairpg.lock_incident(incident);
    IF known.state <> 'open' THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('incident %s is %s', incident, known.state);
    END IF;
    UPDATE fairpg_catalog.incident i SET state = 'mitigated', mitigated_at = clock_timestamp(),
            mitigation = do_mitigate_incident.mitigation
        WHERE i.incident = do_mitigate_incident.incident;
    PERFORM fairpg.record_event('incident mitigated', known.object,
        jsonb_build_object('incident', incident, 'mitigation', mitigation));
    RETURN 'mitigated';
END
$body$;
COMMENT ON FUNCTION fairpg.do_mitigate_incident(bigint, text)
    IS 'what fairpg.mitigate_incident() does, as the owner of the store';

CREATE FUNCTION fairpg.mitigate_incident(incident bigint, mitigation text)
    RETURNS text
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.mitigate_incident(bigint, text)
    IS 'says what keeps an incident from doing more harm; versions can be put into service again';

CREATE FUNCTION fairpg.do_close_incident(incident bigint, root_cause text)
    RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    known record;
    actor record;
    fault text;
BEGIN
    SELECT * INTO actor FROM fairpg.session_actor();
    PERFORM fairpg.require_text(root_cause, 'root_cause', 20);
    SELECT * INTO known FROM fairpg.lock_incident(incident);
    fault := coalesce(fairpg.independence_fault(known.model, known.version),
        CASE WHEN known.state = 'open' THEN 'it is not mitigated' END,
        CASE WHEN fairpg.person_of(actor.role) = fairpg.person_of(known.opened_by) THEN format('%s has opened it', fairpg.person_of(actor.role)) END,
        CASE WHEN known.reported_at IS NULL THEN 'its report is due until ' || known.report_due END,
        (SELECT format('remediation %s is not finished', min(r.remediation)) FROM fairpg_catalog.remediation r
         WHERE r.incident = do_close_incident.incident AND r.done_at IS NULL HAVING count(*) > 0),
        CASE WHEN NOT EXISTS (SELECT FROM fairpg_catalog.remediation r WHERE r.incident = do_close_incident.incident)
            THEN 'nothing was done about it' END);
    IF fault IS NOT NULL THEN
        RETURN fairpg.record_refusal('incident refused', known.object, jsonb_build_object('incident', incident), fault);
    END IF;
    UPDATE fairpg_catalog.incident i SET state = 'closed', root_cause = do_close_incident.root_cause,
            closed_at = clock_timestamp(), closed_by = actor.role
        WHERE i.incident = do_close_incident.incident;
    PERFORM fairpg.record_event('incident closed', known.object,
        jsonb_build_object('incident', incident, 'root_cause', root_cause));
    RETURN 'closed';
END
$body$;
COMMENT ON FUNCTION fairpg.do_close_incident(bigint, text)
    IS 'what fairpg.close_incident() does, as the owner of the store';

CREATE FUNCTION fairpg.close_incident(incident bigint, root_cause text)
    RETURNS text
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.close_incident(bigint, text)
    IS 'closes an incident that is mitigated, reported where it must be, and remedied; not by who opened it or made the version';

-- The newest evaluation of a version, or of any of a model, that is not of its
-- training rows.
CREATE FUNCTION fairpg.newest_evaluation(model text, version integer)
    RETURNS bigint
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN (SELECT e.evaluation FROM fairpg_catalog.evaluation e
        WHERE e.model = newest_evaluation.model AND e.version = coalesce(newest_evaluation.version, e.version)
            AND e.part <> 'train'
        ORDER BY e.evaluated_at DESC, e.evaluation DESC LIMIT 1);
END
$body$;
COMMENT ON FUNCTION fairpg.newest_evaluation(text, integer)
    IS 'number of the newest evaluation of a model on rows beyond its training; NULL: there is none';

CREATE FUNCTION fairpg.do_plan_remediation(incident bigint, kind text, plan text, before_evaluation bigint)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    kinds CONSTANT text[] := '{recalibrate,rethreshold,reweight,retrain,rollback,suspend,data_fix,process}';
    known record;
    measured bigint;
    number bigint;
BEGIN
    PERFORM fairpg.require_text(plan, 'plan', 20);
    PERFORM fairpg.require_one_of(kind, kinds, 'unknown kind of remediation "%s"', 'The kinds are: %s.');
    SELECT * INTO known FROM fairpg.lock_incident(incident);
    IF before_evaluation IS NULL THEN
        measured := fairpg.newest_evaluation(known.model, known.version);
    ELSE
        SELECT e.evaluation INTO measured FROM fairpg_catalog.evaluation e
            WHERE e.evaluation = before_evaluation AND e.model = known.model;
        IF measured IS NULL THEN
            RAISE undefined_object USING
                MESSAGE = format('evaluation %s is none of model "%s"', before_evaluation, known.model);
        END IF;
    END IF;
    IF measured IS NULL AND kind NOT IN ('rollback', 'suspend', 'process') THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('model "%s" has no evaluation that a remediation could be compared with', known.model),
            HINT = 'Evaluate it with fairpg.evaluate().';
    END IF;
    INSERT INTO fairpg_catalog.remediation (incident, kind, plan, before_evaluation, planned_at, planned_by)
        VALUES (incident, kind, plan, measured, clock_timestamp(), (SELECT a.role FROM fairpg.session_actor() a))
        RETURNING remediation INTO number;
    PERFORM fairpg.record_event('remediation planned', known.object,
        jsonb_build_object('remediation', number, 'incident', incident, 'kind', kind, 'plan', plan, 'before_evaluation', measured));
    RETURN number;
END
$body$;
COMMENT ON FUNCTION fairpg.do_plan_remediation(bigint, text, text, bigint)
    IS 'what fairpg.plan_remediation() does, as the owner of the store';

CREATE FUNCTION fairpg.plan_remediation(incident bigint, kind text, plan text, before_evaluation bigint DEFAULT NULL)
    RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.plan_remediation(bigint, text, text, bigint)
    IS 'says what is to be done about an incident, to be compared with an evaluation, by default the newest; returns its number';

CREATE FUNCTION fairpg.do_finish_remediation(remediation bigint, result text, after_evaluation bigint)
    RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    planned record;
    known record;
BEGIN
    PERFORM fairpg.require_text(result, 'result', 10);
    SELECT * INTO planned FROM fairpg_catalog.remediation r
        WHERE r.remediation = do_finish_remediation.remediation AND r.done_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('there is no remediation %s to finish', coalesce(remediation::text, 'null'));
    END IF;
    SELECT * INTO known FROM fairpg.lock_incident(planned.incident);
    IF after_evaluation IS NULL AND planned.kind NOT IN ('rollback', 'suspend', 'process') THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('a remediation of kind "%s" is measured', planned.kind),
            HINT = 'Give the evaluation after it in after_evaluation.';
    END IF;
    IF after_evaluation IS NOT NULL THEN
        PERFORM FROM fairpg_catalog.evaluation e
            WHERE e.evaluation = after_evaluation AND e.model = known.model AND e.evaluated_at > planned.planned_at
                AND e.part <> 'train';
        IF NOT FOUND THEN
            RAISE invalid_parameter_value USING
                MESSAGE = format('evaluation %s is none of model "%s" since the remediation was planned', after_evaluation, known.model),
                DETAIL = 'It must be of rows beyond the training.';
        END IF;
    END IF;
    UPDATE fairpg_catalog.remediation r SET result = do_finish_remediation.result,
            after_evaluation = do_finish_remediation.after_evaluation, done_at = clock_timestamp(),
            done_by = (SELECT a.role FROM fairpg.session_actor() a)
        WHERE r.remediation = do_finish_remediation.remediation;
    PERFORM fairpg.record_event('remediation finished', known.object,
        jsonb_build_object('remediation', remediation, 'incident', planned.incident, 'result', result,
            'before_evaluation', planned.before_evaluation, 'after_evaluation', after_evaluation,
            'effects', (SELECT jsonb_agg(to_jsonb(e) - '{remediation,incident,model}'::text[]
                    ORDER BY e.attribute COLLATE "C", e.criterion COLLATE "C", e.class_number)
                FROM fairpg_report.remediation_effects e WHERE e.remediation = do_finish_remediation.remediation)));
    RETURN format('remediation %s is finished', remediation);
END
$body$;
COMMENT ON FUNCTION fairpg.do_finish_remediation(bigint, text, bigint)
    IS 'what fairpg.finish_remediation() does, as the owner of the store';

CREATE FUNCTION fairpg.finish_remediation(remediation bigint, result text, after_evaluation bigint DEFAULT NULL)
    RETURNS text
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.finish_remediation(bigint, text, bigint)
    IS 'says what came of a remediation, with the evaluation after it; the effect is in fairpg_report.remediation_effects';

-- A stop, or a step back, is done about something: about the incident that is
-- open of the version, or else one that a stop opens.
CREATE FUNCTION fairpg.link_incident(model text, version integer, kind text, reason text, transition bigint)
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    actor record;
    number bigint;
    failed integer;
BEGIN
    SELECT * INTO actor FROM fairpg.session_actor();
    SELECT i.incident, i.version INTO number, failed FROM fairpg_catalog.incident i
        WHERE i.model = link_incident.model AND i.closed_at IS NULL
            AND (kind = 'rollback' OR i.state = 'open' AND coalesce(i.version = link_incident.version, true))
        ORDER BY i.state = 'open' DESC, i.incident DESC LIMIT 1;
    IF number IS NULL AND kind = 'suspend' THEN
        number := fairpg.insert_incident(model, version, format('version %s was suspended', version), 'unassessed',
            reason, transition, NULL);
        failed := version;
    END IF;
    IF number IS NOT NULL THEN
        INSERT INTO fairpg_catalog.remediation
            (incident, kind, plan, before_evaluation, transition, planned_at, planned_by, result, done_at, done_by)
            VALUES (number, kind, reason, fairpg.newest_evaluation(model, failed), transition, clock_timestamp(), actor.role,
                'done at once', clock_timestamp(), actor.role);
    END IF;
END
$body$;
COMMENT ON FUNCTION fairpg.link_incident(text, integer, text, text, bigint)
    IS 'part of fairpg.suspend() and fairpg.rollback(): writes down which incident they were about';

