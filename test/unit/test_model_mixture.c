/*
 * test_model_mixture.c
 *    Mixtures: what they make of a row, their stored form, what that refuses.
 */
#include "model/score.h"

#include <math.h>

#include "images.h"
#include "num/random.h"

#define IMAGE_MAX 2048
#define MEMBERS 3

static ModelLevel levels[MEMBERS][2] = {
	{ { DATA_LEVEL_VALUE, "a", 1, -1.25 }, { DATA_LEVEL_OTHER, "", 0, 3.75 } },
	{ { DATA_LEVEL_VALUE, "a", 1, 0.5 }, { DATA_LEVEL_OTHER, "", 0, -2 } },
	{ { DATA_LEVEL_VALUE, "a", 1, 2.5 }, { DATA_LEVEL_OTHER, "", 0, 0.125 } },
};

#define NUMBER(coef, null)                                                     \
	{                                                                          \
		"age", 0, 1, DATA_NUMBER, 12.5, 3.0f, coef, null, -9, 99, 0, NULL, 0   \
	}
#define CATEGORY(unseen, its_levels)                                           \
	{                                                                          \
		"job", 0, 3, DATA_CATEGORY, 0, 0, 0, 0, 0, 0, 2, its_levels, unseen    \
	}

static ModelColumn columns[MEMBERS][2] = {
	{ NUMBER(-0.125, 0.75), CATEGORY(3.75, levels[0]) },
	{ NUMBER(0.25, -0.5), CATEGORY(-2, levels[1]) },
	{ NUMBER(1, 2), CATEGORY(0.125, levels[2]) },
};

static ModelMember members[MEMBERS] = {
	{ 0.5, -1, columns[0] },
	{ 0.375, 0.25, columns[1] },
	{ 0.125, -2, columns[2] },
};

static const Model model = { MODEL_LOGISTIC, 0.5,  -1,      2,
	                         columns[0],     NULL, MEMBERS, members };

static uint8_t image[IMAGE_MAX];
static size_t image_bytes;

static double
sigmoid(double z)
{
	return 1 / (1 + exp(-z));
}

/* ---- rows ---- */

static void
a_probability_is_the_mean_of_the_members(void)
{
	const double z[MEMBERS] = { -1, 0.5, 3 };

	CHECK_CLOSE(mixture_probability(&model, z),
	            0.5 * sigmoid(-1) + 0.375 * sigmoid(0.5) + 0.125 * sigmoid(3),
	            1e-14);
	CHECK_CLOSE(mixture_expectation(&model, z), 0.5, 1e-15);
}

/* The logit keeps what the probability no longer shows. */
static void
logits_do_not_end_where_probabilities_do(void)
{
	const double high[MEMBERS] = { 50, 60, 70 };
	const double low[MEMBERS] = { -50, -60, -70 };
	const double beyond[MEMBERS] = { 1e4, 1e4, 1e4 };
	const double below[MEMBERS] = { -1e4, -1e4, -1e4 };
	double p = mixture_probability(&model, (double[]){ -1, 0.5, 3 });

	CHECK_CLOSE(mixture_logit(&model, (double[]){ -1, 0.5, 3 }),
	            log(p / (1 - p)), 1e-13);
	CHECK_CLOSE(mixture_logit(&model, high), 50 + log(2.0), 1e-6);
	CHECK_CLOSE(mixture_logit(&model, low), -50 - log(2.0), 1e-6);
	CHECK(mixture_logit(&model, beyond) > 600);
	CHECK(mixture_logit(&model, below) < -600);
	CHECK(mixture_probability(&model, high) <= 1);
}

