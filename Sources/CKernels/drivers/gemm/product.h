// What the parts of the product driver share.
#ifndef CK_GEMM_PRODUCT_H
#define CK_GEMM_PRODUCT_H

#include "../operands.h"

enum { PANEL_COLUMNS = 128 };  // of b in one panel: a multiple of every tile width

// The unit along k is a 32-bit word: one f32, or a pair of bf16 where the processor multiplies those.
typedef enum { WORD_F32, WORD_F32_FROM_BF16, WORD_PAIR } word_kind;

// A matrix a [m, k] of one or more terms. Packed, its part of a tile of rows is [units][rows of the tile].
typedef struct {
    const ck_gemm_term *term;  // the first that has it
    int64_t units, before;     // along k; units of the matrices packed in front of it
} packed_matrix;

typedef struct {
    const ck_kernels *kernels;
    word_kind kind;
    int64_t m;
    const ck_gemm_output *outputs;
    int count;
    packed_matrix matrices[CK_GEMM_MATRICES];
    int matrix_count;
    int64_t units;                   // of all matrices together

    int64_t first_row, rows;         // the rows this walk covers
    int64_t tile_height, tiles;
    int64_t tiles_in_block, blocks;  // blocks of rows
    int64_t panels;                  // of all outputs
    uint32_t *packed;                // for every tile the matrices one after the other
} product;

static inline int64_t units_of(const product *p, int64_t k) { return p->kind == WORD_PAIR ? (k + 1) / 2 : k; }
static inline int64_t elements_of(const product *p, int64_t units) { return p->kind == WORD_PAIR ? 2 * units : units; }

// Units of k in one panel: with PANEL_COLUMNS 128 KiB of f32, 256 KiB of pairs. Rounding errors grow with their number.
static inline int64_t units_in_panel(const product *p) { return p->kind == WORD_PAIR ? 512 : 256; }

static inline int64_t rows_of_tile(const product *p, int64_t tile) {
    return smaller(p->tile_height, p->rows - tile * p->tile_height);
}

// Whether too few tiles lie between two panels to fetch the next one meanwhile: it is fetched as it is packed.
static inline bool packs_from_memory(const product *p) { return p->tiles_in_block <= 4; }

// Packs the rows of a tile of every matrix; a chunk of a job.
void ck_gemm_pack_tile(void *product, int64_t tile);

// Packs `columns` columns of a term's b, from `column` on, and `some` units of k from `unit` on. For every
// tile_columns columns: [units_in_panel][tile_columns], columns that are not there being zero.
void ck_gemm_pack_panel(
    const product *p, const ck_gemm_term *term, int64_t unit, int64_t some, int64_t column, int64_t columns,
    uint32_t *panel);

// Asks for the part-th of `parts` parts of what ck_gemm_pack_panel will read.
void ck_gemm_prefetch_panel(
    const product *p, const ck_gemm_term *term, int64_t unit, int64_t some, int64_t column, int64_t columns,
    int64_t part, int64_t parts);

#endif
