// Rows of matrices as the kernels for few rows read them.

enum {
    FEW_STEP = CK_FEW_ROWS_STEP,  // elements of rows, packed ones are filled up to: those of the smallest block of codes
    FEW_COLUMNS = 16,             // rows of W whose sums are made together
    FEW_PIECE = 256               // elements of a row of W that are widened at once
};

#if defined(CK_AVX512BF16)
typedef ck_bf16 few_narrow;
#else
typedef float few_narrow;  // bf16 operands as the f32 they stand for
#endif

static inline bool few_is_4bit(ck_type type) { return type == CK_NF4 || type == CK_FP4; }

// Whether the codes of every row begin a block, so that they can be looked up in registers.
static inline bool few_takes_codes(ck_type compute, const ck_gemm_term *term) {
#if defined(CK_AVX512)
#if !defined(CK_AVX512BF16)
    if (compute != CK_FLOAT32) return false;
#endif
    (void)compute;
    return few_is_4bit(term->b.type) && term->b.blocks.block_size % FEW_STEP == 0 && term->k % term->b.blocks.block_size == 0;
#else
    (void)compute, (void)term;
    return false;
#endif
}

static inline int64_t few_padded(int64_t k) { return (k + FEW_STEP - 1) / FEW_STEP * FEW_STEP; }
// From one packed row of x to the next: a line more than its elements, because rows a power of two apart would share the
// same few places of the cache.
static inline int64_t few_stride(int64_t k) { return few_padded(k) + 32; }

// Puts a row of x into the order in which codes are looked up, see few_rows/codes.inl.
#if defined(CK_AVX512)
static inline void few_order_f32(int64_t count, float *x) {
    for (; count > 0; count -= FEW_STEP, x += FEW_STEP) {
        float natural[FEW_STEP];
        memcpy(natural, x, sizeof natural);
        for (int v = 0; v < 4; v++) {
            for (int j = 0; j < 8; j++) {
                x[16 * v + j] = natural[8 * j + 2 * v + 1];
                x[16 * v + 8 + j] = natural[8 * j + 2 * v];
            }
        }
    }
}
#endif
#if defined(CK_AVX512BF16)
static inline void few_order_bf16(int64_t count, ck_bf16 *x) {
    const __m512i fourth = _mm512_set_epi16(60, 56, 52, 48, 44, 40, 36, 32, 28, 24, 20, 16, 12, 8, 4, 0,
                                            60, 56, 52, 48, 44, 40, 36, 32, 28, 24, 20, 16, 12, 8, 4, 0);
    // Of every four the second, then the first; the fourth, then the third.
    const __m512i front = _mm512_add_epi16(fourth, _mm512_inserti64x4(_mm512_setzero_si512(), _mm256_set1_epi16(1), 0));
    const __m512i back = _mm512_add_epi16(front, _mm512_set1_epi16(2));
    for (; count >= 2 * FEW_STEP; count -= 2 * FEW_STEP, x += 2 * FEW_STEP) {
        __m512i a = _mm512_loadu_si512(x), b = _mm512_loadu_si512(x + 32);
        __m512i c = _mm512_loadu_si512(x + 64), d = _mm512_loadu_si512(x + 96);
        __m512i front1 = _mm512_permutex2var_epi16(a, front, b), front2 = _mm512_permutex2var_epi16(c, front, d);
        __m512i back1 = _mm512_permutex2var_epi16(a, back, b), back2 = _mm512_permutex2var_epi16(c, back, d);
        _mm512_storeu_si512(x, _mm512_shuffle_i64x2(front1, front2, 0x44));
        _mm512_storeu_si512(x + 32, _mm512_shuffle_i64x2(front1, front2, 0xee));
        _mm512_storeu_si512(x + 64, _mm512_shuffle_i64x2(back1, back2, 0x44));
        _mm512_storeu_si512(x + 96, _mm512_shuffle_i64x2(back1, back2, 0xee));
    }
    if (count > 0) {
        __m512i a = _mm512_loadu_si512(x), b = _mm512_loadu_si512(x + 32);
        _mm512_storeu_si512(x, _mm512_permutex2var_epi16(a, front, b));
        _mm512_storeu_si512(x + 32, _mm512_permutex2var_epi16(a, back, b));
    }
}
#endif

