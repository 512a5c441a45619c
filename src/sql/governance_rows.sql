-- What stands in the tables of governance from the start: states and steps of a
-- life, and templates of policies.  Rows, so that they can be read and joined.

CREATE FUNCTION fairpg.make_governance_rows()
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $rows$
BEGIN
    INSERT INTO fairpg_catalog.state (state, place, serves, description) VALUES
        ('draft', 1, false, 'trained, and not looked at yet'),
        ('reviewed', 2, false, 'all reviews of the policy are there'),
        ('approved', 3, false, 'may be deployed as long as its approvals hold'),
        ('canary', 4, true, 'decides for a share of the subjects'),
        ('champion', 5, true, 'decides'),
        ('suspended', 6, false, 'was stopped'),
        ('retired', 7, false, 'has served, and serves no more'),
        ('rejected', 8, false, 'will not be deployed');

    INSERT INTO fairpg_catalog.transition_rule
        (from_state, to_state, four_eyes, reviews, approvals, phases, description)
    VALUES
        ('draft', 'reviewed', true, true, false, '{data}', 'review'),
        ('reviewed', 'approved', true, true, true, '{data,train,predeploy}', 'approval'),
        ('approved', 'canary', false, true, true, '{data,train,predeploy}', 'a share of the subjects first'),
        ('canary', 'champion', true, true, true, '{data,train,predeploy,canary}', 'from a share to all'),
        ('approved', 'champion', true, true, true, '{data,train,predeploy}', 'to all, where the policy asks for no canary'),
        ('canary', 'approved', false, false, false, '{}', 'end of a canary: one person, always allowed'),
        ('canary', 'suspended', false, false, false, '{}', 'emergency stop: one person, always allowed'),
        ('champion', 'suspended', false, false, false, '{}', 'emergency stop: one person, always allowed'),
        ('suspended', 'champion', true, true, true, '{data,train,predeploy}', 'back into service, by approvals given after the stop'),
        ('suspended', 'canary', true, true, true, '{data,train,predeploy}', 'back to a share of the subjects, by approvals given after the stop'),
        ('suspended', 'retired', false, false, false, '{}', 'end of service'),
        ('champion', 'retired', false, false, false, '{}', 'end of service, or replaced'),
        ('retired', 'champion', false, false, true, '{}', 'rollback to a version that has served'),
        ('draft', 'rejected', false, false, false, '{}', 'rejection'),
        ('reviewed', 'rejected', false, false, false, '{}', 'rejection'),
        ('approved', 'rejected', false, false, false, '{}', 'rejection');

    INSERT INTO fairpg_catalog.policy_template (template, title, as_of, basis, criteria) VALUES
        ('four_fifths', 'Selection rates of groups at least four fifths of the highest one, by an interval',
            '2026-11-01', 'Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4 D; guidance whose rescission has been announced',
            '[{"criterion": "four_fifths", "metric": "demographic_parity", "contrast": "ratio", "comparator": ">=", "threshold": 0.8,
               "rationale": "A rate below four fifths of the highest is generally regarded as evidence of adverse impact; the interval keeps small groups from deciding by chance."}]'),
        ('equalized_odds', 'Error rates of groups alike among those who deserve a decision and among those who do not',
            '2026-11-01', 'Hardt, Price and Srebro 2016, Equality of Opportunity in Supervised Learning',
            '[{"criterion": "equalized_odds", "metric": "equalized_odds", "contrast": "gap", "comparator": "<=", "threshold": 0.05,
               "rationale": "Who would have met the obligation, and who would not, is to be treated alike whatever the group."}]'),
        ('bounded_group_loss', 'Log-loss of each group below a bound, so that no group is served badly',
            '2026-11-01', 'Agarwal, Dudik and Wu 2019, Fair Regression',
            '[{"criterion": "bounded_group_loss", "metric": "log_loss", "contrast": "each_group", "comparator": "<=", "threshold": 0.6931,
               "evidence": "no_significant_breach",
               "rationale": "A group for which the model is worse than guessing is not served by it; the bound is the log-loss of a coin."}]'),
        ('calibration_in_groups', 'Scores that are right on average in each group: mean score and rate of the positive close to each other',
            '2026-11-01', 'Kleinberg, Mullainathan and Raghavan 2017, Inherent Trade-Offs in the Fair Determination of Risk Scores',
            '[{"criterion": "calibration_in_groups", "metric": "calibration_in_the_large", "contrast": "each_group", "comparator": "<=", "threshold": 0.05,
               "rationale": "A score that means more for one group than for another is not the same score; measured by the analysis calibration of an evaluation."}]'),
        ('group_accuracy', 'Accuracy of each group above a floor',
            '2026-11-01', 'Regulation (EU) 2024/1689, Annex IV (3): accuracy for specific persons or groups',
            '[{"criterion": "group_accuracy", "metric": "accuracy", "contrast": "each_group", "comparator": ">=", "threshold": 0.7,
               "rationale": "Accuracy has to be stated and sufficient for each group that the system is used on, and not on average only."}]');
END
$rows$;
COMMENT ON FUNCTION fairpg.make_governance_rows()
    IS 'part of fairpg.init(): fills in states, transitions and templates of policies';

