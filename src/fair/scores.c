/*
 * scores.c
 *    How scores rank the positive and the negative rows: sums that merge.
 */
#include "fair/scores.h"

#include <math.h>
#include <string.h>

#include "num/special.h"

#define FIRST_SLOTS 16
#define MAX_SLOTS (2 * FAIR_MAX_SCORES)
#define COUNT_MAX ((uint64_t) INT64_MAX)
#define LABELS FAIR_SCORE_LABELS
#define LEAST_IMAGE 0x000fffffffffffffULL    /* of minus infinity */
#define INFINITE_IMAGE 0xfff0000000000000ULL /* of infinity */

/* Order-preserving image: a < b as doubles exactly when as images. */
static uint64_t
score_image(double score)
{
	/* adding zero turns -0 into +0 */
	double x = score + 0.0;
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits >> 63 ? ~bits : bits | (1ULL << 63);
}

static uint32_t
hash_key(uint64_t key)
{
	key = (key ^ (key >> 32)) * 0x9e3779b97f4a7c15ULL;
	return (uint32_t) (key >> 40);
}

/* The slot of a key, or the free one where it belongs. */
static uint32_t
find_slot(const FairScores *scores, uint64_t key)
{
	uint32_t mask = scores->n_slots - 1;
	uint32_t slot = hash_key(key) & mask;

	while (scores->slot[slot].key != 0 && scores->slot[slot].key != key + 1)
		slot = (slot + 1) & mask;
	return slot;
}

static NumStatus
allocate_slots(FairScores *scores, uint32_t n_slots)
{
	scores->n_slots = n_slots;
	scores->n_entries = 0;
	scores->weight = NULL;
	scores->slot = arena_alloc(scores->arena, n_slots, sizeof(FairScoreSlot));
	if (scores->weighted)
		scores->weight =
			arena_alloc(scores->arena, n_slots, 2 * LABELS * sizeof(ExactSum));
	if (scores->slot == NULL || (scores->weighted && scores->weight == NULL))
		return NUM_NO_MEMORY;
	memset(scores->slot, 0, n_slots * sizeof(FairScoreSlot));
	return NUM_OK;
}

static void
release_slots(const FairScores *scores)
{
	arena_release(scores->arena, scores->slot, scores->n_slots,
	              sizeof(FairScoreSlot));
	arena_release(scores->arena, scores->weight, scores->n_slots,
	              2 * LABELS * sizeof(ExactSum));
}

NumStatus
fair_scores_init(FairScores *scores, NumArena *arena)
{
	memset(scores, 0, sizeof(*scores));
	scores->arena = arena;
	return allocate_slots(scores, FIRST_SLOTS);
}

void
fair_scores_release(FairScores *scores)
{
	release_slots(scores);
	memset(scores, 0, sizeof(*scores));
}

/* A count as the exact sum of that many ones. */
static ExactSum
sum_of_rows(uint64_t rows)
{
	ExactSum sum = { { 0, rows << 32, rows >> 32 } };

	return sum;
}

/* Takes a free slot; the key must not be there yet. */
static uint32_t
take_slot(FairScores *scores, uint64_t key)
{
	uint32_t slot = find_slot(scores, key);

	if (scores->slot[slot].key == 0)
	{
		scores->slot[slot].key = key + 1;
		scores->n_entries++;
		if (scores->weighted)
			memset(&scores->weight[2 * LABELS * slot], 0,
			       2 * LABELS * sizeof(ExactSum));
	}
	return slot;
}

/*
 * Moves all entries to a new table, with 'cut' more bits cut off.  The new
 * table is weighted when scores->weighted says so, whatever the old one was.
 */
