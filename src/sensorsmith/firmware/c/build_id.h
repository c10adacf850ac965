/* build_id.h: DOC_ID and FW_ID, 16 bytes each, written into the finished image. */
#ifndef SS_BUILD_ID_H
#define SS_BUILD_ID_H

#include <stdint.h>

#include "ss_register_map.h"

extern const uint8_t ss_build_id[SS_BUILD_SIZE];

#endif
