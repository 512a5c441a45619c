-- Documents from tables: what they say is JSON, built here; a page and Markdown
-- are made of that.

CREATE FUNCTION fairpg.render_document(content json, format text)
    RETURNS text
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    COST 10000
    AS 'MODULE_PATHNAME', 'fairpg_render_document';
COMMENT ON FUNCTION fairpg.render_document(json, text)
    IS 'a document of JSON as html or md: keys of the first level are chapters, arrays of objects are tables';

CREATE FUNCTION fairpg.as_document(content json, format text)
    RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN CASE format WHEN 'json' THEN content::text ELSE fairpg.render_document(content, format) END;
END
$body$;
COMMENT ON FUNCTION fairpg.as_document(json, text)
    IS 'part of the documents: JSON as it is, or as html or md';

-- What people said of a model, of one section.
CREATE FUNCTION fairpg.card_words(model text, section text)
    RETURNS json
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN (SELECT json_object_agg(q.field, (SELECT a.words FROM fairpg_catalog.card_answer a
                WHERE a.model = card_words.model AND a.field = q.field ORDER BY a.answer DESC LIMIT 1) ORDER BY q.place)
        FROM fairpg_catalog.card_question q WHERE q.section = card_words.section);
END
$body$;
COMMENT ON FUNCTION fairpg.card_words(text, text)
    IS 'part of the model card: the newest answers to the questions of a section';

-- Two JSON objects as one, in their order.
CREATE FUNCTION fairpg.json_join(VARIADIC objects json[])
    RETURNS json
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN (SELECT coalesce(json_object_agg(e.key, e.value ORDER BY o.ordinality, e.ordinality), '{}')
        FROM unnest(objects) WITH ORDINALITY AS o (object, ordinality)
            CROSS JOIN LATERAL json_each(o.object) WITH ORDINALITY AS e (key, value, ordinality));
END
$body$;
COMMENT ON FUNCTION fairpg.json_join(json[])
    IS 'part of the documents: the members of several JSON objects in one, in order';

CREATE FUNCTION fairpg.in_figures(value double precision)
    RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN CASE WHEN abs(value) < 'Infinity' THEN round(value::numeric, 4) END;
END
$body$;
COMMENT ON FUNCTION fairpg.in_figures(double precision)
    IS 'part of the documents: a number as documents print it; NULL where it is not finite';

-- What the newest evaluation of rows beyond the training says, gaps and groups.
CREATE FUNCTION fairpg.card_evidence(model text, version integer)
    RETURNS json
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    chosen record;
BEGIN
    SELECT e.* INTO chosen FROM fairpg_catalog.evaluation e
        WHERE e.model = card_evidence.model AND e.version = card_evidence.version
        ORDER BY array_position('{external,held_out,out_of_fold,train}'::text[], e.part), e.evaluated_at DESC, e.evaluation DESC
        LIMIT 1;
    IF NOT FOUND THEN
        RETURN json_build_object('evaluated', false);
    END IF;
    RETURN json_build_object(
        'evaluated', true,
        'evaluation', chosen.evaluation, 'rows', chosen.n_rows, 'part', chosen.part, 'source', chosen.source,
        'evaluated_at', date_trunc('second', chosen.evaluated_at), 'confidence_level', chosen.level,
        'accuracy', fairpg.in_figures(chosen.accuracy), 'auc', fairpg.in_figures(chosen.auc), 'loss', fairpg.in_figures(chosen.loss),
        'gaps', ARRAY(SELECT json_build_object('metric', g.criterion, 'attribute', g.attribute,
                'value', fairpg.in_figures(g.value), 'low', fairpg.in_figures(g.low), 'high', fairpg.in_figures(g.high),
                'n', g.n, 'flag', g.flag, 'note', g.highest_group || ' / ' || g.lowest_group)
            FROM fairpg_catalog.evaluation_gap g WHERE g.evaluation = chosen.evaluation AND g.class_number = 0 ORDER BY g.attribute COLLATE "C", g.criterion COLLATE "C"),
        'ratios', ARRAY(SELECT json_build_object('metric', 'selection rate ratio', 'attribute', r.attribute, 'group', r.group_name,
                'value', fairpg.in_figures(r.ratio), 'low', fairpg.in_figures(r.low), 'high', fairpg.in_figures(r.high),
                'n', r.n, 'flag', r.flag, 'note', r.reference_group, 'verdict', r.verdict)
            FROM fairpg_catalog.evaluation_ratio r WHERE r.evaluation = chosen.evaluation AND r.class_number = 0 ORDER BY r.attribute COLLATE "C", r.group_name COLLATE "C"),
        'groups', ARRAY(SELECT json_build_object('attribute', m.attribute, 'group', m.group_name, 'metric', m.metric,
                'value', fairpg.in_figures(m.value), 'low', fairpg.in_figures(m.low), 'high', fairpg.in_figures(m.high),
                'n', m.n, 'flag', m.flag)
            FROM fairpg_catalog.evaluation_metric m
            WHERE m.evaluation = chosen.evaluation AND m.class_number = 0
                AND m.metric IN ('selection_rate', 'tpr', 'fpr', 'accuracy', 'log_loss') ORDER BY m.attribute COLLATE "C", m.metric COLLATE "C", m.group_name COLLATE "C"),
        'not_enough_data', (SELECT coalesce(json_agg(DISTINCT m.attribute || ': ' || m.group_name), '[]')
            FROM fairpg_catalog.evaluation_metric m WHERE m.evaluation = chosen.evaluation AND m.flag IS NOT NULL));
