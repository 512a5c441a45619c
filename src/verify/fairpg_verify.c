/*
 * fairpg_verify.c
 *    Verifies an export of the record, or receipts of single events, without a
 *    server and without us.
 *
 *    fairpg-verify EXPORT [ANCHOR]
 *    fairpg-verify RECEIPT [ANCHOR]
 *
 * EXPORT is what "SELECT line FROM fairpg.export_record()" printed, RECEIPT what
 * fairpg.receipt() or fairpg.challenge_receipt() returned, one or several; "-"
 * is standard input.  ANCHOR is a file with what somebody kept elsewhere: what
 * fairpg.audit_head() returned, receipts, lines of a server log, pages of
 * documents, or any text with "block NUMBER" and "hash HEXADECIMAL" close to each
 * other.  A receipt is verified before it is an anchor.
 *
 * Exit status: 0 nothing is wrong, 1 something is, and has been named, 2 the
 * files cannot be read as what they should be.
 *
 * This program shares no code with the extension, on purpose: it was written
 * from the formats in doc/record.md, as yours could be.  It needs standard C
 * alone.  It reads an export once, and keeps no more of it than a line, a path
 * of one tree and the numbers of erased events; receipts and anchors it keeps.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anchor.h"
#include "format.h"
#include "json.h"
#include "receipt.h"

#define MAX_LEVELS 64
#define MAX_FIELDS 20
/* The longest text of PostgreSQL has 1 GB, and escapes double it. */
#define MAX_LINE_BYTES ((size_t) 1 << 31)

/* A field of a line: its bytes, with escapes undone; NULL where it is \N. */
typedef struct Field
{
	char *bytes;
	size_t length;
} Field;

/* --- what has been read -----------------------------------------------------
 */

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
	Kept kept;         /* elsewhere */
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
print_hash(const uint8_t *hash)
{
	for (int i = 0; i < HASH_BYTES; i++)
		printf("%02x", hash[i]);
	putchar('\n');
}

static void
add_to(Numbers *numbers, int64_t number)
{
	numbers->list =
		room_for_one(numbers->list, numbers->n, sizeof(numbers->list[0]));
	numbers->list[numbers->n++] = number;
}

/* Compares what somebody kept of a block with its hash; returns how often it was
 * the same. */
static size_t
compare_block(Verifier *v, int64_t block, const uint8_t *hash)
{
	Matches matches = match_anchors(&v->kept.blocks, block, hash);

	if (matches.n_wrong > 0)
		fault(v, "block", block,
		      "it has not the hash of the anchor: the record was rebuilt, or "
		      "is another one");
	return matches.n_right;
}

/* The same of an event and its leaf. */
static void
compare_event(Verifier *v, int64_t event, const uint8_t *leaf)
{
	if (match_anchors(&v->kept.events, event, leaf).n_wrong > 0)
		fault(v, "event", event,
		      "it is not the event of the receipt: it was changed before it "
		      "was sealed, or the record is another one");
}

/* --- trees ------------------------------------------------------------------
 */

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

/* event: number, block, place, leaf when sealed, leaf, time, action, role,
 * login, asserted, person, object, salt of these five, digest, salt, payload */
enum
{
	EVENT_NUMBER = 1,
	EVENT_BLOCK,
	EVENT_PLACE,
	EVENT_SEALED,
	EVENT_LEAF,
	EVENT_TIME,
	EVENT_ACTION,
	EVENT_CONTEXT,
	EVENT_OBJECT = EVENT_CONTEXT + 4,
	EVENT_CONTEXT_SALT,
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

	if (!read_hash(sealed, leaf) || !read_integer(block->bytes, &its_block) ||
	    !read_integer(place->bytes, &its_place))
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
	uint8_t salt[HASH_BYTES];
	uint8_t recorded[HASH_BYTES];
	uint8_t digest[HASH_BYTES];
	Leaf leaf = { 0 };
	Sha256 sha;
	bool right = read_time(fields[EVENT_TIME].bytes, &leaf.at) &&
	             read_hash(fields[EVENT_CONTEXT_SALT].bytes, salt) &&
	             read_hash(fields[EVENT_DIGEST].bytes, leaf.payload) &&
	             read_hash(fields[EVENT_LEAF].bytes, recorded);

