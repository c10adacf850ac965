/* mls1.h: driver of ML sensors that speak MLS1, for any host with a C11 compiler. No heap, no operating system.
 *
 * The host gives three functions (struct mls1_bus). All that a sensor is, labels too, is read from the sensor: another one
 * in its place needs no other program. Functions return MLS1_OK or an error; a read with a wrong check sum and a transaction
 * that nobody answers are tried MLS1_TRIES times.
 */
#ifndef MLS1_H
#define MLS1_H

#include <stdint.h>

#include "mls1_map.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MLS1_TRIES 3
#define MLS1_NO_POINTER -1
#define MLS1_TEXT_BUFFER (MLS1_TEXT_UTF8_SIZE + 1u)

enum mls1_error {
    MLS1_OK,
    MLS1_NO_ANSWER,
    MLS1_NOT_A_SENSOR,
    MLS1_OTHER_VERSION,
    MLS1_WRONG_SUM,
    MLS1_NOT_AS_SENT,
    MLS1_OUT_OF_LIMITS,
    MLS1_LOCKED,
    MLS1_REFUSED,
    MLS1_TOO_LATE
};

struct mls1_bus {
    void *context; /* given to each of these */
    /* One transaction each; 0, or anything else when nobody answers. `pointer` is written first unless it is
     * MLS1_NO_POINTER, and the read follows with a repeated start. size: at most 33 to write, 32 to read. */
    int (*write)(void *context, const uint8_t *data, uint8_t size);
    int (*read)(void *context, int pointer, uint8_t *data, uint8_t size);
    void (*wait)(void *context, uint32_t ms);
};

struct mls1 {
    struct mls1_bus bus;
    uint16_t version, vendor, product; /* version: minor << 8 | major */
    uint8_t modality, task, classes, confidence_bits, capabilities;
    uint32_t seen; /* number of the last result that mls1_next() returned */
};

struct mls1_result {
    uint8_t status;      /* MLS1_STATUS_* */
    uint8_t class_index; /* MLS1_NONE when there is none */
    uint8_t confidence;  /* in 1/256 */
    uint8_t count;       /* MLS1_NONE when nothing is counted */
    uint32_t sequence;
    uint32_t time_ms;
    uint16_t events;
    uint8_t period_ds;
};

struct mls1_settings {
    uint8_t bytes[MLS1_SETTINGS_SIZE];
};

/* Find the sensor on the bus. */
int mls1_open(struct mls1 *m, const struct mls1_bus *bus);

/* The latest result. */
int mls1_read_result(struct mls1 *m, struct mls1_result *result);

/* 1 in `fresh` when the latest result has not been returned by this function before. */
int mls1_next(struct mls1 *m, struct mls1_result *result, uint8_t *fresh);

/* The label of a class, or MLS1_TEXT_SEL_*: UTF-8, ended by 0. text: MLS1_TEXT_BUFFER bytes. */
int mls1_text(struct mls1 *m, uint8_t selector, char *text);

/* How often each class began to be reported. tallies: MLS1_TALLIES_SIZE bytes. */
int mls1_tallies(struct mls1 *m, uint8_t *tallies);

/* SHA-256 of the model, 32 bytes; first halves of those of the datasheet and of the firmware, 16 bytes each. */
int mls1_model_id(struct mls1 *m, uint8_t *id);
int mls1_build_id(struct mls1 *m, uint8_t *ids);

/* Read all settings, change some, and put them in force together. They are read back before they are in force, so that
 * noise changes nothing. address: MLS1_MODE to MLS1_ADDR. */
int mls1_read_settings(struct mls1 *m, struct mls1_settings *settings);
uint16_t mls1_get(const struct mls1_settings *settings, uint8_t address);
int mls1_set(struct mls1_settings *settings, uint8_t address, uint16_t value);
int mls1_configure(struct mls1 *m, const struct mls1_settings *settings);
int mls1_lock(struct mls1 *m);

/* Give a command, MLS1_CMD_*, and wait until it is done. */
int mls1_command(struct mls1 *m, uint8_t command, uint32_t timeout_ms);

/* Let the sensor test itself. passed: MLS1_SELFTEST_*. */
int mls1_self_test(struct mls1 *m, uint8_t *passed, uint32_t timeout_ms);

/* What went wrong last, MLS1_LAST_ERR_*, and how often anything did. */
int mls1_errors(struct mls1 *m, uint8_t *last, uint16_t *count);

/* An error in words: what, and what to do. */
const char *mls1_words(int error);

uint8_t mls1_crc8(const uint8_t *data, uint8_t size);

#ifdef __cplusplus
}
#endif

#endif
