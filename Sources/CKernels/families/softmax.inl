// Softmax, log-sum-exp and cross-entropy over rows [rows, columns] of f32.

// The largest element; NaN is passed over (the exponentials that follow bring it back).
static inline float row_maximum(int64_t columns, const float *row) {
    typedef float floats __attribute__((ext_vector_type(CK_LANES * 4), aligned(4)));
    float maximum = -INFINITY;
    int64_t j = 0;
    if (columns >= 4 * CK_LANES) {
        floats maxima = (floats){0} - INFINITY;
        for (; j + 4 * CK_LANES <= columns; j += 4 * CK_LANES) {
            floats values = *(const floats *)(row + j);
            maxima = values > maxima ? values : maxima;
        }
        maximum = __builtin_reduce_max(maxima);
    }
    for (; j < columns; j++) maximum = fmaxf(maximum, row[j]);
    return maximum;
}

// maximum + ln(sum of e^(x - maximum)), where maximum is subtracted so that nothing overflows.
static inline float row_log_sum_exp(int64_t columns, const float *row) {
    float maximum = row_maximum(columns, row), sum = 0;
    // A row of -infinity only, or with an infinity, has no finite difference to it.
    float center = fabsf(maximum) < INFINITY ? maximum : 0.0f;
    {
#pragma clang fp reassociate(on)
        for (int64_t j = 0; j < columns; j++) sum += exp_bounded_f32(row[j] - center);
    }
    return center + log_f32(sum);
}

// out = e^(in - max) / sum of e^(in - max) in each row; in place allowed.
void CK_NAME(ck_softmax_f32)(int64_t rows, int64_t columns, const float *in, float *out) {
    for (int64_t i = 0; i < rows; i++, in += columns, out += columns) {
        float maximum = row_maximum(columns, in), sum = 0;
        CK_EACH_ELEMENT for (int64_t j = 0; j < columns; j++) out[j] = exp_bounded_f32(in[j] - maximum);
        {
#pragma clang fp reassociate(on)
            for (int64_t j = 0; j < columns; j++) sum += out[j];
        }
        float inverse = 1.0f / sum;
        for (int64_t j = 0; j < columns; j++) out[j] *= inverse;
    }
}

// out[i] = ln(sum of e^in over row i).
void CK_NAME(ck_log_sum_exp_f32)(int64_t rows, int64_t columns, const float *in, float *out) {
    for (int64_t i = 0; i < rows; i++) out[i] = row_log_sum_exp(columns, in + i * columns);
}

// losses[i] = log_sum_exp[i] - logits[i][targets[i]], in nats; log_sum_exp [rows] is kept for the gradient.
void CK_NAME(ck_cross_entropy_f32)(
    int64_t rows, int64_t columns, const float *logits, const int32_t *targets, float *losses, float *log_sum_exp) {
    for (int64_t i = 0; i < rows; i++) {
        const float *row = logits + i * columns;
        log_sum_exp[i] = row_log_sum_exp(columns, row);
        losses[i] = log_sum_exp[i] - row[targets[i]];
    }
}

// out[i][j] = scale[i] * (softmax(logits[i])[j] - (j == targets[i])); may be in place.
void CK_NAME(ck_cross_entropy_gradient_f32)(
    int64_t rows, int64_t columns, const float *logits, const int32_t *targets, const float *log_sum_exp,
    const float *scale, float *out) {
    for (int64_t i = 0; i < rows; i++) {
        const float *row = logits + i * columns;
        float *gradient = out + i * columns;
        float shift = log_sum_exp[i], factor = scale[i], target = exp_bounded_f32(row[targets[i]] - shift);
        CK_EACH_ELEMENT for (int64_t j = 0; j < columns; j++) gradient[j] = factor * exp_bounded_f32(row[j] - shift);
        gradient[targets[i]] = factor * (target - 1.0f);
    }
}
