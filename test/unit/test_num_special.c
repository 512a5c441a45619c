/*
 * test_num_special.c
 *    The functions of num/special.h against mpmath, and their promises.
 *
 * The tables were made with mpmath 1.4.1 at 60 digits: argument, nearest
 * double to the function's value, and (first five tables) what the true value
 * has beyond that double, in units of its last place.  Beta values with large
 * parameters are numerical integrals of the density, not continued fractions.
 */
#include <stdlib.h>

#include "num/random.h"
#include "num/special.h"
#include "unit.h"

#define LENGTH(table) ((int) (sizeof(table) / sizeof((table)[0])))

static const double exp_values[][3] = {
	{ 0x1.1bf2a145beb7cp+9, 0x1.3b31406305a4ap+819, 0.084 },
	{ 0x1.04c17d68ab3b0p+8, 0x1.2443935b7d40bp+376, -0.316 },
	{ 0x1.751ceadffe5f0p+8, 0x1.389be77a07138p+538, 0.007 },
	{ 0x1.1b3b3ad53aff8p+9, 0x1.2cdd9c25331a8p+817, -0.028 },
	{ -0x1.503dd7c30c5c9p+8, 0x1.dfafdb3fd258fp-486, 0.151 },
	{ 0x1.7c084da744e00p+7, 0x1.19334a693a39fp+274, -0.204 },
	{ 0x1.1b7644bb61f84p+9, 0x1.dd2f4341f6f81p+817, -0.246 },
	{ 0x1.047dc356265b8p+9, 0x1.89241e203ba6fp+751, -0.242 },
	{ 0x1.9877be51cd0f0p+6, 0x1.405ee80c5651bp+147, 0.444 },
	{ -0x1.cedee4c1474b4p+8, 0x1.29ead62f992c6p-668, -0.454 },
	{ -0x1.ef7889cb48260p+6, 0x1.3a71f4a0b66f0p-179, 0.164 },
	{ 0x1.59afc59a902ecp+9, 0x1.5b765c95b0940p+997, 0.171 },
	{ -0x1.30b4a813fe1a8p+1, 0x1.7ae485de23a8fp-4, -0.420 },
	{ -0x1.15cd6164ea059p+0, 0x1.59f44d4e57689p-2, -0.438 },
	{ 0x1.59a149f7be6fap+1, 0x1.dc435e3390cfcp+3, 0.305 },
	{ -0x1.36e1bac399140p-2, 0x1.79f007fa7ab8bp-1, -0.237 },
	{ -0x1.bf827859a2a2fp+0, 0x1.64924565bb8dep-3, -0.101 },
	{ -0x1.193c4887eda39p+0, 0x1.55587edcee036p-2, 0.348 },
	{ 0x1.39d513816809cp+1, 0x1.73803352bc95bp+3, 0.456 },
	{ -0x1.f921f301c36d8p-1, 0x1.7dcb9a770031dp-2, -0.088 },
	{ -0x1.be3a4ab8c9aa0p-2, 0x1.4b2509d910516p-1, -0.431 },
	{ 0x1.883ea7c6daafcp-1, 0x1.135ff6a408e43p+1, 0.179 },
	{ 0x1.d560f06198780p+0, 0x1.905f2b630d310p+2, 0.111 },
	{ -0x1.83a20e4817780p-5, 0x1.e8565263718dep-1, -0.240 },
	{ -0x1.b6dd5e9d46302p-11, 0x1.ff925468eac09p-1, -0.486 },
	{ 0x1.331093f3f3530p-13, 0x1.000998b2aa4b6p+0, -0.211 },
	{ -0x1.e77c68583c4d5p-11, 0x1.ff862f65edaadp-1, -0.440 },
	{ -0x1.a92bdfb37c8d3p-11, 0x1.ff95c00fda860p-1, 0.108 },
	{ -0x1.7440000000000p+9, 0x0.0000000000001p-1022, -0.058 },
	{ -0x1.6820000000000p+9, 0x0.000077564144fp-1022, 0.482 },
	{ -0x1.6231eb851eb85p+9, 0x1.01a5ff6ed496bp-1022, 0.288 },
	{ 0x1.62e3d70a3d70ap+9, 0x1.fe9ce5c4c52b4p+1023, 0.415 },
	{ 0x1.62e42fefa39efp-2, 0x1.6a09e667f3bccp+0, 0.491 },
	{ -0x1.62e42fefa39efp-2, 0x1.6a09e667f3bcdp-1, -0.362 },
	{ 0x1.0000000000000p+0, 0x1.5bf0a8b145769p+1, 0.326 },
	{ -0x1.0000000000000p+0, 0x1.78b56362cef38p-2, -0.224 },
};

