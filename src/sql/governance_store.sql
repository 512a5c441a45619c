-- The part of the store that governance is kept in: policies, the life of
-- versions, who had a part in it.  Nothing but the calls of governance writes
-- to these tables (governance.sql); triggers see to it.

CREATE FUNCTION fairpg.record_guarded()
    RETURNS trigger
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_record_guarded';
COMMENT ON FUNCTION fairpg.record_guarded()
    IS 'trigger of the store: refuses writes that no call of governance makes';

CREATE FUNCTION fairpg.model_version_guarded()
    RETURNS trigger
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_model_version_guarded';
COMMENT ON FUNCTION fairpg.model_version_guarded()
    IS 'trigger of the store: notes who made a version, and leaves versions under a policy to the calls of governance';

CREATE FUNCTION fairpg.result_guarded()
    RETURNS trigger
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_result_guarded';
COMMENT ON FUNCTION fairpg.result_guarded()
    IS 'trigger of the store: takes results from training and measuring alone, and keeps those of models under a policy';

CREATE FUNCTION fairpg.guarded_tables()
    RETURNS name[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
        SELECT '{duty,person,policy_template,policy,policy_criterion,governed_model,state,
            transition_rule,contributor,review,waiver,approval,transition,deployment,
            card_question,card_answer,document,
            review_form,duty_conflict,challenge,challenge_event,consultation,incident_severity,incident,remediation}'::name[]
    $body$;
COMMENT ON FUNCTION fairpg.guarded_tables()
    IS 'tables of the store that the calls of governance alone write to';

CREATE FUNCTION fairpg.result_tables()
    RETURNS name[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
        SELECT '{model_version,coefficient,training_log,training_log_group,reweighing,group_threshold,
            frontier,frontier_point,frontier_choice,evaluation,evaluation_metric,evaluation_gap,
            evaluation_constraint,evaluation_ratio,analysis,analysis_row}'::name[]
    $body$;
COMMENT ON FUNCTION fairpg.result_tables()
    IS 'tables of the store that training, exploring, evaluating and analysing write to, as who calls them';

-- The triggers, as far as they are missing: DROP EXTENSION CASCADE takes them and
-- leaves the tables.
CREATE FUNCTION fairpg.make_record_guards()
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $guards$
DECLARE
    part name;
