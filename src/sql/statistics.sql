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

CREATE FUNCTION fairpg.fisher_test(a bigint, n1 bigint, b bigint, n2 bigint)
    RETURNS fairpg.test_result
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    COST 100
    AS 'MODULE_PATHNAME', 'fairpg_fisher_test';
COMMENT ON FUNCTION fairpg.fisher_test(bigint, bigint, bigint, bigint)
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

CREATE FUNCTION fairpg.mcnemar_test(only_first bigint, only_second bigint)
    RETURNS fairpg.test_result
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    COST 100
    AS 'MODULE_PATHNAME', 'fairpg_mcnemar_test';
COMMENT ON FUNCTION fairpg.mcnemar_test(bigint, bigint)
    IS 'exact test of rows decided twice, by how many changed either way; the statistic is chi-squared';

CREATE TYPE fairpg.stratified_result AS (
    strata bigint,
    statistic double precision,
    p_value double precision,
    odds_ratio double precision,
    ratio double precision,
    ratio_low double precision,
    ratio_high double precision
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

CREATE FUNCTION fairpg.mantel_haenszel_test(
    a bigint[],
    n1 bigint[],
    b bigint[],
    n2 bigint[],
    level double precision DEFAULT 0.95)
    RETURNS fairpg.stratified_result
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_mantel_haenszel_test';
COMMENT ON FUNCTION fairpg.mantel_haenszel_test(bigint[], bigint[], bigint[], bigint[], double precision)
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
