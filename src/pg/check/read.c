/*
 * read.c
 *    Reading the source of check_data() once, and counting as it goes by.
 *
 * Every row is looked at once and none is kept: it falls into the base of its
 * protected values, its label is counted there, and each value is counted in
 * the table of its column.  All of this is integers, exact sums and sets, so
 * the order of rows shows in nothing but what is said about that order.
 *
 * Memory: the tables of contents and of values are bounded (data/values.h),
 * bases by CHECK_MOST_BASES.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "lib/stringinfo.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "fair/tally.h"
#include "num/random.h"
#include "pg/args.h"
#include "pg/check/check.h"
#include "pg/host.h"

/* What the hash of a row takes for a value that is NULL. */
#define NULL_HASH UINT64_C(0x5851f42d4c957f2d)

typedef struct CheckReceiver
{
	DestReceiver receiver;
	CheckCall *call;
	MemoryContext row_context;
	uint32 *codes; /* [n_keys] of this row */
	uint64 *words; /* [n_features] of this row, as in a sample */
	char *positive;
	uint32 positive_length;
} CheckReceiver;

/* Spreads the bits of a word (splitmix64). */
static uint64
spread(uint64 x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static bool
has_number(const CheckInput *input)
{
	return input->encoder.input == ENCODE_NUMBER ||
	       input->encoder.input == ENCODE_DATE ||
	       input->encoder.input == ENCODE_TIMESTAMP;
}

/* The word that tells numbers of a column apart: whole ones by all of their
 * digits. */
static uint64
number_word(const CheckInput *input, Datum value, double x)
{
	uint64 word;

	if (input->type == INT8OID)
		return (uint64) DatumGetInt64(value);
	x += 0.0;
	memcpy(&word, &x, sizeof(word));
	return word;
}

/* What tells the values of a key or of labels apart, as bytes; 'room' is
 * where they may go. */
const char *
check_value_bytes(CheckInput *input, Datum value, uint64 *room, uint32 *length)
{
	char *text;

	if (has_number(input))
	{
		*room =
			number_word(input, value, encoder_number(&input->encoder, value));
		*length = sizeof(*room);
		return (const char *) room;
	}
	if (input->encoder.input == ENCODE_TEXT ||
	    input->encoder.input == ENCODE_BOOLEAN)
		return encoder_text(&input->encoder, value, length);
	text = encode_group_name(input->type, value);
	*length = (uint32) strlen(text);
	return text;
}

/* The name of a value that is new, kept as long as the call. */
static char *
name_of(CheckCall *call, const CheckInput *input, Datum value)
{
	const char *name = encode_group_name(input->type, value);
	uint32 length = (uint32) strlen(name);

	name = encode_value_name(name, &length);
	return MemoryContextStrdup(call->arena.host, name);
}

/* The code of a key's value, from 1: 0 once the column has more values than
 * there may be groups. */
static uint32
key_code(CheckCall *call, CheckKey *key, Datum value, uint64 *hash)
{
	uint64 room;
	uint32 length;
	const char *bytes = check_value_bytes(&key->input, value, &room, &length);
	uint32 code;

	*hash = num_hash64(bytes, length, call->seed);
	if (key->crowded)
		return 0;
	code = dictionary_code(&key->codes, bytes, length);
	if (code == DICTIONARY_FULL)
		check_status(call, NUM_NO_MEMORY);
	if ((int) code + 1 < key->n_names)
		return code + 1;
	if (key->n_names == key->room)
	{
		key->crowded = true;
		return 0;
	}
	key->names[key->n_names++] = name_of(call, &key->input, value);
	return code + 1;
}

static void
make_base(CheckCall *call, CheckBase *base, const uint32 *codes)
{
	MemoryContext context = call->arena.host;
	Size n_keys = (Size) call->n_keys;

	memset(base, 0, sizeof(*base));
	base->codes =
		memcpy(MemoryContextAlloc(context, sizeof(uint32) * (n_keys + 1)),
	           codes, sizeof(uint32) * n_keys);
	base->missing = MemoryContextAllocZero(
		context, sizeof(uint64) * (Size) (call->n_features + 1));
	if (call->weight == NULL)
		return;
	base->weight =
		MemoryContextAllocZero(context, sizeof(ExactSum) * CHECK_LABELS);
	base->squared =
		MemoryContextAllocZero(context, sizeof(ExactSum) * CHECK_LABELS);
}

/* The base of a row. */
static CheckBase *
find_base(CheckCall *call, const uint32 *codes)
{
	uint32 code = dictionary_code(&call->base_codes, (const char *) codes,
	                              (uint32) (sizeof(uint32) * call->n_keys));

	if (code == DICTIONARY_FULL)
		check_status(call, NUM_NO_MEMORY);
	if (code < call->n_bases)
		return &call->bases[code];
	if (call->n_bases == CHECK_MOST_BASES)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("protected columns and strata have more than %d "
		                       "combinations of values",
		                       CHECK_MOST_BASES),
		                errhint("Name fewer of them, or columns with fewer "
		                        "values.")));
	if (call->n_bases == call->bases_room)
	{
		call->bases_room *= 2;
		call->bases =
			repalloc(call->bases, sizeof(CheckBase) * call->bases_room);
	}
	make_base(call, &call->bases[call->n_bases], codes);
	return &call->bases[call->n_bases++];
}

