// Threads throw and use thread-local storage while another one opens libraries.
#include <atomic>
#include <cstdio>
#include <dlfcn.h>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

extern "C" const char *directory;

namespace {
thread_local std::string name = "start";
std::atomic<long> caught{0};
std::atomic<bool> bad{false};

void throw_often() {
    for (int i = 0; i < 2000; i++) {
        try {
            throw std::runtime_error(name);
        } catch (const std::exception &e) {
            bad = bad || e.what() != name;
            caught++;
        }
        name = std::to_string(i);
    }
}
} // namespace

extern "C" void test() {
    const char *libraries[] = {"libmany.so", "libtls_gd.so", "libtls_ie.so", "libifunc.so",
                               "libunique1.so", "liborder_a.so", "libscope_one.so"};
    std::vector<std::thread> threads;
    int opened = 0;
    for (int i = 0; i < 4; i++) {
        threads.emplace_back(throw_often);
    }
    for (const char *library : libraries) {
        std::string path = std::string(directory) + "/" + library;
        threads.emplace_back([path] { dlopen(path.c_str(), RTLD_NOW); });
        opened += dlopen(path.c_str(), RTLD_NOW) != nullptr;
    }
    for (auto &thread : threads) {
        thread.join();
    }
    std::printf("%d %ld %d\n", opened, caught.load(), bad.load());
}