static NumStatus
rebuild(FairScores *scores, uint32_t n_slots, uint8_t cut)
{
	FairScores old = *scores;
	NumStatus status = allocate_slots(scores, n_slots);

	if (status != NUM_OK)
		return status;
	scores->shift = (uint8_t) (old.shift + cut);
	for (uint32_t s = 0; s < old.n_slots; s++)
	{
		uint32_t slot;

		if (old.slot[s].key == 0)
			continue;
		slot = take_slot(scores, (old.slot[s].key - 1) >> cut);
		for (uint32_t y = 0; y < LABELS; y++)
			scores->slot[slot].rows[y] += old.slot[s].rows[y];
		if (!scores->weighted)
			continue;
		for (uint32_t y = 0; y < 2 * LABELS; y++)
		{
			ExactSum more = old.weight != NULL
			                    ? old.weight[2 * LABELS * s + y]
			                    : sum_of_rows(old.slot[s].rows[y % LABELS]);

			if (!exact_sum_merge(&scores->weight[2 * LABELS * slot + y], &more))
				return NUM_TOO_LARGE;
		}
	}
	release_slots(&old);
	return NUM_OK;
}

/* From the first weight other than 1 on, sums of weights are kept. */
static NumStatus
start_weights(FairScores *scores)
{
	scores->weighted = true;
	for (uint32_t i = 0; i < 2 * LABELS; i++)
		scores->sum[FAIR_SUM_NEGATIVE + i] =
			sum_of_rows(scores->count[FAIR_SCORES_NEGATIVE + i % LABELS]);
	return rebuild(scores, scores->n_slots, 0);
}

/* Sorts keys upwards, byte by byte; 'spare' has room for as many. */
static void
sort_keys(uint64_t *keys, uint64_t *spare, uint32_t n)
{
	uint64_t *from = keys;
	uint64_t *to = spare;

	for (int shift = 0; shift < 64; shift += 8)
	{
		uint32_t start[257] = { 0 };
		uint64_t *swap = from;

		for (uint32_t i = 0; i < n; i++)
			start[((from[i] >> shift) & 0xff) + 1]++;
		/* a byte that all have alike orders nothing */
		if (n == 0 || start[((from[0] >> shift) & 0xff) + 1] == n)
			continue;
		for (int b = 0; b < 256; b++)
			start[b + 1] += start[b];
		for (uint32_t i = 0; i < n; i++)
			to[start[(from[i] >> shift) & 0xff]++] = from[i];
		from = to;
		to = swap;
	}
	if (from != keys)
		memcpy(keys, from, n * sizeof(uint64_t));
}

/* The keys of all entries upwards, with as much room behind them; NULL without
 * memory. */
static uint64_t *
sorted_keys(const FairScores *scores)
{
	uint32_t n = scores->n_entries;
	uint64_t *keys = arena_alloc(scores->arena, n, 2 * sizeof(uint64_t));
	uint32_t k = 0;

	if (keys == NULL)
		return NULL;
	for (uint32_t s = 0; s < scores->n_slots; s++)
		if (scores->slot[s].key != 0)
			keys[k++] = scores->slot[s].key - 1;
	sort_keys(keys, keys + n, n);
	return keys;
}

/* Number of the highest bit, from 1; 0 for 0. */
static int
highest_bit(uint64_t bits)
{
	int highest = bits != 0;

	for (int half = 32; half > 0; half /= 2)
		if (bits >> half != 0)
		{
			bits >>= half;
			highest += half;
		}
	return highest;
}

/*
 * Cuts off the fewest bits that leave no more than FAIR_MAX_SCORES entries.
 * Two neighbours in sorted order fall together when all bits in which they
 * differ are cut off, so a count of the highest differing bit of each pair of
 * neighbours tells how many entries are left for any cut.
 */
static NumStatus
cut_bits(FairScores *scores)
{
	uint32_t n = scores->n_entries;
	uint64_t *sorted = sorted_keys(scores);
	uint32_t joined_at[65] = { 0 };
	uint32_t left = n;
	uint8_t cut = 0;

	if (sorted == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t i = 1; i < n; i++)
		joined_at[highest_bit(sorted[i] ^ sorted[i - 1])]++;
	arena_release(scores->arena, sorted, n, 2 * sizeof(uint64_t));
	while (left > FAIR_MAX_SCORES)
		left -= joined_at[++cut];
	return rebuild(scores, scores->n_slots, cut);
}