static double
read_weight(CheckCall *call, Datum value, bool null)
{
	double weight =
		null ? -1 : encoder_number(&call->weight_input.encoder, value);

	if (!(weight >= 0 && weight <= FAIR_MAX_WEIGHT) ||
	    (weight > 0 && weight < FAIR_MIN_WEIGHT))
		ereport(
			ERROR,
			(errcode(null ? ERRCODE_NULL_VALUE_NOT_ALLOWED
		                  : ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
		     errmsg("weight column \"%s\" is %s in row " UINT64_FORMAT
		            " of source %s",
		            call->weight,
		            null ? "null" : "negative, too large or too small",
		            call->n_rows + call->n_weightless + 1, call->source.name),
		     errhint("Weights are 0, or numbers from %g to %.0f; only "
		             "their ratios matter.",
		             FAIR_MIN_WEIGHT, FAIR_MAX_WEIGHT)));
	return weight;
}

/* The code of a label that is one of several values. */
static int
class_code(CheckCall *call, const CheckInput *input, const char *bytes,
           uint32 length, Datum value)
{
	uint32 code;

	if (call->n_labels == CHECK_LABELS)
		return CHECK_LABEL_OTHER;
	code = dictionary_code(&call->label_codes, bytes, length);
	if (code == DICTIONARY_FULL)
		check_status(call, NUM_NO_MEMORY);
	if ((int) code + 1 == call->n_labels)
	{
		if (code + 1 == CHECK_LABEL_OTHER)
			call->label_names[code + 1] = "(any other value)";
		else
			call->label_names[code + 1] = name_of(call, input, value);
		call->n_labels++;
	}
	return (int) code + 1;
}

/* The code of a label, of whoever gave it, and a word that tells labels apart
 * also beyond the codes there are: 0 for NULL alone. */
static int
label_code(CheckReceiver *self, CheckInput *input, NullableDatum label,
           uint32 *tag)
{
	CheckCall *call = self->call;
	uint64 room;
	uint32 length;
	const char *bytes;
	bool positive;

	*tag = 0;
	if (label.isnull)
		return CHECK_LABEL_NULL;
	bytes = check_value_bytes(input, label.value, &room, &length);
	if (self->positive == NULL && input->encoder.input != ENCODE_BOOLEAN)
	{
		*tag = (uint32) (num_hash64(bytes, length, call->seed) >> 32) | 1;
		return class_code(call, input, bytes, length, label.value);
	}
	if (self->positive != NULL)
		positive = length == self->positive_length &&
		           memcmp(bytes, self->positive, length) == 0;
	else
		positive = length == 4; /* "true" */
	*tag = positive ? 2 : 1;
	return (int) *tag;
}

/* A text that stands for a value that is missing. */
static bool
is_stand_in(const CheckCall *call, const char *text, uint32 length)
{
	for (int i = 0; i < call->n_stand_ins; i++)
		if (strlen(call->stand_ins[i]) == length &&
		    pg_strncasecmp(call->stand_ins[i], text, length) == 0)
			return true;
	return false;
}

static void
note_order(CheckFeature *feature, double x)
{
	feature->n_rises += x > feature->last;
	feature->n_falls += x < feature->last;
	feature->last = x;
}

/* Looks at one value; '*hash' is what it adds to the hash of the row, and
 * '*word' what stands for it in a sample, unless it is missing. */
static CheckMissing
read_value(const CheckCall *call, CheckFeature *feature, Datum value,
           uint64 *hash, uint64 *word)
{
	CheckInput *input = &feature->input;
	const char *text;
	uint32 length;

	if (input->encoder.input == ENCODE_NONE)
	{
		*hash = 0;
		feature->n_present++;
		return CHECK_PRESENT;
	}
	if (feature->is_number)
	{
		double x = encoder_number(&input->encoder, value);

		feature->n_not_finite += !(fabs(x) <= FLT_MAX);
		note_order(feature, x);
		if (isfinite(x))
			memcpy(word, &x, sizeof(x));
		*hash = spread(number_word(input, value, x) ^ call->seed);
	}
	else if (feature->is_category)
	{
		text = encoder_text(&input->encoder, value, &length);
		*hash = num_hash64(text, length, call->seed);
		*word = *hash == 0 ? 1 : *hash;
		if (is_stand_in(call, text, length))
			return CHECK_STAND_IN;
		feature->n_bytes += length;
		for (uint32 i = 0; i < length; i++)
			feature->n_blanks += text[i] == ' ';
	}
	else
		*hash =
			encode_hash(&input->encoder, input->type, value, false, call->seed);
	feature->n_present++;
	check_status(call, values_add(&feature->values, *hash, 0));
	return CHECK_PRESENT;
}

/* What stands in a sample for a value that is missing. */
static uint64
missing_word(const CheckFeature *feature)
{
	double nan = NAN;
	uint64 word = 0;

	if (feature->is_number)
		memcpy(&word, &nan, sizeof(nan));
	return word;
}

/* Takes a row into the sample if its key says so: the hash of its contents and
 * label with the number of equal rows before it. */
static void
sample_this(CheckReceiver *self, uint64 content, uint32 tag, uint64 head)
{
	CheckCall *call = self->call;
	uint32 copy = values_rows_of(&call->contents, content, tag);
	uint64 key = spread(spread(content ^ spread(tag)) + copy);
	uint64 *row;

	if (!sample_wants(&call->sample, key))
		return;
	check_status(call, sample_add(&call->sample, key, &row));
	row[1] = head;
	memcpy(row + CHECK_SAMPLE_HEAD, self->words,
	       sizeof(uint64) * (Size) check_sample_words(call));
}

static void
count_label(CheckBase *base, int label, double weight)
{
	base->rows++;
	base->by_label[label]++;
	if (base->weight == NULL)
		return;
	if (!exact_sum_add(&base->weight[label], weight) ||
	    !exact_sum_add(&base->squared[label], weight * weight))
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
		                errmsg("sum of weights is too large")));
}

