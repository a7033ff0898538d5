// pthread_exit and pthread_cancel run the destructors of what is on the stack.
#include <cstdio>
#include <pthread.h>
#include <unistd.h>

namespace {
struct Guard {
    const char *name;
    ~Guard() { std::printf("destroyed %s\n", name); }
};

void deeper(int depth) {
    Guard guard{"inner"};
    if (depth == 0) {
        pthread_exit(const_cast<char *>("left"));
    }
    deeper(depth - 1);
}

void *leave(void *) {
    Guard guard{"outer"};
    deeper(2);
    return nullptr;
}

void *wait_for_cancel(void *) {
    Guard guard{"cancelled"};
    for (;;) {
        pause();
    }
}
} // namespace

extern "C" void test() {
    pthread_t thread;
    void *result = nullptr;
    pthread_create(&thread, nullptr, leave, nullptr);
    pthread_join(thread, &result);
    std::printf("%s\n", result ? static_cast<char *>(result) : "nothing");
    pthread_create(&thread, nullptr, wait_for_cancel, nullptr);
    pthread_cancel(thread);
    pthread_join(thread, &result);
    std::printf("%d\n", result == PTHREAD_CANCELED);
}
