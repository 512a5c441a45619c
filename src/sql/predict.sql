-- Scoring: one row of any shape in; a probability, a number or a decision out.

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
    COST 100
    SUPPORT fairpg.predict_support
    AS 'MODULE_PATHNAME', 'fairpg_predict';
COMMENT ON FUNCTION fairpg.predict(text, record, integer)
    IS 'probability of the positive label for a row, or the number that a linear model predicts; columns are found by name';

CREATE FUNCTION fairpg.decide(
    model text,
    features record,
    version integer DEFAULT NULL)
    RETURNS boolean
    LANGUAGE C STABLE PARALLEL SAFE
    COST 100
    SUPPORT fairpg.predict_support
    AS 'MODULE_PATHNAME', 'fairpg_decide';
COMMENT ON FUNCTION fairpg.decide(text, record, integer)
    IS 'whether the probability for a row reaches the threshold of the model, or of the row''s group; a linear model does not decide';

CREATE FUNCTION fairpg.predict_columns(
    model text,
    version integer,
    columns text[],
    VARIADIC "values" "any")
    RETURNS double precision
    LANGUAGE C STABLE PARALLEL SAFE
    COST 100
    AS 'MODULE_PATHNAME', 'fairpg_predict_columns';
COMMENT ON FUNCTION fairpg.predict_columns(text, integer, text[], "any")
    IS 'prediction for named values; what predict() becomes in a plan';

CREATE FUNCTION fairpg.decide_columns(
    model text,
    version integer,
    columns text[],
    VARIADIC "values" "any")
    RETURNS boolean
    LANGUAGE C STABLE PARALLEL SAFE
    COST 100
    AS 'MODULE_PATHNAME', 'fairpg_decide_columns';
COMMENT ON FUNCTION fairpg.decide_columns(text, integer, text[], "any")
    IS 'decision for named values; what decide() becomes in a plan';

CREATE FUNCTION fairpg.predict_with(
    artifact bytea,
    features record)
    RETURNS double precision
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    COST 100
    AS 'MODULE_PATHNAME', 'fairpg_predict_with';
COMMENT ON FUNCTION fairpg.predict_with(bytea, record)
    IS 'prediction by a model that is handed over as bytes';

CREATE FUNCTION fairpg.predict_class(
    model text,
    features record,
    version integer DEFAULT NULL)
    RETURNS text
    LANGUAGE C STABLE PARALLEL SAFE
    COST 100
    SUPPORT fairpg.predict_support
    AS 'MODULE_PATHNAME', 'fairpg_predict_class';
COMMENT ON FUNCTION fairpg.predict_class(text, record, integer)
    IS 'class of the greatest probability for a row, by a multinomial model; of equal ones the first';

CREATE FUNCTION fairpg.predict_class_columns(
    model text,
    version integer,
    columns text[],
    VARIADIC "values" "any")
    RETURNS text
    LANGUAGE C STABLE PARALLEL SAFE
    COST 100
    AS 'MODULE_PATHNAME', 'fairpg_predict_class_columns';
COMMENT ON FUNCTION fairpg.predict_class_columns(text, integer, text[], "any")
    IS 'class for named values; what predict_class() becomes in a plan';

CREATE FUNCTION fairpg.predict_probabilities(
    model text,
    features record,
    version integer DEFAULT NULL)
    RETURNS TABLE (class text, probability double precision, decided boolean)
    LANGUAGE C STABLE PARALLEL SAFE
    COST 200 ROWS 5
    AS 'MODULE_PATHNAME', 'fairpg_predict_probabilities';
COMMENT ON FUNCTION fairpg.predict_probabilities(text, record, integer)
    IS 'probability of each class for a row, by a multinomial model, one row a class; decided: the class that predict_class() answers';

CREATE FUNCTION fairpg.reasons(
    model text,
    features record,
    version integer DEFAULT NULL)
    RETURNS TABLE (
    place integer,
    feature text,
    value text,
    contribution double precision,
    average double precision,
    flag text)
    LANGUAGE C STABLE PARALLEL SAFE
    COST 500 ROWS 20
    AS 'MODULE_PATHNAME', 'fairpg_reasons';
COMMENT ON FUNCTION fairpg.reasons(text, record, integer)
    IS 'what each feature of a row adds to its score (log-odds, or the number of a linear model) beyond what it adds to the average row of the training, the most adverse first';

CREATE TYPE fairpg.class_examination AS (
    class text,
    class_number integer,
    label_number integer,
    label_probability double precision,
    n_null integer,
    n_unseen integer,
    n_out_of_range integer
);
COMMENT ON TYPE fairpg.class_examination
    IS 'the class of a row beside its label, and what in the row the model had to make do with';
COMMENT ON COLUMN fairpg.class_examination.class IS 'what predict_class() answers';
COMMENT ON COLUMN fairpg.class_examination.class_number
    IS 'its number among the classes of the model, from 1';
COMMENT ON COLUMN fairpg.class_examination.label_number
    IS 'that of the label; 0: it is no class of the model; NULL: it is NULL';
COMMENT ON COLUMN fairpg.class_examination.label_probability
    IS 'probability of the class that is the label; NULL where there is none';
COMMENT ON COLUMN fairpg.class_examination.n_null IS 'features that are NULL';
COMMENT ON COLUMN fairpg.class_examination.n_unseen
    IS 'categories for which the model has no level: not seen in training, or rare there';
COMMENT ON COLUMN fairpg.class_examination.n_out_of_range
    IS 'numbers beyond those of the training rows';

CREATE FUNCTION fairpg.examine_class(
    model text,
    features record,
    label "any",
    version integer DEFAULT NULL)
    RETURNS fairpg.class_examination
    LANGUAGE C STABLE PARALLEL SAFE
    COST 100
    AS 'MODULE_PATHNAME', 'fairpg_examine_class';
COMMENT ON FUNCTION fairpg.examine_class(text, record, "any", integer)
    IS 'class of a row by a multinomial model, beside the class that it has, and how many of its values training had not shown';

CREATE TYPE fairpg.examination AS (
    prediction double precision,
    probability double precision,
    decision boolean,
    n_null integer,
    n_unseen integer,
    n_out_of_range integer,
    expected_decision double precision
);
COMMENT ON TYPE fairpg.examination
    IS 'a prediction, and what in the row the model had to make do with';
COMMENT ON COLUMN fairpg.examination.prediction IS 'what predict() answers';
COMMENT ON COLUMN fairpg.examination.probability
    IS 'probability of the positive label; NULL for a model that predicts a number';
COMMENT ON COLUMN fairpg.examination.decision
    IS 'whether the probability reaches the threshold of the model, or of the row''s group; of a mixture, what the member decides that the row draws; NULL for a model that predicts a number';
COMMENT ON COLUMN fairpg.examination.n_null IS 'features that are NULL';
COMMENT ON COLUMN fairpg.examination.n_unseen
    IS 'categories for which the model has no level: not seen in training, or rare there';
COMMENT ON COLUMN fairpg.examination.n_out_of_range
    IS 'numbers beyond those of the training rows';
COMMENT ON COLUMN fairpg.examination.expected_decision
    IS 'of a mixture, the share of its members that decide positive; of other models 1 or 0, as decision';

CREATE FUNCTION fairpg.examine(
    model text,
    features record,
    version integer DEFAULT NULL)
    RETURNS fairpg.examination
    LANGUAGE C STABLE PARALLEL SAFE
    COST 100
    AS 'MODULE_PATHNAME', 'fairpg_examine';
COMMENT ON FUNCTION fairpg.examine(text, record, integer)
    IS 'prediction for a row, and how many of its values training had not shown';
