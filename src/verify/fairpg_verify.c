/*
 * fairpg_verify.c
 *    Verifies an export of the record, without a server and without us.
 *
 *    fairpg-verify EXPORT [ANCHOR]
 *
 * EXPORT is what "SELECT line FROM fairpg.export_record()" printed, "-" being
 * standard input.  ANCHOR is a file with blocks that somebody kept elsewhere:
 * what fairpg.audit_head() or fairpg.receipt() returned, lines of a server log,
 * or any text with "block NUMBER" and "hash HEXADECIMAL" in turn.
 *
 * Exit status: 0 nothing is wrong, 1 something is, and has been named, 2 the
 * files cannot be read as what they should be.
 *
 * This program shares no code with the extension, on purpose: it was written
 * from the formats in doc/record.md, as yours could be.  It needs standard C
 * alone.  It reads once, and keeps no more than a path of one tree, the numbers
 * of erased events, and the anchors.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sha256.h"

#define MAX_LEVELS 64
#define MAX_FIELDS 16

enum
{
	EXIT_CONFIRMED = 0,
	EXIT_REFUTED = 1,
	EXIT_UNREADABLE = 2
};

static void
give_up(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("fairpg-verify: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(EXIT_UNREADABLE);
}

static void *
grow(void *memory, size_t size_bytes)
{
	void *grown = realloc(memory, size_bytes);

	if (grown == NULL)
		give_up("out of memory");
	return grown;
}

/* --- fields that are hashed -------------------------------------------------
 */

/* A field of a line: its bytes, with escapes undone; NULL where it is \N. */
typedef struct Field
{
	char *bytes;
	size_t length;
} Field;

static void
add_number(Sha256 *sha, uint64_t number, int n_bytes)
{
	uint8_t bytes[8];

	for (int i = 0; i < n_bytes; i++)
		bytes[i] = (uint8_t) (number >> (8 * (n_bytes - 1 - i)));
	sha256_add(sha, bytes, (size_t) n_bytes);
}

static void
add_field(Sha256 *sha, const void *bytes, size_t length)
{
	if (bytes == NULL)
		add_number(sha, 0xFFFFFFFF, 4);
	else
	{
		add_number(sha, length, 4);
		sha256_add(sha, bytes, length);
	}
}

static void
add_integer(Sha256 *sha, int64_t number)
{
	add_number(sha, 8, 4);
	add_number(sha, (uint64_t) number, 8);
}

/* The number that a field is; false where it is none. */
static bool
read_integer(const Field *field, int64_t *number)
{
	char *end;

	if (field->bytes == NULL || field->length == 0 || field->length > 19)
		return false;
	*number = strtoll(field->bytes, &end, 10);
	return *end == '\0';
}

static int
digit_value(char digit)
{
	const char *digits = "0123456789abcdef";
	const char *place = digit == '\0' ? NULL : strchr(digits, digit);

	return place == NULL ? -1 : (int) (place - digits);
}

/* The bytes that a field shows in hexadecimal, of which there must be
 * HASH_BYTES. */
static bool
read_hash(const char *text, uint8_t *hash)
{
	if (text == NULL || strlen(text) != 2 * HASH_BYTES)
		return false;
	for (int i = 0; i < HASH_BYTES; i++)
	{
		int high = digit_value(text[2 * i]);
		int low = digit_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		hash[i] = (uint8_t) (high * 16 + low);
	}
	return true;
}

/* Days from 2000-01-01 to a day of the Gregorian calendar. */
static int64_t
days_since_2000(int64_t year, int month, int day)
{
	/* years begin in March, so that leap days come last */
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 -
	       730425;
}