/* Stored decisions depend on the draw: it must never change. */
static void
the_draw_is_known(void)
{
	const double z[MEMBERS] = { -1, 0.5, 3 };
	const double zero[1] = { 0.0 };
	const double minus_zero[1] = { -0.0 };
	uint64_t hash = 0;

	for (int m = 0; m < MEMBERS; m++)
	{
		/* the bytes of the doubles, the lowest first */
		static const uint8_t bytes[MEMBERS][8] = {
			{ 0, 0, 0, 0, 0, 0, 0xf0, 0xbf },
			{ 0, 0, 0, 0, 0, 0, 0xe0, 0x3f },
			{ 0, 0, 0, 0, 0, 0, 8, 0x40 },
		};

		hash = num_hash64(bytes[m], 8, hash);
	}
	CHECK(mixture_draw(z, MEMBERS) == ldexp((double) (hash >> 11), -53));
	CHECK_CLOSE(mixture_draw(z, MEMBERS), 0.086694308250825913, 1e-15);
	CHECK(mixture_draw(zero, 1) == mixture_draw(minus_zero, 1));
	/* of a value it is 24 bits of a hash of its hash */
	hash = num_hash64((uint8_t[]){ 8, 7, 6, 5, 4, 3, 2, 1 }, 8,
	                  UINT64_C(0x6472617773));
	CHECK(mixture_draw_of(UINT64_C(0x0102030405060708)) ==
	      (float) ldexp((double) (hash >> 40), -24));
	CHECK_CLOSE((double) mixture_draw_of(UINT64_C(0x0102030405060708)),
	            0.085727095603942871, 1e-15);
}

/* Draws of values are uniform, and know nothing of the bits of their hash that
 * split rows. */
static void
draws_of_values_are_uniform(void)
{
	int by_tenth[10] = { 0 };
	int n = 200000;
	int n_high = 0;

	for (int i = 0; i < n; i++)
	{
		double x = i;
		uint64_t hash = num_hash64(&x, sizeof(x), 0);
		float draw = mixture_draw_of(hash);

		CHECK(draw >= 0 && draw < 1);
		if (hash >> 60 == 0)
		{
			by_tenth[(int) (draw * 10)]++;
			n_high++;
		}
	}
	for (int t = 0; t < 10; t++)
		CHECK_NEAR((double) by_tenth[t] / n_high, 0.1, 4 * sqrt(0.09 / n_high));
}

/* Rows that differ draw members by their shares, and decide as they do. */
static void
members_decide_their_shares(void)
{
	NumRandom random;
	int by_member[MEMBERS] = { 0 };
	int n = 200000;
	double expected = 0;
	int decided = 0;

	num_random_seed(&random, 3);
	for (int i = 0; i < n; i++)
	{
		double z[MEMBERS];
		double draw;
		double sum = 0;

		for (int m = 0; m < MEMBERS; m++)
			z[m] = 4 * (num_random_uniform(&random) - 0.4);
		draw = mixture_draw(z, MEMBERS);
		CHECK(draw >= 0 && draw < 1);
		for (int m = 0; m < MEMBERS; m++)
		{
			if (draw >= sum && draw < sum + members[m].share)
			{
				by_member[m]++;
				CHECK(mixture_decision(&model, z, draw) == (z[m] >= 0));
			}
			sum += members[m].share;
		}
		expected += mixture_expectation(&model, z);
		decided += mixture_decision(&model, z, draw);
	}
	for (int m = 0; m < MEMBERS; m++)
		CHECK_NEAR((double) by_member[m] / n, members[m].share,
		           4 * sqrt(0.25 / n));
	CHECK_NEAR((double) decided / n, expected / n, 4 * sqrt(0.25 / n));
}

static void
a_row_has_the_scores_of_all_members(void)
{
	NumArena arena;
	Scorer *scorer;
	double z[MEMBERS];
	ScoreValue values[2] = { { .number = 20 }, { .name = "a", .length = 1 } };

	scratch_begin(&arena, 0);
	CHECK_INT(scorer_build(&arena, &model, NULL, &scorer), NUM_OK);
	mixture_score_values(scorer, values, z);
	CHECK(z[0] == -1 + -0.125 * 7.5 + -1.25);
	CHECK(z[1] == 0.25 + 0.25 * 7.5 + 0.5);
	CHECK(z[2] == -2 + 7.5 + 2.5);
	CHECK(model_score_values(scorer, values) == z[0]);
	values[0].null = true;
	values[1].name = "b";
	mixture_score_values(scorer, values, z);
	CHECK(z[0] == -1 + -0.125 * 3 + 0.75 + 3.75);
	CHECK(z[1] == 0.25 + 0.25 * 3 - 0.5 - 2);
	CHECK(z[2] == -2 + 3 + 2 + 0.125);
	scratch_end(&arena);
}

