/* Python's _blake2 module computes the same at less than half the speed, and under the
 * interpreter's lock. A build hashes all that it reads and writes: two times the size of the
 * executable.
 *
 * The sixteen words that the algorithm mixes are four rows of four. A step of it works on all four
 * columns at once, then, with the rows turned against one another, on the diagonals. A row is a
 * vector of the compiler's: where the processor has AVX2 it is one register, elsewhere what there
 * is. */
#include "blake2b.h"

#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "words are read as they lie in memory"
#endif

typedef uint64_t Row __attribute__((vector_size(32)));

static const uint64_t start_words[8] = {
    0x6a09e667f3bcc908U, 0xbb67ae8584caa73bU, 0x3c6ef372fe94f82bU, 0xa54ff53a5f1d36f1U,
    0x510e527fade682d1U, 0x9b05688c2b3e6c1fU, 0x1f83d9abfb41bd6bU, 0x5be0cd19137e2179U};

/* One round: which word of the message goes where, in the order of the RFC. Its first eight are
 * for columns (x, y of the first, x, y of the second, ...), the others for diagonals. */
#define WORDS(x0, y0, x1, y1, x2, y2, x3, y3)                                                      \
    a += b + (Row){m[x0], m[x1], m[x2], m[x3]};                                                    \
    d = TURN(d ^ a, 32);                                                                           \
    c += d;                                                                                        \
    b = TURN(b ^ c, 24);                                                                           \
    a += b + (Row){m[y0], m[y1], m[y2], m[y3]};                                                    \
    d = TURN(d ^ a, 16);                                                                           \
    c += d;                                                                                        \
    b = TURN(b ^ c, 63);
#define TURN(row, bits) (((row) >> (bits)) | ((row) << (64 - (bits))))
#if __has_builtin(__builtin_shufflevector)
#define SHIFTED(row, by)                                                                           \
    __builtin_shufflevector(row, row, (by) & 3, ((by) + 1) & 3, ((by) + 2) & 3, ((by) + 3) & 3)
#else /* GCC before 12 */
#define SHIFTED(row, by)                                                                           \
    __builtin_shuffle(row, (Row){(by) & 3, ((by) + 1) & 3, ((by) + 2) & 3, ((by) + 3) & 3})
#endif
#define ROUND(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15)                \
    WORDS(s0, s1, s2, s3, s4, s5, s6, s7)                                                          \
    b = SHIFTED(b, 1);                                                                             \
    c = SHIFTED(c, 2);                                                                             \
    d = SHIFTED(d, 3);                                                                             \
    WORDS(s8, s9, s10, s11, s12, s13, s14, s15)                                                    \
    b = SHIFTED(b, 3);                                                                             \
    c = SHIFTED(c, 2);                                                                             \
    d = SHIFTED(d, 1);

__attribute__((target_clones("avx2", "default"))) static void
mix_block(Blake2b *hash, const uint8_t *block, uint64_t last) {
    uint64_t m[16];
    Row first, second, a, b;
    memcpy(m, block, sizeof(m));
    memcpy(&first, hash->state, sizeof(first));
    memcpy(&second, hash->state + 4, sizeof(second));
    a = first;
    b = second;
    Row c = {start_words[0], start_words[1], start_words[2], start_words[3]};
    Row d = {start_words[4] ^ hash->done, start_words[5], start_words[6] ^ last, start_words[7]};
    ROUND(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    ROUND(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3)
    ROUND(11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4)
    ROUND(7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8)
    ROUND(9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13)
    ROUND(2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9)
    ROUND(12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11)
    ROUND(13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10)
    ROUND(6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5)
    ROUND(10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0)
    ROUND(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    ROUND(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3)
    first ^= a ^ c;
    second ^= b ^ d;
    memcpy(hash->state, &first, sizeof(first));
    memcpy(hash->state + 4, &second, sizeof(second));
}

void blake2b_start(Blake2b *hash, size_t size, const void *secret, size_t secret_size) {
    *hash = (Blake2b){.size = size};
    memcpy(hash->state, start_words, sizeof(start_words));
    hash->state[0] ^= 0x01010000U ^ secret_size << 8 ^ size;
    if (secret_size > 0) {
        memcpy(hash->block, secret, secret_size);
        hash->filled = BLAKE2B_BLOCK;
    }
}

/* The last block is mixed in another way than the others, so a full one waits for what follows. */
void blake2b_add(Blake2b *hash, const void *data, size_t size) {
    const uint8_t *bytes = data;
    while (size > 0) {
        if (hash->filled == BLAKE2B_BLOCK) {
            hash->done += BLAKE2B_BLOCK;
            mix_block(hash, hash->block, 0);
            hash->filled = 0;
        }
        while (hash->filled == 0 && size > BLAKE2B_BLOCK) {
            hash->done += BLAKE2B_BLOCK;
            mix_block(hash, bytes, 0);
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

void blake2b_end(Blake2b *hash, uint8_t *out) {
    uint8_t words[BLAKE2B_LARGEST];
    memset(hash->block + hash->filled, 0, BLAKE2B_BLOCK - hash->filled);
    hash->done += hash->filled;
    mix_block(hash, hash->block, ~(uint64_t)0);
    memcpy(words, hash->state, sizeof(words));
    memcpy(out, words, hash->size);
}