/* "2026-11-27T15:39:15.036267Z" as microseconds since 2000-01-01. */
static bool
read_time(const Field *field, int64_t *time)
{
	int64_t year;
	int month, day, hour, minute, second, micro, used = 0;

	if (field->bytes == NULL ||
	    sscanf(field->bytes, "%6" SCNd64 "-%2d-%2dT%2d:%2d:%2d.%6dZ%n", &year,
	           &month, &day, &hour, &minute, &second, &micro, &used) != 7 ||
	    used == 0 || (size_t) used != field->length || year < 1 || month < 1 ||
	    month > 12)
		return false;
	*time = days_since_2000(year, month, day) * INT64_C(86400000000) +
	        (((int64_t) hour * 60 + minute) * 60 + second) * 1000000 + micro;
	return true;
}

/* --- what has been read -----------------------------------------------------
 */

typedef struct Anchor
{
	int64_t block;
	uint8_t hash[HASH_BYTES];
	bool found;
} Anchor;

typedef struct Numbers
{
	int64_t *list;
	size_t n;
} Numbers;

typedef struct Verifier
{
	/* the tree of the block that is being read: roots of its full parts, the
	 * largest first, and how many leaves it has */
	uint8_t roots[MAX_LEVELS][HASH_BYTES];
	int n_roots;
	int64_t n_leaves;
	int64_t leaves_of; /* the block that its events name; 0: no events yet */

	int64_t block; /* the newest one that was read, and its hash */
	uint8_t head[HASH_BYTES];
	int64_t sealed_at;

	int64_t n_blocks;
	int64_t n_events;
	int64_t n_unsealed;
	Numbers erased;    /* events without a payload */
	Numbers permitted; /* events that others say were erased */
	Anchor *anchors;
	size_t n_anchors;
	int64_t n_faults;
} Verifier;

/* Where 'number' is 0, it is the whole. */
static void
fault(Verifier *v, const char *what, int64_t number, const char *text)
{
	printf("WRONG  %s %" PRId64 ": %s\n", what, number, text);
	v->n_faults++;
}

static void
add_to(Numbers *numbers, int64_t number)
{
	if (numbers->n % 64 == 0)
		numbers->list =
			grow(numbers->list, (numbers->n + 64) * sizeof(numbers->list[0]));
	numbers->list[numbers->n++] = number;
}

static bool
holds(const Numbers *numbers, int64_t number)
{
	for (size_t i = 0; i < numbers->n; i++)
		if (numbers->list[i] == number)
			return true;
	return false;
}

/* --- trees ------------------------------------------------------------------
 */

static void
hash_nodes(const uint8_t *left, const uint8_t *right, uint8_t *digest)
{
	Sha256 sha;

	sha256_begin(&sha);
	add_number(&sha, 0x01, 1);
	sha256_add(&sha, left, HASH_BYTES);
	sha256_add(&sha, right, HASH_BYTES);
	sha256_end(&sha, digest);
}

/* One more leaf: it fills up as many full parts as the number before ends with
 * ones in binary. */
static void
add_leaf(Verifier *v, const uint8_t *leaf)
{
	uint8_t node[HASH_BYTES];

	memcpy(node, leaf, HASH_BYTES);
	for (int64_t n = v->n_leaves; n % 2 == 1; n /= 2)
		hash_nodes(v->roots[--v->n_roots], node, node);
	memcpy(v->roots[v->n_roots++], node, HASH_BYTES);
	v->n_leaves++;
}

static void
tree_root(const Verifier *v, uint8_t *root)
{
	Sha256 sha;

	if (v->n_roots == 0)
	{
		sha256_begin(&sha);
		sha256_end(&sha, root);
		return;
	}
	memcpy(root, v->roots[v->n_roots - 1], HASH_BYTES);
	for (int i = v->n_roots - 2; i >= 0; i--)
		hash_nodes(v->roots[i], root, root);
}

/* --- lines ------------------------------------------------------------------
 */

/* event: number, block, place, leaf when sealed, leaf, time, role, login,
 * asserted, person, action, object, digest, salt, payload */