END
$body$;
COMMENT ON FUNCTION fairpg.card_evidence(text, integer)
    IS 'part of the model card: what the newest evaluation of a version says';

CREATE FUNCTION fairpg.card_policy(model text, version integer)
    RETURNS json
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN coalesce((SELECT json_build_object(
            'policy', p.policy, 'version', p.version, 'title', p.title, 'in_force_since', date_trunc('second', p.activated_at),
            'jurisdictions', p.jurisdictions, 'metric_rationale', p.rationale,
            'metrics_rejected', ARRAY(SELECT json_build_object('metric', k.key, 'why_not', k.value) FROM jsonb_each_text(p.metrics_rejected) k ORDER BY k.key), 'legal_basis', p.legal_basis, 'legal_as_of', p.legal_as_of,
            'ethical_notes', p.ethical_notes, 'harms', p.harms, 'digest', encode(p.digest, 'hex'),
            'criteria', ARRAY(SELECT json_build_object('criterion', c.criterion, 'needed', r.needed,
                    'value', fairpg.in_figures(r.value), 'low', fairpg.in_figures(r.low), 'high', fairpg.in_figures(r.high),
                    'n', r.n, 'worst_group', r.worst_group, 'verdict', r.verdict, 'reason', r.reason,
                    'rule', format('%s, %s by %s at %s, %s rows at least', c.phase, c.severity, c.evidence, c.confidence, c.min_n),
                    'waiver', r.waiver)
                FROM fairpg_catalog.policy_criterion c
                    JOIN fairpg.criterion_results(card_policy.model, card_policy.version) r ON r.criterion = c.criterion
                WHERE c.policy = p.policy AND c.version = p.version ORDER BY c.criterion COLLATE "C"))
        FROM fairpg_catalog.governed_model g
            JOIN fairpg_catalog.policy p ON p.policy = g.policy AND p.status = 'active'
        WHERE g.model = card_policy.model), json_build_object('policy', NULL));
END
$body$;
COMMENT ON FUNCTION fairpg.card_policy(text, integer)
    IS 'part of the model card: the policy of a model and how a version stands by it';

CREATE FUNCTION fairpg.card_life(model text, version integer)
    RETURNS json
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN json_build_object(
        'contributors', (SELECT coalesce(json_agg(c.person ORDER BY c.person COLLATE "C"), '[]') FROM fairpg.contributors(model, version) c),
        'reviews', ARRAY(SELECT json_build_object('kind', r.kind, 'verdict', r.verdict, 'by', r.reviewed_by,
                'at', date_trunc('second', r.reviewed_at), 'expires', date_trunc('second', r.expires_at), 'findings', r.findings, 'conditions', r.conditions)
            FROM fairpg_catalog.review r WHERE r.model = card_life.model AND r.version = card_life.version ORDER BY r.review),
        'approvals', ARRAY(SELECT json_build_object('by', a.approved_by, 'person', a.person, 'at', date_trunc('second', a.approved_at),
                'expires', date_trunc('second', a.expires_at), 'reason', a.reason, 'digest', encode(a.digest, 'hex'))
            FROM fairpg_catalog.approval a WHERE a.model = card_life.model AND a.version = card_life.version ORDER BY a.approval),
        'waivers', ARRAY(SELECT json_build_object('criterion', w.criterion, 'reason', w.reason, 'in_its_place', w.compensation,
                'requested_by', w.requested_by, 'granted_by', w.granted_by, 'expires', date_trunc('second', w.expires_at))
            FROM fairpg_catalog.waiver w WHERE w.model = card_life.model AND w.version = card_life.version AND w.granted_at IS NOT NULL ORDER BY w.waiver),
        'steps', ARRAY(SELECT json_build_object('at', date_trunc('second', t.at), 'from', t.from_state, 'to', t.to_state, 'outcome', t.outcome,
                'by', t.actor, 'reason', t.reason)
            FROM fairpg_catalog.transition t WHERE t.model = card_life.model AND t.version = card_life.version ORDER BY t.transition),
        'service', ARRAY(SELECT json_build_object('slot', d.slot, 'share', d.share, 'from', date_trunc('second', d.started_at), 'until', date_trunc('second', d.ended_at),
                'ended_because', d.end_reason)
            FROM fairpg_catalog.deployment d WHERE d.model = card_life.model AND d.version = card_life.version ORDER BY d.deployment));
