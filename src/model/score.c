/*
 * score.c
 *    From values to a raw score, one row or one block at a time.
 *
 * Both forms make the same additions in the same order for every row, so they
 * agree in every bit.  A dataset holds a NULL number as its fill value and a
 * flag in the column that follows; a model holds both in one column.  Adding
 * the flag's coefficient only to the rows that have it keeps the two alike.
 *
 * A level is found by open addressing with linear probing in a table at most
 * half full.  An entry holds the first and the last eight bytes of the name,
 * which settle names of up to 16 bytes without reading them again.  The table
 * is a few kilobytes for columns with some dozens of levels; a lookup costs
 * about 3 ns.  A model made to collide makes lookups slow, never wrong.
 */
#include "model/score.h"

#include <string.h>

struct ScoreLevel
{
	uint64_t head;    /* first bytes of the name, zeros beyond its end */
	uint64_t tail;    /* last bytes, the same as head when there are up to 8 */
	const char *name; /* NULL: free entry */
	uint32_t length;
	double coef;
};

/* The entries of a name that decide where it belongs. */
typedef struct LevelKey
{
	uint64_t head;
	uint64_t tail;
	uint32_t hash;
} LevelKey;

static NumStatus
build_levels(NumArena *arena, NumMonitor *monitor, ScoreColumn *score);

/* Bytes of names hashed between two looks at the monitor. */
#define STRIDE_BYTES ((size_t) 1 << 20)

/*
 * Short names are put together from overlapping loads, so that no length
 * needs a loop: the value is a function of the bytes and differs for names of
 * the same length that differ.
 */
static inline LevelKey
level_key(const char *name, uint32_t length)
{
	LevelKey key;
	uint64_t mixed;

	if (length >= 8)
	{
		memcpy(&key.head, name, 8);
		memcpy(&key.tail, name + length - 8, 8);
	}
	else if (length >= 4)
	{
		uint32_t low;
		uint32_t high;

		memcpy(&low, name, 4);
		memcpy(&high, name + length - 4, 4);
		key.head = (uint64_t) low | (uint64_t) high << 32;
		key.tail = key.head;
	}
	else
	{
		key.head = 0;
		for (uint32_t i = 0; i < length; i++)
			key.head = key.head << 8 | (unsigned char) name[i];
		key.tail = key.head;
	}

	/* odd multipliers from the fractional digits of the golden ratio and of
	 * the square root of two; the product's high bits depend on all bits */
	mixed = (key.head ^ length) * UINT64_C(0x9E3779B97F4A7C15);
	/* names may differ in the middle only, such as addresses of pages */
	for (uint32_t i = 8; length > 16 && i + 8 < length; i += 8)
	{
		uint64_t middle;

		memcpy(&middle, name + i, 8);
		mixed = (mixed ^ mixed >> 32 ^ middle) * UINT64_C(0x9E3779B97F4A7C15);
	}
	mixed = (mixed ^ mixed >> 32 ^ key.tail) * UINT64_C(0x6A09E667F3BCC909);
	key.hash = (uint32_t) (mixed >> 32);
	return key;
}

static inline bool
level_equals(const ScoreLevel *level, const LevelKey *key, const char *name,
             uint32_t length)
{
	if (level->length != length || level->head != key->head ||
	    level->tail != key->tail)
		return false;
	return length <= 16 || memcmp(level->name, name, length) == 0;
}

/* The columns of a model or of a member of one. */
static NumStatus
build_columns(NumArena *arena, const ModelColumn *columns, uint32_t n,
              NumMonitor *monitor, ScoreColumn **result)
{
	*result = arena_alloc(arena, n, sizeof(ScoreColumn));
	if (*result == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t c = 0; c < n; c++)
	{
		ScoreColumn *score = &(*result)[c];

		score->column = &columns[c];
		score->levels = NULL;
		score->mask = 0;
		score->null_coef = 0;
		if (score->column->kind == DATA_CATEGORY)
		{
			NumStatus status = build_levels(arena, monitor, score);

			if (status != NUM_OK)
				return status;
		}
	}
	return NUM_OK;
}

NumStatus
scorer_build(NumArena *arena, const Model *model, NumMonitor *monitor,
             Scorer **result)
{
	Scorer *scorer = arena_alloc(arena, 1, sizeof(Scorer));
	NumStatus status;

	if (scorer == NULL)
		return NUM_NO_MEMORY;
	scorer->model = model;
	scorer->member_columns = NULL;
	status = build_columns(arena, model->columns, model->n_columns, monitor,
	                       &scorer->columns);
	if (status == NUM_OK && model->n_members > 0)
	{
		scorer->member_columns =
			arena_alloc(arena, model->n_members, sizeof(ScoreColumn *));
		if (scorer->member_columns == NULL)
			return NUM_NO_MEMORY;
		scorer->member_columns[0] = scorer->columns;
	}
	for (uint32_t m = 1; m < model->n_members && status == NUM_OK; m++)
		status =
			build_columns(arena, model->members[m].columns, model->n_columns,
		                  monitor, &scorer->member_columns[m]);
	*result = scorer;
	return status;
}

