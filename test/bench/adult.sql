/*
 * adult.sql - the train part of Adult 31 times, 1 009 391 rows, as bench.data.
 *
 * Numbers get a jitter below one half, from a hash of the row and the copy, so
 * that no two copies are alike.  bench.copies has ten times as many.
 */
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
CREATE FUNCTION bench.jitter(row_id integer, copy integer, k integer)
RETURNS float8 IMMUTABLE PARALLEL SAFE
RETURN hashint8extended(row_id::bigint * 10000 + copy * 10 + k, 0)::float8
	/ 18446744073709551616.0::float8;
CREATE VIEW bench.copies AS
	SELECT copy, row_id, age + bench.jitter(row_id, copy, 0) AS age, workclass,
		fnlwgt + bench.jitter(row_id, copy, 1) AS fnlwgt, education,
		education_num + bench.jitter(row_id, copy, 2) AS education_num,
		marital_status, occupation, relationship, race, sex,
		capital_gain + bench.jitter(row_id, copy, 3) AS capital_gain,
		capital_loss + bench.jitter(row_id, copy, 4) AS capital_loss,
		hours_per_week + bench.jitter(row_id, copy, 5) AS hours_per_week,
		native_country, income = '>50K' AS label
	FROM generate_series(1, 310) copy, data.adult
	WHERE split = 'train';
CREATE TABLE bench.data AS
	SELECT age, workclass, fnlwgt, education, education_num, marital_status,
		occupation, relationship, race, sex, capital_gain, capital_loss,
		hours_per_week, native_country, label
	FROM bench.copies WHERE copy <= 31
	ORDER BY copy, row_id;
VACUUM ANALYZE bench.data;
CREATE TABLE bench.call AS
	SELECT $$'bench.data', 'label', protected => '{sex}', exclude => '{fnlwgt}',
		features => '{age,workclass,education,education_num,marital_status,
		occupation,relationship,race,sex,capital_gain,capital_loss,
		hours_per_week,native_country}'$$ AS arguments;
