// RMSNorm and LayerNorm over rows [rows, columns]. Sums run in an order that depends on the number of columns and the
// instruction set alone, so that a row's result depends neither on the other rows nor on threads.

CK_INLINE float sum_of_products(ck_type a_type, const void *a, ck_type b_type, const void *b, int64_t columns) {
#pragma clang fp reassociate(on)
    float sum = 0;
    for (int64_t j = 0; j < columns; j++) sum += load(a_type, a, j) * load(b_type, b, j);
    return sum;
}

// output = weight * (input * inverse_rms), inverse_rms = 1 / sqrt(mean(input^2) + epsilon), in f32 (Zhang and Sennrich,
// arXiv 1910.07467). inverse_rms [rows] is kept for the backward pass. In place where the types agree.
CK_INLINE void rms_norm(
    ck_type x, ck_type y, int64_t rows, int64_t columns, const void *input, const float *weight, float epsilon,
    void *output, float *inverse_rms) {
    for (int64_t i = 0; i < rows; i++) {
        const void *in = element(x, input, i * columns);
        void *out = element(y, output, i * columns);
        float mean = sum_of_products(x, in, x, in, columns) / (float)columns;
        float inverse = 1.0f / __builtin_elementwise_sqrt(mean + epsilon);
        inverse_rms[i] = inverse;
        CK_EACH_ELEMENT for (int64_t j = 0; j < columns; j++) store(y, out, j, weight[j] * (load(x, in, j) * inverse));
    }
}

#define CK_RMS_NORM(x, y)                                                                                           \
    void CK_NAME(ck_rms_norm_##x##_##y)(                                                                            \
        int64_t rows, int64_t columns, const memory_##x *input, const float *weight, float epsilon,                 \
        memory_##y *output, float *inverse_rms) {                                                                   \
        rms_norm(element_##x, element_##y, rows, columns, input, weight, epsilon, output, inverse_rms);             \
    }
CK_RMS_NORM(f32, f32)
CK_RMS_NORM(f32, bf16)
CK_RMS_NORM(bf16, bf16)
#undef CK_RMS_NORM

// With n = input * inverse_rms: dweight += sum over rows of dy * n (dweight may be NULL), and
// dx = inverse_rms * (weight * dy - n * mean(weight * dy * n)), added to what dx holds where accumulate.
CK_INLINE void rms_norm_backward(
    ck_type g, int64_t rows, int64_t columns, const float *input, const float *weight, const float *inverse_rms,
    const void *dy, float *dx, bool accumulate, float *dweight) {
    for (int64_t i = 0; i < rows; i++) {
        const float *x = input + i * columns;
        const void *gradient = element(g, dy, i * columns);
        float *out = dx + i * columns, inverse = inverse_rms[i], sum = 0;
        {
#pragma clang fp reassociate(on)
            for (int64_t j = 0; j < columns; j++) sum += weight[j] * load(g, gradient, j) * x[j];
        }
        float shared = sum * inverse * inverse / (float)columns;
        if (dweight) {
            CK_EACH_ELEMENT for (int64_t j = 0; j < columns; j++) {
                dweight[j] += load(g, gradient, j) * (x[j] * inverse);
            }
        }
        if (accumulate) {
            CK_EACH_ELEMENT for (int64_t j = 0; j < columns; j++) {
                out[j] += inverse * (weight[j] * load(g, gradient, j) - x[j] * shared);
            }
        } else {
            CK_EACH_ELEMENT for (int64_t j = 0; j < columns; j++) {
                out[j] = inverse * (weight[j] * load(g, gradient, j) - x[j] * shared);
            }
        }
    }
}

#define CK_RMS_NORM_BACKWARD(g)                                                                                     \
    void CK_NAME(ck_rms_norm_backward_f32_##g)(                                                                     \
        int64_t rows, int64_t columns, const float *input, const float *weight, const float *inverse_rms,           \
        const memory_##g *dy, float *dx, bool accumulate, float *dweight) {                                         \
        rms_norm_backward(element_##g, rows, columns, input, weight, inverse_rms, dy, dx, accumulate, dweight);     \
    }
CK_RMS_NORM_BACKWARD(f32)
CK_RMS_NORM_BACKWARD(bf16)
#undef CK_RMS_NORM_BACKWARD

// output = weight * (input - mean) * inverse_deviation + bias, inverse_deviation = 1 / sqrt(variance + epsilon) with
// the biased variance (Ba, Kiros and Hinton, arXiv 1607.06450). mean and inverse_deviation [rows] are kept for the
// backward pass. In place allowed.
void CK_NAME(ck_layer_norm_f32)(
    int64_t rows, int64_t columns, const float *input, const float *weight, const float *bias, float epsilon,
    float *output, float *mean, float *inverse_deviation) {
    for (int64_t i = 0; i < rows; i++) {
        const float *in = input + i * columns;
        float *out = output + i * columns, sum = 0, squares = 0;
        {
#pragma clang fp reassociate(on)
            for (int64_t j = 0; j < columns; j++) sum += in[j];
        }
        float center = sum / (float)columns;
        {
#pragma clang fp reassociate(on)
            for (int64_t j = 0; j < columns; j++) squares += (in[j] - center) * (in[j] - center);
        }
        float inverse = 1.0f / __builtin_elementwise_sqrt(squares / (float)columns + epsilon);
        mean[i] = center;
        inverse_deviation[i] = inverse;
        CK_EACH_ELEMENT for (int64_t j = 0; j < columns; j++) {
            out[j] = weight[j] * ((in[j] - center) * inverse) + bias[j];
        }
    }
}

// With n = (input - mean) * inverse_deviation: dweight += sum over rows of dy * n, dbias += sum of dy (each may be
// NULL), dx = inverse_deviation * (weight * dy - mean(weight * dy) - n * mean(weight * dy * n)), added where
// accumulate.
void CK_NAME(ck_layer_norm_backward_f32)(
    int64_t rows, int64_t columns, const float *input, const float *weight, const float *mean,
    const float *inverse_deviation, const float *dy, float *dx, bool accumulate, float *dweight, float *dbias) {
    for (int64_t i = 0; i < rows; i++) {
        const float *x = input + i * columns, *gradient = dy + i * columns;
        float *out = dx + i * columns, center = mean[i], inverse = inverse_deviation[i], sum = 0, product = 0;
        {
#pragma clang fp reassociate(on)
            for (int64_t j = 0; j < columns; j++) {
                float scaled = weight[j] * gradient[j];
                sum += scaled;
                product += scaled * (x[j] - center);
            }
        }
        float shift = sum / (float)columns, slope = product * inverse * inverse / (float)columns;
        if (dweight) {
            CK_EACH_ELEMENT for (int64_t j = 0; j < columns; j++) {
                dweight[j] += gradient[j] * ((x[j] - center) * inverse);
            }
        }
        if (dbias) {
            CK_EACH_ELEMENT for (int64_t j = 0; j < columns; j++) dbias[j] += gradient[j];
        }
        CK_EACH_ELEMENT for (int64_t j = 0; j < columns; j++) {
            float change = inverse * (weight[j] * gradient[j] - shift - (x[j] - center) * slope);
            out[j] = accumulate ? out[j] + change : change;
        }
    }
}
