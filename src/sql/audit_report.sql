-- Reports: what the store knows of an evaluation, as one page or as JSON.

CREATE FUNCTION fairpg.audit_report(
    model text DEFAULT NULL,
    version integer DEFAULT NULL,
    evaluation bigint DEFAULT NULL,
    format text DEFAULT 'html',
    options jsonb DEFAULT '{}')
    RETURNS text
    LANGUAGE C STABLE PARALLEL UNSAFE
    COST 100000
    AS 'MODULE_PATHNAME', 'fairpg_audit_report';
COMMENT ON FUNCTION fairpg.audit_report(text, integer, bigint, text, jsonb)
    IS 'report of an evaluation, or of the newest one of a model, as one HTML page without scripts, or as JSON';
