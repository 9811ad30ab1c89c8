// How attention is cut into blocks and tasks: made by drivers/attention.c, read by families/attention.
//
// A lane is one query of one head; the lanes of a key head are its group's heads, token after token. A segment's path runs
// from the root of its tree to the segment itself: the keys that its queries see, in order.
#ifndef CK_ATTENTION_WORK_H
#define CK_ATTENTION_WORK_H

#include <stdatomic.h>

#include "ck_attention.h"

enum {
    CK_BLOCK_KEYS = 112,   // at most, in a block of keys; even, so that pairs of keys stay together
    CK_BLOCK_LANES = 256,  // at most, in a task; a multiple of every tile width
    CK_FEW_LANES = 8,      // of a segment: up to here they are taken key by key
};

// Keys of one segment, packed together.
struct ck_key_block {
    int64_t row;     // in the caller's keys
    int64_t packed;  // among the packed rows; even
    int64_t count;
};

typedef struct {
    int64_t position;  // of the first key: how many keys the ancestors have
    int64_t first_block, blocks;
    int64_t path, depth;  // in the paths: from the root on, the segment itself included
    bool packed;
} ck_attention_part;

struct ck_lane_task {
    int64_t segment, first_lane, lanes;
    int64_t visible;  // keys that the last lane sees
    int64_t turns;    // its turns begin here, one for every segment of its path
};

// Packed operands are 32-bit words: one f32, or two bf16 (neighbours along what a product contracts) where pairs is set.
struct ck_attention_work {
    const ck_attention *attention;
    const ck_segment *segments;
    bool pairs;
    const ck_attention_part *parts;
    const int64_t *paths;
    const ck_key_block *blocks;
    const ck_lane_task *tasks;
    const int64_t *turns;

    int64_t block_count, packed_rows;                             // of one key head
    uint32_t *key_columns, *key_rows, *value_columns, *value_rows;  // packed for each key head; NULL where not needed
    float *key_sums, *value_sums;                                 // gradients [kv_heads][packed_rows][sum_width]
    int64_t sum_width;                                            // head_dimension in whole tiles
    atomic_int *turn;                                             // [kv_heads][block_count]: the next task to add to a block
};

#endif
