-- The start of the install script.  The schema is made here, by plain CREATE:
-- a schema that somebody prepared beforehand must not be adopted.

\echo Use "CREATE EXTENSION fairpg" to load this file. \quit

CREATE SCHEMA fairpg;
COMMENT ON SCHEMA fairpg IS 'fair models: train, predict, measure';
GRANT USAGE ON SCHEMA fairpg TO PUBLIC;

