/* texts: Python texts that modules compile while they are imported (stdlib-support/probe/texts.py).
 */
#ifndef PYC2C_MODULES_TEXTS_H
#define PYC2C_MODULES_TEXTS_H

#include "../support/vec.h"
#include "program.h"

/* Adds the texts of all lines "text JSON" of an answer; other lines are none of its business. */
void texts_read(Arena *arena, const char *answer, KeptTexts *texts);
/* Adds those of a list in JSON; NULL is an empty one. False when an item is none. */
bool texts_read_list(const Value *list, KeptTexts *texts);
/* As such a list, an item a line, without its brackets. */
void texts_write_list(const KeptTexts *texts, StrBuf *out);
/* texts_read for a file. False with errno set when it cannot be read. */
bool texts_read_file(Arena *arena, const char *path, KeptTexts *texts);
/* In the order of their content, each once for a module. */
void texts_sort_unique(KeptTexts *texts);

#endif
