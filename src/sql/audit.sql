-- Audit: how each group fares by decisions or scores that are already there.

CREATE FUNCTION fairpg.audit(
    source text,
    protected text[],
    label text DEFAULT NULL,
    decision text DEFAULT NULL,
    score text DEFAULT NULL,
    threshold double precision DEFAULT 0.5,
    positive text DEFAULT NULL,
    weight text DEFAULT NULL,
    level double precision DEFAULT 0.95,
    seed bigint DEFAULT 0,
    options jsonb DEFAULT '{}',
    prediction text DEFAULT NULL)
    RETURNS TABLE (
    kind text,
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
    AS 'MODULE_PATHNAME', 'fairpg_audit';
COMMENT ON FUNCTION fairpg.audit(text, text[], text, text, text, double precision, text, text,
    double precision, bigint, jsonb, text)
    IS 'measures how each group of a table or query fares by its decisions, scores or predicted numbers, with intervals, gaps and ratios between groups';
