// Element types and matrices as the kernels see them.
#ifndef CK_TYPES_H
#define CK_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint16_t ck_bf16;  // the upper half of an IEEE 754 binary32
typedef uint16_t ck_f16;   // IEEE 754 binary16

typedef enum { CK_FLOAT32, CK_BFLOAT16, CK_FLOAT16, CK_NF4, CK_FP4, CK_Q8_0 } ck_type;

// A block of Q8_0, as GGUF stores it: a scale, which is an f16, then as many signed bytes as elements.
enum { CK_BLOCK8_ELEMENTS = 32, CK_BLOCK8_BYTES = 34 };

// Weights quantized to four bits in blocks, flattened row-major; the first element of a byte is its high nibble.
// Scales are either plain (absmax) or themselves quantized (absmax_codes and the rest; absmax is then NULL):
// absmax[b] = absmax_map[absmax_codes[b]] * nested_absmax[b / nested_block_size] + nested_offset.
typedef struct {
    const uint8_t *codes;
    int64_t block_size;
    const float *absmax;
    const uint8_t *absmax_codes;
    const float *absmax_map;
    const float *nested_absmax;
    int64_t nested_block_size;
    float nested_offset;
} ck_blocks4;

// A matrix [rows, columns], row-major. data holds the elements (f32, bf16, f16; ld elements from row to row);
// for NF4 and FP4 data is NULL, the elements are in blocks and rows are contiguous; for Q8_0 data holds the blocks, a
// row being whole ones, and rows are contiguous.
typedef struct {
    ck_type type;
    const void *data;
    int64_t ld;
    ck_blocks4 blocks;
} ck_matrix;

#endif
