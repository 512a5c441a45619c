SET client_min_messages = warning;
-- Stored states with bits turned, words put to extremes, pieces cut out or
-- doubled: each is refused, or is a state that is written as it was read, of
-- which every figure can be told and none is NaN.
CREATE TABLE r AS
SELECT i AS id, i % 7 < 3 AS label, i * 53 % 100 < 45 AS decision, (i * 37 % 100) / 100.0::float8 AS score, (ARRAY['a', 'b', 'c'])[1 + i % 3] AS grp,
    i * 7919 % 1009 AS number, i * 31 % 1009 AS predicted, 1.0::float8 / (1 + i % 3) AS weight
FROM generate_series(1, 120) i;
CREATE TABLE state AS
SELECT type, row_number() OVER () AS place, decode(image, 'hex') AS image
FROM (SELECT 'outcome_stats' AS type, fairpg.outcomes(label, decision)::text AS image FROM r
    UNION ALL SELECT 'outcome_stats', fairpg.outcomes(nullif(label, id % 5 = 0), nullif(decision, id % 7 = 0), weight)::text FROM r
    UNION ALL SELECT 'fairness_stats', fairpg.fairness(label, decision, grp)::text FROM r
    UNION ALL SELECT 'fairness_stats', fairpg.fairness(nullif(label, id % 5 = 0), nullif(decision, id % 7 = 0), nullif(grp, 'b'), weight)::text FROM r
    UNION ALL SELECT 'score_stats', fairpg.scores(label, score)::text FROM r
    UNION ALL SELECT 'score_stats', fairpg.scores(nullif(label, id % 5 = 0), score * 7 - 2, weight)::text FROM r WHERE id < 9
    UNION ALL SELECT 'group_score_stats', fairpg.group_scores(label, score, grp)::text FROM r WHERE id < 20
    UNION ALL SELECT 'group_score_stats', fairpg.group_scores(nullif(label, id % 5 = 0), score, nullif(grp, 'b'), weight)::text FROM r WHERE id < 9
    UNION ALL SELECT 'error_stats', fairpg.errors(number, predicted)::text FROM r
    UNION ALL SELECT 'error_stats', fairpg.errors(nullif(number, id % 50), predicted / 3.0, weight)::text FROM r) s;
-- what is done with each, of a state s
CREATE TABLE deed (type text, expression text);
INSERT INTO deed VALUES
    ('outcome_stats', 'concat(fairpg.metrics(s), fairpg.mcc(s), fairpg.generalized_entropy(s), fairpg.generalized_entropy(s, 1))'),
    ('outcome_stats', '(SELECT string_agg(concat(fairpg.metric_reason(s, m), fairpg.metric_interval(s, m), fairpg.metric_interval(s, m, 0.9, ''clopper_pearson''),
        fairpg.effective_n(s, m)), '','') FROM unnest(''{base_rate,selection_rate,tpr,fpr,ppv,npv,accuracy,balanced_accuracy,f1}''::text[]) m)'),
    ('fairness_stats', '(SELECT string_agg(g::text, '','') FROM fairpg.groups(s) g)'),
    ('fairness_stats', 'concat(fairpg.overall(s), fairpg.entropy_between(s), fairpg.outcome(s, ''a''), (SELECT string_agg(p::text, '','') FROM fairpg.pooled_rates(s, ''tpr'') p))'),
    ('fairness_stats', '(SELECT string_agg(concat(fairpg.gap(s, c), fairpg.ratio(s, c), fairpg.worst_group(s, c), fairpg.gap_reason(s, c)), '','')
        FROM unnest(''{demographic_parity,equal_opportunity,equalized_odds,error_rate_parity}''::text[]) c)'),
    ('score_stats', 'concat(fairpg.auc(s), fairpg.auc_interval(s), fairpg.auc_error(s), fairpg.brier(s), fairpg.log_loss(s), fairpg.mean_score(s), fairpg.n(s),
        fairpg.calibration_slope(s), fairpg.ece(s), fairpg.ece_error(s), fairpg.mce(s), fairpg.hosmer_lemeshow(s), fairpg.brier_reliability(s), fairpg.spiegelhalter_p(s))'),
    ('score_stats', '(SELECT string_agg(b::text, '','') FROM fairpg.calibration_bins(s) b)'),
    ('score_stats', '(SELECT string_agg(concat(fairpg.metric_interval(s, m)), '','') FROM unnest(''{auc,brier,log_loss,mean_score,ece,calibration_slope}''::text[]) m)'),
    ('group_score_stats', '(SELECT string_agg(g::text, '','') FROM fairpg.groups(s) g)'),
    ('group_score_stats', '(SELECT string_agg(p::text, '','') FROM fairpg.score_pairs(s) p)'),
    ('group_score_stats', 'concat(fairpg.overall(s), fairpg.gap(s, ''auc''), fairpg.gap_interval(s, ''ece''), fairpg.score(s, ''a''))'),
    ('error_stats', 'concat(fairpg.metrics(s), (SELECT string_agg(concat(fairpg.metric_interval(s, m), fairpg.metric_reason(s, m)), '','')
        FROM unnest(''{mean_label,mean_residual,r_squared,root_mean_squared_error,mean_absolute_error,mean_squared_error}''::text[]) m))');
