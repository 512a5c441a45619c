-- Policies: the rules that a version is deployed or refused by.

CREATE FUNCTION fairpg.person_of(role_name text)
    RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN coalesce((SELECT p.person FROM fairpg_catalog.person p WHERE p.role_name = person_of.role_name), role_name);
END
$body$;
COMMENT ON FUNCTION fairpg.person_of(text)
    IS 'the person that a role is, by fairpg_catalog.person; else the name of the role';

-- Text that somebody has to have written, or an error that names it.
CREATE FUNCTION fairpg.require_text(given text, name text, characters integer)
    RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    IF length(btrim(coalesce(given, ''), E' \t\r\n')) < characters THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('argument "%s" is too short', name),
            DETAIL = format('It needs %s characters at least.', characters),
            HINT = 'Whoever reads it later has nothing else to go by.';
    END IF;
    RETURN given;
END
$body$;
COMMENT ON FUNCTION fairpg.require_text(text, text, integer)
    IS 'part of the calls of governance: the text, or an error where it is shorter than it must be';

-- Keys of a JSON object, which must be among the known ones.
CREATE FUNCTION fairpg.require_keys(given jsonb, known text[], what text)
    RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    unknown text;
BEGIN
    IF jsonb_typeof(given) <> 'object' THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('%s is not a JSON object', what);
    END IF;
    SELECT k INTO unknown FROM jsonb_object_keys(given) k WHERE k <> ALL (known) ORDER BY k LIMIT 1;
    IF FOUND THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('%s has no key "%s"', what, unknown),
            HINT = format('The keys are: %s.', array_to_string(known, ', '));
    END IF;
END
$body$;
COMMENT ON FUNCTION fairpg.require_keys(jsonb, text[], text)
    IS 'part of the calls of governance: an error where a JSON object has a key that is not known';

-- A value that must be among the known ones.  Both texts are formats, for what was
-- given and for the list.
CREATE FUNCTION fairpg.require_one_of(given text, known text[], message text, hint text)
    RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    IF given IS NULL OR given <> ALL (known) THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format(message, coalesce(given, 'null')),
            HINT = format(hint, array_to_string(known, ', '));
    END IF;
END
$body$;
COMMENT ON FUNCTION fairpg.require_one_of(text, text[], text, text)
    IS 'part of the calls of governance: an error unless a value is one of those that are known';

-- One criterion as the table has it, with what is not given filled in.
CREATE FUNCTION fairpg.read_criterion(given jsonb)
    RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    known CONSTANT text[] := '{criterion,phase,metric,attribute,contrast,comparator,threshold,confidence,evidence,min_n,on_insufficient,severity,rationale}';
    gaps CONSTANT text[] := (SELECT array_agg(c.fairness ORDER BY c.fairness) FROM fairpg.criteria() c);
    figures CONSTANT text[] := '{selection_rate,tpr,fpr,tnr,fnr,ppv,npv,accuracy,balanced_accuracy,error_rate,f1,log_loss,base_rate,false_discovery_rate,false_omission_rate,calibration_in_the_large}';
    read jsonb;
    metric text;
    contrast text;
    allowed text[];
