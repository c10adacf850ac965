/* From the scores of a classifier to what the sensor reports: smoothing, the largest, threshold, debouncing.
 *
 * Not one branch depends on the scores. The numpy twin is sensorsmith/interface/post.py. Include ss_config.h first: it
 * says how many classes there are.
 */
#ifndef SS_POST_H
#define SS_POST_H

#include <stdint.h>

#include "ss_register_map.h"

struct ss_post {
    uint16_t mean[SS_CLASSES]; /* smoothed score of each class, 0 to 255, in 1/64 */
    uint8_t begun;             /* 0: the next scores are the first, and are taken as they are */
    uint8_t candidate;         /* class of the last window, SS_NONE when it was too uncertain */
    uint8_t run;               /* how many windows in a row had this candidate, 32 at most */
    uint8_t reported;          /* class, SS_NONE for none */
    uint8_t place;             /* the same, 0 for none: an index of `mean` whatever happens */
};

struct ss_post_settings {
    uint8_t threshold, debounce, smoothing;
};

/* All bits of `a` where `condition` is 1, of `b` where it is 0. */
static inline uint32_t ss_choose(uint32_t condition, uint32_t a, uint32_t b)
{
    return (a & (0u - condition)) | (b & (condition - 1u));
}

static inline void ss_post_start(struct ss_post *p)
{
    p->begun = 0;
    p->candidate = SS_NONE;
    p->run = 0;
    p->reported = SS_NONE;
    p->place = 0;
}

/* A smoothed score as a fraction of 256, cut to its SS_CONF_BITS_VALUE most significant bits. */
static inline uint8_t ss_confidence(uint16_t mean)
{
    return (uint8_t)(((uint32_t)mean >> 6) & ~(0xFFu >> SS_CONF_BITS_VALUE) & 0xFFu);
}

/* scores: (SS_CLASSES), softmax with scale 1/256 and zero point -128. */
static inline void ss_post_scores(struct ss_post *p, const int8_t *scores, struct ss_post_settings set)
{
    uint32_t best = 0, shift = ss_choose(p->begun, set.smoothing, 0);
    for (uint32_t i = 0; i < SS_CLASSES; i++) {
        uint32_t mean = p->mean[i], score = (uint32_t)((int32_t)scores[i] + 128) << 6;
        p->mean[i] = (uint16_t)(mean - (mean >> shift) + (score >> shift));
        best = ss_choose(((uint32_t)p->mean[best] - p->mean[i]) >> 31, i, best);
    }
    p->begun = 1;

    uint32_t sure = 1u - (((uint32_t)ss_confidence(p->mean[best]) - set.threshold) >> 31);
    uint32_t candidate = ss_choose(sure, best, SS_NONE);
    uint32_t same = ((candidate ^ p->candidate) - 1u) >> 31;
    uint32_t run = ss_choose(same, p->run, 0) + 1u;
    run -= (32u - run) >> 31;
    p->candidate = (uint8_t)candidate;
    p->run = (uint8_t)run;
    uint32_t held = (run - set.debounce) >> 31;
    p->reported = (uint8_t)ss_choose(held, p->reported, candidate);
    p->place = (uint8_t)ss_choose(held, p->place, ss_choose(sure, best, 0));
}

/* Confidence of the reported class in the last window; 0 when none is reported. */
static inline uint8_t ss_post_confidence(const struct ss_post *p)
{
    uint32_t named = ((uint32_t)p->reported - SS_NONE) >> 31;
    return (uint8_t)ss_choose(named, ss_confidence(p->mean[p->place]), 0);
}

#endif
