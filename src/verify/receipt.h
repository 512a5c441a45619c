/*
 * receipt.h
 *    One event with the proof that it is in a block: what fairpg.receipt() and
 *    fairpg.challenge_receipt() return.
 *
 * A receipt is verified by itself, from the payload up to the hash of the block.
 * The latter withholds who acted on what, and has a digest in its place; one
 * that was given out before its event was sealed ends at the leaf.
 */
#ifndef FAIRPG_VERIFY_RECEIPT_H
#define FAIRPG_VERIFY_RECEIPT_H

#include "format.h"
#include "json.h"

#define RECEIPT_FORMAT "fairpg receipt 1"

typedef struct Receipt
{
	int64_t event; /* 0: it cannot be read */
	uint8_t leaf[HASH_BYTES];
	bool sealed;
	bool erased;        /* the payload is gone, and its digest stands */
	Block block;        /* where it is sealed */
	int64_t head_block; /* the newest block when it was given out */
	uint8_t head_hash[HASH_BYTES];
} Receipt;

static bool
is_receipt(Json value)
{
	Json format;

	return json_member(value, "format", &format) &&
	       json_is_text(format, RECEIPT_FORMAT);
}

/* --- members ----------------------------------------------------------------
 */

static bool
member_is_null(Json object, const char *name)
{
	Json value;

	return json_member(object, name, &value) && *value.begin == 'n';
}

static bool
member_hash(Json object, const char *name, uint8_t *hash)
{
	Json value;

	return json_member(object, name, &value) && *value.begin == '"' &&
	       value.end - value.begin == 2 * HASH_BYTES + 2 &&
	       read_digits(value.begin + 1, hash);
}

static bool
member_integer(Json object, const char *name, int64_t *number)
{
	char digits[24] = "";
	Json value;

	if (!json_member(object, name, &value) ||
	    value.end - value.begin >= (int) sizeof(digits))
		return false;
	memcpy(digits, value.begin, (size_t) (value.end - value.begin));
	return read_integer(digits, number);
}

static bool
member_time(Json object, const char *name, int64_t *time)
{
	char text[64] = "";
	Json value;

	if (!json_member(object, name, &value) || *value.begin != '"' ||
	    value.end - value.begin > (int) sizeof(text))
		return false;
	memcpy(text, value.begin + 1, (size_t) (value.end - value.begin) - 2);
	return read_time(text, time);
}

/* The text of a member in memory of its own; false where it is neither a text
 * nor, and then '*text' is NULL, null. */
static bool
member_text(Json object, const char *name, char **text, size_t *length)
{
	Json value;

	*text = NULL;
	*length = 0;
	if (!json_member(object, name, &value))
		return false;
	if (*value.begin == '"')
	{
		*text = grow(NULL, (size_t) (value.end - value.begin));
		*length = json_decode(value, *text);
	}
	return *value.begin == '"' || *value.begin == 'n';
}

/* --- from the payload to the leaf -------------------------------------------
 */

static const char *
check_receipt_payload(Json event, Receipt *receipt, uint8_t *recorded)
{
	uint8_t salt[HASH_BYTES];
	uint8_t digest[HASH_BYTES];
	Json payload;
	Sha256 sha;

	if (!member_hash(event, "payload_digest", recorded))
		return "the digest of its payload cannot be read";
	receipt->erased =
		member_is_null(event, "payload") && member_is_null(event, "salt");
	if (receipt->erased)
		return NULL;
	if (!member_hash(event, "salt", salt) ||
	    !json_member(event, "payload", &payload))
		return "its payload or its salt cannot be read";
	sha256_begin(&sha);
	sha256_add(&sha, salt, sizeof(salt));
	add_jsonb(&sha, payload);
	sha256_end(&sha, digest);
	return memcmp(digest, recorded, HASH_BYTES) == 0
	           ? NULL
	           : "its payload is not what was recorded";
}

/* Who acted on what; or the digest that stands in its place. */
static bool
read_receipt_context(Json event, uint8_t *digest)
{
	static const char *const names[] = { "role", "login", "asserted", "person",
		                                 "object" };
	uint8_t salt[HASH_BYTES];
	Sha256 sha;

	if (!member_hash(event, "context_salt", salt))
		return member_hash(event, "context_digest", digest);
	sha256_begin(&sha);
	sha256_add(&sha, salt, sizeof(salt));
	for (int i = 0; i < 5; i++)
	{
		char *text;
		size_t length;
		bool there = member_text(event, names[i], &text, &length);

		add_field(&sha, text, length);
		free(text);
		if (!there)
			return false;
	}
	sha256_end(&sha, digest);
	return true;
}

