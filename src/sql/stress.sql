-- Stress: what happens to accuracy and gaps when the mix of groups, the cutoff,
-- the labels or a feature are not what they were.

CREATE FUNCTION fairpg.decision_changes(
    model text,
    features record,
    version integer,
    variants jsonb)
    RETURNS integer[]
    LANGUAGE C STABLE PARALLEL SAFE
    COST 1000
    AS 'MODULE_PATHNAME', 'fairpg_decision_changes';
COMMENT ON FUNCTION fairpg.decision_changes(text, record, integer, jsonb)
    IS 'decision of a model for a row, 0 or 1, then for each variant of the row that is decided the other way 4 times its number plus that decision; what stress() counts';

CREATE FUNCTION fairpg.stress(
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
    threshold double precision DEFAULT 0.5)
    RETURNS TABLE (
    kind text,
    scenario text,
    subject text,
    amount double precision,
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
    AS 'MODULE_PATHNAME', 'fairpg_stress';
COMMENT ON FUNCTION fairpg.stress(text, text, integer, text, text, text[], text,
    double precision, bigint, jsonb, text, text, double precision)
    IS 'what becomes of accuracy, rates and gaps when the mix of groups, the cutoff, the labels of a group or a feature change, with paired intervals of the changes';
