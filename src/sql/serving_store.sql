-- The part of the store that says what a model in service has decided: the log
-- of decisions, by month, and what is known of them beside it.

CREATE FUNCTION fairpg.decision_guarded()
    RETURNS trigger
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_decision_guarded';
COMMENT ON FUNCTION fairpg.decision_guarded()
    IS 'trigger of the store: rows come from fairpg.log_decision(), and are changed by calls of governance alone';

-- Makes the partitions of both tables from this month on.  What no partition is
-- there for goes to the default one, so that nothing is lost where the job that
-- calls this has not run; a month that has rows there already stays there, as
-- moving them would be a write like any other.
CREATE FUNCTION fairpg.make_decision_partitions(months_ahead integer DEFAULT 3)
    RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET TimeZone = 'UTC'
    AS $partitions$
DECLARE
    month timestamptz;
    part text;
    whole text;
    in_default boolean;
    made integer := 0;
BEGIN
    IF months_ahead IS NULL OR months_ahead NOT BETWEEN 0 AND 120 THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'argument "months_ahead" must be from 0 to 120';
    END IF;
    -- of two at once, the second finds what the first made
    PERFORM pg_advisory_xact_lock(hashtextextended('fairpg.make_decision_partitions', 0));
    FOREACH whole IN ARRAY ARRAY['decision', 'decision_attribute'] LOOP
        FOR month IN SELECT date_trunc('month', now()) + i * interval '1 month' FROM generate_series(0, months_ahead) i LOOP
            part := format('%s_%s', whole, to_char(month, 'YYYY_MM'));
            CONTINUE WHEN to_regclass(format('fairpg_catalog.%I', part)) IS NOT NULL;
            EXECUTE format('SELECT EXISTS (SELECT FROM fairpg_catalog.%I d WHERE d.at >= $1 AND d.at < $2)', whole || '_default')
                INTO in_default USING month, month + interval '1 month';
            CONTINUE WHEN in_default;
            EXECUTE format('CREATE TABLE fairpg_catalog.%I PARTITION OF fairpg_catalog.%I FOR VALUES FROM (%L) TO (%L)',
                part, whole, month, month + interval '1 month');
            PERFORM fairpg.make_decision_part(part, whole, format('rows of table %s of %s', whole, to_char(month, 'YYYY-MM')));
            made := made + 1;
        END LOOP;
    END LOOP;
    -- partitions do not inherit the trigger of TRUNCATE
    PERFORM fairpg.make_decision_guards();
    RETURN made;
END
$partitions$;
COMMENT ON FUNCTION fairpg.make_decision_partitions(integer)
    IS 'makes the partitions of the log of decisions for this month and the next ones, where they are missing; returns how many';

-- A partition has the comments of its table.
CREATE FUNCTION fairpg.make_decision_part(part text, whole text, about text)
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $part$
DECLARE
    name name;
    about_column text;
BEGIN
    EXECUTE format('COMMENT ON TABLE fairpg_catalog.%I IS %L', part, about);
    FOR name, about_column IN
        SELECT a.attname, col_description(a.attrelid, a.attnum) FROM pg_attribute a
        WHERE a.attrelid = format('fairpg_catalog.%I', whole)::regclass AND a.attnum > 0 AND NOT a.attisdropped
    LOOP
        EXECUTE format('COMMENT ON COLUMN fairpg_catalog.%I.%I IS %L', part, name, about_column);
    END LOOP;
END
$part$;
COMMENT ON FUNCTION fairpg.make_decision_part(text, text, text)
    IS 'part of fairpg.make_decision_partitions(): comments of a partition';

-- The triggers, as far as they are missing: DROP EXTENSION CASCADE takes them and
-- leaves the tables.
CREATE FUNCTION fairpg.make_decision_guards()
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $guards$
DECLARE
    part record;
