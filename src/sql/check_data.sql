-- The data before the model: what is odd about rows that somebody wants to learn from.

CREATE FUNCTION fairpg.check_data(
    source text,
    protected text[] DEFAULT '{}',
    label text DEFAULT NULL,
    features text[] DEFAULT NULL,
    exclude text[] DEFAULT '{}',
    positive text DEFAULT NULL,
    weight text DEFAULT NULL,
    annotators text[] DEFAULT '{}',
    reference text DEFAULT NULL,
    seed bigint DEFAULT 0,
    options jsonb DEFAULT '{}')
    RETURNS TABLE (
    check_name text,
    severity text,
    attribute text,
    column_name text,
    group_name text,
    metric text,
    value double precision,
    low double precision,
    high double precision,
    n bigint,
    fact text,
    advice text)
    LANGUAGE C STABLE PARALLEL RESTRICTED
    COST 100000 ROWS 300
    AS '$libdir/fairpg_train', 'fairpg_check_data';
COMMENT ON FUNCTION fairpg.check_data(text, text[], text, text[], text[], text, text, text[], text,
    bigint, jsonb)
    IS 'looks at the rows of a table or query before a model learns from them: who is in them, labels, missing values, duplicates, columns, leakage and proxies, each finding with severity, figures and advice';

CREATE FUNCTION fairpg.check_rules(
    OUT rule text,
    OUT figure text,
    OUT note double precision,
    OUT warning double precision,
    OUT serious double precision,
    OUT source text)
    RETURNS SETOF record
    LANGUAGE C STABLE PARALLEL SAFE
    COST 10 ROWS 18
    AS '$libdir/fairpg_train', 'fairpg_check_rules';
COMMENT ON FUNCTION fairpg.check_rules()
    IS 'from which figures on check_data() calls a finding a note, a warning or serious, and where these numbers come from';