static const double log_values[][3] = {
	{ 0x1.bbeab8049ec7cp-618, -0x1.abd082ec164f3p+8, -0.217 },
	{ 0x1.7783651065e78p+385, 0x1.0b3ea9f54f128p+8, -0.223 },
	{ 0x1.5812b70644a83p-432, -0x1.2b24d6fa3da2ep+8, 0.218 },
	{ 0x1.2599dfd1d7aacp+379, 0x1.06d6fed5185f8p+8, 0.494 },
	{ 0x1.00781b1b9778dp-671, -0x1.d11994d39740ep+8, 0.500 },
	{ 0x1.01c4ae80015f0p-762, -0x1.0815ec1bc6b9ep+9, 0.048 },
	{ 0x1.eeff247a0fc72p-951, -0x1.4943052a8f56ap+9, -0.054 },
	{ 0x1.1ddebe40782d8p+410, 0x1.1c4cfaf107922p+8, -0.308 },
	{ 0x1.b3e41d9f2fbc8p+715, 0x1.f021e82e3afb8p+8, -0.215 },
	{ 0x1.305a06f5901edp-559, -0x1.834bd8308229fp+8, 0.289 },
	{ 0x1.b67409e560901p-1, -0x1.3d960f5ed9495p-3, -0.388 },
	{ 0x1.09f7fd2cb5e9ep-1, -0x1.4f5513e522f72p-1, -0.002 },
	{ 0x1.77a02a2da5f65p+0, 0x1.889e179fbd7a2p-2, 0.121 },
	{ 0x1.e6f915bad27ccp-1, -0x1.9a8cce82d0e16p-5, 0.447 },
	{ 0x1.691e30a2b2ea5p-1, -0x1.657fb9a22b340p-2, 0.224 },
	{ 0x1.786642201f056p+0, 0x1.8ab9903297e25p-2, 0.133 },
	{ 0x1.664c35029f406p+0, 0x1.58415493584cbp-2, -0.031 },
	{ 0x1.2bcc158b83212p+0, 0x1.43702e9d0ebe5p-3, 0.473 },
	{ 0x1.7583a2f88da54p-1, -0x1.42effbaa55eacp-2, -0.449 },
	{ 0x1.753fe17d247c8p+0, 0x1.821e9235be351p-2, 0.326 },
	{ 0x1.55627b67f9826p+0, 0x1.26bd9288bf3eep-2, -0.272 },
	{ 0x1.263be6d785e65p+0, 0x1.1d13c923237d4p-3, -0.350 },
	{ 0x1.7e77c066f454fp-1, -0x1.2aae37a90f6acp-2, -0.363 },
	{ 0x1.e4ac1e81ec413p+0, 0x1.46ceaf5d7f49bp-1, -0.033 },
	{ 0x1.00000c2f9c808p+0, 0x1.85f386c807dd4p-21, -0.462 },
	{ 0x1.0000065e64f1ap+0, 0x1.979937560ee1fp-22, -0.067 },
	{ 0x1.000010a4a0acap+0, 0x1.0a4a022210c16p-20, -0.345 },
	{ 0x1.000002b24cc85p+0, 0x1.59266256a7839p-23, -0.073 },
	{ 0x0.0000000000001p-1022, -0x1.74385446d71c3p+9, -0.389 },
	{ 0x1.0000000000000p-1022, -0x1.6232bdd7abcd2p+9, -0.242 },
	{ 0x1.fffffffffffffp+1023, 0x1.62e42fefa39efp+9, 0.208 },
	{ 0x1.6a09e667f3bccp-1, -0x1.62e42fefa39f1p-2, 0.194 },
	{ 0x1.6a09e667f3bcdp-1, -0x1.62e42fefa39eep-2, 0.023 },
	{ 0x1.6a09e667f3bcdp+0, 0x1.62e42fefa39f0p-2, 0.440 },
	{ 0x1.4000000000000p+3, 0x1.26bb1bbb55516p+1, -0.489 },
	{ 0x1.0000000000000p+1, 0x1.62e42fefa39efp-1, 0.209 },
};

static const double log1p_values[][3] = {
	{ 0x1.4bdea69b19296p-21, 0x1.4bde9fe23345fp-21, 0.024 },
	{ 0x1.03d7691c6d164p-51, 0x1.03d7691c6d163p-51, -0.030 },
	{ 0x1.3d23488531df5p+14, 0x1.3d627545c5066p+3, 0.234 },
	{ 0x1.8138af8d43befp+2, 0x1.f2d99a1a8f0f7p+0, -0.093 },
	{ 0x1.77d50af6cbb55p-9, 0x1.774b5ddc8a7d5p-9, -0.211 },
	{ 0x1.601d5fc6d181cp+65, 0x1.6afc9d07f2190p+5, 0.464 },
	{ 0x1.142e0bdea3bc9p+45, 0x1.f447ac0437148p+4, -0.064 },
	{ 0x1.c3ea758ce2dfbp-52, 0x1.c3ea758ce2df9p-52, 0.442 },
	{ -0x1.3c21e6293cce3p-8, -0x1.3ce5b94b40860p-8, -0.304 },
	{ -0x1.9e3b6805e5b60p-67, -0x1.9e3b6805e5b60p-67, -0.000 },
	{ -0x1.cacf5fb6b1da4p-24, -0x1.cacf6151d7316p-24, -0.379 },
	{ -0x1.6c9e63b3a3d1fp-46, -0x1.6c9e63b3a3d60p-46, 0.085 },
	{ -0x1.08169b5eb6323p-18, -0x1.0816bd6c905b6p-18, 0.048 },
	{ -0x1.cb55c6f6f32a1p-4, -0x1.e731ab8242caep-4, -0.293 },
	{ -0x1.bc43599661015p-32, -0x1.bc435997e27e3p-32, 0.485 },
	{ -0x1.2f9d71fbf8e3ap-16, -0x1.2f9e260791926p-16, -0.201 },
	{ -0x1.20943b83911bdp-63, -0x1.20943b83911bdp-63, -0.000 },
	{ -0x1.dc9b14f74d9f5p-23, -0x1.dc9b186e9ebbdp-23, -0.291 },
	{ -0x1.1e44968517b0cp-1, -0x1.a350cc9443704p-1, -0.489 },
	{ 0x1.ae3b707542b2ap-2, 0x1.672e079634d2ap-2, 0.148 },
	{ 0x1.135dd1df9dda0p-4, 0x1.0a815aee62739p-4, -0.090 },
	{ -0x1.6041f8fbe5eb4p-1, -0x1.2a2de4894ed74p+0, -0.476 },
	{ 0x1.44599b96e0d1ap+0, 0x1.a30c66567e12ep-1, 0.455 },
	{ -0x1.4252e04f09316p-1, -0x1.fc6b441fdcc39p-1, -0.434 },
	{ -0x1.3af9bdbc764ccp-3, -0x1.5601c88607442p-3, -0.249 },
	{ -0x1.4d3a8a6e87c3fp-1, -0x1.0d5e1a6240910p+0, -0.450 },
	{ 0x1.054699eee4136p+0, 0x1.6823e0a4427dep-1, -0.272 },
	{ -0x1.bb94bfcdaf6a0p-6, -0x1.c1b24a75f59e8p-6, 0.449 },
	{ -0x1.8afdfa7a9db5ep-1, -0x1.79e096a9c9f08p+0, -0.069 },
	{ -0x1.a47ef1e8b821ep-1, -0x1.b8d11999148a2p+0, 0.145 },
	{ -0x1.fffffffffffffp-1, -0x1.25e4f7b2737fap+5, -0.095 },
	{ 0x1.56e1fc2f8f359p-997, 0x1.56e1fc2f8f359p-997, 0.000 },
	{ 0x1.7e43c8800759cp+996, 0x1.5963447f87fb5p+9, 0.209 },
};

