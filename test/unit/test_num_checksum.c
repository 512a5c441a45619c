/*
 * test_num_checksum.c
 *    CRC-32C against the check values of RFC 3720, appendix B.4, and of the
 *    catalogue of CRC algorithms.
 */
#include "num/checksum.h"
#include "unit.h"

static void
known_messages_have_their_known_sums(void)
{
	uint8_t bytes[32];

	CHECK(num_crc32c((const uint8_t *) "123456789", 9) == 0xe3069283u);
	CHECK(num_crc32c(NULL, 0) == 0);
	CHECK(num_crc32c_more(num_crc32c((const uint8_t *) "1234", 4),
	                      (const uint8_t *) "56789", 5) == 0xe3069283u);
	memset(bytes, 0, sizeof(bytes));
	CHECK(num_crc32c(bytes, 32) == 0x8a9136aau);
	memset(bytes, 0xff, sizeof(bytes));
	CHECK(num_crc32c(bytes, 32) == 0x62a8ab43u);
	for (int i = 0; i < 32; i++)
		bytes[i] = (uint8_t) i;
	CHECK(num_crc32c(bytes, 32) == 0x46dd794eu);
	for (int i = 0; i < 32; i++)
		bytes[i] = (uint8_t) (31 - i);
	CHECK(num_crc32c(bytes, 32) == 0x113fdb5cu);
}

/* The polynomial's distance is four at this length. */
static void
one_or_two_wrong_bits_are_found(void)
{
	uint8_t bytes[64];
	uint32_t right;

	for (int i = 0; i < 64; i++)
		bytes[i] = (uint8_t) (i * 37);
	right = num_crc32c(bytes, 64);
	for (int i = 0; i < 512; i++)
	{
		bytes[i / 8] ^= (uint8_t) (1 << i % 8);
		CHECK(num_crc32c(bytes, 64) != right);
		for (int j = 0; j < i; j++)
		{
			bytes[j / 8] ^= (uint8_t) (1 << j % 8);
			CHECK(num_crc32c(bytes, 64) != right);
			bytes[j / 8] ^= (uint8_t) (1 << j % 8);
		}
		bytes[i / 8] ^= (uint8_t) (1 << i % 8);
	}
}

int
main(void)
{
	RUN(known_messages_have_their_known_sums);
	RUN(one_or_two_wrong_bits_are_found);
	return unit_end();
}
