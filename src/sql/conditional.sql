-- Conditional disparity: whom decisions turn away within strata.

CREATE FUNCTION fairpg.conditional_disparity(
    source text,
    protected text[],
    strata text,
    decision text DEFAULT NULL,
    score text DEFAULT NULL,
    threshold double precision DEFAULT 0.5,
    weight text DEFAULT NULL,
    level double precision DEFAULT 0.95,
    options jsonb DEFAULT '{}')
    RETURNS TABLE (
    kind text,
    attribute text,
    group_name text,
    stratum text,
    metric text,
    value double precision,
    low double precision,
    high double precision,
    n bigint,
    flag text,
    reason text)
    LANGUAGE C STABLE PARALLEL RESTRICTED
    COST 100000 ROWS 100
    AS 'MODULE_PATHNAME', 'fairpg_conditional_disparity';
COMMENT ON FUNCTION fairpg.conditional_disparity(text, text[], text, text, text, double precision, text,
    double precision, jsonb)
    IS 'demographic disparity of each group in decisions, all rows as one and conditional on strata, with the common ratio of Mantel and Haenszel and every stratum';
