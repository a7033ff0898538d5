#include "value.h"

#include <string.h>

const Value *value_get(const Value *table, const char *key) {
    if (table == NULL || table->kind != VALUE_TABLE) {
        return NULL;
    }
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->keys[i], key) == 0) {
            return &table->items[i];
        }
    }
    return NULL;
}

const char *value_string(const Value *value) {
    return value != NULL && value->kind == VALUE_STRING ? value->string : NULL;
}

const char *value_kind_name(const Value *value) {
    if (value == NULL) {
        return "nothing";
    }
    switch (value->kind) {
    case VALUE_NULL: return "null";
    case VALUE_BOOL: return "true or false";
    case VALUE_INT: return "a whole number";
    case VALUE_FLOAT: return "a number";
    case VALUE_STRING: return "a string";
    case VALUE_LIST: return "a list";
    case VALUE_TABLE: return "a table";
    }
    return "nothing";
}
