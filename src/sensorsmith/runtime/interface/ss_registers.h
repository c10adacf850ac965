/* The register file that the host sees: MLS1, result block 0x10-0x1F double buffered and latched.
 *
 * The bus driver calls ss_bus_*() for each phase of a transaction, from an interrupt or from a loop; the sensor calls
 * ss_publish(). Only the sensor writes `result` and `current`; only the bus writes `latched`, `pointer`, `awaits_pointer`
 * and `seen`. A host can therefore never see half of one result and half of another: the address phase of a read copies
 * the current result, and all bytes of that read come from the copy.
 */
#ifndef SS_REGISTERS_H
#define SS_REGISTERS_H

#include <stdint.h>

#include "ss_register_map.h"

struct ss_registers {
    uint8_t identity[SS_IDENTITY_SIZE];
    const uint8_t *model_id; /* SS_MODEL_ID_SIZE bytes */
    const uint8_t *build_id; /* DOC_ID, then FW_ID */
    uint8_t result[2][SS_RESULT_SIZE];
    volatile uint8_t current; /* which of `result` is published; the other one may be half written */
    uint32_t sequence;
    uint16_t events;
    uint8_t latched[SS_RESULT_SIZE];
    uint8_t pointer;
    uint8_t awaits_pointer; /* the next byte written is the pointer */
    uint32_t seen;          /* SEQ of the newest result whose STATUS the host has read */
};

/* State at power on: no result yet. r: zeroed, as static storage is; model_id, build_id: 32 bytes each, kept. */
void ss_registers_start(struct ss_registers *r, uint8_t classes, const uint8_t *model_id, const uint8_t *build_id);

/* Make a result visible. `confidence` is already reduced to SS_CONFIDENCE_BITS; `time_ms` is the end of its window. */
void ss_publish(struct ss_registers *r, uint8_t class_index, uint8_t confidence, uint32_t time_ms);

/* The host addresses the device to write: the first byte that follows sets the pointer, further ones are ignored. */
void ss_bus_start_write(struct ss_registers *r);
void ss_bus_write(struct ss_registers *r, uint8_t byte);

/* The host addresses the device to read: latches the result. Without a pointer the read begins at STATUS. */
void ss_bus_start_read(struct ss_registers *r);
uint8_t ss_bus_read(struct ss_registers *r);

/* The read is over: the next one begins at STATUS again unless a pointer is written first. */
void ss_bus_end_read(struct ss_registers *r);

/* CRC-8, polynomial 0x31, initial value 0xFF, most significant bit first, no final inversion. */
uint8_t ss_crc8(const uint8_t *data, uint8_t size);

#endif