static NumStatus
build_levels(NumArena *arena, NumMonitor *monitor, ScoreColumn *score)
{
	const ModelColumn *column = score->column;
	uint32_t size = 4;
	size_t bytes = 0;

	score->null_coef = column->unseen_coef;
	if (column->n_levels > UINT32_MAX / 4)
		return NUM_TOO_LARGE;
	while (size < 2 * column->n_levels)
		size *= 2;
	score->levels = arena_alloc(arena, size, sizeof(ScoreLevel));
	if (score->levels == NULL)
		return NUM_NO_MEMORY;
	memset(score->levels, 0, size * sizeof(ScoreLevel));
	score->mask = size - 1;

	for (uint32_t l = 0; l < column->n_levels; l++)
	{
		const ModelLevel *level = &column->levels[l];
		LevelKey key;
		uint32_t place;

		/* a name takes some cache misses, however short it is */
		bytes += level->length + 256u;
		if (bytes >= STRIDE_BYTES)
		{
			bytes = 0;
			if (monitor_stop(monitor))
				return NUM_CANCELLED;
		}
		if (level->kind == DATA_LEVEL_NULL)
			score->null_coef = level->coef;
		if (level->kind != DATA_LEVEL_VALUE)
			continue;
		key = level_key(level->name, level->length);
		place = key.hash & score->mask;
		while (score->levels[place].name != NULL)
			place = (place + 1) & score->mask;
		score->levels[place].head = key.head;
		score->levels[place].tail = key.tail;
		score->levels[place].name = level->name;
		score->levels[place].length = level->length;
		score->levels[place].coef = level->coef;
	}
	return NUM_OK;
}

double
score_level(const ScoreColumn *column, const char *name, uint32_t length,
            bool *seen)
{
	LevelKey key = level_key(name, length);
	uint32_t place = key.hash & column->mask;

	/* the table is half empty, so the walk ends */
	while (column->levels[place].name != NULL)
	{
		if (level_equals(&column->levels[place], &key, name, length))
		{
			if (seen != NULL)
				*seen = true;
			return column->levels[place].coef;
		}
		place = (place + 1) & column->mask;
	}
	if (seen != NULL)
		*seen = false;
	return column->column->unseen_coef;
}

static double
score_values(double z, const ScoreColumn *columns, uint32_t n,
             const ScoreValue *values)
{
	for (uint32_t c = 0; c < n; c++)
	{
		const ScoreColumn *score = &columns[c];

		if (score->column->kind == DATA_NUMBER)
		{
			if (values[c].null)
				z = score_add_null(score->column, z);
			else
				z += score_number(score->column, values[c].number);
		}
		else if (values[c].null)
			z += score->null_coef;
		else
			z += score_level(score, values[c].name, values[c].length, NULL);
	}
	return z;
}

double
model_score_values(const Scorer *scorer, const ScoreValue *values)
{
	return score_values(scorer->model->intercept, scorer->columns,
	                    scorer->model->n_columns, values);
}

void
mixture_score_values(const Scorer *scorer, const ScoreValue *values, double *z)
{
	const Model *model = scorer->model;

	for (uint32_t m = 0; m < model->n_members; m++)
		z[m] =
			score_values(model->members[m].intercept, scorer->member_columns[m],
		                 model->n_columns, values);
}

/* Adds what the codes of a category contribute; one loop for each width. */
static void
add_codes(const ModelColumn *column, const void *values, uint8_t code_bytes,
          uint32_t n_rows, double *restrict z)
{
	const ModelLevel *levels = column->levels;

	if (code_bytes == 1)
	{
		const uint8_t *codes = values;

		for (uint32_t i = 0; i < n_rows; i++)
			z[i] += levels[codes[i]].coef;
	}
	else if (code_bytes == 2)
	{
		const uint16_t *codes = values;

		for (uint32_t i = 0; i < n_rows; i++)
			z[i] += levels[codes[i]].coef;
	}
	else
	{
		const uint32_t *codes = values;

		for (uint32_t i = 0; i < n_rows; i++)
			z[i] += levels[codes[i]].coef;
	}
}

/* Code 1 of a null flag is NULL; flags are one byte wide. */
static void
add_null_flags(double null_coef, const void *values, uint32_t n_rows,
               double *restrict z)
{
	const uint8_t *codes = values;

	for (uint32_t i = 0; i < n_rows; i++)
		if (codes[i] != 0)
			z[i] += null_coef;
}

static void
score_block(double intercept, const ModelColumn *column, const Dataset *data,
            const DataBlock *block, double *restrict z)
{
	uint32_t n_rows = block->n_rows;

	for (uint32_t i = 0; i < n_rows; i++)
		z[i] = intercept;

	/* a flag stands right after its number and has no column of its own */
	for (uint32_t c = 0; c < data->n_columns; c++)
	{
		if (data->columns[c].is_null_flag)
			add_null_flags(column[-1].null_coef, block->values[c], n_rows, z);
		else if (column->kind == DATA_NUMBER)
		{
			const float *stored = block->values[c];
			double coef = column->coef;

			for (uint32_t i = 0; i < n_rows; i++)
				z[i] += coef * (double) stored[i];
			column++;
		}
		else
		{
			add_codes(column, block->values[c], block->code_bytes[c], n_rows,
			          z);
			column++;
		}
	}
}

void
model_score_block(const Model *model, const Dataset *data,
                  const DataBlock *block, double *z)
{
	score_block(model->intercept, model->columns, data, block, z);
}

void
model_score_member(const Model *model, uint32_t member, const Dataset *data,
                   const DataBlock *block, double *z)
{
	score_block(model->members[member].intercept,
	            model->members[member].columns, data, block, z);
}
