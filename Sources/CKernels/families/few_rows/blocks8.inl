// Products of a few rows with a weight in blocks of 8 bits, whose values are scaled and rounded on their way into the
// product: the same bits as from a weight of bf16.
#if defined(CK_AVX512BF16)
enum { FEW_BLOCK8_HEIGHT = 16 };  // rows of x in a tile, at most: what is scaled and rounded serves them all

static inline __attribute__((always_inline)) void few_dot_blocks8(
    const int columns, const int rows, int64_t from, int64_t to, int64_t ahead, const uint8_t *const *w, const ck_bf16 *x,
    int64_t ldx, vector_f32 *parts, int64_t ldp) {
    __m512 sum[FEW_SUMS];
#pragma clang loop unroll(full)
    for (int i = 0; i < columns * rows; i++) sum[i] = (__m512)parts[i / rows * ldp + i % rows];
    int64_t place = from / CK_BLOCK8_ELEMENTS * CK_BLOCK8_BYTES;
    for (int64_t at = from; at < to; at += CK_BLOCK8_ELEMENTS, place += CK_BLOCK8_BYTES) {
        __m512bh y[FEW_WIDTH];
#pragma clang loop unroll(full)
        for (int i = 0; i < columns; i++) {
            const uint8_t *block = w[i] + place;
            __builtin_prefetch(block + ahead);
            __m512 scale = block8_scales(block);
            y[i] = _mm512_cvtne2ps_pbh(block8_values(block, 16, scale), block8_values(block, 0, scale));
        }
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
            __m512bh z = (__m512bh)_mm512_loadu_si512(x + r * ldx + at);
#pragma clang loop unroll(full)
            for (int i = 0; i < columns; i++) sum[i * rows + r] = _mm512_dpbf16_ps(sum[i * rows + r], y[i], z);
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < columns * rows; i++) parts[i / rows * ldp + i % rows] = (vector_f32)sum[i];
}

// Rows row..<row + rows of x.
static void few_tile_blocks8(const few_operands *o, int columns, int rows, int64_t row, vector_f32 *parts, int64_t ldp) {
    const ck_bf16 *x = (const ck_bf16 *)o->x + row * o->ldx;
#define CALL(width, height)                                                                                         \
    few_dot_blocks8(width, height, o->from, o->to, o->ahead, (const uint8_t *const *)o->w + i, x, o->ldx,           \
                    parts + i * ldp + row, ldp);
#define CALL_16(width) CALL(width, 16)
    switch (rows) {
        case 1: { FEW_TILES(8, columns, CALL_1) } break;
        case 2: { FEW_TILES(4, columns, CALL_2) } break;
        case 3: { FEW_TILES(4, columns, CALL_3) } break;
        case 4: { FEW_TILES(4, columns, CALL_4) } break;
        case 8: { FEW_TILES(2, columns, CALL_8) } break;
        default: { FEW_TILES(1, columns, CALL_16) }
    }
#undef CALL
#undef CALL_16
}

// Adds the product of columns column..<column + columns with every row of x to parts [columns][m].
static inline void few_blocks8(
    const ck_gemm_term *term, few_operands o, int64_t column, int columns, int64_t m, vector_f32 *parts) {
    int64_t bytes_of_row = term->k / CK_BLOCK8_ELEMENTS * CK_BLOCK8_BYTES;
    for (int i = 0; i < columns; i++) o.w[i] = (const char *)term->b.data + (column + i) * bytes_of_row;
    o.ahead = few_ahead(bytes_of_row);
    int64_t height = m < FEW_BLOCK8_HEIGHT ? m : FEW_BLOCK8_HEIGHT;
    int64_t piece = FEW_X_BYTES / (height * (int64_t)sizeof(ck_bf16)) / CK_BLOCK8_ELEMENTS * CK_BLOCK8_ELEMENTS;
    for (o.from = 0; o.from < term->k; o.from = o.to) {
        o.to = term->k - o.from < piece ? term->k : o.from + piece;
        for (int64_t row = 0, rows; row < m; row += rows) {
            int64_t left = m - row;
            rows = left >= FEW_BLOCK8_HEIGHT ? FEW_BLOCK8_HEIGHT : left >= 8 ? 8 : left >= 4 ? 4 : left;
            few_tile_blocks8(&o, columns, (int)rows, row, parts, m);
        }
    }
}
#endif