BEGIN
    FOREACH part IN ARRAY fairpg.guarded_tables() LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_trigger
            WHERE tgrelid = format('fairpg_catalog.%I', part)::regclass AND tgname = 'record_guarded');
        EXECUTE format('CREATE TRIGGER record_guarded
            BEFORE INSERT OR UPDATE OR DELETE ON fairpg_catalog.%I
            FOR EACH ROW EXECUTE FUNCTION fairpg.record_guarded()', part);
        EXECUTE format('COMMENT ON TRIGGER record_guarded ON fairpg_catalog.%I
            IS ''leaves writing to the calls of governance''', part);
        EXECUTE format('CREATE TRIGGER record_truncated
            BEFORE TRUNCATE ON fairpg_catalog.%I
            FOR EACH STATEMENT EXECUTE FUNCTION fairpg.record_guarded()', part);
        EXECUTE format('COMMENT ON TRIGGER record_truncated ON fairpg_catalog.%I
            IS ''leaves writing to the calls of governance''', part);
    END LOOP;
    FOREACH part IN ARRAY fairpg.result_tables() LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_trigger
            WHERE tgrelid = format('fairpg_catalog.%I', part)::regclass AND tgname = 'result_measured');
        EXECUTE format('CREATE TRIGGER result_measured
            BEFORE INSERT OR TRUNCATE ON fairpg_catalog.%I
            FOR EACH STATEMENT EXECUTE FUNCTION fairpg.result_guarded()', part);
        EXECUTE format('COMMENT ON TRIGGER result_measured ON fairpg_catalog.%I
            IS ''takes rows from training and measuring alone''', part);
        -- versions have a guard of their own
        CONTINUE WHEN part = 'model_version';
        EXECUTE format('CREATE TRIGGER result_kept
            BEFORE UPDATE OR DELETE ON fairpg_catalog.%I
            FOR EACH ROW EXECUTE FUNCTION fairpg.result_guarded()', part);
        EXECUTE format('COMMENT ON TRIGGER result_kept ON fairpg_catalog.%I
            IS ''keeps what models under a policy are judged by''', part);
    END LOOP;
    IF NOT EXISTS (SELECT FROM pg_trigger
        WHERE tgrelid = 'fairpg_catalog.model_version'::regclass AND tgname = 'model_version_guarded')
    THEN
        CREATE TRIGGER model_version_guarded
            BEFORE INSERT OR UPDATE OR DELETE ON fairpg_catalog.model_version
            FOR EACH ROW EXECUTE FUNCTION fairpg.model_version_guarded();
        COMMENT ON TRIGGER model_version_guarded ON fairpg_catalog.model_version
            IS 'leaves versions under a policy to the calls of governance';
    END IF;
    PERFORM fairpg.make_event_guards();
END
$guards$;
COMMENT ON FUNCTION fairpg.make_record_guards()
    IS 'part of fairpg.init(): makes the triggers that leave the record to the calls of governance';

CREATE FUNCTION fairpg.make_governance_tables()
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $tables$
BEGIN
    CREATE TABLE fairpg_catalog.duty (
        duty text PRIMARY KEY,
        role_name text NOT NULL
    );
    COMMENT ON TABLE fairpg_catalog.duty
        IS 'which role carries out which duty of governance; a duty without a row is the store owner''s';
    COMMENT ON COLUMN fairpg_catalog.duty.duty
        IS 'analyst, reviewer, approver, operator, ombudsman, auditor, viewer or admin';
    COMMENT ON COLUMN fairpg_catalog.duty.role_name IS 'role whose members have the duty';

    CREATE TABLE fairpg_catalog.person (
        role_name text PRIMARY KEY,
        person text NOT NULL CHECK (person ~ '[^[:space:]]'),
        unit text
    );
    COMMENT ON TABLE fairpg_catalog.person
        IS 'which person a role is; a role without a row is a person of its own';
    COMMENT ON COLUMN fairpg_catalog.person.role_name IS 'role that logs in';
    COMMENT ON COLUMN fairpg_catalog.person.person
        IS 'the person, by a name that all roles of that person share';
    COMMENT ON COLUMN fairpg_catalog.person.unit IS 'part of the organisation that the person works for';

    CREATE TABLE fairpg_catalog.policy_template (
        template text PRIMARY KEY,
        title text NOT NULL,
        as_of date NOT NULL,
        basis text NOT NULL,
        criteria jsonb NOT NULL
    );
    COMMENT ON TABLE fairpg_catalog.policy_template
        IS 'collections of criteria to begin a policy with; as rows, since laws change';
    COMMENT ON COLUMN fairpg_catalog.policy_template.template IS 'name of the template';
    COMMENT ON COLUMN fairpg_catalog.policy_template.title IS 'what it stands for, in a sentence';
    COMMENT ON COLUMN fairpg_catalog.policy_template.as_of IS 'when what it is based on was read';
    COMMENT ON COLUMN fairpg_catalog.policy_template.basis IS 'law, guideline or paper that it follows';
    COMMENT ON COLUMN fairpg_catalog.policy_template.criteria
        IS 'the criteria, as fairpg.create_policy() takes them';

    CREATE TABLE fairpg_catalog.policy (
        policy text NOT NULL CHECK (length(policy) BETWEEN 1 AND 128),
        version integer NOT NULL CHECK (version > 0),
        status text NOT NULL CHECK (status IN ('draft', 'active', 'superseded', 'withdrawn')),
        title text NOT NULL,
        template text,
        jurisdictions text[] NOT NULL,
        rationale text NOT NULL,
        metrics_rejected jsonb NOT NULL,
        legal_basis text NOT NULL,
        legal_as_of date NOT NULL,
        legal_max_age interval NOT NULL,
        ethical_notes text NOT NULL,
        harms text NOT NULL,
        no_disparity_reason text,
        canary_required boolean NOT NULL,
        max_canary_share double precision NOT NULL CHECK (max_canary_share > 0 AND max_canary_share <= 1),
        min_canary interval NOT NULL CHECK (min_canary >= '0'),
        max_evidence_age interval NOT NULL CHECK (max_evidence_age > '0'),
        approvals_required integer NOT NULL CHECK (approvals_required >= 1),
        approval_lifetime interval NOT NULL CHECK (approval_lifetime > '0'),
        required_reviews text[] NOT NULL,
        challenge_period interval NOT NULL CHECK (challenge_period > '0'),
        digest bytea NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text NOT NULL,
        author_login text,
        activated_at timestamptz,
        activated_by text,
        activation_reason text,
        ended_at timestamptz,
        PRIMARY KEY (policy, version)
    );
    COMMENT ON TABLE fairpg_catalog.policy
        IS 'rules that a model is deployed or refused by, in versions; written before it is trained';
    COMMENT ON COLUMN fairpg_catalog.policy.policy IS 'name of the policy';
    COMMENT ON COLUMN fairpg_catalog.policy.version IS 'number of its version';
    COMMENT ON COLUMN fairpg_catalog.policy.status IS 'draft, active, superseded or withdrawn';
    COMMENT ON COLUMN fairpg_catalog.policy.title IS 'what the policy is about';
    COMMENT ON COLUMN fairpg_catalog.policy.template IS 'template that its criteria began with';
    COMMENT ON COLUMN fairpg_catalog.policy.jurisdictions IS 'where it is to hold';
    COMMENT ON COLUMN fairpg_catalog.policy.rationale IS 'why its metrics are the right ones';
    COMMENT ON COLUMN fairpg_catalog.policy.metrics_rejected IS 'metrics that were considered, and why not';
    COMMENT ON COLUMN fairpg_catalog.policy.legal_basis IS 'law or contract that it follows';
    COMMENT ON COLUMN fairpg_catalog.policy.legal_as_of IS 'when that law was read';
    COMMENT ON COLUMN fairpg_catalog.policy.legal_max_age IS 'how long that reading may be relied on';
    COMMENT ON COLUMN fairpg_catalog.policy.ethical_notes IS 'ethical considerations';
    COMMENT ON COLUMN fairpg_catalog.policy.harms IS 'who can be harmed, and how';
    COMMENT ON COLUMN fairpg_catalog.policy.no_disparity_reason
        IS 'why there is no blocking criterion on a disparity; NULL: there is one';
    COMMENT ON COLUMN fairpg_catalog.policy.canary_required
        IS 'whether a version must serve a part of the subjects before all';
    COMMENT ON COLUMN fairpg_catalog.policy.max_canary_share IS 'largest share of subjects for a canary';
    COMMENT ON COLUMN fairpg_catalog.policy.min_canary IS 'how long a canary must have served';
    COMMENT ON COLUMN fairpg_catalog.policy.max_evidence_age IS 'how old an evaluation may be';
    COMMENT ON COLUMN fairpg_catalog.policy.approvals_required IS 'how many persons must approve';
    COMMENT ON COLUMN fairpg_catalog.policy.approval_lifetime IS 'when an approval lapses';
    COMMENT ON COLUMN fairpg_catalog.policy.required_reviews IS 'kinds of reviews that a version needs';
    COMMENT ON COLUMN fairpg_catalog.policy.challenge_period IS 'time in which a challenge must be answered';
    COMMENT ON COLUMN fairpg_catalog.policy.digest IS 'SHA-256 of all that the policy says';
    COMMENT ON COLUMN fairpg_catalog.policy.created_at IS 'when this version was written';
    COMMENT ON COLUMN fairpg_catalog.policy.created_by IS 'role that wrote it';
    COMMENT ON COLUMN fairpg_catalog.policy.author_login IS 'who had logged in for it';
    COMMENT ON COLUMN fairpg_catalog.policy.activated_at IS 'when it came into force';
    COMMENT ON COLUMN fairpg_catalog.policy.activated_by IS 'role that activated it';
    COMMENT ON COLUMN fairpg_catalog.policy.activation_reason IS 'why it came into force';
    COMMENT ON COLUMN fairpg_catalog.policy.ended_at IS 'when it was superseded or withdrawn';

    CREATE TABLE fairpg_catalog.policy_criterion (
        policy text NOT NULL,
        version integer NOT NULL,
        criterion text NOT NULL CHECK (criterion ~ '[^[:space:]]'),
        phase text NOT NULL CHECK (phase IN ('data', 'train', 'predeploy', 'canary', 'production')),
        metric text NOT NULL,
        attribute text NOT NULL,
        contrast text NOT NULL CHECK (contrast IN ('gap', 'ratio', 'each_group', 'overall', 'count')),
        comparator text NOT NULL CHECK (comparator IN ('<=', '>=')),
        threshold double precision NOT NULL CHECK (threshold > '-Infinity' AND threshold < 'Infinity'),
        confidence double precision NOT NULL CHECK (confidence > 0.5 AND confidence < 1),
        evidence text NOT NULL CHECK (evidence IN ('interval_bound', 'no_significant_breach', 'point')),
        min_n bigint NOT NULL CHECK (min_n >= 0),
        on_insufficient text NOT NULL CHECK (on_insufficient IN ('block', 'waiver', 'advise')),
        severity text NOT NULL CHECK (severity IN ('blocking', 'advisory')),
        rationale text NOT NULL,
        PRIMARY KEY (policy, version, criterion),
        FOREIGN KEY (policy, version) REFERENCES fairpg_catalog.policy
    );
    COMMENT ON TABLE fairpg_catalog.policy_criterion IS 'what a policy demands: one row a criterion';
    COMMENT ON COLUMN fairpg_catalog.policy_criterion.policy IS 'name of the policy';
    COMMENT ON COLUMN fairpg_catalog.policy_criterion.version IS 'number of its version';
    COMMENT ON COLUMN fairpg_catalog.policy_criterion.criterion IS 'short name of the criterion';
    COMMENT ON COLUMN fairpg_catalog.policy_criterion.phase
        IS 'when it is looked at: data, train, predeploy, canary or production';
    COMMENT ON COLUMN fairpg_catalog.policy_criterion.metric
        IS 'fairness criterion or metric that is measured, as in fairpg_report.disparities and group_metrics';
    COMMENT ON COLUMN fairpg_catalog.policy_criterion.attribute
        IS 'protected attribute or intersection; empty: all rows together';
    COMMENT ON COLUMN fairpg_catalog.policy_criterion.contrast
        IS 'gap or ratio between groups, each_group by itself, overall, or count of findings';
    COMMENT ON COLUMN fairpg_catalog.policy_criterion.comparator IS 'which side of the threshold is kept: <= or >=';
    COMMENT ON COLUMN fairpg_catalog.policy_criterion.threshold IS 'what the value is compared with';
    COMMENT ON COLUMN fairpg_catalog.policy_criterion.confidence
        IS 'one-sided confidence that the verdict needs';
    COMMENT ON COLUMN fairpg_catalog.policy_criterion.evidence
        IS 'what decides: interval_bound, no_significant_breach or point';
    COMMENT ON COLUMN fairpg_catalog.policy_criterion.min_n IS 'rows below which there is no verdict';
    COMMENT ON COLUMN fairpg_catalog.policy_criterion.on_insufficient
        IS 'what happens when the rows cannot tell: block, waiver or advise';
    COMMENT ON COLUMN fairpg_catalog.policy_criterion.severity IS 'blocking or advisory';
    COMMENT ON COLUMN fairpg_catalog.policy_criterion.rationale
        IS 'why this criterion, and why this threshold';

    CREATE TABLE fairpg_catalog.governed_model (
        model text PRIMARY KEY REFERENCES fairpg_catalog.model,
        policy text NOT NULL,
        purpose text NOT NULL,
        governed_at timestamptz NOT NULL,
        governed_by text NOT NULL,
        changed_at timestamptz
    );
    COMMENT ON TABLE fairpg_catalog.governed_model IS 'models under a policy';
    COMMENT ON COLUMN fairpg_catalog.governed_model.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_catalog.governed_model.policy IS 'name of the policy';
    COMMENT ON COLUMN fairpg_catalog.governed_model.purpose IS 'what the model is for';
    COMMENT ON COLUMN fairpg_catalog.governed_model.governed_at IS 'since when';
    COMMENT ON COLUMN fairpg_catalog.governed_model.changed_at
        IS 'when it came under this policy from another one; NULL: this is its first';
    COMMENT ON COLUMN fairpg_catalog.governed_model.governed_by IS 'role that put it under the policy';

    CREATE TABLE fairpg_catalog.state (
        state text PRIMARY KEY,
        place integer NOT NULL UNIQUE,
        serves boolean NOT NULL,
        description text NOT NULL
    );
    COMMENT ON TABLE fairpg_catalog.state IS 'states of a version under a policy';
    COMMENT ON COLUMN fairpg_catalog.state.state IS 'name of the state';
    COMMENT ON COLUMN fairpg_catalog.state.place IS 'its place in the order of a life';
    COMMENT ON COLUMN fairpg_catalog.state.serves IS 'whether such a version makes decisions';
    COMMENT ON COLUMN fairpg_catalog.state.description IS 'what it means';

    CREATE TABLE fairpg_catalog.transition_rule (
        from_state text NOT NULL REFERENCES fairpg_catalog.state,
        to_state text NOT NULL REFERENCES fairpg_catalog.state,
        four_eyes boolean NOT NULL,
        reviews boolean NOT NULL,
        approvals boolean NOT NULL,
        phases text[] NOT NULL,
        description text NOT NULL,
        PRIMARY KEY (from_state, to_state)
    );
    COMMENT ON TABLE fairpg_catalog.transition_rule IS 'which state may follow which, and what it takes';
    COMMENT ON COLUMN fairpg_catalog.transition_rule.from_state IS 'state before';
    COMMENT ON COLUMN fairpg_catalog.transition_rule.to_state IS 'state after';
    COMMENT ON COLUMN fairpg_catalog.transition_rule.four_eyes
        IS 'whether it takes somebody who had no part in the version';
    COMMENT ON COLUMN fairpg_catalog.transition_rule.reviews
        IS 'whether all reviews of the policy must be there';
    COMMENT ON COLUMN fairpg_catalog.transition_rule.approvals
        IS 'whether all approvals of the policy must be there';
    COMMENT ON COLUMN fairpg_catalog.transition_rule.phases IS 'phases whose blocking criteria must hold';
    COMMENT ON COLUMN fairpg_catalog.transition_rule.description IS 'what the transition is';

    CREATE TABLE fairpg_catalog.contributor (
        model text NOT NULL,
        version integer NOT NULL,
        role_name text NOT NULL,
        act text NOT NULL,
        added_at timestamptz NOT NULL,
        added_by text NOT NULL,
        withdrawn_at timestamptz,
        withdrawn_by text,
        withdrawal_reason text,
        PRIMARY KEY (model, version, role_name, act),
        FOREIGN KEY (model, version) REFERENCES fairpg_catalog.model_version,
        CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_at IS NULL) = (withdrawal_reason IS NULL))
    );
    COMMENT ON TABLE fairpg_catalog.contributor
        IS 'who else had a part in a version, beside who trained or chose it';
    COMMENT ON COLUMN fairpg_catalog.contributor.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_catalog.contributor.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_catalog.contributor.role_name IS 'role of who had';
    COMMENT ON COLUMN fairpg_catalog.contributor.act IS 'what was done';
    COMMENT ON COLUMN fairpg_catalog.contributor.added_at IS 'when it was written down';
    COMMENT ON COLUMN fairpg_catalog.contributor.added_by IS 'by which role';
    COMMENT ON COLUMN fairpg_catalog.contributor.withdrawn_at IS 'when it was found to be a mistake; NULL: it counts';
    COMMENT ON COLUMN fairpg_catalog.contributor.withdrawn_by IS 'by which role';
    COMMENT ON COLUMN fairpg_catalog.contributor.withdrawal_reason IS 'why it was one';

    CREATE TABLE fairpg_catalog.review (
        review bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        model text NOT NULL,
        version integer NOT NULL,
        kind text NOT NULL,
        verdict text NOT NULL CHECK (verdict IN ('pass', 'pass_with_conditions', 'fail')),
        findings text NOT NULL,
        conditions text,
        body jsonb NOT NULL,
        reviewed_at timestamptz NOT NULL,
        reviewed_by text NOT NULL,
        login text,
        expires_at timestamptz,
        FOREIGN KEY (model, version) REFERENCES fairpg_catalog.model_version
    );
    COMMENT ON TABLE fairpg_catalog.review
        IS 'reviews of versions: design reviews, impact assessments, validations';
    COMMENT ON COLUMN fairpg_catalog.review.review IS 'number of the review';
    COMMENT ON COLUMN fairpg_catalog.review.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_catalog.review.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_catalog.review.kind
        IS 'what was reviewed, such as design_review or impact_assessment';
    COMMENT ON COLUMN fairpg_catalog.review.verdict IS 'pass, pass_with_conditions or fail';
    COMMENT ON COLUMN fairpg_catalog.review.findings IS 'what was found';
    COMMENT ON COLUMN fairpg_catalog.review.conditions IS 'conditions of the verdict';
    COMMENT ON COLUMN fairpg_catalog.review.body IS 'the filled form, where the kind has one';
    COMMENT ON COLUMN fairpg_catalog.review.reviewed_at IS 'when it was recorded';
    COMMENT ON COLUMN fairpg_catalog.review.reviewed_by IS 'role that reviewed';
    COMMENT ON COLUMN fairpg_catalog.review.login IS 'who had logged in for it';
    COMMENT ON COLUMN fairpg_catalog.review.expires_at IS 'until when it counts; NULL: always';

    CREATE TABLE fairpg_catalog.waiver (
        waiver bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        model text NOT NULL,
        version integer NOT NULL,
        criterion text NOT NULL,
        reason text NOT NULL,
        compensation text NOT NULL,
        requested_at timestamptz NOT NULL,
        requested_by text NOT NULL,
        granted_at timestamptz,
        granted_by text,
        expires_at timestamptz NOT NULL,
        FOREIGN KEY (model, version) REFERENCES fairpg_catalog.model_version,
        CHECK (expires_at <= requested_at + interval '180 days')
    );
    COMMENT ON TABLE fairpg_catalog.waiver
        IS 'exceptions from a criterion for one version, by two persons and for a time';
    COMMENT ON COLUMN fairpg_catalog.waiver.waiver IS 'number of the waiver';
    COMMENT ON COLUMN fairpg_catalog.waiver.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_catalog.waiver.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_catalog.waiver.criterion IS 'criterion that it is about';
    COMMENT ON COLUMN fairpg_catalog.waiver.reason IS 'why an exception is needed';
    COMMENT ON COLUMN fairpg_catalog.waiver.compensation IS 'what is done in its place';
    COMMENT ON COLUMN fairpg_catalog.waiver.requested_at IS 'when it was requested';
    COMMENT ON COLUMN fairpg_catalog.waiver.requested_by IS 'role that requested it';
    COMMENT ON COLUMN fairpg_catalog.waiver.granted_at IS 'when it was granted; NULL: not yet';
    COMMENT ON COLUMN fairpg_catalog.waiver.granted_by IS 'role that granted it';
    COMMENT ON COLUMN fairpg_catalog.waiver.expires_at IS 'until when it holds';

    CREATE TABLE fairpg_catalog.approval (
        approval bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        model text NOT NULL,
        version integer NOT NULL,
        digest bytea NOT NULL,
        reason text NOT NULL,
        approved_at timestamptz NOT NULL,
        approved_by text NOT NULL,
        login text,
        person text NOT NULL,
        expires_at timestamptz NOT NULL,
        FOREIGN KEY (model, version) REFERENCES fairpg_catalog.model_version
    );
    COMMENT ON TABLE fairpg_catalog.approval
        IS 'approvals of versions; each holds for what it was given for and no more';
    COMMENT ON COLUMN fairpg_catalog.approval.approval IS 'number of the approval';
    COMMENT ON COLUMN fairpg_catalog.approval.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_catalog.approval.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_catalog.approval.digest
        IS 'SHA-256 of the model, its policy, thresholds, evidence and waivers at that time';
    COMMENT ON COLUMN fairpg_catalog.approval.reason IS 'why it was given';
    COMMENT ON COLUMN fairpg_catalog.approval.approved_at IS 'when it was given';
    COMMENT ON COLUMN fairpg_catalog.approval.approved_by IS 'role that approved';
    COMMENT ON COLUMN fairpg_catalog.approval.login IS 'who had logged in for it';
    COMMENT ON COLUMN fairpg_catalog.approval.person IS 'the person';
    COMMENT ON COLUMN fairpg_catalog.approval.expires_at IS 'when it lapses';

    CREATE TABLE fairpg_catalog.transition (
        transition bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        model text NOT NULL,
        version integer NOT NULL,
        from_state text,
        to_state text NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('done', 'refused')),
        reason text NOT NULL,
        gate jsonb NOT NULL,
        at timestamptz NOT NULL,
        actor text NOT NULL,
        login text,
        asserted text,
        FOREIGN KEY (model, version) REFERENCES fairpg_catalog.model_version
    );
    COMMENT ON TABLE fairpg_catalog.transition
        IS 'steps in the life of versions, and those that were refused';
    COMMENT ON COLUMN fairpg_catalog.transition.transition IS 'number of the step';
    COMMENT ON COLUMN fairpg_catalog.transition.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_catalog.transition.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_catalog.transition.from_state IS 'state before; NULL: none yet';
    COMMENT ON COLUMN fairpg_catalog.transition.to_state IS 'state that it led to, or was to';
    COMMENT ON COLUMN fairpg_catalog.transition.outcome IS 'done or refused';
    COMMENT ON COLUMN fairpg_catalog.transition.reason IS 'reason that was given';
    COMMENT ON COLUMN fairpg_catalog.transition.gate
        IS 'all checks that were made, with what was needed and found';
    COMMENT ON COLUMN fairpg_catalog.transition.at IS 'when it was taken or refused';
    COMMENT ON COLUMN fairpg_catalog.transition.actor IS 'role that acted';
    COMMENT ON COLUMN fairpg_catalog.transition.login IS 'who had logged in for it';
    COMMENT ON COLUMN fairpg_catalog.transition.asserted
        IS 'what the application said of who acted (setting fairpg.actor)';

    CREATE TABLE fairpg_catalog.deployment (
        deployment bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        model text NOT NULL,
        version integer NOT NULL,
        slot text NOT NULL CHECK (slot IN ('champion', 'canary')),
        share double precision NOT NULL CHECK (share > 0 AND share <= 1),
        salt text NOT NULL,
        started_at timestamptz NOT NULL,
        started_by text NOT NULL,
        reason text NOT NULL,
        ended_at timestamptz CHECK (ended_at >= started_at),
        end_reason text,
        FOREIGN KEY (model, version) REFERENCES fairpg_catalog.model_version
    );
    COMMENT ON TABLE fairpg_catalog.deployment IS 'which version served whom, and when';
    COMMENT ON COLUMN fairpg_catalog.deployment.deployment IS 'number of the deployment';
    COMMENT ON COLUMN fairpg_catalog.deployment.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_catalog.deployment.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_catalog.deployment.slot IS 'champion or canary';
    COMMENT ON COLUMN fairpg_catalog.deployment.share IS 'share of the subjects';
    COMMENT ON COLUMN fairpg_catalog.deployment.salt IS 'what is hashed with a subject to choose the share';
    COMMENT ON COLUMN fairpg_catalog.deployment.started_at IS 'when it began';
    COMMENT ON COLUMN fairpg_catalog.deployment.started_by IS 'role that deployed';
    COMMENT ON COLUMN fairpg_catalog.deployment.reason IS 'why it was deployed';
    COMMENT ON COLUMN fairpg_catalog.deployment.ended_at IS 'when it ended; NULL: it has not';
    COMMENT ON COLUMN fairpg_catalog.deployment.end_reason IS 'why it ended';

    PERFORM fairpg.make_document_tables();
    PERFORM fairpg.make_people_tables();
    PERFORM fairpg.make_record_tables();
    PERFORM fairpg.make_serving_tables();
    PERFORM fairpg.make_version_indexes();
    PERFORM fairpg.make_governance_rows();
    PERFORM fairpg.make_record_guards();
    PERFORM fairpg.make_governance_reports();
    PERFORM fairpg.make_serving_reports();
