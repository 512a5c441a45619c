-- Metrics: aggregates that count, and accessors that read the counts.
--
-- The support functions of aggregates are for everybody to execute: a cluster
-- runs them on its nodes as the user who asks, and each of them checks the
-- state it is given.

CREATE TYPE fairpg.metric_row AS (
    n bigint,
    n_unlabelled bigint,
    n_undecided bigint,
    n_positive bigint,
    weight double precision,
    effective_n double precision,
    base_rate double precision,
    selection_rate double precision,
    tpr double precision,
    fpr double precision,
    tnr double precision,
    fnr double precision,
    ppv double precision,
    npv double precision,
    false_discovery_rate double precision,
    false_omission_rate double precision,
    accuracy double precision,
    error_rate double precision,
    balanced_accuracy double precision,
    f1 double precision
);
COMMENT ON TYPE fairpg.metric_row
    IS 'every metric of one confusion table; what is undefined is NULL';
COMMENT ON COLUMN fairpg.metric_row.n
    IS 'rows with a decision';
COMMENT ON COLUMN fairpg.metric_row.n_unlabelled
    IS 'of these, rows without a label';
COMMENT ON COLUMN fairpg.metric_row.n_undecided
    IS 'rows without a decision, which count nowhere else';
COMMENT ON COLUMN fairpg.metric_row.n_positive
    IS 'rows with a decision whose label is positive';
COMMENT ON COLUMN fairpg.metric_row.weight
    IS 'sum of the weights of the rows with a decision';
COMMENT ON COLUMN fairpg.metric_row.effective_n
    IS 'number of rows of equal weight that carry as much information';
COMMENT ON COLUMN fairpg.metric_row.base_rate
    IS 'share of labels that are positive';
COMMENT ON COLUMN fairpg.metric_row.selection_rate
    IS 'share of decisions that are positive; rows without a label count';
COMMENT ON COLUMN fairpg.metric_row.tpr
    IS 'true positive rate: share of positive labels decided positive';
COMMENT ON COLUMN fairpg.metric_row.fpr
    IS 'false positive rate: share of negative labels decided positive';
COMMENT ON COLUMN fairpg.metric_row.tnr
    IS 'true negative rate: share of negative labels decided negative';
COMMENT ON COLUMN fairpg.metric_row.fnr
    IS 'false negative rate: share of positive labels decided negative';
COMMENT ON COLUMN fairpg.metric_row.ppv
    IS 'positive predictive value, precision: share of positive decisions that are right';
COMMENT ON COLUMN fairpg.metric_row.npv
    IS 'negative predictive value: share of negative decisions that are right';
COMMENT ON COLUMN fairpg.metric_row.false_discovery_rate
    IS 'share of positive decisions that are wrong';
COMMENT ON COLUMN fairpg.metric_row.false_omission_rate
    IS 'share of negative decisions that are wrong';
COMMENT ON COLUMN fairpg.metric_row.accuracy
    IS 'share of rows decided as labelled';
COMMENT ON COLUMN fairpg.metric_row.error_rate
    IS 'share of rows decided against the label';
COMMENT ON COLUMN fairpg.metric_row.balanced_accuracy
    IS 'mean of true positive and true negative rate';
COMMENT ON COLUMN fairpg.metric_row.f1
    IS 'harmonic mean of precision and true positive rate';

-- outcome_stats

CREATE FUNCTION fairpg.outcomes_step(
    state fairpg.outcome_stats,
    label boolean,
    decision boolean)
    RETURNS fairpg.outcome_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_outcomes_step';
COMMENT ON FUNCTION fairpg.outcomes_step(fairpg.outcome_stats, boolean, boolean)
    IS 'counts one row';

CREATE FUNCTION fairpg.outcomes_step(
    state fairpg.outcome_stats,
    label boolean,
    decision boolean,
    weight double precision)
    RETURNS fairpg.outcome_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_outcomes_step';
COMMENT ON FUNCTION fairpg.outcomes_step(fairpg.outcome_stats, boolean, boolean, double precision)
    IS 'counts one row by its weight';