/* The slot of a score's image, which need not have been there. */
static NumStatus
entry_for(FairScores *scores, uint64_t image, uint32_t *slot)
{
	NumStatus status;

	*slot = find_slot(scores, image >> scores->shift);
	if (scores->slot[*slot].key != 0)
		return NUM_OK;
	*slot = take_slot(scores, image >> scores->shift);
	if (2 * scores->n_entries <= scores->n_slots)
		return NUM_OK;
	/* one entry more than half of the slots: grow, or pool */
	if (scores->n_slots < MAX_SLOTS)
		status = rebuild(scores, 2 * scores->n_slots, 0);
	else
		status = cut_bits(scores);
	*slot = find_slot(scores, image >> scores->shift);
	return status;
}

static NumStatus
add_rows(uint64_t *count, uint64_t rows)
{
	if (rows > COUNT_MAX || *count > COUNT_MAX - rows)
		return NUM_TOO_LARGE;
	*count += rows;
	return NUM_OK;
}

/* The losses of a labelled row. */
static bool
add_losses(FairScores *scores, int label, double score, double weight)
{
	double off = score - label;
	double p = label ? score : 1 - score;

	if (p < FAIR_LOG_LOSS_CLIP)
		p = FAIR_LOG_LOSS_CLIP;
	if (p > 1 - FAIR_LOG_LOSS_CLIP)
		p = 1 - FAIR_LOG_LOSS_CLIP;
	return exact_sum_add(&scores->sum[FAIR_SUM_BRIER], weight * (off * off)) &&
	       exact_sum_add(&scores->sum[FAIR_SUM_LOG_LOSS], weight * -num_log(p));
}

/* The row among the entries; 'y' is its place there. */
static NumStatus
add_entry(FairScores *scores, uint32_t y, double score, double weight)
{
	uint32_t slot;
	NumStatus status = entry_for(scores, score_image(score), &slot);
	ExactSum *sums;

	if (status != NUM_OK)
		return status;
	scores->slot[slot].rows[y]++;
	if (!scores->weighted)
		return NUM_OK;
	sums = &scores->weight[2 * LABELS * slot + y];
	if (!exact_sum_add(&sums[0], weight) ||
	    !exact_sum_add(&sums[LABELS], weight * weight) ||
	    !exact_sum_add(&scores->sum[FAIR_SUM_NEGATIVE + y], weight) ||
	    !exact_sum_add(&scores->sum[FAIR_SUM_NEGATIVE_SQUARED + y],
	                   weight * weight))
		return NUM_TOO_LARGE;
	return NUM_OK;
}

NumStatus
fair_scores_add(FairScores *scores, int label, double score, double weight)
{
	uint32_t y = label < 0 ? FAIR_SCORES_UNLABELLED : (uint32_t) label;
	NumStatus status = NUM_OK;

	if (weight != 1 && !scores->weighted)
		status = start_weights(scores);
	if (status == NUM_OK)
		status = add_rows(&scores->count[y], 1);
	if (status != NUM_OK)
		return status;

	if (!(fabs(weight * score) <= EXACT_SUM_MAX))
		status = add_rows(&scores->count[FAIR_SCORES_UNBOUNDED], 1);
	else if (!exact_sum_add(&scores->sum[label < 0 ? FAIR_SUM_SCORE_UNLABELLED
	                                               : FAIR_SUM_SCORE],
	                        weight * score))
		status = NUM_TOO_LARGE;
	if (status == NUM_OK)
		status = add_entry(scores, y, score, weight);
	if (status != NUM_OK || label < 0)
		return status;
	if (!(score >= 0 && score <= 1))
		return add_rows(&scores->count[FAIR_SCORES_OUTSIDE], 1);
	return add_losses(scores, label, score, weight) ? NUM_OK : NUM_TOO_LARGE;
}

NumStatus
fair_scores_add_unscored(FairScores *scores)
{
	return add_rows(&scores->count[FAIR_SCORES_UNSCORED], 1);
}