BEGIN
    PERFORM fairpg.require_keys(given, known, 'a criterion');
    metric := given ->> 'metric';
    contrast := coalesce(given ->> 'contrast', 'gap');
    read := jsonb_build_object('phase', 'predeploy', 'attribute', '', 'contrast', 'gap',
        'comparator', CASE contrast WHEN 'ratio' THEN '>=' ELSE '<=' END,
        'confidence', 0.95, 'evidence', 'interval_bound',
        'min_n', CASE contrast WHEN 'count' THEN 0 ELSE 100 END,
        'on_insufficient', 'block', 'severity', 'blocking') || given;
    IF btrim(coalesce(read ->> 'criterion', '')) = '' OR metric IS NULL OR read ->> 'threshold' IS NULL THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'a criterion needs "criterion", "metric" and "threshold"',
            DETAIL = format('Given: %s.', given);
    END IF;
    IF NOT (abs((read ->> 'threshold')::double precision) < 'Infinity') THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('the threshold of criterion "%s" must be a finite number', read ->> 'criterion');
    END IF;
    PERFORM fairpg.require_text(read ->> 'rationale', format('rationale of criterion %s', read ->> 'criterion'), 20);
    allowed := CASE contrast
        WHEN 'gap' THEN gaps WHEN 'ratio' THEN gaps
        WHEN 'each_group' THEN figures
        WHEN 'overall' THEN '{accuracy,auc,loss}'
        WHEN 'count' THEN '{data_checks_serious,data_checks_warning}' END;
    IF allowed IS NULL THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('unknown contrast "%s" of criterion "%s"', contrast, read ->> 'criterion'),
            HINT = 'A contrast is one of: gap, ratio, each_group, overall, count.';
    END IF;
    IF metric <> ALL (allowed) THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('unknown metric "%s" of criterion "%s"', metric, read ->> 'criterion'),
            HINT = format('With contrast %s it is one of: %s.', contrast, array_to_string(allowed, ', '));
    END IF;
    IF contrast IN ('gap', 'ratio', 'each_group') AND read ->> 'attribute' = '' THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('criterion "%s" names no attribute', read ->> 'criterion'),
            HINT = 'Give "attribute", or name the protected attributes in argument protected.';
    END IF;
    IF contrast = 'overall' AND metric <> 'accuracy' AND read ->> 'evidence' <> 'point' THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('criterion "%s" needs evidence "point"', read ->> 'criterion'),
            DETAIL = format('No interval of the overall %s is kept.', metric);
    END IF;
    RETURN read;
END
$body$;
COMMENT ON FUNCTION fairpg.read_criterion(jsonb)
    IS 'part of fairpg.create_policy(): a criterion with what is not given filled in, or an error';

-- The criteria of a template and of the caller: those that name no attribute once
-- for each protected one, and of two with one name the caller's.
CREATE FUNCTION fairpg.read_criteria(template text, given jsonb, protected text[])
    RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    from_template jsonb := '[]';
    read jsonb;
BEGIN
    IF template IS NOT NULL THEN
        SELECT t.criteria INTO from_template FROM fairpg_catalog.policy_template t
            WHERE t.template = read_criteria.template;
        IF NOT FOUND THEN
            RAISE undefined_object USING
                MESSAGE = format('policy template "%s" does not exist', template),
                HINT = format('The templates are: %s.',
                    (SELECT string_agg(t.template, ', ' ORDER BY t.template) FROM fairpg_catalog.policy_template t));
        END IF;
    END IF;
    IF jsonb_typeof(coalesce(given, '[]')) <> 'array' THEN
        RAISE invalid_parameter_value USING MESSAGE = 'argument "criteria" is not a JSON array';
    END IF;
    WITH every AS (
        SELECT 1 AS origin, c.value, c.ordinality FROM jsonb_array_elements(from_template) WITH ORDINALITY c
        UNION ALL
        SELECT 2, c.value, c.ordinality FROM jsonb_array_elements(coalesce(given, '[]')) WITH ORDINALITY c
    ), expanded AS (
        SELECT e.origin, e.ordinality, e.value, a.attribute
        FROM every e LEFT JOIN LATERAL unnest(protected) AS a (attribute)
            ON e.value ->> 'attribute' IS NULL
                AND coalesce(e.value ->> 'contrast', 'gap') IN ('gap', 'ratio', 'each_group')
    ), named AS (
        SELECT x.origin, x.ordinality, CASE WHEN x.attribute IS NULL THEN x.value
            ELSE x.value || jsonb_build_object('attribute', x.attribute,
                'criterion', (x.value ->> 'criterion') || ':' || x.attribute) END AS value
        FROM expanded x
    ), chosen AS (
        SELECT DISTINCT ON (n.value ->> 'criterion') n.origin, n.ordinality, n.value
        FROM named n ORDER BY n.value ->> 'criterion', n.origin DESC, n.ordinality
    )
    SELECT coalesce(jsonb_agg(fairpg.read_criterion(c.value) ORDER BY c.value ->> 'criterion'), '[]')
        INTO read FROM chosen c;
    IF jsonb_array_length(read) = 0 THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'a policy needs criteria',
            HINT = 'Give criteria or a template, and the attributes they are about in protected.';
    END IF;
    RETURN read;
END
$body$;
COMMENT ON FUNCTION fairpg.read_criteria(text, jsonb, text[])
    IS 'part of fairpg.create_policy(): the criteria of a template and of the caller, one for each attribute';

-- What a policy says, hashed.
CREATE FUNCTION fairpg.policy_digest(policy text, version integer)
    RETURNS bytea
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    SET extra_float_digits = 1 SET datestyle = 'ISO, YMD' SET intervalstyle = 'postgres' SET timezone = 'UTC'
    AS $body$
