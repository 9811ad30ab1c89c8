// The bits of f32, and f16 without instructions of its own.
#ifndef CK_HALF_H
#define CK_HALF_H

#include <stdint.h>
#include <string.h>

#include "ck_types.h"

static inline uint32_t bits_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float float_of(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline float widen_f16_portable(ck_f16 x) {
    uint32_t sign = (uint32_t)(x & 0x8000) << 16, magnitude = x & 0x7fff;
    // Subnormals count in steps of 2^-24; the conversion and the product are exact.
    float small = (float)magnitude * 0x1p-24f;
    uint32_t normal = (magnitude << 13) + (112u << 23);
    uint32_t special = magnitude << 13 | 0x7f800000 | (magnitude > 0x7c00 ? 0x400000 : 0);
    return float_of(sign | (magnitude < 0x400 ? bits_of(small) : magnitude < 0x7c00 ? normal : special));
}

#endif