static const double sigmoid_values[][3] = {
	{ -0x1.1530d0094cb70p+9, 0x1.25691faa57774p-800, -0.208 },
	{ -0x1.6c18f87f0c451p+8, 0x1.a52d41e64db1dp-526, -0.308 },
	{ -0x1.59f89d3e132e8p+9, 0x1.ab0e0263d2559p-999, 0.027 },
	{ -0x1.561d8059f5d30p+9, 0x1.d1f7426ab1e8cp-988, -0.122 },
	{ -0x1.021009bd87977p+8, 0x1.9e3b7e85ed7c4p-373, 0.253 },
	{ -0x1.5e66b0509917fp+8, 0x1.64913985e929bp-506, -0.381 },
	{ -0x1.b0015193ff373p+4, 0x1.086f5d69ddda4p-39, -0.254 },
	{ -0x1.bcf681f508faap+3, 0x1.eade4f1d89daep-21, 0.348 },
	{ -0x1.bac63f1dfdd24p+4, 0x1.0dcbac58d93b6p-40, -0.475 },
	{ -0x1.0a5a0af3d5c62p+4, 0x1.fa2bad7d4e0bcp-25, 0.445 },
	{ -0x1.091f68cacdba6p+3, 0x1.0870281cae96ap-12, -0.480 },
	{ -0x1.4de2bcc48250fp+4, 0x1.dbbefe2cdf4eap-31, 0.230 },
	{ -0x1.661e4cacd7db0p+4, 0x1.a27bbba3400fep-33, 0.021 },
	{ -0x1.43f2f7a59ce18p+4, 0x1.baa5dd01c3960p-30, -0.319 },
	{ -0x1.d63da762e39a6p+3, 0x1.bd95dc000a54cp-22, 0.450 },
	{ 0x1.0495a606bc798p+2, 0x1.f76abfaac5269p-1, 0.072 },
	{ 0x1.c93c36fca466cp+4, 0x1.ffffffffff257p-1, 0.213 },
	{ 0x1.5e6428b87de74p+3, 0x1.fffdb2b32ee8bp-1, -0.326 },
	{ -0x1.e7a182bef23e0p+1, 0x1.632568879f9e8p-6, 0.001 },
	{ -0x1.2614c06ac56b6p+5, 0x1.f4313890f7913p-54, -0.463 },
	{ -0x1.de5e43e3b88f4p+0, 0x1.11d1b9afd8a74p-3, 0.428 },
	{ 0x1.9c480e7789090p-1, 0x1.61d70752d16ccp-1, 0.373 },
	{ -0x1.23a165962a2e4p-1, 0x1.7200d2c96afb6p-2, -0.459 },
	{ 0x1.0a8fd8891ea80p+1, 0x1.c7442e8895aa2p-1, -0.254 },
	{ 0x1.39fb064f8be8ep+1, 0x1.d7704af3672aep-1, 0.075 },
	{ -0x1.389a64184042cp+0, 0x1.d26a591d4704dp-3, 0.325 },
	{ -0x1.a0482a10cdc80p-1, 0x1.3a9d565596fd5p-2, 0.448 },
	{ -0x1.35eed0e461eeep+0, 0x1.d62edf106b57fp-3, -0.346 },
	{ 0x1.0f09e38b4fd68p+0, 0x1.7c227b382ac98p-1, -0.368 },
	{ -0x1.343733bf88b42p+1, 0x1.52348a94289b0p-4, 0.037 },
	{ -0x1.57b816b422a40p+0, 0x1.a8167f07e5534p-3, -0.169 },
	{ 0x1.22b38b05323c0p+1, 0x1.d01aee1fa46adp-1, -0.483 },
	{ -0x1.856be1e593588p-1, 0x1.4629b46db44d5p-2, -0.422 },
	{ 0x1.68e8675b1f6d6p+1, 0x1.e32ffa8d53b8fp-1, 0.285 },
};