END
$tables$;
COMMENT ON FUNCTION fairpg.make_governance_tables()
    IS 'part of fairpg.init(): makes the tables of policies and of the life of versions';


-- What the gate asks of one version must not depend on how many others there are.
CREATE FUNCTION fairpg.make_version_indexes()
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $indexes$
DECLARE
    part name;
BEGIN
    FOREACH part IN ARRAY '{review,waiver,approval,transition,deployment,challenge,consultation,incident}'::name[] LOOP
        EXECUTE format('CREATE INDEX %I ON fairpg_catalog.%I (model, version)', part || '_version', part);
        EXECUTE format('COMMENT ON INDEX fairpg_catalog.%I IS ''finds what there is of a version''', part || '_version');
    END LOOP;
    CREATE INDEX challenge_event_challenge ON fairpg_catalog.challenge_event (challenge);
    COMMENT ON INDEX fairpg_catalog.challenge_event_challenge IS 'finds the steps of a challenge';
    CREATE INDEX remediation_incident ON fairpg_catalog.remediation (incident);
    COMMENT ON INDEX fairpg_catalog.remediation_incident IS 'finds what was done about an incident';
    CREATE INDEX model_version_artifact ON fairpg_catalog.model_version (artifact_sha256);
    COMMENT ON INDEX fairpg_catalog.model_version_artifact IS 'finds versions with the same bytes, whose authors are authors of each';
    CREATE UNIQUE INDEX model_version_champion ON fairpg_catalog.model_version (model) WHERE state = 'champion';
    COMMENT ON INDEX fairpg_catalog.model_version_champion IS 'a model has one champion at most';
END
$indexes$;
COMMENT ON FUNCTION fairpg.make_version_indexes()
    IS 'part of fairpg.init(): makes the indexes by which governance finds what there is of a version';
