-- Sensitivity: which features and which segments of rows drive accuracy and
-- gaps.

CREATE FUNCTION fairpg.contributions(
    model text,
    features record,
    version integer,
    names text[])
    RETURNS double precision[]
    LANGUAGE C STABLE PARALLEL SAFE
    COST 500
    AS 'MODULE_PATHNAME', 'fairpg_contributions';
COMMENT ON FUNCTION fairpg.contributions(text, record, integer, text[])
    IS 'what each of the named features adds to the raw score of a row, one after another; of a mixture to that of each of its members';

CREATE FUNCTION fairpg.decision_shares(
    model text,
    features record,
    version integer,
    names text[],
    distributions fairpg.score_stats[],
    dropped boolean,
    permuted boolean)
    RETURNS bigint[]
    LANGUAGE C STABLE PARALLEL SAFE
    COST 1000
    AS 'MODULE_PATHNAME', 'fairpg_decision_shares';
COMMENT ON FUNCTION fairpg.decision_shares(text, record, integer, text[], fairpg.score_stats[],
    boolean, boolean)
    IS 'decision of a model for a row, and for each feature the share of the other decision were it dropped or permuted, as the codes that sensitivity() counts';

CREATE FUNCTION fairpg.sensitivity(
    model text DEFAULT NULL,
    source text DEFAULT NULL,
    version integer DEFAULT NULL,
    label text DEFAULT NULL,
    positive text DEFAULT NULL,
    protected text[] DEFAULT NULL,
    weight text DEFAULT NULL,
    level double precision DEFAULT 0.95,
    seed bigint DEFAULT 0,
    options jsonb DEFAULT '{}',
    decision text DEFAULT NULL,
    score text DEFAULT NULL,
    threshold double precision DEFAULT 0.5,
    columns text[] DEFAULT NULL)
    RETURNS TABLE (
    kind text,
    factor_kind text,
    factor text,
    factor_level text,
    attribute text,
    group_name text,
    metric text,
    value double precision,
    low double precision,
    high double precision,
    baseline double precision,
    change double precision,
    change_low double precision,
    change_high double precision,
    n bigint,
    flag text,
    reason text)
    LANGUAGE C STABLE PARALLEL RESTRICTED
    COST 100000 ROWS 1000
    AS 'MODULE_PATHNAME', 'fairpg_sensitivity';
COMMENT ON FUNCTION fairpg.sensitivity(text, text, integer, text, text, text[], text,
    double precision, bigint, jsonb, text, text, double precision, text[])
    IS 'which features of a model, dropped or permuted, and which segments of rows, left out or alone, drive accuracy, rates and gaps, with paired intervals of the changes';
