/*
 * statement.h
 *    Statements that fairpg writes itself, with parameters.
 *
 * Between store_spi_begin() and store_spi_end() (store.h).  A NaN or a NULL
 * pointer becomes SQL NULL.  Include after postgres.h.
 */
#ifndef FAIRPG_PG_STATEMENT_H
#define FAIRPG_PG_STATEMENT_H

#define MAX_PARAMETERS 40

/* The parameters of one statement, gathered in the order of their use. */
typedef struct Parameters
{
	int n;
	Oid types[MAX_PARAMETERS];
	Datum values[MAX_PARAMETERS];
	char nulls[MAX_PARAMETERS];
} Parameters;

/* One column of rows that go in together. */
typedef struct Elements
{
	Datum *values;
	bool *nulls;
	int n;
} Elements;

extern void add_null(Parameters *parameters, Oid type);
extern void add_text(Parameters *parameters, const char *value);
extern void add_real(Parameters *parameters, double value);
extern void add_int(Parameters *parameters, int value);
extern void add_bigint(Parameters *parameters, int64 value);
extern void add_boolean(Parameters *parameters, bool value);
extern void add_jsonb(Parameters *parameters, Datum value);
extern void
add_bytes(Parameters *parameters, const uint8_t *bytes, size_t size_bytes);
extern void add_text_array(Parameters *parameters, char **texts, int n);

/* A column of 'n' rows at most, to be filled. */
extern void elements_init(Elements *elements, int n);
extern void push_text(Elements *elements, const char *value);
extern void push_real(Elements *elements, double value);
extern void push_int(Elements *elements, int value);
extern void push_bigint(Elements *elements, int64 value);
extern void push_boolean(Elements *elements, bool value);

/* Adds the column as an array of the element type. */
extern void add_elements(Parameters *parameters, Oid type, Elements *elements);

/* Runs one statement, of which SPI must say 'expected'; with RETURNING the
 * answer is in SPI_tuptable. */
extern void run(const char *statement, Parameters *parameters, int expected);

/* The same of a statement that comes again in a session: it is planned once, for
 * any values, as long as the session keeps fewer than 64 plans. */
extern void
run_again(const char *statement, Parameters *parameters, int expected);

#endif
