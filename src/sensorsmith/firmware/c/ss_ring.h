/* ss_ring.h: samples on their way from the interrupt that brings them to the loop that works on them. */
#ifndef SS_RING_H
#define SS_RING_H

#include <stdint.h>

#include "ss_config.h"

_Static_assert((SS_RING & (SS_RING - 1)) == 0 && SS_RING <= 1024, "positions in the ring are cut with a mask");

struct ss_ring {
    ss_sample samples[SS_RING * SS_CHANNELS]; /* (SS_RING, channels) */
    volatile uint32_t put, taken;           /* samples since the start; only the interrupt writes `put` */
    volatile uint32_t lost;                 /* samples that found no room since the loop last looked */
};

static inline uint32_t ss_ring_room(const struct ss_ring *r)
{
    return SS_RING - (r->put - r->taken);
}

/* From the interrupt: where the next sample is to be written, (channels). Only with room for it. */
static inline ss_sample *ss_ring_slot(struct ss_ring *r)
{
    return r->samples + (r->put & (SS_RING - 1u)) * SS_CHANNELS;
}

/* From the interrupt: the sample is in its slot. */
static inline void ss_ring_put(struct ss_ring *r)
{
    __asm__ volatile("" ::: "memory"); /* the sample is whole before the loop can find it */
    r->put++;
}

/* From the loop: move up to `most` samples to `to` (most, channels), and leave zeros behind. Returns how many there were. */
static inline uint32_t ss_ring_take(struct ss_ring *r, ss_sample *to, uint32_t most)
{
    uint32_t count = r->put - r->taken;
    count = count < most ? count : most;
    for (uint32_t n = 0; n < count; n++) {
        ss_sample *from = r->samples + ((r->taken + n) & (SS_RING - 1u)) * SS_CHANNELS;
        for (uint32_t i = 0; i < SS_CHANNELS; i++) {
            to[n * SS_CHANNELS + i] = from[i];
            from[i] = 0;
        }
    }
    __asm__ volatile("" ::: "memory");
    r->taken += count;
    return count;
}

/* From the loop, with the transducer stopped or the bus's interrupts held: forget all samples. */
static inline void ss_ring_empty(struct ss_ring *r)
{
    r->taken = r->put;
    r->lost = 0;
    for (uint32_t i = 0; i < SS_RING * SS_CHANNELS; i++)
        r->samples[i] = 0;
}

#endif
