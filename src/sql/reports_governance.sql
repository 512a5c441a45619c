-- The views of governance that BI tools read: plain columns, one row a line of a
-- table or a point of a chart, a column "time" where there is one.

CREATE FUNCTION fairpg.make_governance_reports()
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $reports$
BEGIN
    CREATE VIEW fairpg_report.audit_health AS
        SELECT
            b.block,
            b.sealed_at,
            encode(b.hash, 'hex') AS head,
            e.n_events,
            e.n_unsealed,
            e.oldest_unsealed_at,
            clock_timestamp() - e.oldest_unsealed_at AS backlog_age,
            (SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
             WHERE c.relnamespace = 'fairpg_catalog'::regnamespace AND t.tgenabled = 'D') AS n_guards_off
        FROM (SELECT count(*) AS n_events, count(*) FILTER (WHERE l.event IS NULL) AS n_unsealed,
                min(v.at) FILTER (WHERE l.event IS NULL) AS oldest_unsealed_at
            FROM fairpg_catalog.event v LEFT JOIN fairpg_catalog.event_leaf l ON l.event = v.event) e
            LEFT JOIN (SELECT * FROM fairpg_catalog.event_block ORDER BY block DESC LIMIT 1) b ON true;
    COMMENT ON VIEW fairpg_report.audit_health IS 'the record in one row: its newest block, what is not sealed yet, and guards that are switched off';
    COMMENT ON COLUMN fairpg_report.audit_health.block IS 'number of the newest block; NULL: nothing has been sealed';
    COMMENT ON COLUMN fairpg_report.audit_health.sealed_at IS 'when it was sealed';
    COMMENT ON COLUMN fairpg_report.audit_health.head IS 'its hash, to be noted elsewhere';
    COMMENT ON COLUMN fairpg_report.audit_health.n_events IS 'events of the record';
    COMMENT ON COLUMN fairpg_report.audit_health.n_unsealed IS 'events that are in no block yet';
    COMMENT ON COLUMN fairpg_report.audit_health.oldest_unsealed_at IS 'when the oldest of them was written';
    COMMENT ON COLUMN fairpg_report.audit_health.backlog_age IS 'how long it has waited';
    COMMENT ON COLUMN fairpg_report.audit_health.n_guards_off
        IS 'triggers of the store that somebody has switched off: 0 is right';

    CREATE VIEW fairpg_report.policies AS
        SELECT
            p.policy,
            p.version AS policy_version,
            p.status,
            p.title,
            p.template,
            array_to_string(p.jurisdictions, ', ') AS jurisdictions,
            p.legal_basis,
            (SELECT count(*) FROM fairpg_catalog.policy_criterion AS c
             WHERE c.policy = p.policy AND c.version = p.version) AS n_criteria,
            (SELECT count(*) FROM fairpg_catalog.policy_criterion AS c
             WHERE c.policy = p.policy AND c.version = p.version AND c.severity = 'blocking') AS n_blocking,
            (SELECT count(*) FROM fairpg_catalog.governed_model AS g
             WHERE g.policy = p.policy AND p.status = 'active') AS n_models,
            p.approvals_required,
            array_to_string(p.required_reviews, ', ') AS required_reviews,
            p.canary_required,
            p.max_canary_share,
            p.created_at AS time,
            p.created_by,
            p.activated_at,
            p.activated_by,
            p.ended_at
        FROM fairpg_catalog.policy AS p;
    COMMENT ON VIEW fairpg_report.policies IS 'versions of policies, with what each asks of approvals, canaries and evidence';
    COMMENT ON COLUMN fairpg_report.policies.policy IS 'name of the policy';
    COMMENT ON COLUMN fairpg_report.policies.policy_version IS 'number of its version';
    COMMENT ON COLUMN fairpg_report.policies.status IS 'draft, active, superseded or withdrawn';
    COMMENT ON COLUMN fairpg_report.policies.title IS 'what the policy is about';
    COMMENT ON COLUMN fairpg_report.policies.template IS 'template that its criteria began with; NULL: none';
    COMMENT ON COLUMN fairpg_report.policies.jurisdictions IS 'where it is to hold, separated by commas';
    COMMENT ON COLUMN fairpg_report.policies.legal_basis IS 'law or contract that it follows';
    COMMENT ON COLUMN fairpg_report.policies.n_criteria IS 'number of criteria';
    COMMENT ON COLUMN fairpg_report.policies.n_blocking IS 'criteria that stand in the way when they are not kept';
    COMMENT ON COLUMN fairpg_report.policies.n_models IS 'models that are under it now';
    COMMENT ON COLUMN fairpg_report.policies.approvals_required IS 'how many persons must approve';
    COMMENT ON COLUMN fairpg_report.policies.required_reviews
        IS 'kinds of reviews that a version needs, separated by commas';
    COMMENT ON COLUMN fairpg_report.policies.canary_required
        IS 'whether a version must serve a part of the subjects before all';
    COMMENT ON COLUMN fairpg_report.policies.max_canary_share IS 'largest share of subjects for a canary';
    COMMENT ON COLUMN fairpg_report.policies.time IS 'when it was written';
    COMMENT ON COLUMN fairpg_report.policies.created_by IS 'role that wrote it';
    COMMENT ON COLUMN fairpg_report.policies.activated_at IS 'when it came into force; NULL: it has not';
    COMMENT ON COLUMN fairpg_report.policies.activated_by IS 'role that activated it';
    COMMENT ON COLUMN fairpg_report.policies.ended_at IS 'when it was superseded or withdrawn; NULL: it has not been';

    CREATE VIEW fairpg_report.criteria AS
        SELECT
            c.policy,
            c.version AS policy_version,
            p.status,
            c.criterion,
            c.phase,
            c.metric,
            c.attribute,
            c.contrast,
            c.comparator,
            c.threshold,
            c.confidence,
            c.evidence,
            c.min_n,
            c.on_insufficient,
            c.severity,
            c.rationale
        FROM fairpg_catalog.policy_criterion AS c
            JOIN fairpg_catalog.policy AS p ON p.policy = c.policy AND p.version = c.version;
    COMMENT ON VIEW fairpg_report.criteria IS 'what policies demand: one row a criterion';
    COMMENT ON COLUMN fairpg_report.criteria.policy IS 'name of the policy';
    COMMENT ON COLUMN fairpg_report.criteria.policy_version IS 'number of its version';
    COMMENT ON COLUMN fairpg_report.criteria.status IS 'status of that version';
    COMMENT ON COLUMN fairpg_report.criteria.criterion IS 'short name of the criterion';
    COMMENT ON COLUMN fairpg_report.criteria.phase IS 'when it is looked at: data, train, predeploy, canary or production';
    COMMENT ON COLUMN fairpg_report.criteria.metric IS 'what is measured';
    COMMENT ON COLUMN fairpg_report.criteria.attribute IS 'protected attribute; empty: all rows together';
    COMMENT ON COLUMN fairpg_report.criteria.contrast IS 'gap, ratio, each_group, overall or count';
    COMMENT ON COLUMN fairpg_report.criteria.comparator IS '<= or >=, as the value is to be';
    COMMENT ON COLUMN fairpg_report.criteria.threshold IS 'what the value is compared with';
    COMMENT ON COLUMN fairpg_report.criteria.confidence IS 'one-sided confidence that the verdict needs';
    COMMENT ON COLUMN fairpg_report.criteria.evidence IS 'what decides: interval_bound, no_significant_breach or point';
    COMMENT ON COLUMN fairpg_report.criteria.min_n IS 'rows below which there is no verdict';
    COMMENT ON COLUMN fairpg_report.criteria.on_insufficient
        IS 'what happens when the rows cannot tell: block, waiver or advise';
    COMMENT ON COLUMN fairpg_report.criteria.severity IS 'blocking or advisory';
    COMMENT ON COLUMN fairpg_report.criteria.rationale IS 'why this criterion, and why this threshold';

    CREATE VIEW fairpg_report.policy_legal_age AS
        SELECT
            p.policy,
            p.version AS policy_version,
            p.status,
            array_to_string(p.jurisdictions, ', ') AS jurisdictions,
            p.legal_basis,
            p.legal_as_of,
            current_date - p.legal_as_of AS age_days,
            (p.legal_as_of + p.legal_max_age)::date AS read_again_by,
            current_date > (p.legal_as_of + p.legal_max_age)::date AS is_stale
        FROM fairpg_catalog.policy AS p
        WHERE p.status IN ('draft', 'active');
    COMMENT ON VIEW fairpg_report.policy_legal_age
        IS 'how old the reading of the law is that policies in force and drafts rely on';
    COMMENT ON COLUMN fairpg_report.policy_legal_age.policy IS 'name of the policy';
    COMMENT ON COLUMN fairpg_report.policy_legal_age.policy_version IS 'number of its version';
    COMMENT ON COLUMN fairpg_report.policy_legal_age.status IS 'draft or active';
    COMMENT ON COLUMN fairpg_report.policy_legal_age.jurisdictions IS 'where it is to hold, separated by commas';
    COMMENT ON COLUMN fairpg_report.policy_legal_age.legal_basis IS 'law or contract that it follows';
    COMMENT ON COLUMN fairpg_report.policy_legal_age.legal_as_of IS 'when that law was read';
    COMMENT ON COLUMN fairpg_report.policy_legal_age.age_days IS 'days since then';
    COMMENT ON COLUMN fairpg_report.policy_legal_age.read_again_by IS 'day on which it must be read again';
    COMMENT ON COLUMN fairpg_report.policy_legal_age.is_stale IS 'whether that day is over';

    CREATE VIEW fairpg_report.reviews AS
        SELECT
            r.review,
            r.model,
            r.version,
            r.kind,
            r.verdict,
            r.findings,
            r.conditions,
            (SELECT count(*) FROM jsonb_object_keys(r.body)) AS n_answers,
            r.reviewed_at AS time,
            r.reviewed_by,
            r.expires_at,
            NOT EXISTS (SELECT FROM fairpg_catalog.review AS n
                WHERE n.model = r.model AND n.version = r.version AND n.kind = r.kind AND n.review > r.review) AS is_newest
        FROM fairpg_catalog.review AS r;
    COMMENT ON VIEW fairpg_report.reviews IS 'reviews of versions';
    COMMENT ON COLUMN fairpg_report.reviews.review IS 'number of the review';
    COMMENT ON COLUMN fairpg_report.reviews.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_report.reviews.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_report.reviews.kind IS 'what was reviewed, such as design_review';
    COMMENT ON COLUMN fairpg_report.reviews.verdict IS 'pass, pass_with_conditions or fail';
    COMMENT ON COLUMN fairpg_report.reviews.findings IS 'what was found';
    COMMENT ON COLUMN fairpg_report.reviews.conditions IS 'conditions of the verdict; NULL: none';
    COMMENT ON COLUMN fairpg_report.reviews.n_answers IS 'questions of its form that were answered';
    COMMENT ON COLUMN fairpg_report.reviews.time IS 'when it was reviewed';
    COMMENT ON COLUMN fairpg_report.reviews.reviewed_by IS 'role that reviewed';
    COMMENT ON COLUMN fairpg_report.reviews.expires_at IS 'until when it counts; NULL: always';
    COMMENT ON COLUMN fairpg_report.reviews.is_newest IS 'whether no later one of its kind is there';

    CREATE VIEW fairpg_report.approvals AS
        SELECT
            a.approval,
            a.model,
            a.version,
            a.person,
            a.approved_by,
            a.reason,
            encode(a.digest, 'hex') AS digest,
            a.approved_at AS time,
            a.expires_at,
            a.expires_at <= clock_timestamp() AS is_expired,
            EXISTS (SELECT FROM fairpg_catalog.transition AS t
                WHERE t.model = a.model AND t.version = a.version AND t.to_state = 'suspended'
                    AND t.outcome = 'done' AND t.at >= a.approved_at) AS is_before_stop
        FROM fairpg_catalog.approval AS a;
    COMMENT ON VIEW fairpg_report.approvals
        IS 'approvals of versions; whether they count for the version as it is now, is in governance_status';
    COMMENT ON COLUMN fairpg_report.approvals.approval IS 'number of the approval';
    COMMENT ON COLUMN fairpg_report.approvals.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_report.approvals.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_report.approvals.person IS 'who approved';
    COMMENT ON COLUMN fairpg_report.approvals.approved_by IS 'role that approved';
    COMMENT ON COLUMN fairpg_report.approvals.reason IS 'why it was approved';
    COMMENT ON COLUMN fairpg_report.approvals.digest IS 'SHA-256 of what was approved';
    COMMENT ON COLUMN fairpg_report.approvals.time IS 'when it was approved';
    COMMENT ON COLUMN fairpg_report.approvals.expires_at IS 'when it lapses';
    COMMENT ON COLUMN fairpg_report.approvals.is_expired IS 'whether it has lapsed by time';
    COMMENT ON COLUMN fairpg_report.approvals.is_before_stop IS 'whether the version was suspended since, which ends it';

    CREATE VIEW fairpg_report.waivers_expiring AS
        SELECT
            w.waiver,
            w.model,
            w.version,
            w.criterion,
            CASE WHEN w.granted_at IS NULL THEN 'requested' ELSE 'granted' END AS status,
            w.reason,
            w.compensation,
            w.requested_by,
            w.granted_by,
            w.requested_at AS time,
            w.expires_at,
            floor(extract(epoch FROM w.expires_at - clock_timestamp()) / 86400)::integer AS days_left
        FROM fairpg_catalog.waiver AS w
        WHERE w.expires_at > clock_timestamp();
    COMMENT ON VIEW fairpg_report.waivers_expiring
        IS 'exceptions from criteria, requested or in force, and the days they have left';
    COMMENT ON COLUMN fairpg_report.waivers_expiring.waiver IS 'number of the waiver';
    COMMENT ON COLUMN fairpg_report.waivers_expiring.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_report.waivers_expiring.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_report.waivers_expiring.criterion IS 'criterion that it is about';
    COMMENT ON COLUMN fairpg_report.waivers_expiring.status IS 'requested or granted';
    COMMENT ON COLUMN fairpg_report.waivers_expiring.reason IS 'why an exception is needed';
    COMMENT ON COLUMN fairpg_report.waivers_expiring.compensation IS 'what is done in its place';
    COMMENT ON COLUMN fairpg_report.waivers_expiring.requested_by IS 'role that requested it';
    COMMENT ON COLUMN fairpg_report.waivers_expiring.granted_by IS 'role that granted it; NULL: nobody yet';
    COMMENT ON COLUMN fairpg_report.waivers_expiring.time IS 'when it was requested';
    COMMENT ON COLUMN fairpg_report.waivers_expiring.expires_at IS 'until when it holds';
    COMMENT ON COLUMN fairpg_report.waivers_expiring.days_left IS 'whole days until then';

    CREATE VIEW fairpg_report.deployments AS
        SELECT
            d.deployment,
            d.model,
            d.version,
            d.slot,
            d.share,
            d.started_at AS time,
            d.ended_at,
            d.ended_at IS NULL AS is_open,
            extract(epoch FROM coalesce(d.ended_at, clock_timestamp()) - d.started_at)::double precision / 86400 AS days,
            d.started_by,
            d.reason,
            d.end_reason
        FROM fairpg_catalog.deployment AS d;
    COMMENT ON VIEW fairpg_report.deployments IS 'which version served whom, and for how long';
    COMMENT ON COLUMN fairpg_report.deployments.deployment IS 'number of the deployment';
    COMMENT ON COLUMN fairpg_report.deployments.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_report.deployments.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_report.deployments.slot IS 'champion or canary';
    COMMENT ON COLUMN fairpg_report.deployments.share IS 'share of the subjects';
    COMMENT ON COLUMN fairpg_report.deployments.time IS 'when it began';
    COMMENT ON COLUMN fairpg_report.deployments.ended_at IS 'when it ended; NULL: it has not';
    COMMENT ON COLUMN fairpg_report.deployments.is_open IS 'whether it serves now';
    COMMENT ON COLUMN fairpg_report.deployments.days IS 'days that it served so far';
    COMMENT ON COLUMN fairpg_report.deployments.started_by IS 'role that deployed';
    COMMENT ON COLUMN fairpg_report.deployments.reason IS 'why it began';
    COMMENT ON COLUMN fairpg_report.deployments.end_reason IS 'why it ended';

    CREATE VIEW fairpg_report.gate_report AS
        SELECT
            t.model,
            t.version,
            t.from_state,
            t.to_state,
            t.outcome,
            t.at AS time,
            t.actor,
            c.place::integer AS place,
            c.value ->> 'check_name' AS check_name,
            c.value ->> 'subject' AS subject,
            c.value ->> 'needed' AS needed,
            c.value ->> 'found' AS found,
            c.value ->> 'verdict' AS verdict,
            (c.value ->> 'blocking')::boolean AS is_blocking
        FROM fairpg_catalog.transition AS t
            CROSS JOIN LATERAL jsonb_array_elements(t.gate) WITH ORDINALITY AS c (value, place)
        WHERE NOT EXISTS (
            SELECT FROM fairpg_catalog.transition AS n
            WHERE n.model = t.model AND n.version = t.version AND n.transition > t.transition);
    COMMENT ON VIEW fairpg_report.gate_report IS 'what the newest step of each version, done or refused, was checked for';
    COMMENT ON COLUMN fairpg_report.gate_report.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_report.gate_report.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_report.gate_report.from_state IS 'state before';
    COMMENT ON COLUMN fairpg_report.gate_report.to_state IS 'state that it led to, or was to';
    COMMENT ON COLUMN fairpg_report.gate_report.outcome IS 'done or refused';
    COMMENT ON COLUMN fairpg_report.gate_report.time IS 'when it was tried';
    COMMENT ON COLUMN fairpg_report.gate_report.actor IS 'role that acted';
    COMMENT ON COLUMN fairpg_report.gate_report.place IS 'place of the check in the gate, from 1';
    COMMENT ON COLUMN fairpg_report.gate_report.check_name IS 'what was checked';
    COMMENT ON COLUMN fairpg_report.gate_report.subject IS 'which review, criterion or the like';
    COMMENT ON COLUMN fairpg_report.gate_report.needed IS 'what it took';
    COMMENT ON COLUMN fairpg_report.gate_report.found IS 'what there was';
    COMMENT ON COLUMN fairpg_report.gate_report.verdict IS 'pass, fail, insufficient or waived';
    COMMENT ON COLUMN fairpg_report.gate_report.is_blocking IS 'whether it stood in the way';

    CREATE VIEW fairpg_report.open_challenges AS
        SELECT
            c.reference,
            c.model,
            c.version,
            c.kind,
            c.channel,
            c.state,
            c.received_at AS time,
            c.due_at,
            c.due_at < clock_timestamp() AS is_overdue,
            floor(extract(epoch FROM clock_timestamp() - c.received_at) / 86400)::integer AS age_days,
            c.handler,
            (SELECT max(e.at) FROM fairpg_catalog.challenge_event AS e WHERE e.challenge = c.challenge) AS last_step_at
        FROM fairpg_catalog.challenge AS c
        WHERE c.closed_at IS NULL;
    COMMENT ON VIEW fairpg_report.open_challenges IS 'challenges that wait for an answer, without what they say of persons';
    COMMENT ON COLUMN fairpg_report.open_challenges.reference IS 'what whoever challenges asks after it by';
    COMMENT ON COLUMN fairpg_report.open_challenges.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_report.open_challenges.version IS 'number of the version that is challenged';
    COMMENT ON COLUMN fairpg_report.open_challenges.kind
        IS 'individual_outcome, data_correction, explanation, aggregate_verification or policy';
    COMMENT ON COLUMN fairpg_report.open_challenges.channel IS 'how it came in';
    COMMENT ON COLUMN fairpg_report.open_challenges.state IS 'received, acknowledged or under_review';
    COMMENT ON COLUMN fairpg_report.open_challenges.time IS 'when it came in';
    COMMENT ON COLUMN fairpg_report.open_challenges.due_at IS 'until when it must be answered';
    COMMENT ON COLUMN fairpg_report.open_challenges.is_overdue IS 'whether that is over';
    COMMENT ON COLUMN fairpg_report.open_challenges.age_days IS 'whole days since it came in';
    COMMENT ON COLUMN fairpg_report.open_challenges.handler IS 'role that deals with it; NULL: nobody yet';
    COMMENT ON COLUMN fairpg_report.open_challenges.last_step_at IS 'when something was done about it last';

    CREATE VIEW fairpg_report.challenge_outcomes AS
        SELECT
            c.model,
            date_trunc('month', c.received_at) AS month,
            c.kind,
            coalesce(c.group_claimed, '') AS group_claimed,
            count(*) AS n,
            count(c.closed_at) AS n_closed,
            count(*) FILTER (WHERE c.state IN ('upheld', 'partly_upheld')) AS n_upheld,
            count(*) FILTER (WHERE c.state = 'withdrawn') AS n_withdrawn,
            count(*) FILTER (WHERE c.decision_changed) AS n_decision_changed,
            count(*) FILTER (WHERE coalesce(c.closed_at, clock_timestamp()) > c.due_at) AS n_late,
            count(*) FILTER (WHERE c.state IN ('upheld', 'partly_upheld'))::double precision
                / nullif(count(*) FILTER (WHERE c.state IN ('upheld', 'partly_upheld', 'not_upheld')), 0) AS upheld_share,
            percentile_cont(0.5) WITHIN GROUP (
                ORDER BY extract(epoch FROM c.closed_at - c.received_at)::double precision / 86400) AS median_days
        FROM fairpg_catalog.challenge AS c
        GROUP BY 1, 2, 3, 4;
    COMMENT ON VIEW fairpg_report.challenge_outcomes IS 'how challenges ended, by month, kind and group';
    COMMENT ON COLUMN fairpg_report.challenge_outcomes.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_report.challenge_outcomes.month IS 'month in which they came in';
    COMMENT ON COLUMN fairpg_report.challenge_outcomes.kind IS 'kind of challenge';
    COMMENT ON COLUMN fairpg_report.challenge_outcomes.group_claimed
        IS 'group that is said to be at a disadvantage; empty: none was named';
    COMMENT ON COLUMN fairpg_report.challenge_outcomes.n IS 'challenges that came in';
    COMMENT ON COLUMN fairpg_report.challenge_outcomes.n_closed IS 'those that have ended';
    COMMENT ON COLUMN fairpg_report.challenge_outcomes.n_upheld IS 'those that were upheld, also in part';
    COMMENT ON COLUMN fairpg_report.challenge_outcomes.n_withdrawn IS 'those that were withdrawn';
    COMMENT ON COLUMN fairpg_report.challenge_outcomes.n_decision_changed IS 'those that a decision was changed for';
    COMMENT ON COLUMN fairpg_report.challenge_outcomes.n_late IS 'those that were not answered in time';
    COMMENT ON COLUMN fairpg_report.challenge_outcomes.upheld_share
        IS 'share upheld of those that were decided; NULL: none was';
    COMMENT ON COLUMN fairpg_report.challenge_outcomes.median_days IS 'median of the days they took; NULL: none has ended';

    CREATE VIEW fairpg_report.consultations AS
        SELECT
            c.consultation,
            c.model,
            c.version,
            c.policy,
            c.policy_version,
            c.stakeholder,
            c.stage,
            c.held_on,
            c.feedback,
            c.response,
            c.response IS NOT NULL AS is_answered
        FROM fairpg_catalog.consultation AS c;
    COMMENT ON VIEW fairpg_report.consultations IS 'who was asked about models and policies';
    COMMENT ON COLUMN fairpg_report.consultations.consultation IS 'number of the consultation';
    COMMENT ON COLUMN fairpg_report.consultations.model IS 'name of the model; NULL: about a policy';
    COMMENT ON COLUMN fairpg_report.consultations.version IS 'number of the version; NULL: of the model as such';
    COMMENT ON COLUMN fairpg_report.consultations.policy IS 'name of the policy; NULL: about a model';
    COMMENT ON COLUMN fairpg_report.consultations.policy_version IS 'number of its version';
    COMMENT ON COLUMN fairpg_report.consultations.stakeholder IS 'who was asked';
    COMMENT ON COLUMN fairpg_report.consultations.stage
        IS 'purpose, policy, design, data, predeploy, operation or incident';
    COMMENT ON COLUMN fairpg_report.consultations.held_on IS 'day on which they were';
    COMMENT ON COLUMN fairpg_report.consultations.feedback IS 'what they said';
    COMMENT ON COLUMN fairpg_report.consultations.response IS 'what was done about it; NULL: nothing yet';
    COMMENT ON COLUMN fairpg_report.consultations.is_answered IS 'whether it was responded to';

    CREATE VIEW fairpg_report.incidents AS
        SELECT
            i.incident,
            i.model,
            i.version,
            i.title,
            i.severity,
            s.place AS severity_place,
            s.blocks AND i.state = 'open' AS is_blocking,
            i.state,
            i.opened_at AS time,
            i.opened_by,
            i.report_due,
            i.reported_at,
            coalesce(i.reported_at, i.closed_at, clock_timestamp()) > i.report_due AS is_report_late,
            i.mitigated_at,
            i.closed_at,
            i.root_cause,
            (SELECT count(*) FROM fairpg_catalog.remediation AS r WHERE r.incident = i.incident) AS n_remediations,
            (SELECT count(*) FROM fairpg_catalog.remediation AS r
             WHERE r.incident = i.incident AND r.done_at IS NULL) AS n_unfinished
        FROM fairpg_catalog.incident AS i
            JOIN fairpg_catalog.incident_severity AS s ON s.severity = i.severity;
    COMMENT ON VIEW fairpg_report.incidents IS 'what went wrong with models, with the clocks of reports';
    COMMENT ON COLUMN fairpg_report.incidents.incident IS 'number of the incident';
    COMMENT ON COLUMN fairpg_report.incidents.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_report.incidents.version IS 'number of the version; NULL: of the model as such';
    COMMENT ON COLUMN fairpg_report.incidents.title IS 'what went wrong, in a line';
    COMMENT ON COLUMN fairpg_report.incidents.severity IS 'how bad it is';
    COMMENT ON COLUMN fairpg_report.incidents.severity_place IS 'place of the severity in the order, the least first';
    COMMENT ON COLUMN fairpg_report.incidents.is_blocking IS 'whether no version of the model becomes champion for it';
    COMMENT ON COLUMN fairpg_report.incidents.state IS 'open, mitigated or closed';
    COMMENT ON COLUMN fairpg_report.incidents.time IS 'when it became known';
    COMMENT ON COLUMN fairpg_report.incidents.opened_by IS 'role that opened it';
    COMMENT ON COLUMN fairpg_report.incidents.report_due IS 'until when it must be reported; NULL: no report is due';
    COMMENT ON COLUMN fairpg_report.incidents.reported_at IS 'when it was reported; NULL: it has not been';
    COMMENT ON COLUMN fairpg_report.incidents.is_report_late IS 'whether the report was late, or is; NULL: none is due';
    COMMENT ON COLUMN fairpg_report.incidents.mitigated_at IS 'when it was kept from doing more harm';
    COMMENT ON COLUMN fairpg_report.incidents.closed_at IS 'when it was closed; NULL: it has not been';
    COMMENT ON COLUMN fairpg_report.incidents.root_cause IS 'why it happened';
    COMMENT ON COLUMN fairpg_report.incidents.n_remediations IS 'things that were done, or are to be';
    COMMENT ON COLUMN fairpg_report.incidents.n_unfinished IS 'those that are not finished';

    CREATE VIEW fairpg_report.remediations AS
        SELECT
            r.remediation,
            r.incident,
            i.model,
            r.kind,
            r.plan,
            r.result,
            r.before_evaluation,
            r.after_evaluation,
            r.planned_at AS time,
            r.planned_by,
            r.done_at,
            r.done_by
        FROM fairpg_catalog.remediation AS r
            JOIN fairpg_catalog.incident AS i ON i.incident = r.incident;
    COMMENT ON VIEW fairpg_report.remediations IS 'what was done about incidents';
    COMMENT ON COLUMN fairpg_report.remediations.remediation IS 'number of the remediation';
    COMMENT ON COLUMN fairpg_report.remediations.incident IS 'number of the incident';
    COMMENT ON COLUMN fairpg_report.remediations.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_report.remediations.kind
        IS 'recalibrate, rethreshold, reweight, retrain, rollback, suspend, data_fix or process';
    COMMENT ON COLUMN fairpg_report.remediations.plan IS 'what is to be done';
    COMMENT ON COLUMN fairpg_report.remediations.result IS 'what came of it; NULL: it is not finished';
    COMMENT ON COLUMN fairpg_report.remediations.before_evaluation IS 'number of the evaluation before it';
    COMMENT ON COLUMN fairpg_report.remediations.after_evaluation IS 'number of the evaluation after it';
    COMMENT ON COLUMN fairpg_report.remediations.time IS 'when it was decided on';
    COMMENT ON COLUMN fairpg_report.remediations.planned_by IS 'role that did';
    COMMENT ON COLUMN fairpg_report.remediations.done_at IS 'when it was done; NULL: it has not been';
    COMMENT ON COLUMN fairpg_report.remediations.done_by IS 'role that did';

    CREATE VIEW fairpg_report.remediation_effects AS
        SELECT
            r.remediation,
            r.incident,
            i.model,
            a.attribute,
            a.criterion,
            a.class_number,
            b.n AS n_before,
            a.n AS n_after,
            x.source = y.source AS same_source,
            b.value AS gap_before,
            b.low AS gap_before_low,
            b.high AS gap_before_high,
            a.value AS gap_after,
            a.low AS gap_after_low,
            a.high AS gap_after_high,
            a.value - b.value AS change,
            m.low AS change_low,
            m.high AS change_high,
            CASE WHEN m.high < 0 THEN 'smaller' WHEN m.low > 0 THEN 'larger'
                WHEN m.low IS NOT NULL AND m.high IS NOT NULL THEN 'not told apart' ELSE 'unknown' END AS effect
        FROM fairpg_catalog.remediation AS r
            JOIN fairpg_catalog.incident AS i ON i.incident = r.incident
            JOIN fairpg_catalog.evaluation AS x ON x.evaluation = r.before_evaluation
            JOIN fairpg_catalog.evaluation AS y ON y.evaluation = r.after_evaluation
            JOIN fairpg_catalog.evaluation_gap AS b ON b.evaluation = r.before_evaluation
            JOIN fairpg_catalog.evaluation_gap AS a ON a.evaluation = r.after_evaluation
                AND a.attribute = b.attribute AND a.criterion = b.criterion AND a.class_number = b.class_number
            -- the interval of a difference, recovered from those of its parts (Zou and Donner 2008)
            CROSS JOIN LATERAL (
                SELECT a.value - b.value - sqrt((a.value - a.low) ^ 2 + (b.high - b.value) ^ 2) AS low,
                    a.value - b.value + sqrt((a.high - a.value) ^ 2 + (b.value - b.low) ^ 2) AS high) AS m;
    COMMENT ON VIEW fairpg_report.remediation_effects IS 'gaps between groups before and after a remediation';
    COMMENT ON COLUMN fairpg_report.remediation_effects.remediation IS 'number of the remediation';
    COMMENT ON COLUMN fairpg_report.remediation_effects.incident IS 'number of the incident';
    COMMENT ON COLUMN fairpg_report.remediation_effects.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_report.remediation_effects.attribute IS 'protected attribute';
    COMMENT ON COLUMN fairpg_report.remediation_effects.criterion IS 'fairness criterion';
    COMMENT ON COLUMN fairpg_report.remediation_effects.class_number
        IS 'number of the class, from 1; 0: of all classes, or of a label without any';
    COMMENT ON COLUMN fairpg_report.remediation_effects.n_before IS 'rows of the evaluation before';
    COMMENT ON COLUMN fairpg_report.remediation_effects.n_after IS 'rows of the evaluation after';
    COMMENT ON COLUMN fairpg_report.remediation_effects.same_source IS 'whether both were made on the same table or query';
    COMMENT ON COLUMN fairpg_report.remediation_effects.gap_before IS 'gap between groups before it';
    COMMENT ON COLUMN fairpg_report.remediation_effects.gap_before_low IS 'lower end of its interval';
    COMMENT ON COLUMN fairpg_report.remediation_effects.gap_before_high IS 'upper end of its interval';
    COMMENT ON COLUMN fairpg_report.remediation_effects.gap_after IS 'gap between groups after it';
    COMMENT ON COLUMN fairpg_report.remediation_effects.gap_after_low IS 'lower end of its interval';
    COMMENT ON COLUMN fairpg_report.remediation_effects.gap_after_high IS 'upper end of its interval';
    COMMENT ON COLUMN fairpg_report.remediation_effects.change IS 'gap after less gap before; negative: smaller';
    COMMENT ON COLUMN fairpg_report.remediation_effects.change_low
        IS 'lower end of its interval, from both intervals as of independent rows';
    COMMENT ON COLUMN fairpg_report.remediation_effects.change_high IS 'upper end of its interval';
    COMMENT ON COLUMN fairpg_report.remediation_effects.effect
        IS 'smaller, larger, not told apart, or unknown where there is no interval';

    CREATE VIEW fairpg_report.role_conflicts AS
        WITH login AS (
            SELECT coalesce(p.person, r.rolname::text) AS person, r.oid, r.rolname::text AS role_name
            FROM pg_catalog.pg_roles AS r
                LEFT JOIN fairpg_catalog.person AS p ON p.role_name = r.rolname::text
            WHERE r.rolcanlogin AND NOT r.rolsuper
        ), holder AS (
            SELECT l.person, d.duty, l.role_name
            FROM login AS l
                JOIN fairpg_catalog.duty AS d ON true
                JOIN pg_catalog.pg_roles AS g ON g.rolname::text = d.role_name
            -- since PostgreSQL 16 there are members who may do nothing but make others members
            WHERE pg_has_role(l.oid, g.oid,
                CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'USAGE, SET' ELSE 'MEMBER' END)
        ), conflict AS (
            SELECT a.person,
                (SELECT string_agg(DISTINCT h.role_name, ', ') FROM holder AS h
                 WHERE h.person = a.person AND h.duty IN (x.duty, x.other_duty)) AS logins,
                'incompatible_duties' AS problem, x.duty, x.other_duty, x.reason
            FROM (SELECT DISTINCT h.person, h.duty FROM holder AS h) AS a
                JOIN fairpg_catalog.duty_conflict AS x ON x.duty = a.duty
            WHERE EXISTS (SELECT FROM holder AS h WHERE h.person = a.person AND h.duty = x.other_duty)
            UNION ALL
            SELECT l.person, string_agg(l.role_name, ', ' ORDER BY l.role_name) AS logins, 'several_logins' AS problem,
                NULL::text AS duty, NULL::text AS other_duty, 'one person who can pass for two' AS reason
            FROM login AS l GROUP BY l.person HAVING count(*) > 1
        )
        SELECT
            c.person,
            c.logins,
            c.problem,
            c.duty,
            c.other_duty,
            c.reason
        FROM conflict AS c;
    COMMENT ON VIEW fairpg_report.role_conflicts
        IS 'persons with duties that do not go together, or with several roles to log in as';
    COMMENT ON COLUMN fairpg_report.role_conflicts.person IS 'the person';
    COMMENT ON COLUMN fairpg_report.role_conflicts.logins IS 'roles that are this person, separated by commas';
    COMMENT ON COLUMN fairpg_report.role_conflicts.problem IS 'incompatible_duties or several_logins';
    COMMENT ON COLUMN fairpg_report.role_conflicts.duty IS 'a duty that the person has; NULL: the problem is the logins';
    COMMENT ON COLUMN fairpg_report.role_conflicts.other_duty IS 'one that does not go with it';
    COMMENT ON COLUMN fairpg_report.role_conflicts.reason IS 'what is wrong with it';

    PERFORM fairpg.make_governance_status();