static const double softplus_values[][3] = {
	{ -0x1.1530d0094cb70p+9, 0x1.25691faa57774p-800, -0.208 },
	{ -0x1.6c18f87f0c451p+8, 0x1.a52d41e64db1dp-526, -0.308 },
	{ -0x1.59f89d3e132e8p+9, 0x1.ab0e0263d2559p-999, 0.027 },
	{ -0x1.561d8059f5d30p+9, 0x1.d1f7426ab1e8cp-988, -0.122 },
	{ -0x1.021009bd87977p+8, 0x1.9e3b7e85ed7c4p-373, 0.253 },
	{ -0x1.5e66b0509917fp+8, 0x1.64913985e929bp-506, -0.381 },
	{ -0x1.b0015193ff373p+4, 0x1.086f5d69deeb6p-39, 0.114 },
	{ -0x1.bcf681f508faap+3, 0x1.eade5dd26990fp-21, 0.270 },
	{ -0x1.bac63f1dfdd24p+4, 0x1.0dcbac58d9c98p-40, 0.202 },
	{ -0x1.0a5a0af3d5c62p+4, 0x1.fa2bae778238cp-25, -0.138 },
	{ -0x1.091f68cacdba6p+3, 0x1.0878b1b6df904p-12, 0.089 },
	{ -0x1.4de2bcc48250fp+4, 0x1.dbbefe30536cfp-31, 0.340 },
	{ -0x1.661e4cacd7db0p+4, 0x1.a27bbba3eb15fp-33, 0.217 },
	{ -0x1.43f2f7a59ce18p+4, 0x1.baa5dd07be585p-30, 0.016 },
	{ -0x1.d63da762e39a6p+3, 0x1.bd95e20f2f1e1p-22, -0.325 },
	{ 0x1.0495a606bc798p+2, 0x1.05aaa215491fdp+2, 0.403 },
	{ 0x1.c93c36fca466cp+4, 0x1.c93c36fca46d9p+4, 0.275 },
	{ 0x1.5e6428b87de74p+3, 0x1.5e644d8d602afp+3, -0.009 },
	{ -0x1.e7a182bef23e0p+1, 0x1.670d43bd2431ap-6, 0.375 },
	{ -0x1.2614c06ac56b6p+5, 0x1.f4313890f7913p-54, 0.015 },
	{ -0x1.de5e43e3b88f4p+0, 0x1.25f0669595418p-3, -0.009 },
	{ 0x1.9c480e7789090p-1, 0x1.2cba439ce0ff2p+0, -0.413 },
	{ -0x1.23a165962a2e4p-1, 0x1.cb2157372d135p-2, 0.323 },
	{ 0x1.0a8fd8891ea80p+1, 0x1.19982fa6aaa2dp+1, -0.128 },
	{ 0x1.39fb064f8be8ep+1, 0x1.448b8d9f108e4p+1, -0.274 },
	{ -0x1.389a64184042cp+0, 0x1.08a3919c23124p-2, -0.152 },
	{ -0x1.a0482a10cdc80p-1, 0x1.77e1f17363744p-2, 0.210 },
	{ -0x1.35eed0e461eeep+0, 0x1.0b14cbd64adaap-2, -0.459 },
	{ 0x1.0f09e38b4fd68p+0, 0x1.5b46715e38f15p+0, 0.156 },
	{ -0x1.343733bf88b42p+1, 0x1.60fcd066000afp-4, -0.343 },
	{ -0x1.57b816b422a40p+0, 0x1.db3039de5a46fp-3, 0.247 },
	{ 0x1.22b38b05323c0p+1, 0x1.2f45cc974a040p+1, -0.364 },
	{ -0x1.856be1e593588p-1, 0x1.88b0962e5ec24p-2, -0.335 },
	{ 0x1.68e8675b1f6d6p+1, 0x1.705253b2f7e55p+1, -0.422 },
	{ 0x1.2b7bbd4a97d5ap+8, 0x1.2b7bbd4a97d5ap+8, 0.000 },
	{ 0x1.27f088f8abaf1p+9, 0x1.27f088f8abaf1p+9, 0.000 },
	{ 0x1.57a6848ae5101p+8, 0x1.57a6848ae5101p+8, 0.000 },
};

static const double normal_cdf_values[][2] = {
	{ -0x1.2c00000000000p+5, 0x1.08eda98086fd1p-1021 },
	{ -0x1.44ccccccccccdp+4, 0x1.0c37ea06f83fap-303 },
	{ -0x1.0000000000000p+3, 0x1.669d2c90d55cep-51 },
	{ -0x1.6000000000000p+2, 0x1.463cfa9c7fce7p-26 },
	{ -0x1.a000000000000p+1, 0x1.2e86fd7d03406p-11 },
	{ -0x1.0000000000000p+1, 0x1.74bcf82c9d860p-6 },
	{ -0x1.f5c28f5c28f5cp+0, 0x1.9990c58859312p-6 },
	{ -0x1.0000000000000p+0, 0x1.44ed0bb7cb20bp-3 },
	{ -0x1.0000000000000p-1, 0x1.3bf143b9aa712p-2 },
	{ -0x1.0624dd2f1a9fcp-10, 0x1.ff976b70f3f9fp-2 },
	{ 0x1.12e0be826d695p-30, 0x1.000000036d489p-1 },
	{ 0x1.0000000000000p-2, 0x1.3289a2b16ed6cp-1 },
	{ 0x1.6666666666666p-1, 0x1.841d5715c32a8p-1 },
	{ 0x1.0000000000000p+0, 0x1.aec4bd120d37dp-1 },
	{ 0x1.8000000000000p+0, 0x1.ddcb724ed3702p-1 },
	{ 0x1.ffbe76c8b4396p+0, 0x1.f45302cbb95c5p-1 },
	{ 0x1.0000000000000p+1, 0x1.f45a183e9b13dp-1 },
	{ 0x1.4000000000000p+1, 0x1.fcd21635036c6p-1 },
	{ 0x1.0000000000000p+2, 0x1.fffbd94a1aad4p-1 },
	{ 0x1.0666666666666p+3, 0x1.fffffffffffffp-1 },
};