/* ---- images ---- */

#define COUNTS_AT 8
#define SUMS_AT (COUNTS_AT + 8 * FAIR_SCORES_COUNTS)
#define ENTRIES_AT (SUMS_AT + EXACT_SUM_BYTES * FAIR_SCORES_SUMS + 8)

static uint64_t
get64(const uint8_t *at)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value |= (uint64_t) at[i] << (8 * i);
	return value;
}

static void
put64(uint8_t *at, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		at[i] = (uint8_t) (value >> (8 * i));
}

static size_t
entry_bytes(bool weighted)
{
	return 8 + LABELS * 8 + (weighted ? 2 * LABELS * EXACT_SUM_BYTES : 0);
}

/* Number of entries; the field's upper half must be zero. */
static uint64_t
image_entries(const uint8_t *image)
{
	return get64(image + ENTRIES_AT - 8);
}

uint64_t
fair_scores_image_count(const uint8_t *image, size_t count)
{
	return get64(image + COUNTS_AT + 8 * count);
}

double
fair_scores_image_sum(const uint8_t *image, size_t place)
{
	ExactSum sum;

	exact_sum_read(&sum, image + SUMS_AT + EXACT_SUM_BYTES * place);
	return exact_sum_value(&sum);
}

size_t
fair_scores_image_entries(const uint8_t *image)
{
	return (size_t) image_entries(image);
}

bool
fair_scores_image_pooled(const uint8_t *image)
{
	return image[1] != 0;
}

bool
fair_scores_image_weighted(const uint8_t *image)
{
	return image[0] != 0;
}

/* Rows of a label in an entry; and a sum of weights, or from LABELS on of
 * squared ones, which are counts where no weights are kept. */
static uint64_t
entry_rows(const uint8_t *entry, size_t label)
{
	return get64(entry + 8 + 8 * label);
}

static ExactSum
entry_sum(const uint8_t *entry, bool weighted, size_t place)
{
	ExactSum sum;

	if (!weighted)
		return sum_of_rows(entry_rows(entry, place % LABELS));
	exact_sum_read(&sum, entry + 8 + 8 * LABELS + EXACT_SUM_BYTES * place);
	return sum;
}

static const uint8_t *
entry_at(const uint8_t *image, size_t entry)
{
	return image + ENTRIES_AT + entry * entry_bytes(image[0] != 0);
}

void
fair_scores_image_entry(const uint8_t *image, size_t entry,
                        double weight[LABELS])
{
	bool weighted = image[0] != 0;
	const uint8_t *at = entry_at(image, entry);

	for (size_t y = 0; y < LABELS; y++)
	{
		ExactSum sum;

		if (!weighted)
		{
			weight[y] = (double) entry_rows(at, y);
			continue;
		}
		sum = entry_sum(at, true, y);
		weight[y] = exact_sum_value(&sum);
	}
}

void
fair_scores_image_rows(const uint8_t *image, size_t entry,
                       FairScoreEntry *result)
{
	bool weighted = image[0] != 0;
	const uint8_t *at = entry_at(image, entry);

	for (size_t y = 0; y < LABELS; y++)
	{
		ExactSum sum;

		result->rows[y] = (double) entry_rows(at, y);
		if (!weighted)
		{
			result->weight[y] = result->squared[y] = result->rows[y];
			continue;
		}
		sum = entry_sum(at, true, y);
		result->weight[y] = exact_sum_value(&sum);
		sum = entry_sum(at, true, LABELS + y);
		result->squared[y] = exact_sum_value(&sum);
	}
}

uint64_t
fair_scores_image_key(const uint8_t *image, size_t entry)
{
	return get64(entry_at(image, entry));
}

unsigned
fair_scores_image_cut(const uint8_t *image)
{
	return image[1];
}