END
$reports$;
COMMENT ON FUNCTION fairpg.make_governance_reports()
    IS 'part of fairpg.init(): makes the views of policies, versions under them, challenges and incidents';

-- What stands between a version and its service is worked out anew, by the checks
-- of the gate: an approval of yesterday need not count today.
CREATE FUNCTION fairpg.do_version_status(
    model text,
    version integer,
    OUT criteria_blocking bigint,
    OUT criteria_passed bigint,
    OUT approvals_live bigint,
    OUT approvals_required integer,
    OUT approval_expires_at timestamptz,
    OUT missing_reviews text[])
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    ROWS 1
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH criterion AS (
        SELECT count(*) AS n, count(*) FILTER (WHERE r.verdict = 'pass'
            OR r.waiver IS NOT NULL AND (r.verdict = 'fail' OR r.on_insufficient <> 'block')) AS passed
        FROM fairpg.criterion_results(do_version_status.model, do_version_status.version, '{data,train,predeploy}') r
        WHERE r.severity = 'blocking'
    ), live AS (
        SELECT a.expires_at, row_number() OVER (ORDER BY a.expires_at DESC) AS place
        FROM fairpg.live_approvals(do_version_status.model, do_version_status.version) l
            JOIN fairpg_catalog.approval a ON a.approval = l.approval
    )
    SELECT c.n, c.passed, (SELECT count(*) FROM live), p.approvals_required,
        -- when as many as are needed will not be there any more
        (SELECT l.expires_at FROM live l WHERE l.place = p.approvals_required),
        ARRAY(SELECT r.kind FROM fairpg.review_status(do_version_status.model, do_version_status.version, p.required_reviews) r
            WHERE NOT r.counts ORDER BY r.kind COLLATE "C")
    FROM fairpg_catalog.governed_model g
        JOIN fairpg_catalog.policy p ON p.policy = g.policy AND p.status = 'active'
        CROSS JOIN criterion c
    WHERE g.model = do_version_status.model;
