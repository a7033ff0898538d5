#include "thrower.h"

Problem::~Problem() {}
const char *Problem::what() const noexcept { return text; }
void throw_problem(const char *text) { throw Problem(text); }
