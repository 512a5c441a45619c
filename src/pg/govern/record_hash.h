/*
 * record_hash.h
 *    What the record is hashed by: events, trees of them, headers of blocks.
 *
 * Everything is SHA-256 over bytes that no setting changes; doc/record.md says
 * which bytes, so that anybody can write a verifier, as src/verify is one.
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_GOVERN_RECORD_HASH_H
#define FAIRPG_PG_GOVERN_RECORD_HASH_H

#include "utils/jsonb.h"
#include "utils/timestamp.h"

#define HASH_BYTES 32
#define SALT_BYTES 32

/* Who acted on what; a text that is NULL counts as such. */
typedef struct EventContext
{
	const char *role;
	const char *login;
	const char *asserted;
	const char *person;
	const char *object;
} EventContext;

/* What the leaf of an event commits to. */
typedef struct EventFields
{
	int64 event;
	TimestampTz at;
	const char *action;
	const bytea *context_digest;
	const bytea *payload_digest;
} EventFields;

/* All of these palloc what they return, HASH_BYTES of data each. */
extern bytea *hash_payload(const bytea *salt, Jsonb *payload);
extern bytea *hash_context(const bytea *salt, const EventContext *context);
extern bytea *hash_event(const EventFields *fields);

#endif
