/* The license token of a program built with [license] type = "token".
 *
 * Checked before Python starts. The token is read from the environment variable <NAME>_LICENSE or
 * from the file <executable>.license:
 *
 *     base64url(JSON) "." base64url(signature)
 *
 * where JSON has "product", "expires" (ISO date; the token is good through the end of that day,
 * UTC) and optionally "host", and the Ed25519 signature covers the JSON text, encoded or decoded.
 * Refusal is one line on stderr and exit code 77. Linked in, with libcrypto, only for such
 * programs. */
#include "../rt.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_NO_LICENSE = 77, TOKEN_MAX = 16 * 1024, KEY_SIZE = 32, SIGNATURE_SIZE = 64 };

void rt_license_check(void);

static __attribute__((format(printf, 1, 2))) _Noreturn void refuse(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s: license: ", rt_image.exe);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(EXIT_NO_LICENSE);
}

/* Value of a base64 or base64url digit, -1 for anything else. */
static int digit_value(char c) {
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : c >= '0' && c <= '9' ? c - '0' + 52
           : c == '-' || c == '+' ? 62
           : c == '_' || c == '/' ? 63
                                  : -1;
}

/* Decodes into `out` (room for 3/4 of length); -1 when the text is not base64. */
static long decode(const char *text, size_t length, unsigned char *out) {
    while (length > 0 && text[length - 1] == '=') {
        length--;
    }
    unsigned bits = 0;
    int held = 0;
    long size = 0;
    for (size_t i = 0; i < length; i++) {
        int value = digit_value(text[i]);
        if (value < 0) {
            return -1;
        }
        bits = bits << 6 | (unsigned)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[size++] = (unsigned char)(bits >> held);
        }
    }
    return size;
}

/* ---- the token's JSON: one flat object ---- */

static const char *skip_space(const char *at) {
    while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r') {
        at++;
    }
    return at;
}

/* Reads a JSON string at `at` into `out`; NULL when it is malformed or too long. Escapes beyond the
 * single-character ones do not occur in products, dates and host names and are refused. */
static const char *read_string(const char *at, char *out, size_t room) {
    if (*at++ != '"') {
        return NULL;
    }
    size_t length = 0;
    for (; *at != '"'; at++) {
        if (*at == '\0' || (unsigned char)*at < 0x20 || length + 1 >= room) {
            return NULL;
        }
        if (*at == '\\' && *++at != '"' && *at != '\\' && *at != '/') {
            return NULL;
        }
        out[length++] = *at;
    }
    out[length] = '\0';
    return at + 1;
}

/* Skips a value that is no string: number, true, false, null. */
static const char *skip_plain(const char *at) {
    const char *start = at;
    while (isalnum((unsigned char)*at) || *at == '-' || *at == '+' || *at == '.') {
        at++;
    }
    return at > start ? at : NULL;
}

typedef struct Token {
    char product[256];
    char expires[32];
    char host[256];
} Token;

static bool read_token(const char *json, Token *token) {
    const char *at = skip_space(json);
    if (*at++ != '{') {
        return false;
    }
    for (at = skip_space(at); *at != '}'; at = skip_space(at)) {
        char key[64], ignored[1024];
        at = read_string(at, key, sizeof(key));
        if (at == NULL || *(at = skip_space(at)) != ':') {
            return false;
        }
        at = skip_space(at + 1);
        char *field = strcmp(key, "product") == 0   ? token->product
                      : strcmp(key, "expires") == 0 ? token->expires
                      : strcmp(key, "host") == 0    ? token->host
                                                    : ignored;
        size_t room = field == token->expires ? sizeof(token->expires)
                      : field == ignored      ? sizeof(ignored)
                                              : sizeof(token->host);
        at = *at == '"' || field != ignored ? read_string(at, field, room) : skip_plain(at);
        if (at == NULL) {
            return false;
        }
        at = skip_space(at);
        if (*at == ',') {
            at++;
        } else if (*at != '}') {
            return false;
        }
    }
    return *skip_space(at + 1) == '\0';
}

/* ---- the checks ---- */

