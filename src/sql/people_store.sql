-- The part of the store about people outside: who challenges a model, who was
-- asked about it, what went wrong and what was done.  Written to by the calls of
-- governance alone, like the rest (governance_store.sql).

CREATE FUNCTION fairpg.make_people_tables()
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $tables$
BEGIN
    CREATE TABLE fairpg_catalog.review_form (
        kind text NOT NULL,
        key text NOT NULL,
        place integer NOT NULL,
        question text NOT NULL,
        PRIMARY KEY (kind, key)
    );
    COMMENT ON TABLE fairpg_catalog.review_form
        IS 'what a review of a kind has to answer before a version can pass it; kinds without rows have no form';
    COMMENT ON COLUMN fairpg_catalog.review_form.kind IS 'kind of review';
    COMMENT ON COLUMN fairpg_catalog.review_form.key IS 'key of the answer in the body of the review';
    COMMENT ON COLUMN fairpg_catalog.review_form.place IS 'place of the question in the form';
    COMMENT ON COLUMN fairpg_catalog.review_form.question IS 'what is asked';

    CREATE TABLE fairpg_catalog.duty_conflict (
        duty text NOT NULL,
        other_duty text NOT NULL,
        reason text NOT NULL,
        PRIMARY KEY (duty, other_duty)
    );
    COMMENT ON TABLE fairpg_catalog.duty_conflict IS 'duties that one person should not have together';
    COMMENT ON COLUMN fairpg_catalog.duty_conflict.duty IS 'the one duty';
    COMMENT ON COLUMN fairpg_catalog.duty_conflict.other_duty IS 'the other one';
    COMMENT ON COLUMN fairpg_catalog.duty_conflict.reason IS 'why not both';

    CREATE TABLE fairpg_catalog.challenge (
        challenge bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        reference uuid NOT NULL UNIQUE,
        model text NOT NULL,
        version integer NOT NULL,
        kind text NOT NULL CHECK (kind IN ('individual_outcome', 'data_correction', 'explanation',
            'aggregate_verification', 'policy')),
        channel text NOT NULL,
        claim text NOT NULL,
        decision text,
        subject text,
        group_claimed text,
        state text NOT NULL CHECK (state IN ('received', 'acknowledged', 'under_review', 'upheld',
            'partly_upheld', 'not_upheld', 'withdrawn')),
        received_at timestamptz NOT NULL,
        received_by text NOT NULL,
        due_at timestamptz NOT NULL,
        handler text,
        answer text,
        decision_changed boolean,
        closed_at timestamptz,
        FOREIGN KEY (model, version) REFERENCES fairpg_catalog.model_version,
        CHECK ((closed_at IS NULL) = (state IN ('received', 'acknowledged', 'under_review')))
    );
    COMMENT ON TABLE fairpg_catalog.challenge IS 'objections to decisions, data, models or policies, with their clock';
    COMMENT ON COLUMN fairpg_catalog.challenge.challenge IS 'number of the challenge';
    COMMENT ON COLUMN fairpg_catalog.challenge.reference IS 'what whoever challenges asks after it by';
    COMMENT ON COLUMN fairpg_catalog.challenge.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_catalog.challenge.version IS 'number of the version that is challenged';
    COMMENT ON COLUMN fairpg_catalog.challenge.kind
        IS 'individual_outcome, data_correction, explanation, aggregate_verification or policy';
    COMMENT ON COLUMN fairpg_catalog.challenge.channel IS 'how it came in';
    COMMENT ON COLUMN fairpg_catalog.challenge.claim IS 'what is claimed, in the words of whoever did';
    COMMENT ON COLUMN fairpg_catalog.challenge.decision IS 'reference of the decision that it is about';
    COMMENT ON COLUMN fairpg_catalog.challenge.subject IS 'reference of the person that it is about';
    COMMENT ON COLUMN fairpg_catalog.challenge.group_claimed IS 'group that is said to be at a disadvantage';
    COMMENT ON COLUMN fairpg_catalog.challenge.state
        IS 'received, acknowledged, under_review, upheld, partly_upheld, not_upheld or withdrawn';
    COMMENT ON COLUMN fairpg_catalog.challenge.received_at IS 'when it came in';
    COMMENT ON COLUMN fairpg_catalog.challenge.received_by IS 'role that took it down';
    COMMENT ON COLUMN fairpg_catalog.challenge.due_at IS 'until when it must be answered';
    COMMENT ON COLUMN fairpg_catalog.challenge.handler IS 'role that dealt with it last; NULL: nobody yet';
    COMMENT ON COLUMN fairpg_catalog.challenge.answer IS 'what whoever challenged was answered in the end';
    COMMENT ON COLUMN fairpg_catalog.challenge.decision_changed IS 'whether a decision was changed for it';
    COMMENT ON COLUMN fairpg_catalog.challenge.closed_at IS 'when it ended; NULL: it has not';

    CREATE TABLE fairpg_catalog.challenge_event (
        event bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        challenge bigint NOT NULL REFERENCES fairpg_catalog.challenge,
        at timestamptz NOT NULL,
        actor text NOT NULL,
        login text,
        state text NOT NULL,
        note text NOT NULL,
        recorded_as bigint NOT NULL UNIQUE
    );
    COMMENT ON TABLE fairpg_catalog.challenge_event IS 'what was done about a challenge, step by step';
    COMMENT ON COLUMN fairpg_catalog.challenge_event.event IS 'number of the step';
    COMMENT ON COLUMN fairpg_catalog.challenge_event.challenge IS 'number of the challenge';
    COMMENT ON COLUMN fairpg_catalog.challenge_event.at IS 'when it was done';
    COMMENT ON COLUMN fairpg_catalog.challenge_event.actor IS 'role that acted';
    COMMENT ON COLUMN fairpg_catalog.challenge_event.login IS 'who had logged in for it';
    COMMENT ON COLUMN fairpg_catalog.challenge_event.state IS 'state after it';
    COMMENT ON COLUMN fairpg_catalog.challenge_event.note IS 'what was done or said';
    COMMENT ON COLUMN fairpg_catalog.challenge_event.recorded_as IS 'number of its event in the record';

    CREATE TABLE fairpg_catalog.consultation (
        consultation bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        model text REFERENCES fairpg_catalog.model,
        version integer,
        policy text,
        policy_version integer,
        stakeholder text NOT NULL,
        stage text NOT NULL CHECK (stage IN ('purpose', 'policy', 'design', 'data', 'predeploy', 'operation', 'incident')),
        held_on date NOT NULL,
        feedback text NOT NULL,
        response text,
        recorded_at timestamptz NOT NULL,
        recorded_by text NOT NULL,
        answered_at timestamptz,
        answered_by text,
        FOREIGN KEY (model, version) REFERENCES fairpg_catalog.model_version,
        FOREIGN KEY (policy, policy_version) REFERENCES fairpg_catalog.policy,
        CHECK (model IS NOT NULL OR policy IS NOT NULL)
    );
    COMMENT ON TABLE fairpg_catalog.consultation IS 'who was asked about a model or a policy, and what came of it';
    COMMENT ON COLUMN fairpg_catalog.consultation.consultation IS 'number of the consultation';
    COMMENT ON COLUMN fairpg_catalog.consultation.model IS 'name of the model; NULL: about a policy alone';
    COMMENT ON COLUMN fairpg_catalog.consultation.version IS 'number of the version; NULL: of the model as such';
    COMMENT ON COLUMN fairpg_catalog.consultation.policy IS 'name of the policy; NULL: about a model alone';
    COMMENT ON COLUMN fairpg_catalog.consultation.policy_version IS 'number of its version';
    COMMENT ON COLUMN fairpg_catalog.consultation.stakeholder IS 'who was asked';
    COMMENT ON COLUMN fairpg_catalog.consultation.stage
        IS 'purpose, policy, design, data, predeploy, operation or incident';
    COMMENT ON COLUMN fairpg_catalog.consultation.held_on IS 'day on which they were';
    COMMENT ON COLUMN fairpg_catalog.consultation.feedback IS 'what they said';
    COMMENT ON COLUMN fairpg_catalog.consultation.response IS 'what was done about it; NULL: nothing yet';
    COMMENT ON COLUMN fairpg_catalog.consultation.recorded_at IS 'when it was written down';
    COMMENT ON COLUMN fairpg_catalog.consultation.recorded_by IS 'role that did';
    COMMENT ON COLUMN fairpg_catalog.consultation.answered_at IS 'when it was responded to';
    COMMENT ON COLUMN fairpg_catalog.consultation.answered_by IS 'role that did';

    CREATE TABLE fairpg_catalog.incident_severity (
        severity text PRIMARY KEY,
        place integer NOT NULL UNIQUE,
        report_within interval CHECK (report_within > '0'),
        blocks boolean NOT NULL,
        description text NOT NULL,
        basis text,
        as_of date
    );
    COMMENT ON TABLE fairpg_catalog.incident_severity
        IS 'how bad an incident can be, and by when it must be reported; as rows, since laws change';
    COMMENT ON COLUMN fairpg_catalog.incident_severity.severity IS 'name of the severity';
    COMMENT ON COLUMN fairpg_catalog.incident_severity.place IS 'its place in the order, the least first';
    COMMENT ON COLUMN fairpg_catalog.incident_severity.report_within
        IS 'time to report it in, from when it was opened; NULL: no report is due';
    COMMENT ON COLUMN fairpg_catalog.incident_severity.blocks
        IS 'whether no version becomes champion while one is open';
    COMMENT ON COLUMN fairpg_catalog.incident_severity.description IS 'what it means';
    COMMENT ON COLUMN fairpg_catalog.incident_severity.basis IS 'law that the time is from';
    COMMENT ON COLUMN fairpg_catalog.incident_severity.as_of IS 'when that law was read';

    CREATE TABLE fairpg_catalog.incident (
        incident bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        model text NOT NULL REFERENCES fairpg_catalog.model,
        version integer,
        title text NOT NULL,
        severity text NOT NULL REFERENCES fairpg_catalog.incident_severity,
        description text NOT NULL,
        state text NOT NULL CHECK (state IN ('open', 'mitigated', 'closed')),
        transition bigint REFERENCES fairpg_catalog.transition,
        challenge bigint REFERENCES fairpg_catalog.challenge,
        opened_at timestamptz NOT NULL,
        opened_by text NOT NULL,
        report_due timestamptz,
        reported_at timestamptz,
        reported_to text,
        mitigation text,
        mitigated_at timestamptz,
        root_cause text,
        closed_at timestamptz,
        closed_by text,
        FOREIGN KEY (model, version) REFERENCES fairpg_catalog.model_version,
        CHECK ((closed_at IS NULL) = (state <> 'closed'))
    );
    COMMENT ON TABLE fairpg_catalog.incident IS 'what went wrong with a model';
    COMMENT ON COLUMN fairpg_catalog.incident.incident IS 'number of the incident';
    COMMENT ON COLUMN fairpg_catalog.incident.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_catalog.incident.version IS 'number of the version; NULL: of the model as such';
    COMMENT ON COLUMN fairpg_catalog.incident.title IS 'what went wrong, in a line';
    COMMENT ON COLUMN fairpg_catalog.incident.severity IS 'how bad it is, a row of incident_severity';
    COMMENT ON COLUMN fairpg_catalog.incident.description IS 'what went wrong, and for whom';
    COMMENT ON COLUMN fairpg_catalog.incident.state IS 'open, mitigated or closed';
    COMMENT ON COLUMN fairpg_catalog.incident.transition IS 'suspension that opened it; NULL: a person did';
    COMMENT ON COLUMN fairpg_catalog.incident.challenge IS 'challenge that it was found by; NULL: none';
    COMMENT ON COLUMN fairpg_catalog.incident.opened_at IS 'when it became known';
    COMMENT ON COLUMN fairpg_catalog.incident.opened_by IS 'role that opened it';
    COMMENT ON COLUMN fairpg_catalog.incident.report_due IS 'until when it must be reported; NULL: no report is due';
    COMMENT ON COLUMN fairpg_catalog.incident.reported_at IS 'when it was reported; NULL: it has not been';
    COMMENT ON COLUMN fairpg_catalog.incident.reported_to IS 'to which authority or body';
    COMMENT ON COLUMN fairpg_catalog.incident.mitigation IS 'what keeps it from doing more harm';
    COMMENT ON COLUMN fairpg_catalog.incident.mitigated_at IS 'since when';
    COMMENT ON COLUMN fairpg_catalog.incident.root_cause IS 'why it happened';
    COMMENT ON COLUMN fairpg_catalog.incident.closed_at IS 'when it was closed; NULL: it has not been';
    COMMENT ON COLUMN fairpg_catalog.incident.closed_by IS 'role that closed it';

    CREATE TABLE fairpg_catalog.remediation (
        remediation bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        incident bigint NOT NULL REFERENCES fairpg_catalog.incident,
        kind text NOT NULL CHECK (kind IN ('recalibrate', 'rethreshold', 'reweight', 'retrain', 'rollback',
            'suspend', 'data_fix', 'process')),
        plan text NOT NULL,
        before_evaluation bigint REFERENCES fairpg_catalog.evaluation,
        after_evaluation bigint REFERENCES fairpg_catalog.evaluation,
        transition bigint REFERENCES fairpg_catalog.transition,
        planned_at timestamptz NOT NULL,
        planned_by text NOT NULL,
        result text,
        done_at timestamptz,
        done_by text
    );
    COMMENT ON TABLE fairpg_catalog.remediation IS 'what was done about incidents, with what was measured before and after';
    COMMENT ON COLUMN fairpg_catalog.remediation.remediation IS 'number of the remediation';
    COMMENT ON COLUMN fairpg_catalog.remediation.incident IS 'number of the incident';
    COMMENT ON COLUMN fairpg_catalog.remediation.kind
        IS 'recalibrate, rethreshold, reweight, retrain, rollback, suspend, data_fix or process';
    COMMENT ON COLUMN fairpg_catalog.remediation.plan IS 'what is to be done';
    COMMENT ON COLUMN fairpg_catalog.remediation.before_evaluation IS 'number of the evaluation before it';
    COMMENT ON COLUMN fairpg_catalog.remediation.after_evaluation IS 'number of the evaluation after it';
    COMMENT ON COLUMN fairpg_catalog.remediation.transition IS 'step of a version that it was, such as a rollback';
    COMMENT ON COLUMN fairpg_catalog.remediation.planned_at IS 'when it was decided on';
    COMMENT ON COLUMN fairpg_catalog.remediation.planned_by IS 'role that did';
    COMMENT ON COLUMN fairpg_catalog.remediation.result IS 'what came of it';
    COMMENT ON COLUMN fairpg_catalog.remediation.done_at IS 'when it was done; NULL: it has not been';
    COMMENT ON COLUMN fairpg_catalog.remediation.done_by IS 'role that did';

    PERFORM fairpg.make_people_rows();
