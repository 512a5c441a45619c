/*
 * codec.c
 *    The stored form of a model, and reading it; codec_write.c writes it.
 *
 * All integers and floats are little-endian, nothing is aligned, nothing is
 * padded:
 *
 *     8 bytes  magic "fairpgM\n"
 *     u32      format, 1; 2 with thresholds by group; 3 of a linear model; 4 of a
 *              mixture; 5 of a multinomial model; 6 to 10 the same with averages
 *     u32      family, 1 for logistic, 2 for linear, 3 for multinomial
 *     u64      length of the whole image
 *     f64      threshold, not in formats 3, 5, 8 and 10
 *     f64      intercept
 *     u32      number of columns
 *     columns, each
 *         u32, bytes   source name
 *         u32          element
 *         u8           input class
 *         u8           kind
 *         number:      f64 pivot, f32 fill, f64 coef, null_coef, min, max
 *         category:    f64 unseen_coef, u32 number of levels, levels, each
 *             u8           kind
 *             u32, bytes   name
 *             f64          coef
 *     formats 2 and 7:
 *         u32, bytes   protected attribute
 *         u32          number of its columns, 1 to 8; of each
 *             u32, bytes   source name
 *         u32          number of groups, at least 1; of each
 *             u32, bytes   name
 *             f64          threshold, 0 to 2
 *     formats 4 and 9, of which what stands above is the first member:
 *         u8           what the draw of a row is of, 0: its scores; 1: a column
 *         u32, bytes   name of the column, if it is of one
 *         u8           its input class, likewise
 *         u32          number of members, at least 2; of each
 *             f64          share
 *             f64          intercept, not of the first; likewise of each column
 *             number:      f64 coef, null_coef
 *             category:    f64 unseen_coef, and of each level f64 coef
 *     formats 5 and 10, of which what stands above is of the first class:
 *         u32          number of classes, 3 to 50; of each
 *             u32, bytes   name
 *             coefficients as of a member, not of the first
 *     formats 6 to 10:
 *         of each member or class, or of the model, for each column
 *             f64          what it contributes on average
 *     u32      CRC-32C of everything before it
 *
 * The checksum is for accidents.  Against intent the decoder relies on nothing
 * but what it has checked: every count is bounded by the bytes that are left
 * before memory is asked for, every float is finite, levels and groups are in
 * the order that lookups need, and the image ends where it says.  So decoding never
 * takes more than a few times the size of the image, and what it returns is a
 * model that all other code may trust.
 *
 * A new format gets a new number here and its own reader; old ones stay.
 */
#include "model/model.h"

#include <math.h>
#include <string.h>

#include "model/codec_private.h"
#include "num/checksum.h"

/* Smallest image of a column and of a level: what bounds their number. */
#define CODEC_MIN_COLUMN_BYTES (4 + 1 + 4 + 1 + 1 + 8 + 4)
#define CODEC_MIN_LEVEL_BYTES (1 + 4 + 8)
#define CODEC_MIN_GROUP_BYTES (4 + 8)

/* A name of PostgreSQL has 63 bytes; servers may be built for longer ones. */
#define CODEC_MAX_NAME_BYTES 1023

/* Reads in order; the first failure sets 'failed' and makes all that follows
 * read zeros, so that callers need to look only before they act on a value. */
typedef struct Reader
{
	NumArena *arena;
	const uint8_t *bytes;
	size_t used;
	size_t size;
	char *names;        /* where the next name goes; see model_decode() */
	const char *failed; /* the field, or NULL */
	bool no_memory;
	NumMonitor *monitor;
	size_t asked; /* 'used' when it was last */
	bool cancelled;
} Reader;

/* Asked about after so many bytes of the image. */
#define CODEC_STRIDE_BYTES ((size_t) 1 << 18)

static void read_model(Reader *reader, Model *model);
static void read_column(Reader *reader, ModelColumn *column);
static void read_number(Reader *reader, ModelColumn *column);
static void read_levels(Reader *reader, ModelColumn *column);
static void read_groups(Reader *reader, Model *model);
static void read_members(Reader *reader, Model *model);
static void read_classes(Reader *reader, Model *model);
static void read_averages(Reader *reader, Model *model);
static bool level_follows(const ModelLevel *level, const ModelLevel *before);