BEGIN
    RETURN (SELECT sha256(convert_to(jsonb_build_object(
            'policy', to_jsonb(p) - '{status,digest,activated_at,activated_by,activation_reason,ended_at}'::text[],
            'criteria', (SELECT jsonb_agg(to_jsonb(c) ORDER BY c.criterion COLLATE "C") FROM fairpg_catalog.policy_criterion c
                WHERE c.policy = p.policy AND c.version = p.version))::text, 'UTF8'))
        FROM fairpg_catalog.policy p
        WHERE p.policy = policy_digest.policy AND p.version = policy_digest.version);
END
$body$;
COMMENT ON FUNCTION fairpg.policy_digest(text, integer)
    IS 'SHA-256 of all that a version of a policy says, from the rows as they are now';

CREATE FUNCTION fairpg.do_create_policy(
    policy text,
    rationale text,
    legal_basis text,
    legal_as_of date,
    ethical_notes text,
    harms text,
    criteria jsonb,
    template text,
    protected text[],
    metrics_rejected jsonb,
    title text,
    options jsonb)
    RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    known CONSTANT text[] := '{jurisdictions,legal_max_age,no_disparity_reason,canary_required,max_canary_share,min_canary,max_evidence_age,approvals_required,approval_lifetime,required_reviews,challenge_period}';
    read jsonb;
    actor record;
    number integer;
BEGIN
    SELECT * INTO actor FROM fairpg.session_actor();
    PERFORM fairpg.require_text(policy, 'policy', 1);
    PERFORM fairpg.require_text(rationale, 'rationale', 80);
    PERFORM fairpg.require_text(legal_basis, 'legal_basis', 10);
    PERFORM fairpg.require_text(ethical_notes, 'ethical_notes', 20);
    PERFORM fairpg.require_text(harms, 'harms', 20);
    PERFORM fairpg.require_keys(coalesce(options, '{}'), known, 'argument "options"');
    PERFORM fairpg.require_keys(coalesce(metrics_rejected, '{}'),
        coalesce((SELECT array_agg(k) FROM jsonb_object_keys(coalesce(metrics_rejected, '{}')) k), '{}'),
        'argument "metrics_rejected"');
    IF legal_as_of IS NULL OR legal_as_of > current_date THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'argument "legal_as_of" must be a day that has been',
            HINT = 'It says when the law was read.';
    END IF;
    read := fairpg.read_criteria(template, criteria, coalesce(protected, '{}'));
    options := coalesce(options, '{}');
    IF (options ->> 'min_canary')::interval < '0' OR (options ->> 'approval_lifetime')::interval <= '0'
        OR (options ->> 'max_evidence_age')::interval <= '0'
    THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'times of a policy cannot be negative',
            HINT = 'They are min_canary, which may be 0, approval_lifetime and max_evidence_age.';
    END IF;

    PERFORM pg_advisory_xact_lock(hashtextextended('fairpg.policy ' || policy, 0));
    SELECT coalesce(max(p.version), 0) + 1 INTO number
        FROM fairpg_catalog.policy p WHERE p.policy = do_create_policy.policy;
    INSERT INTO fairpg_catalog.policy
        (policy, version, status, title, template, jurisdictions, rationale, metrics_rejected, legal_basis,
         legal_as_of, legal_max_age, ethical_notes, harms, no_disparity_reason, canary_required,
         max_canary_share, min_canary, max_evidence_age, approvals_required, approval_lifetime,
         required_reviews, challenge_period, digest, created_at, created_by, author_login)
    VALUES (policy, number, 'draft', coalesce(title, policy), template,
        coalesce((SELECT array_agg(j) FROM jsonb_array_elements_text(options -> 'jurisdictions') j), '{}'),
        rationale, coalesce(metrics_rejected, '{}'), legal_basis, legal_as_of,
        coalesce((options ->> 'legal_max_age')::interval, '365 days'), ethical_notes, harms,
        options ->> 'no_disparity_reason',
        coalesce((options ->> 'canary_required')::boolean, true),
        coalesce((options ->> 'max_canary_share')::double precision, 0.1),
        coalesce((options ->> 'min_canary')::interval, '7 days'),
        coalesce((options ->> 'max_evidence_age')::interval, '90 days'),
        coalesce((options ->> 'approvals_required')::integer, 1),
        coalesce((options ->> 'approval_lifetime')::interval, '365 days'),
        CASE WHEN options ->> 'required_reviews' IS NULL THEN '{design_review,impact_assessment,independent_validation}'
            ELSE ARRAY(SELECT r FROM jsonb_array_elements_text(options -> 'required_reviews') r) END,
        coalesce((options ->> 'challenge_period')::interval, '30 days'),
        '', clock_timestamp(), actor.role, actor.login);
    INSERT INTO fairpg_catalog.policy_criterion
        (policy, version, criterion, phase, metric, attribute, contrast, comparator, threshold, confidence,
         evidence, min_n, on_insufficient, severity, rationale)
    SELECT do_create_policy.policy, number, c.criterion, c.phase, c.metric, c.attribute, c.contrast, c.comparator,
        c.threshold, c.confidence, c.evidence, c.min_n, c.on_insufficient, c.severity, c.rationale
    FROM jsonb_to_recordset(read) AS c (criterion text, phase text, metric text, attribute text, contrast text,
        comparator text, threshold double precision, confidence double precision, evidence text, min_n bigint,
        on_insufficient text, severity text, rationale text);
    UPDATE fairpg_catalog.policy p SET digest = fairpg.policy_digest(p.policy, p.version)
        WHERE p.policy = do_create_policy.policy AND p.version = number;
    PERFORM fairpg.record_event('policy created', format('policy %s@%s', policy, number),
        jsonb_build_object('criteria', read));
    RETURN number;