enum
{
	EVENT_NUMBER = 1,
	EVENT_BLOCK,
	EVENT_PLACE,
	EVENT_SEALED,
	EVENT_LEAF,
	EVENT_TIME,
	EVENT_TEXTS,
	EVENT_ACTION = EVENT_TEXTS + 4,
	EVENT_OBJECT,
	EVENT_DIGEST,
	EVENT_SALT,
	EVENT_PAYLOAD,
	EVENT_FIELDS
};

/* A leaf of the tree that is being read. */
static void
take_leaf(Verifier *v, int64_t event, const Field *block, const Field *place,
          const char *sealed)
{
	uint8_t leaf[HASH_BYTES] = { 0 };
	int64_t its_block = 0;
	int64_t its_place = -1;

	if (!read_hash(sealed, leaf) || !read_integer(block, &its_block) ||
	    !read_integer(place, &its_place))
		fault(v, "event", event, "its place in a block cannot be read");
	else if (v->n_leaves > 0 && its_block != v->leaves_of)
	{
		fault(v, "block", v->leaves_of,
		      "the block is missing, and its events are there");
		v->n_roots = 0;
		v->n_leaves = 0;
	}
	if (its_place != v->n_leaves)
		fault(v, "event", event, "it is not in its place in the block");
	v->leaves_of = its_block;
	add_leaf(v, leaf);
}

static void
check_payload(Verifier *v, int64_t event, const Field *fields)
{
	const char *salt_text = fields[EVENT_SALT].bytes;
	const Field *payload = &fields[EVENT_PAYLOAD];
	uint8_t salt[HASH_BYTES];
	uint8_t digest[HASH_BYTES];
	uint8_t recorded[HASH_BYTES];
	Sha256 sha;

	if (salt_text == NULL && payload->bytes == NULL)
	{
		add_to(&v->erased, event);
		return;
	}
	if (payload->bytes == NULL || !read_hash(salt_text, salt))
	{
		fault(v, "event", event, "its payload or its salt is gone");
		return;
	}
	sha256_begin(&sha);
	sha256_add(&sha, salt, sizeof(salt));
	sha256_add(&sha, payload->bytes, payload->length);
	sha256_end(&sha, digest);
	if (!read_hash(fields[EVENT_DIGEST].bytes, recorded) ||
	    memcmp(digest, recorded, HASH_BYTES) != 0)
		fault(v, "event", event, "its payload is not what was recorded");
}

static void
check_leaf(Verifier *v, int64_t event, const Field *fields)
{
	const char *sealed = fields[EVENT_SEALED].bytes;
	uint8_t payload_digest[HASH_BYTES];
	uint8_t recorded[HASH_BYTES];
	uint8_t leaf[HASH_BYTES];
	int64_t at;
	bool right = read_time(&fields[EVENT_TIME], &at) &&
	             read_hash(fields[EVENT_DIGEST].bytes, payload_digest) &&
	             read_hash(fields[EVENT_LEAF].bytes, recorded);
	Sha256 sha;

	if (right)
	{
		sha256_begin(&sha);
		add_number(&sha, 0x00, 1);
		add_integer(&sha, event);
		add_integer(&sha, at);
		for (int i = EVENT_TEXTS; i <= EVENT_OBJECT; i++)
			add_field(&sha, fields[i].bytes, fields[i].length);
		add_field(&sha, payload_digest, HASH_BYTES);
		sha256_end(&sha, leaf);
		right = memcmp(leaf, recorded, HASH_BYTES) == 0;
	}
	if (!right)
		fault(v, "event", event, "its fields are not what was recorded");
	if (sealed != NULL && (fields[EVENT_LEAF].bytes == NULL ||
	                       strcmp(sealed, fields[EVENT_LEAF].bytes) != 0))
		fault(v, "event", event, "it is not the event that was sealed");
}