/* ---- making one ---- */

static void
mixing_checks_its_shares(void)
{
	Model one = { MODEL_LOGISTIC, 0.5, -1, 2, columns[0] };
	Model two = { MODEL_LOGISTIC, 0.5, 0.25, 2, columns[1] };
	Model short_one = { MODEL_LOGISTIC, 0.5, 0.25, 1, columns[1] };
	Model *both[] = { &one, &two };
	Model *unlike[] = { &one, &short_one };
	Model *mixed = NULL;
	NumArena arena;

	scratch_begin(&arena, 0);
	CHECK_INT(model_mix(&arena, both, (double[]){ 0.75, 0.25 }, 2, &mixed),
	          NUM_OK);
	CHECK_INT(mixed->n_members, 2);
	CHECK(mixed->members[1].columns == columns[1]);
	CHECK(mixed->intercept == -1);
	CHECK_INT(model_mix(&arena, unlike, (double[]){ 0.75, 0.25 }, 2, &mixed),
	          NUM_BAD_ARGUMENT);
	CHECK_INT(model_mix(&arena, both, (double[]){ 1, 0 }, 1, &mixed),
	          NUM_BAD_ARGUMENT);
	CHECK_INT(model_mix(&arena, both, (double[]){ 1, 0 }, 2, &mixed),
	          NUM_BAD_ARGUMENT);
	CHECK_INT(model_mix(&arena, both, (double[]){ 0.25, 0.75 }, 2, &mixed),
	          NUM_BAD_ARGUMENT);
	CHECK_INT(model_mix(&arena, both, (double[]){ 0.75, 0.5 }, 2, &mixed),
	          NUM_BAD_ARGUMENT);
	CHECK_INT(model_mix(&arena, both, (double[]){ NAN, 0.5 }, 2, &mixed),
	          NUM_BAD_ARGUMENT);
	scratch_end(&arena);
}

/* ---- the stored form ---- */

static void
encode(const Model *from)
{
	image_bytes = image_encode(from, image, IMAGE_MAX);
}

static void
make_scorer(NumArena *arena, const Model *decoded)
{
	Scorer *scorer;

	CHECK_INT(scorer_build(arena, decoded, NULL, &scorer), NUM_OK);
}

static NumStatus
decode(const uint8_t *bytes, size_t size, const char *want_field)
{
	return image_decode(bytes, size, want_field, make_scorer);
}

/* The bytes are a promise; these were put together by hand from the
 * description in codec.c. */
static void
the_bytes_are_those_of_format_4(void)
{
	static const uint8_t head[] = {
		'f', 'a', 'i', 'r', 'p', 'g', 'M',  '\n', /* magic */
		4,   0,   0,   0,                         /* format */
		1,   0,   0,   0,                         /* family */
		153, 0,   0,   0,   0,   0,   0,    0,    /* length */
		0,   0,   0,   0,   0,   0,   0xe0, 0x3f, /* threshold 0.5 */
		0,   0,   0,   0,   0,   0,   0xf0, 0xbf, /* intercept -1 */
		1,   0,   0,   0,                         /* columns */
	};
	static const uint8_t tail[] = {
		0,                            /* draw by scores */
		2, 0, 0, 0,                   /* members */
		0, 0, 0, 0, 0, 0, 0xe8, 0x3f, /* share 0.75 */
		0, 0, 0, 0, 0, 0, 0xd0, 0x3f, /* share 0.25 */
		0, 0, 0, 0, 0, 0, 0xd0, 0x3f, /* intercept 0.25 */
		0, 0, 0, 0, 0, 0, 0,    0xc0, /* unseen -2 */
		0, 0, 0, 0, 0, 0, 0xe0, 0x3f, /* level 0.5 */
		0, 0, 0, 0, 0, 0, 0,    0xc0, /* level -2 */
		0, 0, 0, 0,                   /* room for the sum, not compared */
	};
	ModelMember two[] = { { 0.75, -1, columns[0] + 1 },
		                  { 0.25, 0.25, columns[1] + 1 } };
	Model small = { MODEL_LOGISTIC, 0.5, -1, 1, columns[0] + 1, NULL, 2, two };
	size_t column = 4 + 3 + 4 + 2 + 8 + 4 + 14 + 13;

	encode(&small);
	CHECK_INT(image_bytes, sizeof(head) + column + sizeof(tail));
	CHECK_INT(image_bytes, head[16]);
	CHECK(memcmp(image, head, sizeof(head)) == 0);
	CHECK(memcmp(image + sizeof(head) + column, tail, sizeof(tail) - 4) == 0);
}