	if (right)
	{
		leaf.event = event;
		leaf.action = fields[EVENT_ACTION].bytes;
		leaf.action_length = fields[EVENT_ACTION].length;
		sha256_begin(&sha);
		sha256_add(&sha, salt, sizeof(salt));
		for (int i = EVENT_CONTEXT; i <= EVENT_OBJECT; i++)
			add_field(&sha, fields[i].bytes, fields[i].length);
		sha256_end(&sha, leaf.context);
		hash_leaf(&leaf, digest);
		right = memcmp(digest, recorded, HASH_BYTES) == 0;
		compare_event(v, event, recorded);
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
	const char *action = fields[EVENT_ACTION].bytes;
	const char *object = fields[EVENT_OBJECT].bytes;
	int64_t event;
	int64_t erased;

	if (!read_integer(fields[EVENT_NUMBER].bytes, &event))
		give_up("an event has no number");
	v->n_events++;
	check_payload(v, event, fields);
	check_leaf(v, event, fields);
	if (action != NULL && object != NULL &&
	    strcmp(action, "event erased") == 0 &&
	    strncmp(object, "event ", 6) == 0 && read_integer(object + 6, &erased))
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

	if (!read_integer(fields[1].bytes, &event))
		give_up("an event has no number");
	fault(v, "event", event, "the event is missing");
	take_leaf(v, event, &fields[2], &fields[3], fields[4].bytes);
}

/* block: number, hash before, root, number of events, time, hash */
static void
take_block(Verifier *v, const Field *fields)
{
	Block block = { 0 };
	uint8_t root[HASH_BYTES];

	if (!read_integer(fields[1].bytes, &block.block))
		give_up("a block has no number");
	if (!read_hash(fields[2].bytes, block.prev) ||
	    !read_hash(fields[3].bytes, block.root) ||
	    !read_integer(fields[4].bytes, &block.n) ||
	    !read_time(fields[5].bytes, &block.sealed_at) ||
	    !read_hash(fields[6].bytes, block.hash))
		fault(v, "block", block.block, "its header cannot be read");
	if (block.block < 1 || block.block - 1 != v->block)
		fault(v, "block", block.block, "a block before it is missing");
	else if (memcmp(block.prev, v->head, HASH_BYTES) != 0)
		fault(v, "block", block.block,
		      "it does not follow from the block before");
	if (!block_is_hashed(&block))
		fault(v, "block", block.block, "its header is not what was sealed");

	tree_root(v, root);
	if (block.n != v->n_leaves ||
	    (v->n_leaves > 0 && v->leaves_of != block.block))
		fault(v, "block", block.block,
		      "it has not the number of events that it says");
	if (memcmp(root, block.root, HASH_BYTES) != 0)
		fault(v, "block", block.block, "its events do not lead to its root");
	if (v->n_blocks > 0 && block.sealed_at < v->sealed_at)
		printf("note   block %" PRId64
		       ": the clock had gone back since the block before\n",
		       block.block);
	if (compare_block(v, block.block, block.hash) > 0)
		printf("ok     block %" PRId64 ": it has the hash of the anchor\n",
		       block.block);

	v->n_roots = 0;
	v->n_leaves = 0;
	v->block = block.block;
	v->sealed_at = block.sealed_at;
	v->n_blocks++;
	memcpy(v->head, block.hash, HASH_BYTES);
}

/* end: number of blocks, number of events */
static void
take_end(const Verifier *v, const Field *fields)
{
	int64_t n_blocks;
	int64_t n_events;

	if (!read_integer(fields[1].bytes, &n_blocks) ||
	    !read_integer(fields[2].bytes, &n_events) || n_blocks != v->n_blocks ||
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
		if (length == MAX_LINE_BYTES)
			give_up("a line is longer than any of a record");
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
	if (read_line(file) != NULL)
		give_up("there is more behind the end of the export");
	if (v->n_leaves > 0)
		fault(v, "block", v->leaves_of,
		      "the block is missing, and its events are there");
}

/* --- receipts ---------------------------------------------------------------
 */

static void
tell_receipt(Verifier *v, Json json)
{
	Receipt receipt;
	const char *text;

	if (!is_receipt(json))
		give_up("this is neither an export of a record nor a receipt");
	text = check_receipt(json, &receipt);
	v->n_events++;
	if (text != NULL)
	{
		fault(v, "event", receipt.event, text);
		return;
	}
	if (receipt.erased)
		printf("note   event %" PRId64 ": its payload had been erased\n",
		       receipt.event);
	compare_event(v, receipt.event, receipt.leaf);
	if (!receipt.sealed)
	{
		printf("note   event %" PRId64
		       ": it is in no block yet, ask for it again\n",
		       receipt.event);
		v->n_unsealed++;
	}
	else if (compare_block(v, receipt.block.block, receipt.block.hash) > 0)
	{
		printf("ok     event %" PRId64 ": it is in block %" PRId64
		       ", which has the hash of the anchor\n",
		       receipt.event, receipt.block.block);
		v->n_blocks++;
	}
	else
	{
		printf("ok     event %" PRId64 ": it leads to block %" PRId64 ", hash ",
		       receipt.event, receipt.block.block);
		print_hash(receipt.block.hash);
	}
}

/* Receipts one behind the other, or in arrays. */
static void
read_receipts(Verifier *v, FILE *file)
{
	char *text = read_text(file);

	for (const char *at = skip_blanks(text); *at != '\0'; at = skip_blanks(at))
	{
		Json json = { at, json_end(at) };
		Json key = { NULL, NULL };
		Json element;

		if (json.end == NULL)
			give_up("this is neither an export of a record nor a receipt");
		if (*at != '[')
			tell_receipt(v, json);
		else
			for (const char *last = at; json_next(json, &last, &key, &element);)
				tell_receipt(v, element);
		at = json.end;
	}
	if (v->n_events == 0)
		give_up("there is no receipt in the file");
	free(text);
}

static int
tell_receipts(const Verifier *v)
{
	bool confirmed = v->n_blocks == v->n_events;

	if (v->n_faults == 0 && !confirmed && v->n_unsealed < v->n_events)
		puts("note   a block whose hash is not known from elsewhere can have "
		     "been made up with the receipt");
	if (v->n_faults > 0)
		printf("REFUTED: %" PRId64 " faults\n", v->n_faults);
	else
		puts(confirmed ? "CONFIRMED"
		               : "CONSISTENT, and not confirmed by an anchor");
	return v->n_faults > 0 ? EXIT_REFUTED : EXIT_CONFIRMED;
}

/* --- the verdict on an export -----------------------------------------------
 */

/* What is known at the end alone. */
static void
check_whole(Verifier *v)
{
	if (v->permitted.n > 0)
		qsort(v->permitted.list, v->permitted.n, sizeof(v->permitted.list[0]),
		      compare_numbers);
	for (size_t i = 0; i < v->erased.n; i++)
		if (v->permitted.n == 0 ||
		    bsearch(&v->erased.list[i], v->permitted.list, v->permitted.n,
		            sizeof(v->permitted.list[0]), compare_numbers) == NULL)
			fault(v, "event", v->erased.list[i],
			      "its payload is gone, and no event says that it was erased");
	for (size_t i = 0; i < v->kept.blocks.n; i++)
		if (!v->kept.blocks.list[i].found && v->kept.blocks.list[i].number > 0)
			fault(v, "block", v->kept.blocks.list[i].number,
			      "the anchor has it, and the record has not: blocks were "
			      "dropped, or an older state was restored");
	for (size_t i = 0; i < v->kept.events.n; i++)
		if (!v->kept.events.list[i].found)
			fault(v, "event", v->kept.events.list[i].number,
			      "the receipt has it, and the record has not");
}

static int
tell(const Verifier *v)
{
	printf("read   %" PRId64 " events in %" PRId64 " blocks, %" PRId64
	       " in no block yet, %zu erased\n",
	       v->n_events - v->n_unsealed, v->n_blocks, v->n_unsealed,
	       v->erased.n);
	printf("head   block %" PRId64 ", hash ", v->block);
	print_hash(v->head);
	if (v->kept.blocks.n == 0)
		puts("note   no anchor was given: newest blocks that were dropped, and "
		     "a record rebuilt from an early block on, are not found without");
	if (v->n_faults > 0)
		printf("REFUTED: %" PRId64 " faults\n", v->n_faults);
	else
		puts(v->kept.blocks.n > 0
		         ? "CONFIRMED, up to the newest anchor"
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

/* Whether a file begins as JSON does. */
static bool
is_json(FILE *file)
{
	int first;

	do
		first = getc(file);
	while (first == ' ' || first == '\t' || first == '\r' || first == '\n');
	if (first != EOF)
		(void) ungetc(first, file);
	return first == '{' || first == '[';
}

int
main(int argc, char **argv)
{
	static Verifier verifier;
	FILE *file;

	if (argc < 2 || argc > 3 || strcmp(argv[1], "--help") == 0)
	{
		fputs("usage: fairpg-verify EXPORT [ANCHOR]\n"
		      "       fairpg-verify RECEIPT [ANCHOR]\n",
		      stderr);
		return EXIT_UNREADABLE;
	}
	if (argc == 3)
		read_anchors(&verifier.kept, open_file(argv[2]));
	file = open_file(argv[1]);
	if (is_json(file))
	{
		read_receipts(&verifier, file);
		return tell_receipts(&verifier);
	}
	read_export(&verifier, file);
	check_whole(&verifier);
	return tell(&verifier);
}
