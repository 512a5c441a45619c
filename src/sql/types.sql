-- Types that hold statistics of groups, and intervals.
--
-- A value of the three statistics types is a flat sequence of bytes, the same
-- on every machine; its text form is these bytes in hexadecimal, so nothing is
-- lost in a dump, a COPY or on the way to another node.

CREATE TYPE fairpg.interval AS (
    low double precision,
    high double precision
);
COMMENT ON TYPE fairpg.interval
    IS 'interval in which a figure lies with the confidence that was asked for';
COMMENT ON COLUMN fairpg.interval.low IS 'lower end';
COMMENT ON COLUMN fairpg.interval.high IS 'upper end';

CREATE TYPE fairpg.outcome_stats;

CREATE FUNCTION fairpg.outcome_stats_in(cstring)
    RETURNS fairpg.outcome_stats
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_outcome_stats_in';
COMMENT ON FUNCTION fairpg.outcome_stats_in(cstring)
    IS 'reads the text form, which is hexadecimal';

CREATE FUNCTION fairpg.outcome_stats_out(fairpg.outcome_stats)
    RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_outcome_stats_out';
COMMENT ON FUNCTION fairpg.outcome_stats_out(fairpg.outcome_stats)
    IS 'writes the text form, which is hexadecimal';

CREATE FUNCTION fairpg.outcome_stats_recv(internal)
    RETURNS fairpg.outcome_stats
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_outcome_stats_recv';
COMMENT ON FUNCTION fairpg.outcome_stats_recv(internal)
    IS 'reads the binary form';

CREATE FUNCTION fairpg.outcome_stats_send(fairpg.outcome_stats)
    RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_outcome_stats_send';
COMMENT ON FUNCTION fairpg.outcome_stats_send(fairpg.outcome_stats)
    IS 'writes the binary form';

CREATE TYPE fairpg.outcome_stats (
    INPUT = fairpg.outcome_stats_in,
    OUTPUT = fairpg.outcome_stats_out,
    RECEIVE = fairpg.outcome_stats_recv,
    SEND = fairpg.outcome_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE fairpg.outcome_stats
    IS 'one confusion table: counts and exact weights by label and decision';

CREATE TYPE fairpg.fairness_stats;

CREATE FUNCTION fairpg.fairness_stats_in(cstring)
    RETURNS fairpg.fairness_stats
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_fairness_stats_in';
COMMENT ON FUNCTION fairpg.fairness_stats_in(cstring)
    IS 'reads the text form, which is hexadecimal';

CREATE FUNCTION fairpg.fairness_stats_out(fairpg.fairness_stats)
    RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_fairness_stats_out';
COMMENT ON FUNCTION fairpg.fairness_stats_out(fairpg.fairness_stats)
    IS 'writes the text form, which is hexadecimal';

CREATE FUNCTION fairpg.fairness_stats_recv(internal)
    RETURNS fairpg.fairness_stats
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_fairness_stats_recv';
COMMENT ON FUNCTION fairpg.fairness_stats_recv(internal)
    IS 'reads the binary form';

CREATE FUNCTION fairpg.fairness_stats_send(fairpg.fairness_stats)
    RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_fairness_stats_send';
COMMENT ON FUNCTION fairpg.fairness_stats_send(fairpg.fairness_stats)
    IS 'writes the binary form';

CREATE TYPE fairpg.fairness_stats (
    INPUT = fairpg.fairness_stats_in,
    OUTPUT = fairpg.fairness_stats_out,
    RECEIVE = fairpg.fairness_stats_recv,
    SEND = fairpg.fairness_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE fairpg.fairness_stats
    IS 'a confusion table for each group';

CREATE TYPE fairpg.score_stats;

CREATE FUNCTION fairpg.score_stats_in(cstring)
    RETURNS fairpg.score_stats
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_score_stats_in';
COMMENT ON FUNCTION fairpg.score_stats_in(cstring)
    IS 'reads the text form, which is hexadecimal';

CREATE FUNCTION fairpg.score_stats_out(fairpg.score_stats)
    RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_score_stats_out';
COMMENT ON FUNCTION fairpg.score_stats_out(fairpg.score_stats)
    IS 'writes the text form, which is hexadecimal';

CREATE FUNCTION fairpg.score_stats_recv(internal)
    RETURNS fairpg.score_stats
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_score_stats_recv';
COMMENT ON FUNCTION fairpg.score_stats_recv(internal)
    IS 'reads the binary form';

CREATE FUNCTION fairpg.score_stats_send(fairpg.score_stats)
    RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_score_stats_send';
COMMENT ON FUNCTION fairpg.score_stats_send(fairpg.score_stats)
    IS 'writes the binary form';

CREATE TYPE fairpg.score_stats (
    INPUT = fairpg.score_stats_in,
    OUTPUT = fairpg.score_stats_out,
    RECEIVE = fairpg.score_stats_recv,
    SEND = fairpg.score_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE fairpg.score_stats
    IS 'how scores rank positive and negative rows, and the sums behind mean, Brier score and log-loss';
