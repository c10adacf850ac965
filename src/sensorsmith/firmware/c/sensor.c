/* sensor.c: samples fill a window; a full window becomes features, scores, and a result on the bus. */
#include "sensor.h"

#include "ss_clock.h"
#include "ss_config.h"
#include "ss_hold.h"
#include "ss_march.h"
#include "ss_post.h"
#include "ss_scrub.h"

_Static_assert(SS_HOP <= SS_WINDOW, "the sensor keeps the samples of one window");
_Static_assert(SS_FEATURES_SIZE == SS_INPUT_SIZE, "the features are the input of the model");
_Static_assert(SS_CLASSES >= 1 && SS_CLASSES <= 254, "CLASS is one byte, and 255 stands for none");

struct ss_ring ss_samples;

static struct ss_clock now; /* time of the last sample taken */
static struct ss_post post;
static ss_sample window[SS_WINDOW * SS_CHANNELS]; /* (samples, channels), oldest first */
static uint32_t filled;                           /* samples in it */
static uint32_t unwanted;                         /* samples to come that belong to a picture of which some were lost */
static uint32_t ended;                            /* values of the window that reached an end of the range */
static uint32_t skipped;                          /* windows since the last report */
static uint8_t observed;                          /* STATUS bits that the next report will carry */

void ss_sensor_start(void)
{
    now.ms = 0;
    now.rest = 0;
    ss_sensor_begin();
}

void ss_sensor_begin(void)
{
    ss_ring_empty(&ss_samples);
    filled = 0;
    unwanted = 0;
    ended = 0;
    skipped = 0;
    observed = 0;
}

void ss_sensor_renew(void)
{
    ss_post_start(&post);
}

void ss_sensor_pass(uint16_t seconds)
{
    now.ms += 1000u * seconds;
}

/* Returns whether the window is reported. */
__attribute__((noinline)) uint8_t ss_result(struct ss_registers *r, uint16_t every);
uint8_t ss_result(struct ss_registers *r, uint16_t every)
{
    struct ss_post_settings set = {ss_setting(r, SS_THRESH), ss_setting(r, SS_DEBOUNCE), ss_setting(r, SS_SMOOTHING)};
    ss_post_scores(&post, SS_OUTPUT(), set);
    if (++skipped < every)
        return 0;
    struct ss_result result = {observed, post.reported, ss_post_confidence(&post), now.ms};
    ss_publish(r, &result);
    skipped = 0;
    observed = 0;
    return 1;
}

__attribute__((noinline)) uint8_t ss_window(struct ss_registers *r, uint16_t every);
uint8_t ss_window(struct ss_registers *r, uint16_t every)
{
    SS_FEATURES(window, SS_INPUT());
    SS_RUN();
    uint8_t reported = ss_result(r, every);
    for (uint32_t i = SS_HOP * SS_CHANNELS; i < SS_WINDOW * SS_CHANNELS; i++)
        window[i - SS_HOP * SS_CHANNELS] = window[i];
    filled = SS_WINDOW - SS_HOP;
    return reported;
}

/* How many of `count` values are the smallest or the largest that there is. */
static uint32_t at_an_end(const ss_sample *values, uint32_t count)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++)
        found += ((((uint32_t)(int32_t)values[i] - (uint32_t)SS_SAMPLE_LOWEST + 1u) & SS_SAMPLE_BITS) - 2u) >> 31;
    return found;
}

/* A signal may not reach an end at all; in a picture black and white are common, and half of it is too much. */
static void judge_range(void)
{
    const uint32_t allowed = SS_PICTURES ? SS_WINDOW * SS_CHANNELS / 2u : 0u;
    observed |= (uint8_t)(SS_STATUS_OUT_OF_RANGE & (0u - ((allowed - ended) >> 31)));
    ended = 0;
}

/* A window has no gaps: after lost samples it is filled again from its beginning. A picture begins with its first row. */
static void lose(struct ss_registers *r)
{
    ss_hold();
    uint32_t gone = ss_samples.lost + (ss_samples.put - ss_samples.taken);
    ss_ring_empty(&ss_samples);
    ss_release();
    uint32_t left = gone;
    for (; left > SS_RING; left -= SS_RING)
        ss_clock_advance(&now, SS_RING);
    ss_clock_advance(&now, left);
    uint32_t place = (unwanted ? SS_WINDOW - unwanted : filled) + gone;
    while (SS_PICTURES && place > SS_WINDOW)
        place -= SS_WINDOW;
    unwanted = SS_PICTURES ? (SS_WINDOW - place) & (0u - (place != 0)) : 0u;
    judge_range();
    filled = 0;
    observed |= SS_STATUS_OVERRUN;
    ss_report(r, SS_LAST_ERR_OVERRUN);
}

enum ss_step ss_sensor_step(struct ss_registers *r, uint16_t every)
{
    if (ss_samples.lost != 0)
        lose(r);
    ss_sample *to = window + filled * SS_CHANNELS;
    uint32_t count = ss_ring_take(&ss_samples, to, unwanted ? unwanted : SS_WINDOW - filled);
    if (count == 0)
        return SS_STEP_NOTHING;
    ss_clock_advance(&now, count);
    if (unwanted) {
        unwanted -= count;
        return SS_STEP_WORKED;
    }
    ended += at_an_end(to, count * SS_CHANNELS);
    filled += count;
    if (filled < SS_WINDOW)
        return SS_STEP_WORKED;
    judge_range();
    return ss_window(r, every) ? SS_STEP_REPORTED : SS_STEP_WORKED;
}

void ss_sensor_forget(void)
{
    ss_ring_empty(&ss_samples);
    for (uint32_t i = 0; i < SS_WINDOW * SS_CHANNELS; i++)
        window[i] = 0;
    ended = 0;
    observed = 0;
    /* The model walks over its own traces. */
    SS_FEATURES(window, SS_INPUT());
    SS_RUN();
    ss_scrub();
}

uint8_t ss_sensor_known_answer(void)
{
    int8_t *input = SS_INPUT();
    uint32_t random = 1, hash = 0x811C9DC5u;
    for (uint32_t i = 0; i < SS_INPUT_SIZE; i++) {
        random = random * 1664525u + 1013904223u;
        input[i] = (int8_t)((random >> 24) - 128u);
    }
    SS_RUN();
    const int8_t *output = SS_OUTPUT();
    for (uint32_t i = 0; i < SS_CLASSES; i++)
        hash = (hash ^ (uint8_t)output[i]) * 0x01000193u;
    return hash == SS_KNOWN_ANSWER;
}

uint8_t ss_sensor_memory(void)
{
    return ss_march(window, SS_WINDOW * SS_CHANNELS);
}
