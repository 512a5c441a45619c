-- Scoring: one row of any shape in, a probability or a decision out.

CREATE FUNCTION fairpg.predict_support(internal)
    RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_predict_support';
COMMENT ON FUNCTION fairpg.predict_support(internal)
    IS 'lets the planner read only the columns that a model needs';

CREATE FUNCTION fairpg.predict(
    model text,
    features record,
    version integer DEFAULT NULL)
    RETURNS double precision
    LANGUAGE C STABLE PARALLEL SAFE
    COST 25
    SUPPORT fairpg.predict_support
    AS 'MODULE_PATHNAME', 'fairpg_predict';
COMMENT ON FUNCTION fairpg.predict(text, record, integer)
    IS 'probability of the positive label for a row, whose columns are found by name';

CREATE FUNCTION fairpg.decide(
    model text,
    features record,
    version integer DEFAULT NULL)
    RETURNS boolean
    LANGUAGE C STABLE PARALLEL SAFE
    COST 25
    SUPPORT fairpg.predict_support
    AS 'MODULE_PATHNAME', 'fairpg_decide';
COMMENT ON FUNCTION fairpg.decide(text, record, integer)
    IS 'whether the probability for a row reaches the threshold of the model';

CREATE FUNCTION fairpg.predict_columns(
    model text,
    version integer,
    columns text[],
    VARIADIC "values" "any")
    RETURNS double precision
    LANGUAGE C STABLE PARALLEL SAFE
    COST 25
    AS 'MODULE_PATHNAME', 'fairpg_predict_columns';
COMMENT ON FUNCTION fairpg.predict_columns(text, integer, text[], "any")
    IS 'probability of the positive label for named values; what predict() becomes in a plan';

CREATE FUNCTION fairpg.decide_columns(
    model text,
    version integer,
    columns text[],
    VARIADIC "values" "any")
    RETURNS boolean
    LANGUAGE C STABLE PARALLEL SAFE
    COST 25
    AS 'MODULE_PATHNAME', 'fairpg_decide_columns';
COMMENT ON FUNCTION fairpg.decide_columns(text, integer, text[], "any")
    IS 'decision for named values; what decide() becomes in a plan';

CREATE FUNCTION fairpg.predict_with(
    artifact bytea,
    features record)
    RETURNS double precision
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    COST 25
    AS 'MODULE_PATHNAME', 'fairpg_predict_with';
COMMENT ON FUNCTION fairpg.predict_with(bytea, record)
    IS 'probability of the positive label by a model that is handed over as bytes';