static const double normal_quantile_values[][2] = {
	{ 0x1.56e1fc2f8f359p-997, -0x1.286074064c26ep+5 },
	{ 0x1.bff2ee48e0530p-333, -0x1.546010d755221p+4 },
	{ 0x1.79ca10c924223p-67, -0x1.2865170b43a4cp+3 },
	{ 0x1.b7cdfd9d7bdbbp-34, -0x1.97203597a2155p+2 },
	{ 0x1.4f8b588e368f1p-17, -0x1.10f3f8843a3d9p+2 },
	{ 0x1.0624dd2f1a9fcp-10, -0x1.8b8cbb7204471p+1 },
	{ 0x1.47ae147ae147bp-8, -0x1.49b4c64d69161p+1 },
	{ 0x1.999999999999ap-6, -0x1.f5c0331eeff85p+0 },
	{ 0x1.999999999999ap-5, -0x1.a515209676abdp+0 },
	{ 0x1.32ca57a786c22p-4, -0x1.70b374817af52p+0 },
	{ 0x1.339c0ebedfa44p-4, -0x1.7056dc6686c9bp+0 },
	{ 0x1.999999999999ap-4, -0x1.4813c36e26d32p+0 },
	{ 0x1.0000000000000p-2, -0x1.5956b87528a49p-1 },
	{ 0x1.999999999999ap-2, -0x1.036d6c4a04b59p-2 },
	{ 0x1.fffd60e94ee39p-2, -0x1.a48add58fc7a0p-16 },
	{ 0x1.3333333333333p-1, 0x1.036d6c4a04b59p-2 },
	{ 0x1.8000000000000p-1, 0x1.5956b87528a49p-1 },
	{ 0x1.ccccccccccccdp-1, 0x1.4813c36e26d33p+0 },
	{ 0x1.e666666666666p-1, 0x1.a515209676abbp+0 },
	{ 0x1.f333333333333p-1, 0x1.f5c0331eeff83p+0 },
	{ 0x1.fd70a3d70a3d7p-1, 0x1.49b4c64d69160p+1 },
	{ 0x1.fff2e48e8a71ep-1, 0x1.dc08bb712897ap+1 },
	{ 0x1.fffffff768fa1p-1, 0x1.7fdc11f93a210p+2 },
};

static const double log_gamma_values[][2] = {
	{ 0x1.b7cdfd9d7bdbbp-34, 0x1.7069e2aa26ae4p+4 },
	{ 0x1.47ae147ae147bp-7, 0x1.265de0d9b33c4p+2 },
	{ 0x1.3333333333333p-2, 0x1.188637a6c4196p+0 },
	{ 0x1.0000000000000p-1, 0x1.250d048e7a1bdp-1 },
	{ 0x1.fae147ae147aep-1, 0x1.7fb35b942e13bp-8 },
	{ 0x1.0000000000000p+0, 0x0.0p+0 },
	{ 0x1.00068db8bac71p+0, -0x1.e422756cb35cdp-15 },
	{ 0x1.762d86356be3fp+0, -0x1.f19b9bcc38a42p-4 },
	{ 0x1.fff972474538fp+0, -0x1.62a151ce4a3dfp-15 },
	{ 0x1.0000000000000p+1, 0x0.0p+0 },
	{ 0x1.4000000000000p+1, 0x1.2383e809a67e8p-2 },
	{ 0x1.4000000000000p+2, 0x1.96ca77c922cf9p+1 },
	{ 0x1.3fae147ae147bp+3, 0x1.98f02675dd191p+3 },
	{ 0x1.4000000000000p+3, 0x1.99a8921a7f7cfp+3 },
	{ 0x1.8800000000000p+3, 0x1.21d9c84482c3bp+4 },
	{ 0x1.9000000000000p+5, 0x1.2121a930c6ec3p+7 },
	{ 0x1.f440000000000p+9, 0x1.714ac96c9d5d3p+12 },
	{ 0x1.e848000000000p+19, 0x1.871921236750dp+23 },
	{ 0x1.d1a94a2000000p+39, 0x1.838848dba0ba7p+44 },
	{ 0x1.7e43c8800759cp+996, 0x1.017f38e7a1ab5p+1006 },
};

static const double beta_values[][4] = {
	{ 1.0, 1.0, 0x1.3333333333333p-2, 0x1.3333333333333p-2 },
	{ 0.5, 0.5, 0x1.999999999999ap-4, 0x1.a37f5c4c419efp-3 },
	{ 0.5, 0.5, 0x1.ff7ced916872bp-1, 0x1.f5b0dc1d5cb1fp-1 },
	{ 2.0, 3.0, 0x1.999999999999ap-2, 0x1.0cb295e9e1b09p-1 },
	{ 5.0, 1.0, 0x1.999999999999ap-3, 0x1.4f8b588e368f2p-12 },
	{ 1.0, 1000000.0, 0x1.0c6f7a0b5ed8dp-20, 0x1.43a5547aa06a8p-1 },
	{ 10.0, 90.0, 0x1.3333333333333p-3, 0x1.e1854bbb175edp-1 },
	{ 90.0, 10.0, 0x1.b333333333333p-1, 0x1.e7ab444e8a11fp-5 },
	{ 30.0, 30.0, 0x1.0000000000000p-1, 0x1.0000000000000p-1 },
	{ 1000.0, 2000.0, 0x1.47ae147ae147bp-2, 0x1.eaca8829e1b3bp-5 },
	{ 100000.0, 300000.0, 0x1.010624dd2f1aap-2, 0x1.db0e1fe721883p-1 },
	{ 100000.0, 300000.0, 0x1.fdf3b645a1cacp-3, 0x1.26c867fc3c96fp-4 },
	{ 1000000.0, 1000000.0, 0x1.00346dc5d6388p-1, 0x1.bdfa54754d410p-1 },
	{ 3.0, 10000000.0, 0x1.ad7f29abcaf48p-23, 0x1.4b155dae1c759p-2 },
	{ 0.01, 0.02, 0x1.0000000000000p-1, 0x1.555c40d18eda7p-1 },
	{ 200.0, 3.0, 0x1.ccccccccccccdp-1, 0x1.505845541e423p-23 },
	{ 10000.0, 2.0, 0x1.fff2e48e8a71ep-1, 0x1.78b090ef9b80dp-1 },
	{ 12.5, 7.25, 0x1.999999999999ap-5, 0x1.4f476b9fd906ap-40 },
	{ 1000000000.0, 1000000000.0, 0x1.00014f8b588e3p-1, 0x1.a100066213acdp-1 },
};

