-- Statistics of counts that the caller brings: intervals, tests, p-values of
-- many tests.

CREATE FUNCTION fairpg.proportion_interval(
    successes double precision,
    n double precision,
    level double precision DEFAULT 0.95,
    method text DEFAULT 'wilson')
    RETURNS fairpg.interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_proportion_interval';
COMMENT ON FUNCTION fairpg.proportion_interval(double precision, double precision, double precision, text)
    IS 'interval of a rate: wilson or clopper_pearson; NULL where n is 0';

CREATE FUNCTION fairpg.difference_interval(
    a double precision,
    n1 double precision,
    b double precision,
    n2 double precision,
    level double precision DEFAULT 0.95,
    method text DEFAULT 'newcombe')
    RETURNS fairpg.interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_difference_interval';
COMMENT ON FUNCTION fairpg.difference_interval(double precision, double precision, double precision,
    double precision, double precision, text)
    IS 'interval of a/n1 less b/n2: newcombe or miettinen_nurminen; NULL where n1 or n2 is 0';

CREATE FUNCTION fairpg.ratio_interval(
    a double precision,
    n1 double precision,
    b double precision,
    n2 double precision,
    level double precision DEFAULT 0.95,
    method text DEFAULT 'koopman')
    RETURNS fairpg.interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_counts_ratio_interval';
COMMENT ON FUNCTION fairpg.ratio_interval(double precision, double precision, double precision,
    double precision, double precision, text)
    IS 'interval of a/n1 divided by b/n2: koopman, miettinen_nurminen, katz or walter; infinite above where b is 0';

CREATE TYPE fairpg.test_result AS (
    statistic double precision,
    p_value double precision,
    mid_p double precision
);
COMMENT ON TYPE fairpg.test_result
    IS 'what a test says, two-sided; NULL where there is nothing to test';
COMMENT ON COLUMN fairpg.test_result.statistic
    IS 'odds ratio, z or chi-squared, as the test has it; NULL where infinite or undefined';
COMMENT ON COLUMN fairpg.test_result.p_value
    IS 'probability, without a difference, of what is not more likely than the outcome seen';
COMMENT ON COLUMN fairpg.test_result.mid_p
    IS 'of exact tests: of what is less likely, and half of what is exactly as likely';

CREATE FUNCTION fairpg.fisher_test(
    a double precision,
    n1 double precision,
    b double precision,
    n2 double precision)
    RETURNS fairpg.test_result
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    COST 100
    AS 'MODULE_PATHNAME', 'fairpg_fisher_test';
COMMENT ON FUNCTION fairpg.fisher_test(double precision, double precision, double precision, double precision)
    IS 'exact test of whether a of n1 and b of n2 have the same rate; the statistic is the odds ratio';

CREATE FUNCTION fairpg.z_test(
    a double precision,
    n1 double precision,
    b double precision,
    n2 double precision)
    RETURNS fairpg.test_result
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_z_test';
COMMENT ON FUNCTION fairpg.z_test(double precision, double precision, double precision, double precision)
    IS 'test of two proportions with pooled variance; the statistic is z';

CREATE FUNCTION fairpg.mcnemar_test(only_first double precision, only_second double precision)
    RETURNS fairpg.test_result
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    COST 100
    AS 'MODULE_PATHNAME', 'fairpg_mcnemar_test';
COMMENT ON FUNCTION fairpg.mcnemar_test(double precision, double precision)
    IS 'exact test of rows decided twice, by how many changed either way; the statistic is chi-squared';

CREATE TYPE fairpg.stratified_result AS (
    strata bigint,
    statistic double precision,
    p_value double precision,
    odds_ratio double precision,
    ratio double precision,
    ratio_low double precision,
    ratio_high double precision,
    pooled_ratio double precision,
    simpson boolean
);
COMMENT ON TYPE fairpg.stratified_result
    IS 'what strata say together of two rates; NULL where they say nothing';
COMMENT ON COLUMN fairpg.stratified_result.strata
    IS 'strata that have rows of both groups';
COMMENT ON COLUMN fairpg.stratified_result.statistic
    IS 'chi-squared with one degree of freedom, without correction for continuity';
COMMENT ON COLUMN fairpg.stratified_result.p_value
    IS 'of the statistic';
COMMENT ON COLUMN fairpg.stratified_result.odds_ratio
    IS 'common odds ratio of Mantel and Haenszel';
COMMENT ON COLUMN fairpg.stratified_result.ratio
    IS 'common ratio of the rates';
COMMENT ON COLUMN fairpg.stratified_result.ratio_low
    IS 'lower end of its interval by Greenland and Robins';
COMMENT ON COLUMN fairpg.stratified_result.ratio_high
    IS 'upper end';
COMMENT ON COLUMN fairpg.stratified_result.pooled_ratio
    IS 'ratio of the rates of the same rows without strata';
COMMENT ON COLUMN fairpg.stratified_result.simpson
    IS 'whether it lies on the other side of 1 than the common ratio does';

