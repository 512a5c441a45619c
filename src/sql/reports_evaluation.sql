-- The views of evaluations and of what was found out about their rows, which
-- BI tools read: long rows, keyed by the number of the evaluation.

CREATE FUNCTION fairpg.make_evaluation_reports()
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $reports$
DECLARE
    wanting record;
BEGIN
    CREATE VIEW fairpg_report.evaluations AS
        SELECT
            e.evaluation,
            e.model,
            e.version,
            coalesce(e.name, e.model || ' ' || e.version, e.relation, 'query') AS name,
            e.source,
            e.part,
            e.evaluated_at AS time,
            NOT EXISTS (
                SELECT FROM fairpg_catalog.evaluation AS n
                WHERE n.evaluation > e.evaluation AND n.part = e.part AND n.frontier IS NULL
                    AND coalesce(n.name, n.model || ' ' || n.version, n.relation, 'query')
                        = coalesce(e.name, e.model || ' ' || e.version, e.relation, 'query'))
                AS is_newest,
            e.label,
            e.positive,
            array_to_string(e.protected, ', ') AS protected,
            e.decision,
            e.score,
            e.prediction,
            e.threshold,
            e.weight,
            e.level,
            e.n_rows AS n,
            e.n_null_label,
            e.n_null_value,
            e.n_unseen_level,
            e.n_out_of_range,
            e.accuracy,
            e.auc,
            e.loss,
            (SELECT string_agg(a.analysis, ', ' ORDER BY a.analysis)
             FROM fairpg_catalog.analysis AS a
             WHERE a.evaluation = e.evaluation) AS analyses,
            e.comment,
            e.row_security,
            e.evaluated_by
        FROM fairpg_catalog.evaluation AS e
        WHERE e.frontier IS NULL;
    COMMENT ON VIEW fairpg_report.evaluations
        IS 'what was measured: versions of models, and decisions or scores of anybody';
    COMMENT ON COLUMN fairpg_report.evaluations.evaluation IS 'number of the evaluation';
    COMMENT ON COLUMN fairpg_report.evaluations.model
        IS 'name of the model; NULL: decisions or scores of somebody else';
    COMMENT ON COLUMN fairpg_report.evaluations.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_report.evaluations.name
        IS 'name of the evaluation; where none was given, model and version, or what was measured on';
    COMMENT ON COLUMN fairpg_report.evaluations.source IS 'table or query that was measured on';
    COMMENT ON COLUMN fairpg_report.evaluations.part
        IS 'held_out or train: part of the training source; out_of_fold: its training rows, by models that had not seen them; external: other rows';
    COMMENT ON COLUMN fairpg_report.evaluations.time IS 'when the evaluation was made';
    COMMENT ON COLUMN fairpg_report.evaluations.is_newest
        IS 'whether no later evaluation of the same part has the same name';
    COMMENT ON COLUMN fairpg_report.evaluations.label IS 'column with what came true; NULL: none';
    COMMENT ON COLUMN fairpg_report.evaluations.positive
        IS 'value of the label that counts as positive';
    COMMENT ON COLUMN fairpg_report.evaluations.protected
        IS 'protected attributes, separated by commas';
    COMMENT ON COLUMN fairpg_report.evaluations.decision
        IS 'column with the decisions; NULL: a score or a model decides';
    COMMENT ON COLUMN fairpg_report.evaluations.score
        IS 'column with the scores; NULL: decisions or a model';
    COMMENT ON COLUMN fairpg_report.evaluations.prediction
        IS 'column with predicted numbers; NULL: decisions, scores or a model';
    COMMENT ON COLUMN fairpg_report.evaluations.threshold
        IS 'score, or probability of the model, from which a decision is positive, where thresholds does not say otherwise';
    COMMENT ON COLUMN fairpg_report.evaluations.weight IS 'column with weights of rows; NULL: none';
    COMMENT ON COLUMN fairpg_report.evaluations.level IS 'confidence of the intervals';
    COMMENT ON COLUMN fairpg_report.evaluations.n
        IS 'labelled rows with a decision; rows with a decision where there is no label';
    COMMENT ON COLUMN fairpg_report.evaluations.n_null_label
        IS 'rows left out because the label is NULL';
    COMMENT ON COLUMN fairpg_report.evaluations.n_null_value
        IS 'NULL values of features; NULL without a model';
    COMMENT ON COLUMN fairpg_report.evaluations.n_unseen_level
        IS 'values of categories that training did not see; NULL without a model';
    COMMENT ON COLUMN fairpg_report.evaluations.n_out_of_range
        IS 'numbers outside the range of the training rows; NULL without a model';
    COMMENT ON COLUMN fairpg_report.evaluations.accuracy IS 'share of rows decided as labelled';
    COMMENT ON COLUMN fairpg_report.evaluations.auc IS 'area under the ROC curve';
    COMMENT ON COLUMN fairpg_report.evaluations.loss
        IS 'mean log-loss in nats, or mean squared error of a linear model';
    COMMENT ON COLUMN fairpg_report.evaluations.analyses
        IS 'analyses that were added, separated by commas';
    COMMENT ON COLUMN fairpg_report.evaluations.comment IS 'remark of the caller';
    COMMENT ON COLUMN fairpg_report.evaluations.row_security
        IS 'whether row security limited what was measured';
    COMMENT ON COLUMN fairpg_report.evaluations.evaluated_by IS 'role that measured';

    CREATE VIEW fairpg_report.group_metrics AS
        SELECT
            e.evaluation,
            e.model,
            e.version,
            e.name,
            e.source,
            e.part,
            e.time,
            r.attribute,
            r.group_name,
            r.metric,
            r.value,
            r.low,
            r.high,
            r.n,
            r.flag,
            r.reason,
            r.class
        FROM fairpg_report.evaluations AS e
        JOIN fairpg_catalog.evaluation_metric AS r ON r.evaluation = e.evaluation;
    COMMENT ON VIEW fairpg_report.group_metrics
        IS 'metrics of each group, one row each, with interval and number of rows';
    COMMENT ON COLUMN fairpg_report.group_metrics.attribute
        IS 'protected attribute, or an intersection such as sex*race';
    COMMENT ON COLUMN fairpg_report.group_metrics.group_name IS 'group of the attribute';
    COMMENT ON COLUMN fairpg_report.group_metrics.metric IS 'name of the metric';
    COMMENT ON COLUMN fairpg_report.group_metrics.value IS 'value; NULL where it is undefined';
    COMMENT ON COLUMN fairpg_report.group_metrics.low IS 'lower end of the interval';
    COMMENT ON COLUMN fairpg_report.group_metrics.high IS 'upper end of the interval';
    COMMENT ON COLUMN fairpg_report.group_metrics.n IS 'rows it is taken over';
    COMMENT ON COLUMN fairpg_report.group_metrics.flag
        IS 'small, incomplete or the like; NULL: nothing to remark';
    COMMENT ON COLUMN fairpg_report.group_metrics.reason
        IS 'why there is no value, or why it is flagged';
    COMMENT ON COLUMN fairpg_report.group_metrics.class
        IS 'class of the label against all others; NULL: of all classes, or of a label without any';

    CREATE VIEW fairpg_report.disparities AS
        SELECT
            e.evaluation,
            e.model,
            e.version,
            e.name,
            e.source,
            e.part,
            e.time,
            r.attribute,
            r.criterion,
            r.value,
            r.low,
            r.high,
            r.ratio,
            r.ratio_low,
            r.ratio_high,
            r.n,
            r.highest_group,
            r.lowest_group,
            r.worst_group,
            r.flag,
            r.reason,
            r.class
        FROM fairpg_report.evaluations AS e
        JOIN fairpg_catalog.evaluation_gap AS r ON r.evaluation = e.evaluation;
    COMMENT ON VIEW fairpg_report.disparities
        IS 'gaps between groups, one row for each attribute and criterion, with interval';
    COMMENT ON COLUMN fairpg_report.disparities.criterion
        IS 'fairness criterion, or figure of scores or predicted numbers, such as auc';
    COMMENT ON COLUMN fairpg_report.disparities.value
        IS 'largest difference between two groups; NULL where it is undefined';
    COMMENT ON COLUMN fairpg_report.disparities.ratio
        IS 'lowest rate divided by the highest; NULL where it is undefined, or the criterion is no rate';
    COMMENT ON COLUMN fairpg_report.disparities.ratio_low
        IS 'lower end of the interval of the ratio';
    COMMENT ON COLUMN fairpg_report.disparities.ratio_high
        IS 'upper end of the interval of the ratio';
    COMMENT ON COLUMN fairpg_report.disparities.worst_group
        IS 'group that the gap is to the disadvantage of';
    COMMENT ON COLUMN fairpg_report.disparities.highest_group IS 'group with the highest rate';
    COMMENT ON COLUMN fairpg_report.disparities.lowest_group IS 'group with the lowest rate';
    COMMENT ON COLUMN fairpg_report.disparities.class
        IS 'class of the label against all others; NULL where the label has no classes';

    CREATE VIEW fairpg_report.constraints AS
        SELECT
            e.evaluation,
            e.model,
            e.version,
            e.name,
            e.source,
            e.part,
            e.time,
            r.position,
            r.criterion,
            r.measure,
            r.bound_kind,
            r.bound,
            r.attributes,
            r.value,
            r.low,
            r.high,
            r.verdict,
            r.worst_group,
            r.n,
            r.rows_needed
        FROM fairpg_report.evaluations AS e
        JOIN fairpg_catalog.evaluation_constraint AS r ON r.evaluation = e.evaluation;
    COMMENT ON VIEW fairpg_report.constraints
        IS 'each constraint of a version in each evaluation: bound, value, interval, verdict';
    COMMENT ON COLUMN fairpg_report.constraints.position
        IS 'place in the list of the version, from 1';
    COMMENT ON COLUMN fairpg_report.constraints.criterion IS 'fairness criterion';
    COMMENT ON COLUMN fairpg_report.constraints.measure
        IS 'what the value is: gap (largest difference of two groups), ratio (least quotient) or loss (largest mean loss)';
    COMMENT ON COLUMN fairpg_report.constraints.bound_kind
        IS 'max_gap, min_ratio or max_loss; NULL: measured only';
    COMMENT ON COLUMN fairpg_report.constraints.bound
        IS 'what the value may be at most, or at least for min_ratio';
    COMMENT ON COLUMN fairpg_report.constraints.attributes
        IS 'protected attributes it holds for, separated by commas';
    COMMENT ON COLUMN fairpg_report.constraints.value
        IS 'the worst of those attributes; NULL where it is undefined';
    COMMENT ON COLUMN fairpg_report.constraints.verdict
        IS 'pass, fail or insufficient: the interval against the bound';
    COMMENT ON COLUMN fairpg_report.constraints.worst_group
        IS 'attribute and group that it is to the disadvantage of';
    COMMENT ON COLUMN fairpg_report.constraints.n
        IS 'rows that the verdict hangs on: those of the event in the two groups that decide it, or of the group for a loss';
    COMMENT ON COLUMN fairpg_report.constraints.rows_needed
        IS 'how many such rows would decide a verdict insufficient if the value stayed as it is; NULL where none is known to';

    CREATE VIEW fairpg_report.four_fifths AS
        SELECT
            e.evaluation,
            e.model,
            e.version,
            e.name,
            e.source,
            e.part,
            e.time,
            r.attribute,
            r.group_name,
            r.n,
            r.selected,
            r.selection_rate,
            r.reference_group,
            r.reference_rate,
            r.ratio,
            r.low,
            r.high,
            r.below_four_fifths,
            r.p_value,
            r.p_adjusted,
            r.rows_needed,
            r.verdict,
            r.flag,
            r.reason,
            r.class
        FROM fairpg_report.evaluations AS e
        JOIN fairpg_catalog.evaluation_ratio AS r ON r.evaluation = e.evaluation;
    COMMENT ON VIEW fairpg_report.four_fifths
        IS 'impact ratios: selection rate of each group by that of the group that is selected most, against the four-fifths rule';
    COMMENT ON COLUMN fairpg_report.four_fifths.n IS 'rows with a decision';
    COMMENT ON COLUMN fairpg_report.four_fifths.selected IS 'rows decided positive';
    COMMENT ON COLUMN fairpg_report.four_fifths.selection_rate
        IS 'share of them decided positive, of weights where there are any; NULL without rows';
    COMMENT ON COLUMN fairpg_report.four_fifths.reference_group
        IS 'group with the highest selection rate among those that are large enough and known; NULL: there is none';
    COMMENT ON COLUMN fairpg_report.four_fifths.reference_rate IS 'its selection rate';
    COMMENT ON COLUMN fairpg_report.four_fifths.ratio
        IS 'impact ratio: selection rate by that of the reference group';
    COMMENT ON COLUMN fairpg_report.four_fifths.low
        IS 'lower end of the interval of the ratio (Koopman)';
    COMMENT ON COLUMN fairpg_report.four_fifths.high
        IS 'upper end of the interval of the ratio (Koopman)';
    COMMENT ON COLUMN fairpg_report.four_fifths.below_four_fifths
        IS 'whether the ratio is less than 0.8, whatever its interval';
    COMMENT ON COLUMN fairpg_report.four_fifths.p_value
        IS 'of a test that both groups have the same rate: Fisher where numbers are small, else z';
    COMMENT ON COLUMN fairpg_report.four_fifths.p_adjusted
        IS 'the same for all groups of the attribute together (Holm)';
    COMMENT ON COLUMN fairpg_report.four_fifths.rows_needed
        IS 'rows of the group that would decide an insufficient verdict if rates stay as they are; NULL: none would, or no need';
    COMMENT ON COLUMN fairpg_report.four_fifths.verdict
        IS 'pass, fail or insufficient: the interval of the ratio against 0.8; NULL without a ratio';
    COMMENT ON COLUMN fairpg_report.four_fifths.flag
        IS 'small: the group has few rows; NULL: nothing to remark';
    COMMENT ON COLUMN fairpg_report.four_fifths.reason IS 'why there is no ratio';
    COMMENT ON COLUMN fairpg_report.four_fifths.class
        IS 'class that decisions are for, against all others; NULL where the label has no classes';

    CREATE VIEW fairpg_report.analyses AS
        SELECT
            e.evaluation,
            e.model,
            e.version,
            e.name,
            e.time,
            r.analysis,
            CAST(r.arguments AS text) AS arguments,
            r.n_rows,
            r.seconds,
            r.row_security,
            r.analysed_at,
            r.analysed_by
        FROM fairpg_report.evaluations AS e
        JOIN fairpg_catalog.analysis AS r ON r.evaluation = e.evaluation;
    COMMENT ON VIEW fairpg_report.analyses
        IS 'analyses that were added to evaluations, and how they were called';
    COMMENT ON COLUMN fairpg_report.analyses.analysis
        IS 'name of the analysis, which is that of a view';
    COMMENT ON COLUMN fairpg_report.analyses.arguments
        IS 'arguments of the function behind it, as it was called, in JSON';
    COMMENT ON COLUMN fairpg_report.analyses.n_rows IS 'rows that it came to';
    COMMENT ON COLUMN fairpg_report.analyses.seconds IS 'time taken';
    COMMENT ON COLUMN fairpg_report.analyses.row_security
        IS 'whether row security limited what was read';
    COMMENT ON COLUMN fairpg_report.analyses.analysed_at IS 'when it was added';
    COMMENT ON COLUMN fairpg_report.analyses.analysed_by IS 'role that added it';

    CREATE VIEW fairpg_report.calibration AS
        SELECT
            e.evaluation,
            e.model,
            e.version,
            e.name,
            e.time,
            r.place,
            r.kind,
            r.attribute,
            r.group_name,
            r.bin,
            r.score_from,
            r.score_to,
            r.mean_score,
            r.metric,
            r.value,
            r.low,
            r.high,
            r.n,
            r.flag,
            r.reason
        FROM fairpg_report.evaluations AS e
        JOIN fairpg_catalog.analysis_row AS r ON r.evaluation = e.evaluation
        WHERE r.analysis = 'calibration';
    COMMENT ON VIEW fairpg_report.calibration
        IS 'whether scores are probabilities, by group: bins for the reliability curve, calibration metrics, gaps';
    COMMENT ON COLUMN fairpg_report.calibration.place
        IS 'place among the rows of the analysis, from 1';
    COMMENT ON COLUMN fairpg_report.calibration.kind IS 'overall, group, bin or gap';
    COMMENT ON COLUMN fairpg_report.calibration.group_name
        IS 'group of the attribute; of a gap the one that it is to the disadvantage of';
    COMMENT ON COLUMN fairpg_report.calibration.bin IS 'number of the bin, from 1';
    COMMENT ON COLUMN fairpg_report.calibration.score_from IS 'lower end of the bin';
    COMMENT ON COLUMN fairpg_report.calibration.score_to IS 'upper end of the bin';
    COMMENT ON COLUMN fairpg_report.calibration.mean_score IS 'mean score in the bin';

    CREATE VIEW fairpg_report.threshold_sweep AS
        SELECT
            e.evaluation,
            e.model,
            e.version,
            e.name,
            e.time,
            r.place,
            r.kind,
            r.attribute,
            r.group_name,
            r.threshold,
            r.metric,
            r.value,
            r.low,
            r.high,
            r.n,
            r.flag,
            r.reason
        FROM fairpg_report.evaluations AS e
        JOIN fairpg_catalog.analysis_row AS r ON r.evaluation = e.evaluation
        WHERE r.analysis = 'threshold_sweep';
    COMMENT ON VIEW fairpg_report.threshold_sweep
        IS 'what each group would get at each of many thresholds, and the gaps';
    COMMENT ON COLUMN fairpg_report.threshold_sweep.place
        IS 'place among the rows of the analysis, from 1';
    COMMENT ON COLUMN fairpg_report.threshold_sweep.kind IS 'overall, group, gap or ratio';
    COMMENT ON COLUMN fairpg_report.threshold_sweep.group_name
        IS 'group of the attribute; of a gap the one that it is to the disadvantage of';
    COMMENT ON COLUMN fairpg_report.threshold_sweep.threshold
        IS 'score from which a decision is positive';

    CREATE VIEW fairpg_report.subgroups AS
        SELECT
            e.evaluation,
            e.model,
            e.version,
            e.name,
            e.time,
            r.place,
            r.kind,
            r.rank,
            r.attribute,
            r.group_name,
            r.metric,
            r.value,
            r.rest,
            r.effect,
            r.low,
            r.high,
            r.pooled,
            r.pooled_low,
            r.pooled_high,
            r.p_value,
            r.p_adjusted,
            r.verdict,
            r.n,
            r.n_rest,
            r.flag,
            r.reason
        FROM fairpg_report.evaluations AS e
        JOIN fairpg_catalog.analysis_row AS r ON r.evaluation = e.evaluation
        WHERE r.analysis = 'subgroups';
    COMMENT ON VIEW fairpg_report.subgroups
        IS 'the combinations of values of protected columns that fare worst';
    COMMENT ON COLUMN fairpg_report.subgroups.place
        IS 'place among the rows of the analysis, from 1';
    COMMENT ON COLUMN fairpg_report.subgroups.kind
        IS 'overall, search or subgroup; found and confirm where halves were searched';
    COMMENT ON COLUMN fairpg_report.subgroups.rank IS 'place among the worst, from 1';
    COMMENT ON COLUMN fairpg_report.subgroups.attribute IS 'columns of the subgroup';
    COMMENT ON COLUMN fairpg_report.subgroups.group_name IS 'values that make the subgroup';
    COMMENT ON COLUMN fairpg_report.subgroups.rest IS 'value of all other rows';
    COMMENT ON COLUMN fairpg_report.subgroups.effect IS 'value less that of all other rows';
    COMMENT ON COLUMN fairpg_report.subgroups.low
        IS 'lower end of the interval of the effect, or of the value where there is no effect';
    COMMENT ON COLUMN fairpg_report.subgroups.high
        IS 'upper end of the interval of the effect, or of the value where there is no effect';
    COMMENT ON COLUMN fairpg_report.subgroups.pooled
        IS 'value with what all groups together say of it';
    COMMENT ON COLUMN fairpg_report.subgroups.pooled_low IS 'lower end of the interval of that';
    COMMENT ON COLUMN fairpg_report.subgroups.pooled_high IS 'upper end of the interval of that';
    COMMENT ON COLUMN fairpg_report.subgroups.p_value IS 'of the test against all other rows';
    COMMENT ON COLUMN fairpg_report.subgroups.p_adjusted IS 'the same for all that were tried';
    COMMENT ON COLUMN fairpg_report.subgroups.verdict
        IS 'worse, better or no decision, by p_adjusted';
    COMMENT ON COLUMN fairpg_report.subgroups.n_rest IS 'all other rows';

    CREATE VIEW fairpg_report.bias_audit AS
        SELECT
            e.evaluation,
            e.model,
            e.version,
            e.name,
            e.time,
            r.place,
            r.kind,
            r.audit_table,
            r.attribute,
            r.group_name,
            r.metric,
            r.value,
            r.low,
            r.high,
            r.n,
            r.flag,
            r.reason
        FROM fairpg_report.evaluations AS e
        JOIN fairpg_catalog.analysis_row AS r ON r.evaluation = e.evaluation
        WHERE r.analysis = 'bias_audit';
    COMMENT ON VIEW fairpg_report.bias_audit
        IS 'selection or scoring rates and impact ratios by sex, by race and by both, in the shape of Local Law 144';
    COMMENT ON COLUMN fairpg_report.bias_audit.place
        IS 'place among the rows of the analysis, from 1';
    COMMENT ON COLUMN fairpg_report.bias_audit.kind IS 'overall, category or unknown';
    COMMENT ON COLUMN fairpg_report.bias_audit.audit_table
        IS 'sex, race_ethnicity, intersectional, or another attribute';
    COMMENT ON COLUMN fairpg_report.bias_audit.group_name IS 'category of applicants';

    CREATE VIEW fairpg_report.data_checks AS
        SELECT
            e.evaluation,
            e.model,
            e.version,
            e.name,
            e.time,
            r.place,
            r.check_name,
            r.severity,
            r.attribute,
            r.column_name,
            r.group_name,
            r.metric,
            r.value,
            r.low,
            r.high,
            r.n,
            CASE WHEN r.severity IN ('warning', 'serious') THEN r.severity END AS flag,
            r.fact,
            r.advice
        FROM fairpg_report.evaluations AS e
        JOIN fairpg_catalog.analysis_row AS r ON r.evaluation = e.evaluation
        WHERE r.analysis = 'data_checks';
    COMMENT ON VIEW fairpg_report.data_checks
        IS 'findings of fairpg.check_data() on the rows of the evaluation';
    COMMENT ON COLUMN fairpg_report.data_checks.place
        IS 'place among the rows of the analysis, from 1';
    COMMENT ON COLUMN fairpg_report.data_checks.check_name IS 'name of the check';
    COMMENT ON COLUMN fairpg_report.data_checks.severity IS 'ok, note, warning or serious';
    COMMENT ON COLUMN fairpg_report.data_checks.column_name IS 'column that it is about';
    COMMENT ON COLUMN fairpg_report.data_checks.flag
        IS 'warning or serious, where the severity is that; NULL: nothing to remark';
    COMMENT ON COLUMN fairpg_report.data_checks.fact IS 'what was found';
    COMMENT ON COLUMN fairpg_report.data_checks.advice IS 'what to do about it';

    CREATE VIEW fairpg_report.proxies AS
        SELECT
            e.evaluation,
            e.model,
            e.version,
            e.name,
            e.time,
            r.place,
            r.attribute,
            r.column_name,
            r.group_name,
            r.metric,
            r.value,
            r.low,
            r.high,
            r.n,
            r.severity,
            CASE WHEN r.severity IN ('warning', 'serious') THEN r.severity END AS flag,
            r.fact,
            r.advice
        FROM fairpg_report.evaluations AS e
        JOIN fairpg_catalog.analysis_row AS r ON r.evaluation = e.evaluation
        WHERE r.analysis = 'proxies';
    COMMENT ON VIEW fairpg_report.proxies
        IS 'how much features tell of protected attributes, each by itself and all together';
    COMMENT ON COLUMN fairpg_report.proxies.place IS 'place among the rows of the analysis, from 1';
    COMMENT ON COLUMN fairpg_report.proxies.attribute IS 'protected attribute';
    COMMENT ON COLUMN fairpg_report.proxies.column_name IS 'feature; NULL: all together';
    COMMENT ON COLUMN fairpg_report.proxies.group_name
        IS 'group that all features together tell from the rest';
    COMMENT ON COLUMN fairpg_report.proxies.severity IS 'ok, note, warning or serious';
    COMMENT ON COLUMN fairpg_report.proxies.flag
        IS 'warning or serious, where the severity is that; NULL: nothing to remark';
    COMMENT ON COLUMN fairpg_report.proxies.fact IS 'what was found';
    COMMENT ON COLUMN fairpg_report.proxies.advice IS 'what to do about it';

    CREATE VIEW fairpg_report.stress AS
        SELECT
            e.evaluation,
            e.model,
            e.version,
            e.name,
            e.time,
            r.place,
            r.kind,
            r.scenario,
            r.subject,
            r.amount,
            r.attribute,
            r.group_name,
            r.metric,
            r.value,
            r.low,
            r.high,
            r.baseline,
            r.change,
            r.change_low,
            r.change_high,
            r.n,
            r.flag,
            r.reason
        FROM fairpg_report.evaluations AS e
        JOIN fairpg_catalog.analysis_row AS r ON r.evaluation = e.evaluation
        WHERE r.analysis = 'stress';
    COMMENT ON VIEW fairpg_report.stress
        IS 'what becomes of metrics and gaps when groups shift, labels are wrong or features are missing';
    COMMENT ON COLUMN fairpg_report.stress.place IS 'place among the rows of the analysis, from 1';
    COMMENT ON COLUMN fairpg_report.stress.kind IS 'metric or gap';
    COMMENT ON COLUMN fairpg_report.stress.scenario IS 'what was changed, or baseline';
    COMMENT ON COLUMN fairpg_report.stress.subject IS 'group or column that it strikes';
    COMMENT ON COLUMN fairpg_report.stress.amount IS 'how much was changed';
    COMMENT ON COLUMN fairpg_report.stress.group_name
        IS 'group of the attribute; of a gap the one that it is to the disadvantage of';
    COMMENT ON COLUMN fairpg_report.stress.baseline IS 'value without any change';
    COMMENT ON COLUMN fairpg_report.stress.change IS 'value less the baseline';
    COMMENT ON COLUMN fairpg_report.stress.change_low IS 'lower end of the interval of the change';
    COMMENT ON COLUMN fairpg_report.stress.change_high IS 'upper end of the interval of the change';

    CREATE VIEW fairpg_report.sensitivity AS
        SELECT
            e.evaluation,
            e.model,
            e.version,
            e.name,
            e.time,
            r.place,
            r.kind,
            r.factor_kind,
            r.factor,
            r.factor_level,
            r.attribute,
            r.group_name,
            r.metric,
            r.value,
            r.low,
            r.high,
            r.baseline,
            r.change,
            r.change_low,
            r.change_high,
            r.n,
            r.flag,
            r.reason
        FROM fairpg_report.evaluations AS e
        JOIN fairpg_catalog.analysis_row AS r ON r.evaluation = e.evaluation
        WHERE r.analysis = 'sensitivity';
    COMMENT ON VIEW fairpg_report.sensitivity
        IS 'what becomes of metrics and gaps without a feature, and without or within a segment of the rows';
    COMMENT ON COLUMN fairpg_report.sensitivity.place
        IS 'place among the rows of the analysis, from 1';
    COMMENT ON COLUMN fairpg_report.sensitivity.kind IS 'metric or gap';
    COMMENT ON COLUMN fairpg_report.sensitivity.factor_kind
        IS 'drop or permute a feature, segment: rows without it, within: it alone';
    COMMENT ON COLUMN fairpg_report.sensitivity.factor IS 'feature, or column of the segment';
    COMMENT ON COLUMN fairpg_report.sensitivity.factor_level
        IS 'value of the column; NULL of features';
    COMMENT ON COLUMN fairpg_report.sensitivity.group_name
        IS 'group of the attribute; of a gap the one that it is to the disadvantage of';
    COMMENT ON COLUMN fairpg_report.sensitivity.baseline IS 'value without any change';
    COMMENT ON COLUMN fairpg_report.sensitivity.change IS 'value less the baseline';
    COMMENT ON COLUMN fairpg_report.sensitivity.change_low
        IS 'lower end of the interval of the change';
    COMMENT ON COLUMN fairpg_report.sensitivity.change_high
        IS 'upper end of the interval of the change';

    -- what the views have in common is said once: columns without a comment of
    -- their own have that of evaluations, or else that of group_metrics
    FOR wanting IN
        SELECT a.attrelid::regclass AS view, a.attname AS name,
            (SELECT coalesce(max(col_description(b.attrelid, b.attnum))
                    FILTER (WHERE b.attrelid = 'fairpg_report.evaluations'::regclass),
                max(col_description(b.attrelid, b.attnum)))
             FROM pg_attribute AS b
             WHERE b.attname = a.attname AND b.attrelid IN ('fairpg_report.evaluations'::regclass,
                'fairpg_report.group_metrics'::regclass)) AS comment
        FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relnamespace = 'fairpg_report'::regnamespace
            AND col_description(a.attrelid, a.attnum) IS NULL
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', wanting.view, wanting.name,
            wanting.comment);
    END LOOP;
END
$reports$;
COMMENT ON FUNCTION fairpg.make_evaluation_reports()
    IS 'part of fairpg.make_reports(): makes the views of evaluations and analyses';
