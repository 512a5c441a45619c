/*
 * test_data_hash_sort.c
 *    Records sorted by hashes: as qsort() sorts them, whatever their size and
 *    however far their hashes reach.
 */
#include "data/hash_sort.h"

#include <stdlib.h>

#include "num/random.h"
#include "unit.h"

enum
{
	ROWS = 30000,
	WIDTH = 3
};

static uint64_t words[ROWS * WIDTH];
static uint64_t wanted[ROWS * WIDTH];

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a;
	const uint64_t *y = b;

	if (x[0] != y[0])
		return x[0] < y[0] ? -1 : 1;
	return (x[1] > y[1]) - (x[1] < y[1]);
}

static void
records_are_sorted_whatever_their_hashes(void)
{
	const uint64_t most[] = { UINT64_MAX, UINT64_C(1) << 57, 1000, 1, 0 };
	const size_t counts[] = { 0, 1, 2, 257, ROWS };
	NumRandom random;

	num_random_seed(&random, 1);
	for (int m = 0; m < 5; m++)
		for (int c = 0; c < 5; c++)
		{
			size_t n = counts[c];

			for (size_t i = 0; i < n; i++)
			{
				words[i * WIDTH] =
					most[m] == UINT64_MAX
						? num_random_bits(&random)
						: num_random_bits(&random) % (most[m] + 1);
				words[i * WIDTH + 1] = i;
				words[i * WIDTH + 2] = words[i * WIDTH] ^ i;
			}
			memcpy(wanted, words, sizeof(words));
			qsort(wanted, n, WIDTH * sizeof(uint64_t), compare);
			CHECK_INT(
				hash_sort(words, n, WIDTH * sizeof(uint64_t), compare, NULL),
				NUM_OK);
			CHECK(memcmp(wanted, words, n * WIDTH * sizeof(uint64_t)) == 0);
		}
}

static bool
stop_now(NumMonitor *monitor)
{
	return monitor != NULL;
}

static void
the_monitor_stops_it(void)
{
	NumMonitor monitor = { .stop = stop_now };

	CHECK_INT(
		hash_sort(words, ROWS, WIDTH * sizeof(uint64_t), compare, &monitor),
		NUM_CANCELLED);
}

int
main(void)
{
	RUN(records_are_sorted_whatever_their_hashes);
	RUN(the_monitor_stops_it);
	return unit_end();
}