static void
take_event(Verifier *v, const Field *fields)
{
	const char *object = fields[EVENT_OBJECT].bytes;
	int64_t event;
	int64_t erased;

	if (!read_integer(&fields[EVENT_NUMBER], &event))
		give_up("an event has no number");
	v->n_events++;
	check_payload(v, event, fields);
	check_leaf(v, event, fields);
	if (fields[EVENT_ACTION].bytes != NULL && object != NULL &&
	    strcmp(fields[EVENT_ACTION].bytes, "event erased") == 0 &&
	    sscanf(object, "event %" SCNd64, &erased) == 1)
		add_to(&v->permitted, erased);
	if (fields[EVENT_BLOCK].bytes == NULL)
		v->n_unsealed++;
	else
		take_leaf(v, event, &fields[EVENT_BLOCK], &fields[EVENT_PLACE],
		          fields[EVENT_SEALED].bytes);
}

/* missing: number, block, place, leaf when sealed */
static void
take_missing(Verifier *v, const Field *fields)
{
	int64_t event;

	if (!read_integer(&fields[1], &event))
		give_up("an event has no number");
	fault(v, "event", event, "the event is missing");
	take_leaf(v, event, &fields[2], &fields[3], fields[4].bytes);
}

/* What anchors say of a block. */
static void
compare_anchors(Verifier *v, int64_t block, const uint8_t *hash)
{
	for (size_t i = 0; i < v->n_anchors; i++)
	{
		if (v->anchors[i].block != block)
			continue;
		v->anchors[i].found = true;
		if (memcmp(v->anchors[i].hash, hash, HASH_BYTES) != 0)
			fault(v, "block", block,
			      "it has not the hash of the anchor: the record was rebuilt, "
			      "or is another one");
		else
			printf("ok     block %" PRId64 ": it has the hash of the anchor\n",
			       block);
	}
}

/* block: number, hash before, root, number of events, time, hash */
static void
take_block(Verifier *v, const Field *fields)
{
	uint8_t prev[HASH_BYTES] = { 0 };
	uint8_t root[HASH_BYTES] = { 0 };
	uint8_t hash[HASH_BYTES] = { 0 };
	uint8_t found[HASH_BYTES];
	int64_t block;
	int64_t n = -1;
	int64_t sealed_at = 0;
	Sha256 sha;

	if (!read_integer(&fields[1], &block))
		give_up("a block has no number");
	if (!read_hash(fields[2].bytes, prev) ||
	    !read_hash(fields[3].bytes, root) || !read_integer(&fields[4], &n) ||
	    !read_time(&fields[5], &sealed_at) || !read_hash(fields[6].bytes, hash))
		fault(v, "block", block, "its header cannot be read");
	if (block != v->block + 1)
		fault(v, "block", block, "a block before it is missing");
	else if (memcmp(prev, v->head, HASH_BYTES) != 0)
		fault(v, "block", block, "it does not follow from the block before");

	sha256_begin(&sha);
	add_number(&sha, 0x02, 1);
	add_integer(&sha, block);
	add_field(&sha, prev, HASH_BYTES);
	add_field(&sha, root, HASH_BYTES);
	add_integer(&sha, n);
	add_integer(&sha, sealed_at);
	sha256_end(&sha, found);
	if (memcmp(found, hash, HASH_BYTES) != 0)
		fault(v, "block", block, "its header is not what was sealed");

	tree_root(v, found);
	if (n != v->n_leaves || (v->n_leaves > 0 && v->leaves_of != block))
		fault(v, "block", block,
		      "it has not the number of events that it says");
	if (memcmp(found, root, HASH_BYTES) != 0)
		fault(v, "block", block, "its events do not lead to its root");
	if (v->n_blocks > 0 && sealed_at < v->sealed_at)
		printf("note   block %" PRId64
		       ": the clock had gone back since the block before\n",
		       block);
	compare_anchors(v, block, hash);

	v->n_roots = 0;
	v->n_leaves = 0;
	v->block = block;
	v->sealed_at = sealed_at;
	v->n_blocks++;
	memcpy(v->head, hash, HASH_BYTES);
}

