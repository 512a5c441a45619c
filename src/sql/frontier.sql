-- The trade-off of accuracy and fairness: fairpg.frontier() and fairpg.choose().

CREATE TYPE fairpg.frontier_point AS (
    frontier bigint,
    point integer,
    max_gap double precision,
    max_loss double precision,
    status text,
    accuracy double precision,
    auc double precision,
    loss double precision,
    gap double precision,
    gap_low double precision,
    gap_high double precision,
    verdict text,
    worst_group text,
    pareto boolean,
    train_accuracy double precision,
    train_gap double precision,
    judged_on text,
    n bigint,
    warnings text[]
);
COMMENT ON TYPE fairpg.frontier_point IS 'the model of one bound, and how it fares';
COMMENT ON COLUMN fairpg.frontier_point.frontier IS 'number of the frontier, the same for all of its points';
COMMENT ON COLUMN fairpg.frontier_point.point IS 'number of the point, in the order of the bounds as given';
COMMENT ON COLUMN fairpg.frontier_point.max_gap
    IS 'largest gap between two groups that was asked for; NULL where losses are bounded';
COMMENT ON COLUMN fairpg.frontier_point.max_loss
    IS 'largest loss of a group that was asked for; NULL where gaps are bounded';
COMMENT ON COLUMN fairpg.frontier_point.status
    IS 'converged, infeasible (no model kept the bound; this is the closest), iteration_limit or constant';
COMMENT ON COLUMN fairpg.frontier_point.accuracy
    IS 'share of the judged rows decided as labelled; NULL for a linear model';
COMMENT ON COLUMN fairpg.frontier_point.auc
    IS 'area under the ROC curve; ties count one half; NULL for a linear model';
COMMENT ON COLUMN fairpg.frontier_point.loss
    IS 'mean log-loss in nats, or mean squared error of a linear model';
COMMENT ON COLUMN fairpg.frontier_point.gap
    IS 'largest difference of the criterion''s rates between any two groups of one attribute, or the largest loss of a group where losses are bounded';
COMMENT ON COLUMN fairpg.frontier_point.gap_low IS 'lower end of the 95 percent interval of the gap';
COMMENT ON COLUMN fairpg.frontier_point.gap_high IS 'upper end of the 95 percent interval of the gap';
COMMENT ON COLUMN fairpg.frontier_point.verdict
    IS 'pass or fail when the whole interval is within or beyond the bound, else insufficient';
COMMENT ON COLUMN fairpg.frontier_point.worst_group
    IS 'attribute with the worst gap, and the group that it is to the disadvantage of';
COMMENT ON COLUMN fairpg.frontier_point.pareto
    IS 'whether no other point is at least as good in accuracy (a linear model: loss) and gap, and better in one of them';
COMMENT ON COLUMN fairpg.frontier_point.train_accuracy
    IS 'share of the training rows decided as labelled; NULL for a linear model';
COMMENT ON COLUMN fairpg.frontier_point.train_gap
    IS 'largest gap, or loss of a group, on the training rows';
COMMENT ON COLUMN fairpg.frontier_point.judged_on
    IS 'rows that the figures are of: held_out, out_of_fold (training rows, each by a model that had not seen it) or train';
COMMENT ON COLUMN fairpg.frontier_point.n IS 'number of those rows';
COMMENT ON COLUMN fairpg.frontier_point.warnings IS 'what a careful reader should know';

CREATE FUNCTION fairpg.frontier(
    model text,
    source text,
    label text,
    positive text DEFAULT NULL,
    protected text[] DEFAULT '{}',
    features text[] DEFAULT NULL,
    exclude text[] DEFAULT '{}',
    family text DEFAULT 'logistic',
    fairness text DEFAULT 'demographic_parity',
    max_gaps double precision[] DEFAULT NULL,
    max_losses double precision[] DEFAULT NULL,
    folds integer DEFAULT 0,
    weight text DEFAULT NULL,
    split text DEFAULT 'hash:0.2',
    seed bigint DEFAULT 0,
    options jsonb DEFAULT '{}',
    comment text DEFAULT NULL)
    RETURNS SETOF fairpg.frontier_point
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    COST 1000000 ROWS 16
    AS '$libdir/fairpg_train', 'fairpg_frontier';
COMMENT ON FUNCTION fairpg.frontier(text, text, text, text, text[], text[], text[], text, text,
    double precision[], double precision[], integer, text, text, bigint, jsonb, text)
    IS 'trains the models of many bounds together, and stores them as points to choose from';

CREATE FUNCTION fairpg.choose(frontier bigint, point integer, why text)
    RETURNS fairpg.train_result
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_choose';
COMMENT ON FUNCTION fairpg.choose(bigint, integer, text)
    IS 'makes a version of a point of a frontier, and keeps the reason';
