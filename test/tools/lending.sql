/*
 * lending.sql - a generated lending data set with known, documented bias.
 *
 *    psql -f lending.sql                    table "loans", 100 000 applicants
 *    psql -v rows=1000000 -f lending.sql    more of them; the first ones are
 *                                           the same
 *
 * doc/lending.md tells the story of the columns and of each bias, with its size.
 *
 * Every machine makes the same rows: applicant i is computed from the digest of
 * i, read as 32 numbers of 16 bits, by additions and multiplications alone.  No
 * random(), and no exp or log, whose last digit depends on the C library.  A
 * bell curve is the sum of four uniforms, scaled to variance one.  OFFSET 0 keeps
 * the planner from writing the steps into one another, which would compute the
 * early ones many times.
 */
\if :{?rows}
\else
\set rows 100000
\endif

CREATE TYPE housing_kind AS ENUM ('rent', 'own', 'family', 'social');

/* The k-th uniform number in (0, 1) of an applicant. */
CREATE FUNCTION pg_temp.uniform(digest bytea, k integer) RETURNS float8
IMMUTABLE PARALLEL SAFE
RETURN (get_byte(digest, 2 * k) * 256 + get_byte(digest, 2 * k + 1) + 0.5::float8)
	/ 65536;

/* A bell-shaped number of mean 0 and variance 1, from uniforms k .. k + 3. */
CREATE FUNCTION pg_temp.bell(digest bytea, k integer) RETURNS float8
IMMUTABLE PARALLEL SAFE
RETURN (pg_temp.uniform(digest, k) + pg_temp.uniform(digest, k + 1)
	+ pg_temp.uniform(digest, k + 2) + pg_temp.uniform(digest, k + 3) - 2)
	* 1.7320508075688772::float8;