END
$body$;
COMMENT ON FUNCTION fairpg.card_life(text, integer)
    IS 'part of the model card: who had a part in a version, reviews, approvals, waivers, steps and service';

-- The model card.  Members with dates and texts of people are as stored; figures
-- are rounded to four digits.
CREATE FUNCTION fairpg.card_content(model text, version integer, audience text DEFAULT 'public')
    RETURNS json
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET intervalstyle = 'postgres' SET extra_float_digits = 1
    AS $body$
DECLARE
    v record;
    card json;
    missing text;
BEGIN
    PERFORM fairpg.require_one_of(audience, '{public,deployer,authority}', 'unknown audience "%s"', 'An audience is one of: %s.');
    SELECT * INTO v FROM fairpg_catalog.model_version m
        WHERE m.model = card_content.model AND m.version = card_content.version;
    IF NOT FOUND THEN
        RAISE undefined_object USING MESSAGE = format('model "%s" version %s does not exist', model, version);
    END IF;
    SELECT string_agg(q.field, ', ' ORDER BY q.place) INTO missing FROM fairpg_catalog.card_question q
        WHERE q.required AND NOT EXISTS (SELECT FROM fairpg_catalog.card_answer a
            WHERE a.model = card_content.model AND a.field = q.field);
    card := json_build_object(
        'title', 'Model card', 'subject', format('%s, version %s', v.model, v.version),
        'identity', fairpg.json_join(
            json_build_object('model', v.model, 'version', v.version, 'state', coalesce(v.state, 'under no policy'),
                'family', v.family, 'method', v.method, 'trained_at', date_trunc('second', v.created_at), 'trained_by', v.created_by,
                'artifact_sha256', encode(v.artifact_sha256, 'hex')),
            fairpg.card_words(model, 'identity')),
        'intended_use', fairpg.json_join(
            json_build_object('purpose', (SELECT g.purpose FROM fairpg_catalog.governed_model g WHERE g.model = v.model)),
            fairpg.card_words(model, 'intended_use')),
        'policy', fairpg.card_policy(model, version),
        'data', fairpg.json_join(
            json_build_object('source', CASE WHEN audience = 'public' THEN NULL ELSE v.source END,
                'rows_train', v.rows_train, 'rows_test', v.rows_test, 'rows_dropped', v.rows_dropped,
                'label', v.label, 'positive', v.positive, 'protected', v.protected,
                'features', v.spec -> 'features', 'row_security', v.row_security),
            fairpg.card_words(model, 'data')),
        'training', json_build_object('fairness', v.fairness, 'max_gap', v.max_gap, 'status', v.status,
            'stopped_because', v.stopped_because, 'iterations', v.iterations, 'best_iteration', v.best_iteration,
            'seed', v.spec -> 'seed', 'split', v.spec -> 'split', 'threshold', v.threshold,
            'options', CASE WHEN audience = 'authority' THEN (v.spec -> 'call' ->> 'options') END,
            'warnings', v.warnings, 'fairpg', v.fairpg_version, 'postgresql', v.server_version),
        'evidence', fairpg.card_evidence(model, version),
        'fairness', fairpg.card_words(model, 'fairness'),
        'limitations', fairpg.card_words(model, 'limitations'),
        'governance', CASE WHEN audience = 'public'
            THEN json_build_object('reviews', ARRAY(SELECT json_build_object('kind', r.kind, 'verdict', r.verdict, 'at', date_trunc('second', r.reviewed_at))
                    FROM fairpg_catalog.review r WHERE r.model = v.model AND r.version = v.version ORDER BY r.review),
                'approvals', (SELECT count(DISTINCT a.person) FROM fairpg_catalog.approval a WHERE a.model = v.model AND a.version = v.version))
            ELSE fairpg.card_life(model, version) END,
        'recourse', fairpg.card_words(model, 'recourse'),
        'provenance', json_build_object('generated_at', date_trunc('second', clock_timestamp()), 'audience', audience,
            'not_answered', coalesce(missing, 'nothing'),
            'record', fairpg.audit_head()));
    RETURN card;
END
$body$;
COMMENT ON FUNCTION fairpg.card_content(text, integer, text)
    IS 'what the model card of a version says, as JSON, from the tables as they are now';

CREATE FUNCTION fairpg.version_or_newest(model text, version integer)
    RETURNS integer
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN coalesce(version,
        (SELECT m.version FROM fairpg_catalog.model_version m
         WHERE m.model = version_or_newest.model AND m.state = 'champion'),
        (SELECT max(m.version) FROM fairpg_catalog.model_version m WHERE m.model = version_or_newest.model), 0);
END
$body$;
COMMENT ON FUNCTION fairpg.version_or_newest(text, integer)
    IS 'part of the documents: the version that was named, else the champion, else the newest';