static const char *
check_receipt_event(Json event, Receipt *receipt)
{
	uint8_t digest[HASH_BYTES];
	Leaf leaf;
	const char *fault = check_receipt_payload(event, receipt, leaf.payload);
	char *action = NULL;
	bool read;

	if (fault != NULL)
		return fault;
	leaf.event = receipt->event;
	read = member_time(event, "at", &leaf.at) &&
	       read_receipt_context(event, leaf.context) &&
	       member_text(event, "action", &action, &leaf.action_length);
	if (read)
	{
		leaf.action = action;
		hash_leaf(&leaf, digest);
	}
	free(action);
	if (!read)
		return "its event cannot be read";
	return memcmp(digest, receipt->leaf, HASH_BYTES) == 0
	           ? NULL
	           : "its fields do not lead to its leaf";
}

/* --- from the leaf to the block ---------------------------------------------
 */

/* The root that a leaf leads to: on each level from below, the node beside it
 * comes from the path; a node without a partner goes up as it is. */
static bool
climb(const uint8_t *leaf, int64_t place, int64_t n, Json path, uint8_t *root)
{
	const char *at = path.begin;
	Json key = { NULL, NULL };
	Json step;

	if (*path.begin != '[' || place < 0 || place >= n)
		return false;
	memcpy(root, leaf, HASH_BYTES);
	for (; n > 1; n = (n - 1) / 2 + 1, place /= 2)
	{
		uint8_t partner[HASH_BYTES];

		if ((place ^ 1) >= n)
			continue;
		if (!json_next(path, &at, &key, &step) || *step.begin != '"' ||
		    step.end - step.begin != 2 * HASH_BYTES + 2 ||
		    !read_digits(step.begin + 1, partner))
			return false;
		if (place % 2 == 1)
			hash_nodes(partner, root, root);
		else
			hash_nodes(root, partner, root);
	}
	return !json_next(path, &at, &key, &step);
}

static const char *
check_receipt_block(Json json, Receipt *receipt)
{
	Block *block = &receipt->block;
	uint8_t root[HASH_BYTES];
	int64_t place;
	Json header;
	Json path;

	if (!json_member(json, "block", &header) ||
	    !member_integer(header, "block", &block->block) ||
	    !member_hash(header, "prev_hash", block->prev) ||
	    !member_hash(header, "merkle_root", block->root) ||
	    !member_integer(header, "n", &block->n) ||
	    !member_time(header, "sealed_at", &block->sealed_at) ||
	    !member_hash(header, "hash", block->hash) || block->block < 1)
		return "the header of its block cannot be read";
	if (!member_integer(json, "leaf_no", &place) ||
	    !json_member(json, "path", &path) ||
	    !climb(receipt->leaf, place, block->n, path, root) ||
	    memcmp(root, block->root, HASH_BYTES) != 0)
		return "its path does not lead to the root of its block";
	if (!block_is_hashed(block))
		return "the header of its block does not lead to its hash";
	return NULL;
}

/* The head stands for itself, but the block of the receipt is not newer, and
 * not another one. */
static const char *
check_receipt_head(Json json, Receipt *receipt)
{
	Json head;

	if (!json_member(json, "head", &head) ||
	    !member_integer(head, "block", &receipt->head_block) ||
	    !member_hash(head, "hash", receipt->head_hash))
		return "its head cannot be read";
	if (receipt->sealed &&
	    (receipt->head_block < receipt->block.block ||
	     (receipt->head_block == receipt->block.block &&
	      memcmp(receipt->head_hash, receipt->block.hash, HASH_BYTES) != 0)))
		return "its head is not that of a record with its block";
	return NULL;
}

/* What is wrong with a receipt; NULL: nothing, and '*receipt' says what is in
 * it. */
static const char *
check_receipt(Json json, Receipt *receipt)
{
	const char *fault = NULL;
	Json event;

	memset(receipt, 0, sizeof(*receipt));
	receipt->sealed = !member_is_null(json, "block");
	if (!json_member(json, "event", &event) ||
	    !member_integer(event, "event", &receipt->event) ||
	    !member_hash(json, "leaf", receipt->leaf))
		return "its event cannot be read";
	fault = check_receipt_event(event, receipt);
	if (fault == NULL && receipt->sealed)
		fault = check_receipt_block(json, receipt);
	if (fault == NULL)
		fault = check_receipt_head(json, receipt);
	return fault;
}

#endif