static NullableDatum
value_at(const TupleTableSlot *slot, int at)
{
	NullableDatum value = { slot->tts_values[at], slot->tts_isnull[at] };

	return value;
}

/* The codes of what annotators said, a byte each, behind the features. */
static void
read_annotators(CheckReceiver *self, const TupleTableSlot *slot)
{
	CheckCall *call = self->call;
	uint8 *codes = (uint8 *) (self->words + call->n_features);

	for (int i = 0; i < call->n_annotators; i++)
	{
		CheckInput *input = &call->annotators[i];
		uint32 tag;

		codes[i] =
			(uint8) label_code(self, input, value_at(slot, input->at), &tag);
	}
}

static void
read_row(CheckReceiver *self, TupleTableSlot *slot)
{
	CheckCall *call = self->call;
	uint64 content = call->seed;
	double weight = 1;
	int label = CHECK_LABEL_NULL;
	uint32 tag = 0;
	CheckBase *base;

	if (call->weight != NULL)
		weight = read_weight(call, slot->tts_values[call->weight_input.at],
		                     slot->tts_isnull[call->weight_input.at]);
	if (weight == 0)
	{
		call->n_weightless++;
		return;
	}
	call->n_rows++;
	if (call->label != NULL)
		label = label_code(self, &call->label_input,
		                   value_at(slot, call->label_input.at), &tag);
	if (call->n_annotators > 0)
		read_annotators(self, slot);
	for (int k = 0; k < call->n_keys; k++)
	{
		CheckKey *key = &call->keys[k];
		uint64 hash = NULL_HASH;

		self->codes[k] =
			slot->tts_isnull[key->input.at]
				? 0
				: key_code(call, key, slot->tts_values[key->input.at], &hash);
		content = spread(content ^ hash);
	}
	base = find_base(call, self->codes);
	count_label(base, label, weight);
	for (int f = 0; f < call->n_features; f++)
	{
		CheckFeature *feature = &call->features[f];
		int at = feature->input.at;
		uint64 hash = NULL_HASH;
		uint64 word = missing_word(feature);
		CheckMissing missing =
			slot->tts_isnull[at]
				? CHECK_NULL
				: read_value(call, feature, slot->tts_values[at], &hash, &word);

		content = spread(content ^ hash) + (uint64) f;
		self->words[f] = missing == CHECK_STAND_IN ? 0 : word;
		if (missing == CHECK_PRESENT)
			continue;
		feature->n_null += missing == CHECK_NULL;
		feature->n_stand_in += missing == CHECK_STAND_IN;
		feature->missing_by_label[label]++;
		base->missing[f]++;
	}
	content = spread(content);
	check_status(call, values_add(&call->contents, content, tag));
	sample_this(self, content, tag,
	            (uint64) (base - call->bases) << CHECK_SAMPLE_LABEL_BITS |
	                (uint64) label);
}

