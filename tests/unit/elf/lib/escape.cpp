// An exception that nobody catches ends the process through std::terminate.
#include <stdexcept>

extern "C" void test() { throw std::runtime_error("nobody catches this"); }