/* end: number of blocks, number of events */
static void
take_end(const Verifier *v, const Field *fields)
{
	int64_t n_blocks;
	int64_t n_events;

	if (!read_integer(&fields[1], &n_blocks) ||
	    !read_integer(&fields[2], &n_events) || n_blocks != v->n_blocks ||
	    n_events != v->n_events)
		give_up("lines of the export are missing");
}

/* --- files ------------------------------------------------------------------
 */

/* The next line without its end; NULL at the end of the file.  The memory is
 * that of the last call. */
static char *
read_line(FILE *file)
{
	static char *line = NULL;
	static size_t room = 0;
	size_t length = 0;
	int next;

	while ((next = getc(file)) != EOF && next != '\n')
	{
		if (next == '\0')
			give_up("there is a zero byte in the export");
		if (length + 1 >= room)
			line = grow(line, room = 2 * room + 4096);
		line[length++] = (char) next;
	}
	if (ferror(file))
		give_up("the file cannot be read");
	if (next == EOF && length == 0)
		return NULL;
	if (length > 0 && line[length - 1] == '\r')
		length--;
	if (line == NULL)
		line = grow(line, room = 4096);
	line[length] = '\0';
	return line;
}

/* Undoes the escapes of a field, in place. */
static void
unescape(Field *field, char *text)
{
	char *out = text;

	field->bytes = strcmp(text, "\\N") == 0 ? NULL : text;
	for (const char *in = text; *in != '\0'; in++)
	{
		if (*in != '\\')
			*out++ = *in;
		else if (*++in == 't')
			*out++ = '\t';
		else if (*in == 'n')
			*out++ = '\n';
		else if (*in == 'r')
			*out++ = '\r';
		else if (*in == '\\' || *in == 'N')
			*out++ = *in;
		else
			give_up("there is an escape that is not known");
	}
	*out = '\0';
	field->length = (size_t) (out - text);
}

/* The fields of a line; returns their number. */
static int
split(char *line, Field *fields)
{
	int n = 0;

	while (line != NULL)
	{
		char *tab = strchr(line, '\t');

		if (n == MAX_FIELDS)
			give_up("a line has too many fields");
		if (tab != NULL)
			*tab++ = '\0';
		unescape(&fields[n++], line);
		line = tab;
	}
	return n;
}

/* Reads the export to its end. */
static void
read_export(Verifier *v, FILE *file)
{
	Field fields[MAX_FIELDS];
	bool ended = false;
	char *line = read_line(file);
	int64_t line_no = 1;

	if (line == NULL || strncmp(line, "fairpg-record\t1\t", 16) != 0)
		give_up("this is not an export of a record");
	while (!ended && (line = read_line(file)) != NULL)
	{
		int n = split(line, fields);
		const char *kind = fields[0].bytes == NULL ? "" : fields[0].bytes;

		line_no++;
		if (strcmp(kind, "event") == 0 && n == EVENT_FIELDS)
			take_event(v, fields);
		else if (strcmp(kind, "missing") == 0 && n == 5)
			take_missing(v, fields);
		else if (strcmp(kind, "block") == 0 && n == 7)
			take_block(v, fields);
		else if (strcmp(kind, "end") == 0 && n == 3)
			ended = true;
		else
			give_up("line %" PRId64 " is none of a record", line_no);
	}
	if (!ended)
		give_up("the export is cut off");
	take_end(v, fields);
	if (v->n_leaves > 0)
		fault(v, "block", v->leaves_of,
		      "the block is missing, and its events are there");
}

static bool
is_word_part(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

/* What follows a word that stands by itself, behind quotes, colons and the
 * like; NULL where this is not that word. */
static const char *
value_behind(const char *text, const char *at, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(at, word, length) != 0 || is_word_part(at[length]) ||
	    (at > text && is_word_part(at[-1])))
		return NULL;
	at += length;
	return at + strspn(at, "\": \t\r\n=");
}

