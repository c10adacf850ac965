/* device.c: when the sensor senses, rests, stands by, tests itself or is out of order. What it senses is in sensor.c. */
#include "device.h"

#include "build_id.h"
#include "hal.h"
#include "sensor.h"

#define PASSED (SS_SELFTEST_KNOWN_ANSWER | SS_SELFTEST_MEMORY | SS_SELFTEST_TRANSDUCER)

static struct ss_registers registers;
static enum { STOPPED, SENSING, RESTING, SILENT } state;
static uint8_t single; /* the host has asked for one result */
static uint8_t failed; /* the last self test did; nothing is sensed until one passes */

static void stop(void)
{
    ss_hal_sampling(0);
    ss_sensor_forget();
    state = STOPPED;
}

static void begin(void)
{
    ss_sensor_begin();
    ss_hal_sampling(1);
    state = SENSING;
}

static void begin_anew(void)
{
    ss_sensor_renew();
    ss_withdraw(&registers, SS_STATUS_WARMING_UP);
    begin();
}

static void fault(uint8_t error)
{
    stop();
    ss_report(&registers, error);
    ss_withdraw(&registers, SS_STATUS_SENSOR_FAULT);
}

static void rest(uint16_t seconds)
{
    stop();
    ss_sensor_pass(seconds);
    ss_hal_rest(seconds);
    state = RESTING;
}

static void test(void)
{
    stop();
    uint32_t passed = (uint32_t)SS_SELFTEST_KNOWN_ANSWER * ss_sensor_known_answer() |
                      (uint32_t)SS_SELFTEST_MEMORY * ss_sensor_memory() |
                      (uint32_t)SS_SELFTEST_TRANSDUCER * ss_hal_transducer();
    ss_sensor_forget();
    ss_self_tested(&registers, (uint8_t)passed);
    failed = passed != PASSED;
    if (failed)
        fault(SS_LAST_ERR_SELF_TEST);
}

static void obey(void)
{
    switch (ss_take_command(&registers)) {
    case SS_CMD_SINGLE:
        if (failed) { /* no result would come, and no other command would be taken before it */
            ss_report(&registers, SS_LAST_ERR_SELF_TEST);
            ss_end_command(&registers, SS_CMD_STATE_REFUSED);
            return;
        }
        if (!single)
            stop();
        single = 1;
        return; /* it is done when there is a result */
    case SS_CMD_SELF_TEST:
        test();
        break;
    case SS_CMD_CLEAR:
        ss_clear(&registers);
        break;
    case SS_CMD_RESET:
        ss_hal_reset();
        return;
    default:
        return;
    }
    ss_end_command(&registers, SS_CMD_STATE_DONE);
}

static void follow_mode(void)
{
    uint8_t wanted = !failed && (single || ss_setting(&registers, SS_MODE) == SS_MODE_CONTINUOUS);
    if (state != STOPPED && !wanted)
        stop();
    else if (state == SENSING && !ss_hal_transducer()) {
        fault(SS_LAST_ERR_SENSOR_FAULT);
        state = SILENT;
    } else if ((state == STOPPED && wanted) || (state == SILENT && ss_hal_transducer()))
        begin_anew();
    else if (state == RESTING && !ss_hal_resting())
        begin();
}

static void reported(void)
{
    uint16_t seconds = ss_setting_u16(&registers, SS_SLEEP_S);
    if (single) {
        single = 0;
        ss_end_command(&registers, SS_CMD_STATE_DONE);
    }
    if (seconds != 0)
        rest(seconds);
}

void ss_device_start(void)
{
    state = STOPPED;
    single = 0;
    failed = 0;
    ss_sensor_start();
    ss_registers_start(&registers, ss_build_id, ss_hal_reset_cause());
    ss_hal_start(&registers, &ss_samples);
}

uint8_t ss_device_step(void)
{
    enum ss_step step = SS_STEP_NOTHING;
    obey();
    follow_mode();
    if (state == SENSING)
        step = ss_sensor_step(&registers, single ? 1 : ss_setting_u16(&registers, SS_RATE));
    if (step == SS_STEP_REPORTED)
        reported();
    return step != SS_STEP_NOTHING;
}