/* Remembers the first field that is wrong. */
static void
refuse(Reader *reader, const char *field)
{
	if (reader->failed == NULL)
		reader->failed = field;
}

static size_t
bytes_left(const Reader *reader)
{
	return reader->size - reader->used;
}

static uint64_t
read_unsigned(Reader *reader, int n_bytes, const char *field)
{
	uint64_t value = 0;

	if (reader->failed != NULL || bytes_left(reader) < (size_t) n_bytes)
	{
		refuse(reader, field);
		return 0;
	}
	for (int i = 0; i < n_bytes; i++)
		value |= (uint64_t) reader->bytes[reader->used++] << (8 * i);
	return value;
}

static double
read_double(Reader *reader, const char *field)
{
	uint64_t bits = read_unsigned(reader, 8, field);
	double value;

	memcpy(&value, &bits, sizeof(value));
	if (!isfinite(value))
	{
		refuse(reader, field);
		return 0;
	}
	return value;
}

static float
read_float(Reader *reader, const char *field)
{
	uint32_t bits = (uint32_t) read_unsigned(reader, 4, field);
	float value;

	memcpy(&value, &bits, sizeof(value));
	if (!isfinite(value))
	{
		refuse(reader, field);
		return 0;
	}
	return value;
}

/* A count of items that take at least 'item_bytes' each. */
static uint32_t
read_count(Reader *reader, size_t item_bytes, const char *field)
{
	uint32_t count = (uint32_t) read_unsigned(reader, 4, field);

	if (count > bytes_left(reader) / item_bytes)
	{
		refuse(reader, field);
		return 0;
	}
	return count;
}

/* A terminated copy of a name, or "" after a failure. */
static const char *
read_bytes(Reader *reader, uint32_t *length, const char *field)
{
	char *copy = reader->names;

	if (reader->used - reader->asked >= CODEC_STRIDE_BYTES)
	{
		reader->asked = reader->used;
		if (monitor_stop(reader->monitor))
		{
			reader->cancelled = true;
			refuse(reader, field);
		}
	}
	*length = read_count(reader, 1, field);
	if (reader->failed != NULL)
		return "";
	if (*length > 0)
		memcpy(copy, reader->bytes + reader->used, *length);
	copy[*length] = '\0';
	reader->names += *length + 1;
	reader->used += *length;
	return copy;
}

/* Memory for what was counted, or NULL after a failure. */
static void *
read_room(Reader *reader, uint32_t count, size_t item_bytes, const char *field)
{
	void *room;

	if (reader->failed != NULL)
		return NULL;
	room = arena_alloc(reader->arena, count, item_bytes);
	if (room == NULL)
	{
		reader->no_memory = true;
		refuse(reader, field);
	}
	return room;
}

/* The checksum of the first bytes of the image; false when the monitor stops
 * it. */
static bool
sum_image(const Reader *reader, size_t length, uint32_t *crc)
{
	*crc = 0;
	for (size_t at = 0; at < length; at += CODEC_STRIDE_BYTES)
	{
		size_t left = length - at;

		if (monitor_stop(reader->monitor))
			return false;
		*crc = num_crc32c_more(*crc, reader->bytes + at,
		                       left < CODEC_STRIDE_BYTES ? left
		                                                 : CODEC_STRIDE_BYTES);
	}
	return true;
}

