-- Comparison: two models, or two columns of decisions, scores or predicted
-- numbers, on the same rows.

CREATE FUNCTION fairpg.score_pairs_step(
    state bytea,
    label double precision,
    score_a double precision,
    score_b double precision)
    RETURNS bytea
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_score_pairs_step';
COMMENT ON FUNCTION fairpg.score_pairs_step(bytea, double precision, double precision, double precision)
    IS 'keeps one row';

CREATE FUNCTION fairpg.score_pairs_step(
    state bytea,
    label double precision,
    score_a double precision,
    score_b double precision,
    weight double precision)
    RETURNS bytea
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_score_pairs_step';
COMMENT ON FUNCTION fairpg.score_pairs_step(bytea, double precision, double precision, double precision, double precision)
    IS 'keeps one row and its weight';

CREATE FUNCTION fairpg.score_pairs_combine(state bytea, pairs bytea)
    RETURNS bytea
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_score_pairs_combine';
COMMENT ON FUNCTION fairpg.score_pairs_combine(bytea, bytea)
    IS 'adds the rows of both';

CREATE AGGREGATE fairpg.score_pairs(
    label double precision,
    score_a double precision,
    score_b double precision) (
    SFUNC = fairpg.score_pairs_step,
    STYPE = bytea,
    COMBINEFUNC = fairpg.score_pairs_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.score_pairs(double precision, double precision, double precision)
    IS 'label and two scores of each row as they are, for fairpg.compare(): not to be stored';

CREATE AGGREGATE fairpg.score_pairs(
    label double precision,
    score_a double precision,
    score_b double precision,
    weight double precision) (
    SFUNC = fairpg.score_pairs_step,
    STYPE = bytea,
    COMBINEFUNC = fairpg.score_pairs_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.score_pairs(double precision, double precision, double precision, double precision)
    IS 'label, two scores and weight of each row as they are, for fairpg.compare(): not to be stored';

CREATE FUNCTION fairpg.compare(
    a text,
    b text,
    source text,
    protected text[] DEFAULT NULL,
    label text DEFAULT NULL,
    positive text DEFAULT NULL,
    version_a integer DEFAULT NULL,
    version_b integer DEFAULT NULL,
    threshold double precision DEFAULT 0.5,
    weight text DEFAULT NULL,
    level double precision DEFAULT 0.95,
    seed bigint DEFAULT 0,
    options jsonb DEFAULT '{}')
    RETURNS TABLE (
    kind text,
    attribute text,
    group_name text,
    metric text,
    value_a double precision,
    value_b double precision,
    value double precision,
    low double precision,
    high double precision,
    n bigint,
    n_changed bigint,
    p_value double precision,
    p_adjusted double precision,
    verdict text,
    flag text,
    reason text)
    LANGUAGE C STABLE PARALLEL RESTRICTED
    COST 100000 ROWS 200
    AS 'MODULE_PATHNAME', 'fairpg_compare';
COMMENT ON FUNCTION fairpg.compare(text, text, text, text[], text, text, integer, integer,
    double precision, text, double precision, bigint, jsonb)
    IS 'sets two models, or two columns of decisions, scores or predicted numbers, side by side on the same rows: metrics and gaps of both, their differences with paired intervals, and who is decided differently';
