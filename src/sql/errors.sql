-- Errors: how far predicted numbers are from labels.
--
-- The support functions of aggregates are for everybody to execute, as in
-- metrics.sql.

CREATE TYPE fairpg.error_stats;

CREATE FUNCTION fairpg.error_stats_in(cstring)
    RETURNS fairpg.error_stats
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_error_stats_in';
COMMENT ON FUNCTION fairpg.error_stats_in(cstring)
    IS 'reads the text form, which is hexadecimal';

CREATE FUNCTION fairpg.error_stats_out(fairpg.error_stats)
    RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_error_stats_out';
COMMENT ON FUNCTION fairpg.error_stats_out(fairpg.error_stats)
    IS 'writes the text form, which is hexadecimal';

CREATE FUNCTION fairpg.error_stats_recv(internal)
    RETURNS fairpg.error_stats
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_error_stats_recv';
COMMENT ON FUNCTION fairpg.error_stats_recv(internal)
    IS 'reads the binary form';

CREATE FUNCTION fairpg.error_stats_send(fairpg.error_stats)
    RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_error_stats_send';
COMMENT ON FUNCTION fairpg.error_stats_send(fairpg.error_stats)
    IS 'writes the binary form';

CREATE TYPE fairpg.error_stats (
    INPUT = fairpg.error_stats_in,
    OUTPUT = fairpg.error_stats_out,
    RECEIVE = fairpg.error_stats_recv,
    SEND = fairpg.error_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE fairpg.error_stats
    IS 'sums of the powers of labels, predictions and errors, each of them exact';

CREATE TYPE fairpg.error_row AS (
    n bigint,
    n_unlabelled bigint,
    n_unpredicted bigint,
    weight double precision,
    effective_n double precision,
    mean_squared_error double precision,
    root_mean_squared_error double precision,
    mean_absolute_error double precision,
    r_squared double precision,
    mean_prediction double precision,
    mean_label double precision,
    mean_residual double precision
);
COMMENT ON TYPE fairpg.error_row
    IS 'every metric of predicted numbers; what is undefined is NULL';
COMMENT ON COLUMN fairpg.error_row.n
    IS 'rows with label and prediction';
COMMENT ON COLUMN fairpg.error_row.n_unlabelled
    IS 'rows without a label, which count nowhere else';
COMMENT ON COLUMN fairpg.error_row.n_unpredicted
    IS 'rows with a label but without a prediction, which count nowhere else';
COMMENT ON COLUMN fairpg.error_row.weight
    IS 'sum of the weights of the rows with label and prediction';
COMMENT ON COLUMN fairpg.error_row.effective_n
    IS 'number of rows of equal weight that carry as much information';
COMMENT ON COLUMN fairpg.error_row.mean_squared_error
    IS 'mean squared difference of prediction and label';
COMMENT ON COLUMN fairpg.error_row.root_mean_squared_error
    IS 'root of the mean squared error, in the units of the label';
COMMENT ON COLUMN fairpg.error_row.mean_absolute_error
    IS 'mean of the absolute differences of prediction and label';
COMMENT ON COLUMN fairpg.error_row.r_squared
    IS 'share of the variance of labels that the predictions explain; below 0 where the mean label would do better';
COMMENT ON COLUMN fairpg.error_row.mean_prediction
    IS 'mean prediction of the rows that have a label';
COMMENT ON COLUMN fairpg.error_row.mean_label
    IS 'mean label of the rows that have a prediction';
COMMENT ON COLUMN fairpg.error_row.mean_residual
    IS 'mean of label less prediction: above 0 where less is predicted than there is';

CREATE FUNCTION fairpg.errors_step(
    state fairpg.error_stats,
    label double precision,
    prediction double precision)
    RETURNS fairpg.error_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_errors_step';
COMMENT ON FUNCTION fairpg.errors_step(fairpg.error_stats, double precision, double precision)
    IS 'counts one row';

CREATE FUNCTION fairpg.errors_step(
    state fairpg.error_stats,
    label double precision,
    prediction double precision,
    weight double precision)
    RETURNS fairpg.error_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_errors_step';
COMMENT ON FUNCTION fairpg.errors_step(fairpg.error_stats, double precision, double precision, double precision)
    IS 'counts one row by its weight';

CREATE FUNCTION fairpg.errors_combine(state fairpg.error_stats, stats fairpg.error_stats)
    RETURNS fairpg.error_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_errors_combine';
COMMENT ON FUNCTION fairpg.errors_combine(fairpg.error_stats, fairpg.error_stats)
    IS 'adds the errors of two sets of rows';

CREATE AGGREGATE fairpg.errors(label double precision, prediction double precision) (
    SFUNC = fairpg.errors_step,
    STYPE = fairpg.error_stats,
    COMBINEFUNC = fairpg.errors_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.errors(double precision, double precision)
    IS 'how far predicted numbers are from labels';

CREATE AGGREGATE fairpg.errors(label double precision, prediction double precision, weight double precision) (
    SFUNC = fairpg.errors_step,
    STYPE = fairpg.error_stats,
    COMBINEFUNC = fairpg.errors_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.errors(double precision, double precision, double precision)
    IS 'how far predicted numbers are from labels, by weight';

CREATE AGGREGATE fairpg.merge(stats fairpg.error_stats) (
    SFUNC = fairpg.errors_combine,
    STYPE = fairpg.error_stats,
    COMBINEFUNC = fairpg.errors_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.merge(fairpg.error_stats)
    IS 'the sum of errors';

CREATE FUNCTION fairpg.n(stats fairpg.error_stats)
    RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_errors_n';
COMMENT ON FUNCTION fairpg.n(fairpg.error_stats)
    IS 'rows with label and prediction';

CREATE FUNCTION fairpg.mean_squared_error(stats fairpg.error_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_mean_squared_error';
COMMENT ON FUNCTION fairpg.mean_squared_error(fairpg.error_stats)
    IS 'mean squared difference of prediction and label';

CREATE FUNCTION fairpg.root_mean_squared_error(stats fairpg.error_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_root_mean_squared_error';
COMMENT ON FUNCTION fairpg.root_mean_squared_error(fairpg.error_stats)
    IS 'root of the mean squared error, in the units of the label';

CREATE FUNCTION fairpg.mean_absolute_error(stats fairpg.error_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_mean_absolute_error';
COMMENT ON FUNCTION fairpg.mean_absolute_error(fairpg.error_stats)
    IS 'mean of the absolute differences of prediction and label';

CREATE FUNCTION fairpg.r_squared(stats fairpg.error_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_r_squared';
COMMENT ON FUNCTION fairpg.r_squared(fairpg.error_stats)
    IS 'share of the variance of labels that the predictions explain; below 0 where the mean label would do better';

CREATE FUNCTION fairpg.mean_prediction(stats fairpg.error_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_mean_prediction';
COMMENT ON FUNCTION fairpg.mean_prediction(fairpg.error_stats)
    IS 'mean prediction of the rows that have a label';

CREATE FUNCTION fairpg.mean_label(stats fairpg.error_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_mean_label';
COMMENT ON FUNCTION fairpg.mean_label(fairpg.error_stats)
    IS 'mean label of the rows that have a prediction';

CREATE FUNCTION fairpg.mean_residual(stats fairpg.error_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_mean_residual';
COMMENT ON FUNCTION fairpg.mean_residual(fairpg.error_stats)
    IS 'mean of label less prediction: above 0 where less is predicted than there is';

CREATE FUNCTION fairpg.metric(stats fairpg.error_stats, name text)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_errors_metric';
COMMENT ON FUNCTION fairpg.metric(fairpg.error_stats, text)
    IS 'a metric of predicted numbers by its name';

CREATE FUNCTION fairpg.metric_reason(stats fairpg.error_stats, name text)
    RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_errors_metric_reason';
COMMENT ON FUNCTION fairpg.metric_reason(fairpg.error_stats, text)
    IS 'why a metric of predicted numbers is undefined; NULL when it is not';

CREATE FUNCTION fairpg.metric_interval(
    stats fairpg.error_stats,
    name text,
    level double precision DEFAULT 0.95)
    RETURNS fairpg.interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_errors_metric_interval';
COMMENT ON FUNCTION fairpg.metric_interval(fairpg.error_stats, text, double precision)
    IS 'interval of a metric of predicted numbers';

CREATE FUNCTION fairpg.metrics(stats fairpg.error_stats)
    RETURNS fairpg.error_row
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_errors_metrics';
COMMENT ON FUNCTION fairpg.metrics(fairpg.error_stats)
    IS 'every metric of predicted numbers in one row';
