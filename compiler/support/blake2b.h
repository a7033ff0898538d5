/* BLAKE2b (RFC 7693): the hash of all keys and of all that is checked. */
#ifndef PYC2C_SUPPORT_BLAKE2B_H
#define PYC2C_SUPPORT_BLAKE2B_H

#include <stddef.h>
#include <stdint.h>

enum { BLAKE2B_BLOCK = 128, BLAKE2B_LARGEST = 64 };

typedef struct Blake2b {
    uint64_t state[8];
    uint64_t done; /* bytes that were mixed in */
    uint8_t block[BLAKE2B_BLOCK];
    size_t filled; /* of the block: the last one is mixed in by blake2b_end */
    size_t size;
} Blake2b;

/* `size` bytes of result, 1 to 64. With a secret (0 to 64 bytes) it is a message authentication
 * code. */
void blake2b_start(Blake2b *hash, size_t size, const void *secret, size_t secret_size);
void blake2b_add(Blake2b *hash, const void *data, size_t size);
void blake2b_end(Blake2b *hash, uint8_t *out);

#endif
