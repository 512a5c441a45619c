/*
 * test_train_rounds.c
 *    When a search is made again, and with what, as doc/methods.md has it.
 */
#include "train/search.h"

#include <math.h>

#include "regular.h"
#include "scratch.h"
#include "unit.h"

/* A search, and what it answers of an answer to a round. */
typedef struct Asked
{
	NumArena arena;
	TrainSettings settings;
	Newton *newton;
	Search *search;
} Asked;

static void
ask_begin(Asked *asked, uint32_t n_rows, double bound)
{
	Making making = { .n_rows = n_rows };
	Dataset *data;

	scratch_begin(&asked->arena, 0);
	data = make_data(&asked->arena, &making);
	asked->settings = plain_settings();
	asked->settings.tries_sharper = true;
	ask_for_parity(&asked->settings, bound);
	CHECK_INT(newton_create(&asked->arena, data, &asked->settings, NULL,
	                        &asked->newton),
	          NUM_OK);
	CHECK_INT(search_create(asked->newton, &asked->search), NUM_OK);
}

static double
next(Asked *asked, int round, bool flat, const SearchAnswer *answer)
{
	return search_next_temperature(asked->search, answer, round, flat, 0.4);
}

static const SearchAnswer good = { .loss = 0.45, .feasible = true };
static const SearchAnswer costly = { .loss = 0.47, .feasible = true };
static const SearchAnswer alike = { .loss = 0.45,
	                                .feasible = true,
	                                .is_constant = true };
static const SearchAnswer beyond = { .loss = 0.45, .violation = 1 };

/* Groups are large for this bound. */
static void
poor_answers_are_searched_for_again(void)
{
	Asked asked;

	ask_begin(&asked, ROWS, 0.2);
	CHECK(next(&asked, 0, false, &good) == 0);
	CHECK(next(&asked, 0, false, &costly) == 0.5);
	CHECK(next(&asked, 0, false, &alike) == 0.5);
	CHECK(next(&asked, 0, false, &beyond) == 0.5);
	CHECK(next(&asked, 1, false, &good) == 0);
	CHECK(next(&asked, 1, false, &costly) == 0.2);
	CHECK(next(&asked, 1, false, &alike) == 0.15);
	CHECK(next(&asked, 1, false, &beyond) == 0.15);
	CHECK(next(&asked, 2, false, &beyond) == 0);
	CHECK(next(&asked, 2, false, &costly) == 0);
	CHECK(next(&asked, 0, true, &good) == 0.15);
	CHECK(next(&asked, 1, true, &beyond) == 0);
	asked.settings.tries_sharper = false;
	CHECK(next(&asked, 0, false, &beyond) == 0);
	scratch_end(&asked.arena);
}

/* Of groups of some 2000 rows one row is much for a bound of 0.0005. */
static void
small_groups_have_rounds_of_their_own(void)
{
	Asked asked;

	ask_begin(&asked, ROWS, 0.0005);
	CHECK(next(&asked, 2, false, &good) == 0);
	CHECK(next(&asked, 2, false, &costly) == 0.5);
	CHECK(next(&asked, 3, false, &costly) == 0);
	scratch_end(&asked.arena);
	ask_begin(&asked, ROWS, 0.0005);
	CHECK(next(&asked, 2, false, &beyond) == 0.5);
	CHECK(next(&asked, 3, false, &alike) == 0.15);
	CHECK(next(&asked, 4, false, &alike) == 0.15);
	CHECK(next(&asked, 5, false, &alike) == 0);
	scratch_end(&asked.arena);
}

/* However narrow the bound. */
static void
large_groups_have_none(void)
{
	Asked asked;

	ask_begin(&asked, 20000, 0);
	CHECK(next(&asked, 1, false, &alike) == 0.15);
	CHECK(next(&asked, 2, false, &alike) == 0);
	scratch_end(&asked.arena);
}

int
main(void)
{
	RUN(poor_answers_are_searched_for_again);
	RUN(small_groups_have_rounds_of_their_own);
	RUN(large_groups_have_none);
	return unit_end();
}
