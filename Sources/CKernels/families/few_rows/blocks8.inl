// Products with a weight in blocks of 8 bits, whose values are scaled and rounded on their way into the product: the bits
// that the same weight in bf16 gives.
#if defined(CK_AVX512BF16)

static inline __attribute__((always_inline)) void few_dot_blocks8(
    const int columns, const int rows, few_operands *o, int first) {
    int64_t place = o->from / CK_BLOCK8_ELEMENTS * CK_BLOCK8_BYTES;
    few_rows w = few_rows_from(o->w, o->ldw, first * o->ldw + place), x = few_rows_from(o->x, o->ldx, 2 * o->from);
    few_rows fetched = few_fetch_from(o, first, &w);
    int64_t bytes_of_step = o->fetch.next ? o->fetch.bytes_of_step : CK_BLOCK8_BYTES;
    FEW_LOAD_SUMS(columns, rows)
    for (int64_t left = o->to - o->from; left > 0; left -= CK_BLOCK8_ELEMENTS) {
        __m512bh y[FEW_COLUMNS];
        FEW_UNROLLED for (int i = 0; i < columns; i++) {
            const uint8_t *block = few_row(&w, i);
            __builtin_prefetch(few_row(&fetched, i));
            __m512 scale = block8_scales(block);
            y[i] = _mm512_cvtne2ps_pbh(block8_values(block, 16, scale), block8_values(block, 0, scale));
        }
        FEW_UNROLLED for (int r = 0; r < rows; r++) {
            __m512bh z = (__m512bh)_mm512_loadu_si512(few_row(&x, r));
            FEW_UNROLLED for (int i = 0; i < columns; i++) sum[i * rows + r] = few_dot_pairs(sum[i * rows + r], y[i], z);
        }
        few_advance(&w, CK_BLOCK8_BYTES);
        few_advance(&x, 2 * CK_BLOCK8_ELEMENTS);
        few_advance(&fetched, bytes_of_step);
    }
    if (o->fetch.next) o->fetch.next = fetched.row[0];
    FEW_STORE_SUMS(columns, rows)
}

FEW_TILE(few_tile_blocks8, few_dot_blocks8, FEW_DENSE_COLUMNS)
#endif