CREATE TABLE loans AS
WITH digest AS (
	SELECT i AS applicant_id, sha512(convert_to('applicant ' || i, 'UTF8')) AS d
	FROM generate_series(1, :rows) i
	OFFSET 0
), person AS (
	SELECT applicant_id, d,
		pg_temp.bell(d, 4) AS ability,
		CASE WHEN pg_temp.uniform(d, 0) < 0.46 THEN 'female' ELSE 'male' END AS sex,
		CASE
			WHEN pg_temp.uniform(d, 1) < 0.620 THEN 'white'
			WHEN pg_temp.uniform(d, 1) < 0.790 THEN 'black'
			WHEN pg_temp.uniform(d, 1) < 0.925 THEN 'hispanic'
			WHEN pg_temp.uniform(d, 1) < 0.995 THEN 'asian'
			ELSE 'native'
		END AS true_race,
		21 + floor(50 * pg_temp.uniform(d, 16) * (0.35
			+ 0.65 * pg_temp.uniform(d, 18)))::integer AS age
	FROM digest
	OFFSET 0
), place AS (
	/* bias 1, the proxies: where people live follows race, what they work
	 * follows sex; neither follows ability */
	SELECT *,
		CASE WHEN true_race IN ('black', 'hispanic', 'native')
			THEN (ARRAY['southside', 'southside', 'southside', 'southside', 'harbour',
				'harbour', 'old town', 'midland'])
				[1 + floor(8 * pg_temp.uniform(d, 2))::integer]
			ELSE (ARRAY['northside', 'northside', 'northside', 'hills', 'hills',
				'midland', 'old town', 'harbour'])
				[1 + floor(8 * pg_temp.uniform(d, 2))::integer]
		END AS region,
		CASE WHEN sex = 'female'
			THEN (ARRAY['care', 'care', 'office', 'office', 'retail', 'retail',
				'teaching', 'technical'])
				[1 + floor(8 * pg_temp.uniform(d, 3))::integer]
			ELSE (ARRAY['technical', 'technical', 'building', 'building', 'driving',
				'office', 'retail', 'management'])
				[1 + floor(8 * pg_temp.uniform(d, 3))::integer]
		END AS occupation,
		CASE
			WHEN 0.45 * ability + 2.4 * pg_temp.uniform(d, 17) < 0.2 THEN 0
			WHEN 0.45 * ability + 2.4 * pg_temp.uniform(d, 17) < 1.0 THEN 1
			WHEN 0.45 * ability + 2.4 * pg_temp.uniform(d, 17) < 1.5 THEN 2
			WHEN 0.45 * ability + 2.4 * pg_temp.uniform(d, 17) < 2.2 THEN 3
			ELSE 4
		END AS school
	FROM person
	OFFSET 0
), pay AS (
	/* bias 2, unequal pay: the same ability earns less in some places, in some
	 * occupations, and as a woman */
	SELECT *,
		greatest(9000, 31000 * (1 + 0.30 * ability + 0.18 * pg_temp.bell(d, 8)
			+ 0.06 * (school - 2))
			* CASE sex WHEN 'female' THEN 0.88 ELSE 1 END
			* CASE region WHEN 'southside' THEN 0.84 WHEN 'harbour' THEN 0.92
				WHEN 'hills' THEN 1.12 ELSE 1 END
			* CASE occupation WHEN 'care' THEN 0.88 WHEN 'retail' THEN 0.86
				WHEN 'technical' THEN 1.10 WHEN 'management' THEN 1.25
				ELSE 1 END) AS pay
	FROM place
	OFFSET 0
), credit AS (
	SELECT *,
		pay * greatest(0, 0.42 - 0.16 * ability
			+ 0.7 * (pg_temp.uniform(d, 24) - 0.5)) AS owed,
		/* bias 3, unequal recording: defaults of people in southside and
		 * harbour were reported half as often again */
		(CASE WHEN pg_temp.uniform(d, 23) < (0.16 - 0.07 * ability)
				* CASE WHEN region IN ('southside', 'harbour') THEN 1.5 ELSE 1 END
			THEN 1 ELSE 0 END
			+ CASE WHEN pg_temp.uniform(d, 23) < 0.04 - 0.03 * ability
				THEN 1 ELSE 0 END) AS defaults,
		pay * (0.10 + 0.65 * pg_temp.uniform(d, 25)) AS wish,
		pg_temp.uniform(d, 22) < 0.12 AS has_guarantor
	FROM pay
	OFFSET 0
), outcome AS (
	/* bias 5, unequal terms: whether a loan is repaid rests on ability, on the
	 * burden of the loan and on luck, alike in all groups; but women, black and
	 * hispanic applicants, and two regions, were charged more, which pushed
	 * some of them over the edge */
	SELECT *,
		0.58 + 0.80 * ability - 0.9 * ((owed + wish) / pay - 0.85)
			+ CASE WHEN has_guarantor THEN 0.3 ELSE 0 END
			+ 0.55 * pg_temp.bell(d, 12)
			- CASE sex WHEN 'female' THEN 0.30 ELSE 0 END
			- CASE WHEN true_race IN ('black', 'hispanic') THEN 0.40 ELSE 0 END
			- CASE WHEN region IN ('southside', 'harbour') THEN 0.35 ELSE 0 END
			> 0 AS truly_repaid
	FROM credit
	OFFSET 0
)
SELECT
	applicant_id,
	age::smallint AS age,
	sex,
	CASE WHEN pg_temp.uniform(d, 28) >= 0.012 THEN true_race END AS race,
	CASE WHEN pg_temp.uniform(d, 26) >= 0.03
		THEN round(pay::numeric, 2) END AS income,
	round(owed::numeric, 2) AS debt,
	CASE WHEN pg_temp.uniform(d, 27) >= 0.05
		THEN floor((age - 18) * (0.15 + 0.75 * pg_temp.uniform(d, 18)))::integer
	END AS employment_years,
	(round(wish::numeric / 100) * 100)::integer AS loan_amount,
	(ARRAY['car', 'car', 'home', 'home', 'home', 'education', 'business', 'other'])
		[1 + floor(8 * pg_temp.uniform(d, 19))::integer] AS purpose,
	region,
	occupation,
	(ARRAY['rent', 'rent', 'rent', 'own', 'own', 'family', 'social'])
		[1 + floor((CASE WHEN ability > 0.5 THEN 6 ELSE 7 END)
			* pg_temp.uniform(d, 20))::integer]::housing_kind AS housing,
	CASE WHEN pg_temp.uniform(d, 31) >= 0.02
		THEN (ARRAY['primary', 'secondary', 'vocational', 'bachelor', 'master'])
			[1 + school] END AS education,
	date '2025-06-30' - floor(9000 * pg_temp.uniform(d, 21)
		* pg_temp.uniform(d, 21))::integer AS account_since,
	has_guarantor,
	defaults::smallint AS previous_defaults,
	/* bias 4, unequal decisions: what loan officers approved, with a discount
	 * for women and for black and hispanic applicants of the same ability */
	0.35 + 0.9 * (pay / 31000 - 1) - 0.5 * defaults
		+ 0.45 * ability
		- CASE sex WHEN 'female' THEN 0.20 ELSE 0 END
		- CASE WHEN true_race IN ('black', 'hispanic') THEN 0.30 ELSE 0 END
		+ 1.2 * (pg_temp.uniform(d, 30) - 0.5) > 0 AS approved,
	/* bias 6, label noise: of the loans that black applicants did repay, 8 of
	 * 100 are recorded as not repaid */
	truly_repaid AND NOT (true_race = 'black' AND pg_temp.uniform(d, 29) < 0.08)
		AS repaid,
	round(ability::numeric, 3)::float8 AS ability
FROM outcome
ORDER BY applicant_id;

DROP FUNCTION pg_temp.bell(bytea, integer);
DROP FUNCTION pg_temp.uniform(bytea, integer);

ALTER TABLE loans ADD PRIMARY KEY (applicant_id);
COMMENT ON TABLE loans IS 'Generated loan applications with known bias; see doc/lending.md.';
COMMENT ON COLUMN loans.approved IS 'What loan officers decided then; biased, never a feature.';
COMMENT ON COLUMN loans.repaid IS 'Label: the loan is recorded as repaid; less often than true for one group.';
COMMENT ON COLUMN loans.ability IS 'The truth nobody sees in life: ability to repay, alike in all groups; never a feature.';
ANALYZE loans;