/* With a column that draws, its name and class stand behind the kind. */
static void
a_column_may_draw(void)
{
	static const uint8_t want[] = { 1, 2, 0, 0, 0, 'i', 'd', 3, 2, 0, 0, 0 };
	ModelMember two[] = { { 0.75, -1, NULL }, { 0.25, 0.25, NULL } };
	Model small = { MODEL_LOGISTIC, 0.5, -1, 0, NULL, NULL, 2, two };
	Model plain = { MODEL_LOGISTIC, 0.5, -1, 0, NULL };
	NumArena arena;
	Model *decoded = NULL;
	const char *field = NULL;
	char name[] = "id";

	scratch_begin(&arena, 0);
	CHECK_INT(model_draw_by(&arena, &small, name, 3), NUM_OK);
	name[0] = 'x';
	CHECK_TEXT(small.draw_column, "id");
	CHECK_INT(model_draw_by(&arena, &plain, name, 3), NUM_BAD_ARGUMENT);
	CHECK_INT(model_draw_by(&arena, &small, "", 3), NUM_BAD_ARGUMENT);
	encode(&small);
	CHECK(memcmp(image + 44, want, sizeof(want)) == 0);
	CHECK_INT(decode(image, image_bytes, NULL), NUM_OK);
	CHECK_INT(model_decode(&arena, image, image_bytes, NULL, &decoded, &field),
	          NUM_OK);
	CHECK_TEXT(decoded->draw_column, "id");
	CHECK_INT(decoded->draw_input, 3);
	scratch_end(&arena);
}

static void
a_mixture_comes_back_as_it_was(void)
{
	NumArena arena;
	Model *decoded = NULL;
	const char *field = NULL;

	encode(&model);
	scratch_begin(&arena, 0);
	CHECK_INT(model_decode(&arena, image, image_bytes, NULL, &decoded, &field),
	          NUM_OK);
	CHECK_INT(decoded->n_members, MEMBERS);
	CHECK(decoded->groups == NULL);
	CHECK(decoded->members[0].columns == decoded->columns);
	CHECK(decoded->draw_column == NULL);
	for (int m = 0; m < MEMBERS; m++)
	{
		const ModelMember *member = &decoded->members[m];

		CHECK(member->share == members[m].share);
		CHECK(member->intercept == members[m].intercept);
		for (int c = 0; c < 2; c++)
		{
			CHECK_TEXT(member->columns[c].source, columns[m][c].source);
			CHECK(member->columns[c].pivot == columns[m][c].pivot);
			CHECK(member->columns[c].fill == columns[m][c].fill);
			CHECK(member->columns[c].coef == columns[m][c].coef);
			CHECK(member->columns[c].null_coef == columns[m][c].null_coef);
			CHECK(member->columns[c].unseen_coef == columns[m][c].unseen_coef);
		}
		for (int l = 0; l < 2; l++)
			CHECK(member->columns[1].levels[l].coef == levels[m][l].coef);
	}
	scratch_end(&arena);
}