NumStatus
model_decode(NumArena *arena, const uint8_t *bytes, size_t size_bytes,
             NumMonitor *monitor, Model **model, const char **field)
{
	Reader reader = {
		.arena = arena, .bytes = bytes, .size = size_bytes, .monitor = monitor
	};
	uint32_t crc = 0;
	Model *result = NULL;

	if (size_bytes < CODEC_MAGIC_BYTES + CODEC_CHECKSUM_BYTES ||
	    memcmp(bytes, CODEC_MAGIC, CODEC_MAGIC_BYTES) != 0)
	{
		*field = "magic";
		return NUM_CORRUPT;
	}
	reader.used = size_bytes - CODEC_CHECKSUM_BYTES;
	if (!sum_image(&reader, reader.used, &crc))
		return NUM_CANCELLED;
	if ((uint32_t) read_unsigned(&reader, 4, "checksum") != crc)
	{
		*field = "checksum";
		return NUM_CORRUPT;
	}

	reader.used = CODEC_MAGIC_BYTES;
	reader.size = size_bytes - CODEC_CHECKSUM_BYTES;
	/* names with a terminator each take less room than with a length each, so
	 * those of the whole image fit into its own size */
	reader.names = arena_alloc(arena, size_bytes, 1);
	if (reader.names != NULL)
		result = arena_alloc(arena, 1, sizeof(Model));
	if (result == NULL)
		return NUM_NO_MEMORY;
	read_model(&reader, result);
	if (reader.failed == NULL && bytes_left(&reader) > 0)
		refuse(&reader, "length");
	if (reader.cancelled)
		return NUM_CANCELLED;
	if (reader.failed != NULL)
	{
		*field = reader.failed;
		return reader.no_memory ? NUM_NO_MEMORY : NUM_CORRUPT;
	}
	*model = result;
	return NUM_OK;
}

static void
read_threshold(Reader *reader, Model *model)
{
	model->threshold = read_double(reader, "threshold");
	if (!(model->threshold > 0 && model->threshold < 1))
		refuse(reader, "threshold");
}

static void
read_model(Reader *reader, Model *model)
{
	uint64_t format = read_unsigned(reader, 4, "format");

	if (format < CODEC_FORMAT || format > CODEC_FORMAT_CLASSES + CODEC_AVERAGES)
		refuse(reader, "format");
	model->has_averages = format > CODEC_FORMAT_CLASSES;
	if (model->has_averages)
		format -= CODEC_AVERAGES;
	/* the format says which family there is */
	model->family = format == CODEC_FORMAT_LINEAR    ? MODEL_LINEAR
	                : format == CODEC_FORMAT_CLASSES ? MODEL_MULTINOMIAL
	                                                 : MODEL_LOGISTIC;
	if (read_unsigned(reader, 4, "family") != (uint64_t) model->family)
		refuse(reader, "family");
	if (read_unsigned(reader, 8, "length") !=
	    reader->size + CODEC_CHECKSUM_BYTES)
		refuse(reader, "length");
	model->threshold = 0;
	if (model->family == MODEL_LOGISTIC)
		read_threshold(reader, model);
	model->intercept = read_double(reader, "intercept");
	model->n_columns =
		read_count(reader, CODEC_MIN_COLUMN_BYTES, "number of columns");
	model->columns = read_room(reader, model->n_columns, sizeof(ModelColumn),
	                           "number of columns");
	for (uint32_t c = 0; c < model->n_columns && reader->failed == NULL; c++)
		read_column(reader, &model->columns[c]);
	model->groups = NULL;
	model->n_members = 0;
	model->members = NULL;
	model->classes = NULL;
	model->draw_column = NULL;
	model->draw_input = 0;
	if (format == CODEC_FORMAT_CLASSES)
		read_classes(reader, model);
	if (format == CODEC_FORMAT_MIXTURE)
		read_members(reader, model);
	if (format == CODEC_FORMAT_GROUPS)
		read_groups(reader, model);
	if (model->has_averages)
		read_averages(reader, model);
}

/* A name that is a C string of 1 to 'longest' bytes. */
static const char *
read_name(Reader *reader, uint32_t longest, const char *field)
{
	uint32_t length;
	const char *name = read_bytes(reader, &length, field);

	if (length == 0 || length > longest || strlen(name) != length)
		refuse(reader, field);
	return name;
}

static void
read_column(Reader *reader, ModelColumn *column)
{
	uint64_t kind;

	memset(column, 0, sizeof(*column));
	column->source = read_name(reader, CODEC_MAX_NAME_BYTES, "column name");
	column->element = (uint32_t) read_unsigned(reader, 4, "element");
	if (column->element > INT32_MAX)
		refuse(reader, "element");
	column->input = (uint8_t) read_unsigned(reader, 1, "input class");
	if (column->input == 0)
		refuse(reader, "input class");

	kind = read_unsigned(reader, 1, "column kind");
	if (kind == DATA_NUMBER)
	{
		column->kind = DATA_NUMBER;
		read_number(reader, column);
	}
	else if (kind == DATA_CATEGORY)
	{
		column->kind = DATA_CATEGORY;
		read_levels(reader, column);
	}
	else
		refuse(reader, "column kind");
}

