-- Counterfactual flips: whose decision changes with a protected value alone.

CREATE FUNCTION fairpg.counterfactual_flips(
    model text,
    source text,
    version integer DEFAULT NULL,
    protected text[] DEFAULT NULL,
    level double precision DEFAULT 0.95,
    options jsonb DEFAULT '{}')
    RETURNS TABLE (
    attribute text,
    group_name text,
    set_to text,
    metric text,
    value double precision,
    low double precision,
    high double precision,
    n bigint,
    flag text,
    reason text)
    LANGUAGE C STABLE PARALLEL RESTRICTED
    COST 100000 ROWS 20
    AS 'MODULE_PATHNAME', 'fairpg_counterfactual_flips';
COMMENT ON FUNCTION fairpg.counterfactual_flips(text, text, integer, text[], double precision, jsonb)
    IS 'share of rows of each group that a model decides otherwise when nothing but a protected column is set to another value';
