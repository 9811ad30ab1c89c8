// One matmul primitive of oneDNN per shape, shared by all threads.
#ifndef CK_ONEDNN_MATMUL_H
#define CK_ONEDNN_MATMUL_H

#include <stdbool.h>
#include <stdint.h>

#include "ck_types.h"

// The layout of b: [groups of these columns][k / 2][columns][2].
enum { CK_MATMUL_COLUMNS = 32, CK_MATMUL_DEPTH = 32 };

// sums [rows, columns] = a [rows, depth] times b, or += where accumulate; all dense, f32 sums. columns and depth are
// multiples of CK_MATMUL_COLUMNS and CK_MATMUL_DEPTH. Runs on the calling thread alone, between the two calls below.
void ck_matmul(int64_t rows, int64_t columns, int64_t depth, const ck_bf16 *a, const ck_bf16 *b, float *sums,
               bool accumulate);

// Keeps OpenMP, which Debian's oneDNN brings, from starting threads for what the calling thread does until the matching
// call, which takes what the first one returned.
int ck_matmul_begin(void);
void ck_matmul_end(int before);

#endif
