-- The store: tables and views that belong to the user, made by fairpg.init().
--
-- None of them is a member of the extension.  So a dump holds them in full, a
-- parallel restore loads them in the right order, and DROP EXTENSION cannot
-- take the records with it.

CREATE FUNCTION fairpg.model_version_changed()
    RETURNS trigger
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_model_version_changed';
COMMENT ON FUNCTION fairpg.model_version_changed()
    IS 'trigger of the store: makes plans and caches notice a changed model version';

CREATE FUNCTION fairpg.init(roles boolean DEFAULT false, role_prefix text DEFAULT 'fairpg_')
    RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $init$
DECLARE
    layout CONSTANT integer := 1;
    parts CONSTANT text[] := '{fairpg_catalog.store_version,fairpg_catalog.model,
        fairpg_catalog.model_version,fairpg_catalog.coefficient,fairpg_catalog.group_threshold,
        fairpg_catalog.training_log,
        fairpg_catalog.training_log_group,fairpg_report.training_log_groups,
        fairpg_catalog.reweighing,fairpg_report.reweighing,
        fairpg_catalog.frontier,fairpg_catalog.frontier_point,fairpg_catalog.frontier_choice,
        fairpg_report.frontier,fairpg_report.frontier_groups,
        fairpg_catalog.evaluation,fairpg_catalog.evaluation_metric,fairpg_catalog.evaluation_gap,
        fairpg_catalog.evaluation_constraint,fairpg_catalog.evaluation_ratio,
        fairpg_catalog.analysis,fairpg_catalog.analysis_row,fairpg_catalog.run,fairpg_report.runs,
        fairpg_report.model_versions,fairpg_report.training_bounds,
        fairpg_report.evaluations,fairpg_report.group_metrics,fairpg_report.disparities,
        fairpg_report.constraints,fairpg_report.four_fifths,fairpg_report.analyses,
        fairpg_report.calibration,fairpg_report.threshold_sweep,fairpg_report.subgroups,
        fairpg_report.bias_audit,fairpg_report.data_checks,fairpg_report.proxies,
        fairpg_report.stress,fairpg_report.sensitivity,
        fairpg_report.training_log,fairpg_report.coefficients,
        fairpg_report.thresholds}';
    governance_parts CONSTANT text[] := '{fairpg_catalog.duty,fairpg_catalog.person,
        fairpg_catalog.policy_template,fairpg_catalog.policy,fairpg_catalog.policy_criterion,
        fairpg_catalog.governed_model,fairpg_catalog.state,fairpg_catalog.transition_rule,
        fairpg_catalog.contributor,fairpg_catalog.review,fairpg_catalog.waiver,
        fairpg_catalog.approval,fairpg_catalog.transition,fairpg_catalog.deployment,
        fairpg_catalog.card_question,fairpg_catalog.card_answer,fairpg_catalog.document,
        fairpg_catalog.review_form,fairpg_catalog.duty_conflict,fairpg_catalog.challenge,
        fairpg_catalog.challenge_event,fairpg_catalog.consultation,fairpg_catalog.incident_severity,
        fairpg_catalog.incident,fairpg_catalog.remediation,
        fairpg_report.audit_health,fairpg_report.policies,fairpg_report.criteria,fairpg_report.policy_legal_age,fairpg_report.reviews,
        fairpg_report.approvals,fairpg_report.waivers_expiring,fairpg_report.deployments,
        fairpg_report.gate_report,fairpg_report.open_challenges,fairpg_report.challenge_outcomes,
        fairpg_report.consultations,fairpg_report.incidents,fairpg_report.remediations,
        fairpg_report.remediation_effects,fairpg_report.role_conflicts,
        fairpg_report.governance_status,
        fairpg_catalog.event,fairpg_catalog.event_block,fairpg_catalog.event_leaf,
        fairpg_catalog.decision,fairpg_catalog.decision_attribute,fairpg_catalog.outcome,
        fairpg_report.decisions_by_group,fairpg_report.overrides,fairpg_report.canary,
        fairpg_report.decision_reasons}';
    existing integer;
    missing text;
    place name;
    owner oid;
    -- Whoever changes versions by hand, by COPY or by replication must have the
    -- same effect on plans and caches as training has.
    triggers CONSTANT text := $triggers$
        CREATE TRIGGER model_version_changed
            AFTER INSERT OR UPDATE OR DELETE ON fairpg_catalog.model_version
            FOR EACH ROW EXECUTE FUNCTION fairpg.model_version_changed();
        ALTER TABLE fairpg_catalog.model_version ENABLE ALWAYS TRIGGER model_version_changed;
        COMMENT ON TRIGGER model_version_changed ON fairpg_catalog.model_version
            IS 'makes plans and caches notice';
        CREATE TRIGGER model_version_truncated
            AFTER TRUNCATE ON fairpg_catalog.model_version
            FOR EACH STATEMENT EXECUTE FUNCTION fairpg.model_version_changed();
        ALTER TABLE fairpg_catalog.model_version ENABLE ALWAYS TRIGGER model_version_truncated;
        COMMENT ON TRIGGER model_version_truncated ON fairpg_catalog.model_version
            IS 'makes plans and caches notice';
    $triggers$;
    me CONSTANT oid := (SELECT oid FROM pg_roles WHERE rolname = current_user);
