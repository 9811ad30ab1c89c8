// The scales of rows of codes, one for every step along k.
// What the codes of doubly quantized scales stand for in one nested block: the same 256 values for many rows.
typedef struct {
    const ck_blocks4 *blocks;
    int64_t nested_block;
    float values[256];
} few_scale_map;

#if defined(CK_AVX512)
#pragma clang fp contract(off)
static inline void few_fill_map(few_scale_map *map, const ck_blocks4 *blocks, int64_t nested_block) {
    if (map->blocks == blocks && map->nested_block == nested_block) return;
    float nested = blocks->nested_absmax[nested_block], offset = blocks->nested_offset;
    for (int i = 0; i < 256; i++) map->values[i] = blocks->absmax_map[i] * nested + offset;
    map->blocks = blocks;
    map->nested_block = nested_block;
}
#pragma clang fp contract(on)

static inline __attribute__((always_inline)) void few_copy_scales(
    const float *values, const uint8_t *codes, int64_t count, float *out, int64_t stride) {
#pragma clang loop unroll_count(8)
    for (int64_t i = 0; i < count; i++) out[i * stride] = values[codes ? codes[i] : i];
}

// Those of count blocks, from `block` on, each `copies` times.
static inline void few_scales(
    few_scale_map *map, const ck_blocks4 *blocks, int64_t block, int64_t count, int64_t copies, float *out) {
    int64_t end = block + count, stop = end;
    for (; block < end; block = stop) {
        if (!blocks->absmax) {
            int64_t nested_block = quotient(block, blocks->nested_block_size);
            stop = (nested_block + 1) * blocks->nested_block_size;
            if (stop > end) stop = end;
            few_fill_map(map, blocks, nested_block);
        }
        const float *values = blocks->absmax ? blocks->absmax : map->values;
        for (int64_t copy = 0; copy < copies; copy++) {
            if (blocks->absmax) few_copy_scales(values + block, NULL, stop - block, out + copy, copies);
            else if (copies == 1) few_copy_scales(values, blocks->absmax_codes + block, stop - block, out, 1);
            else few_copy_scales(values, blocks->absmax_codes + block, stop - block, out + copy, copies);
        }
        out += (stop - block) * copies;
    }
}

#endif
