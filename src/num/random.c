/*
 * random.c
 *    Seeded random numbers and a hash, the same on every machine.
 *
 * Generator: xoshiro256** of Blackman and Vigna (ACM TOMS 47, 2021), its
 * state filled by splitmix64.  Binomials are in binomial.c.
 */
#include "num/random.h"

static uint64_t
rotate_left(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

static uint64_t
splitmix(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

void
num_random_seed(NumRandom *random, uint64_t seed)
{
	for (int i = 0; i < 4; i++)
		random->state[i] = splitmix(&seed);
}

uint64_t
num_random_bits(NumRandom *random)
{
	uint64_t *s = random->state;
	uint64_t result = rotate_left(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate_left(s[3], 45);
	return result;
}

double
num_random_uniform(NumRandom *random)
{
	return (double) (num_random_bits(random) >> 11) * 0x1p-53;
}

void
num_random_uniforms(NumRandom *random, size_t n, double *values)
{
	/* a copy that nothing else can point to stays in registers */
	NumRandom own = *random;

	for (size_t i = 0; i < n; i++)
		values[i] = num_random_uniform(&own);
	*random = own;
}

static uint64_t
mix(uint64_t x)
{
	x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93ULL;
	x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93ULL;
	return x ^ (x >> 32);
}

/* Bytes as a little-endian number, whatever the machine. */
static uint64_t
load_bytes(const unsigned char *p, size_t n)
{
	uint64_t x = 0;

	for (size_t i = 0; i < n; i++)
		x |= (uint64_t) p[i] << (8 * i);
	return x;
}

uint64_t
num_hash64(const void *bytes, size_t length, uint64_t seed)
{
	const unsigned char *p = bytes;
	uint64_t h = mix(seed ^ (0x9e3779b97f4a7c15ULL * (length + 1)));

	while (length >= 8)
	{
		h = mix(h ^ load_bytes(p, 8)) + 0x9e3779b97f4a7c15ULL;
		p += 8;
		length -= 8;
	}
	return mix(h ^ load_bytes(p, length) ^ 0x2545f4914f6cdd1dULL);
}
