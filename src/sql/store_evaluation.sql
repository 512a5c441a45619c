-- The part of the store that evaluations are kept in, and what was found out
-- about their rows afterwards.

CREATE FUNCTION fairpg.make_evaluation_tables()
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $tables$
BEGIN
    CREATE TABLE fairpg_catalog.evaluation (
        evaluation bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        model text,
        version integer,
        name text,
        source text NOT NULL,
        relation text,
        part text NOT NULL CHECK (part IN ('held_out', 'out_of_fold', 'train', 'external')),
        label text,
        positive text,
        protected text[] NOT NULL,
        decision text,
        score text,
        prediction text,
        threshold double precision,
        weight text,
        level double precision NOT NULL,
        seed bigint NOT NULL,
        min_group integer NOT NULL,
        replicates integer NOT NULL,
        comment text,
        row_security boolean NOT NULL,
        evaluated_at timestamptz NOT NULL,
        evaluated_by text NOT NULL,
        n_rows bigint NOT NULL,
        n_null_label bigint NOT NULL,
        n_null_value bigint,
        n_unseen_level bigint,
        n_out_of_range bigint,
        accuracy double precision,
        auc double precision,
        loss double precision,
        frontier bigint,
        point integer,
        CHECK (model IS NOT NULL OR (version IS NULL AND frontier IS NULL)),
        CHECK (model IS NULL OR (version IS NULL) = (frontier IS NOT NULL)),
        CHECK (num_nonnulls(model, decision, score, prediction) = 1),
        CHECK ((frontier IS NULL) = (point IS NULL)),
        FOREIGN KEY (model, version) REFERENCES fairpg_catalog.model_version
            ON DELETE CASCADE,
        FOREIGN KEY (frontier, point) REFERENCES fairpg_catalog.frontier_point
            ON DELETE CASCADE
    );
    CREATE INDEX evaluation_frontier_point ON fairpg_catalog.evaluation (frontier, point);
    CREATE INDEX evaluation_model_version ON fairpg_catalog.evaluation (model, version);
    COMMENT ON TABLE fairpg_catalog.evaluation
        IS 'one row for each time a version, a point of a frontier, or the decisions or scores of anybody were measured';
    COMMENT ON COLUMN fairpg_catalog.evaluation.evaluation IS 'number of the evaluation';
    COMMENT ON COLUMN fairpg_catalog.evaluation.model
        IS 'name of the model; NULL: decisions or scores of somebody else';
    COMMENT ON COLUMN fairpg_catalog.evaluation.version
        IS 'number of the version; NULL: a point of a frontier, or no model';
    COMMENT ON COLUMN fairpg_catalog.evaluation.name IS 'name that the caller gave';
    COMMENT ON COLUMN fairpg_catalog.evaluation.source
        IS 'table or query that was measured on, as the caller wrote it';
    COMMENT ON COLUMN fairpg_catalog.evaluation.relation
        IS 'table or view that this was, with its schema; NULL: a query';
    COMMENT ON COLUMN fairpg_catalog.evaluation.part
        IS 'held_out or train: part of the training source; out_of_fold: its training rows, by models that had not seen them; external: other rows';
    COMMENT ON COLUMN fairpg_catalog.evaluation.label IS 'column with what came true; NULL: none';
    COMMENT ON COLUMN fairpg_catalog.evaluation.positive
        IS 'value of the label that counts as positive; NULL: the label is boolean or 0 and 1, or has no positive value';
    COMMENT ON COLUMN fairpg_catalog.evaluation.protected IS 'protected attributes';
    COMMENT ON COLUMN fairpg_catalog.evaluation.decision
        IS 'column with the decisions; NULL: a score or a model decides, or nothing is decided';
    COMMENT ON COLUMN fairpg_catalog.evaluation.score
        IS 'column with the scores; NULL: decisions, predictions or a model';
    COMMENT ON COLUMN fairpg_catalog.evaluation.prediction
        IS 'column with predicted numbers; NULL: decisions, scores or a model';
    COMMENT ON COLUMN fairpg_catalog.evaluation.threshold
        IS 'score, or probability of the model, from which a decision is positive; NULL where decisions are given, or a model does not decide by one';
    COMMENT ON COLUMN fairpg_catalog.evaluation.weight IS 'column with weights of rows; NULL: none';
    COMMENT ON COLUMN fairpg_catalog.evaluation.level IS 'confidence of the intervals';
    COMMENT ON COLUMN fairpg_catalog.evaluation.seed IS 'seed of the intervals that are drawn';
    COMMENT ON COLUMN fairpg_catalog.evaluation.min_group IS 'rows below which a figure is flagged';
    COMMENT ON COLUMN fairpg_catalog.evaluation.replicates
        IS 'draws of the intervals that are drawn';
    COMMENT ON COLUMN fairpg_catalog.evaluation.comment IS 'remark of the caller';
    COMMENT ON COLUMN fairpg_catalog.evaluation.row_security
        IS 'whether row security limited what was measured';
    COMMENT ON COLUMN fairpg_catalog.evaluation.evaluated_at IS 'time of the evaluation';
    COMMENT ON COLUMN fairpg_catalog.evaluation.evaluated_by IS 'role that measured';
    COMMENT ON COLUMN fairpg_catalog.evaluation.n_rows
        IS 'labelled rows with a decision; rows with a decision where there is no label';
    COMMENT ON COLUMN fairpg_catalog.evaluation.n_null_label
        IS 'rows left out because the label is NULL';
    COMMENT ON COLUMN fairpg_catalog.evaluation.n_null_value
        IS 'NULL values of features; NULL without a model';
    COMMENT ON COLUMN fairpg_catalog.evaluation.n_unseen_level
        IS 'values of categories that training did not see; NULL without a model';
    COMMENT ON COLUMN fairpg_catalog.evaluation.n_out_of_range
        IS 'numbers outside the range of the training rows; NULL without a model';
    COMMENT ON COLUMN fairpg_catalog.evaluation.accuracy IS 'share of rows decided as labelled';
    COMMENT ON COLUMN fairpg_catalog.evaluation.auc IS 'area under the ROC curve';
    COMMENT ON COLUMN fairpg_catalog.evaluation.loss
        IS 'mean log-loss in nats, or mean squared error of a linear model';
    COMMENT ON COLUMN fairpg_catalog.evaluation.frontier
        IS 'number of the frontier whose point was measured; NULL: a version, or no model';
    COMMENT ON COLUMN fairpg_catalog.evaluation.point IS 'number of the point';
    COMMENT ON INDEX fairpg_catalog.evaluation_frontier_point IS 'evaluations of a point';
    COMMENT ON INDEX fairpg_catalog.evaluation_model_version IS 'evaluations of a version';

    CREATE TABLE fairpg_catalog.evaluation_metric (
        evaluation bigint NOT NULL REFERENCES fairpg_catalog.evaluation
            ON DELETE CASCADE,
        attribute text NOT NULL,
        group_name text NOT NULL,
        metric text NOT NULL,
        value double precision,
        low double precision,
        high double precision,
        n bigint NOT NULL,
        flag text,
        reason text,
        class_number integer NOT NULL,
        class text,
        PRIMARY KEY (evaluation, attribute, group_name, class_number, metric)
    );
    COMMENT ON TABLE fairpg_catalog.evaluation_metric IS 'metrics of each group in an evaluation';
    COMMENT ON COLUMN fairpg_catalog.evaluation_metric.evaluation IS 'number of the evaluation';
    COMMENT ON COLUMN fairpg_catalog.evaluation_metric.attribute
        IS 'protected attribute, or an intersection such as sex*race';
    COMMENT ON COLUMN fairpg_catalog.evaluation_metric.group_name IS 'group of the attribute';
    COMMENT ON COLUMN fairpg_catalog.evaluation_metric.metric IS 'name of the metric';
    COMMENT ON COLUMN fairpg_catalog.evaluation_metric.value IS 'value; NULL where it is undefined';
    COMMENT ON COLUMN fairpg_catalog.evaluation_metric.low
        IS 'lower end of the 95 percent interval';
    COMMENT ON COLUMN fairpg_catalog.evaluation_metric.high
        IS 'upper end of the 95 percent interval';
    COMMENT ON COLUMN fairpg_catalog.evaluation_metric.n IS 'rows it is taken over';
    COMMENT ON COLUMN fairpg_catalog.evaluation_metric.flag
        IS 'small, incomplete or the like; NULL: nothing to remark';
    COMMENT ON COLUMN fairpg_catalog.evaluation_metric.reason
        IS 'why there is no value, or why it is flagged';
    COMMENT ON COLUMN fairpg_catalog.evaluation_metric.class_number
        IS 'number of the class, from 1; 0: of all classes, or of a label without any';
    COMMENT ON COLUMN fairpg_catalog.evaluation_metric.class
        IS 'class of the label against all others; NULL where class_number is 0';

    CREATE TABLE fairpg_catalog.evaluation_gap (
        evaluation bigint NOT NULL REFERENCES fairpg_catalog.evaluation
            ON DELETE CASCADE,
        attribute text NOT NULL,
        criterion text NOT NULL,
        value double precision,
        low double precision,
        high double precision,
        ratio double precision,
        ratio_low double precision,
        ratio_high double precision,
        n bigint NOT NULL,
        highest_group text,
        lowest_group text,
        worst_group text,
        flag text,
        reason text,
        class_number integer NOT NULL,
        class text,
        PRIMARY KEY (evaluation, attribute, class_number, criterion)
    );
    COMMENT ON TABLE fairpg_catalog.evaluation_gap
        IS 'gap of each criterion between the groups of an attribute';
    COMMENT ON COLUMN fairpg_catalog.evaluation_gap.evaluation IS 'number of the evaluation';
    COMMENT ON COLUMN fairpg_catalog.evaluation_gap.attribute
        IS 'protected attribute, or an intersection such as sex*race';
    COMMENT ON COLUMN fairpg_catalog.evaluation_gap.criterion
        IS 'fairness criterion, or figure of scores or predicted numbers, such as auc';
    COMMENT ON COLUMN fairpg_catalog.evaluation_gap.value
        IS 'largest difference between two groups; NULL where it is undefined';
    COMMENT ON COLUMN fairpg_catalog.evaluation_gap.low IS 'lower end of the 95 percent interval';
    COMMENT ON COLUMN fairpg_catalog.evaluation_gap.high IS 'upper end of the 95 percent interval';
    COMMENT ON COLUMN fairpg_catalog.evaluation_gap.ratio
        IS 'lowest rate divided by the highest; NULL where it is undefined, or the criterion is no rate';
    COMMENT ON COLUMN fairpg_catalog.evaluation_gap.ratio_low
        IS 'lower end of the interval of the ratio';
    COMMENT ON COLUMN fairpg_catalog.evaluation_gap.ratio_high
        IS 'upper end of the interval of the ratio';
    COMMENT ON COLUMN fairpg_catalog.evaluation_gap.n IS 'rows it is taken over';
    COMMENT ON COLUMN fairpg_catalog.evaluation_gap.highest_group IS 'group with the highest rate';
    COMMENT ON COLUMN fairpg_catalog.evaluation_gap.lowest_group IS 'group with the lowest rate';
    COMMENT ON COLUMN fairpg_catalog.evaluation_gap.worst_group
        IS 'group that the gap is to the disadvantage of';
    COMMENT ON COLUMN fairpg_catalog.evaluation_gap.flag
        IS 'small, incomplete or the like; NULL: nothing to remark';
    COMMENT ON COLUMN fairpg_catalog.evaluation_gap.reason
        IS 'why there is no value, or why it is flagged';
    COMMENT ON COLUMN fairpg_catalog.evaluation_gap.class_number
        IS 'number of the class, from 1; 0: of a label without any';
    COMMENT ON COLUMN fairpg_catalog.evaluation_gap.class
        IS 'class of the label against all others; NULL where class_number is 0';

    CREATE TABLE fairpg_catalog.evaluation_constraint (
        evaluation bigint NOT NULL REFERENCES fairpg_catalog.evaluation
            ON DELETE CASCADE,
        position integer NOT NULL,
        criterion text NOT NULL,
        measure text NOT NULL CHECK (measure IN ('gap', 'ratio', 'loss')),
        bound_kind text CHECK (bound_kind IN ('max_gap', 'min_ratio', 'max_loss')),
        bound double precision,
        attributes text NOT NULL,
        value double precision,
        low double precision,
        high double precision,
        verdict text,
        worst_group text,
        n bigint,
        rows_needed bigint,
        PRIMARY KEY (evaluation, position)
    );
    COMMENT ON COLUMN fairpg_catalog.evaluation_constraint.n
        IS 'rows that the verdict hangs on: those of the event in the two groups that decide it, or of the group for a loss';
    COMMENT ON COLUMN fairpg_catalog.evaluation_constraint.rows_needed
        IS 'how many such rows would decide a verdict insufficient if the value stayed as it is; NULL where none is known to';
    COMMENT ON TABLE fairpg_catalog.evaluation_constraint
        IS 'each constraint of the version in an evaluation: its bound, what it has come to, the verdict';
    COMMENT ON COLUMN fairpg_catalog.evaluation_constraint.evaluation
        IS 'number of the evaluation';
    COMMENT ON COLUMN fairpg_catalog.evaluation_constraint.position
        IS 'place in the list of the version, from 1';
    COMMENT ON COLUMN fairpg_catalog.evaluation_constraint.criterion
        IS 'fairness criterion';
    COMMENT ON COLUMN fairpg_catalog.evaluation_constraint.measure
        IS 'what the value is: gap (largest difference of two groups), ratio (least quotient) or loss (largest mean loss)';
    COMMENT ON COLUMN fairpg_catalog.evaluation_constraint.bound_kind
        IS 'max_gap, min_ratio or max_loss; NULL: measured only';
    COMMENT ON COLUMN fairpg_catalog.evaluation_constraint.bound
        IS 'what the value may be at most, or at least for min_ratio';
    COMMENT ON COLUMN fairpg_catalog.evaluation_constraint.attributes
        IS 'protected attributes it holds for, separated by commas';
    COMMENT ON COLUMN fairpg_catalog.evaluation_constraint.value
        IS 'the worst of those attributes; NULL where it is undefined';
    COMMENT ON COLUMN fairpg_catalog.evaluation_constraint.low
        IS 'lower end of the 95 percent interval';
    COMMENT ON COLUMN fairpg_catalog.evaluation_constraint.high
        IS 'upper end of the 95 percent interval';
    COMMENT ON COLUMN fairpg_catalog.evaluation_constraint.verdict
        IS 'pass, fail or insufficient: the interval against the bound';
    COMMENT ON COLUMN fairpg_catalog.evaluation_constraint.worst_group
        IS 'attribute and group that it is to the disadvantage of';

    CREATE TABLE fairpg_catalog.evaluation_ratio (
        evaluation bigint NOT NULL REFERENCES fairpg_catalog.evaluation
            ON DELETE CASCADE,
        attribute text NOT NULL,
        group_name text NOT NULL,
        n bigint NOT NULL,
        selected bigint NOT NULL,
        selection_rate double precision,
        reference_group text,
        reference_rate double precision,
        ratio double precision,
        low double precision,
        high double precision,
        below_four_fifths boolean,
        p_value double precision,
        p_adjusted double precision,
        rows_needed bigint,
        verdict text,
        flag text,
        reason text,
        class_number integer NOT NULL,
        class text,
        PRIMARY KEY (evaluation, attribute, group_name, class_number)
    );
    COMMENT ON TABLE fairpg_catalog.evaluation_ratio
        IS 'selection rate of each group in an evaluation by the rate of the group that is selected most, and the four-fifths rule';
    COMMENT ON COLUMN fairpg_catalog.evaluation_ratio.evaluation IS 'number of the evaluation';
    COMMENT ON COLUMN fairpg_catalog.evaluation_ratio.attribute
        IS 'protected attribute, or an intersection such as sex*race';
    COMMENT ON COLUMN fairpg_catalog.evaluation_ratio.group_name IS 'group of the attribute';
    COMMENT ON COLUMN fairpg_catalog.evaluation_ratio.n IS 'rows with a decision';
    COMMENT ON COLUMN fairpg_catalog.evaluation_ratio.selected IS 'rows decided positive';
    COMMENT ON COLUMN fairpg_catalog.evaluation_ratio.selection_rate
        IS 'share of them decided positive, of weights where there are any; NULL without rows';
    COMMENT ON COLUMN fairpg_catalog.evaluation_ratio.reference_group
        IS 'group with the highest selection rate among those that are large enough and known; NULL: there is none';
    COMMENT ON COLUMN fairpg_catalog.evaluation_ratio.reference_rate IS 'its selection rate';
    COMMENT ON COLUMN fairpg_catalog.evaluation_ratio.ratio
        IS 'impact ratio: selection rate by that of the reference group';
    COMMENT ON COLUMN fairpg_catalog.evaluation_ratio.low
        IS 'lower end of the interval of the ratio (Koopman)';
    COMMENT ON COLUMN fairpg_catalog.evaluation_ratio.high
        IS 'upper end of the interval of the ratio (Koopman)';
    COMMENT ON COLUMN fairpg_catalog.evaluation_ratio.below_four_fifths
        IS 'whether the ratio is less than 0.8, whatever its interval';
    COMMENT ON COLUMN fairpg_catalog.evaluation_ratio.p_value
        IS 'of a test that both groups have the same rate: Fisher where numbers are small, else z';
    COMMENT ON COLUMN fairpg_catalog.evaluation_ratio.p_adjusted
        IS 'the same for all groups of the attribute together (Holm)';
    COMMENT ON COLUMN fairpg_catalog.evaluation_ratio.rows_needed
        IS 'rows of the group that would decide an insufficient verdict if rates stay as they are; NULL: none would, or no need';
    COMMENT ON COLUMN fairpg_catalog.evaluation_ratio.verdict
        IS 'pass, fail or insufficient: the interval of the ratio against 0.8; NULL without a ratio';
    COMMENT ON COLUMN fairpg_catalog.evaluation_ratio.flag
        IS 'small: the group has few rows; NULL: nothing to remark';
    COMMENT ON COLUMN fairpg_catalog.evaluation_ratio.reason IS 'why there is no ratio';
    COMMENT ON COLUMN fairpg_catalog.evaluation_ratio.class_number
        IS 'number of the class, from 1; 0: of a label without any';
    COMMENT ON COLUMN fairpg_catalog.evaluation_ratio.class
        IS 'class that decisions are for, against all others; NULL where class_number is 0';

    CREATE TABLE fairpg_catalog.analysis (
        evaluation bigint NOT NULL REFERENCES fairpg_catalog.evaluation
            ON DELETE CASCADE,
        analysis text NOT NULL,
        arguments jsonb NOT NULL,
        n_rows bigint NOT NULL,
        seconds double precision NOT NULL,
        row_security boolean NOT NULL,
        fairpg_version text NOT NULL,
        analysed_at timestamptz NOT NULL,
        analysed_by text NOT NULL,
        PRIMARY KEY (evaluation, analysis)
    );
    COMMENT ON TABLE fairpg_catalog.analysis
        IS 'one row for each analysis that fairpg.add_analyses() added to an evaluation';
    COMMENT ON COLUMN fairpg_catalog.analysis.evaluation IS 'number of the evaluation';
    COMMENT ON COLUMN fairpg_catalog.analysis.analysis
        IS 'name of the analysis, such as calibration';
    COMMENT ON COLUMN fairpg_catalog.analysis.arguments
        IS 'arguments of the function behind it, as it was called';
    COMMENT ON COLUMN fairpg_catalog.analysis.n_rows IS 'rows that it came to';
    COMMENT ON COLUMN fairpg_catalog.analysis.seconds IS 'time taken';
    COMMENT ON COLUMN fairpg_catalog.analysis.row_security
        IS 'whether row security limited what was read';
    COMMENT ON COLUMN fairpg_catalog.analysis.fairpg_version IS 'version of fairpg';
    COMMENT ON COLUMN fairpg_catalog.analysis.analysed_at IS 'when it was added';
    COMMENT ON COLUMN fairpg_catalog.analysis.analysed_by IS 'role that added it';

    CREATE TABLE fairpg_catalog.analysis_row (
        evaluation bigint NOT NULL,
        analysis text NOT NULL,
        place integer NOT NULL,
        kind text,
        attribute text,
        group_name text,
        metric text,
        value double precision,
        low double precision,
        high double precision,
        n bigint,
        flag text,
        reason text,
        bin integer,
        score_from double precision,
        score_to double precision,
        mean_score double precision,
        threshold double precision,
        rank bigint,
        rest double precision,
        effect double precision,
        n_rest bigint,
        p_value double precision,
        p_adjusted double precision,
        pooled double precision,
        pooled_low double precision,
        pooled_high double precision,
        verdict text,
        audit_table text,
        check_name text,
        severity text,
        column_name text,
        fact text,
        advice text,
        scenario text,
        subject text,
        amount double precision,
        baseline double precision,
        change double precision,
        change_low double precision,
        change_high double precision,
        factor_kind text,
        factor text,
        factor_level text,
        PRIMARY KEY (evaluation, analysis, place),
        FOREIGN KEY (evaluation, analysis) REFERENCES fairpg_catalog.analysis
            ON DELETE CASCADE
    );
    COMMENT ON TABLE fairpg_catalog.analysis_row
        IS 'rows of all analyses in one table: each fills the columns that its function has';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.evaluation IS 'number of the evaluation';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.analysis IS 'name of the analysis';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.place
        IS 'place among the rows of the analysis, from 1';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.kind
        IS 'kind of row, such as group, gap, bin or drop';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.attribute
        IS 'protected attribute, or columns that were crossed';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.group_name
        IS 'group of the attribute; of a gap the one that it is to the disadvantage of';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.metric IS 'name of the metric or criterion';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.value IS 'value; NULL where it is undefined';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.low IS 'lower end of the interval';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.high IS 'upper end of the interval';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.n IS 'rows it is taken over';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.flag
        IS 'small, incomplete or the like; NULL: nothing to remark';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.reason
        IS 'why there is no value, or why it is flagged';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.bin IS 'calibration: number of the bin';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.score_from IS 'calibration: lower end of the bin';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.score_to IS 'calibration: upper end of the bin';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.mean_score
        IS 'calibration: mean score in the bin';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.threshold
        IS 'threshold_sweep: score from which a decision is positive';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.rank IS 'subgroups: place among the worst';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.rest IS 'subgroups: value of all other rows';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.effect
        IS 'subgroups: value less that of all other rows';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.n_rest IS 'subgroups: all other rows';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.p_value
        IS 'subgroups: of the test against all other rows';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.p_adjusted
        IS 'subgroups: the same for all that were tried';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.pooled
        IS 'subgroups: value with what all groups together say of it';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.pooled_low
        IS 'subgroups: lower end of the interval of that';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.pooled_high
        IS 'subgroups: upper end of the interval of that';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.verdict
        IS 'subgroups: worse, better or no decision, by p_adjusted';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.audit_table
        IS 'bias_audit: table that the row stands in';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.check_name IS 'data_checks: name of the check';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.severity
        IS 'data_checks: ok, note, warning or serious';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.column_name
        IS 'data_checks: column that it is about';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.fact IS 'data_checks: what was found';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.advice IS 'data_checks: what to do about it';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.scenario IS 'stress: what was changed';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.subject
        IS 'stress: group or column that it strikes';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.amount IS 'stress: how much was changed';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.baseline
        IS 'stress and sensitivity: value without any change';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.change
        IS 'stress and sensitivity: value less the baseline';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.change_low
        IS 'stress and sensitivity: lower end of the interval of the change';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.change_high
        IS 'stress and sensitivity: upper end of the interval of the change';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.factor_kind
        IS 'sensitivity: drop or permute a feature, segment: rows without it, within: it alone';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.factor
        IS 'sensitivity: feature, or column of the segment';
    COMMENT ON COLUMN fairpg_catalog.analysis_row.factor_level
        IS 'sensitivity: value of the column; NULL of features';
END
$tables$;
COMMENT ON FUNCTION fairpg.make_evaluation_tables()
    IS 'part of fairpg.init(): makes the tables of evaluations and analyses';
