-- Roles: one group for each duty, with what it may read and write.  Nobody gets
-- UPDATE or DELETE on the record; what may be done to it, duties say.

CREATE FUNCTION fairpg.make_roles(prefix text)
    RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $roles$
DECLARE
    -- admin last: who has it, gives the others
    duties CONSTANT text[] := '{analyst,reviewer,approver,operator,ombudsman,auditor,viewer,admin}';
    tasks CONSTANT text[] := ARRAY['train, evaluate and draft policies', 'review versions', 'approve versions and policies',
        'put versions into service and stop them', 'answer challenges', 'read everything', 'read reports', 'say who is who'];
    -- rows about single persons, and whom they are for
    personal CONSTANT jsonb := '{"challenge": ["ombudsman", "auditor"], "challenge_event": ["ombudsman", "auditor"], "event": ["ombudsman", "auditor"],
        "decision": ["operator", "ombudsman", "auditor"], "outcome": ["operator", "ombudsman", "auditor"],
        "decision_attribute": ["auditor"]}';
    -- what training, evaluating, exploring and analysing write (store_access.c)
    written CONSTANT name[] := '{model,run}' || fairpg.result_tables();
    groups text[];
    missing text;
    everybody text;
    readers text;
    role_name text;
    part record;
    owner record;
BEGIN
    IF prefix IS NULL OR prefix ~ '^pg_' OR octet_length(prefix) > 50 THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('argument "role_prefix" cannot be "%s"', coalesce(prefix, 'null')),
            DETAIL = 'Names of roles have up to 63 bytes, and do not begin with pg_.';
    END IF;
    groups := ARRAY(SELECT prefix || d FROM unnest(duties) WITH ORDINALITY AS u (d, place) ORDER BY place);
    SELECT string_agg(format('"%s"', g), ', ' ORDER BY place) INTO missing
        FROM unnest(groups) WITH ORDINALITY AS u (g, place)
        WHERE NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = g);
    IF missing IS NOT NULL AND NOT (SELECT r.rolsuper OR r.rolcreaterole FROM pg_roles r WHERE r.rolname = current_user) THEN
        RAISE insufficient_privilege USING
            MESSAGE = 'permission denied to create roles',
            DETAIL = format('Missing: %s.', missing),
            HINT = 'Have a role with CREATEROLE create them with NOLOGIN, or call fairpg.init() as a role that has it.';
    END IF;
    FOR i IN 1 .. cardinality(duties) LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_roles r WHERE r.rolname = groups[i]);
        EXECUTE format('CREATE ROLE %I NOLOGIN', groups[i]);
        EXECUTE format('COMMENT ON ROLE %I IS %L', groups[i], format('fairpg, duty %s: may %s', duties[i], tasks[i]));
    END LOOP;

    everybody := (SELECT string_agg(quote_ident(g), ', ') FROM unnest(groups) AS g);
    readers := (SELECT string_agg(quote_ident(g), ', ') FROM unnest(groups) AS g WHERE g <> prefix || 'viewer');
    EXECUTE format('GRANT USAGE ON SCHEMA fairpg_catalog, fairpg_report TO %s', everybody);
    EXECUTE format('GRANT SELECT ON fairpg_catalog.store_version TO %s', everybody);
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA fairpg_report TO %s', everybody);
    FOR part IN
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = 'fairpg_catalog'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
    LOOP
        EXECUTE format('GRANT SELECT ON fairpg_catalog.%I TO %s', part.relname, coalesce(
            (SELECT string_agg(quote_ident(prefix || d), ', ') FROM jsonb_array_elements_text(personal -> part.relname) AS d),
            readers));
    END LOOP;
    EXECUTE (SELECT format('GRANT INSERT ON %s TO %I', string_agg('fairpg_catalog.' || quote_ident(r), ', '), prefix || 'analyst')
        FROM unnest(written) AS r);
    EXECUTE format('GRANT UPDATE ON fairpg_catalog.model, fairpg_catalog.analysis, fairpg_catalog.run TO %I', prefix || 'analyst');
    EXECUTE format('GRANT DELETE ON fairpg_catalog.analysis_row TO %I', prefix || 'analyst');
    -- what fairpg.log_decision() writes, and what came true
    EXECUTE format('GRANT INSERT ON fairpg_catalog.decision, fairpg_catalog.decision_attribute, fairpg_catalog.outcome TO %I',
        prefix || 'operator');

    FOR i IN 1 .. cardinality(duties) LOOP
        role_name := groups[i];
        CONTINUE WHEN EXISTS (SELECT FROM fairpg_catalog.duty d WHERE d.duty = duties[i] AND d.role_name = groups[i]);
        PERFORM fairpg.assign_duty(duties[i], role_name);
    END LOOP;

    SELECT r.rolname, r.rolcanlogin INTO owner FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner
        WHERE n.nspname = 'fairpg_catalog';
    IF owner.rolcanlogin THEN
        RAISE NOTICE USING
            MESSAGE = format('the owner of the store, "%s", can log in', owner.rolname),
            HINT = 'An owner can drop the triggers that guard the record. Nobody should work as the owner from day to day.';
    END IF;
    RETURN format('roles %s have their duties', array_to_string(groups, ', '));
END
$roles$;
COMMENT ON FUNCTION fairpg.make_roles(text)
    IS 'part of fairpg.init(): makes a group for each duty of governance, and grants what it may read and write';

