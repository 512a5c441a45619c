-- The views of the store, which BI tools read: long rows, no arrays or JSON in
-- what charts are made of, and always number of rows, interval and flag.

CREATE FUNCTION fairpg.make_reports()
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $reports$
BEGIN
    CREATE VIEW fairpg_report.model_versions AS
        SELECT
            v.model,
            v.version,
            v.version = max(v.version) OVER (PARTITION BY v.model) AS is_newest,
            v.family,
            v.fairness,
            v.method,
            v.max_gap,
            v.status,
            v.verdict,
            v.source,
            v.label,
            v.positive,
            array_to_string(v.protected, ', ') AS protected,
            v.threshold,
            v.rows_train,
            v.rows_test,
            v.rows_dropped,
            v.loss,
            v.accuracy,
            v.auc,
            v.gap,
            v.gap_low,
            v.gap_high,
            v.worst_group,
            v.iterations,
            v.best_iteration,
            v.stopped_because,
            v.expected_gap,
            v.seconds,
            v.memory_bytes,
            cardinality(v.warnings) AS n_warnings,
            array_to_string(v.warnings, '; ') AS warnings,
            v.comment,
            v.row_security,
            v.fairpg_version,
            v.server_version,
            v.created_at,
            v.created_by
        FROM fairpg_catalog.model_version AS v;
    COMMENT ON VIEW fairpg_report.model_versions
        IS 'all versions of all models, with quality and fairness';
    COMMENT ON COLUMN fairpg_report.model_versions.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_report.model_versions.version
        IS 'number of the version; the highest one is used for predictions';
    COMMENT ON COLUMN fairpg_report.model_versions.is_newest
        IS 'whether predictions use this version by default';
    COMMENT ON COLUMN fairpg_report.model_versions.family
        IS 'family of the model: logistic, linear or multinomial';
    COMMENT ON COLUMN fairpg_report.model_versions.fairness
        IS 'fairness criteria of the training, separated by commas, or none';
    COMMENT ON COLUMN fairpg_report.model_versions.method IS 'training method';
    COMMENT ON COLUMN fairpg_report.model_versions.max_gap
        IS 'largest gap between two groups that was asked for; NULL where other or several bounds were';
    COMMENT ON COLUMN fairpg_report.model_versions.status IS 'how the training ended';
    COMMENT ON COLUMN fairpg_report.model_versions.verdict
        IS 'pass, fail or insufficient: the worst of all constraints';
    COMMENT ON COLUMN fairpg_report.model_versions.source IS 'table or query that was trained on';
    COMMENT ON COLUMN fairpg_report.model_versions.label IS 'column that was predicted';
    COMMENT ON COLUMN fairpg_report.model_versions.positive
        IS 'value of the label that counts as positive';
    COMMENT ON COLUMN fairpg_report.model_versions.protected
        IS 'protected attributes, separated by commas';
    COMMENT ON COLUMN fairpg_report.model_versions.threshold
        IS 'probability from which a decision is positive, where thresholds does not say otherwise; NULL for a model that predicts a number';
    COMMENT ON COLUMN fairpg_report.model_versions.rows_train IS 'rows trained on';
    COMMENT ON COLUMN fairpg_report.model_versions.rows_test IS 'rows held out';
    COMMENT ON COLUMN fairpg_report.model_versions.rows_dropped IS 'rows read but used for neither';
    COMMENT ON COLUMN fairpg_report.model_versions.loss
        IS 'mean log-loss in nats, or mean squared error of a linear model, of the held-out rows where there are any';
    COMMENT ON COLUMN fairpg_report.model_versions.accuracy IS 'share of rows decided as labelled';
    COMMENT ON COLUMN fairpg_report.model_versions.auc IS 'area under the ROC curve';
    COMMENT ON COLUMN fairpg_report.model_versions.gap
        IS 'largest gap between two groups, or loss of a group for group_loss, of the constraint that is beyond its bound most';
    COMMENT ON COLUMN fairpg_report.model_versions.gap_low
        IS 'lower end of the 95 percent interval of the gap';
    COMMENT ON COLUMN fairpg_report.model_versions.gap_high
        IS 'upper end of the 95 percent interval of the gap';
    COMMENT ON COLUMN fairpg_report.model_versions.worst_group
        IS 'attribute with the worst gap, ratio or loss, and the group that it is to the disadvantage of';
    COMMENT ON COLUMN fairpg_report.model_versions.iterations
        IS 'passes over the data or a sample of it';
    COMMENT ON COLUMN fairpg_report.model_versions.best_iteration
        IS 'iteration of the training log that is the model';
    COMMENT ON COLUMN fairpg_report.model_versions.stopped_because
        IS 'why the training ended: converged, patience on gap, iteration limit, ...';
    COMMENT ON COLUMN fairpg_report.model_versions.expected_gap
        IS 'of a mixture, the gap of the expected decisions, where gap is of those that were drawn';
    COMMENT ON COLUMN fairpg_report.model_versions.seconds IS 'duration of the training';
    COMMENT ON COLUMN fairpg_report.model_versions.memory_bytes
        IS 'largest memory in use during the training';
    COMMENT ON COLUMN fairpg_report.model_versions.n_warnings IS 'number of warnings';
    COMMENT ON COLUMN fairpg_report.model_versions.warnings IS 'warnings, separated by semicolons';
    COMMENT ON COLUMN fairpg_report.model_versions.comment IS 'remark of the caller';
    COMMENT ON COLUMN fairpg_report.model_versions.row_security
        IS 'whether row security limited what was trained on';
    COMMENT ON COLUMN fairpg_report.model_versions.fairpg_version IS 'version of fairpg';
    COMMENT ON COLUMN fairpg_report.model_versions.server_version IS 'version of PostgreSQL';
    COMMENT ON COLUMN fairpg_report.model_versions.created_at IS 'when the version was stored';
    COMMENT ON COLUMN fairpg_report.model_versions.created_by IS 'role that trained';

    CREATE VIEW fairpg_report.training_log AS
        SELECT
            l.model,
            l.version,
            l.iteration,
            l.phase,
            l.rows,
            l.loss,
            l.gap,
            l.step,
            l.max_multiplier,
            l.feasible,
            l.chosen
        FROM fairpg_catalog.training_log AS l;
    COMMENT ON VIEW fairpg_report.training_log IS 'iterations of each training';
    COMMENT ON COLUMN fairpg_report.training_log.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_report.training_log.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_report.training_log.iteration IS 'number of the iteration';
    COMMENT ON COLUMN fairpg_report.training_log.phase IS 'part of the training it belongs to';
    COMMENT ON COLUMN fairpg_report.training_log.rows IS 'rows it looked at';
    COMMENT ON COLUMN fairpg_report.training_log.loss
        IS 'mean loss of those rows and ridge; with penalty or minimax what the method makes least';
    COMMENT ON COLUMN fairpg_report.training_log.gap
        IS 'largest gap of the criterion on those rows; where only losses count, the largest loss of a group';
    COMMENT ON COLUMN fairpg_report.training_log.step IS 'length of the step';
    COMMENT ON COLUMN fairpg_report.training_log.max_multiplier
        IS 'largest multiplier of the constraints';
    COMMENT ON COLUMN fairpg_report.training_log.feasible IS 'whether all bounds were kept';
    COMMENT ON COLUMN fairpg_report.training_log.chosen
        IS 'whether this iteration is the stored model';

    CREATE VIEW fairpg_report.training_log_groups AS
        SELECT
            g.model,
            g.version,
            g.iteration,
            l.phase,
            g.attribute,
            g.group_name,
            g.metric,
            g.value,
            g.rows,
            l.feasible,
            l.chosen,
            g.class
        FROM fairpg_catalog.training_log_group AS g
        JOIN fairpg_catalog.training_log AS l USING (model, version, iteration);
    COMMENT ON VIEW fairpg_report.training_log_groups
        IS 'what each constrained group had in the iterations of each training';
    COMMENT ON COLUMN fairpg_report.training_log_groups.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_report.training_log_groups.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_report.training_log_groups.iteration IS 'number of the iteration';
    COMMENT ON COLUMN fairpg_report.training_log_groups.phase IS 'part of the training it belongs to';
    COMMENT ON COLUMN fairpg_report.training_log_groups.attribute IS 'protected attribute';
    COMMENT ON COLUMN fairpg_report.training_log_groups.group_name IS 'group of it';
    COMMENT ON COLUMN fairpg_report.training_log_groups.metric
        IS 'rate of decisions, such as selection_rate, tpr, fpr or error_rate; or log_loss';
    COMMENT ON COLUMN fairpg_report.training_log_groups.value
        IS 'the rate among the rows that the iteration read';
    COMMENT ON COLUMN fairpg_report.training_log_groups.rows
        IS 'training rows of the group that count for it; a phase on a sample reads a part of them';
    COMMENT ON COLUMN fairpg_report.training_log_groups.feasible
        IS 'whether the iteration kept all bounds';
    COMMENT ON COLUMN fairpg_report.training_log_groups.chosen
        IS 'whether the iteration is the stored model';
    COMMENT ON COLUMN fairpg_report.training_log_groups.class
        IS 'class of the label against all others; NULL where the label has no classes';

    CREATE VIEW fairpg_report.coefficients AS
        SELECT
            c.model,
            c.version,
            c.position,
            c.term,
            c.level,
            c.level_kind,
            c.estimate,
            c.std_error,
            c.z,
            c.member,
            c.share,
            c.class
        FROM fairpg_catalog.coefficient AS c;
    COMMENT ON VIEW fairpg_report.coefficients IS 'coefficients of each version';
    COMMENT ON COLUMN fairpg_report.coefficients.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_report.coefficients.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_report.coefficients.position
        IS 'order in which contributions are added';
    COMMENT ON COLUMN fairpg_report.coefficients.term
        IS 'column, array element as column[n], or (intercept)';
    COMMENT ON COLUMN fairpg_report.coefficients.level IS 'value of a category; NULL for numbers';
    COMMENT ON COLUMN fairpg_report.coefficients.level_kind
        IS 'value; null: the column is NULL; other: rare values; unseen: values that training did not see; NULL: times the number';
    COMMENT ON COLUMN fairpg_report.coefficients.estimate
        IS 'addition to the raw score; for a number, times its value';
    COMMENT ON COLUMN fairpg_report.coefficients.std_error
        IS 'standard error of the estimate, of a level as its deviation from the mean of the levels; NULL where there is none, as under constraints';
    COMMENT ON COLUMN fairpg_report.coefficients.z IS 'estimate divided by its standard error';
    COMMENT ON COLUMN fairpg_report.coefficients.member
        IS 'model of a mixture, or class, that it belongs to, from 1; 1 of other models';
    COMMENT ON COLUMN fairpg_report.coefficients.share
        IS 'part of the decisions that this member makes; 1 of other models';
    COMMENT ON COLUMN fairpg_report.coefficients.class
        IS 'class whose score it adds to; NULL where the label has no classes';

    CREATE VIEW fairpg_report.training_bounds AS
        SELECT
            v.model,
            v.version,
            m.position,
            m.criterion,
            m.bound_kind,
            m.attribute,
            m.metric,
            m.bound,
            m.training_bound,
            m.standard_error,
            m.group_name,
            m.rows,
            m.rows_needed,
            m.in_sample,
            m.out_of_fold
        FROM fairpg_catalog.model_version AS v
        CROSS JOIN jsonb_to_recordset(
            CASE jsonb_typeof(v.spec -> 'margins') WHEN 'array' THEN v.spec -> 'margins'
                ELSE '[]' END) AS m (
                position integer, criterion text, bound_kind text, bound double precision,
                training_bound double precision, standard_error double precision,
                attribute text, group_name text, metric text, rows bigint, rows_needed bigint,
                in_sample double precision, out_of_fold double precision);
    COMMENT ON VIEW fairpg_report.training_bounds
        IS 'each rate of each constraint, by attribute, of versions trained with option tighten or cross_fit: the bound that was searched for, and why';
    COMMENT ON COLUMN fairpg_report.training_bounds.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_report.training_bounds.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_report.training_bounds.position
        IS 'place in the list of the version, from 1';
    COMMENT ON COLUMN fairpg_report.training_bounds.criterion IS 'fairness criterion';
    COMMENT ON COLUMN fairpg_report.training_bounds.bound_kind IS 'max_gap, min_ratio or max_loss';
    COMMENT ON COLUMN fairpg_report.training_bounds.bound
        IS 'bound of the call, by which the version is judged';
    COMMENT ON COLUMN fairpg_report.training_bounds.training_bound
        IS 'bound that the search was asked for';
    COMMENT ON COLUMN fairpg_report.training_bounds.standard_error
        IS 'of the gap, the logarithm of the ratio, or the loss, over the rows that judge, for a model made on the training rows; NULL without option tighten';
    COMMENT ON COLUMN fairpg_report.training_bounds.attribute
        IS 'protected attribute that the bound is on';
    COMMENT ON COLUMN fairpg_report.training_bounds.group_name
        IS 'group that most of the standard error comes from';
    COMMENT ON COLUMN fairpg_report.training_bounds.metric IS 'rate that the bound is on';
    COMMENT ON COLUMN fairpg_report.training_bounds.rows
        IS 'rows of the group that judge the rate';
    COMMENT ON COLUMN fairpg_report.training_bounds.rows_needed
        IS 'how many the whole margin would take, all other rows growing alike; NULL: it was had, or none would do';
    COMMENT ON COLUMN fairpg_report.training_bounds.in_sample
        IS 'gap, ratio or largest loss of the training rows at the bound of the call';
    COMMENT ON COLUMN fairpg_report.training_bounds.out_of_fold
        IS 'the same by models that have not seen the rows; NULL without option cross_fit, or where groups are too small for it';

    CREATE VIEW fairpg_report.reweighing AS
        SELECT
            r.model,
            r.version,
            r.cell,
            r.attribute,
            r.group_name,
            r.label,
            r.rows,
            r.weight_before,
            r.factor,
            r.weight_after,
            r.balanced,
            sum(r.weight_before) OVER of_version ^ 2
                / nullif(sum(r.squares_before) OVER of_version, 0) AS effective_rows_before,
            sum(r.weight_after) OVER of_version ^ 2
                / nullif(sum(r.factor ^ 2 * r.squares_before) OVER of_version, 0)
                AS effective_rows_after
        FROM fairpg_catalog.reweighing AS r
        WINDOW of_version AS (PARTITION BY r.model, r.version);
    COMMENT ON VIEW fairpg_report.reweighing
        IS 'what method reweigh did to the training rows of each group and label, and how many rows that is worth';
    COMMENT ON COLUMN fairpg_report.reweighing.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_report.reweighing.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_report.reweighing.cell IS 'number of the group and label, from 0';
    COMMENT ON COLUMN fairpg_report.reweighing.attribute
        IS 'protected columns whose values make the groups, with * between them';
    COMMENT ON COLUMN fairpg_report.reweighing.group_name IS 'combination of their values';
    COMMENT ON COLUMN fairpg_report.reweighing.label IS 'whether the label is the positive value';
    COMMENT ON COLUMN fairpg_report.reweighing.rows IS 'training rows of the cell';
    COMMENT ON COLUMN fairpg_report.reweighing.weight_before
        IS 'sum of their weights as given; the number of rows where none are given';
    COMMENT ON COLUMN fairpg_report.reweighing.factor
        IS 'by which training multiplied the weight of each of them: P(group) P(label) / P(group, label)';
    COMMENT ON COLUMN fairpg_report.reweighing.weight_after
        IS 'sum of their weights in training: weight_before times factor';
    COMMENT ON COLUMN fairpg_report.reweighing.balanced
        IS 'false where the group has no row of one of the labels, and keeps its weights';
    COMMENT ON COLUMN fairpg_report.reweighing.effective_rows_before
        IS 'rows of equal weight that the training rows of the version are worth as given (Kish)';
    COMMENT ON COLUMN fairpg_report.reweighing.effective_rows_after
        IS 'the same with the weights of the training';

    CREATE VIEW fairpg_report.frontier AS
        SELECT
            p.frontier,
            p.point,
            f.model,
            f.family,
            f.fairness,
            f.source,
            array_to_string(f.protected, ', ') AS protected,
            f.judged_on,
            f.folds,
            p.max_gap,
            p.max_loss,
            p.status,
            p.verdict,
            p.train_loss,
            p.train_accuracy,
            p.train_gap,
            CASE WHEN f.judged_on = 'held_out' THEN f.rows_test ELSE f.rows_train END AS n,
            p.loss,
            p.accuracy,
            p.auc,
            p.gap,
            p.gap_low AS low,
            p.gap_high AS high,
            (SELECT min(g.flag)
             FROM fairpg_catalog.evaluation AS e
             JOIN fairpg_catalog.evaluation_constraint AS c
                ON c.evaluation = e.evaluation AND c.position = 1
             JOIN fairpg_catalog.evaluation_gap AS g
                ON g.evaluation = e.evaluation AND g.criterion = c.criterion
             WHERE e.frontier = p.frontier AND e.point = p.point
                AND e.part = f.judged_on) AS flag,
            p.worst_group,
            p.pareto,
            c.version AS chosen_version,
            c.why AS chosen_because,
            array_to_string(f.warnings || p.warnings, '; ') AS warnings,
            f.created_at AS time,
            f.created_by
        FROM fairpg_catalog.frontier_point AS p
        JOIN fairpg_catalog.frontier AS f ON f.frontier = p.frontier
        LEFT JOIN LATERAL (
            SELECT c.version, c.why
            FROM fairpg_catalog.frontier_choice AS c
            WHERE c.frontier = p.frontier AND c.point = p.point
            ORDER BY c.version DESC
            LIMIT 1) AS c ON true;
    COMMENT ON VIEW fairpg_report.frontier
        IS 'trade-off of accuracy and fairness: the points of every frontier, and which were chosen';
    COMMENT ON COLUMN fairpg_report.frontier.frontier IS 'number of the frontier';
    COMMENT ON COLUMN fairpg_report.frontier.point
        IS 'number of the point, in the order of the bounds as given';
    COMMENT ON COLUMN fairpg_report.frontier.model
        IS 'name of the model that the points are candidates for';
    COMMENT ON COLUMN fairpg_report.frontier.family
        IS 'family of the models, such as logistic';
    COMMENT ON COLUMN fairpg_report.frontier.fairness
        IS 'fairness criteria, separated by commas';
    COMMENT ON COLUMN fairpg_report.frontier.source IS 'table or query that was trained on';
    COMMENT ON COLUMN fairpg_report.frontier.protected
        IS 'protected attributes, separated by commas';
    COMMENT ON COLUMN fairpg_report.frontier.judged_on
        IS 'rows that the figures are of: held_out, out_of_fold or train';
    COMMENT ON COLUMN fairpg_report.frontier.folds
        IS 'in how many parts the training rows were judged; 0: none';
    COMMENT ON COLUMN fairpg_report.frontier.max_gap
        IS 'largest gap between two groups that was asked for; NULL where losses are bounded';
    COMMENT ON COLUMN fairpg_report.frontier.max_loss
        IS 'largest loss of a group that was asked for; NULL where gaps are bounded';
    COMMENT ON COLUMN fairpg_report.frontier.status IS 'how the search ended';
    COMMENT ON COLUMN fairpg_report.frontier.verdict
        IS 'pass, fail or insufficient: the gap and its interval against the bound';
    COMMENT ON COLUMN fairpg_report.frontier.train_loss
        IS 'mean log-loss of the training rows, in nats, or mean squared error of a linear model, and ridge';
    COMMENT ON COLUMN fairpg_report.frontier.train_accuracy
        IS 'share of the training rows decided as labelled; NULL for a linear model';
    COMMENT ON COLUMN fairpg_report.frontier.train_gap
        IS 'largest gap, or loss of a group, on the training rows';
    COMMENT ON COLUMN fairpg_report.frontier.n IS 'rows that the figures are of';
    COMMENT ON COLUMN fairpg_report.frontier.loss
        IS 'mean log-loss in nats, or mean squared error of a linear model';
    COMMENT ON COLUMN fairpg_report.frontier.accuracy
        IS 'share of rows decided as labelled; NULL for a linear model';
    COMMENT ON COLUMN fairpg_report.frontier.auc
        IS 'area under the ROC curve; NULL for a linear model';
    COMMENT ON COLUMN fairpg_report.frontier.gap
        IS 'largest gap between two groups, or largest loss of a group where losses are bounded';
    COMMENT ON COLUMN fairpg_report.frontier.low
        IS 'lower end of the 95 percent interval of the gap';
    COMMENT ON COLUMN fairpg_report.frontier.high
        IS 'upper end of the 95 percent interval of the gap';
    COMMENT ON COLUMN fairpg_report.frontier.flag
        IS 'small: a group of the gap has few rows; incomplete: some have no such rate; NULL: nothing to remark';
    COMMENT ON COLUMN fairpg_report.frontier.worst_group
        IS 'attribute with the worst gap, and the group that it is to the disadvantage of';
    COMMENT ON COLUMN fairpg_report.frontier.pareto
        IS 'whether no other point is at least as good in accuracy (a linear model: loss) and gap, and better in one of them';
    COMMENT ON COLUMN fairpg_report.frontier.chosen_version
        IS 'newest version that was made of the point; NULL: none';
    COMMENT ON COLUMN fairpg_report.frontier.chosen_because IS 'reason for that choice';
    COMMENT ON COLUMN fairpg_report.frontier.warnings
        IS 'warnings, separated by semicolons';
    COMMENT ON COLUMN fairpg_report.frontier.time IS 'when the frontier was stored';
    COMMENT ON COLUMN fairpg_report.frontier.created_by IS 'role that trained';

    CREATE VIEW fairpg_report.frontier_groups AS
        SELECT
            e.frontier,
            e.point,
            e.model,
            p.max_gap,
            p.max_loss,
            e.part,
            m.attribute,
            m.group_name,
            m.metric,
            m.value,
            m.low,
            m.high,
            m.n,
            m.flag,
            m.reason
        FROM fairpg_catalog.evaluation AS e
        JOIN fairpg_catalog.frontier_point AS p ON p.frontier = e.frontier AND p.point = e.point
        JOIN fairpg_catalog.evaluation_metric AS m ON m.evaluation = e.evaluation;
    COMMENT ON VIEW fairpg_report.frontier_groups
        IS 'metrics of each group at every point of a frontier';
    COMMENT ON COLUMN fairpg_report.frontier_groups.frontier IS 'number of the frontier';
    COMMENT ON COLUMN fairpg_report.frontier_groups.point IS 'number of the point';
    COMMENT ON COLUMN fairpg_report.frontier_groups.model
        IS 'name of the model that the points are candidates for';
    COMMENT ON COLUMN fairpg_report.frontier_groups.max_gap
        IS 'largest gap between two groups that was asked for; NULL where losses are bounded';
    COMMENT ON COLUMN fairpg_report.frontier_groups.max_loss
        IS 'largest loss of a group that was asked for; NULL where gaps are bounded';
    COMMENT ON COLUMN fairpg_report.frontier_groups.part
        IS 'rows that the figures are of: held_out, out_of_fold or train';
    COMMENT ON COLUMN fairpg_report.frontier_groups.attribute
        IS 'protected attribute, or an intersection such as sex*race';
    COMMENT ON COLUMN fairpg_report.frontier_groups.group_name IS 'group of the attribute';
    COMMENT ON COLUMN fairpg_report.frontier_groups.metric IS 'name of the metric';
    COMMENT ON COLUMN fairpg_report.frontier_groups.value IS 'value; NULL where it is undefined';
    COMMENT ON COLUMN fairpg_report.frontier_groups.low IS 'lower end of the 95 percent interval';
    COMMENT ON COLUMN fairpg_report.frontier_groups.high IS 'upper end of the 95 percent interval';
    COMMENT ON COLUMN fairpg_report.frontier_groups.n IS 'rows it is taken over';
    COMMENT ON COLUMN fairpg_report.frontier_groups.flag
        IS 'small, incomplete or the like; NULL: nothing to remark';
    COMMENT ON COLUMN fairpg_report.frontier_groups.reason
        IS 'why there is no value, or why it is flagged';

    CREATE VIEW fairpg_report.thresholds AS
        WITH judged AS (
            SELECT DISTINCT ON (e.model, e.version) e.model, e.version, e.evaluation, e.part
            FROM fairpg_catalog.evaluation AS e
            WHERE e.version IS NOT NULL AND e.part <> 'external'
            ORDER BY e.model, e.version, e.part <> 'held_out', e.part <> 'out_of_fold',
                e.evaluation),
        rate AS (
            SELECT
                j.model,
                j.version,
                j.part,
                m.attribute,
                m.group_name,
                max(m.n) FILTER (WHERE m.metric = 'selection_rate') AS n,
                max(m.flag) FILTER (WHERE m.metric = 'selection_rate') AS flag,
                max(m.value) FILTER (WHERE m.metric = 'selection_rate') AS selection_rate,
                max(m.low) FILTER (WHERE m.metric = 'selection_rate') AS low,
                max(m.high) FILTER (WHERE m.metric = 'selection_rate') AS high,
                max(m.value) FILTER (WHERE m.metric = 'tpr') AS tpr,
                max(m.low) FILTER (WHERE m.metric = 'tpr') AS tpr_low,
                max(m.high) FILTER (WHERE m.metric = 'tpr') AS tpr_high,
                max(m.value) FILTER (WHERE m.metric = 'fpr') AS fpr,
                max(m.low) FILTER (WHERE m.metric = 'fpr') AS fpr_low,
                max(m.high) FILTER (WHERE m.metric = 'fpr') AS fpr_high,
                max(m.value) FILTER (WHERE m.metric = 'ppv') AS ppv,
                max(m.low) FILTER (WHERE m.metric = 'ppv') AS ppv_low,
                max(m.high) FILTER (WHERE m.metric = 'ppv') AS ppv_high
            FROM judged AS j
            JOIN fairpg_catalog.evaluation_metric AS m ON m.evaluation = j.evaluation
            WHERE m.class_number = 0
            GROUP BY j.model, j.version, j.part, m.attribute, m.group_name),
        decider AS (
            SELECT t.model, t.version, t.attribute, t.group_name, t.threshold, true AS by_group
            FROM fairpg_catalog.group_threshold AS t
            UNION ALL
            SELECT r.model, r.version, r.attribute, r.group_name, v.threshold, false
            FROM rate AS r
            JOIN fairpg_catalog.model_version AS v
                ON v.model = r.model AND v.version = r.version AND v.threshold IS NOT NULL
            WHERE NOT EXISTS (
                SELECT FROM fairpg_catalog.group_threshold AS t
                WHERE t.model = r.model AND t.version = r.version))
        SELECT
            d.model,
            d.version,
            v.created_at AS time,
            d.attribute,
            d.group_name,
            d.threshold,
            d.by_group,
            r.part,
            r.n,
            r.selection_rate,
            r.low,
            r.high,
            r.tpr,
            r.tpr_low,
            r.tpr_high,
            r.fpr,
            r.fpr_low,
            r.fpr_high,
            r.ppv,
            r.ppv_low,
            r.ppv_high,
            r.flag
        FROM decider AS d
        JOIN fairpg_catalog.model_version AS v ON v.model = d.model AND v.version = d.version
        LEFT JOIN rate AS r
            ON r.model = d.model AND r.version = d.version
            AND r.attribute = d.attribute AND r.group_name = d.group_name;
    COMMENT ON VIEW fairpg_report.thresholds
        IS 'from which probability each group is decided positive, and what comes of it, for every version that decides';
    COMMENT ON COLUMN fairpg_report.thresholds.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_report.thresholds.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_report.thresholds.time IS 'when the version was stored';
    COMMENT ON COLUMN fairpg_report.thresholds.attribute
        IS 'protected attribute, or an intersection such as sex*race';
    COMMENT ON COLUMN fairpg_report.thresholds.group_name IS 'group of the attribute';
    COMMENT ON COLUMN fairpg_report.thresholds.threshold
        IS 'probability from which a decision is positive for this group; above 1: never';
    COMMENT ON COLUMN fairpg_report.thresholds.by_group
        IS 'whether the version has a threshold for each group; else all have the same one';
    COMMENT ON COLUMN fairpg_report.thresholds.part
        IS 'rows that the rates are of: held_out, out_of_fold or train; NULL: none are known';
    COMMENT ON COLUMN fairpg_report.thresholds.n IS 'rows of the group with a decision';
    COMMENT ON COLUMN fairpg_report.thresholds.selection_rate IS 'share of them decided positive';
    COMMENT ON COLUMN fairpg_report.thresholds.low
        IS 'lower end of the 95 percent interval of the selection rate';
    COMMENT ON COLUMN fairpg_report.thresholds.high
        IS 'upper end of the 95 percent interval of the selection rate';
    COMMENT ON COLUMN fairpg_report.thresholds.tpr
        IS 'share of the positive labels decided positive';
    COMMENT ON COLUMN fairpg_report.thresholds.tpr_low
        IS 'lower end of the 95 percent interval of that';
    COMMENT ON COLUMN fairpg_report.thresholds.tpr_high
        IS 'upper end of the 95 percent interval of that';
    COMMENT ON COLUMN fairpg_report.thresholds.fpr
        IS 'share of the negative labels decided positive';
    COMMENT ON COLUMN fairpg_report.thresholds.fpr_low
        IS 'lower end of the 95 percent interval of that';
    COMMENT ON COLUMN fairpg_report.thresholds.fpr_high
        IS 'upper end of the 95 percent interval of that';
    COMMENT ON COLUMN fairpg_report.thresholds.ppv
        IS 'share of the positive decisions that are right';
    COMMENT ON COLUMN fairpg_report.thresholds.ppv_low
        IS 'lower end of the 95 percent interval of that';
    COMMENT ON COLUMN fairpg_report.thresholds.ppv_high
        IS 'upper end of the 95 percent interval of that';
    COMMENT ON COLUMN fairpg_report.thresholds.flag
        IS 'small: the group has few rows; NULL: nothing to remark';

    CREATE VIEW fairpg_report.runs AS
        SELECT
            r.run,
            r.model,
            r.procedure,
            CASE
                WHEN r.status = 'running' AND (r.begun_at < pg_postmaster_start_time()
                    OR NOT EXISTS (SELECT FROM pg_stat_get_activity(r.pid)))
                    THEN 'lost'
                ELSE r.status
            END AS status,
            r.begun_at,
            r.ended_at,
            extract(epoch FROM r.ended_at - r.begun_at)::double precision AS seconds,
            r.rows,
            r.version,
            r.sqlstate,
            r.message,
            r.begun_by
        FROM fairpg_catalog.run AS r;
    COMMENT ON VIEW fairpg_report.runs IS 'calls of train_job and retrain_job, and how they ended';
    COMMENT ON COLUMN fairpg_report.runs.run IS 'number of the run';
    COMMENT ON COLUMN fairpg_report.runs.model IS 'name of the model, which need not exist';
    COMMENT ON COLUMN fairpg_report.runs.procedure IS 'train_job or retrain_job';
    COMMENT ON COLUMN fairpg_report.runs.status
        IS 'running, finished, failed, cancelled, or lost: the process ended without a word';
    COMMENT ON COLUMN fairpg_report.runs.begun_at IS 'when it was called';
    COMMENT ON COLUMN fairpg_report.runs.ended_at IS 'when it ended, however it did';
    COMMENT ON COLUMN fairpg_report.runs.seconds IS 'how long it took';
    COMMENT ON COLUMN fairpg_report.runs.rows IS 'rows that it read; NULL before all are read';
    COMMENT ON COLUMN fairpg_report.runs.version IS 'number of the version that it made';
    COMMENT ON COLUMN fairpg_report.runs.sqlstate IS 'code of the error that ended it';
    COMMENT ON COLUMN fairpg_report.runs.message IS 'message of the error that ended it';
    COMMENT ON COLUMN fairpg_report.runs.begun_by IS 'role that called it';

    PERFORM fairpg.make_evaluation_reports();
END
$reports$;
COMMENT ON FUNCTION fairpg.make_reports()
    IS 'part of fairpg.init(): makes the views of schema fairpg_report';