CREATE FUNCTION fairpg.model_card(
    model text,
    version integer DEFAULT NULL,
    format text DEFAULT 'html',
    audience text DEFAULT 'public')
    RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN fairpg.as_document(fairpg.card_content(model, fairpg.version_or_newest(model, version), audience), format);
END
$body$;
COMMENT ON FUNCTION fairpg.model_card(text, integer, text, text)
    IS 'the model card of a version (the champion, or the newest) as html, json or md, for public, deployer or authority';

CREATE FUNCTION fairpg.do_describe(model text, field text, words text)
    RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    PERFORM fairpg.require_text(words, 'words', 3);
    IF NOT EXISTS (SELECT FROM fairpg_catalog.model m WHERE m.model = do_describe.model) THEN
        RAISE undefined_object USING MESSAGE = format('model "%s" does not exist', model);
    END IF;
    IF NOT EXISTS (SELECT FROM fairpg_catalog.card_question q WHERE q.field = do_describe.field) THEN
        RAISE undefined_object USING
            MESSAGE = format('a model card has no field "%s"', field),
            HINT = format('The fields are: %s.', (SELECT string_agg(q.field, ', ' ORDER BY q.place) FROM fairpg_catalog.card_question q));
    END IF;
    INSERT INTO fairpg_catalog.card_answer (model, field, words, answered_at, answered_by)
        VALUES (model, field, words, clock_timestamp(), (SELECT a.role FROM fairpg.session_actor() a));
    PERFORM fairpg.record_event('model described', format('model %s', model), jsonb_build_object('field', field, 'words', words));
    RETURN format('%s of model %s', field, model);
END
$body$;
COMMENT ON FUNCTION fairpg.do_describe(text, text, text)
    IS 'what fairpg.describe() does, as the owner of the store';

CREATE FUNCTION fairpg.describe(model text, field text, words text)
    RETURNS text
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.describe(text, text, text)
    IS 'answers a question of the model card (fairpg_catalog.card_question); a newer answer takes the place of an older one';

-- The version of a policy that was in force when a version was trained.
CREATE FUNCTION fairpg.policy_at_training(model text, version integer, OUT policy text, OUT policy_version integer)
    RETURNS record
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_column
BEGIN
    SELECT p.policy, p.version INTO policy_at_training.policy, policy_at_training.policy_version
        FROM fairpg_catalog.model_version v
            JOIN fairpg_catalog.governed_model g ON g.model = v.model
            JOIN fairpg_catalog.policy p ON p.policy = g.policy
        WHERE v.model = policy_at_training.model AND v.version = policy_at_training.version
            AND p.activated_at <= v.created_at AND (p.ended_at IS NULL OR p.ended_at > v.created_at);
END
$body$;
COMMENT ON FUNCTION fairpg.policy_at_training(text, integer)
    IS 'part of the documents: the version of a policy that was in force when a version was trained';

-- Two versions of a policy: what was weakened first.
CREATE FUNCTION fairpg.policy_changes(policy text, from_version integer, to_version integer)
    RETURNS json
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN (
        WITH pair AS (
            SELECT coalesce(a.criterion, b.criterion) AS criterion, a, b,
                CASE WHEN b.criterion IS NULL THEN 'removed'
                    WHEN a.criterion IS NULL THEN 'added'
                    WHEN to_jsonb(a) - 'version' = to_jsonb(b) - 'version' THEN 'unchanged'
                    WHEN a.metric IS DISTINCT FROM b.metric OR a.attribute IS DISTINCT FROM b.attribute
                        OR a.contrast IS DISTINCT FROM b.contrast OR a.comparator IS DISTINCT FROM b.comparator THEN 'another measure'
                    WHEN CASE a.comparator WHEN '<=' THEN b.threshold > a.threshold ELSE b.threshold < a.threshold END
                        OR b.confidence < a.confidence OR b.min_n < a.min_n
                        OR a.severity = 'blocking' AND b.severity = 'advisory'
                        OR array_position('{block,waiver,advise}', b.on_insufficient) > array_position('{block,waiver,advise}', a.on_insufficient)
                        OR array_position('{interval_bound,no_significant_breach,point}', b.evidence)
                            > array_position('{interval_bound,no_significant_breach,point}', a.evidence) THEN 'weakened'
                    ELSE 'strengthened' END AS change
            FROM (SELECT * FROM fairpg_catalog.policy_criterion c
                  WHERE c.policy = policy_changes.policy AND c.version = from_version) a
                FULL JOIN (SELECT * FROM fairpg_catalog.policy_criterion c
                  WHERE c.policy = policy_changes.policy AND c.version = to_version) b ON b.criterion = a.criterion
        )
        SELECT coalesce(json_agg(json_build_object('change', p.change, 'criterion', p.criterion,
            'before', (p.a).metric || ' ' || (p.a).comparator || ' ' || (p.a).threshold,
            'after', (p.b).metric || ' ' || (p.b).comparator || ' ' || (p.b).threshold)
            ORDER BY array_position('{weakened,removed,another measure,strengthened,added}', p.change), p.criterion COLLATE "C"), '[]')
        FROM pair p WHERE p.change <> 'unchanged');