static bool
receive(TupleTableSlot *slot, DestReceiver *receiver)
{
	CheckReceiver *self = (CheckReceiver *) receiver;
	MemoryContext caller = MemoryContextSwitchTo(self->row_context);

	slot_getallattrs(slot);
	read_row(self, slot);
	MemoryContextReset(self->row_context);
	MemoryContextSwitchTo(caller);
	return true;
}

static void
start_or_stop(DestReceiver *receiver)
{
}

static void
startup(DestReceiver *receiver, int operation, TupleDesc desc)
{
}

/* The positive value, in the form that labels are compared in. */
static void
read_positive(CheckReceiver *self)
{
	CheckCall *call = self->call;
	CheckInput *input = &call->label_input;
	Oid type_input;
	Oid parameter;
	uint64 room;
	const char *bytes;
	Datum value;

	if (call->positive == NULL)
		return;
	getTypeInputInfo(input->type, &type_input, &parameter);
	value = OidInputFunctionCall(type_input, pstrdup(call->positive), parameter,
	                             -1);
	bytes = check_value_bytes(input, value, &room, &self->positive_length);
	self->positive = palloc(self->positive_length + 1);
	memcpy(self->positive, bytes, self->positive_length);
}

/* Half of the memory, or less where so many rows need less. */
static void
prepare_sample(CheckCall *call)
{
	size_t width = (size_t) check_sample_words(call) + CHECK_SAMPLE_HEAD;
	size_t fits = setting_train_mem_bytes() / 4 / sizeof(uint64) / width;
	size_t most = Max(Min((size_t) call->sample_rows, fits), 1);

	check_status(call, sample_init(&call->sample, &call->arena, &call->monitor,
	                               width, most));
}

static void
prepare_tables(CheckCall *call)
{
	size_t slots = 1024;
	size_t most;

	call->bases_room = 16;
	call->bases = MemoryContextAllocHuge(call->arena.host,
	                                     sizeof(CheckBase) * call->bases_room);
	check_status(call, dictionary_init(&call->base_codes, &call->arena));
	check_status(call, dictionary_init(&call->label_codes, &call->arena));
	while (slots * 2 <= setting_train_mem_bytes() / 2 / sizeof(ValueSlot) &&
	       slots < UINT32_MAX / 4)
		slots *= 2;
	check_status(call, values_init(&call->contents, &call->arena,
	                               (uint32) (slots / 4 * 3 - 1)));
	prepare_sample(call);
	/* tables of values take a quarter of the memory, or what is least */
	most = setting_train_mem_bytes() / 4 / (2 * sizeof(ValueSlot)) /
	       (size_t) Max(call->n_features, 1);
	most = Max(Min(most, CHECK_MOST_VALUES), CHECK_LEAST_VALUES);
	for (int f = 0; f < call->n_features; f++)
	{
		call->features[f].last = NAN;
		check_status(call, values_init(&call->features[f].values, &call->arena,
		                               (uint32) most));
	}
	for (int k = 0; k < call->n_keys; k++)
	{
		CheckKey *key = &call->keys[k];

		check_status(call, dictionary_init(&key->codes, &call->arena));
		key->room = setting_int("fairpg.max_groups") + 1;
		key->names = MemoryContextAlloc(call->arena.host,
		                                sizeof(char *) * (Size) key->room);
		key->names[0] = UNKNOWN_GROUP;
		key->n_names = 1;
	}
}

