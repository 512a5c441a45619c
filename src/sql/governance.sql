-- Calls of governance.  Each is declared twice: as itself, in C, which sees to
-- duties and runs the second as the owner of the store; and as do_ and its name,
-- which says what it does.

CREATE FUNCTION fairpg.session_actor(
    OUT role text,
    OUT login text,
    OUT asserted text,
    OUT is_superuser boolean)
    LANGUAGE C STABLE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'fairpg_session_actor';
COMMENT ON FUNCTION fairpg.session_actor()
    IS 'who acts in this session: its role, who had logged in, what the application asserts, and whether either role is a superuser';
