/* One compression serves both ways: its words are numbers, or vectors of four numbers that belong
 * to four hashes. */
#include "blake2b.h"

#include <stdbool.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are read as they lie");

enum { ROUNDS = 12, WORDS = 16, STATE_WORDS = 8 };

static const uint64_t start_state[STATE_WORDS] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

/* Which word of the message goes where; the last two rounds are the first two again. */
static const uint8_t order[10][WORDS] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                         {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
                                         {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
                                         {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
                                         {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
                                         {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
                                         {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
                                         {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
                                         {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
                                         {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

#define ROTATE(word, bits) ((word) >> (bits) | (word) << (64 - (bits)))

#define MIX(a, b, c, d, x, y)                                                                      \
    do {                                                                                           \
        v[a] += v[b] + (x);                                                                        \
        v[d] = ROTATE(v[d] ^ v[a], 32);                                                            \
        v[c] += v[d];                                                                              \
        v[b] = ROTATE(v[b] ^ v[c], 24);                                                            \
        v[a] += v[b] + (y);                                                                        \
        v[d] = ROTATE(v[d] ^ v[a], 16);                                                            \
        v[c] += v[d];                                                                              \
        v[b] = ROTATE(v[b] ^ v[c], 63);                                                            \
    } while (0)

#define ROUND(number)                                                                              \
    do {                                                                                           \
        const uint8_t *word = order[(number) % 10];                                                \
        MIX(0, 4, 8, 12, m[word[0]], m[word[1]]);                                                  \
        MIX(1, 5, 9, 13, m[word[2]], m[word[3]]);                                                  \
        MIX(2, 6, 10, 14, m[word[4]], m[word[5]]);                                                 \
        MIX(3, 7, 11, 15, m[word[6]], m[word[7]]);                                                 \
        MIX(0, 5, 10, 15, m[word[8]], m[word[9]]);                                                 \
        MIX(1, 6, 11, 12, m[word[10]], m[word[11]]);                                               \
        MIX(2, 7, 8, 13, m[word[12]], m[word[13]]);                                                \
        MIX(3, 4, 9, 14, m[word[14]], m[word[15]]);                                                \
    } while (0)

/* v: the state and the start state mixed; afterwards both halves go into the state. Written out,
 * since the words stay in registers only when every index is a constant. */
#define COMPRESS()                                                                                 \
    do {                                                                                           \
        ROUND(0);                                                                                  \
        ROUND(1);                                                                                  \
        ROUND(2);                                                                                  \
        ROUND(3);                                                                                  \
        ROUND(4);                                                                                  \
        ROUND(5);                                                                                  \
        ROUND(6);                                                                                  \
        ROUND(7);                                                                                  \
        ROUND(8);                                                                                  \
        ROUND(9);                                                                                  \
        ROUND(10);                                                                                 \
        ROUND(11);                                                                                 \
        for (int i = 0; i < STATE_WORDS; i++) {                                                    \
            state[i] ^= v[i] ^ v[i + STATE_WORDS];                                                 \
        }                                                                                          \
    } while (0)

/* ---- one ---- */

static void compress(uint64_t state[STATE_WORDS], const uint8_t *data, uint64_t length, bool last) {
    uint64_t m[WORDS], v[WORDS];
    memcpy(m, data, sizeof(m));
    memcpy(v, state, sizeof(start_state));
    memcpy(v + STATE_WORDS, start_state, sizeof(start_state));
    v[12] ^= length;
    v[14] ^= last ? UINT64_MAX : 0;
    COMPRESS();
}

/* The parameter block of sequential hashing: sizes of digest and key, fan-out and depth of 1. */
static uint64_t parameters(size_t key_size) {
    return BLAKE2B_SIZE | (uint64_t)key_size << 8 | 1 << 16 | 1 << 24;
}

void blake2b_start(Blake2b *hash, const void *key, size_t key_size) {
    memset(hash, 0, sizeof(*hash));
    memcpy(hash->state, start_state, sizeof(start_state));
    hash->state[0] ^= parameters(key_size);
    if (key_size > 0) {
        memcpy(hash->block, key, key_size);
        hash->filled = BLAKE2B_BLOCK;
    }
}

void blake2b_add(Blake2b *hash, const void *data, size_t size) {
    const uint8_t *bytes = data;
    while (size > 0) {
        if (hash->filled == BLAKE2B_BLOCK) { /* more comes, so it is not the last one */
            hash->length += BLAKE2B_BLOCK;
            compress(hash->state, hash->block, hash->length, false);
            hash->filled = 0;
        }
        while (hash->filled == 0 && size > BLAKE2B_BLOCK) {
            hash->length += BLAKE2B_BLOCK;
            compress(hash->state, bytes, hash->length, false);
            bytes += BLAKE2B_BLOCK;
            size -= BLAKE2B_BLOCK;
        }
        size_t room = BLAKE2B_BLOCK - hash->filled;
        size_t part = size < room ? size : room;
        memcpy(hash->block + hash->filled, bytes, part);
        hash->filled += part;
        bytes += part;
        size -= part;
    }
}

void blake2b_finish(Blake2b *hash, uint8_t out[BLAKE2B_SIZE]) {
    hash->length += hash->filled;
    memset(hash->block + hash->filled, 0, BLAKE2B_BLOCK - hash->filled);
    compress(hash->state, hash->block, hash->length, true);
    memcpy(out, hash->state, BLAKE2B_SIZE);
}

/* ---- four ---- */

static void one_by_one(const uint8_t *const data[BLAKE2B_LANES], size_t size,
                       uint8_t out[BLAKE2B_LANES][BLAKE2B_SIZE]) {
    for (int lane = 0; lane < BLAKE2B_LANES; lane++) {
        Blake2b hash;
        blake2b_start(&hash, NULL, 0);
        blake2b_add(&hash, data[lane], size);
        blake2b_finish(&hash, out[lane]);
    }
}

#ifdef __x86_64__

typedef uint64_t Lanes __attribute__((vector_size(8 * BLAKE2B_LANES)));

#define INLINE static inline __attribute__((always_inline))

INLINE void compress_lanes(Lanes state[STATE_WORDS], const uint8_t *const data[BLAKE2B_LANES],
                           uint64_t length, bool last) {
    Lanes m[WORDS], v[WORDS];
    for (int i = 0; i < WORDS; i++) {
        for (int lane = 0; lane < BLAKE2B_LANES; lane++) {
            uint64_t word;
            memcpy(&word, data[lane] + 8 * i, sizeof(word));
            m[i][lane] = word;
        }
    }
    for (int i = 0; i < STATE_WORDS; i++) {
        v[i] = state[i];
        v[i + STATE_WORDS] = (Lanes){0} + start_state[i];
    }
    v[12] ^= (Lanes){0} + length;
    v[14] ^= (Lanes){0} + (last ? UINT64_MAX : 0);
    COMPRESS();
}

INLINE void hash_lanes(const uint8_t *const data[BLAKE2B_LANES], size_t size,
                       uint8_t out[BLAKE2B_LANES][BLAKE2B_SIZE]) {
    Lanes state[STATE_WORDS];
    const uint8_t *at[BLAKE2B_LANES];
    uint8_t tail[BLAKE2B_LANES][BLAKE2B_BLOCK] = {{0}};
    memcpy(at, data, sizeof(at));
    for (int i = 0; i < STATE_WORDS; i++) {
        state[i] = (Lanes){0} + (start_state[i] ^ (i == 0 ? parameters(0) : 0));
    }
    uint64_t length = 0;
    for (; size - length > BLAKE2B_BLOCK;) {
        length += BLAKE2B_BLOCK;
        compress_lanes(state, at, length, false);
        for (int lane = 0; lane < BLAKE2B_LANES; lane++) {
            at[lane] += BLAKE2B_BLOCK;
        }
    }
    for (int lane = 0; lane < BLAKE2B_LANES; lane++) {
        memcpy(tail[lane], at[lane], size - length);
        at[lane] = tail[lane];
    }
    compress_lanes(state, at, size, true);
    for (int lane = 0; lane < BLAKE2B_LANES; lane++) {
        for (int i = 0; i < BLAKE2B_SIZE / 8; i++) {
            uint64_t word = state[i][lane];
            memcpy(out[lane] + 8 * i, &word, sizeof(word));
        }
    }
}

__attribute__((target("avx2"))) static void with_avx2(const uint8_t *const data[BLAKE2B_LANES],
                                                      size_t size,
                                                      uint8_t out[BLAKE2B_LANES][BLAKE2B_SIZE]) {
    hash_lanes(data, size, out);
}

/* It rotates in one instruction. */
__attribute__((target("avx512f,avx512vl"))) static void
with_avx512(const uint8_t *const data[BLAKE2B_LANES], size_t size,
            uint8_t out[BLAKE2B_LANES][BLAKE2B_SIZE]) {
    hash_lanes(data, size, out);
}

void blake2b_four(const uint8_t *const data[BLAKE2B_LANES], size_t size,
                  uint8_t out[BLAKE2B_LANES][BLAKE2B_SIZE]) {
    if (__builtin_cpu_supports("avx512vl")) {
        with_avx512(data, size, out);
    } else if (__builtin_cpu_supports("avx2")) {
        with_avx2(data, size, out);
    } else {
        one_by_one(data, size, out);
    }
}

#else

void blake2b_four(const uint8_t *const data[BLAKE2B_LANES], size_t size,
                  uint8_t out[BLAKE2B_LANES][BLAKE2B_SIZE]) {
    one_by_one(data, size, out);
}

#endif