END
$body$;
COMMENT ON FUNCTION fairpg.do_version_status(text, integer)
    IS 'what fairpg.version_status() does, as the owner of the store';

CREATE FUNCTION fairpg.version_status(
    model text,
    version integer,
    OUT criteria_blocking bigint,
    OUT criteria_passed bigint,
    OUT approvals_live bigint,
    OUT approvals_required integer,
    OUT approval_expires_at timestamptz,
    OUT missing_reviews text[])
    RETURNS SETOF record
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    ROWS 1
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.version_status(text, integer)
    IS 'criteria, approvals and reviews of a version under a policy as they are now; no row without an active policy';

-- The view asks by a function of the store, which is none of the extension: so it
-- stays when the extension is dropped, and has nothing to say until it is back.
CREATE FUNCTION fairpg.make_governance_status()
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $reports$
BEGIN
    CREATE FUNCTION fairpg_catalog.version_status(
        model text,
        version integer,
        OUT criteria_blocking bigint,
        OUT criteria_passed bigint,
        OUT approvals_live bigint,
        OUT approvals_required integer,
        OUT approval_expires_at timestamptz,
        OUT missing_reviews text[])
        RETURNS SETOF record
        LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
        ROWS 1
        SET search_path = pg_catalog, pg_temp
        AS $body$
    BEGIN
        IF to_regprocedure('fairpg.version_status(text, integer)') IS NOT NULL THEN
            RETURN QUERY SELECT * FROM fairpg.version_status(model, version);
        END IF;
    END
    $body$;
    COMMENT ON FUNCTION fairpg_catalog.version_status(text, integer)
        IS 'fairpg.version_status() for the view fairpg_report.governance_status';

    CREATE VIEW fairpg_report.governance_status AS
        SELECT
            v.model,
            v.version,
            v.state,
            s.serves,
            g.policy,
            p.version AS policy_version,
            x.criteria_blocking,
            x.criteria_passed,
            x.approvals_live,
            x.approvals_required,
            x.approval_expires_at,
            cardinality(x.missing_reviews) AS n_missing_reviews,
            array_to_string(x.missing_reviews, ', ') AS missing_reviews,
            (SELECT count(*) FROM fairpg_catalog.incident AS i
             WHERE i.model = v.model AND coalesce(i.version, v.version) = v.version AND i.closed_at IS NULL) AS open_incidents,
            (SELECT count(*) FROM fairpg_catalog.challenge AS c
             WHERE c.model = v.model AND c.version = v.version AND c.closed_at IS NULL) AS open_challenges,
            v.created_at AS time,
            v.author_role AS author
        FROM fairpg_catalog.model_version AS v
            JOIN fairpg_catalog.governed_model AS g ON g.model = v.model
            JOIN fairpg_catalog.state AS s ON s.state = v.state
            LEFT JOIN fairpg_catalog.policy AS p ON p.policy = g.policy AND p.status = 'active'
            LEFT JOIN LATERAL fairpg_catalog.version_status(v.model, v.version) AS x ON true;
    COMMENT ON VIEW fairpg_report.governance_status
        IS 'versions under a policy: how far they are, and what each still lacks, worked out anew';
    COMMENT ON COLUMN fairpg_report.governance_status.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_report.governance_status.version IS 'number of the version';
    COMMENT ON COLUMN fairpg_report.governance_status.state IS 'state in its life under the policy';
    COMMENT ON COLUMN fairpg_report.governance_status.serves IS 'whether it makes decisions';
    COMMENT ON COLUMN fairpg_report.governance_status.policy IS 'name of the policy';
    COMMENT ON COLUMN fairpg_report.governance_status.policy_version
        IS 'number of the version that is in force; NULL: none is';
    COMMENT ON COLUMN fairpg_report.governance_status.criteria_blocking IS 'blocking criteria before deployment';
    COMMENT ON COLUMN fairpg_report.governance_status.criteria_passed IS 'those that are kept or waived';
    COMMENT ON COLUMN fairpg_report.governance_status.approvals_live
        IS 'persons whose approval counts for the version as it is now';
    COMMENT ON COLUMN fairpg_report.governance_status.approvals_required IS 'persons that must approve';
    COMMENT ON COLUMN fairpg_report.governance_status.approval_expires_at
        IS 'when too few approvals are left; NULL: too few are there';
    COMMENT ON COLUMN fairpg_report.governance_status.n_missing_reviews IS 'reviews that are missing, failed or expired';
    COMMENT ON COLUMN fairpg_report.governance_status.missing_reviews IS 'their kinds, separated by commas';
    COMMENT ON COLUMN fairpg_report.governance_status.open_incidents
        IS 'incidents of the version or the whole model that are not closed';
    COMMENT ON COLUMN fairpg_report.governance_status.open_challenges IS 'challenges that wait for an answer';
    COMMENT ON COLUMN fairpg_report.governance_status.time IS 'when it was trained';
    COMMENT ON COLUMN fairpg_report.governance_status.author IS 'role that trained or chose it';
END
$reports$;
COMMENT ON FUNCTION fairpg.make_governance_status()
    IS 'part of fairpg.init(): makes the view fairpg_report.governance_status';

