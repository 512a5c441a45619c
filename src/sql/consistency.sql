-- Consistency: are people who are alike decided alike?

CREATE FUNCTION fairpg.consistency(
    source text,
    columns text[],
    decision text DEFAULT NULL,
    protected text[] DEFAULT '{}',
    model text DEFAULT NULL,
    version integer DEFAULT NULL,
    k integer DEFAULT 5,
    sample integer DEFAULT 1000,
    weight text DEFAULT NULL,
    distance text DEFAULT 'euclidean',
    level double precision DEFAULT 0.95,
    seed bigint DEFAULT 0,
    options jsonb DEFAULT '{}')
    RETURNS TABLE (
    attribute text,
    group_name text,
    value double precision,
    low double precision,
    high double precision,
    n bigint,
    n_rows bigint,
    flag text,
    reason text)
    LANGUAGE C STABLE PARALLEL RESTRICTED
    COST 1000000 ROWS 20
    AS 'MODULE_PATHNAME', 'fairpg_consistency';
COMMENT ON FUNCTION fairpg.consistency(text, text[], text, text[], text, integer, integer, integer, text, text,
    double precision, bigint, jsonb)
    IS 'consistency with the k nearest neighbours: 1 less how far the decisions of people are from the mean decision of those who are most alike, by group';