/* |got - (want + rest)| in units of the last place of want. */
static double
ulps(double got, double want, double rest)
{
	double size = fabs(want);
	double unit_of_last = nextafter(size, INFINITY) - size;

	/* at a power of two the place below is half as large; take the larger */
	return got == want ? fabs(rest) : fabs((got - want) / unit_of_last - rest);
}

static void
check_table(double (*function)(double), const double table[][3], int length,
            double limit, const char *file, int line)
{
	for (int i = 0; i < length; i++)
	{
		double got = function(table[i][0]);
		double error = ulps(got, table[i][1], table[i][2]);

		if (!(error <= limit) && unit_failure(file, line))
			printf("at %.17g: %.17g, %g ulp from %.17g\n", table[i][0], got,
			       error, table[i][1]);
	}
}

#define CHECK_TABLE(function, table, limit)                                    \
	check_table(function, table, LENGTH(table), limit, __FILE__, __LINE__)

static void
elementary_functions_match_mpmath(void)
{
	/* the first few of exp_values are subnormal at the end of the table */
	CHECK_TABLE(num_exp, exp_values, 2.0);
	CHECK_TABLE(num_log, log_values, 1.1);
	CHECK_TABLE(num_log1p, log1p_values, 1.5);
	CHECK_TABLE(num_sigmoid, sigmoid_values, 2.5);
	CHECK_TABLE(num_log1pexp, softplus_values, 3.0);
}

/* Sixty-four bits of mantissa are enough to measure an error of fifty-three;
 * valgrind computes long double in double, so it cannot. */
#if defined(__x86_64__) && !defined(UNIT_VALGRIND)
#define HAVE_LONG_REFERENCE 1

static double
long_ulps(double got, long double want)
{
	double nearest = (double) want;
	double size = fabs(nearest);
	double last = nextafter(size, INFINITY) - size;

	return (double) fabsl(((long double) got - want) / (long double) last);
}

static void
errors_stay_within_what_the_header_says(void)
{
	NumRandom random;
	double worst[5] = { 0 };

	num_random_seed(&random, 1);
	for (int i = 0; i < 400000; i++)
	{
		double u = num_random_uniform(&random) - 0.5;
		double x = u * (i % 2 == 0 ? 1400.0 : 6.0);
		long double lx = x;
		double y = num_exp(x);
		double w = i % 4 < 2 ? 0.5 + 1.5 * (u + 0.5) : y;
		double v = i % 8 < 4 ? 3 * u : (u < 0 ? -1 : 1) * num_exp(-80 * u * u);

		worst[0] = fmax(worst[0], long_ulps(y, expl(lx)));
		worst[1] = fmax(worst[1], long_ulps(num_log(w), logl(w)));
		if (v > -1)
			worst[2] = fmax(worst[2], long_ulps(num_log1p(v), log1pl(v)));
		worst[3] =
			fmax(worst[3], long_ulps(num_sigmoid(x), 1 / (1 + expl(-lx))));
		worst[4] =
			fmax(worst[4],
		         long_ulps(num_log1pexp(x),
		                   (x > 0 ? lx : 0) + log1pl(expl(x > 0 ? -lx : lx))));
	}
	CHECK_NEAR(worst[0], 0.5, 0.6);
	CHECK_NEAR(worst[1], 0.5, 0.6);
	CHECK_NEAR(worst[2], 0.5, 1.0);
	CHECK_NEAR(worst[3], 0.5, 2.0);
	CHECK_NEAR(worst[4], 0.5, 2.5);
}
#endif

static void
nothing_falls_where_the_argument_rises(void)
{
	NumRandom random;

	num_random_seed(&random, 2);
	for (int i = 0; i < 1000000; i++)
	{
		double scale = i % 4 == 0   ? 1500
		               : i % 4 == 1 ? 60
		               : i % 4 == 2 ? 4
		                            : 0.1;
		double x = (num_random_uniform(&random) - 0.5) * scale;
		double next = nextafter(x, INFINITY);

		CHECK(num_exp(x) <= num_exp(next));
		CHECK(num_sigmoid(x) <= num_sigmoid(next));
	}
	/* where the power of two in num_exp changes */
	for (int k = -1074; k <= 1023; k++)
	{
		double x = (k + 0.5) * 0.69314718055994531;

		for (int i = 0; i < 40; i++)
			x = nextafter(x, -INFINITY);
		for (int i = 0; i < 80; i++)
		{
			double next = nextafter(x, INFINITY);

			CHECK(num_exp(x) <= num_exp(next));
			CHECK(num_sigmoid(x) <= num_sigmoid(next));
			x = next;
		}
	}
}

