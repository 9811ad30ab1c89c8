#include <math.h>
#include <stdlib.h>

#include "CKernels.h"

static const float nf4_values[16] = {
    -1.0f,
    -0.6961928009986877f,
    -0.5250730514526367f,
    -0.39491748809814453f,
    -0.28444138169288635f,
    -0.18477343022823334f,
    -0.09105003625154495f,
    0.0f,
    0.07958029955625534f,
    0.16093020141124725f,
    0.24611230194568634f,
    0.33791524171829224f,
    0.44070982933044434f,
    0.5626170039176941f,
    0.7229568362236023f,
    1.0f,
};

static const float fp4_values[16] = {
    0.0f,  0.0625f / 12,  8.0f / 12,  12.0f / 12,  4.0f / 12,  6.0f / 12,  2.0f / 12,  3.0f / 12,
    -0.0f, -0.0625f / 12, -8.0f / 12, -12.0f / 12, -4.0f / 12, -6.0f / 12, -2.0f / 12, -3.0f / 12,
};

const float *ck_code_table(ck_type type) {
    switch (type) {
        case CK_NF4: return nf4_values;
        case CK_FP4: return fp4_values;
        default: return NULL;
    }
}

// Point i of `count` evenly spaced from 0.1 to 1: counted from the nearer end with one rounding, as PyTorch does,
// because files hold values made that way.
static float evenly_spaced(int i, int count) {
    float step = (1.0f - 0.1f) / (float)(count - 1);
    return i < count / 2 ? fmaf(step, (float)i, 0.1f) : fmaf(-step, (float)(count - 1 - i), 1.0f);
}

static int ascending(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

void ck_dynamic_map(float map[256]) {
    static const float powers[7] = {1e-6f, 1e-5f, 1e-4f, 1e-3f, 1e-2f, 1e-1f, 1.0f};
    int filled = 0;
    map[filled++] = 0.0f;
    map[filled++] = 1.0f;
    for (int exponent = 0; exponent < 7; exponent++) {
        int points = (1 << exponent) + 1;
        for (int i = 0; i + 1 < points; i++) {
            float value = powers[exponent] * ((evenly_spaced(i, points) + evenly_spaced(i + 1, points)) / 2);
            map[filled++] = value;
            map[filled++] = -value;
        }
    }
    qsort(map, 256, sizeof *map, ascending);
}

float ck_mean(int64_t count, const float *values) {
    double sum = 0;
    for (int64_t i = 0; i < count; i++) sum += values[i];
    return count > 0 ? (float)(sum / (double)count) : 0.0f;
}
