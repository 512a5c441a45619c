CREATE FUNCTION fairpg.record_event(action text, object text, payload jsonb)
    RETURNS bigint
    LANGUAGE sql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$ SELECT 0::bigint $$;
COMMENT ON FUNCTION fairpg.record_event(text, text, jsonb) IS 'placeholder of the record';
CREATE FUNCTION fairpg.audit_head() RETURNS jsonb LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$ SELECT '{}'::jsonb $$;
COMMENT ON FUNCTION fairpg.audit_head() IS 'placeholder of the record';