static void
ends_of_the_ranges_are_exact(void)
{
	CHECK(num_sigmoid(0.0) == 0.5 && num_sigmoid(-0.0) == 0.5);
	CHECK(num_sigmoid(INFINITY) == 1.0 && num_sigmoid(-INFINITY) == 0.0);
	CHECK(num_sigmoid(1e300) == 1.0 && num_sigmoid(-1e300) == 0.0);
	CHECK(num_sigmoid(-709.0) > 0.0);
	CHECK(num_exp(0.0) == 1.0 && num_exp(-0.0) == 1.0);
	CHECK(num_exp(INFINITY) == INFINITY && num_exp(-INFINITY) == 0.0);
	CHECK(num_exp(710.0) == INFINITY && num_exp(1e300) == INFINITY);
	CHECK(num_exp(-746.0) == 0.0 && num_exp(-1e300) == 0.0);
	CHECK(num_exp(-745.0) == 0x1p-1074);
	CHECK(num_exp(709.78) < INFINITY);
	CHECK(num_log(1.0) == 0.0 && !signbit(num_log(1.0)));
	CHECK(num_log(0.0) == -INFINITY && num_log(-0.0) == -INFINITY);
	CHECK(num_log(INFINITY) == INFINITY);
	CHECK(isnan(num_log(-1.0)) && isnan(num_log(-INFINITY)));
	CHECK(num_log1p(0.0) == 0.0 && signbit(num_log1p(-0.0)));
	CHECK(num_log1p(-1.0) == -INFINITY && isnan(num_log1p(-1.5)));
	CHECK(num_log1p(INFINITY) == INFINITY && num_log1p(1e-300) == 1e-300);
	CHECK(num_log1pexp(INFINITY) == INFINITY);
	CHECK(num_log1pexp(-INFINITY) == 0.0);
	CHECK(num_log1pexp(1e300) == 1e300);
	CHECK(num_logloss(3.0, true) == num_log1pexp(-3.0));
	CHECK(num_logloss(3.0, false) == num_log1pexp(3.0));
}

static void
nan_gives_nan(void)
{
	CHECK(isnan(num_exp(NAN)) && isnan(num_log(NAN)));
	CHECK(isnan(num_log1p(NAN)) && isnan(num_sigmoid(NAN)));
	CHECK(isnan(num_log1pexp(NAN)) && isnan(num_logloss(NAN, true)));
	CHECK(isnan(num_normal_cdf(NAN)) && isnan(num_normal_quantile(NAN)));
	CHECK(isnan(num_log_gamma(NAN)) && isnan(num_log_gamma(-1.0)));
	CHECK(isnan(num_beta_cdf(NAN, 1, 0.5)) && isnan(num_beta_cdf(1, 0, 0.5)));
	CHECK(isnan(num_beta_cdf(1, 1, NAN)) && isnan(num_beta_cdf(1, 1, 1.5)));
	CHECK(isnan(num_beta_quantile(1, 1, -0.1)));
	CHECK(isnan(num_beta_quantile(INFINITY, 1, 0.1)));
}

/* One exponential for both functions. */
static void
logistic_is_both_functions(void)
{
	NumRandom random;

	num_random_seed(&random, 4);
	for (int i = 0; i < 100000; i++)
	{
		double x =
			(num_random_uniform(&random) - 0.5) * (i % 2 == 0 ? 1400.0 : 8.0);
		double p;

		CHECK(num_logistic(x, &p) == num_log1pexp(x));
		CHECK_NEAR(p, num_sigmoid(x), 6e-16 * num_sigmoid(x));
	}
	{
		double p;

		CHECK(num_logistic(0.0, &p) == num_log1pexp(0.0) && p == 0.5);
		CHECK(num_logistic(INFINITY, &p) == INFINITY && p == 1.0);
		CHECK_NEAR(num_logistic(-INFINITY, &p), 0.0, 1e-300);
		CHECK_NEAR(p, 0.0, 1e-300);
		CHECK(isnan(num_logistic(NAN, &p)) && isnan(p));
	}
}

static void
scores_decide_as_probabilities_do(void)
{
	static const double thresholds[] = { 0.5,    0.3,  1e-300, 1e-17,
		                                 0x1p-1, 0.97, 1.0,    1 - 0x1p-53 };
	NumRandom random;

	num_random_seed(&random, 5);
	for (int i = 0; i < 2000; i++)
	{
		double p = i < LENGTH(thresholds) ? thresholds[i]
		                                  : num_random_uniform(&random);
		double least = num_score_of(p);

		CHECK(num_sigmoid(least) >= p);
		CHECK(num_sigmoid(nextafter(least, -INFINITY)) < p);
	}
	CHECK(num_score_of(0.0) == -INFINITY && num_score_of(-1.0) == -INFINITY);
	CHECK(isnan(num_score_of(nextafter(1.0, 2.0))));
	CHECK(isnan(num_score_of(NAN)));
}

#define N_POINTS 4096

#define FILL                                                                   \
	for (int i = 0; i < N_POINTS; i++)                                         \
		y[3 * N_POINTS + i] = num_logistic(x[i], &y[4 * N_POINTS + i]);        \
	for (int i = 0; i < N_POINTS; i++)                                         \
		y[i] = num_sigmoid(x[i]);                                              \
	for (int i = 0; i < N_POINTS; i++)                                         \
		y[N_POINTS + i] = num_log1pexp(x[i]);                                  \
	for (int i = 0; i < N_POINTS; i++)                                         \
		y[2 * N_POINTS + i] = num_log(fabs(x[i]));

static void
fill_plain(const double *restrict x, double *restrict y)
{
	FILL
}

#ifdef __x86_64__
__attribute__((target("avx2,fma"))) static void
fill_avx2(const double *restrict x, double *restrict y)
{
	FILL
}

__attribute__((target("avx512f"))) static void
fill_avx512(const double *restrict x, double *restrict y)
{
	FILL
}
#endif

static double points[N_POINTS];
static double plain[5 * N_POINTS];
static double wide[5 * N_POINTS];

/*
 * One digest over many results, the same for every compiler, level of
 * optimisation and processor.  It is ours, not an outside fact: it changes
 * when a polynomial does, and then so do stored models.
 */