CREATE FUNCTION fairpg.outcomes_combine(state fairpg.outcome_stats, stats fairpg.outcome_stats)
    RETURNS fairpg.outcome_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_outcomes_combine';
COMMENT ON FUNCTION fairpg.outcomes_combine(fairpg.outcome_stats, fairpg.outcome_stats)
    IS 'adds two confusion tables';

CREATE AGGREGATE fairpg.outcomes(label boolean, decision boolean) (
    SFUNC = fairpg.outcomes_step,
    STYPE = fairpg.outcome_stats,
    COMBINEFUNC = fairpg.outcomes_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.outcomes(boolean, boolean)
    IS 'the confusion table of decisions against labels';

CREATE AGGREGATE fairpg.outcomes(label boolean, decision boolean, weight double precision) (
    SFUNC = fairpg.outcomes_step,
    STYPE = fairpg.outcome_stats,
    COMBINEFUNC = fairpg.outcomes_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.outcomes(boolean, boolean, double precision)
    IS 'the confusion table of decisions against labels, by weight';

CREATE AGGREGATE fairpg.merge(stats fairpg.outcome_stats) (
    SFUNC = fairpg.outcomes_combine,
    STYPE = fairpg.outcome_stats,
    COMBINEFUNC = fairpg.outcomes_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.merge(fairpg.outcome_stats)
    IS 'the sum of confusion tables';

CREATE FUNCTION fairpg.n(stats fairpg.outcome_stats)
    RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_outcome_n';
COMMENT ON FUNCTION fairpg.n(fairpg.outcome_stats)
    IS 'rows with a decision';

CREATE FUNCTION fairpg.n_positive(stats fairpg.outcome_stats)
    RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_outcome_n_positive';
COMMENT ON FUNCTION fairpg.n_positive(fairpg.outcome_stats)
    IS 'rows with a decision whose label is positive';

CREATE FUNCTION fairpg.base_rate(stats fairpg.outcome_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_base_rate';
COMMENT ON FUNCTION fairpg.base_rate(fairpg.outcome_stats)
    IS 'share of labels that are positive';

CREATE FUNCTION fairpg.selection_rate(stats fairpg.outcome_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_selection_rate';
COMMENT ON FUNCTION fairpg.selection_rate(fairpg.outcome_stats)
    IS 'share of decisions that are positive; rows without a label count';

CREATE FUNCTION fairpg.tpr(stats fairpg.outcome_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_tpr';
COMMENT ON FUNCTION fairpg.tpr(fairpg.outcome_stats)
    IS 'true positive rate: share of positive labels decided positive';

CREATE FUNCTION fairpg.fpr(stats fairpg.outcome_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_fpr';
COMMENT ON FUNCTION fairpg.fpr(fairpg.outcome_stats)
    IS 'false positive rate: share of negative labels decided positive';

CREATE FUNCTION fairpg.tnr(stats fairpg.outcome_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_tnr';
COMMENT ON FUNCTION fairpg.tnr(fairpg.outcome_stats)
    IS 'true negative rate: share of negative labels decided negative';

CREATE FUNCTION fairpg.fnr(stats fairpg.outcome_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_fnr';
COMMENT ON FUNCTION fairpg.fnr(fairpg.outcome_stats)
    IS 'false negative rate: share of positive labels decided negative';

CREATE FUNCTION fairpg.ppv(stats fairpg.outcome_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_ppv';
COMMENT ON FUNCTION fairpg.ppv(fairpg.outcome_stats)
    IS 'positive predictive value, precision: share of positive decisions that are right';

CREATE FUNCTION fairpg.npv(stats fairpg.outcome_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_npv';
COMMENT ON FUNCTION fairpg.npv(fairpg.outcome_stats)
    IS 'negative predictive value: share of negative decisions that are right';

CREATE FUNCTION fairpg.false_discovery_rate(stats fairpg.outcome_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_false_discovery_rate';
COMMENT ON FUNCTION fairpg.false_discovery_rate(fairpg.outcome_stats)
    IS 'share of positive decisions that are wrong';

CREATE FUNCTION fairpg.false_omission_rate(stats fairpg.outcome_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_false_omission_rate';
COMMENT ON FUNCTION fairpg.false_omission_rate(fairpg.outcome_stats)
    IS 'share of negative decisions that are wrong';

CREATE FUNCTION fairpg.accuracy(stats fairpg.outcome_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_accuracy';
COMMENT ON FUNCTION fairpg.accuracy(fairpg.outcome_stats)
    IS 'share of rows decided as labelled';

CREATE FUNCTION fairpg.error_rate(stats fairpg.outcome_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_error_rate';
COMMENT ON FUNCTION fairpg.error_rate(fairpg.outcome_stats)
    IS 'share of rows decided against the label';

CREATE FUNCTION fairpg.balanced_accuracy(stats fairpg.outcome_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_balanced_accuracy';
COMMENT ON FUNCTION fairpg.balanced_accuracy(fairpg.outcome_stats)
    IS 'mean of true positive and true negative rate';

CREATE FUNCTION fairpg.f1(stats fairpg.outcome_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_f1';
COMMENT ON FUNCTION fairpg.f1(fairpg.outcome_stats)
    IS 'harmonic mean of precision and true positive rate';

CREATE FUNCTION fairpg.fdr(stats fairpg.outcome_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_false_discovery_rate';
COMMENT ON FUNCTION fairpg.fdr(fairpg.outcome_stats)
    IS 'false discovery rate: share of positive decisions that are wrong';

CREATE FUNCTION fairpg.mcc(stats fairpg.outcome_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_mcc';
COMMENT ON FUNCTION fairpg.mcc(fairpg.outcome_stats)
    IS 'correlation of decisions with labels, by Matthews; NULL where all labels or all decisions are one';

CREATE FUNCTION fairpg.metrics(stats fairpg.outcome_stats)
    RETURNS fairpg.metric_row
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_metrics';
COMMENT ON FUNCTION fairpg.metrics(fairpg.outcome_stats)
    IS 'every metric of a confusion table as one row';

CREATE FUNCTION fairpg.metric(stats fairpg.outcome_stats, name text)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_metric';
COMMENT ON FUNCTION fairpg.metric(fairpg.outcome_stats, text)
    IS 'the metric of that name; NULL where it is undefined';

CREATE FUNCTION fairpg.metric_reason(stats fairpg.outcome_stats, name text)
    RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_metric_reason';
COMMENT ON FUNCTION fairpg.metric_reason(fairpg.outcome_stats, text)
    IS 'why the metric of that name is undefined; NULL where it is not';

CREATE FUNCTION fairpg.metric_interval(
    stats fairpg.outcome_stats,
    name text,
    level double precision DEFAULT 0.95,
    method text DEFAULT 'wilson')
    RETURNS fairpg.interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_metric_interval';
COMMENT ON FUNCTION fairpg.metric_interval(fairpg.outcome_stats, text, double precision, text)
    IS 'interval of a metric that is a share of rows, on the effective number of rows: wilson or clopper_pearson';

CREATE FUNCTION fairpg.effective_n(stats fairpg.outcome_stats, name text)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_effective_n';
COMMENT ON FUNCTION fairpg.effective_n(fairpg.outcome_stats, text)
    IS 'rows of equal weight that carry as much information as those a metric is taken over';

-- fairness_stats

CREATE FUNCTION fairpg.fairness_step(
    state fairpg.fairness_stats,
    label boolean,
    decision boolean,
    grp text)
    RETURNS fairpg.fairness_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_fairness_step_text';
COMMENT ON FUNCTION fairpg.fairness_step(fairpg.fairness_stats, boolean, boolean, text)
    IS 'counts one row in its group';

CREATE FUNCTION fairpg.fairness_step(
    state fairpg.fairness_stats,
    label boolean,
    decision boolean,
    grp text,
    weight double precision)
    RETURNS fairpg.fairness_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_fairness_step_text';
COMMENT ON FUNCTION fairpg.fairness_step(fairpg.fairness_stats, boolean, boolean, text, double precision)
    IS 'counts one row in its group by its weight';

CREATE FUNCTION fairpg.fairness_step(
    state fairpg.fairness_stats,
    label boolean,
    decision boolean,
    grp integer)
    RETURNS fairpg.fairness_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_fairness_step_integer';
COMMENT ON FUNCTION fairpg.fairness_step(fairpg.fairness_stats, boolean, boolean, integer)
    IS 'counts one row in its group';

CREATE FUNCTION fairpg.fairness_step(
    state fairpg.fairness_stats,
    label boolean,
    decision boolean,
    grp integer,
    weight double precision)
    RETURNS fairpg.fairness_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_fairness_step_integer';
COMMENT ON FUNCTION fairpg.fairness_step(fairpg.fairness_stats, boolean, boolean, integer, double precision)
    IS 'counts one row in its group by its weight';

CREATE FUNCTION fairpg.fairness_step(
    state fairpg.fairness_stats,
    label boolean,
    decision boolean,
    grp boolean)
    RETURNS fairpg.fairness_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_fairness_step_boolean';
COMMENT ON FUNCTION fairpg.fairness_step(fairpg.fairness_stats, boolean, boolean, boolean)
    IS 'counts one row in its group';

CREATE FUNCTION fairpg.fairness_step(
    state fairpg.fairness_stats,
    label boolean,
    decision boolean,
    grp boolean,
    weight double precision)
    RETURNS fairpg.fairness_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_fairness_step_boolean';
COMMENT ON FUNCTION fairpg.fairness_step(fairpg.fairness_stats, boolean, boolean, boolean, double precision)
    IS 'counts one row in its group by its weight';

CREATE FUNCTION fairpg.fairness_combine(
    state fairpg.fairness_stats,
    stats fairpg.fairness_stats)
    RETURNS fairpg.fairness_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_fairness_combine';
COMMENT ON FUNCTION fairpg.fairness_combine(fairpg.fairness_stats, fairpg.fairness_stats)
    IS 'adds the groups of two values';

CREATE AGGREGATE fairpg.fairness(label boolean, decision boolean, grp text) (
    SFUNC = fairpg.fairness_step,
    STYPE = fairpg.fairness_stats,
    COMBINEFUNC = fairpg.fairness_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.fairness(boolean, boolean, text)
    IS 'a confusion table for each group; NULL is the group (unknown)';

CREATE AGGREGATE fairpg.fairness(
    label boolean,
    decision boolean,
    grp text,
    weight double precision) (
    SFUNC = fairpg.fairness_step,
    STYPE = fairpg.fairness_stats,
    COMBINEFUNC = fairpg.fairness_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.fairness(boolean, boolean, text, double precision)
    IS 'a confusion table for each group, by weight; NULL is the group (unknown)';

CREATE AGGREGATE fairpg.fairness(label boolean, decision boolean, grp integer) (
    SFUNC = fairpg.fairness_step,
    STYPE = fairpg.fairness_stats,
    COMBINEFUNC = fairpg.fairness_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.fairness(boolean, boolean, integer)
    IS 'a confusion table for each group; NULL is the group (unknown)';

CREATE AGGREGATE fairpg.fairness(
    label boolean,
    decision boolean,
    grp integer,
    weight double precision) (
    SFUNC = fairpg.fairness_step,
    STYPE = fairpg.fairness_stats,
    COMBINEFUNC = fairpg.fairness_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.fairness(boolean, boolean, integer, double precision)
    IS 'a confusion table for each group, by weight; NULL is the group (unknown)';

CREATE AGGREGATE fairpg.fairness(label boolean, decision boolean, grp boolean) (
    SFUNC = fairpg.fairness_step,
    STYPE = fairpg.fairness_stats,
    COMBINEFUNC = fairpg.fairness_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.fairness(boolean, boolean, boolean)
    IS 'a confusion table for each group; NULL is the group (unknown)';

CREATE AGGREGATE fairpg.fairness(
    label boolean,
    decision boolean,
    grp boolean,
    weight double precision) (
    SFUNC = fairpg.fairness_step,
    STYPE = fairpg.fairness_stats,
    COMBINEFUNC = fairpg.fairness_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.fairness(boolean, boolean, boolean, double precision)
    IS 'a confusion table for each group, by weight; NULL is the group (unknown)';

CREATE AGGREGATE fairpg.merge(stats fairpg.fairness_stats) (
    SFUNC = fairpg.fairness_combine,
    STYPE = fairpg.fairness_stats,
    COMBINEFUNC = fairpg.fairness_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.merge(fairpg.fairness_stats)
    IS 'the sum of confusion tables, group by group';

CREATE FUNCTION fairpg.n(stats fairpg.fairness_stats)
    RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_fairness_n';
COMMENT ON FUNCTION fairpg.n(fairpg.fairness_stats)
    IS 'rows with a decision, in all groups';

CREATE FUNCTION fairpg.overall(stats fairpg.fairness_stats)
    RETURNS fairpg.outcome_stats
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_overall';
COMMENT ON FUNCTION fairpg.overall(fairpg.fairness_stats)
    IS 'all groups as one confusion table';

CREATE FUNCTION fairpg.outcome(stats fairpg.fairness_stats, grp text)
    RETURNS fairpg.outcome_stats
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_outcome';
COMMENT ON FUNCTION fairpg.outcome(fairpg.fairness_stats, text)
    IS 'the confusion table of one group; NULL where there is none of that name';

CREATE FUNCTION fairpg.groups(stats fairpg.fairness_stats)
    RETURNS TABLE (
    group_name text,
    n bigint,
    n_unlabelled bigint,
    n_undecided bigint,
    n_positive bigint,
    weight double precision,
    effective_n double precision,
    base_rate double precision,
    selection_rate double precision,
    tpr double precision,
    fpr double precision,
    tnr double precision,
    fnr double precision,
    ppv double precision,
    npv double precision,
    false_discovery_rate double precision,
    false_omission_rate double precision,
    accuracy double precision,
    error_rate double precision,
    balanced_accuracy double precision,
    f1 double precision)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    ROWS 10
    AS 'MODULE_PATHNAME', 'fairpg_groups';
COMMENT ON FUNCTION fairpg.groups(fairpg.fairness_stats)
    IS 'every metric of every group, one row each; what is undefined is NULL';

CREATE FUNCTION fairpg.gap(stats fairpg.fairness_stats, criterion text)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_gap';
COMMENT ON FUNCTION fairpg.gap(fairpg.fairness_stats, text)
    IS 'largest difference between two groups by a fairness criterion';

CREATE FUNCTION fairpg.ratio(stats fairpg.fairness_stats, criterion text)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_ratio';
COMMENT ON FUNCTION fairpg.ratio(fairpg.fairness_stats, text)
    IS 'lowest rate divided by the highest, by a fairness criterion';

CREATE FUNCTION fairpg.gap_reason(stats fairpg.fairness_stats, criterion text)
    RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_gap_reason';
COMMENT ON FUNCTION fairpg.gap_reason(fairpg.fairness_stats, text)
    IS 'why there is no gap, or how many groups it leaves out; NULL where it is complete';

CREATE FUNCTION fairpg.gap_interval(
    stats fairpg.fairness_stats,
    criterion text,
    level double precision DEFAULT 0.95,
    seed bigint DEFAULT 0)
    RETURNS fairpg.interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    COST 100000
    AS 'MODULE_PATHNAME', 'fairpg_gap_interval';
COMMENT ON FUNCTION fairpg.gap_interval(fairpg.fairness_stats, text, double precision, bigint)
    IS 'interval of the gap, from the bootstrap and from the pairs of groups';

CREATE FUNCTION fairpg.ratio_interval(
    stats fairpg.fairness_stats,
    criterion text,
    level double precision DEFAULT 0.95,
    seed bigint DEFAULT 0)
    RETURNS fairpg.interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    COST 100000
    AS 'MODULE_PATHNAME', 'fairpg_ratio_interval';
COMMENT ON FUNCTION fairpg.ratio_interval(fairpg.fairness_stats, text, double precision, bigint)
    IS 'bootstrap interval of the ratio';

CREATE FUNCTION fairpg.worst_group(stats fairpg.fairness_stats, criterion text)
    RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_worst_group';
COMMENT ON FUNCTION fairpg.worst_group(fairpg.fairness_stats, text)
    IS 'the group that the gap is to the disadvantage of: that with the lowest rate, or the highest rate of errors';

-- score_stats

CREATE FUNCTION fairpg.scores_step(
    state fairpg.score_stats,
    label boolean,
    score double precision)
    RETURNS fairpg.score_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_scores_step';
COMMENT ON FUNCTION fairpg.scores_step(fairpg.score_stats, boolean, double precision)
    IS 'counts one row';

CREATE FUNCTION fairpg.scores_step(
    state fairpg.score_stats,
    label boolean,
    score double precision,
    weight double precision)
    RETURNS fairpg.score_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_scores_step';
COMMENT ON FUNCTION fairpg.scores_step(fairpg.score_stats, boolean, double precision, double precision)
    IS 'counts one row by its weight';

CREATE FUNCTION fairpg.scores_combine(state fairpg.score_stats, stats fairpg.score_stats)
    RETURNS fairpg.score_stats
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_scores_combine';
COMMENT ON FUNCTION fairpg.scores_combine(fairpg.score_stats, fairpg.score_stats)
    IS 'adds the rows of two values';

CREATE AGGREGATE fairpg.scores(label boolean, score double precision) (
    SFUNC = fairpg.scores_step,
    STYPE = fairpg.score_stats,
    COMBINEFUNC = fairpg.scores_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.scores(boolean, double precision)
    IS 'how scores rank positive and negative rows';

CREATE AGGREGATE fairpg.scores(label boolean, score double precision, weight double precision) (
    SFUNC = fairpg.scores_step,
    STYPE = fairpg.score_stats,
    COMBINEFUNC = fairpg.scores_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.scores(boolean, double precision, double precision)
    IS 'how scores rank positive and negative rows, by weight';

CREATE AGGREGATE fairpg.merge(stats fairpg.score_stats) (
    SFUNC = fairpg.scores_combine,
    STYPE = fairpg.score_stats,
    COMBINEFUNC = fairpg.scores_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.merge(fairpg.score_stats)
    IS 'the sum of score statistics';

CREATE FUNCTION fairpg.n(stats fairpg.score_stats)
    RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_score_n';
COMMENT ON FUNCTION fairpg.n(fairpg.score_stats)
    IS 'rows with a score';

CREATE FUNCTION fairpg.auc(stats fairpg.score_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_auc';
COMMENT ON FUNCTION fairpg.auc(fairpg.score_stats)
    IS 'area under the ROC curve: share of pairs of a positive and a negative row in the right order, ties one half';

CREATE FUNCTION fairpg.auc_error(stats fairpg.score_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_auc_error';
COMMENT ON FUNCTION fairpg.auc_error(fairpg.score_stats)
    IS 'how far auc() can be from the area by unpooled scores; 0 up to 16384 distinct scores';

CREATE FUNCTION fairpg.auc_interval(
    stats fairpg.score_stats,
    level double precision DEFAULT 0.95)
    RETURNS fairpg.interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_auc_interval';
COMMENT ON FUNCTION fairpg.auc_interval(fairpg.score_stats, double precision)
    IS 'interval of the area under the ROC curve';

CREATE FUNCTION fairpg.brier(stats fairpg.score_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_brier';
COMMENT ON FUNCTION fairpg.brier(fairpg.score_stats)
    IS 'Brier score: mean squared difference of score and label; NULL where a score is outside 0 to 1';

CREATE FUNCTION fairpg.log_loss(stats fairpg.score_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_log_loss';
COMMENT ON FUNCTION fairpg.log_loss(fairpg.score_stats)
    IS 'mean log-loss in nats, probabilities no closer to 0 and 1 than 1e-15; NULL where a score is outside 0 to 1';

CREATE FUNCTION fairpg.mean_score(stats fairpg.score_stats)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_mean_score';
COMMENT ON FUNCTION fairpg.mean_score(fairpg.score_stats)
    IS 'mean of all scores';