/* Back from the image that sorts like the score. */
static double
score_of_image(uint64_t bits)
{
	double score;

	/* what lies below minus infinity are only bits that were cut off it */
	if (bits < LEAST_IMAGE)
		bits = LEAST_IMAGE;
	bits = bits >> 63 ? bits & ~(1ULL << 63) : ~bits;
	memcpy(&score, &bits, sizeof(score));
	return score;
}

void
fair_scores_image_range(const uint8_t *image, size_t entry, double *low,
                        double *high)
{
	uint64_t bits = fair_scores_image_key(image, entry) << image[1];
	uint64_t last = bits | ((1ULL << image[1]) - 1);

	*low = score_of_image(bits);
	/* beyond infinity there are no scores */
	*high = score_of_image(last < INFINITE_IMAGE ? last : INFINITE_IMAGE);
}

double
fair_scores_image_score(const uint8_t *image, size_t entry)
{
	return score_of_image(fair_scores_image_key(image, entry) << image[1]);
}

static NumStatus
merge_entry(FairScores *scores, const uint8_t *entry, uint8_t shift,
            bool weighted)
{
	uint32_t slot;
	/* a table with fewer bits cut off cannot take this entry: the caller has
	 * seen to it that ours are no fewer */
	NumStatus status = entry_for(scores, get64(entry) << shift, &slot);

	for (uint32_t y = 0; y < LABELS && status == NUM_OK; y++)
		status = add_rows(&scores->slot[slot].rows[y], entry_rows(entry, y));
	for (uint32_t y = 0; y < 2 * LABELS && scores->weighted && status == NUM_OK;
	     y++)
	{
		ExactSum sum = entry_sum(entry, weighted, y);

		if (!exact_sum_merge(&scores->weight[2 * LABELS * slot + y], &sum))
			status = NUM_TOO_LARGE;
	}
	return status;
}

/* The sums of an image; those of weights only when somebody keeps them. */
static NumStatus
merge_sums(FairScores *scores, const uint8_t *image)
{
	for (size_t i = 0; i < FAIR_SCORES_SUMS; i++)
	{
		ExactSum sum;

		if (i < FAIR_SUM_SCORE && !scores->weighted)
			continue;
		exact_sum_read(&sum, image + SUMS_AT + EXACT_SUM_BYTES * i);
		if (!exact_sum_merge(&scores->sum[i], &sum))
			return NUM_TOO_LARGE;
	}
	return NUM_OK;
}

NumStatus
fair_scores_merge_image(FairScores *scores, const uint8_t *image)
{
	bool weighted = image[0] != 0;
	uint8_t shift = image[1];
	uint64_t n_entries = image_entries(image);
	NumStatus status = NUM_OK;

	if (weighted && !scores->weighted)
		status = start_weights(scores);
	for (size_t i = 0; i < FAIR_SCORES_COUNTS && status == NUM_OK; i++)
		status = add_rows(&scores->count[i], get64(image + COUNTS_AT + 8 * i));
	if (status == NUM_OK)
		status = merge_sums(scores, image);
	if (status == NUM_OK && shift > scores->shift)
		status =
			rebuild(scores, scores->n_slots, (uint8_t) (shift - scores->shift));
	for (uint64_t e = 0; e < n_entries && status == NUM_OK; e++)
		status =
			merge_entry(scores, image + ENTRIES_AT + e * entry_bytes(weighted),
		                shift, weighted);
	return status;
}

size_t
fair_scores_bytes(const FairScores *scores)
{
	return ENTRIES_AT + scores->n_entries * entry_bytes(scores->weighted);
}

