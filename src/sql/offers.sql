-- What there is: families, methods, criteria, and which of them go together.

CREATE FUNCTION fairpg.families(
    OUT family text,
    OUT description text,
    OUT without_options text[])
    RETURNS SETOF record
    LANGUAGE C STABLE PARALLEL SAFE
    COST 10 ROWS 3
    AS '$libdir/fairpg_train', 'fairpg_families';
COMMENT ON FUNCTION fairpg.families()
    IS 'families of models: what each learns, and the options of train() that it does not take';

CREATE FUNCTION fairpg.methods(
    OUT method text,
    OUT description text,
    OUT needs_penalty boolean,
    OUT options text[],
    OUT decides_by_group boolean,
    OUT mixes boolean)
    RETURNS SETOF record
    LANGUAGE C STABLE PARALLEL SAFE
    COST 10 ROWS 6
    AS '$libdir/fairpg_train', 'fairpg_methods';
COMMENT ON FUNCTION fairpg.methods()
    IS 'training methods: which options each takes, whether it decides by the row''s group, and whether it mixes several models';

CREATE FUNCTION fairpg.criteria(
    OUT fairness text,
    OUT description text,
    OUT rates text[])
    RETURNS SETOF record
    LANGUAGE C STABLE PARALLEL SAFE
    COST 10 ROWS 7
    AS '$libdir/fairpg_train', 'fairpg_criteria';
COMMENT ON FUNCTION fairpg.criteria()
    IS 'fairness criteria, and the figures of groups that each compares';

CREATE FUNCTION fairpg.combinations(
    OUT family text,
    OUT method text,
    OUT fairness text,
    OUT bound text)
    RETURNS SETOF record
    LANGUAGE C STABLE PARALLEL SAFE
    COST 10 ROWS 50
    AS '$libdir/fairpg_train', 'fairpg_combinations';
COMMENT ON FUNCTION fairpg.combinations()
    IS 'what train() takes together: family, method, criterion and the argument with the bound, NULL where none is given';
