-- Training: fairpg.train() and what it answers.

CREATE TYPE fairpg.train_result AS (
    model text,
    version integer,
    family text,
    fairness text,
    method text,
    status text,
    iterations integer,
    rows_train bigint,
    rows_test bigint,
    rows_dropped bigint,
    loss double precision,
    accuracy double precision,
    auc double precision,
    gap double precision,
    gap_low double precision,
    gap_high double precision,
    verdict text,
    worst_group text,
    seconds double precision,
    memory_bytes bigint,
    warnings text[],
    rows_needed bigint
);
COMMENT ON TYPE fairpg.train_result
    IS 'what one training came to; quality figures are of the held-out rows, where there are any';
COMMENT ON COLUMN fairpg.train_result.model IS 'name of the model';
COMMENT ON COLUMN fairpg.train_result.version IS 'number of the new version';
COMMENT ON COLUMN fairpg.train_result.family IS 'family of the model';
COMMENT ON COLUMN fairpg.train_result.fairness IS 'fairness criteria, separated by commas, or none';
COMMENT ON COLUMN fairpg.train_result.method IS 'training method, or none';
COMMENT ON COLUMN fairpg.train_result.status
    IS 'converged, infeasible (no model kept all bounds; this is the closest), iteration_limit, early_stop or constant';
COMMENT ON COLUMN fairpg.train_result.iterations IS 'passes over the rows or a sample of them';
COMMENT ON COLUMN fairpg.train_result.rows_train IS 'rows trained on';
COMMENT ON COLUMN fairpg.train_result.rows_test IS 'rows held out';
COMMENT ON COLUMN fairpg.train_result.rows_dropped IS 'rows read but used for neither';
COMMENT ON COLUMN fairpg.train_result.loss
    IS 'mean log-loss in nats, or mean squared error of a linear model';
COMMENT ON COLUMN fairpg.train_result.accuracy
    IS 'share of rows decided as labelled; NULL for a linear model';
COMMENT ON COLUMN fairpg.train_result.auc
    IS 'area under the ROC curve; ties count one half; NULL for a linear model';
COMMENT ON COLUMN fairpg.train_result.gap
    IS 'largest difference of the criterion''s rates between any two groups of one attribute, or the largest loss of a group for group_loss; of several constraints the one beyond its bound most';
COMMENT ON COLUMN fairpg.train_result.gap_low IS 'lower end of the 95 percent interval of the gap';
COMMENT ON COLUMN fairpg.train_result.gap_high IS 'upper end of the 95 percent interval of the gap';
COMMENT ON COLUMN fairpg.train_result.rows_needed
    IS 'where the verdict is insufficient, how many rows of the deciding groups and event would decide it if the value stayed as it is; the most of several constraints; NULL where none is known to';
COMMENT ON COLUMN fairpg.train_result.verdict
    IS 'pass or fail when the whole interval is within or beyond the bound, else insufficient; the worst of several constraints';
COMMENT ON COLUMN fairpg.train_result.worst_group
    IS 'attribute with the worst gap, ratio or loss, and the group that it is to the disadvantage of';
COMMENT ON COLUMN fairpg.train_result.seconds IS 'time taken';
COMMENT ON COLUMN fairpg.train_result.memory_bytes IS 'highest memory in use for rows and fitting';
COMMENT ON COLUMN fairpg.train_result.warnings IS 'what a careful reader should know';

CREATE FUNCTION fairpg.train(
    model text,
    source text,
    label text,
    positive text DEFAULT NULL,
    protected text[] DEFAULT '{}',
    features text[] DEFAULT NULL,
    exclude text[] DEFAULT '{}',
    family text DEFAULT 'logistic',
    fairness text DEFAULT 'none',
    max_gap double precision DEFAULT NULL,
    min_ratio double precision DEFAULT NULL,
    max_loss double precision DEFAULT NULL,
    method text DEFAULT 'constraint',
    penalty double precision DEFAULT NULL,
    weight text DEFAULT NULL,
    split text DEFAULT 'hash:0.2',
    seed bigint DEFAULT 0,
    options jsonb DEFAULT '{}',
    comment text DEFAULT NULL)
    RETURNS fairpg.train_result
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    COST 100000
    AS '$libdir/fairpg_train', 'fairpg_train';
COMMENT ON FUNCTION fairpg.train(text, text, text, text, text[], text[], text[], text, text,
    double precision, double precision, double precision, text, double precision, text, text, bigint,
    jsonb, text)
    IS 'trains a model over a table or query and stores it as a new version';

CREATE FUNCTION fairpg.retrain(
    model text,
    source text DEFAULT NULL,
    version integer DEFAULT NULL,
    start text DEFAULT NULL,
    comment text DEFAULT NULL)
    RETURNS fairpg.train_result
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    COST 100000
    AS '$libdir/fairpg_train', 'fairpg_retrain';
