/* BLAKE2b-256 by Python's _blake2 module, which is optimised and there anyway. It lets other
 * threads go on while it looks at more than 2 KB. */
#include "py_common.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_SIZE = 1024 * 1024 };

/* Hashing cannot fail for a reason that the caller could handle. */
static _Noreturn void hashing_failed(void) {
    PyErr_Print();
    fputs("pyc2c: internal error: Python's _blake2 module does not work\n", stderr);
    exit(70);
}

static PyObject *blake2b(void) {
    static PyObject *type; /* lives until the interpreter ends */
    if (type == NULL) {
        PyObject *module = PyImport_ImportModule("_blake2");
        type = module != NULL ? PyObject_GetAttrString(module, "blake2b") : NULL;
        Py_XDECREF(module);
    }
    if (type == NULL) {
        hashing_failed();
    }
    return type;
}

/* `secret` of `size` bytes, at most BLAKE2b's 64, makes it a message authentication code. */
static PyObject *new_hash(const void *secret, size_t size) {
    PyObject *none = PyTuple_New(0);
    PyObject *options = Py_BuildValue("{s:i,s:y#}", "digest_size", FRONT_HASH_SIZE, "key", secret,
                                      (Py_ssize_t)size);
    PyObject *hash =
        none != NULL && options != NULL ? PyObject_Call(blake2b(), none, options) : NULL;
    Py_XDECREF(none);
    Py_XDECREF(options);
    if (hash == NULL) {
        hashing_failed();
    }
    return hash;
}

static void update(PyObject *hash, const void *data, size_t size) {
    PyObject *view = PyMemoryView_FromMemory((char *)(uintptr_t)data, (Py_ssize_t)size, PyBUF_READ);
    PyObject *result = view != NULL ? PyObject_CallMethod(hash, "update", "O", view) : NULL;
    if (result == NULL) {
        hashing_failed();
    }
    Py_DECREF(result);
    Py_DECREF(view);
}

static void finish(PyObject *hash, uint8_t out[FRONT_HASH_SIZE]) {
    PyObject *digest = PyObject_CallMethod(hash, "digest", NULL);
    if (digest == NULL || PyBytes_GET_SIZE(digest) != FRONT_HASH_SIZE) {
        hashing_failed();
    }
    memcpy(out, PyBytes_AS_STRING(digest), FRONT_HASH_SIZE);
    Py_DECREF(digest);
    Py_DECREF(hash);
}

void front_hash_parts(const FrontHashPart *parts, size_t count, uint8_t out[FRONT_HASH_SIZE]) {
    PyGILState_STATE lock = PyGILState_Ensure();
    PyObject *hash = new_hash("", 0);
    for (size_t i = 0; i < count; i++) {
        update(hash, parts[i].data, parts[i].size);
    }
    finish(hash, out);
    PyGILState_Release(lock);
}

void front_hash(const void *data, size_t size, uint8_t out[FRONT_HASH_SIZE]) {
    front_hash_parts(&(FrontHashPart){data, size}, 1, out);
}

void front_sign(const char *secret, const void *data, size_t size, uint8_t out[FRONT_HASH_SIZE]) {
    uint8_t key[FRONT_HASH_SIZE]; /* a secret may be longer than BLAKE2b's keys */
    front_hash(secret, strlen(secret), key);
    PyGILState_STATE lock = PyGILState_Ensure();
    PyObject *hash = new_hash(key, sizeof(key));
    update(hash, data, size);
    finish(hash, out);
    PyGILState_Release(lock);
}

bool front_hash_file(const char *path, uint8_t out[FRONT_HASH_SIZE], uint64_t *size) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (file < 0) {
        return false;
    }
    PyGILState_STATE lock = PyGILState_Ensure();
    char *chunk = xmalloc(READ_SIZE);
    PyObject *hash = new_hash("", 0);
    uint64_t total = 0;
    ssize_t got;
    while ((got = read(file, chunk, READ_SIZE)) != 0) {
        if (got < 0 && errno != EINTR) {
            break;
        }
        if (got > 0) {
            update(hash, chunk, (size_t)got);
            total += (uint64_t)got;
        }
    }
    int error = errno;
    finish(hash, out);
    PyGILState_Release(lock);
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
