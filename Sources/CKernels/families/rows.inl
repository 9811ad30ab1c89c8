// Rows moved and turned: rotary position embedding, look-up in a table of rows and its gradient.

// Rotary position embedding (Su et al., arXiv 2104.09864) in Hugging Face's layout: element j of a head's first half
// turns with element j of its second half by the angle of row positions[i], j in the tables
// [position][head_dimension / 2]. in and out are [rows, heads, head_dimension]; inverse turns back, which is also the
// gradient. In place allowed.
CK_INLINE void rope(
    ck_type type, int64_t rows, int64_t heads, int64_t head_dimension, const float *cosines, const float *sines,
    const int32_t *positions, bool inverse, const void *in, void *out) {
    int64_t half = head_dimension / 2;
    float sign = inverse ? -1.0f : 1.0f;
    for (int64_t i = 0; i < rows; i++) {
        const float *cosine = cosines + positions[i] * half, *sine = sines + positions[i] * half;
        for (int64_t head = i * heads; head < (i + 1) * heads; head++) {
            const void *first = element(type, in, head * head_dimension), *second = element(type, first, half);
            void *out_first = element(type, out, head * head_dimension);
            void *out_second = element(type, out_first, half);
            CK_EACH_ELEMENT for (int64_t j = 0; j < half; j++) {
                float a = load(type, first, j), b = load(type, second, j), c = cosine[j], s = sign * sine[j];
                store(type, out_first, j, a * c - b * s);
                store(type, out_second, j, b * c + a * s);
            }
        }
    }
}

#define CK_ROPE(t)                                                                                                  \
    void CK_NAME(ck_rope_##t)(                                                                                      \
        int64_t rows, int64_t heads, int64_t head_dimension, const float *cosines, const float *sines,              \
        const int32_t *positions, bool inverse, const memory_##t *in, memory_##t *out) {                            \
        rope(element_##t, rows, heads, head_dimension, cosines, sines, positions, inverse, in, out);                \
    }
CK_ROPE(f32)
CK_ROPE(bf16)
#undef CK_ROPE

// out[i] = table[indices[i]] as f32; rows of `columns` elements.
void CK_NAME(ck_gather_rows_f32_f32)(
    int64_t rows, int64_t columns, const float *table, const int32_t *indices, float *out) {
    for (int64_t i = 0; i < rows; i++) {
        memcpy(out + i * columns, table + indices[i] * columns, (size_t)columns * sizeof *out);
    }
}

void CK_NAME(ck_gather_rows_bf16_f32)(
    int64_t rows, int64_t columns, const ck_bf16 *table, const int32_t *indices, float *out) {
    for (int64_t i = 0; i < rows; i++) {
        CK_NAME(ck_convert_bf16_f32)(columns, table + indices[i] * columns, out + i * columns);
    }
}

void CK_NAME(ck_gather_rows_f16_f32)(
    int64_t rows, int64_t columns, const ck_f16 *table, const int32_t *indices, float *out) {
    for (int64_t i = 0; i < rows; i++) {
        CK_NAME(ck_convert_f16_f32)(columns, table + indices[i] * columns, out + i * columns);
    }
}

// table[indices[i]] += source[i], row after row; an index may come again.
void CK_NAME(ck_scatter_add_rows_f32)(
    int64_t rows, int64_t columns, const float *source, const int32_t *indices, float *table) {
    for (int64_t i = 0; i < rows; i++) {
        CK_NAME(ck_add_f32_f32)(
            columns, table + indices[i] * columns, source + i * columns, table + indices[i] * columns);
    }
}
