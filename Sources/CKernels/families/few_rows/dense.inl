// Tiles of rows of W that are stored as products take them.

// Adds `columns` rows of W, from `first` on, times `rows` rows of x to the parts of their sums.
static inline __attribute__((always_inline)) void few_dot_f32(
    const int columns, const int rows, few_operands *o, int first) {
    few_rows w = few_rows_from(o->w, o->ldw, first * o->ldw + 4 * o->from), x = few_rows_from(o->x, o->ldx, 4 * o->from);
    few_rows fetched = few_fetch_from(o, first, &w);
    int64_t bytes_of_step = o->fetch.next ? o->fetch.bytes_of_step : 4 * CK_LANES;
    FEW_LOAD_SUMS(columns, rows)
    for (int64_t left = o->to - o->from; left > 0; left -= CK_LANES) {
        vector_f32 y[FEW_COLUMNS];
        FEW_UNROLLED for (int i = 0; i < columns; i++) {
            y[i] = *(const vector_f32 *)few_row(&w, i);
            __builtin_prefetch(few_row(&fetched, i));
        }
        FEW_UNROLLED for (int r = 0; r < rows; r++) {
            vector_f32 z = *(const vector_f32 *)few_row(&x, r);
            FEW_UNROLLED for (int i = 0; i < columns; i++) sum[i * rows + r] += y[i] * z;
        }
        few_advance(&w, 4 * CK_LANES);
        few_advance(&x, 4 * CK_LANES);
        few_advance(&fetched, bytes_of_step);
    }
    if (o->fetch.next) o->fetch.next = fetched.row[0];
    FEW_STORE_SUMS(columns, rows)
}

#if defined(CK_AVX512BF16)
static inline __attribute__((always_inline)) vector_f32 few_dot_pairs(vector_f32 sum, __m512bh w, __m512bh x) {
    return (vector_f32)_mm512_dpbf16_ps((__m512)sum, w, x);
}

static inline __attribute__((always_inline)) void few_dot_bf16(
    const int columns, const int rows, few_operands *o, int first) {
    few_rows w = few_rows_from(o->w, o->ldw, first * o->ldw + 2 * o->from), x = few_rows_from(o->x, o->ldx, 2 * o->from);
    few_rows fetched = few_fetch_from(o, first, &w);
    int64_t bytes_of_step = o->fetch.next ? o->fetch.bytes_of_step : 64;
    FEW_LOAD_SUMS(columns, rows)
    for (int64_t left = o->to - o->from; left > 0; left -= 32) {
        __m512bh y[FEW_COLUMNS];
        FEW_UNROLLED for (int i = 0; i < columns; i++) {
            y[i] = (__m512bh)_mm512_loadu_si512(few_row(&w, i));
            __builtin_prefetch(few_row(&fetched, i));
        }
        FEW_UNROLLED for (int r = 0; r < rows; r++) {
            __m512bh z = (__m512bh)_mm512_loadu_si512(few_row(&x, r));
            FEW_UNROLLED for (int i = 0; i < columns; i++) sum[i * rows + r] = few_dot_pairs(sum[i * rows + r], y[i], z);
        }
        few_advance(&w, 64);
        few_advance(&x, 64);
        few_advance(&fetched, bytes_of_step);
    }
    if (o->fetch.next) o->fetch.next = fetched.row[0];
    FEW_STORE_SUMS(columns, rows)
}
#endif

FEW_TILE(few_tile_f32, few_dot_f32, FEW_DENSE_COLUMNS)
#if defined(CK_AVX512BF16)
FEW_TILE(few_tile_bf16, few_dot_bf16, FEW_DENSE_COLUMNS)
#endif
