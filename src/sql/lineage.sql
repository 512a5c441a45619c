-- Where a version comes from: training it again, its lineage, and taking it to
-- another database.

CREATE FUNCTION fairpg.reproduce(
    model text,
    version integer,
    OUT same boolean,
    OUT artifact_sha256 text,
    OUT again_sha256 text,
    OUT changed text[])
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    COST 100000
    AS '$libdir/fairpg_train', 'fairpg_reproduce';
COMMENT ON FUNCTION fairpg.reproduce(text, integer)
    IS 'trains a version again from what is stored of its call, keeps nothing of it, and says whether the model has the same bytes; if not, which inputs are others than they were';

-- One run of training in the shape of OpenLineage: where its rows came from, which
-- columns had a part in the model, and how.
CREATE FUNCTION fairpg.lineage(model text, version integer DEFAULT NULL)
    RETURNS SETOF json
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC' SET datestyle = 'ISO, YMD'
    AS $body$
#variable_conflict use_variable
BEGIN
    IF NOT EXISTS (SELECT FROM fairpg_catalog.model_version v
        WHERE v.model = lineage.model AND (lineage.version IS NULL OR v.version = lineage.version))
    THEN
        RAISE undefined_object USING MESSAGE = format('model "%s"%s does not exist', model, coalesce(' version ' || version, ''));
    END IF;
    RETURN QUERY
    SELECT json_build_object(
        'eventType', 'COMPLETE',
        'eventTime', v.created_at,
        'producer', 'fairpg ' || v.fairpg_version,
        'schemaURL', 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
        'run', json_build_object('runId', n.run, 'facets', json_build_object(
            'fairpg_training', json_build_object('status', v.status, 'seconds', v.seconds, 'iterations', v.iterations,
                'rows_train', v.rows_train, 'rows_test', v.rows_test, 'rows_dropped', v.rows_dropped,
                'data_digest', v.spec #> '{data,digest}', 'wal_lsn', v.spec #> '{data,wal_lsn}', 'replays', v.spec -> 'replays',
                'server_version', v.server_version, 'kernels', v.spec -> 'kernels', 'trained_by', v.created_by))),
        'job', json_build_object('namespace', n.namespace, 'name', 'fairpg.train ' || v.model,
            'facets', json_build_object('sql', json_build_object('query', v.spec ->> 'statement'))),
        'inputs', json_build_array(json_build_object('namespace', n.namespace, 'name', coalesce(v.spec ->> 'relation', v.source),
            'facets', json_build_object('schema', json_build_object('fields',
                ARRAY(SELECT json_build_object('name', c.key, 'type', c.value) FROM jsonb_each_text(v.spec -> 'columns') c ORDER BY c.key COLLATE "C"))))),
        'outputs', json_build_array(json_build_object('namespace', n.namespace, 'name', format('model/%s/%s', v.model, v.version),
            'facets', json_build_object('columnLineage', json_build_object('fields', json_build_object('score', json_build_object(
                'inputFields', ARRAY(
                    SELECT json_build_object('namespace', n.namespace, 'name', coalesce(v.spec ->> 'relation', v.source), 'field', u.field,
                        'transformations', json_build_array(json_build_object('type', u.kind, 'subtype', u.subtype)))
                    FROM (
                        SELECT f, 'DIRECT', 'TRANSFORMATION', 1 FROM jsonb_array_elements_text(v.spec -> 'features') f
                        UNION ALL SELECT v.label, 'INDIRECT', 'LABEL', 2
                        UNION ALL SELECT w, 'INDIRECT', 'PROTECTED', 3 FROM (SELECT DISTINCT regexp_split_to_table(p, '\*') FROM unnest(v.protected) p) q (w)
                        UNION ALL SELECT v.spec ->> 'weight', 'INDIRECT', 'WEIGHT', 4 WHERE v.spec ->> 'weight' IS NOT NULL
                    ) u (field, kind, subtype, place) ORDER BY u.place, u.field COLLATE "C")))),
                'fairpg_model', json_build_object('family', v.family, 'artifact_sha256', encode(v.artifact_sha256, 'hex'), 'state', v.state)))))
    FROM fairpg_catalog.model_version v
        CROSS JOIN LATERAL (SELECT format('postgres://%s', current_database()) AS namespace,
            -- the same for the same version wherever it is asked for
            encode(substr(sha256(convert_to(format('%s@%s', v.model, v.version), 'UTF8') || v.artifact_sha256), 1, 16), 'hex')::uuid AS run) n
    WHERE v.model = lineage.model AND (lineage.version IS NULL OR v.version = lineage.version)
    ORDER BY v.version;