END
$body$;
COMMENT ON FUNCTION fairpg.do_create_policy(text, text, text, date, text, text, jsonb, text, text[], jsonb, text, jsonb)
    IS 'what fairpg.create_policy() does, as the owner of the store';

CREATE FUNCTION fairpg.create_policy(
    policy text,
    rationale text,
    legal_basis text,
    legal_as_of date,
    ethical_notes text,
    harms text,
    criteria jsonb DEFAULT '[]',
    template text DEFAULT NULL,
    protected text[] DEFAULT '{}',
    metrics_rejected jsonb DEFAULT '{}',
    title text DEFAULT NULL,
    options jsonb DEFAULT '{}')
    RETURNS integer
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.create_policy(text, text, text, date, text, text, jsonb, text, text[], jsonb, text, jsonb)
    IS 'writes a new version of a policy, a draft, and returns its number';

CREATE FUNCTION fairpg.do_activate_policy(policy text, version integer, reason text)
    RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    draft record;
    actor record;
BEGIN
    SELECT * INTO actor FROM fairpg.session_actor();
    PERFORM fairpg.require_text(reason, 'reason', 10);
    PERFORM pg_advisory_xact_lock(hashtextextended('fairpg.policy ' || policy, 0));
    SELECT * INTO draft FROM fairpg_catalog.policy p
        WHERE p.policy = do_activate_policy.policy AND p.version = do_activate_policy.version;
    IF NOT FOUND THEN
        RAISE undefined_object USING MESSAGE = format('policy "%s" version %s does not exist', policy, version);
    END IF;
    IF draft.status <> 'draft' THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('policy "%s" version %s is %s', policy, version, draft.status),
            HINT = 'Only a draft can come into force; create a new version.';
    END IF;
    IF draft.no_disparity_reason IS NULL AND NOT EXISTS (
        SELECT FROM fairpg_catalog.policy_criterion c
        WHERE c.policy = draft.policy AND c.version = draft.version AND c.severity = 'blocking'
            AND c.phase = 'predeploy' AND c.contrast IN ('gap', 'ratio', 'each_group'))
    THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('policy "%s" version %s has no blocking criterion on a disparity before deployment', policy, version),
            DETAIL = 'Any model would pass it.',
            HINT = 'Add one, or say why there is none in option no_disparity_reason.';
    END IF;
    IF fairpg.person_of(actor.role) IN (fairpg.person_of(draft.created_by), fairpg.person_of(draft.author_login))
        OR fairpg.person_of(actor.login) IN (fairpg.person_of(draft.created_by), fairpg.person_of(draft.author_login))
    THEN
        RAISE insufficient_privilege USING
            MESSAGE = format('policy "%s" version %s cannot be activated by who wrote it', policy, version);
    END IF;
    UPDATE fairpg_catalog.policy p SET status = 'superseded', ended_at = clock_timestamp()
        WHERE p.policy = draft.policy AND p.status = 'active';
    UPDATE fairpg_catalog.policy p SET status = 'active', activated_at = clock_timestamp(),
            activated_by = actor.role, activation_reason = reason
        WHERE p.policy = draft.policy AND p.version = draft.version;
    PERFORM fairpg.record_event('policy activated', format('policy %s@%s', policy, version),
        jsonb_build_object('digest', encode(draft.digest, 'hex'), 'reason', reason));
    RETURN format('policy %s version %s is active', policy, version);