static void
read_number(Reader *reader, ModelColumn *column)
{
	column->pivot = read_double(reader, "pivot");
	column->fill = read_float(reader, "fill");
	column->coef = read_double(reader, "coefficient");
	column->null_coef = read_double(reader, "coefficient");
	column->min = read_double(reader, "range");
	column->max = read_double(reader, "range");
	if (!(column->min <= column->max))
		refuse(reader, "range");
}

static void
read_levels(Reader *reader, ModelColumn *column)
{
	column->unseen_coef = read_double(reader, "coefficient");
	column->n_levels =
		read_count(reader, CODEC_MIN_LEVEL_BYTES, "number of levels");
	column->levels = read_room(reader, column->n_levels, sizeof(ModelLevel),
	                           "number of levels");
	for (uint32_t l = 0; l < column->n_levels && reader->failed == NULL; l++)
	{
		ModelLevel *level = &column->levels[l];
		uint64_t kind = read_unsigned(reader, 1, "level kind");

		if (kind > DATA_LEVEL_OTHER)
			refuse(reader, "level kind");
		level->kind = (DataLevelKind) kind;
		level->name = read_bytes(reader, &level->length, "level name");
		level->coef = read_double(reader, "coefficient");
		if (reader->failed == NULL &&
		    !level_follows(level, l > 0 ? level - 1 : NULL))
			refuse(reader, "order of levels");
	}
}

static void
read_groups(Reader *reader, Model *model)
{
	ModelGroups *groups = read_room(reader, 1, sizeof(ModelGroups), "groups");

	model->groups = groups;
	if (groups == NULL)
		return;
	groups->attribute = read_name(reader, UINT32_MAX, "protected attribute");
	groups->n_columns =
		(uint32_t) read_unsigned(reader, 4, "number of protected columns");
	if (groups->n_columns < 1 || groups->n_columns > MODEL_MAX_CROSSED)
		refuse(reader, "number of protected columns");
	groups->columns = read_room(reader, groups->n_columns, sizeof(const char *),
	                            "number of protected columns");
	for (uint32_t c = 0; c < groups->n_columns && reader->failed == NULL; c++)
		groups->columns[c] =
			read_name(reader, CODEC_MAX_NAME_BYTES, "protected column");

	groups->n_groups =
		read_count(reader, CODEC_MIN_GROUP_BYTES, "number of groups");
	groups->groups = read_room(reader, groups->n_groups, sizeof(ModelGroup),
	                           "number of groups");
	for (uint32_t g = 0; g < groups->n_groups && reader->failed == NULL; g++)
	{
		uint32_t length;

		/* an empty text is a group like any other */
		groups->groups[g].name = read_bytes(reader, &length, "group name");
		if (strlen(groups->groups[g].name) != length)
			refuse(reader, "group name");
		groups->groups[g].threshold = read_double(reader, "group threshold");
	}
	if (reader->failed == NULL && !model_groups_sound(groups))
		refuse(reader, "groups");
}

/* Bytes of one member after its share. */
static size_t
member_bytes(const Model *model)
{
	size_t bytes = 8;

	for (uint32_t c = 0; c < model->n_columns; c++)
		bytes += model->columns[c].kind == DATA_NUMBER
		             ? 16
		             : 8 + 8 * (size_t) model->columns[c].n_levels;
	return bytes;
}

/* Bytes of the averages of so many members. */
static size_t
averages_bytes(const Model *model, uint32_t n_members)
{
	return model->has_averages ? 8 * (size_t) n_members * model->n_columns : 0;
}