END
$body$;
COMMENT ON FUNCTION fairpg.lineage(text, integer)
    IS 'one event for each version in the shape of OpenLineage: source, columns and how each had a part, and the model';

CREATE FUNCTION fairpg.export_model(model text, version integer)
    RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET extra_float_digits = 1 SET bytea_output = 'hex'
    AS $body$
DECLARE
    image jsonb;
BEGIN
    SELECT jsonb_build_object('format', 'fairpg model 1',
            'version', to_jsonb(v) - '{state,author_role,author_login}'::text[],
            'coefficients', (SELECT jsonb_agg(to_jsonb(c) - '{model,version}'::text[] ORDER BY c.position)
                FROM fairpg_catalog.coefficient c WHERE c.model = v.model AND c.version = v.version),
            'group_thresholds', (SELECT jsonb_agg(to_jsonb(t) - '{model,version}'::text[] ORDER BY t.attribute, t.group_name)
                FROM fairpg_catalog.group_threshold t WHERE t.model = v.model AND t.version = v.version))
        INTO image FROM fairpg_catalog.model_version v
        WHERE v.model = export_model.model AND v.version = export_model.version;
    IF image IS NULL THEN
        RAISE undefined_object USING MESSAGE = format('model "%s" version %s does not exist', model, version);
    END IF;
    RETURN image || jsonb_build_object('sha256', encode(sha256(convert_to(image::text, 'UTF8')), 'hex'));
END
$body$;
COMMENT ON FUNCTION fairpg.export_model(text, integer)
    IS 'a version as JSON, for fairpg.import_model() of another database; with the model itself, its coefficients and a checksum';

CREATE FUNCTION fairpg.import_model(image jsonb, model text DEFAULT NULL)
    RETURNS integer
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET extra_float_digits = 1 SET bytea_output = 'hex'
    AS 'MODULE_PATHNAME', 'fairpg_import_model';
COMMENT ON FUNCTION fairpg.import_model(jsonb, text)
    IS 'stores what fairpg.export_model() returned as a new version, of the same name or another; checksums and the model itself are checked, and it begins as a draft where there is a policy';

CREATE FUNCTION fairpg.read_image(image jsonb, model text)
    RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    row jsonb := image -> 'version';
BEGIN
    IF image ->> 'format' IS DISTINCT FROM 'fairpg model 1' OR jsonb_typeof(row) IS DISTINCT FROM 'object' THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'argument "image" is no exported model',
            HINT = 'It is what fairpg.export_model() returns.';
    END IF;
    IF encode(sha256(convert_to((image - 'sha256')::text, 'UTF8')), 'hex') IS DISTINCT FROM image ->> 'sha256'
        OR sha256((row ->> 'artifact')::bytea) IS DISTINCT FROM (row ->> 'artifact_sha256')::bytea
    THEN
        RAISE data_corrupted USING
            MESSAGE = 'checksum mismatch in an exported model',
            HINT = 'Export it again.';
    END IF;
    PERFORM fairpg.check_artifact((row ->> 'artifact')::bytea, row ->> 'encoding');
    RETURN jsonb_build_object('model', coalesce(model, row ->> 'model'),
        'state', NULL, 'author_role', NULL, 'author_login', NULL,
        'comment', concat_ws('; ', row ->> 'comment', format('imported; was model %s version %s, trained by %s at %s',
            row ->> 'model', row ->> 'version', row ->> 'created_by', row ->> 'created_at')),
        'spec', (row -> 'spec') || jsonb_build_object('imported', jsonb_build_object('model', row -> 'model',
            'version', row -> 'version', 'created_at', row -> 'created_at', 'created_by', row -> 'created_by')),
        'created_at', clock_timestamp(), 'created_by', session_user);
END
$body$;
COMMENT ON FUNCTION fairpg.read_image(jsonb, text)
    IS 'part of fairpg.import_model(): an error unless this is an exported model; what is different of the imported version';

CREATE FUNCTION fairpg.check_artifact(artifact bytea, encoding text)
    RETURNS void
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_check_artifact';
COMMENT ON FUNCTION fairpg.check_artifact(bytea, text)
    IS 'part of fairpg.import_model(): an error unless these bytes are a model';
