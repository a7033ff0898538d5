// Exceptions, RTTI, thread_local destructors, call_once and threads across two libraries.
#include "thrower.h"

#include <cstdio>
#include <functional>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {
struct Loud {
    int value = 3;
    ~Loud() { std::printf("thread_local destroyed %d\n", value); }
};
thread_local Loud loud;
thread_local std::string words = "initial";
std::once_flag once;

int deep(int depth) {
    struct Guard {
        int &count;
        ~Guard() { count++; }
    };
    static int unwound = 0;
    Guard guard{unwound};
    if (depth == 0) {
        throw_problem("deep");
    }
    return deep(depth - 1) + unwound;
}
} // namespace

extern "C" void test() {
    try {
        deep(50);
    } catch (const Problem &problem) {
        std::printf("caught %s\n", problem.what());
    }
    try {
        std::vector<int>().at(3);
    } catch (const std::out_of_range &) {
        std::printf("out_of_range\n");
    }
    try {
        try {
            throw_problem("rethrown");
        } catch (std::exception &inner) {
            std::throw_with_nested(std::runtime_error(inner.what()));
        }
    } catch (const std::exception &outer) {
        const auto *nested = dynamic_cast<const std::nested_exception *>(&outer);
        std::printf("%s %d\n", outer.what(), nested != nullptr);
    }
    std::call_once(once, [] { std::printf("once\n"); });
    words += "!";
    loud.value++;
    std::thread worker([] {
        words += "?";
        loud.value += 10;
        std::call_once(once, [] { std::printf("twice\n"); });
        std::printf("%s %d\n", words.c_str(), loud.value);
        try {
            throw_problem("in a thread");
        } catch (const std::exception &e) {
            std::printf("%s\n", e.what());
        }
    });
    worker.join();
    std::printf("%s %d\n", words.c_str(), loud.value);
    std::cout << "cout " << 1.5 << std::endl;
}