static void
every_processor_gives_the_same_bits(void)
{
	NumRandom random;
	uint64_t digest = 0;

	num_random_seed(&random, 3);
	for (int i = 0; i < N_POINTS; i++)
		points[i] =
			(num_random_uniform(&random) - 0.5) * (i % 2 == 0 ? 20.0 : 900.0);
	fill_plain(points, plain);
	for (int i = 0; i < 5 * N_POINTS; i++)
	{
		digest = (digest ^ num_bits(plain[i])) * UINT64_C(0x100000001b3);
		digest ^= digest >> 29;
	}
	CHECK(digest == UINT64_C(0x3990ffc3d521b179));
	if (unit.case_failures > 0)
		printf("# digest 0x%016" PRIx64 "\n", digest);
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
	{
		fill_avx2(points, wide);
		CHECK(memcmp(plain, wide, sizeof(plain)) == 0);
	}
	if (__builtin_cpu_supports("avx512f"))
	{
		fill_avx512(points, wide);
		CHECK(memcmp(plain, wide, sizeof(plain)) == 0);
	}
#endif
}

static void
normal_distribution_matches_mpmath(void)
{
	for (int i = 0; i < LENGTH(normal_cdf_values); i++)
		CHECK_CLOSE(num_normal_cdf(normal_cdf_values[i][0]),
		            normal_cdf_values[i][1], 1e-13);
	for (int i = 0; i < LENGTH(normal_quantile_values); i++)
		CHECK_CLOSE(num_normal_quantile(normal_quantile_values[i][0]),
		            normal_quantile_values[i][1], 1e-14);
	CHECK(num_normal_quantile(0.5) == 0.0 && num_normal_cdf(0.0) == 0.5);
	CHECK(num_normal_quantile(0.0) == -INFINITY);
	CHECK(num_normal_quantile(1.0) == INFINITY);
	CHECK(num_normal_cdf(-INFINITY) == 0.0 && num_normal_cdf(INFINITY) == 1.0);
}

static void
log_gamma_matches_mpmath(void)
{
	for (int i = 0; i < LENGTH(log_gamma_values); i++)
		CHECK_NEAR(num_log_gamma(log_gamma_values[i][0]),
		           log_gamma_values[i][1],
		           1e-14 * (1 + fabs(log_gamma_values[i][1])));
	CHECK(num_log_gamma(INFINITY) == INFINITY);
}

static void
beta_distribution_matches_mpmath(void)
{
	for (int i = 0; i < LENGTH(beta_values); i++)
	{
		const double *row = beta_values[i];

		double tolerance = row[0] > 1e8 ? 1e-11 : 1e-12;

		CHECK_CLOSE(num_beta_cdf(row[0], row[1], row[2]), row[3], tolerance);
		CHECK_CLOSE(num_beta_quantile(row[0], row[1], row[3]), row[2], 1e-11);
		/* the other tail; 1 - x must not lose the digits of x */
		if (row[2] > 0.01)
			CHECK_NEAR(num_beta_cdf(row[1], row[0], 1 - row[2]), 1 - row[3],
			           1e-11);
	}
	CHECK(num_beta_cdf(2, 3, 0) == 0 && num_beta_cdf(2, 3, 1) == 1);
	CHECK(num_beta_quantile(2, 3, 0) == 0 && num_beta_quantile(2, 3, 1) == 1);
}

/* scipy 1.17.1: beta.ppf(.025, k, n - k + 1), beta.ppf(.975, k + 1, n - k) */
static const struct
{
	int k;
	int n;
	double low;
	double high;
} clopper_pearson[] = {
	{ 0, 10, 0, 0.3084971078187607 },
	{ 1, 10, 0.002528578544461785, 0.4450161170281954 },
	{ 5, 10, 0.1870860284473986, 0.8129139715526015 },
	{ 10, 10, 0.6915028921812392, 1 },
	{ 3, 1000, 0.0006190999316495713, 0.008742023238478303 },
	{ 999, 1000, 0.9944410757201734, 0.9999746825125088 },
	{ 123, 456, 0.2295120734915677, 0.3129778009991524 },
	{ 50000, 100000, 0.4968960624918004, 0.5031039375081996 },
	{ 7, 1000000, 2.81436753430222e-06, 1.442262183433103e-05 },
};

static void
clopper_pearson_limits_match_scipy(void)
{
	for (int i = 0; i < LENGTH(clopper_pearson); i++)
	{
		double k = clopper_pearson[i].k;
		double n = clopper_pearson[i].n;

		if (k > 0)
			CHECK_CLOSE(num_beta_quantile(k, n - k + 1, 0.025),
			            clopper_pearson[i].low, 1e-10);
		if (k < n)
			CHECK_CLOSE(num_beta_quantile(k + 1, n - k, 0.975),
			            clopper_pearson[i].high, 1e-10);
	}
}

int
main(void)
{
	RUN(elementary_functions_match_mpmath);
#ifdef HAVE_LONG_REFERENCE
	RUN(errors_stay_within_what_the_header_says);
#else
	unit_skip("errors stay within what the header says",
	          "needs long double of 80 bits");
#endif
	RUN(nothing_falls_where_the_argument_rises);
	RUN(logistic_is_both_functions);
	RUN(scores_decide_as_probabilities_do);
	RUN(ends_of_the_ranges_are_exact);
	RUN(nan_gives_nan);
	RUN(every_processor_gives_the_same_bits);
	RUN(normal_distribution_matches_mpmath);
	RUN(log_gamma_matches_mpmath);
	RUN(beta_distribution_matches_mpmath);
	RUN(clopper_pearson_limits_match_scipy);
	return unit_end();
}
