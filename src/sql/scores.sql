-- Scores of each group, and what scores are worth as probabilities.

CREATE TYPE fairpg.group_score_stats;

CREATE FUNCTION fairpg.group_score_stats_in(cstring)
    RETURNS fairpg.group_score_stats
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_group_score_stats_in';
COMMENT ON FUNCTION fairpg.group_score_stats_in(cstring)
    IS 'reads the text form, which is hexadecimal';

CREATE FUNCTION fairpg.group_score_stats_out(fairpg.group_score_stats)
    RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_group_score_stats_out';
COMMENT ON FUNCTION fairpg.group_score_stats_out(fairpg.group_score_stats)
    IS 'writes the text form, which is hexadecimal';

CREATE FUNCTION fairpg.group_score_stats_recv(internal)
    RETURNS fairpg.group_score_stats
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_group_score_stats_recv';
COMMENT ON FUNCTION fairpg.group_score_stats_recv(internal)
    IS 'reads the binary form';

CREATE FUNCTION fairpg.group_score_stats_send(fairpg.group_score_stats)
    RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_group_score_stats_send';
COMMENT ON FUNCTION fairpg.group_score_stats_send(fairpg.group_score_stats)
    IS 'writes the binary form';

CREATE TYPE fairpg.group_score_stats (
    INPUT = fairpg.group_score_stats_in,
    OUTPUT = fairpg.group_score_stats_out,
    RECEIVE = fairpg.group_score_stats_recv,
    SEND = fairpg.group_score_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE fairpg.group_score_stats
    IS 'a score_stats for each group';

-- aggregates

CREATE FUNCTION fairpg.group_scores_step(
    state fairpg.group_score_stats,
    label boolean,
    score double precision,
    grp text)
    RETURNS fairpg.group_score_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_group_scores_step_text';
COMMENT ON FUNCTION fairpg.group_scores_step(fairpg.group_score_stats, boolean, double precision, text)
    IS 'counts one row in its group';

CREATE FUNCTION fairpg.group_scores_step(
    state fairpg.group_score_stats,
    label boolean,
    score double precision,
    grp text,
    weight double precision)
    RETURNS fairpg.group_score_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_group_scores_step_text';
COMMENT ON FUNCTION fairpg.group_scores_step(fairpg.group_score_stats, boolean, double precision, text, double precision)
    IS 'counts one row in its group by its weight';

CREATE FUNCTION fairpg.group_scores_step(
    state fairpg.group_score_stats,
    label boolean,
    score double precision,
    grp integer)
    RETURNS fairpg.group_score_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_group_scores_step_integer';
COMMENT ON FUNCTION fairpg.group_scores_step(fairpg.group_score_stats, boolean, double precision, integer)
    IS 'counts one row in its group';

CREATE FUNCTION fairpg.group_scores_step(
    state fairpg.group_score_stats,
    label boolean,
    score double precision,
    grp integer,
    weight double precision)
    RETURNS fairpg.group_score_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_group_scores_step_integer';
COMMENT ON FUNCTION fairpg.group_scores_step(fairpg.group_score_stats, boolean, double precision, integer, double precision)
    IS 'counts one row in its group by its weight';

CREATE FUNCTION fairpg.group_scores_step(
    state fairpg.group_score_stats,
    label boolean,
    score double precision,
    grp boolean)
    RETURNS fairpg.group_score_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_group_scores_step_boolean';
COMMENT ON FUNCTION fairpg.group_scores_step(fairpg.group_score_stats, boolean, double precision, boolean)
    IS 'counts one row in its group';

CREATE FUNCTION fairpg.group_scores_step(
    state fairpg.group_score_stats,
    label boolean,
    score double precision,
    grp boolean,
    weight double precision)
    RETURNS fairpg.group_score_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_group_scores_step_boolean';
COMMENT ON FUNCTION fairpg.group_scores_step(fairpg.group_score_stats, boolean, double precision, boolean, double precision)
    IS 'counts one row in its group by its weight';

CREATE FUNCTION fairpg.group_scores_combine(
    state fairpg.group_score_stats,
    stats fairpg.group_score_stats)
    RETURNS fairpg.group_score_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_group_scores_combine';
COMMENT ON FUNCTION fairpg.group_scores_combine(fairpg.group_score_stats, fairpg.group_score_stats)
    IS 'adds the groups of two values';

CREATE AGGREGATE fairpg.group_scores(
    label boolean,
    score double precision,
    grp text) (
    SFUNC = fairpg.group_scores_step,
    STYPE = fairpg.group_score_stats,
    COMBINEFUNC = fairpg.group_scores_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.group_scores(boolean, double precision, text)
    IS 'how scores rank the rows of each group; NULL is the group (unknown)';

CREATE AGGREGATE fairpg.group_scores(
    label boolean,
    score double precision,
    grp text,
    weight double precision) (
    SFUNC = fairpg.group_scores_step,
    STYPE = fairpg.group_score_stats,
    COMBINEFUNC = fairpg.group_scores_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.group_scores(boolean, double precision, text, double precision)
    IS 'how scores rank the rows of each group, by weight; NULL is the group (unknown)';

CREATE AGGREGATE fairpg.group_scores(
    label boolean,
    score double precision,
    grp integer) (
    SFUNC = fairpg.group_scores_step,
    STYPE = fairpg.group_score_stats,
    COMBINEFUNC = fairpg.group_scores_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.group_scores(boolean, double precision, integer)
    IS 'how scores rank the rows of each group; NULL is the group (unknown)';

CREATE AGGREGATE fairpg.group_scores(
    label boolean,
    score double precision,
    grp integer,
    weight double precision) (
    SFUNC = fairpg.group_scores_step,
    STYPE = fairpg.group_score_stats,
    COMBINEFUNC = fairpg.group_scores_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.group_scores(boolean, double precision, integer, double precision)
    IS 'how scores rank the rows of each group, by weight; NULL is the group (unknown)';

CREATE AGGREGATE fairpg.group_scores(
    label boolean,
    score double precision,
    grp boolean) (
    SFUNC = fairpg.group_scores_step,
    STYPE = fairpg.group_score_stats,
    COMBINEFUNC = fairpg.group_scores_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.group_scores(boolean, double precision, boolean)
    IS 'how scores rank the rows of each group; NULL is the group (unknown)';

CREATE AGGREGATE fairpg.group_scores(
    label boolean,
    score double precision,
    grp boolean,
    weight double precision) (
    SFUNC = fairpg.group_scores_step,
    STYPE = fairpg.group_score_stats,
    COMBINEFUNC = fairpg.group_scores_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.group_scores(boolean, double precision, boolean, double precision)
    IS 'how scores rank the rows of each group, by weight; NULL is the group (unknown)';

CREATE AGGREGATE fairpg.merge(stats fairpg.group_score_stats) (
    SFUNC = fairpg.group_scores_combine,
    STYPE = fairpg.group_score_stats,
    COMBINEFUNC = fairpg.group_scores_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.merge(fairpg.group_score_stats)
    IS 'the sum of score statistics, group by group';

-- score_stats: calibration

CREATE FUNCTION fairpg.calibration_in_the_large(stats fairpg.score_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_calibration_in_the_large';
COMMENT ON FUNCTION fairpg.calibration_in_the_large(fairpg.score_stats)
    IS 'share of positive labels less the mean score: above 0 where scores are too low';

CREATE FUNCTION fairpg.observed_expected(stats fairpg.score_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_observed_expected';
COMMENT ON FUNCTION fairpg.observed_expected(fairpg.score_stats)
    IS 'share of positive labels divided by the mean score';

CREATE FUNCTION fairpg.calibration_slope(stats fairpg.score_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_calibration_slope';
COMMENT ON FUNCTION fairpg.calibration_slope(fairpg.score_stats)
    IS 'slope of the logistic fit of labels on the logit of the score: 1 where scores are calibrated, below 1 where they are too extreme';

CREATE FUNCTION fairpg.calibration_intercept(stats fairpg.score_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_calibration_intercept';
COMMENT ON FUNCTION fairpg.calibration_intercept(fairpg.score_stats)
    IS 'intercept of the logistic fit of labels on the logit of the score: 0 where scores are calibrated';

CREATE FUNCTION fairpg.calibration_offset(stats fairpg.score_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_calibration_offset';
COMMENT ON FUNCTION fairpg.calibration_offset(fairpg.score_stats)
    IS 'intercept of that fit with the slope held at 1: what is to be added to every logit';

CREATE FUNCTION fairpg.spiegelhalter_z(stats fairpg.score_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_spiegelhalter_z';
COMMENT ON FUNCTION fairpg.spiegelhalter_z(fairpg.score_stats)
    IS 'z statistic of Spiegelhalter: standard normal if every score is the probability of its label';

CREATE FUNCTION fairpg.spiegelhalter_p(stats fairpg.score_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_spiegelhalter_p';
COMMENT ON FUNCTION fairpg.spiegelhalter_p(fairpg.score_stats)
    IS 'two-sided p-value of spiegelhalter_z()';

CREATE FUNCTION fairpg.ece(
    stats fairpg.score_stats,
    bins integer DEFAULT 10,
    binning text DEFAULT 'width')
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_ece';
COMMENT ON FUNCTION fairpg.ece(fairpg.score_stats, integer, text)
    IS 'expected calibration error: mean over bins of the difference between mean score and share of positive labels';

CREATE FUNCTION fairpg.ece_error(
    stats fairpg.score_stats,
    bins integer DEFAULT 10,
    binning text DEFAULT 'width')
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_ece_error';
COMMENT ON FUNCTION fairpg.ece_error(fairpg.score_stats, integer, text)
    IS 'how far ece() can be from that of unpooled scores; 0 up to 16384 distinct scores';

CREATE FUNCTION fairpg.ece_if_calibrated(
    stats fairpg.score_stats,
    bins integer DEFAULT 10,
    binning text DEFAULT 'width')
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_ece_if_calibrated';
COMMENT ON FUNCTION fairpg.ece_if_calibrated(fairpg.score_stats, integer, text)
    IS 'the ece() to be expected of so many rows if every score were the probability of its label';

CREATE FUNCTION fairpg.mce(
    stats fairpg.score_stats,
    bins integer DEFAULT 10,
    binning text DEFAULT 'width')
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_mce';
COMMENT ON FUNCTION fairpg.mce(fairpg.score_stats, integer, text)
    IS 'maximum calibration error: the largest difference of a bin between mean score and share of positive labels';

CREATE FUNCTION fairpg.brier_reliability(
    stats fairpg.score_stats,
    bins integer DEFAULT 10,
    binning text DEFAULT 'width')
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_brier_reliability';
COMMENT ON FUNCTION fairpg.brier_reliability(fairpg.score_stats, integer, text)
    IS 'part of the Brier score: mean squared difference of bins between mean score and share of positive labels';

CREATE FUNCTION fairpg.brier_resolution(
    stats fairpg.score_stats,
    bins integer DEFAULT 10,
    binning text DEFAULT 'width')
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_brier_resolution';
COMMENT ON FUNCTION fairpg.brier_resolution(fairpg.score_stats, integer, text)
    IS 'part of the Brier score, subtracted: how far the shares of positive labels of bins are from that of all rows';

CREATE FUNCTION fairpg.brier_uncertainty(
    stats fairpg.score_stats,
    bins integer DEFAULT 10,
    binning text DEFAULT 'width')
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_brier_uncertainty';
COMMENT ON FUNCTION fairpg.brier_uncertainty(fairpg.score_stats, integer, text)
    IS 'part of the Brier score: that of a score that is the share of positive labels for every row';

CREATE FUNCTION fairpg.brier_within_bins(
    stats fairpg.score_stats,
    bins integer DEFAULT 10,
    binning text DEFAULT 'width')
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_brier_within_bins';
COMMENT ON FUNCTION fairpg.brier_within_bins(fairpg.score_stats, integer, text)
    IS 'what reliability less resolution plus uncertainty leaves of the Brier score; 0 where each bin holds one score';

CREATE FUNCTION fairpg.hosmer_lemeshow(
    stats fairpg.score_stats,
    bins integer DEFAULT 10,
    binning text DEFAULT 'width')
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_hosmer_lemeshow';
COMMENT ON FUNCTION fairpg.hosmer_lemeshow(fairpg.score_stats, integer, text)
    IS 'chi-square of Hosmer and Lemeshow over bins, with as many degrees of freedom as bins have rows';

CREATE FUNCTION fairpg.hosmer_lemeshow_p(
    stats fairpg.score_stats,
    bins integer DEFAULT 10,
    binning text DEFAULT 'width')
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_hosmer_lemeshow_p';
COMMENT ON FUNCTION fairpg.hosmer_lemeshow_p(fairpg.score_stats, integer, text)
    IS 'p-value of hosmer_lemeshow()';

CREATE FUNCTION fairpg.metric(
    stats fairpg.score_stats,
    name text,
    bins integer DEFAULT 10,
    binning text DEFAULT 'width')
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_score_metric';
COMMENT ON FUNCTION fairpg.metric(fairpg.score_stats, text, integer, text)
    IS 'the metric of scores of that name; NULL where it is undefined';

CREATE FUNCTION fairpg.metric_reason(
    stats fairpg.score_stats,
    name text,
    bins integer DEFAULT 10,
    binning text DEFAULT 'width')
    RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_score_metric_reason';
COMMENT ON FUNCTION fairpg.metric_reason(fairpg.score_stats, text, integer, text)
    IS 'why the metric of scores of that name is undefined; NULL where it is not';

CREATE FUNCTION fairpg.metric_interval(
    stats fairpg.score_stats,
    name text,
    level double precision DEFAULT 0.95,
    bins integer DEFAULT 10,
    binning text DEFAULT 'width',
    seed bigint DEFAULT 0)
    RETURNS fairpg.interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_score_metric_interval';
COMMENT ON FUNCTION fairpg.metric_interval(fairpg.score_stats, text, double precision, integer, text, bigint)
    IS 'interval of the metric of scores of that name; NULL where it has none';

CREATE FUNCTION fairpg.calibration_bins(
    stats fairpg.score_stats,
    bins integer DEFAULT 10,
    binning text DEFAULT 'width',
    level double precision DEFAULT 0.95)
    RETURNS TABLE (
    bin integer,
    score_from double precision,
    score_to double precision,
    n bigint,
    effective_n double precision,
    mean_score double precision,
    observed double precision,
    low double precision,
    high double precision)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    ROWS 10
    AS 'MODULE_PATHNAME', 'fairpg_calibration_bins';
COMMENT ON FUNCTION fairpg.calibration_bins(fairpg.score_stats, integer, text, double precision)
    IS 'a row for each bin of scores: rows, mean score, and the share of positive labels with its Wilson interval';

-- group_score_stats

CREATE FUNCTION fairpg.n(stats fairpg.group_score_stats)
    RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_group_score_n';
COMMENT ON FUNCTION fairpg.n(fairpg.group_score_stats)
    IS 'rows with a score, in all groups';

CREATE FUNCTION fairpg.overall(stats fairpg.group_score_stats)
    RETURNS fairpg.score_stats
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_group_score_overall';
COMMENT ON FUNCTION fairpg.overall(fairpg.group_score_stats)
    IS 'all groups as one';

CREATE FUNCTION fairpg.score(
    stats fairpg.group_score_stats,
    grp text)
    RETURNS fairpg.score_stats
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_group_score';
COMMENT ON FUNCTION fairpg.score(fairpg.group_score_stats, text)
    IS 'the scores of one group; NULL where there is none of that name';

CREATE FUNCTION fairpg.groups(
    stats fairpg.group_score_stats,
    bins integer DEFAULT 10,
    binning text DEFAULT 'width')
    RETURNS TABLE (
    group_name text,
    n bigint,
    n_unlabelled bigint,
    n_unscored bigint,
    n_positive bigint,
    n_negative bigint,
    auc double precision,
    brier double precision,
    log_loss double precision,
    mean_score double precision,
    calibration_in_the_large double precision,
    observed_expected double precision,
    calibration_slope double precision,
    calibration_intercept double precision,
    calibration_offset double precision,
    ece double precision,
    ece_if_calibrated double precision,
    mce double precision,
    brier_reliability double precision,
    brier_resolution double precision,
    brier_uncertainty double precision,
    brier_within_bins double precision,
    hosmer_lemeshow double precision,
    hosmer_lemeshow_p double precision,
    spiegelhalter_z double precision,
    spiegelhalter_p double precision)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    ROWS 10
    AS 'MODULE_PATHNAME', 'fairpg_score_groups';
COMMENT ON FUNCTION fairpg.groups(fairpg.group_score_stats, integer, text)
    IS 'every metric of the scores of every group, one row each; what is undefined is NULL';

CREATE FUNCTION fairpg.gap(
    stats fairpg.group_score_stats,
    metric text,
    bins integer DEFAULT 10,
    binning text DEFAULT 'width')
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_score_gap';
COMMENT ON FUNCTION fairpg.gap(fairpg.group_score_stats, text, integer, text)
    IS 'largest difference between two groups in a metric of scores';

CREATE FUNCTION fairpg.gap_interval(
    stats fairpg.group_score_stats,
    metric text,
    level double precision DEFAULT 0.95,
    bins integer DEFAULT 10,
    binning text DEFAULT 'width',
    seed bigint DEFAULT 0)
    RETURNS fairpg.interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_score_gap_interval';
COMMENT ON FUNCTION fairpg.gap_interval(fairpg.group_score_stats, text, double precision, integer, text, bigint)
    IS 'interval of the gap, from those of all pairs of groups; NULL where the metric has none';

CREATE FUNCTION fairpg.gap_reason(
    stats fairpg.group_score_stats,
    metric text,
    bins integer DEFAULT 10,
    binning text DEFAULT 'width')
    RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_score_gap_reason';
COMMENT ON FUNCTION fairpg.gap_reason(fairpg.group_score_stats, text, integer, text)
    IS 'why there is no gap, or how many groups it leaves out; NULL where it is complete';

CREATE FUNCTION fairpg.worst_group(
    stats fairpg.group_score_stats,
    metric text,
    bins integer DEFAULT 10,
    binning text DEFAULT 'width')
    RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_score_worst_group';
COMMENT ON FUNCTION fairpg.worst_group(fairpg.group_score_stats, text, integer, text)
    IS 'the group whose metric is the worst: the lowest AUC, the highest error, the slope farthest from 1';

CREATE FUNCTION fairpg.auc_difference(
    stats fairpg.group_score_stats,
    a text,
    b text)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_auc_difference';
COMMENT ON FUNCTION fairpg.auc_difference(fairpg.group_score_stats, text, text)
    IS 'AUC of one group less that of another';

CREATE FUNCTION fairpg.auc_difference_interval(
    stats fairpg.group_score_stats,
    a text,
    b text,
    level double precision DEFAULT 0.95)
    RETURNS fairpg.interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_auc_difference_interval';
COMMENT ON FUNCTION fairpg.auc_difference_interval(fairpg.group_score_stats, text, text, double precision)
    IS 'interval of auc_difference()';

CREATE FUNCTION fairpg.xauc(
    stats fairpg.group_score_stats,
    a text,
    b text)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_xauc';
COMMENT ON FUNCTION fairpg.xauc(fairpg.group_score_stats, text, text)
    IS 'share of pairs of a positive row of one group and a negative row of another that the score puts in the right order, ties one half';

CREATE FUNCTION fairpg.xauc_interval(
    stats fairpg.group_score_stats,
    a text,
    b text,
    level double precision DEFAULT 0.95)
    RETURNS fairpg.interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_xauc_interval';
COMMENT ON FUNCTION fairpg.xauc_interval(fairpg.group_score_stats, text, text, double precision)
    IS 'interval of xauc()';

CREATE FUNCTION fairpg.xauc_disparity(
    stats fairpg.group_score_stats,
    a text,
    b text)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_xauc_disparity';
COMMENT ON FUNCTION fairpg.xauc_disparity(fairpg.group_score_stats, text, text)
    IS 'xauc() of two groups less xauc() of the same the other way round';

CREATE FUNCTION fairpg.xauc_disparity_interval(
    stats fairpg.group_score_stats,
    a text,
    b text,
    level double precision DEFAULT 0.95)
    RETURNS fairpg.interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_xauc_disparity_interval';
COMMENT ON FUNCTION fairpg.xauc_disparity_interval(fairpg.group_score_stats, text, text, double precision)
    IS 'interval of xauc_disparity()';

CREATE FUNCTION fairpg.bpsn_auc(
    stats fairpg.group_score_stats,
    grp text)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_bpsn_auc';
COMMENT ON FUNCTION fairpg.bpsn_auc(fairpg.group_score_stats, text)
    IS 'AUC of the positive rows of all other groups against the negative rows of one: low where its negatives score too high';

CREATE FUNCTION fairpg.bpsn_auc_interval(
    stats fairpg.group_score_stats,
    grp text,
    level double precision DEFAULT 0.95)
    RETURNS fairpg.interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_bpsn_auc_interval';
COMMENT ON FUNCTION fairpg.bpsn_auc_interval(fairpg.group_score_stats, text, double precision)
    IS 'interval of bpsn_auc()';

CREATE FUNCTION fairpg.bnsp_auc(
    stats fairpg.group_score_stats,
    grp text)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_bnsp_auc';
COMMENT ON FUNCTION fairpg.bnsp_auc(fairpg.group_score_stats, text)
    IS 'AUC of the positive rows of one group against the negative rows of all others: low where its positives score too low';

CREATE FUNCTION fairpg.bnsp_auc_interval(
    stats fairpg.group_score_stats,
    grp text,
    level double precision DEFAULT 0.95)
    RETURNS fairpg.interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_bnsp_auc_interval';
COMMENT ON FUNCTION fairpg.bnsp_auc_interval(fairpg.group_score_stats, text, double precision)
    IS 'interval of bnsp_auc()';

CREATE FUNCTION fairpg.abroca(
    stats fairpg.group_score_stats,
    a text,
    b text)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_abroca';
COMMENT ON FUNCTION fairpg.abroca(fairpg.group_score_stats, text, text)
    IS 'area between the ROC curves of two groups';

CREATE FUNCTION fairpg.abroca_interval(
    stats fairpg.group_score_stats,
    a text,
    b text,
    level double precision DEFAULT 0.95,
    seed bigint DEFAULT 0)
    RETURNS fairpg.interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    COST 100000
    AS 'MODULE_PATHNAME', 'fairpg_abroca_interval';
COMMENT ON FUNCTION fairpg.abroca_interval(fairpg.group_score_stats, text, text, double precision, bigint)
    IS 'interval of abroca(), from 1000 draws';

CREATE FUNCTION fairpg.abroca_error(
    stats fairpg.group_score_stats,
    a text,
    b text)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_abroca_error';
COMMENT ON FUNCTION fairpg.abroca_error(fairpg.group_score_stats, text, text)
    IS 'how far abroca() can be from that of unpooled scores; 0 up to 16384 distinct scores';

CREATE FUNCTION fairpg.score_pairs(
    stats fairpg.group_score_stats,
    level double precision DEFAULT 0.95)
    RETURNS TABLE (
    group_a text,
    group_b text,
    auc_difference double precision,
    auc_difference_low double precision,
    auc_difference_high double precision,
    xauc_ab double precision,
    xauc_ba double precision,
    xauc_disparity double precision,
    xauc_disparity_low double precision,
    xauc_disparity_high double precision,
    abroca double precision)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    ROWS 50
    AS 'MODULE_PATHNAME', 'fairpg_score_pairs';
COMMENT ON FUNCTION fairpg.score_pairs(fairpg.group_score_stats, double precision)
    IS 'a row for each pair of groups: difference of their AUCs, xAUC both ways, and the area between their ROC curves';