END
$body$;
COMMENT ON FUNCTION fairpg.do_activate_policy(text, integer, text)
    IS 'what fairpg.activate_policy() does, as the owner of the store';

CREATE FUNCTION fairpg.activate_policy(policy text, version integer, reason text)
    RETURNS text
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.activate_policy(text, integer, text)
    IS 'brings a draft of a policy into force in place of the version before; not by who wrote it';

CREATE FUNCTION fairpg.do_withdraw_policy(policy text, version integer, reason text)
    RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    PERFORM fairpg.require_text(reason, 'reason', 10);
    UPDATE fairpg_catalog.policy p SET status = 'withdrawn', ended_at = clock_timestamp()
        WHERE p.policy = do_withdraw_policy.policy AND p.version = do_withdraw_policy.version
            AND p.status IN ('draft', 'active');
    IF NOT FOUND THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('policy "%s" version %s is neither a draft nor active', policy, version);
    END IF;
    PERFORM fairpg.record_event('policy withdrawn', format('policy %s@%s', policy, version),
        jsonb_build_object('reason', reason));
    RETURN format('policy %s version %s is withdrawn', policy, version);
END
$body$;
COMMENT ON FUNCTION fairpg.do_withdraw_policy(text, integer, text)
    IS 'what fairpg.withdraw_policy() does, as the owner of the store';

CREATE FUNCTION fairpg.withdraw_policy(policy text, version integer, reason text)
    RETURNS text
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.withdraw_policy(text, integer, text)
    IS 'takes a version of a policy out of force; nothing can be deployed by it any more';

CREATE FUNCTION fairpg.do_govern(model text, policy text, purpose text)
    RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    actor record;
    before text;
BEGIN
    SELECT * INTO actor FROM fairpg.session_actor();
    PERFORM fairpg.require_text(purpose, 'purpose', 20);
    -- an update, so that a training whose snapshot is older fails instead of adding a version without a state
    UPDATE fairpg_catalog.model m SET next_version = m.next_version WHERE m.model = do_govern.model;
    IF NOT FOUND THEN
        RAISE undefined_object USING MESSAGE = format('model "%s" does not exist', model);
    END IF;
    PERFORM FROM fairpg_catalog.policy p WHERE p.policy = do_govern.policy AND p.status = 'active';
    IF NOT FOUND THEN
        RAISE undefined_object USING
            MESSAGE = format('policy "%s" has no active version', policy),
            HINT = 'Create one with fairpg.create_policy() and have somebody else activate it.';
    END IF;
    SELECT g.policy INTO before FROM fairpg_catalog.governed_model g WHERE g.model = do_govern.model;
    INSERT INTO fairpg_catalog.governed_model (model, policy, purpose, governed_at, governed_by)
        VALUES (model, policy, purpose, clock_timestamp(), actor.role)
        ON CONFLICT ON CONSTRAINT governed_model_pkey DO UPDATE
            SET policy = excluded.policy, purpose = excluded.purpose,
                changed_at = CASE WHEN governed_model.policy <> excluded.policy THEN excluded.governed_at
                    ELSE governed_model.changed_at END;
    UPDATE fairpg_catalog.model_version v SET state = 'draft'
        WHERE v.model = do_govern.model AND v.state IS NULL;
    PERFORM fairpg.record_event('model governed', format('model %s', model),
        jsonb_build_object('policy', policy, 'before', before, 'purpose', purpose));
    RETURN format('model %s is under policy %s', model, policy);
END
$body$;
COMMENT ON FUNCTION fairpg.do_govern(text, text, text)
    IS 'what fairpg.govern() does, as the owner of the store';

CREATE FUNCTION fairpg.govern(model text, policy text, purpose text)
    RETURNS text
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.govern(text, text, text)
    IS 'puts a model under a policy: its versions become drafts, and predictions are made by its champion alone';