END
$body$;
COMMENT ON FUNCTION fairpg.policy_changes(text, integer, integer)
    IS 'part of the release notes: criteria that differ between two versions of a policy, weakened ones first';

-- Both versions on the same rows.  Of a model that decides between classes, each
-- class against all others, as it is measured elsewhere.
CREATE FUNCTION fairpg.release_comparison(model text, from_version integer, to_version integer, rows_of text)
    RETURNS TABLE (class text, kind text, attribute text, group_name text, metric text, value_a double precision, value_b double precision,
        value double precision, low double precision, high double precision, n bigint, n_changed bigint, verdict text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_column
DECLARE
    classes text[] := ARRAY(SELECT k.class FROM fairpg_catalog.model_version v,
            jsonb_array_elements_text(v.spec -> 'classes') WITH ORDINALITY AS k (class, place)
        WHERE v.model = release_comparison.model AND v.version IN (from_version, to_version) AND v.family = 'multinomial'
        GROUP BY k.class ORDER BY min(k.place), k.class COLLATE "C");
    of_both record;
    one text;
BEGIN
    IF cardinality(classes) = 0 THEN
        RETURN QUERY SELECT NULL::text, c.kind, c.attribute, c.group_name, c.metric, c.value_a, c.value_b, c.value, c.low, c.high, c.n, c.n_changed, c.verdict
            FROM fairpg.compare(model, model, rows_of, version_a => from_version, version_b => to_version) c;
        RETURN;
    END IF;
    SELECT v.label, v.protected, CASE WHEN rows_of ~* '^\s*([(]|--|/[*]|(select|with|values|table)\M)' THEN format(E'(%s\n)', rows_of) ELSE rows_of END AS source
        INTO of_both FROM fairpg_catalog.model_version v WHERE v.model = release_comparison.model AND v.version = to_version;
    FOREACH one IN ARRAY classes LOOP
        RETURN QUERY SELECT one, c.kind, c.attribute, c.group_name, c.metric, c.value_a, c.value_b, c.value, c.low, c.high, c.n, c.n_changed, c.verdict
            FROM fairpg.compare('decision:fairpg_before', 'decision:fairpg_after', format(
                'SELECT s.*, fairpg.predict_class(%1$L, s, %2$s) = %3$L AS fairpg_before, fairpg.predict_class(%1$L, s, %4$s) = %3$L AS fairpg_after,
                    s.%5$I::text = %3$L AS fairpg_label FROM %6$s AS s', model, from_version, one, to_version, of_both.label, of_both.source),
                protected => of_both.protected, label => 'fairpg_label') c
            WHERE c.kind = 'change' AND c.metric IN ('approved_to_refused', 'refused_to_approved')
                OR c.kind = 'gap' OR c.kind = 'overall' AND c.metric <> 'accuracy';
    END LOOP;
END
$body$;
COMMENT ON FUNCTION fairpg.release_comparison(text, integer, integer, text)
    IS 'part of the release notes: two versions on the same rows; of a model of classes, each class against all others';

CREATE FUNCTION fairpg.release_content(model text, from_version integer, to_version integer, source text DEFAULT NULL)
    RETURNS json
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET intervalstyle = 'postgres' SET extra_float_digits = 1
    AS $body$
DECLARE
    a record;
    b record;
    rows_of text;
    people json[];
    gaps json[];
    metrics json[];
    policy_a record;
    policy_b record;
BEGIN
    SELECT * INTO a FROM fairpg_catalog.model_version m WHERE m.model = release_content.model AND m.version = from_version;
    SELECT * INTO b FROM fairpg_catalog.model_version m WHERE m.model = release_content.model AND m.version = to_version;
    IF a.version IS NULL OR b.version IS NULL THEN
        RAISE undefined_object USING MESSAGE = format('model "%s" version %s does not exist', model,
            CASE WHEN a.version IS NULL THEN from_version ELSE to_version END);
    END IF;
    rows_of := coalesce(source, b.spec ->> 'relation', b.source);
    -- one sample for both, read once
    WITH c AS MATERIALIZED (
        SELECT k.class, k.kind, k.attribute, k.group_name, k.metric || coalesce(' of ' || k.class, '') AS metric,
            CASE WHEN k.class IS NULL THEN regexp_replace(replace(k.metric, '_', ' '), ' (positive|negative)$', ', label \1')
                WHEN k.metric = 'approved_to_refused' THEN k.class || ' to another class'
                ELSE 'another class to ' || k.class END AS change,
            k.class IS NULL AND k.metric IN ('selection_rate', 'tpr', 'fpr', 'ppv', 'accuracy', 'auc',
                'mean_prediction', 'mean_residual', 'mean_squared_error', 'mean_absolute_error', 'r_squared')
                OR k.metric IN ('selection_rate', 'tpr', 'ppv') AS is_told,
            k.value_a, k.value_b, k.value, k.low, k.high, k.n, k.n_changed, k.verdict
        FROM fairpg.release_comparison(model, from_version, to_version, rows_of) k
    )
    SELECT ARRAY(SELECT json_build_object('attribute', coalesce(c.attribute, 'all rows'), 'group', coalesce(nullif(c.group_name, ''), 'all rows'), 'change', c.change,
                'share', fairpg.in_figures(c.value), 'low', fairpg.in_figures(c.low), 'high', fairpg.in_figures(c.high),
                'people', c.n_changed, 'n', c.n) FROM c WHERE c.kind = 'change' AND c.n_changed > 0),
            ARRAY(SELECT json_build_object('metric', c.metric, 'attribute', c.attribute, 'before', fairpg.in_figures(c.value_a),
                'after', fairpg.in_figures(c.value_b), 'difference', fairpg.in_figures(c.value), 'low', fairpg.in_figures(c.low),
                'high', fairpg.in_figures(c.high), 'n', c.n, 'verdict', c.verdict) FROM c WHERE c.kind = 'gap'),
            ARRAY(SELECT json_build_object('metric', c.metric, 'before', fairpg.in_figures(c.value_a),
                'after', fairpg.in_figures(c.value_b), 'difference', fairpg.in_figures(c.value), 'low', fairpg.in_figures(c.low),
                'high', fairpg.in_figures(c.high), 'n', c.n, 'verdict', c.verdict)
                FROM c WHERE c.kind = 'overall' AND c.is_told)
        INTO people, gaps, metrics;
    SELECT * INTO policy_a FROM fairpg.policy_at_training(model, from_version);
    SELECT * INTO policy_b FROM fairpg.policy_at_training(model, to_version);
    RETURN json_build_object(
        'title', 'Release notes', 'subject', format('%s, from version %s to version %s', model, from_version, to_version),
        'verdict', json_build_object('state', coalesce(b.state, 'under no policy'),
            'approved_by', (SELECT coalesce(json_agg(DISTINCT p.person), '[]') FROM fairpg_catalog.approval p WHERE p.model = b.model AND p.version = b.version),
            'policy_of_version_before', policy_a.policy || ' version ' || policy_a.policy_version,
            'policy_of_this_version', policy_b.policy || ' version ' || policy_b.policy_version),
        'policy', json_build_object('changes', CASE WHEN policy_a.policy = policy_b.policy
            THEN fairpg.policy_changes(policy_b.policy, policy_a.policy_version, policy_b.policy_version) END),
        'people', json_build_object('rows', rows_of, 'decisions_that_change', people),
        'differences', json_build_object('gaps_between_groups', gaps, 'all_rows', metrics),
        'criteria', ARRAY(SELECT json_build_object('criterion', y.criterion, 'needed', y.needed, 'before', x.verdict, 'after', y.verdict,
                'value_before', fairpg.in_figures(x.value), 'value_after', fairpg.in_figures(y.value))
            FROM fairpg.criterion_results(model, to_version) y
                LEFT JOIN fairpg.criterion_results(model, from_version) x ON x.criterion = y.criterion ORDER BY (x.verdict IS NOT DISTINCT FROM y.verdict), y.criterion COLLATE "C"),
        'system', json_build_object(
            'features_added', (SELECT coalesce(json_agg(f ORDER BY f COLLATE "C"), '[]') FROM (SELECT jsonb_array_elements_text(b.spec -> 'features')
                EXCEPT SELECT jsonb_array_elements_text(a.spec -> 'features')) n (f)),
            'features_removed', (SELECT coalesce(json_agg(f ORDER BY f COLLATE "C"), '[]') FROM (SELECT jsonb_array_elements_text(a.spec -> 'features')
                EXCEPT SELECT jsonb_array_elements_text(b.spec -> 'features')) n (f)),
            'changes', ARRAY(SELECT json_build_object('setting', k.key, 'before', a.spec -> 'call' -> k.key, 'after', b.spec -> 'call' -> k.key)
                FROM jsonb_object_keys((a.spec -> 'call') || (b.spec -> 'call')) k (key)
                WHERE a.spec -> 'call' -> k.key IS DISTINCT FROM b.spec -> 'call' -> k.key ORDER BY k.key),
            'rows_trained_before', a.rows_train, 'rows_trained_now', b.rows_train),
        'why', json_build_object('comment', b.comment,
            'steps', ARRAY(SELECT json_build_object('at', date_trunc('second', t.at), 'to', t.to_state, 'outcome', t.outcome, 'by', t.actor, 'reason', t.reason)
                FROM fairpg_catalog.transition t WHERE t.model = b.model AND t.version = b.version ORDER BY t.transition)),
        'known_issues', json_build_object('warnings', b.warnings,
            'waivers', ARRAY(SELECT json_build_object('criterion', w.criterion, 'reason', w.reason, 'expires', date_trunc('second', w.expires_at))
                FROM fairpg_catalog.waiver w WHERE w.model = b.model AND w.version = b.version AND w.granted_at IS NOT NULL ORDER BY w.waiver),
            'how_to_roll_back', format('SELECT fairpg.rollback(%L, %L)', model, 'why')),
        'provenance', json_build_object('generated_at', date_trunc('second', clock_timestamp()),
            'artifact_sha256_before', encode(a.artifact_sha256, 'hex'), 'artifact_sha256_now', encode(b.artifact_sha256, 'hex'),
            'record', fairpg.audit_head()));
END
$body$;
COMMENT ON FUNCTION fairpg.release_content(text, integer, integer, text)
    IS 'what changes from one version of a model to another, as JSON: decisions by group on the same rows, criteria, policy, settings';

CREATE FUNCTION fairpg.release_notes(
    model text,
    from_version integer,
    to_version integer,
    source text DEFAULT NULL,
    format text DEFAULT 'html')
    RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN fairpg.as_document(fairpg.release_content(model, from_version, to_version, source), format);
END
$body$;
COMMENT ON FUNCTION fairpg.release_notes(text, integer, integer, text, text)
    IS 'what changes for people from one version of a model to another, as html, json or md; source is a table with its schema, NULL: what the newer one was trained on';

CREATE FUNCTION fairpg.governance_content(model text)
    RETURNS json
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET intervalstyle = 'postgres' SET extra_float_digits = 1
    AS $body$
BEGIN
    IF NOT EXISTS (SELECT FROM fairpg_catalog.model m WHERE m.model = governance_content.model) THEN
        RAISE undefined_object USING MESSAGE = format('model "%s" does not exist', model);
    END IF;
    RETURN json_build_object(
        'title', 'Governance report', 'subject', model,
        'model', json_build_object(
            'purpose', (SELECT g.purpose FROM fairpg_catalog.governed_model g WHERE g.model = governance_content.model),
            'policy', (SELECT g.policy FROM fairpg_catalog.governed_model g WHERE g.model = governance_content.model),
            'in_service', (SELECT coalesce(json_agg(format('version %s as %s since %s', d.version, d.slot, to_char(d.started_at, 'YYYY-MM-DD HH24:MI')) ORDER BY d.slot), '[]')
                FROM fairpg_catalog.deployment d WHERE d.model = governance_content.model AND d.ended_at IS NULL)),
        'versions', ARRAY(SELECT json_build_object('version', v.version, 'state', v.state, 'trained', date_trunc('second', v.created_at), 'by', v.created_by,
                'gap', fairpg.in_figures(v.gap), 'verdict', v.verdict, 'accuracy', fairpg.in_figures(v.accuracy))
            FROM fairpg_catalog.model_version v WHERE v.model = governance_content.model ORDER BY v.version),
        'policy_versions', ARRAY(SELECT json_build_object('version', p.version, 'status', p.status, 'in_force_from', date_trunc('second', p.activated_at),
                'until', date_trunc('second', p.ended_at), 'law_read', p.legal_as_of, 'written_by', p.created_by, 'activated_by', p.activated_by)
            FROM fairpg_catalog.governed_model g JOIN fairpg_catalog.policy p ON p.policy = g.policy WHERE g.model = governance_content.model ORDER BY p.version),
        'steps', ARRAY(SELECT json_build_object('at', date_trunc('second', t.at), 'version', t.version, 'from', t.from_state, 'to', t.to_state,
                'outcome', t.outcome, 'by', t.actor, 'reason', t.reason)
            FROM fairpg_catalog.transition t WHERE t.model = governance_content.model ORDER BY t.transition),
        'service', ARRAY(SELECT json_build_object('version', d.version, 'slot', d.slot, 'share', d.share, 'from', date_trunc('second', d.started_at),
                'until', date_trunc('second', d.ended_at), 'ended_because', d.end_reason)
            FROM fairpg_catalog.deployment d WHERE d.model = governance_content.model ORDER BY d.deployment),
        'reviews', ARRAY(SELECT json_build_object('version', r.version, 'kind', r.kind, 'verdict', r.verdict, 'by', r.reviewed_by,
                'at', date_trunc('second', r.reviewed_at), 'findings', r.findings)
            FROM fairpg_catalog.review r WHERE r.model = governance_content.model ORDER BY r.review),
        'approvals', ARRAY(SELECT json_build_object('version', a.version, 'by', a.approved_by, 'at', date_trunc('second', a.approved_at),
                'expires', date_trunc('second', a.expires_at), 'reason', a.reason)
            FROM fairpg_catalog.approval a WHERE a.model = governance_content.model ORDER BY a.approval),
        'waivers', ARRAY(SELECT json_build_object('version', w.version, 'criterion', w.criterion, 'reason', w.reason, 'requested_by', w.requested_by,
                'granted_by', w.granted_by, 'expires', date_trunc('second', w.expires_at))
            FROM fairpg_catalog.waiver w WHERE w.model = governance_content.model ORDER BY w.waiver),
        'incidents', ARRAY(SELECT json_build_object('opened', date_trunc('second', i.opened_at), 'version', i.version, 'title', i.title,
                'severity', i.severity, 'state', i.state, 'report_due', date_trunc('second', i.report_due), 'reported', date_trunc('second', i.reported_at),
                'mitigation', i.mitigation, 'root_cause', i.root_cause)
            FROM fairpg_catalog.incident i WHERE i.model = governance_content.model ORDER BY i.incident),
        'remediations', ARRAY(SELECT json_build_object('incident', i.title, 'kind', r.kind, 'plan', r.plan, 'result', r.result,
                'done', date_trunc('second', r.done_at))
            FROM fairpg_catalog.remediation r JOIN fairpg_catalog.incident i ON i.incident = r.incident
            WHERE i.model = governance_content.model ORDER BY r.remediation),
        'challenges', ARRAY(SELECT json_build_object('month', to_char(c.month, 'YYYY-MM'), 'kind', c.kind, 'group', c.group_claimed, 'n', c.n,
                'closed', c.n_closed, 'upheld', c.n_upheld, 'decision_changed', c.n_decision_changed, 'late', c.n_late)
            FROM fairpg_report.challenge_outcomes c WHERE c.model = governance_content.model ORDER BY c.month, c.kind, c.group_claimed),
        'documents', ARRAY(SELECT json_build_object('kind', d.kind, 'version', d.version, 'audience', d.audience, 'published', date_trunc('second', d.published_at),
                'sha256', encode(d.digest, 'hex'))
            FROM fairpg_catalog.document d WHERE d.model = governance_content.model ORDER BY d.document),
        'provenance', json_build_object('generated_at', date_trunc('second', clock_timestamp()), 'record', fairpg.audit_head()));
END
$body$;
COMMENT ON FUNCTION fairpg.governance_content(text)
    IS 'the life of a model under its policy, as JSON: versions, steps, service, reviews, approvals, waivers, documents';

CREATE FUNCTION fairpg.governance_report(model text, format text DEFAULT 'html')
    RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN fairpg.as_document(fairpg.governance_content(model), format);
END
$body$;
COMMENT ON FUNCTION fairpg.governance_report(text, text)
    IS 'the life of a model under its policy as html, json or md';

CREATE FUNCTION fairpg.do_publish(model text, version integer, kind text, audience text)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    missing text;
    number bigint;
    before bigint;
    content json;
    page text;
BEGIN
    PERFORM fairpg.require_one_of(kind, '{model_card,governance_report}', 'unknown kind of document "%s"', 'A kind is one of: %s.');
    IF kind = 'model_card' THEN
        SELECT string_agg(q.field, ', ' ORDER BY q.place) INTO missing FROM fairpg_catalog.card_question q
            WHERE q.required AND NOT EXISTS (SELECT FROM fairpg_catalog.card_answer a
                WHERE a.model = do_publish.model AND a.field = q.field);
        IF missing IS NOT NULL THEN
            RAISE object_not_in_prerequisite_state USING
                MESSAGE = format('the card of model "%s" is not complete', model),
                DETAIL = format('Not answered: %s.', missing),
                HINT = 'Answer with fairpg.describe().';
        END IF;
        content := fairpg.card_content(model, version, audience);
    ELSE
        content := fairpg.governance_content(model);
    END IF;
    SELECT max(d.document) INTO before FROM fairpg_catalog.document d
        WHERE d.model = do_publish.model AND d.version IS NOT DISTINCT FROM do_publish.version AND d.kind = do_publish.kind AND d.audience = do_publish.audience;
    page := fairpg.render_document(content, 'html');
    INSERT INTO fairpg_catalog.document
        (kind, model, version, audience, content, digest, html, published_at, published_by, supersedes)
        VALUES (kind, model, version, audience, content, sha256(convert_to(content::text, 'UTF8')), page,
            clock_timestamp(), (SELECT a.role FROM fairpg.session_actor() a), before)
        RETURNING document INTO number;
    PERFORM fairpg.record_event('document published', format('document %s', number),
        jsonb_build_object('kind', kind, 'model', model, 'version', version, 'audience', audience,
            'sha256', encode(sha256(convert_to(content::text, 'UTF8')), 'hex')));
    RETURN number;
END
$body$;
COMMENT ON FUNCTION fairpg.do_publish(text, integer, text, text)
    IS 'what fairpg.publish() does, as the owner of the store';

CREATE FUNCTION fairpg.publish(
    model text,
    version integer,
    kind text DEFAULT 'model_card',
    audience text DEFAULT 'public')
    RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.publish(text, integer, text, text)
    IS 'keeps a document as it is now, with its SHA-256 in the record; a card only when all required questions are answered';
