-- Evaluation: a stored version measured on other rows than it was trained on, or
-- the decisions and scores of anybody, and what is stored of either.

CREATE TYPE fairpg.evaluation_result AS (
    evaluation bigint,
    model text,
    version integer,
    n_rows bigint,
    n_null_label bigint,
    n_null_value bigint,
    n_unseen_level bigint,
    n_out_of_range bigint,
    loss double precision,
    accuracy double precision,
    auc double precision,
    gap double precision,
    gap_low double precision,
    gap_high double precision,
    verdict text,
    worst_group text,
    warnings text[],
    rows_needed bigint
);
COMMENT ON TYPE fairpg.evaluation_result
    IS 'what an evaluation came to; the metrics of every group are in fairpg_report.group_metrics';
COMMENT ON COLUMN fairpg.evaluation_result.evaluation IS 'number of the evaluation';
COMMENT ON COLUMN fairpg.evaluation_result.model IS 'name of the model; NULL: decisions or scores of somebody else';
COMMENT ON COLUMN fairpg.evaluation_result.version IS 'number of the version';
COMMENT ON COLUMN fairpg.evaluation_result.n_rows IS 'labelled rows with a decision; rows with a decision where there is no label';
COMMENT ON COLUMN fairpg.evaluation_result.n_null_label IS 'rows whose label is NULL';
COMMENT ON COLUMN fairpg.evaluation_result.n_null_value IS 'NULL values of features; NULL without a model';
COMMENT ON COLUMN fairpg.evaluation_result.n_unseen_level
    IS 'values of categories for which the model has no level: not seen in training, or rare there';
COMMENT ON COLUMN fairpg.evaluation_result.n_out_of_range
    IS 'numbers beyond those of the training rows';
COMMENT ON COLUMN fairpg.evaluation_result.rows_needed
    IS 'where the verdict is insufficient, how many rows of the deciding groups and event would decide it if the value stayed as it is; the most of several constraints; NULL where none is known to';
COMMENT ON COLUMN fairpg.evaluation_result.loss IS 'mean log-loss in nats, or mean squared error of a linear model';
COMMENT ON COLUMN fairpg.evaluation_result.accuracy IS 'share of rows decided as labelled';
COMMENT ON COLUMN fairpg.evaluation_result.auc IS 'area under the ROC curve; ties count one half';
COMMENT ON COLUMN fairpg.evaluation_result.gap
    IS 'largest difference of the criterion''s rates between any two groups of one attribute, or the largest loss of a group for group_loss; of several constraints the one beyond its bound most';
COMMENT ON COLUMN fairpg.evaluation_result.gap_low
    IS 'lower end of the 95 percent interval of the gap';
COMMENT ON COLUMN fairpg.evaluation_result.gap_high
    IS 'upper end of the 95 percent interval of the gap';
COMMENT ON COLUMN fairpg.evaluation_result.verdict
    IS 'pass or fail when the whole interval is within or beyond the bound of the version, else insufficient; the worst of several constraints';
COMMENT ON COLUMN fairpg.evaluation_result.worst_group
    IS 'attribute with the worst gap, ratio or loss, and the group that it is to the disadvantage of';
COMMENT ON COLUMN fairpg.evaluation_result.warnings IS 'what a careful reader should know';

CREATE FUNCTION fairpg.evaluate(
    model text,
    source text,
    version integer DEFAULT NULL,
    label text DEFAULT NULL,
    positive text DEFAULT NULL,
    protected text[] DEFAULT NULL,
    weight text DEFAULT NULL,
    seed bigint DEFAULT 0,
    options jsonb DEFAULT '{}',
    name text DEFAULT NULL,
    comment text DEFAULT NULL)
    RETURNS fairpg.evaluation_result
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    COST 100000
    AS 'MODULE_PATHNAME', 'fairpg_evaluate';
COMMENT ON FUNCTION fairpg.evaluate(text, text, integer, text, text, text[], text, bigint, jsonb,
    text, text)
    IS 'measures a version of a model on labelled rows, by group, and stores the evaluation';

CREATE FUNCTION fairpg.evaluate_decisions(
    source text,
    protected text[],
    label text DEFAULT NULL,
    decision text DEFAULT NULL,
    score text DEFAULT NULL,
    threshold double precision DEFAULT 0.5,
    positive text DEFAULT NULL,
    weight text DEFAULT NULL,
    level double precision DEFAULT 0.95,
    seed bigint DEFAULT 0,
    options jsonb DEFAULT '{}',
    prediction text DEFAULT NULL,
    name text DEFAULT NULL,
    comment text DEFAULT NULL)
    RETURNS fairpg.evaluation_result
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    COST 100000
    AS 'MODULE_PATHNAME', 'fairpg_evaluate_decisions';
COMMENT ON FUNCTION fairpg.evaluate_decisions(text, text[], text, text, text, double precision, text,
    text, double precision, bigint, jsonb, text, text, text)
    IS 'measures decisions, scores or predicted numbers of anybody as fairpg.audit() does, and stores the evaluation';
