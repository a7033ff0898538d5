/* Progress: how far a build is. On a terminal one line that is rewritten; elsewhere plain lines,
 * one a step and one every few seconds of a long one, and that only when asked for. How much time a
 * step still needs is said once its items have come in at some pace. Everything goes to stderr. */
#ifndef PYC2C_DRIVER_PROGRESS_H
#define PYC2C_DRIVER_PROGRESS_H

#include "../modules/request.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct PhaseTime {
    const char *name;
    double started; /* CLOCK_MONOTONIC, seconds */
    double seconds;
} PhaseTime;

typedef struct ProgressView {
    const char *title; /* "building app"; NULL: not started */
    bool live;         /* rewrite one line */
    bool lines;        /* a line for each step, and now and then for what it counts */
    bool details;
    int width; /* of the terminal */
    bool line_shown;
    double started; /* monotonic seconds */
    double step_started;
    double last_shown;
    size_t count_total; /* what the step counts up to, since when, and where it stood then */
    double count_started;
    size_t count_first;
    char step[80];
    PhaseTime phases[32]; /* finished steps, for the summary */
    size_t phase_count;
} ProgressView;

void progress_start(ProgressView *view, const char *title, bool quiet, bool forced, int verbose);
Progress progress_of(ProgressView *view);
/* Ends the current step and takes the line away. */
void progress_finish(ProgressView *view);
double progress_elapsed(const ProgressView *view);

#endif
