-- Subgroups: the groups by values of several columns that fare worst.

CREATE FUNCTION fairpg.subgroups(
    source text,
    columns text[],
    label text DEFAULT NULL,
    decision text DEFAULT NULL,
    score text DEFAULT NULL,
    threshold double precision DEFAULT 0.5,
    positive text DEFAULT NULL,
    metric text DEFAULT 'selection_rate',
    depth integer DEFAULT 3,
    weight text DEFAULT NULL,
    level double precision DEFAULT 0.95,
    seed bigint DEFAULT 0,
    options jsonb DEFAULT '{}')
    RETURNS TABLE (
    kind text,
    rank bigint,
    attribute text,
    group_name text,
    metric text,
    value double precision,
    rest double precision,
    effect double precision,
    low double precision,
    high double precision,
    n bigint,
    n_rest bigint,
    p_value double precision,
    p_adjusted double precision,
    pooled double precision,
    pooled_low double precision,
    pooled_high double precision,
    verdict text,
    flag text,
    reason text)
    LANGUAGE C STABLE PARALLEL RESTRICTED
    COST 100000 ROWS 50
    AS 'MODULE_PATHNAME', 'fairpg_subgroups';
COMMENT ON FUNCTION fairpg.subgroups(text, text[], text, text, text, double precision, text, text,
    integer, text, double precision, bigint, jsonb)
    IS 'searches the groups by the values of up to three columns for those with the worst rate against all other rows, with tests adjusted for how many were tried';
