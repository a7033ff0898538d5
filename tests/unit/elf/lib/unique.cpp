// A static in an inline function is STB_GNU_UNIQUE: one for the process, in every library.
#include <cstdio>

inline int &shared_count() {
    static int count = 0;
    return count;
}

extern "C" void test() { std::printf("%d\n", ++shared_count()); }
