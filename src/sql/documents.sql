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
        'evaluated_at', chosen.evaluated_at, 'confidence_level', chosen.level,
        'accuracy', fairpg.in_figures(chosen.accuracy), 'auc', fairpg.in_figures(chosen.auc), 'loss', fairpg.in_figures(chosen.loss),
        'gaps', (SELECT json_agg(json_build_object('metric', g.criterion, 'attribute', g.attribute,
                'value', fairpg.in_figures(g.value), 'low', fairpg.in_figures(g.low), 'high', fairpg.in_figures(g.high),
                'n', g.n, 'flag', g.flag, 'note', g.highest_group || ' / ' || g.lowest_group)
                ORDER BY g.attribute COLLATE "C", g.criterion COLLATE "C")
            FROM fairpg_catalog.evaluation_gap g WHERE g.evaluation = chosen.evaluation AND g.class_number = 0),
        'ratios', (SELECT json_agg(json_build_object('metric', 'selection rate ratio', 'attribute', r.attribute, 'group', r.group_name,
                'value', fairpg.in_figures(r.ratio), 'low', fairpg.in_figures(r.low), 'high', fairpg.in_figures(r.high),
                'n', r.n, 'flag', r.flag, 'note', r.reference_group, 'verdict', r.verdict)
                ORDER BY r.attribute COLLATE "C", r.group_name COLLATE "C")
            FROM fairpg_catalog.evaluation_ratio r WHERE r.evaluation = chosen.evaluation AND r.class_number = 0),
        'groups', (SELECT json_agg(json_build_object('attribute', m.attribute, 'group', m.group_name, 'metric', m.metric,
                'value', fairpg.in_figures(m.value), 'low', fairpg.in_figures(m.low), 'high', fairpg.in_figures(m.high),
                'n', m.n, 'flag', m.flag) ORDER BY m.attribute COLLATE "C", m.metric COLLATE "C", m.group_name COLLATE "C")
            FROM fairpg_catalog.evaluation_metric m
            WHERE m.evaluation = chosen.evaluation AND m.class_number = 0
                AND m.metric IN ('selection_rate', 'tpr', 'fpr', 'accuracy', 'log_loss')),
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
            'policy', p.policy, 'version', p.version, 'title', p.title, 'in_force_since', p.activated_at,
            'jurisdictions', p.jurisdictions, 'metric_rationale', p.rationale,
            'metrics_rejected', p.metrics_rejected, 'legal_basis', p.legal_basis, 'legal_as_of', p.legal_as_of,
            'ethical_notes', p.ethical_notes, 'harms', p.harms, 'digest', encode(p.digest, 'hex'),
            'criteria', (SELECT json_agg(json_build_object('criterion', c.criterion, 'phase', c.phase, 'needed', r.needed,
                    'confidence', c.confidence, 'evidence', c.evidence, 'min_n', c.min_n, 'severity', c.severity,
                    'value', fairpg.in_figures(r.value), 'low', fairpg.in_figures(r.low), 'high', fairpg.in_figures(r.high),
                    'n', r.n, 'worst_group', r.worst_group, 'verdict', r.verdict, 'reason', r.reason, 'waiver', r.waiver)
                    ORDER BY c.criterion COLLATE "C")
                FROM fairpg_catalog.policy_criterion c
                    JOIN fairpg.criterion_results(card_policy.model, card_policy.version) r ON r.criterion = c.criterion
                WHERE c.policy = p.policy AND c.version = p.version))
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
        'reviews', (SELECT json_agg(json_build_object('kind', r.kind, 'verdict', r.verdict, 'by', r.reviewed_by,
                'at', r.reviewed_at, 'expires', r.expires_at, 'findings', r.findings, 'conditions', r.conditions) ORDER BY r.review)
            FROM fairpg_catalog.review r WHERE r.model = card_life.model AND r.version = card_life.version),
        'approvals', (SELECT json_agg(json_build_object('by', a.approved_by, 'person', a.person, 'at', a.approved_at,
                'expires', a.expires_at, 'reason', a.reason, 'digest', encode(a.digest, 'hex')) ORDER BY a.approval)
            FROM fairpg_catalog.approval a WHERE a.model = card_life.model AND a.version = card_life.version),
        'waivers', (SELECT json_agg(json_build_object('criterion', w.criterion, 'reason', w.reason, 'in_its_place', w.compensation,
                'requested_by', w.requested_by, 'granted_by', w.granted_by, 'expires', w.expires_at) ORDER BY w.waiver)
            FROM fairpg_catalog.waiver w WHERE w.model = card_life.model AND w.version = card_life.version AND w.granted_at IS NOT NULL),
        'steps', (SELECT json_agg(json_build_object('at', t.at, 'from', t.from_state, 'to', t.to_state, 'outcome', t.outcome,
                'by', t.actor, 'reason', t.reason) ORDER BY t.transition)
            FROM fairpg_catalog.transition t WHERE t.model = card_life.model AND t.version = card_life.version),
        'service', (SELECT json_agg(json_build_object('slot', d.slot, 'share', d.share, 'from', d.started_at, 'until', d.ended_at,
                'ended_because', d.end_reason) ORDER BY d.deployment)
            FROM fairpg_catalog.deployment d WHERE d.model = card_life.model AND d.version = card_life.version));
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
    IF audience IS NULL OR audience NOT IN ('public', 'deployer', 'authority') THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('unknown audience "%s"', coalesce(audience, 'null')),
            HINT = 'An audience is one of: public, deployer, authority.';
    END IF;
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
                'family', v.family, 'method', v.method, 'trained_at', v.created_at, 'trained_by', v.created_by,
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
            THEN json_build_object('reviews', (SELECT json_agg(json_build_object('kind', r.kind, 'verdict', r.verdict, 'at', r.reviewed_at) ORDER BY r.review)
                    FROM fairpg_catalog.review r WHERE r.model = v.model AND r.version = v.version),
                'approvals', (SELECT count(DISTINCT a.person) FROM fairpg_catalog.approval a WHERE a.model = v.model AND a.version = v.version))
            ELSE fairpg.card_life(model, version) END,
        'recourse', fairpg.card_words(model, 'recourse'),
        'provenance', json_build_object('generated_at', clock_timestamp(), 'audience', audience,
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