BEGIN
    FOR part IN
        SELECT c.oid, c.relname, c.relispartition FROM pg_class c
        WHERE c.oid IN (SELECT 'fairpg_catalog.decision'::regclass::oid
                UNION ALL SELECT 'fairpg_catalog.decision_attribute'::regclass
                UNION ALL SELECT 'fairpg_catalog.outcome'::regclass
                UNION ALL SELECT i.inhrelid FROM pg_inherits i
                    WHERE i.inhparent IN ('fairpg_catalog.decision'::regclass, 'fairpg_catalog.decision_attribute'::regclass))
    LOOP
        PERFORM FROM pg_trigger t WHERE t.tgrelid = part.oid AND t.tgname = 'decision_truncated';
        IF NOT FOUND THEN
            EXECUTE format('CREATE TRIGGER decision_truncated BEFORE TRUNCATE ON fairpg_catalog.%I
                FOR EACH STATEMENT EXECUTE FUNCTION fairpg.decision_guarded()', part.relname);
            EXECUTE format('COMMENT ON TRIGGER decision_truncated ON fairpg_catalog.%I IS ''leaves the log to its calls''', part.relname);
        END IF;
        -- those of partitions come from the whole table
        CONTINUE WHEN part.relispartition
            OR EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = part.oid AND t.tgname = 'decision_guarded');
        EXECUTE format('CREATE TRIGGER decision_guarded BEFORE INSERT OR UPDATE OR DELETE ON fairpg_catalog.%I
            FOR EACH ROW EXECUTE FUNCTION fairpg.decision_guarded(%s)', part.relname,
            -- what came true is known elsewhere
            CASE part.relname WHEN 'outcome' THEN '''rows may be added''' END);
        EXECUTE format('COMMENT ON TRIGGER decision_guarded ON fairpg_catalog.%I IS ''leaves the log to its calls''', part.relname);
    END LOOP;
END
$guards$;
COMMENT ON FUNCTION fairpg.make_decision_guards()
    IS 'part of fairpg.init(): makes the triggers that keep the log of decisions as it was written';