BEGIN
    -- two sessions at once: the second finds what the first made
    PERFORM pg_advisory_xact_lock(hashtextextended('fairpg.init', 0));

    -- What is there already is kept when it is ours, and refused otherwise: a
    -- schema that another role made could hold anything.
    FOREACH place IN ARRAY ARRAY['fairpg_catalog', 'fairpg_report']::name[] LOOP
        SELECT nspowner INTO owner FROM pg_namespace WHERE nspname = place;
        IF FOUND AND owner <> me THEN
            RAISE insufficient_privilege USING
                MESSAGE = format('schema "%s" belongs to another role', place),
                DETAIL = format('Its owner is "%s".', pg_get_userbyid(owner)),
                HINT = 'The role that ran fairpg.init() first must run it again.';
        END IF;
    END LOOP;

    IF to_regnamespace('fairpg_catalog') IS NOT NULL
        OR to_regnamespace('fairpg_report') IS NOT NULL
    THEN
        IF to_regclass('fairpg_catalog.store_version') IS NULL THEN
            RAISE duplicate_schema USING
                MESSAGE = 'schemas "fairpg_catalog" and "fairpg_report" exist and are not a fairpg store',
                HINT = 'Rename or drop them, and run fairpg.init() again.';
        END IF;
        SELECT max(version) INTO existing FROM fairpg_catalog.store_version;
        IF existing <> layout THEN
            RAISE object_not_in_prerequisite_state USING
                MESSAGE = format('the fairpg store has layout %s, this version knows %s',
                    existing, layout),
                HINT = 'Install the version of fairpg that made the store.';
        END IF;
        SELECT string_agg(format('"%s"', part), ', ') INTO missing
            FROM unnest(parts || governance_parts) AS part WHERE to_regclass(part) IS NULL;
        IF existing IS NULL OR missing IS NOT NULL THEN
            RAISE object_not_in_prerequisite_state USING
                MESSAGE = 'the fairpg store is not complete',
                DETAIL = format('Missing: %s.', coalesce(missing, 'the row of "fairpg_catalog.store_version"')),
                HINT = 'Restore it from a dump, or rename its schemas and run fairpg.init() again for an empty one.';
        END IF;
        -- DROP EXTENSION CASCADE takes the triggers and leaves the rest
        IF 2 > (SELECT count(*) FROM pg_trigger
            WHERE tgrelid = 'fairpg_catalog.model_version'::regclass
                AND tgname IN ('model_version_changed', 'model_version_truncated'))
        THEN
            DROP TRIGGER IF EXISTS model_version_changed ON fairpg_catalog.model_version;
            DROP TRIGGER IF EXISTS model_version_truncated ON fairpg_catalog.model_version;
            EXECUTE triggers;
        END IF;
        PERFORM fairpg.make_record_guards();
        PERFORM fairpg.make_decision_guards();
        RETURN format('fairpg store with layout %s is in place', existing)
            || CASE WHEN roles THEN '; ' || fairpg.make_roles(role_prefix) ELSE '' END;
    END IF;

    CREATE SCHEMA fairpg_catalog;
    COMMENT ON SCHEMA fairpg_catalog IS 'fairpg store: models, versions, evaluations';
    CREATE SCHEMA fairpg_report;
    COMMENT ON SCHEMA fairpg_report IS 'fairpg store: views for reports and charts';

    CREATE TABLE fairpg_catalog.store_version (
        version integer PRIMARY KEY,
        installed_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    COMMENT ON TABLE fairpg_catalog.store_version
        IS 'layout of this store; one row for each step that fairpg.init() made';
    COMMENT ON COLUMN fairpg_catalog.store_version.version IS 'number of the layout';
    COMMENT ON COLUMN fairpg_catalog.store_version.installed_at IS 'when it was made';

    CREATE TABLE fairpg_catalog.model (
        model text CONSTRAINT model_pkey PRIMARY KEY
            CONSTRAINT model_name_check CHECK (length(model) BETWEEN 1 AND 128),
        next_version integer NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text NOT NULL
    );
    COMMENT ON TABLE fairpg_catalog.model IS 'models by name; a model has one or more versions';
    COMMENT ON COLUMN fairpg_catalog.model.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_catalog.model.next_version
        IS 'number that the next training gets; locking this row puts trainings of one model in order';
    COMMENT ON COLUMN fairpg_catalog.model.created_at IS 'when the model was first trained';
    COMMENT ON COLUMN fairpg_catalog.model.created_by IS 'role that trained it first';

    CREATE TABLE fairpg_catalog.model_version (
        model text NOT NULL REFERENCES fairpg_catalog.model,
        version integer NOT NULL CHECK (version > 0),
        family text NOT NULL,
        fairness text NOT NULL,
        method text,
        max_gap double precision,
        status text NOT NULL,
        verdict text,
        source text NOT NULL,
        label text NOT NULL,
        positive text,
        protected text[] NOT NULL,
        spec jsonb NOT NULL,
        threshold double precision,
        artifact bytea NOT NULL,
        artifact_sha256 bytea NOT NULL,
        rows_train bigint NOT NULL,
        rows_test bigint NOT NULL,
        rows_dropped bigint NOT NULL,
        loss double precision,
        accuracy double precision,
        auc double precision,
        gap double precision,
        gap_low double precision,
        gap_high double precision,
        worst_group text,
        iterations integer NOT NULL,
        best_iteration integer,
        stopped_because text NOT NULL,
        expected_gap double precision,
        seconds double precision NOT NULL CHECK (seconds >= 0 AND seconds < 'Infinity'),
        memory_bytes bigint NOT NULL,
        warnings text[] NOT NULL,
        comment text,
        row_security boolean NOT NULL,
        fairpg_version text NOT NULL,
        encoding text NOT NULL,
        server_version text NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text NOT NULL,
        author_role text,
        author_login text,
        state text,
        CONSTRAINT model_version_pkey PRIMARY KEY (model, version)
    );
    -- neither compressed nor in the row: a checksum needs the bytes as they are
    ALTER TABLE fairpg_catalog.model_version ALTER COLUMN artifact SET STORAGE EXTERNAL;
    COMMENT ON TABLE fairpg_catalog.model_version
        IS 'one row for each training: what was asked, what came of it, and the model itself';
    COMMENT ON COLUMN fairpg_catalog.model_version.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_catalog.model_version.version
        IS 'number of the version; the highest one is used for predictions, or the champion where there is a policy';
    COMMENT ON COLUMN fairpg_catalog.model_version.family
        IS 'family of the model: logistic, linear or multinomial';
    COMMENT ON COLUMN fairpg_catalog.model_version.fairness
        IS 'fairness criteria of the training, separated by commas, or none';
    COMMENT ON COLUMN fairpg_catalog.model_version.method IS 'training method';
    COMMENT ON COLUMN fairpg_catalog.model_version.max_gap
        IS 'largest gap between two groups that was asked for; NULL where other or several bounds were';
    COMMENT ON COLUMN fairpg_catalog.model_version.status IS 'how the training ended';
    COMMENT ON COLUMN fairpg_catalog.model_version.verdict
        IS 'pass, fail or insufficient: the worst of all constraints';
    COMMENT ON COLUMN fairpg_catalog.model_version.source IS 'table or query that was trained on';
    COMMENT ON COLUMN fairpg_catalog.model_version.label IS 'column that was predicted';
    COMMENT ON COLUMN fairpg_catalog.model_version.positive
        IS 'value of the label that counts as positive; NULL where it is a number or one of several classes';
    COMMENT ON COLUMN fairpg_catalog.model_version.protected IS 'protected attributes';
    COMMENT ON COLUMN fairpg_catalog.model_version.spec IS 'the whole call, enough to repeat it';
    COMMENT ON COLUMN fairpg_catalog.model_version.threshold
        IS 'probability from which a decision is positive, where group_threshold does not say otherwise; NULL for a model that predicts a number or a class';
    COMMENT ON COLUMN fairpg_catalog.model_version.artifact IS 'the model as predictions read it';
    COMMENT ON COLUMN fairpg_catalog.model_version.artifact_sha256 IS 'SHA-256 of the artifact';
    COMMENT ON COLUMN fairpg_catalog.model_version.rows_train IS 'rows trained on';
    COMMENT ON COLUMN fairpg_catalog.model_version.rows_test IS 'rows held out';
    COMMENT ON COLUMN fairpg_catalog.model_version.rows_dropped IS 'rows read but used for neither';
    COMMENT ON COLUMN fairpg_catalog.model_version.loss
        IS 'mean log-loss in nats, or mean squared error of a linear model, of the held-out rows where there are any';
    COMMENT ON COLUMN fairpg_catalog.model_version.accuracy IS 'share of rows decided as labelled';
    COMMENT ON COLUMN fairpg_catalog.model_version.auc IS 'area under the ROC curve';
    COMMENT ON COLUMN fairpg_catalog.model_version.gap
        IS 'largest gap between two groups, or loss of a group for group_loss, of the constraint that is beyond its bound most';
    COMMENT ON COLUMN fairpg_catalog.model_version.gap_low
        IS 'lower end of the 95 percent interval of the gap';
    COMMENT ON COLUMN fairpg_catalog.model_version.gap_high
        IS 'upper end of the 95 percent interval of the gap';
    COMMENT ON COLUMN fairpg_catalog.model_version.worst_group
        IS 'attribute with the worst gap, ratio or loss, and the group that it is to the disadvantage of';
    COMMENT ON COLUMN fairpg_catalog.model_version.iterations
        IS 'passes over the data or a sample of it';
    COMMENT ON COLUMN fairpg_catalog.model_version.best_iteration
        IS 'iteration of the training log that is the model';
    COMMENT ON COLUMN fairpg_catalog.model_version.stopped_because
        IS 'why the training ended: converged, patience on gap, iteration limit, ...';
    COMMENT ON COLUMN fairpg_catalog.model_version.expected_gap
        IS 'of a mixture, the gap of the expected decisions, where gap is of those that were drawn';
    COMMENT ON COLUMN fairpg_catalog.model_version.seconds IS 'duration of the training';
    COMMENT ON COLUMN fairpg_catalog.model_version.memory_bytes
        IS 'largest memory in use during the training';
    COMMENT ON COLUMN fairpg_catalog.model_version.warnings IS 'what a careful reader should know';
    COMMENT ON COLUMN fairpg_catalog.model_version.comment IS 'remark of the caller';
    COMMENT ON COLUMN fairpg_catalog.model_version.row_security
        IS 'whether row security limited what was trained on';
    COMMENT ON COLUMN fairpg_catalog.model_version.fairpg_version IS 'version of fairpg';
    COMMENT ON COLUMN fairpg_catalog.model_version.encoding
        IS 'encoding of the database, and so of the names in the artifact';
    COMMENT ON COLUMN fairpg_catalog.model_version.server_version IS 'version of PostgreSQL';
    COMMENT ON COLUMN fairpg_catalog.model_version.created_at IS 'when the version was stored';
    COMMENT ON COLUMN fairpg_catalog.model_version.created_by IS 'role that trained';
    COMMENT ON COLUMN fairpg_catalog.model_version.author_role
        IS 'role of the session that trained or chose the version, whatever SET ROLE made of it';
    COMMENT ON COLUMN fairpg_catalog.model_version.author_login IS 'who had logged in for it';
    COMMENT ON COLUMN fairpg_catalog.model_version.state
        IS 'state in its life under a policy; NULL: the model has no policy';

    CREATE TABLE fairpg_catalog.coefficient (
        model text NOT NULL,
        version integer NOT NULL,
        position integer NOT NULL,
        term text NOT NULL,
        level text,
        level_kind text CHECK (level_kind IN ('value', 'null', 'other', 'unseen')),
        estimate double precision NOT NULL,
        std_error double precision,
        z double precision,
        member integer NOT NULL,
        share double precision NOT NULL,
        class text,
        PRIMARY KEY (model, version, position),
        FOREIGN KEY (model, version) REFERENCES fairpg_catalog.model_version
            ON DELETE CASCADE
    );
    COMMENT ON TABLE fairpg_catalog.coefficient
        IS 'coefficients as rows: the score is the intercept plus what applies to a row';
    COMMENT ON COLUMN fairpg_catalog.coefficient.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_catalog.coefficient.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_catalog.coefficient.position
        IS 'order in which contributions are added';
    COMMENT ON COLUMN fairpg_catalog.coefficient.term
        IS 'column, array element as column[n], or (intercept)';
    COMMENT ON COLUMN fairpg_catalog.coefficient.level IS 'value of a category; NULL for numbers';
    COMMENT ON COLUMN fairpg_catalog.coefficient.level_kind
        IS 'value; null: the column is NULL; other: rare values; unseen: values that training did not see; NULL: times the number';
    COMMENT ON COLUMN fairpg_catalog.coefficient.estimate
        IS 'addition to the raw score; for a number, times its value';
    COMMENT ON COLUMN fairpg_catalog.coefficient.std_error
        IS 'standard error of the estimate, of a level as its deviation from the mean of the levels; NULL where there is none, as under constraints';
    COMMENT ON COLUMN fairpg_catalog.coefficient.z IS 'estimate divided by its standard error';
    COMMENT ON COLUMN fairpg_catalog.coefficient.member
        IS 'model of a mixture, or class, that it belongs to, from 1; 1 of other models';
    COMMENT ON COLUMN fairpg_catalog.coefficient.share
        IS 'part of the decisions that this member makes; 1 of other models';
    COMMENT ON COLUMN fairpg_catalog.coefficient.class
        IS 'class whose score it adds to; NULL where the label has no classes';

    CREATE TABLE fairpg_catalog.group_threshold (
        model text NOT NULL,
        version integer NOT NULL,
        attribute text NOT NULL,
        group_name text NOT NULL,
        threshold double precision NOT NULL,
        PRIMARY KEY (model, version, group_name),
        FOREIGN KEY (model, version) REFERENCES fairpg_catalog.model_version
            ON DELETE CASCADE
    );
    COMMENT ON TABLE fairpg_catalog.group_threshold
        IS 'thresholds of the versions that decide by group, one row for each group';
    COMMENT ON COLUMN fairpg_catalog.group_threshold.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_catalog.group_threshold.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_catalog.group_threshold.attribute
        IS 'protected attribute, or an intersection such as sex*race';
    COMMENT ON COLUMN fairpg_catalog.group_threshold.group_name IS 'group of the attribute';
    COMMENT ON COLUMN fairpg_catalog.group_threshold.threshold
        IS 'probability from which a decision is positive for this group; above 1: never';

    CREATE TABLE fairpg_catalog.training_log (
        model text NOT NULL,
        version integer NOT NULL,
        iteration integer NOT NULL,
        phase text NOT NULL,
        rows bigint NOT NULL,
        loss double precision,
        gap double precision,
        step double precision,
        max_multiplier double precision,
        feasible boolean NOT NULL,
        chosen boolean NOT NULL,
        PRIMARY KEY (model, version, iteration),
        FOREIGN KEY (model, version) REFERENCES fairpg_catalog.model_version
            ON DELETE CASCADE
    );
    COMMENT ON TABLE fairpg_catalog.training_log IS 'what each iteration of a training reached';
    COMMENT ON COLUMN fairpg_catalog.training_log.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_catalog.training_log.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_catalog.training_log.iteration IS 'number of the iteration';
    COMMENT ON COLUMN fairpg_catalog.training_log.phase IS 'part of the training it belongs to';
    COMMENT ON COLUMN fairpg_catalog.training_log.rows IS 'rows it looked at';
    COMMENT ON COLUMN fairpg_catalog.training_log.loss
        IS 'mean loss of those rows and ridge; with penalty or minimax what the method makes least';
    COMMENT ON COLUMN fairpg_catalog.training_log.gap
        IS 'largest gap of the criterion on those rows; where only losses count, the largest loss of a group';
    COMMENT ON COLUMN fairpg_catalog.training_log.step IS 'length of the step';
    COMMENT ON COLUMN fairpg_catalog.training_log.max_multiplier
        IS 'largest multiplier of the constraints';
    COMMENT ON COLUMN fairpg_catalog.training_log.feasible IS 'whether all bounds were kept';
    COMMENT ON COLUMN fairpg_catalog.training_log.chosen
        IS 'whether this iteration is the stored model';

    CREATE TABLE fairpg_catalog.training_log_group (
        model text NOT NULL,
        version integer NOT NULL,
        iteration integer NOT NULL,
        attribute text NOT NULL,
        metric text NOT NULL,
        group_name text NOT NULL,
        value double precision NOT NULL,
        rows bigint NOT NULL,
        class_number integer NOT NULL,
        class text,
        PRIMARY KEY (model, version, iteration, attribute, metric, group_name, class_number),
        FOREIGN KEY (model, version, iteration) REFERENCES fairpg_catalog.training_log
            ON DELETE CASCADE
    );
    COMMENT ON TABLE fairpg_catalog.training_log_group
        IS 'what each constrained group had in the iterations of a training; every iteration up to 10000 values, then evenly fewer of them, and always the one that is stored';
    COMMENT ON COLUMN fairpg_catalog.training_log_group.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_catalog.training_log_group.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_catalog.training_log_group.iteration IS 'number of the iteration';
    COMMENT ON COLUMN fairpg_catalog.training_log_group.attribute IS 'protected attribute';
    COMMENT ON COLUMN fairpg_catalog.training_log_group.metric
        IS 'rate of decisions, such as selection_rate, tpr, fpr or error_rate; or log_loss';
    COMMENT ON COLUMN fairpg_catalog.training_log_group.group_name IS 'group of it';
    COMMENT ON COLUMN fairpg_catalog.training_log_group.value
        IS 'the rate among the rows that the iteration read';
    COMMENT ON COLUMN fairpg_catalog.training_log_group.rows
        IS 'training rows of the group that count for it; a phase on a sample reads a part of them';
    COMMENT ON COLUMN fairpg_catalog.training_log_group.class_number
        IS 'number of the class, from 1; 0: of a label without any';
    COMMENT ON COLUMN fairpg_catalog.training_log_group.class
        IS 'class of the label against all others; NULL where class_number is 0';

    CREATE TABLE fairpg_catalog.reweighing (
        model text NOT NULL,
        version integer NOT NULL,
        cell integer NOT NULL,
        attribute text NOT NULL,
        group_name text NOT NULL,
        label boolean NOT NULL,
        rows bigint NOT NULL,
        weight_before double precision NOT NULL,
        squares_before double precision NOT NULL,
        factor double precision NOT NULL,
        weight_after double precision NOT NULL,
        balanced boolean NOT NULL,
        PRIMARY KEY (model, version, cell),
        FOREIGN KEY (model, version) REFERENCES fairpg_catalog.model_version
            ON DELETE CASCADE
    );
    COMMENT ON TABLE fairpg_catalog.reweighing
        IS 'what method reweigh did to the training rows of each group and label';
    COMMENT ON COLUMN fairpg_catalog.reweighing.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_catalog.reweighing.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_catalog.reweighing.cell IS 'number of the group and label, from 0';
    COMMENT ON COLUMN fairpg_catalog.reweighing.attribute
        IS 'protected columns whose values make the groups, with * between them';
    COMMENT ON COLUMN fairpg_catalog.reweighing.group_name IS 'combination of their values';
    COMMENT ON COLUMN fairpg_catalog.reweighing.label IS 'whether the label is the positive value';
    COMMENT ON COLUMN fairpg_catalog.reweighing.rows IS 'training rows of the cell';
    COMMENT ON COLUMN fairpg_catalog.reweighing.weight_before
        IS 'sum of their weights as given; the number of rows where none are given';
    COMMENT ON COLUMN fairpg_catalog.reweighing.squares_before
        IS 'sum of the squares of these weights, for the effective number of rows';
    COMMENT ON COLUMN fairpg_catalog.reweighing.factor
        IS 'by which training multiplied the weight of each of them: P(group) P(label) / P(group, label)';
    COMMENT ON COLUMN fairpg_catalog.reweighing.weight_after
        IS 'sum of their weights in training: weight_before times factor';
    COMMENT ON COLUMN fairpg_catalog.reweighing.balanced
        IS 'false where the group has no row of one of the labels, and keeps its weights';

    CREATE TABLE fairpg_catalog.frontier (
        frontier bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        model text NOT NULL,
        family text NOT NULL,
        fairness text NOT NULL,
        method text NOT NULL,
        source text NOT NULL,
        label text NOT NULL,
        positive text,
        protected text[] NOT NULL,
        folds integer NOT NULL CHECK (folds = 0 OR folds > 1),
        judged_on text NOT NULL CHECK (judged_on IN ('held_out', 'out_of_fold', 'train')),
        threshold double precision,
        rows_train bigint NOT NULL,
        rows_test bigint NOT NULL,
        rows_dropped bigint NOT NULL,
        seconds double precision NOT NULL,
        memory_bytes bigint NOT NULL,
        warnings text[] NOT NULL,
        comment text,
        row_security boolean NOT NULL,
        encoding text NOT NULL,
        fairpg_version text NOT NULL,
        server_version text NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text NOT NULL
    );
    COMMENT ON TABLE fairpg_catalog.frontier
        IS 'one row for each call of fairpg.frontier(): what its points have in common';
    COMMENT ON COLUMN fairpg_catalog.frontier.frontier IS 'number of the frontier';
    COMMENT ON COLUMN fairpg_catalog.frontier.model
        IS 'name of the model that its points are candidates for';
    COMMENT ON COLUMN fairpg_catalog.frontier.family IS 'family of the models, such as logistic';
    COMMENT ON COLUMN fairpg_catalog.frontier.fairness
        IS 'fairness criteria, separated by commas; bounds of the first one were tried';
    COMMENT ON COLUMN fairpg_catalog.frontier.method IS 'training method';
    COMMENT ON COLUMN fairpg_catalog.frontier.source IS 'table or query that was trained on';
    COMMENT ON COLUMN fairpg_catalog.frontier.label IS 'column that was predicted';
    COMMENT ON COLUMN fairpg_catalog.frontier.positive
        IS 'value of the label that counts as positive';
    COMMENT ON COLUMN fairpg_catalog.frontier.protected IS 'protected attributes';
    COMMENT ON COLUMN fairpg_catalog.frontier.folds
        IS 'in how many parts the training rows were judged, each by models that had not seen it; 0: none';
    COMMENT ON COLUMN fairpg_catalog.frontier.judged_on
        IS 'rows that the figures of the points are of';
    COMMENT ON COLUMN fairpg_catalog.frontier.threshold
        IS 'probability from which a decision is positive; NULL for a linear model';
    COMMENT ON COLUMN fairpg_catalog.frontier.rows_train IS 'rows trained on';
    COMMENT ON COLUMN fairpg_catalog.frontier.rows_test IS 'rows held out';
    COMMENT ON COLUMN fairpg_catalog.frontier.rows_dropped IS 'rows read but used for neither';
    COMMENT ON COLUMN fairpg_catalog.frontier.seconds IS 'time taken';
    COMMENT ON COLUMN fairpg_catalog.frontier.memory_bytes IS 'largest memory in use';
    COMMENT ON COLUMN fairpg_catalog.frontier.warnings IS 'what a careful reader should know';
    COMMENT ON COLUMN fairpg_catalog.frontier.comment IS 'remark of the caller';
    COMMENT ON COLUMN fairpg_catalog.frontier.row_security
        IS 'whether row security limited what was trained on';
    COMMENT ON COLUMN fairpg_catalog.frontier.encoding
        IS 'encoding of the names in the models of its points';
    COMMENT ON COLUMN fairpg_catalog.frontier.fairpg_version IS 'version of fairpg';
    COMMENT ON COLUMN fairpg_catalog.frontier.server_version IS 'version of PostgreSQL';
    COMMENT ON COLUMN fairpg_catalog.frontier.created_at IS 'when it was stored';
    COMMENT ON COLUMN fairpg_catalog.frontier.created_by IS 'role that trained';

    CREATE TABLE fairpg_catalog.frontier_point (
        frontier bigint NOT NULL REFERENCES fairpg_catalog.frontier ON DELETE CASCADE,
        point integer NOT NULL,
        max_gap double precision,
        max_loss double precision,
        status text NOT NULL,
        stopped_because text NOT NULL,
        verdict text,
        spec jsonb NOT NULL,
        artifact bytea NOT NULL,
        artifact_sha256 bytea NOT NULL,
        iterations integer NOT NULL,
        train_loss double precision,
        train_accuracy double precision,
        train_gap double precision,
        loss double precision,
        accuracy double precision,
        auc double precision,
        gap double precision,
        gap_low double precision,
        gap_high double precision,
        worst_group text,
        pareto boolean NOT NULL,
        warnings text[] NOT NULL,
        CONSTRAINT frontier_point_pkey PRIMARY KEY (frontier, point),
        CHECK ((max_gap IS NULL) <> (max_loss IS NULL))
    );
    ALTER TABLE fairpg_catalog.frontier_point ALTER COLUMN artifact SET STORAGE EXTERNAL;
    COMMENT ON TABLE fairpg_catalog.frontier_point
        IS 'one row for each bound of a frontier: the model that keeps it, and how it fares';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.frontier IS 'number of the frontier';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.point
        IS 'number of the point, from 1 in the order of the bounds as given';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.max_gap
        IS 'largest gap between two groups that was asked for; NULL where losses are bounded';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.max_loss
        IS 'largest loss of a group that was asked for; NULL where gaps are bounded';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.status IS 'how the search ended';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.stopped_because IS 'why the search ended';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.verdict
        IS 'pass, fail or insufficient: the gap and its interval against the bound';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.spec
        IS 'the call of fairpg.train() that the point stands for';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.artifact
        IS 'the model as predictions would read it';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.artifact_sha256 IS 'SHA-256 of the artifact';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.iterations
        IS 'passes over the data or a sample of it';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.train_loss
        IS 'mean log-loss of the training rows, in nats, or mean squared error of a linear model, and ridge';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.train_accuracy
        IS 'share of the training rows decided as labelled; NULL for a linear model';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.train_gap
        IS 'largest gap, or loss of a group, on the training rows';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.loss
        IS 'mean log-loss in nats, or mean squared error of a linear model, of the rows that the frontier is judged on';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.accuracy
        IS 'share of those rows decided as labelled; NULL for a linear model';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.auc
        IS 'area under the ROC curve, of the same rows; NULL for a linear model';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.gap
        IS 'largest gap between two groups, or largest loss of a group where losses are bounded, of the same rows';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.gap_low
        IS 'lower end of the 95 percent interval of the gap';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.gap_high
        IS 'upper end of the 95 percent interval of the gap';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.worst_group
        IS 'attribute with the worst gap, and the group that it is to the disadvantage of';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.pareto
        IS 'whether no other point is at least as good in accuracy (a linear model: loss) and gap, and better in one of them';
    COMMENT ON COLUMN fairpg_catalog.frontier_point.warnings
        IS 'what a careful reader should know of this point';

    CREATE TABLE fairpg_catalog.frontier_choice (
        model text NOT NULL,
        version integer NOT NULL,
        frontier bigint NOT NULL,
        point integer NOT NULL,
        why text NOT NULL CHECK (why ~ '[^[:space:]]'),
        chosen_at timestamptz NOT NULL,
        chosen_by text NOT NULL,
        PRIMARY KEY (model, version),
        FOREIGN KEY (model, version) REFERENCES fairpg_catalog.model_version
            ON DELETE CASCADE,
        FOREIGN KEY (frontier, point) REFERENCES fairpg_catalog.frontier_point
    );
    COMMENT ON TABLE fairpg_catalog.frontier_choice
        IS 'versions that fairpg.choose() made of points of a frontier, and why';
    COMMENT ON COLUMN fairpg_catalog.frontier_choice.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_catalog.frontier_choice.version
        IS 'number of the version that was made of the point';
    COMMENT ON COLUMN fairpg_catalog.frontier_choice.frontier IS 'number of the frontier';
    COMMENT ON COLUMN fairpg_catalog.frontier_choice.point IS 'number of the point';
    COMMENT ON COLUMN fairpg_catalog.frontier_choice.why IS 'reason for the choice';
    COMMENT ON COLUMN fairpg_catalog.frontier_choice.chosen_at IS 'when it was chosen';
    COMMENT ON COLUMN fairpg_catalog.frontier_choice.chosen_by IS 'role that chose';

    PERFORM fairpg.make_evaluation_tables();

    CREATE TABLE fairpg_catalog.run (
        run bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        model text NOT NULL,
        procedure text NOT NULL,
        status text NOT NULL CHECK (status IN ('running', 'finished', 'failed', 'cancelled')),
        begun_at timestamptz NOT NULL,
        ended_at timestamptz,
        version integer,
        rows bigint,
        sqlstate text,
        message text,
        begun_by text NOT NULL,
        pid integer NOT NULL
    );
    COMMENT ON TABLE fairpg_catalog.run
        IS 'one row for each call of a job, also of those that came to nothing';
    COMMENT ON COLUMN fairpg_catalog.run.run IS 'number of the run';
    COMMENT ON COLUMN fairpg_catalog.run.model IS 'name of the model, which need not exist';
    COMMENT ON COLUMN fairpg_catalog.run.procedure IS 'train_job or retrain_job';
    COMMENT ON COLUMN fairpg_catalog.run.status IS 'running, finished, failed or cancelled';
    COMMENT ON COLUMN fairpg_catalog.run.begun_at IS 'when it was called';
    COMMENT ON COLUMN fairpg_catalog.run.ended_at IS 'when it ended, however it did';
    COMMENT ON COLUMN fairpg_catalog.run.version IS 'number of the version that it made';
    COMMENT ON COLUMN fairpg_catalog.run.rows IS 'rows that it read; NULL before all are read';
    COMMENT ON COLUMN fairpg_catalog.run.sqlstate IS 'code of the error that ended it';
    COMMENT ON COLUMN fairpg_catalog.run.message IS 'message of the error that ended it';
    COMMENT ON COLUMN fairpg_catalog.run.begun_by IS 'role that called it';
    COMMENT ON COLUMN fairpg_catalog.run.pid IS 'process of the server that ran it';

    PERFORM fairpg.make_governance_tables();
    EXECUTE triggers;

    PERFORM fairpg.make_reports();
    INSERT INTO fairpg_catalog.store_version (version) VALUES (layout);
    RETURN format('fairpg store with layout %s was made', layout)
        || CASE WHEN roles THEN '; ' || fairpg.make_roles(role_prefix) ELSE '' END;
END
$init$;
COMMENT ON FUNCTION fairpg.init(boolean, text)
    IS 'makes the tables and views that hold models and reports, or says that they are there; and the roles of governance where asked for';

