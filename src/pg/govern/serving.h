/*
 * serving.h
 *    Which versions of a model serve, and which of them a subject gets.
 *
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_GOVERN_SERVING_H
#define FAIRPG_PG_GOVERN_SERVING_H

/* An open deployment. */
typedef struct Deployment
{
	int64 number; /* 0: there is none */
	int version;
	double share;
	char *salt; /* text, terminated */
} Deployment;

typedef struct Serving
{
	Deployment champion;
	Deployment canary;
	char *subject_salt; /* that of the first deployment; NULL: there is none */
	int newest;         /* of a model without a policy; 0: it has one */
} Serving;

/*
 * What serves under the active snapshot, to the current user, who must have
 * SELECT on the tables of deployments and versions.  Kept from call to call as
 * long as neither changes; so valid until the next call.
 *
 * Raises an error when the model does not exist, or is under a policy and has
 * no version in service.
 */
extern const Serving *serving_find(text *model);

/* SHA-256 of the salt and then the subject, in UTF-8. */
#define SUBJECT_DIGEST_BYTES 32
extern void serving_digest(const char *salt, text *subject,
                           uint8 digest[SUBJECT_DIGEST_BYTES]);

/* The deployment that serves a subject; NULL: none does, since there is a
 * canary alone and the subject is not of its share. */
extern const Deployment *serving_choose(const Serving *serving, text *subject);

#endif
