-- Rankings: where groups stand in lists that are ordered by a score.

CREATE FUNCTION fairpg.ranking_audit(
    source text,
    protected text[],
    score text,
    list text DEFAULT NULL,
    k integer[] DEFAULT '{10,100}',
    targets jsonb DEFAULT NULL,
    level double precision DEFAULT 0.95,
    options jsonb DEFAULT '{}')
    RETURNS TABLE (
    kind text,
    attribute text,
    group_name text,
    metric text,
    places bigint,
    value double precision,
    low double precision,
    high double precision,
    n bigint,
    flag text,
    reason text)
    LANGUAGE C STABLE PARALLEL RESTRICTED
    COST 100000 ROWS 50
    AS 'MODULE_PATHNAME', 'fairpg_ranking_audit';
COMMENT ON FUNCTION fairpg.ranking_audit(text, text[], text, text, integer[], jsonb, double precision, jsonb)
    IS 'where each group stands in lists ordered by a score: share, skew and exposure of groups among the first places, NDKL';
