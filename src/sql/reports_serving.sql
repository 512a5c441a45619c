-- Views of the log of decisions.  Cells of fewer than 10 decisions show no
-- figures, and where that is one of an attribute the next smallest does not
-- either, so that it cannot be told from a total.

CREATE FUNCTION fairpg.make_serving_reports()
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $reports$
BEGIN
    -- intervals are Wilson's, with the 97.5 percent point of the normal
    CREATE VIEW fairpg_report.decisions_by_group AS
        WITH counted AS (
            SELECT date_trunc('month', d.at AT TIME ZONE 'UTC')::date AS month, d.model, d.version,
                a.attribute, a.group_name, count(*) AS n,
                count(*) FILTER (WHERE coalesce(d.override_to, d.decided)) AS selected
            FROM fairpg_catalog.decision d
                JOIN fairpg_catalog.decision_attribute a ON a.decision = d.decision AND a.at = d.at
            GROUP BY 1, 2, 3, 4, 5
        ), cell AS (
            SELECT c.*, c.n < 10 OR count(*) FILTER (WHERE c.n < 10) OVER attribute = 1
                    AND row_number() OVER (PARTITION BY c.month, c.model, c.version, c.attribute ORDER BY c.n, c.group_name) = 2
                AS hidden
            FROM counted c
            WINDOW attribute AS (PARTITION BY c.month, c.model, c.version, c.attribute)
        )
        SELECT month, model, version, attribute, group_name,
            CASE WHEN NOT hidden THEN n END AS n,
            CASE WHEN NOT hidden THEN selected END AS selected,
            CASE WHEN NOT hidden THEN selected::double precision / n END AS selection_rate,
            CASE WHEN NOT hidden THEN greatest(0, w.middle - w.half) END AS low,
            CASE WHEN NOT hidden THEN least(1, w.middle + w.half) END AS high,
            CASE WHEN hidden THEN 'suppressed' WHEN n < 30 THEN 'small' END AS flag
        FROM cell c,
            LATERAL (SELECT 3.841458820694124::double precision AS z2) z,
            LATERAL (SELECT (selected + z2 / 2) / (n + z2) AS middle,
                sqrt(z2 * (selected::double precision * (n - selected) / n + z2 / 4)) / (n + z2) AS half) w;
    COMMENT ON VIEW fairpg_report.decisions_by_group
        IS 'how often models in service decided positively, by month and group; decisions as they stand, overrides included';
    COMMENT ON COLUMN fairpg_report.decisions_by_group.month IS 'first day of the month (UTC)';
    COMMENT ON COLUMN fairpg_report.decisions_by_group.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_report.decisions_by_group.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_report.decisions_by_group.attribute IS 'protected attribute';
    COMMENT ON COLUMN fairpg_report.decisions_by_group.group_name IS 'group of it';
    COMMENT ON COLUMN fairpg_report.decisions_by_group.n IS 'decisions about members of the group';
    COMMENT ON COLUMN fairpg_report.decisions_by_group.selected IS 'positive ones among them';
    COMMENT ON COLUMN fairpg_report.decisions_by_group.selection_rate IS 'share of positive ones';
    COMMENT ON COLUMN fairpg_report.decisions_by_group.low IS 'lower end of the 95 percent interval of the rate, by Wilson';
    COMMENT ON COLUMN fairpg_report.decisions_by_group.high IS 'upper end of that interval';
    COMMENT ON COLUMN fairpg_report.decisions_by_group.flag
        IS 'suppressed: too few to show; small: fewer than 30; NULL: nothing to remark';

    CREATE VIEW fairpg_report.overrides AS
        WITH counted AS (
            SELECT date_trunc('month', d.at AT TIME ZONE 'UTC')::date AS month, d.model,
                d.attribute, d.group_name, CASE WHEN d.decided THEN 'to negative' ELSE 'to positive' END AS direction,
                count(*) AS n, count(*) FILTER (WHERE d.override_to <> d.decided) AS overridden
            FROM (SELECT e.at, e.model, e.decided, e.override_to, '' AS attribute, '' AS group_name FROM fairpg_catalog.decision e
                UNION ALL
                SELECT e.at, e.model, e.decided, e.override_to, a.attribute, a.group_name
                FROM fairpg_catalog.decision e JOIN fairpg_catalog.decision_attribute a ON a.decision = e.decision AND a.at = e.at) d
            GROUP BY 1, 2, 3, 4, 5
        ), cell AS (
            SELECT c.*, c.n < 10 OR count(*) FILTER (WHERE c.n < 10) OVER attribute = 1
                    AND row_number() OVER (PARTITION BY c.month, c.model, c.attribute, c.direction ORDER BY c.n, c.group_name) = 2
                AS hidden
            FROM counted c
            WINDOW attribute AS (PARTITION BY c.month, c.model, c.attribute, c.direction)
        )
        SELECT month, model, attribute, group_name, direction,
            CASE WHEN NOT hidden THEN n END AS n,
            CASE WHEN NOT hidden THEN overridden END AS overridden,
            CASE WHEN NOT hidden THEN overridden::double precision / n END AS override_rate,
            CASE WHEN NOT hidden THEN greatest(0, w.middle - w.half) END AS low,
            CASE WHEN NOT hidden THEN least(1, w.middle + w.half) END AS high,
            CASE WHEN hidden THEN 'suppressed' WHEN n < 30 THEN 'small' END AS flag
        FROM cell c,
            LATERAL (SELECT 3.841458820694124::double precision AS z2) z,
            LATERAL (SELECT (overridden + z2 / 2) / (n + z2) AS middle,
                sqrt(z2 * (overridden::double precision * (n - overridden) / n + z2 / 4)) / (n + z2) AS half) w;
    COMMENT ON VIEW fairpg_report.overrides
        IS 'how often persons decided otherwise than the model, by month, group and direction';
    COMMENT ON COLUMN fairpg_report.overrides.month IS 'first day of the month of the decisions (UTC)';
    COMMENT ON COLUMN fairpg_report.overrides.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_report.overrides.attribute IS 'protected attribute; empty: all decisions';
    COMMENT ON COLUMN fairpg_report.overrides.group_name IS 'group of it; empty: all decisions';
    COMMENT ON COLUMN fairpg_report.overrides.direction
        IS 'to positive: of decisions that the model made negatively; to negative: of its positive ones';
    COMMENT ON COLUMN fairpg_report.overrides.n IS 'decisions of the model that could have been overridden so';
    COMMENT ON COLUMN fairpg_report.overrides.overridden IS 'those that were';
    COMMENT ON COLUMN fairpg_report.overrides.override_rate IS 'share of those that were';
    COMMENT ON COLUMN fairpg_report.overrides.low IS 'lower end of the 95 percent interval of the rate, by Wilson';
    COMMENT ON COLUMN fairpg_report.overrides.high IS 'upper end of that interval';
    COMMENT ON COLUMN fairpg_report.overrides.flag
        IS 'suppressed: too few to show; small: fewer than 30; NULL: nothing to remark';

    CREATE VIEW fairpg_report.canary AS
        WITH counted AS (
            SELECT c.model, c.deployment, c.started_at, d.slot AS arm, d.version, x.attribute, x.group_name,
                count(*) AS n, count(*) FILTER (WHERE d.decided) AS selected
            FROM fairpg_catalog.deployment c
                -- one canary after the other, so that only the partitions of its time are read
                CROSS JOIN LATERAL (SELECT e.* FROM fairpg_catalog.decision e
                    WHERE e.model = c.model AND e.at >= c.started_at AND e.at < coalesce(c.ended_at, 'infinity')
                        AND (e.slot = 'champion' OR e.deployment = c.deployment) OFFSET 0) d,
                LATERAL (SELECT '' AS attribute, '' AS group_name
                    UNION ALL
                    SELECT a.attribute, a.group_name FROM fairpg_catalog.decision_attribute a
                    WHERE a.decision = d.decision AND a.at = d.at) x
            WHERE c.slot = 'canary'
            GROUP BY 1, 2, 3, 4, 5, 6, 7
        ), cell AS (
            SELECT c.*, c.n < 10 OR count(*) FILTER (WHERE c.n < 10) OVER attribute = 1
                    AND row_number() OVER (PARTITION BY c.deployment, c.arm, c.version, c.attribute ORDER BY c.n, c.group_name) = 2
                AS hidden
            FROM counted c
            WINDOW attribute AS (PARTITION BY c.deployment, c.arm, c.version, c.attribute)
        ), arm AS (
            SELECT c.*, c.selected::double precision / c.n AS rate,
                greatest(0, w.middle - w.half) AS low, least(1, w.middle + w.half) AS high
            FROM cell c,
                LATERAL (SELECT 3.841458820694124::double precision AS z2) z,
                LATERAL (SELECT (c.selected + z2 / 2) / (c.n + z2) AS middle,
                    sqrt(z2 * (c.selected::double precision * (c.n - c.selected) / c.n + z2 / 4)) / (c.n + z2) AS half) w
        )
        SELECT a.model, a.deployment, a.started_at, a.arm, a.version, a.attribute, a.group_name,
            CASE WHEN NOT a.hidden THEN a.n END AS n,
            CASE WHEN NOT a.hidden THEN a.selected END AS selected,
            CASE WHEN NOT a.hidden THEN a.rate END AS selection_rate,
            CASE WHEN NOT a.hidden THEN a.low END AS low,
            CASE WHEN NOT a.hidden THEN a.high END AS high,
            CASE WHEN NOT a.hidden AND NOT b.hidden THEN a.rate - b.rate END AS difference,
            -- Newcombe's, from the intervals of both rates
            CASE WHEN NOT a.hidden AND NOT b.hidden
                THEN a.rate - b.rate - sqrt((a.rate - a.low) ^ 2 + (b.high - b.rate) ^ 2) END AS difference_low,
            CASE WHEN NOT a.hidden AND NOT b.hidden
                THEN a.rate - b.rate + sqrt((a.high - a.rate) ^ 2 + (b.rate - b.low) ^ 2) END AS difference_high,
            CASE WHEN a.hidden THEN 'suppressed' WHEN a.n < 30 OR b.n < 30 THEN 'small' END AS flag
        FROM arm a LEFT JOIN arm b ON a.arm = 'canary' AND b.arm = 'champion' AND b.deployment = a.deployment
            AND b.attribute = a.attribute AND b.group_name = a.group_name;
    COMMENT ON VIEW fairpg_report.canary
        IS 'canaries beside the champion of the same time: how often each decided positively, by group, before any override';
    COMMENT ON COLUMN fairpg_report.canary.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_report.canary.deployment IS 'number of the deployment of the canary';
    COMMENT ON COLUMN fairpg_report.canary.started_at IS 'when the canary began to serve';
    COMMENT ON COLUMN fairpg_report.canary.arm IS 'canary or champion';
    COMMENT ON COLUMN fairpg_report.canary.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_report.canary.attribute IS 'protected attribute; empty: all decisions';
    COMMENT ON COLUMN fairpg_report.canary.group_name IS 'group of it; empty: all decisions';
    COMMENT ON COLUMN fairpg_report.canary.n IS 'decisions of the arm while the canary served';
    COMMENT ON COLUMN fairpg_report.canary.selected IS 'positive ones among them';
    COMMENT ON COLUMN fairpg_report.canary.selection_rate IS 'share of positive ones';
    COMMENT ON COLUMN fairpg_report.canary.low IS 'lower end of the 95 percent interval of the rate, by Wilson';
    COMMENT ON COLUMN fairpg_report.canary.high IS 'upper end of that interval';
    COMMENT ON COLUMN fairpg_report.canary.difference
        IS 'rate of the canary less that of the champion; NULL in rows of the champion';
    COMMENT ON COLUMN fairpg_report.canary.difference_low
        IS 'lower end of the 95 percent interval of the difference, by Newcombe';
    COMMENT ON COLUMN fairpg_report.canary.difference_high IS 'upper end of that interval';
    COMMENT ON COLUMN fairpg_report.canary.flag
        IS 'suppressed: too few to show; small: fewer than 30 in an arm; NULL: nothing to remark';

    -- decisions are counted where no feature is, so that one walk does; a feature
    -- that is named for one group has a row for each of the version
    CREATE VIEW fairpg_report.decision_reasons AS
        WITH counted AS (
            SELECT date_trunc('month', d.at AT TIME ZONE 'UTC')::date AS month, d.model, d.version, d.slot, d.region,
                x.attribute, x.group_name, r.feature, count(*) AS n, count(*) FILTER (WHERE r.place = 1) AS n_first
            FROM fairpg_catalog.decision d,
                LATERAL (SELECT '' AS attribute, '' AS group_name
                    UNION ALL
                    SELECT a.attribute, a.group_name FROM fairpg_catalog.decision_attribute a
                    WHERE a.decision = d.decision AND a.at = d.at) x,
                LATERAL (SELECT NULL AS feature, NULL AS place
                    UNION ALL
                    SELECT u.feature, u.place FROM unnest(d.reasons) WITH ORDINALITY u (feature, place)) r
            WHERE d.reasons IS NOT NULL
            GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
        ), cell AS (
            SELECT c.*, c.n < 10 OR count(*) FILTER (WHERE c.n < 10) OVER attribute = 1
                    AND row_number() OVER (PARTITION BY c.month, c.model, c.version, c.slot, c.region, c.attribute ORDER BY c.n, c.group_name) = 2
                AS hidden
            FROM counted c
            WHERE c.feature IS NULL
            WINDOW attribute AS (PARTITION BY c.month, c.model, c.version, c.slot, c.region, c.attribute)
        ), named AS (
            SELECT c.month, c.model, c.version, c.slot, c.region, c.attribute, c.group_name, f.feature, c.n, c.hidden,
                coalesce(t.n, 0) AS named, coalesce(t.n_first, 0) AS named_first
            FROM cell c
                JOIN (SELECT DISTINCT model, version, feature FROM counted WHERE feature IS NOT NULL) f
                    ON f.model = c.model AND f.version = c.version
                LEFT JOIN counted t ON t.month = c.month AND t.model = c.model AND t.version = c.version AND t.slot = c.slot
                    AND t.region = c.region AND t.attribute = c.attribute AND t.group_name = c.group_name AND t.feature = f.feature
        )
        SELECT month, model, version, slot, region, attribute, group_name, feature,
            CASE WHEN NOT hidden THEN n END AS n,
            CASE WHEN NOT hidden THEN named END AS named,
            CASE WHEN NOT hidden THEN named_first END AS named_first,
            CASE WHEN NOT hidden THEN named::double precision / n END AS named_rate,
            CASE WHEN NOT hidden THEN greatest(0, w.middle - w.half) END AS low,
            CASE WHEN NOT hidden THEN least(1, w.middle + w.half) END AS high,
            CASE WHEN hidden THEN 'suppressed' WHEN n < 30 THEN 'small' END AS flag
        FROM named,
            LATERAL (SELECT 3.841458820694124::double precision AS z2) z,
            LATERAL (SELECT (named + z2 / 2) / (n + z2) AS middle,
                sqrt(z2 * (named::double precision * (n - named) / n + z2 / 4)) / (n + z2) AS half) w;
    COMMENT ON VIEW fairpg_report.decision_reasons
        IS 'how often each feature was a principal reason of a negative decision, by month, version, region and group; before any override';
    COMMENT ON COLUMN fairpg_report.decision_reasons.month IS 'first day of the month (UTC)';
    COMMENT ON COLUMN fairpg_report.decision_reasons.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_report.decision_reasons.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_report.decision_reasons.slot IS 'champion or canary';
    COMMENT ON COLUMN fairpg_report.decision_reasons.region IS 'where decisions were made, as the caller says; may be empty';
    COMMENT ON COLUMN fairpg_report.decision_reasons.attribute IS 'protected attribute; empty: all decisions';
    COMMENT ON COLUMN fairpg_report.decision_reasons.group_name IS 'group of it; empty: all decisions';
    COMMENT ON COLUMN fairpg_report.decision_reasons.feature
        IS 'feature of the model, or (threshold by attribute) where groups have thresholds of their own';
    COMMENT ON COLUMN fairpg_report.decision_reasons.n IS 'negative decisions of the model whose reasons are in the log';
    COMMENT ON COLUMN fairpg_report.decision_reasons.named IS 'those that have the feature among their principal reasons, of which there are up to four';
    COMMENT ON COLUMN fairpg_report.decision_reasons.named_first IS 'those that have it as the weightiest one';
    COMMENT ON COLUMN fairpg_report.decision_reasons.named_rate IS 'share of named';
    COMMENT ON COLUMN fairpg_report.decision_reasons.low IS 'lower end of the 95 percent interval of the rate, by Wilson';
    COMMENT ON COLUMN fairpg_report.decision_reasons.high IS 'upper end of that interval';
    COMMENT ON COLUMN fairpg_report.decision_reasons.flag
        IS 'suppressed: too few to show; small: fewer than 30; NULL: nothing to remark';
END
$reports$;
COMMENT ON FUNCTION fairpg.make_serving_reports()
    IS 'part of fairpg.init(): makes the views of the log of decisions';
