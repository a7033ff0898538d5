#include "progress.h"

#include "../support/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* A build that ends sooner than this shows nothing; later changes come at most this often. */
static const double FIRST_SHOWN = 0.25, REDRAW = 0.08;
/* Between two plain lines about the same step. */
static const double LINE_PERIOD = 5.0;
/* A pace that was watched for less time tells nothing. */
static const double PACE_WATCHED = 1.0;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

double progress_elapsed(const ProgressView *view) {
    return view->title != NULL ? now() - view->started : 0;
}

static void erase(ProgressView *view) {
    if (view->line_shown) {
        fputs("\r\033[K", stderr);
        view->line_shown = false;
    }
}

/* ", about 35 s left", by the pace of the step so far; "" while there is none to go by. */
static void print_left(const ProgressView *view, size_t done, size_t total, char *text,
                       size_t size) {
    double watched = now() - view->count_started;
    text[0] = '\0';
    if (done <= view->count_first || done >= total || watched < PACE_WATCHED) {
        return;
    }
    double left = watched * (double)(total - done) / (double)(done - view->count_first);
    if (left < 99.5) {
        snprintf(text, size, ", about %.0f s left", left < 1 ? 1 : left);
    } else {
        snprintf(text, size, ", about %.0f min left", left / 60);
    }
}

/* One line, cut to the width of the terminal so that the next redraw finds it whole. */
static void draw(ProgressView *view, size_t done, size_t total, const char *item) {
    double time = now();
    if (time - view->started < FIRST_SHOWN || time - view->last_shown < REDRAW) {
        return;
    }
    char counts[48] = "", left[48];
    if (total > 0) {
        snprintf(counts, sizeof(counts), " %zu/%zu", done, total);
    } else if (done > 0) {
        snprintf(counts, sizeof(counts), " %zu", done);
    }
    print_left(view, done, total, left, sizeof(left));
    char text[512];
    snprintf(text, sizeof(text), "%s: %s%s  %.1f s%s  %s", view->title, view->step, counts,
             time - view->started, left, item != NULL ? item : "");
    fprintf(stderr, "\r\033[K%.*s", view->width - 1, text);
    fflush(stderr);
    view->line_shown = true;
    view->last_shown = time;
}

/* What draw() shows, now and then, for a log. */
static void print_line(ProgressView *view, size_t done, size_t total) {
    double time = now();
    if (total == 0 || time - view->last_shown < LINE_PERIOD) {
        return;
    }
    char left[48];
    print_left(view, done, total, left, sizeof(left));
    fprintf(stderr, "[%6.2f s] %s %zu/%zu%s\n", time - view->started, view->step, done, total,
            left);
    view->last_shown = time;
}

static void end_step(ProgressView *view) {
    double time = now();
    size_t room = sizeof(view->phases) / sizeof(view->phases[0]);
    if (view->step[0] != '\0' && view->phase_count < room) {
        view->phases[view->phase_count++] = (PhaseTime){.name = xstrdup(view->step),
                                                        .started = view->step_started,
                                                        .seconds = time - view->step_started};
    }
    view->step[0] = '\0';
    view->step_started = time;
    view->count_total = 0;
}

static void step(void *context, const char *what) {
    ProgressView *view = context;
    end_step(view);
    snprintf(view->step, sizeof(view->step), "%s", what);
    if (view->lines) {
        erase(view);
        view->last_shown = now();
        fprintf(stderr, "[%6.2f s] %s\n", view->last_shown - view->started, what);
    } else if (view->live) {
        draw(view, 0, 0, NULL);
    }
}

static void count(void *context, size_t done, size_t total, const char *item) {
    ProgressView *view = context;
    if (total != view->count_total) { /* as long as the total grows, nobody knows the end */
        view->count_total = total;
        view->count_first = done;
        view->count_started = now();
    }
    if (view->live) {
        draw(view, done, total, item);
    } else if (view->lines) {
        print_line(view, done, total);
    }
}

static void detail(void *context, const char *text) {
    ProgressView *view = context;
    if (view->details) {
        erase(view);
        fprintf(stderr, "    %s\n", text);
    }
}

/* Seconds since the process was started (also by another pyc2c, before exec); 0 without /proc. */
static double process_age(void) {
    char text[1024];
    struct timespec boot;
    unsigned long long ticks = 0;
    FILE *file = fopen("/proc/self/stat", "re");
    size_t length = file != NULL ? fread(text, 1, sizeof(text) - 1, file) : 0;
    if (file != NULL) {
        fclose(file);
    }
    text[length] = '\0';
    const char *at = strrchr(text, ')'); /* the name may hold anything */
    for (int field = 2; at != NULL && field < 22; field++) {
        at = strchr(at + 1, ' ');
    }
    if (at == NULL || sscanf(at, " %llu", &ticks) != 1 ||
        clock_gettime(CLOCK_BOOTTIME, &boot) != 0) {
        return 0;
    }
    double age = (double)boot.tv_sec + (double)boot.tv_nsec / 1e9 -
                 (double)ticks / (double)sysconf(_SC_CLK_TCK);
    return age > 0 && age < 3600 ? age : 0;
}

static int terminal_width(void) {
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

void progress_start(ProgressView *view, const char *title, bool quiet, bool forced, int verbose) {
    const char *terminal = getenv("TERM");
    bool is_terminal = isatty(STDERR_FILENO) && terminal != NULL && strcmp(terminal, "dumb") != 0;
    view->title = title;
    view->live = is_terminal && !quiet && verbose == 0;
    view->lines = !view->live && !quiet && (forced || verbose > 0);
    view->details = verbose > 0;
    view->width = terminal_width();
    view->step_started = now();
    view->started = view->step_started - process_age();
}

Progress progress_of(ProgressView *view) {
    return (Progress){.step = step, .count = count, .detail = detail, .context = view};
}

void progress_finish(ProgressView *view) {
    if (view->title != NULL) {
        end_step(view);
        erase(view);
        fflush(stderr);
    }
}