/* The coefficients of a member, for columns and levels of the first one. */
static void
read_member(Reader *reader, const Model *model, ModelMember *member)
{
	member->intercept = read_double(reader, "intercept");
	member->columns = read_room(reader, model->n_columns, sizeof(ModelColumn),
	                            "number of members");
	for (uint32_t c = 0; c < model->n_columns && reader->failed == NULL; c++)
	{
		ModelColumn *column = &member->columns[c];
		const ModelLevel *levels = model->columns[c].levels;

		*column = model->columns[c];
		if (column->kind == DATA_NUMBER)
		{
			column->coef = read_double(reader, "coefficient");
			column->null_coef = read_double(reader, "coefficient");
			continue;
		}
		column->unseen_coef = read_double(reader, "coefficient");
		column->levels = read_room(reader, column->n_levels, sizeof(ModelLevel),
		                           "number of members");
		for (uint32_t l = 0; l < column->n_levels && reader->failed == NULL;
		     l++)
		{
			column->levels[l] = levels[l];
			column->levels[l].coef = read_double(reader, "coefficient");
		}
	}
}

static void
read_members(Reader *reader, Model *model)
{
	uint64_t draw = read_unsigned(reader, 1, "draw");
	uint32_t n;

	if (draw > 1)
		refuse(reader, "draw");
	if (draw == 1)
	{
		model->draw_column = read_name(reader, CODEC_MAX_NAME_BYTES, "draw");
		model->draw_input = (uint8_t) read_unsigned(reader, 1, "draw");
	}
	n = (uint32_t) read_unsigned(reader, 4, "number of members");
	if (n < 2 || n > MODEL_MAX_MEMBERS ||
	    (reader->failed == NULL &&
	     bytes_left(reader) != 8 + (n - 1) * (8 + member_bytes(model)) +
	                               averages_bytes(model, n)))
		refuse(reader, "number of members");
	model->members =
		read_room(reader, n, sizeof(ModelMember), "number of members");
	for (uint32_t m = 0; m < n && reader->failed == NULL; m++)
	{
		ModelMember *member = &model->members[m];

		member->share = read_double(reader, "share");
		member->intercept = model->intercept;
		member->columns = model->columns;
		if (m > 0)
			read_member(reader, model, member);
	}
	if (reader->failed == NULL && !model_shares_sound(model->members, n))
		refuse(reader, "share");
	model->n_members = n;
}

static void
read_classes(Reader *reader, Model *model)
{
	uint32_t n = (uint32_t) read_unsigned(reader, 4, "number of classes");

	if (n < MODEL_LEAST_CLASSES || n > MODEL_MOST_CLASSES ||
	    (reader->failed == NULL &&
	     bytes_left(reader) < 4 * n + (n - 1) * member_bytes(model)))
		refuse(reader, "number of classes");
	model->members =
		read_room(reader, n, sizeof(ModelMember), "number of classes");
	model->classes =
		read_room(reader, n, sizeof(ModelClass), "number of classes");
	for (uint32_t k = 0; k < n && reader->failed == NULL; k++)
	{
		ModelMember *member = &model->members[k];
		ModelClass *class = &model->classes[k];

		class->name = read_bytes(reader, &class->length, "class name");
		if (strlen(class->name) != class->length)
			refuse(reader, "class name");
		*member = (ModelMember){ 1, model->intercept, model->columns };
		if (k > 0)
			read_member(reader, model, member);
	}
	if (reader->failed == NULL && !model_classes_sound(model->classes, n))
		refuse(reader, "class name");
	model->n_members = n;
}

static void
read_averages(Reader *reader, Model *model)
{
	for (uint32_t c = 0; c < model->n_columns && reader->failed == NULL; c++)
		model->columns[c].average = read_double(reader, "average");
	for (uint32_t m = 1; m < model->n_members && reader->failed == NULL; m++)
		for (uint32_t c = 0; c < model->n_columns; c++)
			model->members[m].columns[c].average =
				read_double(reader, "average");
}

/* Whether a level may stand after another: NULL, then values strictly in byte
 * order, then OTHER; only values have names. */
static bool
level_follows(const ModelLevel *level, const ModelLevel *before)
{
	uint32_t shorter;
	int order;

	if (level->kind != DATA_LEVEL_VALUE && level->length > 0)
		return false;
	if (before == NULL)
		return true;
	if (level->kind == DATA_LEVEL_NULL || before->kind == DATA_LEVEL_OTHER)
		return false;
	if (level->kind == DATA_LEVEL_OTHER || before->kind == DATA_LEVEL_NULL)
		return true;
	shorter = level->length < before->length ? level->length : before->length;
	order = memcmp(before->name, level->name, shorter);
	return order < 0 || (order == 0 && before->length < level->length);
}
