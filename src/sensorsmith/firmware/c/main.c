/* main.c: the sensor. Samples fill a window; a full window becomes features, scores, and a result on the bus. */
#include "build_id.h"
#include "hal.h"
#include "ss_classify.h"
#include "ss_config.h"
#include "ss_registers.h"

_Static_assert(SS_HOP <= SS_WINDOW, "the sensor keeps the samples of one window");
_Static_assert(SS_FEATURES_SIZE == SS_INPUT_SIZE, "the features are the input of the model");
_Static_assert(SS_CLASSES >= 1 && SS_CLASSES <= 254, "CLASS is one byte, and 255 stands for none");

#define MS(samples) ((uint32_t)((uint64_t)(samples) * 1000u * SS_RATE_PER / SS_RATE))
#define MS_REST(samples) ((uint32_t)((uint64_t)(samples) * 1000u * SS_RATE_PER % SS_RATE))

static const uint8_t model_id[SS_MODEL_ID_SIZE] = SS_MODEL_ID_VALUE;

static struct ss_registers registers;
static int16_t window[SS_WINDOW * SS_CHANNELS]; /* (samples, channels), oldest first */

/* End of the last window: milliseconds, and a rest in 1/SS_RATE of one, so that time never drifts. */
static uint32_t time_ms = MS(SS_WINDOW - SS_HOP);
static uint32_t time_rest = MS_REST(SS_WINDOW - SS_HOP);

static void advance_time(void)
{
    time_rest += MS_REST(SS_HOP);
    uint32_t carry = 1u - ((time_rest - SS_RATE) >> 31);
    time_ms += MS(SS_HOP) + carry;
    time_rest -= SS_RATE & (0u - carry);
}

__attribute__((noinline)) void ss_result(void);
void ss_result(void)
{
    const int8_t *scores = SS_OUTPUT();
    uint8_t best = ss_argmax(scores, SS_CLASSES);
    advance_time();
    ss_publish(&registers, best, ss_confidence(scores[best], SS_CONF_BITS_VALUE), time_ms);
}

__attribute__((noinline)) void ss_window(void);
void ss_window(void)
{
    SS_FEATURES(window, SS_INPUT());
    SS_RUN();
    ss_result();
    for (uint32_t i = SS_HOP * SS_CHANNELS; i < SS_WINDOW * SS_CHANNELS; i++)
        window[i - SS_HOP * SS_CHANNELS] = window[i];
}

int main(void)
{
    uint16_t filled = 0;
    ss_registers_start(&registers, SS_CLASSES, model_id, ss_build_id);
    ss_hal_start(&registers);
    for (;;) {
        filled = (uint16_t)(filled + ss_hal_samples(window + filled * SS_CHANNELS, (uint16_t)(SS_WINDOW - filled),
                                                    SS_CHANNELS));
        if (filled == SS_WINDOW) {
            ss_window();
            filled = SS_WINDOW - SS_HOP;
        } else {
            ss_hal_wait();
        }
    }
}
