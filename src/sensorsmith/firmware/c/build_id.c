/* build_id.c: a file of its own, so that no compiler can take the zeros for the content. */
#include "build_id.h"

const uint8_t ss_build_id[SS_BUILD_SIZE] = {0};