INSERT INTO deed SELECT DISTINCT type, '(SELECT fairpg.merge(m)::text FROM unnest(ARRAY[s, s]) m)' FROM deed;

-- the k-th way to spoil some bytes
CREATE FUNCTION spoilt(image bytea, k bigint) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
    n integer := length(image);
    draw bigint := hashint8extended(k, 7) & 4611686018427387903;
    place integer := draw % n;
    extremes text[] := '{ffffffffffffff7f,ffffffffffffffff,0000000000000080,000000000000f87f,000000000000f07f,0100000000000000}';
BEGIN
    RETURN CASE k % 7
        WHEN 0 THEN set_byte(image, place, 255)
        WHEN 1 THEN set_byte(image, place, 0)
        WHEN 2 THEN substring(image FROM 1 FOR place)
        WHEN 3 THEN substring(image FROM 1 FOR place) || substring(image FROM place + 9)
        WHEN 4 THEN substring(image FROM 1 FOR place) || substring(image FROM greatest(place - 7, 1))
        WHEN 5 THEN substring(overlay(image PLACING decode(extremes[1 + draw / 64 % 6], 'hex') FROM place / 8 * 8 + 1) FROM 1 FOR n)
        ELSE set_bit(image, place * 8 + (draw / 4096 % 8)::integer, 1 - get_bit(image, place * 8 + (draw / 4096 % 8)::integer)) END;
END $$;

CREATE TABLE seen (type text, what text, said text);
DO $$
DECLARE
    given record;
    deed record;
    image text;
    answer text;
BEGIN
    FOR given IN SELECT type, spoilt(s.image, k + 1000 * place) AS image FROM state s, generate_series(1, 40) k LOOP
        image := encode(given.image, 'hex');
        BEGIN
            EXECUTE format('SELECT $1::fairpg.%I::text', given.type) INTO answer USING image;
            INSERT INTO seen VALUES (given.type, CASE WHEN answer = image THEN 'read' ELSE 'changed' END, image);
        EXCEPTION WHEN invalid_binary_representation OR invalid_text_representation THEN
            INSERT INTO seen VALUES (given.type, 'refused', sqlerrm);
            CONTINUE;
        END;
        FOR deed IN SELECT expression FROM deed WHERE type = given.type LOOP
            BEGIN
                EXECUTE format('SELECT %s FROM (SELECT $1::fairpg.%I AS s) s', deed.expression, given.type) INTO answer USING image;
                IF answer ~* 'nan' OR answer ~* '[(,]-inf' THEN
                    INSERT INTO seen VALUES (given.type, 'odd answer', deed.expression || ' ' || image);
                END IF;
            EXCEPTION WHEN numeric_value_out_of_range THEN
                INSERT INTO seen VALUES (given.type, 'out of range', sqlerrm);
            WHEN OTHERS THEN
                INSERT INTO seen VALUES (given.type, sqlstate, deed.expression || ' ' || sqlerrm || ' ' || image);
            END;
        END LOOP;
    END LOOP;
END $$;
SELECT type, what, count(*) > 15 AS often, min(said) FILTER (WHERE said !~ 'syntax' AND what = 'refused') AS said FROM seen WHERE what IN ('refused', 'read') GROUP BY type, what ORDER BY type, what;
SELECT DISTINCT * FROM seen WHERE what NOT IN ('refused', 'read') AND (what, said) <> ('out of range', 'count or sum of weights is out of range');
DROP TABLE r, state, deed, seen;
DROP FUNCTION spoilt;
