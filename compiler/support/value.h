/* Value: a parsed TOML or JSON document. Lives in an arena. */
#ifndef PYC2C_SUPPORT_VALUE_H
#define PYC2C_SUPPORT_VALUE_H

#include "arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ValueKind {
    VALUE_NULL,
    VALUE_BOOL,
    VALUE_INT,
    VALUE_FLOAT,
    VALUE_STRING,
    VALUE_LIST,
    VALUE_TABLE
} ValueKind;

typedef struct Value {
    ValueKind kind;
    union {
        bool boolean;
        int64_t integer;
        double number;
        const char *string;
        struct {
            struct Value *items;
            const char **keys; /* tables only; order of the document */
            size_t count;
        };
    };
} Value;

/* Member of a table; NULL when `table` is NULL, no table, or has no such key. */
const Value *value_get(const Value *table, const char *key);
/* The string, or NULL when the value is NULL or no string. */
const char *value_string(const Value *value);
const char *value_kind_name(const Value *value);

#endif
