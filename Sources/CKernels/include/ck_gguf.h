#ifndef CK_GGUF_H
#define CK_GGUF_H

#include <stdint.h>

// Widening of the block types a GGUF file may hold to f32.
//
// source holds block_count blocks, packed and little-endian, at any alignment; out takes block_count times the
// block's elements. Results are those of one multiplication and at most one addition in f32, each rounded once
// (never fused), so they agree to the bit with the Python package `gguf`.

// Blocks of 32 elements.
void ck_gguf_dequantize_q4_0(const void *source, float *out, int64_t block_count);
void ck_gguf_dequantize_q4_1(const void *source, float *out, int64_t block_count);
void ck_gguf_dequantize_q5_0(const void *source, float *out, int64_t block_count);
void ck_gguf_dequantize_q5_1(const void *source, float *out, int64_t block_count);
void ck_gguf_dequantize_q8_0(const void *source, float *out, int64_t block_count);

// Blocks of 256 elements.
void ck_gguf_dequantize_q4_k(const void *source, float *out, int64_t block_count);
void ck_gguf_dequantize_q5_k(const void *source, float *out, int64_t block_count);
void ck_gguf_dequantize_q6_k(const void *source, float *out, int64_t block_count);

#endif