static void
damage_is_refused_or_sound(void)
{
	uint8_t changed[IMAGE_MAX];
	int n_sound = 0;
	int n_refused = 0;

	encode(&model);
	for (size_t size = 0; size < image_bytes; size++)
	{
		CHECK_INT(decode(image, size, NULL), NUM_CORRUPT);
		memcpy(changed, image, size);
		if (size >= 16)
			image_seal(changed, size);
		CHECK_INT(decode(changed, size, NULL), NUM_CORRUPT);
	}
	for (size_t i = 0; i + 4 < image_bytes; i++)
		for (int difference = 1; difference < 256; difference++)
		{
			NumStatus status;

			memcpy(changed, image, image_bytes);
			changed[i] = (uint8_t) (image[i] ^ difference);
			CHECK_INT(
				decode(changed, image_bytes, i < 8 ? "magic" : "checksum"),
				NUM_CORRUPT);
			image_seal(changed, image_bytes);
			status = decode(changed, image_bytes, NULL);
			CHECK(status == NUM_OK || status == NUM_CORRUPT);
			n_sound += status == NUM_OK;
			n_refused += status == NUM_CORRUPT;
		}
	CHECK(n_sound > 0);
	CHECK(n_refused > 0);
	for (size_t place = 8; place + 4 <= image_bytes - 4; place++)
	{
		memcpy(changed, image, image_bytes);
		memset(changed + place, 0xff, 4);
		image_seal(changed, image_bytes);
		/* looks at the memory taken */
		(void) decode(changed, image_bytes, NULL);
	}
}

/* Images made on purpose: what the encoder would never write. */
static void
what_cannot_be_is_named(void)
{
	static const double bad[] = { 0, -0.25, 0.25 + 1e-8, 0.75 };
	ModelMember two[] = { { 0.75, -1, NULL }, { 0.25, 0.25, NULL } };
	Model hostile = { MODEL_LOGISTIC, 0.5, -1, 0, NULL, NULL, 2, two };

	encode(&hostile);
	CHECK_INT(decode(image, image_bytes, NULL), NUM_OK);
	for (size_t i = 0; i < 4; i++)
	{
		two[1].share = bad[i];
		encode(&hostile);
		CHECK_INT(decode(image, image_bytes, "share"), NUM_CORRUPT);
	}
	two[1].share = INFINITY;
	encode(&hostile);
	CHECK_INT(decode(image, image_bytes, "share"), NUM_CORRUPT);
	two[1].share = 0.25;
	two[1].intercept = NAN;
	encode(&hostile);
	CHECK_INT(decode(image, image_bytes, "intercept"), NUM_CORRUPT);
	two[1].intercept = 0;
	two[0].share = 0.25;
	two[1].share = 0.75;
	encode(&hostile);
	CHECK_INT(decode(image, image_bytes, "share"), NUM_CORRUPT);
	two[0].share = 1;
	hostile.n_members = 1;
	encode(&hostile);
	CHECK_INT(decode(image, image_bytes, "number of members"), NUM_CORRUPT);
	/* a draw of another kind, or of a column without a name */
	encode(&model);
	image[image_bytes - 4 - (8 + 2 * (8 + 8 + 16 + 24)) - 5] = 2;
	image_seal(image, image_bytes);
	CHECK_INT(decode(image, image_bytes, "draw"), NUM_CORRUPT);
	two[0].share = 0.75;
	two[1].share = 0.25;
	hostile.n_members = 2;
	hostile.draw_column = "";
	encode(&hostile);
	CHECK_INT(decode(image, image_bytes, "draw"), NUM_CORRUPT);
}

int
main(void)
{
	RUN(a_probability_is_the_mean_of_the_members);
	RUN(logits_do_not_end_where_probabilities_do);
	RUN(the_draw_is_known);
	RUN(draws_of_values_are_uniform);
	RUN(members_decide_their_shares);
	RUN(a_row_has_the_scores_of_all_members);
	RUN(mixing_checks_its_shares);
	RUN(the_bytes_are_those_of_format_4);
	RUN(a_column_may_draw);
	RUN(a_mixture_comes_back_as_it_was);
	RUN(damage_is_refused_or_sound);
	RUN(what_cannot_be_is_named);
	return unit_end();
}
