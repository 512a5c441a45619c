/* lending.sql - the generated loans as bench.data, with the call that trains. */
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
CREATE TABLE bench.data AS
	SELECT age, sex, race, income, debt, employment_years, loan_amount, purpose,
		region, occupation, housing, education, account_since, has_guarantor,
		previous_defaults, repaid AS label
	FROM loans ORDER BY applicant_id;
VACUUM ANALYZE bench.data;
CREATE TABLE bench.call AS
	SELECT $$'bench.data', 'label', protected => '{sex,race}'$$ AS arguments;
