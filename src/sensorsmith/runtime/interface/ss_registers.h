/* The register file that the host sees: MLS1.
 *
 * `map` is all that a host can read; the functions of the bus have nothing else to read from. The bus driver calls
 * ss_bus_*() for each phase of a transaction, from an interrupt or from a loop; the sensor's loop calls the others, which
 * keep the bus out while they change the map. A read begins with a copy of the block that it points into, and takes all
 * bytes of that block from the copy: a host never sees half of one result and half of another.
 *
 * What a host writes to a setting is kept in the map, where it can be read back, until COMMIT puts all settings in force
 * together, or refuses them all.
 */
#ifndef SS_REGISTERS_H
#define SS_REGISTERS_H

#include <stdint.h>

#include "ss_register_map.h"

struct ss_registers {
    uint8_t map[256];
    uint8_t settings[SS_SETTINGS_SIZE]; /* in force */
    uint8_t command;                    /* given by the host, not yet taken by the sensor; 0 when there is none */
    uint8_t attention;                  /* the event line is raised */
    uint32_t seen;                      /* SEQ of the newest result whose STATUS a host has read */
};

/* One way to the registers: an I2C target, or a serial line. Each has its own transaction. */
struct ss_bus {
    struct ss_registers *registers;
    uint8_t latched[SS_BLOCK_MAXIMUM]; /* what the running read sees: `latched_size` bytes from `latched_from` */
    uint8_t latched_from, latched_size;
    uint8_t pointer;
    uint8_t awaits_pointer; /* the next byte written is the pointer */
};

/* What a window told. `status`: OUT_OF_RANGE, OVERRUN; VALID and ABSTAIN follow from `class_index`. */
struct ss_result {
    uint8_t status;
    uint8_t class_index; /* SS_NONE: too uncertain to name one */
    uint8_t confidence;  /* already cut to SS_CONF_BITS_VALUE bits */
    uint32_t time_ms;    /* end of the window */
};

/* State at power on: no result yet. build_id: DOC_ID and FW_ID, SS_BUILD_SIZE bytes. cause: SS_RESET_CAUSE_*. */
void ss_registers_start(struct ss_registers *r, const uint8_t *build_id, uint8_t cause);

/* Make a result visible. */
void ss_publish(struct ss_registers *r, const struct ss_result *result);

/* There is no result at present, for the reason that `status` gives: WARMING_UP, SENSOR_FAULT, or 0 in standby. */
void ss_withdraw(struct ss_registers *r, uint8_t status);

/* Count an error: SS_LAST_ERR_*. */
void ss_report(struct ss_registers *r, uint8_t error);

/* A setting in force, by the address of its register. */
uint8_t ss_setting(const struct ss_registers *r, uint8_t address);
uint16_t ss_setting_u16(const struct ss_registers *r, uint8_t address);

/* The command that waits, or 0; and what became of it: SS_CMD_STATE_*. */
uint8_t ss_take_command(const struct ss_registers *r);
void ss_end_command(struct ss_registers *r, uint8_t state);

/* EVENTS and TALLIES back to 0. */
void ss_clear(struct ss_registers *r);

/* The bits of SELFTEST that passed. */
void ss_self_tested(struct ss_registers *r, uint8_t passed);

void ss_bus_open(struct ss_bus *bus, struct ss_registers *r);

/* The host addresses the device to write: the first byte that follows sets the pointer, further ones are written there. */
void ss_bus_start_write(struct ss_bus *bus);
void ss_bus_write(struct ss_bus *bus, uint8_t byte);

/* The host addresses the device to read. Without a pointer the read begins at STATUS. */
void ss_bus_start_read(struct ss_bus *bus);
uint8_t ss_bus_read(struct ss_bus *bus);

/* The transaction is over: the next read begins at STATUS again unless a pointer is written first. */
void ss_bus_end(struct ss_bus *bus);

/* CRC-8, polynomial 0x31, initial value 0xFF, most significant bit first, no final inversion. */
uint8_t ss_crc8(const uint8_t *data, uint8_t size);

#endif