// count elements of a row of a matrix from `column` on, as f32.
static inline void few_floats(const ck_matrix *matrix, int64_t row, int64_t column, int64_t count, float *out) {
    int64_t index = row * matrix->ld + column;
    switch (matrix->type) {
        case CK_FLOAT32: memcpy(out, (const float *)matrix->data + index, (size_t)count * 4); break;
        case CK_BFLOAT16: CK_NAME(ck_convert_bf16_f32)(count, (const ck_bf16 *)matrix->data + index, out); break;
        case CK_FLOAT16: CK_NAME(ck_convert_f16_f32)(count, (const ck_f16 *)matrix->data + index, out); break;
        case CK_Q8_0: CK_NAME(ck_dequantize8_f32)(matrix->data, index, count, out); break;
        default: CK_NAME(ck_dequantize4_f32)(matrix->type, &matrix->blocks, index, count, out);
    }
}

static inline void few_halves(const ck_matrix *matrix, int64_t row, int64_t column, int64_t count, ck_bf16 *out) {
    int64_t index = row * matrix->ld + column;
    if (matrix->type == CK_BFLOAT16) {
        memcpy(out, (const ck_bf16 *)matrix->data + index, (size_t)count * 2);
    } else if (few_is_4bit(matrix->type)) {
        CK_NAME(ck_dequantize4_bf16)(matrix->type, &matrix->blocks, index, count, out);
    } else if (matrix->type == CK_Q8_0) {
        CK_NAME(ck_dequantize8_bf16)(matrix->data, index, count, out);
    } else if (matrix->type == CK_FLOAT32) {
        CK_NAME(ck_convert_f32_bf16)(count, (const float *)matrix->data + index, out);
    } else {
        float wide[FEW_PIECE];
        for (int64_t i = 0; i < count; i += FEW_PIECE) {
            int64_t some = count - i < FEW_PIECE ? count - i : FEW_PIECE;
            few_floats(matrix, row, column + i, some, wide);
            CK_NAME(ck_convert_f32_bf16)(some, wide, out + i);
        }
    }
}

// The same as the operands of products of bf16.
static inline void few_narrows(const ck_matrix *matrix, int64_t row, int64_t column, int64_t count, few_narrow *out) {
#if defined(CK_AVX512BF16)
    few_halves(matrix, row, column, count, out);
#else
    ck_bf16 halves[FEW_PIECE];
    for (int64_t i = 0; i < count; i += FEW_PIECE) {
        int64_t some = count - i < FEW_PIECE ? count - i : FEW_PIECE;
        few_halves(matrix, row, column + i, some, halves);
        CK_NAME(ck_convert_bf16_f32)(some, halves, out + i);
    }
#endif
}

int64_t CK_NAME(ck_few_rows_bytes)(ck_type compute, int64_t k) {
    return few_stride(k) * (int64_t)(compute == CK_FLOAT32 ? sizeof(float) : sizeof(few_narrow));
}

// Rows of x, each filled up with zeros to whole steps and ordered as the kernel reads them.
void CK_NAME(ck_few_rows_pack)(ck_type compute, const ck_gemm_term *term, int64_t rows, void *out) {
    int64_t padded = few_padded(term->k), stride = few_stride(term->k);
    bool ordered = few_takes_codes(compute, term);
    (void)ordered;
    for (int64_t row = 0; row < rows; row++) {
        if (compute == CK_FLOAT32) {
            float *x = (float *)out + row * stride;
            few_floats(&term->a, row, 0, term->k, x);
            memset(x + term->k, 0, (size_t)(padded - term->k) * sizeof *x);
#if defined(CK_AVX512)
            if (ordered) few_order_f32(padded, x);
#endif
        } else {
            few_narrow *x = (few_narrow *)out + row * stride;
            few_narrows(&term->a, row, 0, term->k, x);
            memset(x + term->k, 0, (size_t)(padded - term->k) * sizeof *x);
#if defined(CK_AVX512BF16)
            if (ordered) few_order_bf16(padded, x);
#endif
        }
    }
}
