-- Analyses: what there is to find out about the rows of an evaluation, stored
-- beside it.

CREATE FUNCTION fairpg.add_analyses(
    evaluation bigint,
    analyses text[] DEFAULT NULL,
    arguments jsonb DEFAULT '{}')
    RETURNS TABLE (
    analysis text,
    n_rows bigint,
    seconds double precision,
    skipped_because text)
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    COST 100000 ROWS 8
    AS 'MODULE_PATHNAME', 'fairpg_add_analyses';
COMMENT ON FUNCTION fairpg.add_analyses(bigint, text[], jsonb)
    IS 'reads the rows of an evaluation again and stores what fairpg.calibration(), subgroups() and the like say of them, for the views of fairpg_report';
