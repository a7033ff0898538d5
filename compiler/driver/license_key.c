#include "license_key.h"

#include "../support/fs.h"
#include "../support/path.h"
#include "../support/strbuf.h"

#include <ctype.h>
#include <string.h>

enum { KEY_BYTES = 32 };

static int digit_of(char character) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    character = character == '-' ? '+' : character == '_' ? '/' : character; /* base64url */
    const char *at = character != '\0' ? strchr(digits, character) : NULL;
    return at != NULL ? (int)(at - digits) : -1;
}

/* False unless `text` is base64 or base64url, with or without padding, of exactly 32 bytes. */
static bool decode(const char *text, unsigned char key[KEY_BYTES]) {
    size_t length = strlen(text), bytes = 0;
    unsigned bits = 0, pending = 0;
    while (length > 0 && text[length - 1] == '=') {
        length--;
    }
    for (size_t i = 0; i < length; i++) {
        int digit = digit_of(text[i]);
        if (digit < 0) {
            return false;
        }
        bits = bits << 6 | (unsigned)digit;
        pending += 6;
        if (pending >= 8) {
            pending -= 8;
            if (bytes == KEY_BYTES) {
                return false;
            }
            key[bytes++] = (unsigned char)(bits >> pending);
        }
    }
    return bytes == KEY_BYTES;
}

static const char *encode(Arena *arena, const unsigned char key[KEY_BYTES]) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *text = arena_alloc(arena, (KEY_BYTES + 2) / 3 * 4 + 1);
    char *at = text;
    for (size_t i = 0; i < KEY_BYTES; i += 3) {
        unsigned group = (unsigned)key[i] << 16;
        size_t count = KEY_BYTES - i < 3 ? KEY_BYTES - i : 3;
        for (size_t k = 1; k < count; k++) {
            group |= (unsigned)key[i + k] << (16 - 8 * k);
        }
        for (size_t k = 0; k < 4; k++) {
            *at++ = k <= count ? digits[group >> (18 - 6 * k) & 63] : '=';
        }
    }
    return text;
}

static bool complain(const Diag *place, Diags *diags, const char *hint, const char *message) {
    Diag diag = *place;
    diag.message = message;
    diag.hint = hint;
    diag_add(diags, &diag, EXIT_USAGE);
    return false;
}

/* The file's content: 32 raw bytes, or text. False when there is no such file. */
static bool read_key_file(Arena *arena, const char *file, unsigned char key[KEY_BYTES],
                          bool *valid) {
    StrBuf content = {0};
    if (!fs_is_file(file) || !fs_read(file, &content)) {
        strbuf_free(&content);
        return false;
    }
    if (content.length == KEY_BYTES) {
        memcpy(key, content.data, KEY_BYTES);
        *valid = true;
    } else {
        size_t length = content.length;
        while (length > 0 && isspace((unsigned char)content.data[length - 1])) {
            length--;
        }
        *valid = decode(arena_strndup(arena, strbuf_text(&content), length), key);
    }
    strbuf_free(&content);
    return true;
}

bool license_key_resolve(Options *options, const char *base, Arena *arena, const Diag *place,
                         Diags *diags) {
    Request *request = &options->request;
    if (options->license_type == NULL || strcmp(options->license_type, "token") != 0) {
        return complain(
            place, diags, "write type = \"token\"",
            options->license_type == NULL
                ? "[license] needs a type"
                : arena_printf(arena, "there is no license type '%s'", options->license_type));
    }
    if (request->license_public_key == NULL) {
        return complain(place, diags, "the key is 32 bytes in base64, or a file that holds them",
                        "[license] needs a public_key");
    }
    unsigned char key[KEY_BYTES];
    const char *file = path_join(arena, base, request->license_public_key);
    bool valid = false;
    if (!read_key_file(arena, file, key, &valid)) {
        valid = decode(request->license_public_key, key);
    }
    if (!valid) {
        return complain(place, diags, "an Ed25519 public key is 32 bytes: 44 characters of base64",
                        arena_printf(arena, "'%s' is neither a public key nor a file with one",
                                     request->license_public_key));
    }
    request->license_public_key = encode(arena, key);
    request->license_token = true;
    return true;
}