CREATE FUNCTION fairpg.mantel_haenszel_test(
    a double precision[],
    n1 double precision[],
    b double precision[],
    n2 double precision[],
    level double precision DEFAULT 0.95)
    RETURNS fairpg.stratified_result
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_mantel_haenszel_test';
COMMENT ON FUNCTION fairpg.mantel_haenszel_test(double precision[], double precision[], double precision[],
    double precision[], double precision)
    IS 'test of whether two groups have the same rate within strata, and the common ratio; one element a stratum';

CREATE FUNCTION fairpg.adjust_p_values(
    p_values double precision[],
    method text DEFAULT 'holm')
    RETURNS double precision[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_adjust_p_values';
COMMENT ON FUNCTION fairpg.adjust_p_values(double precision[], text)
    IS 'p-values adjusted for their number: holm, benjamini_hochberg or benjamini_yekutieli; NULL stays and does not count';

-- Disparities of a metric between groups.

CREATE FUNCTION fairpg.disparity(
    stats fairpg.fairness_stats,
    metric text,
    operator text DEFAULT 'difference',
    reference text DEFAULT NULL,
    grp text DEFAULT NULL)
    RETURNS double precision
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_disparity';
COMMENT ON FUNCTION fairpg.disparity(fairpg.fairness_stats, text, text, text, text)
    IS 'what a metric of several groups comes to as one number; with a reference: of a group, or of all others as one, against it';

CREATE FUNCTION fairpg.disparity_reason(
    stats fairpg.fairness_stats,
    metric text,
    operator text DEFAULT 'difference',
    reference text DEFAULT NULL,
    grp text DEFAULT NULL)
    RETURNS text
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_disparity_reason';
COMMENT ON FUNCTION fairpg.disparity_reason(fairpg.fairness_stats, text, text, text, text)
    IS 'why there is no disparity, or how many groups it leaves out; NULL where it is complete';

CREATE FUNCTION fairpg.disparity_interval(
    stats fairpg.fairness_stats,
    metric text,
    operator text DEFAULT 'difference',
    reference text DEFAULT NULL,
    grp text DEFAULT NULL,
    level double precision DEFAULT 0.95,
    seed bigint DEFAULT 0)
    RETURNS fairpg.interval
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    COST 100000
    AS 'MODULE_PATHNAME', 'fairpg_disparity_interval';
COMMENT ON FUNCTION fairpg.disparity_interval(fairpg.fairness_stats, text, text, text, text,
    double precision, bigint)
    IS 'interval of a disparity';

CREATE FUNCTION fairpg.disparities(
    stats fairpg.fairness_stats,
    reference text DEFAULT NULL,
    level double precision DEFAULT 0.95,
    seed bigint DEFAULT 0)
    RETURNS TABLE (
    metric text,
    operator text,
    group_name text,
    reference_name text,
    value double precision,
    low double precision,
    high double precision,
    n bigint,
    reason text)
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    COST 100000 ROWS 150
    AS 'MODULE_PATHNAME', 'fairpg_disparities';
COMMENT ON FUNCTION fairpg.disparities(fairpg.fairness_stats, text, double precision, bigint)
    IS 'every metric under every operator, with intervals; with a reference also each other group against it';

CREATE FUNCTION fairpg.generalized_entropy(
    stats fairpg.outcome_stats,
    alpha double precision DEFAULT 2)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_generalized_entropy';
COMMENT ON FUNCTION fairpg.generalized_entropy(fairpg.outcome_stats, double precision)
    IS 'inequality of the benefits decision - label + 1 among rows: generalized entropy, Theil for alpha 1; 0 where all have the same';

CREATE FUNCTION fairpg.entropy_between(
    stats fairpg.fairness_stats,
    alpha double precision DEFAULT 2)
    RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_entropy_between';
COMMENT ON FUNCTION fairpg.entropy_between(fairpg.fairness_stats, double precision)
    IS 'the part of generalized_entropy() that is between groups: that of their mean benefits';

-- Verdicts, and the rows that would decide.

CREATE FUNCTION fairpg.verdict(
    low double precision,
    high double precision,
    bound double precision,
    kind text DEFAULT 'max_gap')
    RETURNS text
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_verdict';
COMMENT ON FUNCTION fairpg.verdict(double precision, double precision, double precision, text)
    IS 'pass where all of an interval keeps a bound (max_gap, min_ratio or max_loss), fail where all of it is beyond, else insufficient';

CREATE FUNCTION fairpg.rows_to_decide(
    value double precision,
    low double precision,
    high double precision,
    n double precision,
    bound double precision,
    kind text DEFAULT 'max_gap')
    RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_rows_to_decide';
COMMENT ON FUNCTION fairpg.rows_to_decide(double precision, double precision, double precision,
    double precision, double precision, text)
    IS 'about how many rows in place of n would bring an interval to one side of a bound if the value stayed; NULL where no number would';

CREATE TYPE fairpg.judgement AS (
    verdict text,
    value double precision,
    low double precision,
    high double precision,
    worst_group text,
    n bigint,
    n_needed bigint,
    warnings text[]
);
COMMENT ON TYPE fairpg.judgement
    IS 'a verdict with what it rests on';
COMMENT ON COLUMN fairpg.judgement.verdict
    IS 'pass, fail or insufficient';
COMMENT ON COLUMN fairpg.judgement.value
    IS 'the gap or ratio that the bound is about';
COMMENT ON COLUMN fairpg.judgement.low
    IS 'lower end of its interval';
COMMENT ON COLUMN fairpg.judgement.high
    IS 'upper end';
COMMENT ON COLUMN fairpg.judgement.worst_group
    IS 'the group it is to the disadvantage of; NULL for counts';
COMMENT ON COLUMN fairpg.judgement.n
    IS 'rows that the verdict hangs on';
COMMENT ON COLUMN fairpg.judgement.n_needed
    IS 'rows in their place that would decide; NULL where no number would';
COMMENT ON COLUMN fairpg.judgement.warnings
    IS 'groups that were not judged, and why';

CREATE FUNCTION fairpg.judge_rate(
    successes double precision,
    n double precision,
    bound double precision,
    kind text DEFAULT 'max_rate',
    level double precision DEFAULT 0.95,
    method text DEFAULT 'wilson')
    RETURNS fairpg.judgement
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    COST 1000
    AS 'MODULE_PATHNAME', 'fairpg_judge_rate';
COMMENT ON FUNCTION fairpg.judge_rate(double precision, double precision, double precision, text,
    double precision, text)
    IS 'the verdict on a rate against a bound (max_rate or min_rate), and how many rows would decide if the rate stayed';

CREATE FUNCTION fairpg.judge_rates(
    a double precision,
    n1 double precision,
    b double precision,
    n2 double precision,
    bound double precision,
    kind text DEFAULT 'max_gap',
    level double precision DEFAULT 0.95,
    method text DEFAULT NULL)
    RETURNS fairpg.judgement
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    COST 1000
    AS 'MODULE_PATHNAME', 'fairpg_judge_rates';
COMMENT ON FUNCTION fairpg.judge_rates(double precision, double precision, double precision,
    double precision, double precision, text, double precision, text)
    IS 'the verdict on a of n1 against b of n2, and how many rows of the first group would decide, all else as it is';

CREATE FUNCTION fairpg.judge(
    stats fairpg.fairness_stats,
    criterion text,
    bound double precision,
    kind text DEFAULT 'max_gap',
    level double precision DEFAULT 0.95,
    seed bigint DEFAULT 0,
    min_group integer DEFAULT NULL)
    RETURNS fairpg.judgement
    LANGUAGE C STABLE PARALLEL SAFE
    COST 100000
    AS 'MODULE_PATHNAME', 'fairpg_judge';
COMMENT ON FUNCTION fairpg.judge(fairpg.fairness_stats, text, double precision, text, double precision,
    bigint, integer)
    IS 'the verdict on a bound by a fairness criterion, by the rule that models are judged by';

-- Small groups, with help from all of them.

CREATE FUNCTION fairpg.pooled_rates(
    stats fairpg.fairness_stats,
    metric text,
    level double precision DEFAULT 0.95)
    RETURNS TABLE (
    group_name text,
    n bigint,
    effective_n double precision,
    value double precision,
    low double precision,
    high double precision,
    pooled double precision,
    pooled_low double precision,
    pooled_high double precision,
    pooling double precision,
    reason text)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    COST 100000 ROWS 10
    AS 'MODULE_PATHNAME', 'fairpg_pooled_rates';
COMMENT ON FUNCTION fairpg.pooled_rates(fairpg.fairness_stats, text, double precision)
    IS 'a rate of every group with its own interval and, beside it, as estimated from all groups together (partial pooling)';

-- Each group of a table tested.

CREATE FUNCTION fairpg.group_tests(
    stats fairpg.fairness_stats,
    metric text,
    reference text DEFAULT NULL,
    adjustment text DEFAULT 'holm',
    level double precision DEFAULT 0.95)
    RETURNS TABLE (
    group_name text,
    reference_name text,
    n bigint,
    value double precision,
    reference_n bigint,
    reference_value double precision,
    difference double precision,
    difference_low double precision,
    difference_high double precision,
    ratio double precision,
    ratio_low double precision,
    ratio_high double precision,
    test text,
    p_value double precision,
    mid_p double precision,
    z double precision,
    p_adjusted double precision,
    reason text)
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    COST 10000 ROWS 10
    AS 'MODULE_PATHNAME', 'fairpg_group_tests';
COMMENT ON FUNCTION fairpg.group_tests(fairpg.fairness_stats, text, text, text, double precision)
    IS 'each group against a reference, or against all others as one: difference and ratio of a rate with intervals, tests, and p-values adjusted for their number';
