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

/* What the leaf of an event commits to; a text that is NULL counts as such. */
typedef struct EventFields
{
	int64 event;
	TimestampTz at;
	const char *role;
	const char *login;
	const char *asserted;
	const char *person;
	const char *action;
	const char *object;
	const bytea *payload_digest;
} EventFields;

/* All of these palloc what they return, HASH_BYTES of data each. */
extern bytea *hash_payload(const bytea *salt, Jsonb *payload);
extern bytea *hash_event(const EventFields *fields);

#endif
