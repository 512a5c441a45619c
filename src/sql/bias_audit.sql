-- Bias audit: rates of selection and impact ratios in the shape that New York
-- City's Local Law 144 asks for.

CREATE FUNCTION fairpg.bias_audit(
    source text,
    sex text DEFAULT NULL,
    race text DEFAULT NULL,
    decision text DEFAULT NULL,
    score text DEFAULT NULL,
    protected text[] DEFAULT '{}',
    level double precision DEFAULT 0.95,
    options jsonb DEFAULT '{}')
    RETURNS TABLE (
    kind text,
    audit_table text,
    attribute text,
    group_name text,
    metric text,
    value double precision,
    low double precision,
    high double precision,
    n bigint,
    flag text,
    reason text)
    LANGUAGE C STABLE PARALLEL RESTRICTED
    COST 100000 ROWS 200
    AS 'MODULE_PATHNAME', 'fairpg_bias_audit';
COMMENT ON FUNCTION fairpg.bias_audit(text, text, text, text, text, text[], double precision, jsonb)
    IS 'selection or scoring rates and impact ratios by sex, by race or ethnicity and by both, with those left out and those unknown, in the shape of Local Law 144';