NumStatus
fair_scores_write(const FairScores *scores, uint8_t *image)
{
	uint32_t n = scores->n_entries;
	uint64_t *sorted = sorted_keys(scores);
	uint8_t *entry = image + ENTRIES_AT;

	if (sorted == NULL)
		return NUM_NO_MEMORY;
	memset(image, 0, ENTRIES_AT);
	image[0] = scores->weighted;
	image[1] = scores->shift;
	for (size_t i = 0; i < FAIR_SCORES_COUNTS; i++)
		put64(image + COUNTS_AT + 8 * i, scores->count[i]);
	for (size_t i = 0; i < FAIR_SCORES_SUMS; i++)
	{
		ExactSum sum = scores->sum[i];

		/* without weights they and their squares are the counts */
		if (i < FAIR_SUM_SCORE && !scores->weighted)
			sum = sum_of_rows(scores->count[i % LABELS]);
		exact_sum_write(&sum, image + SUMS_AT + EXACT_SUM_BYTES * i);
	}
	put64(image + ENTRIES_AT - 8, n);

	for (uint32_t k = 0; k < n; k++, entry += entry_bytes(scores->weighted))
	{
		uint32_t slot = find_slot(scores, sorted[k]);

		put64(entry, sorted[k]);
		for (uint32_t y = 0; y < LABELS; y++)
			put64(entry + 8 + 8 * y, scores->slot[slot].rows[y]);
		for (uint32_t y = 0; y < 2 * LABELS && scores->weighted; y++)
			exact_sum_write(&scores->weight[2 * LABELS * slot + y],
			                entry + 8 + 8 * LABELS + EXACT_SUM_BYTES * y);
	}
	arena_release(scores->arena, sorted, n, 2 * sizeof(uint64_t));
	return NUM_OK;
}

/* An exact sum that is not negative: the sign is the top bit. */
static bool
sum_valid(const uint8_t *sum)
{
	return (sum[EXACT_SUM_BYTES - 1] & 0x80) == 0;
}

static bool
entry_valid(const uint8_t *entry, bool weighted)
{
	for (size_t y = 0; y < LABELS; y++)
		if (entry_rows(entry, y) > COUNT_MAX)
			return false;
	for (size_t y = 0; y < 2 * LABELS && weighted; y++)
		if (!sum_valid(entry + 8 + 8 * LABELS + EXACT_SUM_BYTES * y))
			return false;
	return true;
}

bool
fair_scores_valid(const uint8_t *image, size_t n_bytes)
{
	bool weighted;
	const uint8_t *entry;
	uint64_t n_entries;
	uint64_t total = 0;
	uint64_t above = 0; /* the next key must be at least this */

	if (n_bytes < ENTRIES_AT || image[0] > 1 || image[1] > 63)
		return false;
	for (int i = 2; i < COUNTS_AT; i++)
		if (image[i] != 0)
			return false;
	weighted = image[0] != 0;
	n_entries = image_entries(image);
	if (n_entries > FAIR_MAX_SCORES ||
	    n_bytes != ENTRIES_AT + n_entries * entry_bytes(weighted))
		return false;
	for (size_t i = 0; i < FAIR_SCORES_COUNTS; i++)
	{
		uint64_t rows = get64(image + COUNTS_AT + 8 * i);

		/* the sum of all counts is a count as well */
		if (rows > COUNT_MAX || (total += rows) > COUNT_MAX)
			return false;
	}
	for (size_t i = 0; i < FAIR_SCORES_SUMS; i++)
		if (i != FAIR_SUM_SCORE && i != FAIR_SUM_SCORE_UNLABELLED &&
		    !sum_valid(image + SUMS_AT + EXACT_SUM_BYTES * i))
			return false;

	entry = image + ENTRIES_AT;
	for (uint64_t e = 0; e < n_entries; e++, entry += entry_bytes(weighted))
	{
		uint64_t key = get64(entry);

		if (key < above || key > INFINITE_IMAGE >> image[1] ||
		    !entry_valid(entry, weighted))
			return false;
		above = key + 1;
	}
	return true;
}

size_t
fair_scores_image_bytes(const uint8_t *image)
{
	return ENTRIES_AT +
	       (size_t) image_entries(image) * entry_bytes(image[0] != 0);
}

bool
fair_scores_begin(const uint8_t *image, size_t available)
{
	return available >= ENTRIES_AT && image_entries(image) <= FAIR_MAX_SCORES &&
	       fair_scores_image_bytes(image) <= available &&
	       fair_scores_valid(image, fair_scores_image_bytes(image));
}
