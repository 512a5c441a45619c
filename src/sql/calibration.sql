-- Calibration and thresholds: what scores say as probabilities, and what would
-- be decided by them.

CREATE FUNCTION fairpg.calibration(
    source text,
    protected text[] DEFAULT NULL,
    label text DEFAULT NULL,
    score text DEFAULT NULL,
    bins integer DEFAULT 10,
    binning text DEFAULT 'width',
    model text DEFAULT NULL,
    version integer DEFAULT NULL,
    positive text DEFAULT NULL,
    weight text DEFAULT NULL,
    level double precision DEFAULT 0.95,
    seed bigint DEFAULT 0,
    options jsonb DEFAULT '{}')
    RETURNS TABLE (
    kind text,
    attribute text,
    group_name text,
    bin integer,
    score_from double precision,
    score_to double precision,
    mean_score double precision,
    metric text,
    value double precision,
    low double precision,
    high double precision,
    n bigint,
    flag text,
    reason text)
    LANGUAGE C STABLE PARALLEL RESTRICTED
    COST 100000 ROWS 200
    AS 'MODULE_PATHNAME', 'fairpg_calibration';
COMMENT ON FUNCTION fairpg.calibration(text, text[], text, text, integer, text, text, integer,
    text, text, double precision, bigint, jsonb)
    IS 'measures whether scores of a table or query, or of a stored model, are the probabilities that they claim to be, by group: bins, calibration metrics with intervals, gaps between groups';

CREATE FUNCTION fairpg.threshold_sweep(
    source text,
    protected text[] DEFAULT NULL,
    label text DEFAULT NULL,
    score text DEFAULT NULL,
    thresholds double precision[] DEFAULT NULL,
    steps integer DEFAULT 19,
    model text DEFAULT NULL,
    version integer DEFAULT NULL,
    positive text DEFAULT NULL,
    weight text DEFAULT NULL,
    level double precision DEFAULT 0.95,
    seed bigint DEFAULT 0,
    options jsonb DEFAULT '{}')
    RETURNS TABLE (
    kind text,
    attribute text,
    group_name text,
    threshold double precision,
    metric text,
    value double precision,
    low double precision,
    high double precision,
    n bigint,
    flag text,
    reason text)
    LANGUAGE C STABLE PARALLEL RESTRICTED
    COST 100000 ROWS 1000
    AS 'MODULE_PATHNAME', 'fairpg_threshold_sweep';
COMMENT ON FUNCTION fairpg.threshold_sweep(text, text[], text, text, double precision[], integer, text, integer,
    text, text, double precision, bigint, jsonb)
    IS 'tells at each of many thresholds what each group gets: rates with intervals, gaps and ratios between groups, from one reading of the source';
