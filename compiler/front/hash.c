#include "front.h"

#include "../support/blake2b.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Static_assert((int)FRONT_HASH_SIZE == (int)BLAKE2B_SIZE, "one kind of hash");

enum { READ_SIZE = 256 * 1024 };

void front_hash(const void *data, size_t size, uint8_t out[FRONT_HASH_SIZE]) {
    Blake2b hash;
    blake2b_start(&hash, NULL, 0);
    blake2b_add(&hash, data, size);
    blake2b_finish(&hash, out);
}

void front_sign(const char *secret, const void *data, size_t size, uint8_t out[FRONT_HASH_SIZE]) {
    uint8_t key[FRONT_HASH_SIZE]; /* a secret may be longer than BLAKE2b's keys */
    front_hash(secret, strlen(secret), key);
    Blake2b hash;
    blake2b_start(&hash, key, sizeof(key));
    blake2b_add(&hash, data, size);
    blake2b_finish(&hash, out);
}

bool front_hash_file(const char *path, uint8_t out[FRONT_HASH_SIZE], uint64_t *size) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (file < 0) {
        return false;
    }
    char *chunk = xmalloc(READ_SIZE);
    Blake2b hash;
    blake2b_start(&hash, NULL, 0);
    uint64_t total = 0;
    ssize_t got;
    while ((got = read(file, chunk, READ_SIZE)) != 0) {
        if (got < 0 && errno != EINTR) {
            break;
        }
        if (got > 0) {
            blake2b_add(&hash, chunk, (size_t)got);
            total += (uint64_t)got;
        }
    }
    int error = errno;
    blake2b_finish(&hash, out);
    free(chunk);
    close(file);
    if (size != NULL) {
        *size = total;
    }
    errno = error;
    return got == 0;
}

void front_hash_hex(const uint8_t hash[FRONT_HASH_SIZE], char out[2 * FRONT_HASH_SIZE + 1]) {
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < FRONT_HASH_SIZE; i++) {
        out[2 * i] = digits[hash[i] >> 4];
        out[2 * i + 1] = digits[hash[i] & 15];
    }
    out[2 * FRONT_HASH_SIZE] = '\0';
}