END
$tables$;
COMMENT ON FUNCTION fairpg.make_people_tables()
    IS 'part of fairpg.init(): makes the tables of challenges, consultations, incidents and remediations';

CREATE FUNCTION fairpg.make_people_rows()
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $rows$
BEGIN
    INSERT INTO fairpg_catalog.review_form (kind, key, place, question) VALUES
        ('design_review', 'purpose', 1, 'What is decided by it, and what would be without it?'),
        ('design_review', 'label', 2, 'Does the label measure what is meant, for every group?'),
        ('design_review', 'features', 3, 'Which features stand for protected attributes, and why may they stay?'),
        ('design_review', 'alternatives', 4, 'Which less discriminatory alternatives were tried?'),
        ('impact_assessment', 'process', 1, 'In which process is it used, and in which way?'),
        ('impact_assessment', 'period', 2, 'For how long, and how often?'),
        ('impact_assessment', 'persons', 3, 'Whom does it concern, and how many?'),
        ('impact_assessment', 'harms', 4, 'What harm can it do to whom?'),
        ('impact_assessment', 'oversight', 5, 'Who oversees it, and who can overrule it?'),
        ('impact_assessment', 'measures', 6, 'What is done when harm occurs, and where can people complain?'),
        ('independent_validation', 'data', 1, 'Which rows was it validated on, that the training has not seen?'),
        ('independent_validation', 'method', 2, 'What was recomputed, and how?'),
        ('independent_validation', 'limits', 3, 'For whom, and for what, do the results not hold?');

    INSERT INTO fairpg_catalog.duty_conflict (duty, other_duty, reason) VALUES
        ('analyst', 'reviewer', 'reviews what they have made'),
        ('analyst', 'approver', 'approves what they have made'),
        ('analyst', 'ombudsman', 'answers challenges to what they have made'),
        ('reviewer', 'ombudsman', 'answers challenges to what they have reviewed'),
        ('operator', 'approver', 'approves what they put into service'),
        ('operator', 'ombudsman', 'answers challenges to what they operate'),
        ('approver', 'ombudsman', 'answers challenges to what they have approved'),
        ('admin', 'reviewer', 'decides who reviews, and reviews'),
        ('admin', 'approver', 'decides who approves, and approves'),
        ('auditor', 'analyst', 'audits what they have made'),
        ('auditor', 'reviewer', 'audits their own reviews'),
        ('auditor', 'approver', 'audits their own approvals'),
        ('auditor', 'operator', 'audits what they operate'),
        ('auditor', 'ombudsman', 'audits their own answers'),
        ('auditor', 'admin', 'audits what they administer');

    INSERT INTO fairpg_catalog.incident_severity
        (severity, place, report_within, blocks, description, basis, as_of)
    VALUES
        ('minor', 1, NULL, false, 'nobody was harmed for good', NULL, NULL),
        ('unassessed', 2, '2 days', true, 'nobody has said yet how bad it is; the shortest clock runs', NULL, NULL),
        ('serious', 3, '15 days', true, 'harm to health or property, or a breach of fundamental rights',
            'Regulation (EU) 2024/1689, Article 73 (2)', '2026-11-01'),
        ('fatal', 4, '10 days', true, 'a person has died',
            'Regulation (EU) 2024/1689, Article 73 (4)', '2026-11-01'),
        ('widespread', 5, '2 days', true, 'a widespread infringement, or disruption of critical infrastructure',
            'Regulation (EU) 2024/1689, Article 73 (3)', '2026-11-01');
END
$rows$;
COMMENT ON FUNCTION fairpg.make_people_rows()
    IS 'part of fairpg.init(): fills in forms of reviews, conflicts of duties and severities of incidents';

