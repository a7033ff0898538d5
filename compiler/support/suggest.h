/* Did-you-mean: the nearest of a set of names by edit distance. */
#ifndef PYC2C_SUPPORT_SUGGEST_H
#define PYC2C_SUPPORT_SUGGEST_H

#include <stddef.h>

/* The candidate nearest to `name` when it is near enough to be a typing error, else NULL. */
const char *suggest(const char *name, const char *const *candidates, size_t count);

#endif