COMMENT ON FUNCTION fairpg.retrain(text, text, integer, text, text)
    IS 'makes the training of a version again, over the rows of today, and stores it as a new version';

-- Jobs: the same in transactions of their own.

CREATE PROCEDURE fairpg.train_job(
    model text,
    source text,
    label text,
    positive text DEFAULT NULL,
    protected text[] DEFAULT '{}',
    features text[] DEFAULT NULL,
    exclude text[] DEFAULT '{}',
    family text DEFAULT 'logistic',
    fairness text DEFAULT 'none',
    max_gap double precision DEFAULT NULL,
    min_ratio double precision DEFAULT NULL,
    max_loss double precision DEFAULT NULL,
    method text DEFAULT 'constraint',
    penalty double precision DEFAULT NULL,
    weight text DEFAULT NULL,
    split text DEFAULT 'hash:0.2',
    seed bigint DEFAULT 0,
    options jsonb DEFAULT '{}',
    comment text DEFAULT NULL)
    LANGUAGE C
    AS '$libdir/fairpg_train', 'fairpg_train_job';
COMMENT ON PROCEDURE fairpg.train_job(text, text, text, text, text[], text[], text[], text, text,
    double precision, double precision, double precision, text, double precision, text, text, bigint,
    jsonb, text)
    IS 'trains as train() does, commits before it computes, and keeps a record of the run';

CREATE PROCEDURE fairpg.retrain_job(
    model text,
    source text DEFAULT NULL,
    version integer DEFAULT NULL,
    start text DEFAULT NULL,
    comment text DEFAULT NULL)
    LANGUAGE C
    AS '$libdir/fairpg_train', 'fairpg_retrain_job';
COMMENT ON PROCEDURE fairpg.retrain_job(text, text, integer, text, text)
    IS 'trains as retrain() does, commits before it computes, and keeps a record of the run';

-- Reading the rows of a training: an aggregate, so that parallel workers take
-- part in it.  It works only inside of fairpg.train().

CREATE FUNCTION fairpg.gather_columns(
    first integer,
    VARIADIC "columns" "any")
    RETURNS boolean
    LANGUAGE C VOLATILE PARALLEL SAFE
    AS '$libdir/fairpg_train', 'fairpg_gather_columns';
COMMENT ON FUNCTION fairpg.gather_columns(integer, "any")
    IS 'part of fairpg.train(): some columns of a row that has very many';

CREATE FUNCTION fairpg.gather_row(
    state internal,
    VARIADIC "columns" "any")
    RETURNS internal
    LANGUAGE C VOLATILE PARALLEL SAFE
    AS '$libdir/fairpg_train', 'fairpg_gather_row';
COMMENT ON FUNCTION fairpg.gather_row(internal, "any")
    IS 'transition of gather_rows()';

CREATE FUNCTION fairpg.gather_combine(a internal, b internal)
    RETURNS internal
    LANGUAGE C VOLATILE PARALLEL SAFE
    AS '$libdir/fairpg_train', 'fairpg_gather_combine';
COMMENT ON FUNCTION fairpg.gather_combine(internal, internal)
    IS 'merges states of gather_rows()';

CREATE FUNCTION fairpg.gather_serialize(state internal)
    RETURNS bytea
    LANGUAGE C VOLATILE STRICT PARALLEL SAFE
    AS '$libdir/fairpg_train', 'fairpg_gather_serialize';
COMMENT ON FUNCTION fairpg.gather_serialize(internal)
    IS 'a state of gather_rows() on its way to another process';

CREATE FUNCTION fairpg.gather_deserialize(image bytea, state internal)
    RETURNS internal
    LANGUAGE C VOLATILE STRICT PARALLEL SAFE
    AS '$libdir/fairpg_train', 'fairpg_gather_deserialize';
COMMENT ON FUNCTION fairpg.gather_deserialize(bytea, internal)
    IS 'a state of gather_rows() that has come from another process';

CREATE FUNCTION fairpg.gather_final(state internal)
    RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL SAFE
    AS '$libdir/fairpg_train', 'fairpg_gather_final';
COMMENT ON FUNCTION fairpg.gather_final(internal)
    IS 'final function of gather_rows()';

CREATE AGGREGATE fairpg.gather_rows(VARIADIC "columns" "any") (
    SFUNC = fairpg.gather_row,
    STYPE = internal,
    COMBINEFUNC = fairpg.gather_combine,
    SERIALFUNC = fairpg.gather_serialize,
    DESERIALFUNC = fairpg.gather_deserialize,
    FINALFUNC = fairpg.gather_final,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fairpg.gather_rows("any")
    IS 'part of fairpg.train(): reads the rows of a source';