static bool signature_fits(const unsigned char *key, const unsigned char *signature,
                           const void *text, size_t length) {
    EVP_PKEY *public = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, KEY_SIZE);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool fits = public != NULL && context != NULL &&
                EVP_DigestVerifyInit(context, NULL, NULL, NULL, public) == 1 &&
                EVP_DigestVerify(context, signature, SIGNATURE_SIZE, text, length) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(public);
    return fits;
}

static void check_expiry(const char *expires) {
    int year, month, day;
    char rest;
    int fields = sscanf(expires, "%4d-%2d-%2d%c", &year, &month, &day, &rest);
    if (fields < 3 || (fields == 4 && rest != 'T')) {
        refuse("the token's \"expires\" is not an ISO date: \"%s\"", expires);
    }
    time_t now = time(NULL);
    struct tm today;
    gmtime_r(&now, &today);
    long current = (today.tm_year + 1900L) * 10000 + (today.tm_mon + 1) * 100 + today.tm_mday;
    if (year * 10000L + month * 100 + day < current) {
        refuse("the token expired on %.10s", expires);
    }
}

static void check_host(const char *host) {
    char name[256] = "";
    gethostname(name, sizeof(name) - 1);
    if (host[0] != '\0' && strcmp(host, name) != 0) {
        refuse("the token is for host \"%s\", this is \"%s\"", host, name);
    }
}

/* ---- where the token comes from ---- */

/* <NAME>_LICENSE: the product's name in capitals, everything but letters and digits as '_'. */
static void variable_name(const char *product, char *out, size_t room) {
    size_t length = 0;
    for (; product[length] != '\0' && length + sizeof("_LICENSE") < room; length++) {
        unsigned char c = (unsigned char)product[length];
        out[length] = isalnum(c) ? (char)toupper(c) : '_';
    }
    strcpy(out + length, "_LICENSE");
}

static void read_source(const char *variable, char *token) {
    const char *value = getenv(variable);
    if (value != NULL && value[0] != '\0') {
        if (strlen(value) >= TOKEN_MAX) {
            refuse("%s is too long", variable);
        }
        strcpy(token, value);
        return;
    }
    char path[4200];
    snprintf(path, sizeof(path), "%s.license", rt_image.exe);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        refuse("no token: set %s or provide %s", variable, path);
    }
    size_t length = fread(token, 1, TOKEN_MAX - 1, file);
    fclose(file);
    token[length] = '\0';
    while (length > 0 && isspace((unsigned char)token[length - 1])) {
        token[--length] = '\0';
    }
}

void rt_license_check(void) {
    static char text[TOKEN_MAX];
    static unsigned char json[TOKEN_MAX], signature[TOKEN_MAX];
    unsigned char key[TOKEN_MAX];
    const char *encoded_key = rt_setting("license.public_key");
    const char *product = rt_setting("license.product");
    if (encoded_key == NULL || product == NULL || strlen(encoded_key) >= TOKEN_MAX ||
        decode(encoded_key, strlen(encoded_key), key) != KEY_SIZE) {
        refuse("this executable was built with an unusable public key");
    }
    char variable[300];
    variable_name(product, variable, sizeof(variable));
    read_source(variable, text);
    char *dot = strchr(text, '.');
    size_t payload = dot != NULL ? (size_t)(dot - text) : 0;
    long json_size = dot != NULL ? decode(text, payload, json) : -1;
    long signature_size = dot != NULL ? decode(dot + 1, strlen(dot + 1), signature) : -1;
    if (json_size < 0 || signature_size != SIGNATURE_SIZE) {
        refuse("the token is malformed");
    }
    if (!signature_fits(key, signature, json, (size_t)json_size) &&
        !signature_fits(key, signature, text, payload)) {
        refuse("the token's signature is wrong");
    }
    json[json_size] = '\0';
    Token token = {.product = ""};
    if (!read_token((const char *)json, &token)) {
        refuse("the token is malformed");
    }
    if (strcmp(token.product, product) != 0) {
        refuse("the token is for \"%s\", not for \"%s\"", token.product, product);
    }
    check_expiry(token.expires);
    check_host(token.host);
}
