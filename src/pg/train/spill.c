/*
 * spill.c
 *    Temporary files for rows for which there is no memory.
 *
 * Blocks are written and read whole, some hundred kilobytes at a time, so no
 * buffer stands between them and the file.
 *
 * A block is written when memory is short and given back right after that, from
 * the middle of the heap, where the C library keeps its pages.  So from time to
 * time it is asked to let them go, or the process would take more memory than
 * it uses.
 */
#include "postgres.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "commands/tablespace.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/fd.h"
#include "storage/sharedfileset.h"
#include "utils/resowner.h"

#include "pg/compat.h"
#include "pg/train/spill.h"

#define NO_FILE (-1)

/* written between two times when pages are let go */
#define TRIM_BYTES (2 * 1024 * 1024)

typedef struct Spill
{
	DataStore store;
	ResourceOwner owner; /* NULL: of no transaction */
	File file;
	size_t untrimmed;
	SpillSet *set; /* NULL: a file of its own */
	uint64 number; /* there */
	bool is_own;   /* this process writes it */
} Spill;

struct SpillSet
{
	dsm_segment *segment;
	SharedFileSet *files;
	ResourceOwner owner;
	List *stores; /* of Spill * */
};

/* The file belongs to who began the training, not to the statement that reads
 * its rows.  One that outlives the transaction is of the session; the server
 * puts such into the default tablespace. */
static void
open_file(Spill *spill)
{
	ResourceOwner before = CurrentResourceOwner;
	char name[32];

	if (spill->owner == NULL)
	{
		spill->file = OpenTemporaryFile(true);
		return;
	}
	snprintf(name, sizeof(name), "rows." UINT64_FORMAT, spill->number);
	PrepareTempTablespaces();
	CurrentResourceOwner = spill->owner;
	spill->file = spill->set == NULL ? OpenTemporaryFile(false)
	              : spill->is_own
	                  ? compat_file_set_create(spill->set->files, name)
	                  : compat_file_set_open(spill->set->files, name);
	CurrentResourceOwner = before;
}

static void
let_pages_go(Spill *spill, size_t n)
{
	spill->untrimmed += n;
	if (spill->untrimmed < TRIM_BYTES)
		return;
	spill->untrimmed = 0;
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

static void
spill_write(DataStore *store, uint64_t place, const void *bytes, size_t n)
{
	Spill *spill = store->host;
	const char *from = bytes;

	CHECK_FOR_INTERRUPTS();
	if (spill->file == NO_FILE)
		open_file(spill);
	let_pages_go(spill, n);
	while (n > 0)
	{
		int written =
			(int) FileWrite(spill->file, unconstify(char *, from), (int) n,
		                    (off_t) place, WAIT_EVENT_BUFFILE_WRITE);

		if (written <= 0)
		{
			if (written == 0)
				errno = ENOSPC;
			ereport(ERROR,
			        (errcode_for_file_access(),
			         errmsg("could not write rows to temporary file \"%s\": %m",
			                FilePathName(spill->file)),
			         errhint("Rows beyond fairpg.train_mem wait in temporary "
			                 "files: raise it, or set temp_tablespaces to "
			                 "where there is room.")));
		}
		from += written;
		place += (uint64_t) written;
		n -= (size_t) written;
	}
}

static void
spill_read(DataStore *store, uint64_t place, void *bytes, size_t n)
{
	Spill *spill = store->host;
	char *to = bytes;

	CHECK_FOR_INTERRUPTS();
	if (spill->file == NO_FILE)
		open_file(spill);
	while (n > 0)
	{
		int read = (int) FileRead(spill->file, to, (int) n, (off_t) place,
		                          WAIT_EVENT_BUFFILE_READ);

		if (read <= 0)
			ereport(
				ERROR,
				(errcode_for_file_access(),
			     read < 0
			         ? errmsg("could not read rows from temporary file \"%s\": "
			                  "%m",
			                  FilePathName(spill->file))
			         : errmsg("temporary file \"%s\" is shorter than what was "
			                  "written to it",
			                  FilePathName(spill->file))));
		to += read;
		place += (uint64_t) read;
		n -= (size_t) read;
	}
}

static Spill *
make_spill(ResourceOwner owner)
{
	Spill *spill = palloc0(sizeof(Spill));

	spill->store.write = spill_write;
	spill->store.read = spill_read;
	spill->store.host = spill;
	spill->owner = owner;
	spill->file = NO_FILE;
	return spill;
}

DataStore *
spill_create(bool outlives)
{
	return &make_spill(outlives ? NULL : CurrentResourceOwner)->store;
}

void
spill_end(DataStore *store)
{
	Spill *spill = store->host;

	if (spill->file != NO_FILE)
		FileClose(spill->file);
	spill->file = NO_FILE;
}

static SpillSet *
make_set(dsm_segment *segment)
{
	SpillSet *set = palloc0(sizeof(SpillSet));

	set->segment = segment;
	set->files = dsm_segment_address(segment);
	set->owner = CurrentResourceOwner;
	return set;
}

SpillSet *
spill_set_create(void)
{
	SpillSet *set = make_set(dsm_create(sizeof(SharedFileSet), 0));

	SharedFileSetInit(set->files, set->segment);
	return set;
}

dsm_handle
spill_set_handle(const SpillSet *set)
{
	return dsm_segment_handle(set->segment);
}

SpillSet *
spill_set_attach(dsm_handle handle)
{
	dsm_segment *segment = dsm_attach(handle);
	SpillSet *set;

	if (segment == NULL)
		elog(ERROR, "gathering has ended");
	/* until the process ends: it has nothing that would let go earlier */
	dsm_pin_mapping(segment);
	set = make_set(segment);
	SharedFileSetAttach(set->files, segment);
	return set;
}

DataStore *
spill_set_store(SpillSet *set, uint64 number, bool own)
{
	ListCell *cell;
	Spill *spill;

	foreach (cell, set->stores)
	{
		spill = lfirst(cell);
		if (spill->number == number && spill->is_own == own)
			return &spill->store;
	}
	spill = make_spill(set->owner);
	spill->set = set;
	spill->number = number;
	spill->is_own = own;
	set->stores = lappend(set->stores, spill);
	return &spill->store;
}

uint64
spill_set_number(DataStore *store)
{
	return ((Spill *) store->host)->number;
}

/* Whether a file that this process wrote has been read by way of the set. */
static bool
is_read(const SpillSet *set, uint64 number)
{
	ListCell *cell;

	foreach (cell, set->stores)
	{
		const Spill *spill = lfirst(cell);

		if (spill->number == number && !spill->is_own)
			return true;
	}
	return false;
}

uint64
spill_set_end(SpillSet *set)
{
	uint64 bytes = 0;
	ListCell *cell;

	foreach (cell, set->stores)
	{
		Spill *spill = lfirst(cell);

		/* once is enough */
		if (!spill->is_own || !is_read(set, spill->number))
			bytes += spill->store.n_bytes;
		spill_end(&spill->store);
	}
	dsm_detach(set->segment);
	return bytes;
}