static char *
make_statement(const CheckCall *call)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT ");
	for (int i = 0; i < call->n_columns; i++)
		appendStringInfo(&sql, "%ssrc.%s", i > 0 ? ", " : "",
		                 quote_identifier(call->columns[i]));
	appendStringInfo(&sql, " FROM %s", call->source.from);
	return sql.data;
}

/* Read only in two senses, as an audit is (audit_query.c). */
static void
run_statement(CheckReceiver *self)
{
	SPIExecuteOptions execute = { .read_only = true, .dest = &self->receiver };
	bool was_read_only = XactReadOnly;
	int nest_level = NewGUCNestLevel();
	SPIPlanPtr plan = SPI_prepare_cursor(make_statement(self->call), 0, NULL,
	                                     CURSOR_OPT_PARALLEL_OK);
	int code;

	if (plan == NULL)
		elog(ERROR, "source could not be prepared: %s",
		     SPI_result_code_string(SPI_result));
	/* names of groups do not depend on what the caller likes */
	(void) set_config_option("IntervalStyle", "postgres", PGC_USERSET,
	                         PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	source_without_jit();
	XactReadOnly = true;
	code = SPI_execute_plan_extended(plan, &execute);
	XactReadOnly = was_read_only;
	AtEOXact_GUC(true, nest_level);
	if (code < 0)
		elog(ERROR, "source could not be read: %s",
		     SPI_result_code_string(code));
}

static bool
is_label(const CheckCall *call, int code)
{
	for (uint64 b = 0; b < call->n_bases; b++)
		if (call->bases[b].by_label[code] > 0)
			return true;
	return false;
}

/* Which codes of labels are the positive one, where that is known. */
static void
resolve_labels(CheckCall *call, const uint8 *place)
{
	static const double zero = 0;
	static const double one = 1;
	bool zero_one = has_number(&call->label_input);

	if (call->label == NULL)
		return;
	if (call->positive != NULL ||
	    call->label_input.encoder.input == ENCODE_BOOLEAN)
	{
		call->n_labels = 3;
		call->two_labels = true;
		call->is_positive[2] = 1;
		call->label_names[1] =
			call->positive != NULL ? "(any other value)" : "false";
		call->label_names[2] = call->positive != NULL ? call->positive : "true";
		return;
	}
	for (uint32 i = 0; i < call->label_codes.n && zero_one; i++)
	{
		const char *bytes = call->label_codes.entries[i].name;
		int64 whole;

		/* what annotators alone have said is no label */
		if (!is_label(call, place[i + 1]))
			continue;
		memcpy(&whole, bytes, sizeof(whole));
		if (call->label_input.type == INT8OID)
			zero_one = whole == 0 || whole == 1;
		else
			zero_one = memcmp(bytes, &zero, sizeof(zero)) == 0 ||
			           memcmp(bytes, &one, sizeof(one)) == 0;
		call->is_positive[place[i + 1]] = whole != 0;
	}
	call->two_labels = zero_one && call->label_codes.n > 0;
}

void
check_read(CheckCall *call)
{
	CheckReceiver self = { .receiver = { .receiveSlot = receive,
		                                 .rStartup = startup,
		                                 .rShutdown = start_or_stop,
		                                 .rDestroy = start_or_stop,
		                                 .mydest = DestNone },
		                   .call = call };
	uint8 place[CHECK_LABELS];

	prepare_tables(call);
	self.row_context = AllocSetContextCreate(
		CurrentMemoryContext, "fairpg row of check_data", ALLOCSET_SMALL_SIZES);
	self.codes = palloc(sizeof(uint32) * (Size) (call->n_keys + 1));
	self.words =
		palloc0(sizeof(uint64) * (Size) (check_sample_words(call) + 1));
	call->n_labels = 1;
	read_positive(&self);
	run_statement(&self);
	check_status(call, sample_finish(&call->sample));
	check_order_labels(call, place);
	resolve_labels(call, place);
	MemoryContextDelete(self.row_context);
}