/* Finds the blocks and hashes in the text of a file of anchors, in either order
 * inside of one pair of braces. */
static void
find_anchors(Verifier *v, const char *text)
{
	Anchor anchor = { 0 };
	bool has_block = false;
	bool has_hash = false;

	for (const char *at = text; *at != '\0'; at++)
	{
		const char *block = value_behind(text, at, "block");
		const char *hash = value_behind(text, at, "hash");
		char digits[2 * HASH_BYTES + 1] = "";

		if (*at == '{' || *at == '}')
			has_block = has_hash = false;
		if (block != NULL && *block >= '0' && *block <= '9')
		{
			anchor.block = strtoll(block, NULL, 10);
			has_block = true;
		}
		if (hash != NULL)
		{
			strncpy(digits, hash, 2 * HASH_BYTES);
			has_hash = read_hash(digits, anchor.hash);
		}
		if (has_block && has_hash)
		{
			v->anchors =
				grow(v->anchors, (v->n_anchors + 1) * sizeof(v->anchors[0]));
			v->anchors[v->n_anchors++] = anchor;
			has_block = has_hash = false;
		}
	}
}

static void
read_anchors(Verifier *v, FILE *file)
{
	char *text = NULL;
	size_t length = 0;
	size_t got;

	do
	{
		text = grow(text, length + 65536 + 1);
		got = fread(text + length, 1, 65536, file);
		length += got;
	} while (got > 0);
	text[length] = '\0';
	find_anchors(v, text);
	if (ferror(file) || v->n_anchors == 0)
		give_up("there is no block with its hash in the file of anchors");
	free(text);
}

/* --- the verdict ------------------------------------------------------------
 */

/* What is known at the end alone. */
static void
check_whole(Verifier *v)
{
	for (size_t i = 0; i < v->erased.n; i++)
		if (!holds(&v->permitted, v->erased.list[i]))
			fault(v, "event", v->erased.list[i],
			      "its payload is gone, and no event says that it was erased");
	for (size_t i = 0; i < v->n_anchors; i++)
		if (!v->anchors[i].found && v->anchors[i].block > 0)
			fault(v, "block", v->anchors[i].block,
			      "the anchor has it, and the record has not: blocks were "
			      "dropped, or an older state was restored");
}

static int
tell(const Verifier *v)
{
	printf("read   %" PRId64 " events in %" PRId64 " blocks, %" PRId64
	       " in no block yet, %zu erased\n",
	       v->n_events - v->n_unsealed, v->n_blocks, v->n_unsealed,
	       v->erased.n);
	printf("head   block %" PRId64 ", hash ", v->block);
	for (int i = 0; i < HASH_BYTES; i++)
		printf("%02x", v->head[i]);
	putchar('\n');
	if (v->n_anchors == 0)
		puts("note   no anchor was given: newest blocks that were dropped, and "
		     "a record rebuilt from an early block on, are not found without");
	if (v->n_faults > 0)
		printf("REFUTED: %" PRId64 " faults\n", v->n_faults);
	else
		puts(v->n_anchors > 0 ? "CONFIRMED, up to the newest anchor"
		                      : "CONSISTENT, and not confirmed by an anchor");
	return v->n_faults > 0 ? EXIT_REFUTED : EXIT_CONFIRMED;
}

static FILE *
open_file(const char *name)
{
	FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");

	if (file == NULL)
		give_up("file \"%s\" cannot be opened", name);
	return file;
}

int
main(int argc, char **argv)
{
	static Verifier verifier;

	if (argc < 2 || argc > 3 || strcmp(argv[1], "--help") == 0)
	{
		fputs("usage: fairpg-verify EXPORT [ANCHOR]\n", stderr);
		return EXIT_UNREADABLE;
	}
	if (argc == 3)
		read_anchors(&verifier, open_file(argv[2]));
	read_export(&verifier, open_file(argv[1]));
	check_whole(&verifier);
	return tell(&verifier);
}