CREATE FUNCTION fairpg.make_serving_tables()
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $tables$
BEGIN
    -- read by every statement that assigns; and of each kind there is one
    CREATE UNIQUE INDEX deployment_open ON fairpg_catalog.deployment (model, slot) WHERE ended_at IS NULL;
    COMMENT ON INDEX fairpg_catalog.deployment_open IS 'a model has one champion and one canary at most';

    -- Numbers are handed out a hundred at a time to each session, so that
    -- writers do not wait for one another: they have gaps and are in no order.
    CREATE TABLE fairpg_catalog.decision (
        decision bigint GENERATED ALWAYS AS IDENTITY (CACHE 100),
        at timestamptz NOT NULL,
        model text NOT NULL,
        version integer NOT NULL,
        deployment bigint NOT NULL,
        slot text NOT NULL,
        subject_digest bytea NOT NULL,
        input_digest bytea NOT NULL,
        score double precision NOT NULL,
        cutoff double precision,
        decided boolean NOT NULL,
        reasons text[],
        region text NOT NULL,
        override_to boolean,
        override_by text,
        override_reason text,
        overridden_at timestamptz,
        CONSTRAINT decision_pkey PRIMARY KEY (decision, at)
    ) PARTITION BY RANGE (at);
    COMMENT ON TABLE fairpg_catalog.decision
        IS 'log of decisions by models in service, in partitions by month (UTC); written by fairpg.log_decision()';
    COMMENT ON COLUMN fairpg_catalog.decision.decision IS 'number of the decision';
    COMMENT ON COLUMN fairpg_catalog.decision.at IS 'when it was made';
    COMMENT ON COLUMN fairpg_catalog.decision.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_catalog.decision.version IS 'number of the version that decided';
    COMMENT ON COLUMN fairpg_catalog.decision.deployment IS 'number of the deployment by which it served';
    COMMENT ON COLUMN fairpg_catalog.decision.slot IS 'champion or canary';
    COMMENT ON COLUMN fairpg_catalog.decision.subject_digest
        IS 'SHA-256 of the salt of the first deployment of the model and the subject, in UTF-8';
    COMMENT ON COLUMN fairpg_catalog.decision.input_digest
        IS 'SHA-256 of row_to_json() of the input, in UTF-8';
    COMMENT ON COLUMN fairpg_catalog.decision.score IS 'probability that the model gave';
    COMMENT ON COLUMN fairpg_catalog.decision.cutoff
        IS 'probability from which the decision is positive; NULL of a mixture, where a draw decides';
    COMMENT ON COLUMN fairpg_catalog.decision.decided IS 'decision of the model';
    COMMENT ON COLUMN fairpg_catalog.decision.reasons
        IS 'of a negative decision: up to four features that lowered the score most beside the average row of the training, the weightiest first; NULL: the decision is positive, or the version knows no averages';
    COMMENT ON COLUMN fairpg_catalog.decision.region IS 'where it was made, as the caller says; may be empty';
    COMMENT ON COLUMN fairpg_catalog.decision.override_to
        IS 'decision of a person in its place; NULL: that of the model stands';
    COMMENT ON COLUMN fairpg_catalog.decision.override_by IS 'role of that person';
    COMMENT ON COLUMN fairpg_catalog.decision.override_reason IS 'why that person decided otherwise';
    COMMENT ON COLUMN fairpg_catalog.decision.overridden_at IS 'when it was overridden';
    CREATE INDEX decision_subject ON fairpg_catalog.decision (subject_digest);
    COMMENT ON INDEX fairpg_catalog.decision_subject IS 'finds what was decided about a subject';

    CREATE TABLE fairpg_catalog.decision_attribute (
        decision bigint NOT NULL,
        at timestamptz NOT NULL,
        attribute text NOT NULL,
        group_name text NOT NULL,
        CONSTRAINT decision_attribute_pkey PRIMARY KEY (decision, attribute, at)
    ) PARTITION BY RANGE (at);
    COMMENT ON TABLE fairpg_catalog.decision_attribute
        IS 'protected attributes of the subjects of decisions, apart from these for the sake of rights and retention; partitions by month';
    COMMENT ON COLUMN fairpg_catalog.decision_attribute.decision IS 'number of the decision';
    COMMENT ON COLUMN fairpg_catalog.decision_attribute.at IS 'when it was made';
    COMMENT ON COLUMN fairpg_catalog.decision_attribute.attribute IS 'protected attribute';
    COMMENT ON COLUMN fairpg_catalog.decision_attribute.group_name IS 'group of the subject; (unknown): none is known';

    CREATE TABLE fairpg_catalog.outcome (
        decision bigint NOT NULL,
        at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        label boolean NOT NULL,
        observed_at timestamptz NOT NULL,
        source text NOT NULL,
        recorded_by text NOT NULL DEFAULT session_user,
        CONSTRAINT outcome_pkey PRIMARY KEY (decision, at, recorded_at)
    );
    COMMENT ON TABLE fairpg_catalog.outcome
        IS 'what came true of the subjects of decisions; of several rows of a decision the last one holds';
    COMMENT ON COLUMN fairpg_catalog.outcome.decision IS 'number of the decision';
    COMMENT ON COLUMN fairpg_catalog.outcome.at IS 'when it was made';
    COMMENT ON COLUMN fairpg_catalog.outcome.recorded_at IS 'when this was written down';
    COMMENT ON COLUMN fairpg_catalog.outcome.label IS 'whether the label is the positive one';
    COMMENT ON COLUMN fairpg_catalog.outcome.observed_at IS 'when that was known';
    COMMENT ON COLUMN fairpg_catalog.outcome.source IS 'where it is known from';
    COMMENT ON COLUMN fairpg_catalog.outcome.recorded_by IS 'role that wrote it down';

    CREATE TABLE fairpg_catalog.decision_default PARTITION OF fairpg_catalog.decision DEFAULT;
    CREATE TABLE fairpg_catalog.decision_attribute_default PARTITION OF fairpg_catalog.decision_attribute DEFAULT;
    PERFORM fairpg.make_decision_part('decision_default', 'decision', 'rows of table decision of months without a partition');
    PERFORM fairpg.make_decision_part('decision_attribute_default', 'decision_attribute',
        'rows of table decision_attribute of months without a partition');
    PERFORM fairpg.make_decision_partitions();
END
$tables$;
COMMENT ON FUNCTION fairpg.make_serving_tables()
    IS 'part of fairpg.init(): makes the log of decisions';
