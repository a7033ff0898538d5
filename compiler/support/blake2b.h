/* BLAKE2b-256 (RFC 7693). Everything here may be called from several threads. */
#ifndef PYC2C_SUPPORT_BLAKE2B_H
#define PYC2C_SUPPORT_BLAKE2B_H

#include <stddef.h>
#include <stdint.h>

enum { BLAKE2B_SIZE = 32, BLAKE2B_BLOCK = 128, BLAKE2B_LANES = 4 };

typedef struct Blake2b {
    uint64_t state[8];
    uint64_t length;              /* of what was compressed */
    uint8_t block[BLAKE2B_BLOCK]; /* the last bytes, which may be the end */
    size_t filled;
} Blake2b;

/* `key_size` of at most 64 bytes makes it a message authentication code; 0: a plain hash. */
void blake2b_start(Blake2b *hash, const void *key, size_t key_size);
void blake2b_add(Blake2b *hash, const void *data, size_t size);
void blake2b_finish(Blake2b *hash, uint8_t out[BLAKE2B_SIZE]);
/* Hashes of four pieces of equal size, where the processor allows three times as fast as one after
 * the other. */
void blake2b_four(const uint8_t *const data[BLAKE2B_LANES], size_t size,
                  uint8_t out[BLAKE2B_LANES][BLAKE2B_SIZE]);

#endif
