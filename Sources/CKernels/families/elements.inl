// Operations element by element on f32 and bf16. bf16 is widened, computed in f32 and rounded to nearest even; the bf16
// instructions take a subnormal result for zero.
// Every result may be in place of an operand.

// One body serves f32 and bf16: the type is a constant wherever these are called.
#define CK_INLINE static inline __attribute__((always_inline))

CK_INLINE float load(ck_type type, const void *x, int64_t i) {
    return type == CK_BFLOAT16 ? widen_bf16(((const ck_bf16 *)x)[i]) : ((const float *)x)[i];
}

CK_INLINE void store(ck_type type, void *x, int64_t i, float value) {
    if (type == CK_BFLOAT16) {
#ifdef CK_AVX512BF16
        ((__bf16 *)x)[i] = (__bf16)value;
#else
        ((ck_bf16 *)x)[i] = round_bf16(value);
#endif
    } else {
        ((float *)x)[i] = value;
    }
}

CK_INLINE void *element(ck_type type, const void *x, int64_t i) {
    return (char *)x + i * (type == CK_BFLOAT16 ? 2 : 4);
}

enum { element_f32 = CK_FLOAT32, element_bf16 = CK_BFLOAT16 };
typedef float memory_f32;
typedef ck_bf16 memory_bf16;

// out = a + b
CK_INLINE void add(int64_t n, const float *a, ck_type type, const void *b, float *out) {
    CK_EACH_ELEMENT for (int64_t i = 0; i < n; i++) out[i] = a[i] + load(type, b, i);
}

void CK_NAME(ck_add_f32_f32)(int64_t n, const float *a, const float *b, float *out) { add(n, a, CK_FLOAT32, b, out); }

void CK_NAME(ck_add_f32_bf16)(int64_t n, const float *a, const ck_bf16 *b, float *out) {
    add(n, a, CK_BFLOAT16, b, out);
}

// y += scale * x
void CK_NAME(ck_axpy_f32)(int64_t n, float scale, const float *x, float *y) {
    CK_EACH_ELEMENT for (int64_t i = 0; i < n; i++) y[i] += scale * x[i];
}

// x *= scale
void CK_NAME(ck_scale_f32)(int64_t n, float scale, float *x) {
    for (int64_t i = 0; i < n; i++) x[i] *= scale;
}

// out = silu(gate) * up
CK_INLINE void swiglu(ck_type type, int64_t n, const void *gate, const void *up, void *out) {
    float powers[POWERS];
    for (int64_t first = 0; first < n; first += POWERS) {
        int64_t end = n - first < POWERS ? n : first + POWERS;
        CK_EACH_ELEMENT for (int64_t i = first; i < end; i++) powers[i - first] = exp_bounded_f32(-load(type, gate, i));
        CK_EACH_ELEMENT for (int64_t i = first; i < end; i++) {
            store(type, out, i, load(type, gate, i) / (1.0f + powers[i - first]) * load(type, up, i));
        }
    }
}

// dgate = dout * up * sigmoid(gate) * (1 + gate * (1 - sigmoid(gate))), dup = dout * silu(gate)
CK_INLINE void swiglu_backward(
    ck_type type, int64_t n, const void *gate, const void *up, const void *dout, void *dgate, void *dup) {
    float powers[POWERS];
    for (int64_t first = 0; first < n; first += POWERS) {
        int64_t end = n - first < POWERS ? n : first + POWERS;
        CK_EACH_ELEMENT for (int64_t i = first; i < end; i++) powers[i - first] = exp_bounded_f32(-load(type, gate, i));
        CK_EACH_ELEMENT for (int64_t i = first; i < end; i++) {
            float g = load(type, gate, i), u = load(type, up, i), d = load(type, dout, i);
            float s = 1.0f / (1.0f + powers[i - first]);
            store(type, dgate, i, d * u * (s * (1.0f + g * (1.0f - s))));
            store(type, dup, i, d * (g * s));
        }
    }
}

#define CK_SWIGLU(t)                                                                                                \
    void CK_NAME(ck_swiglu_##t)(int64_t n, const memory_##t *gate, const memory_##t *up, memory_##t *out) {         \
        swiglu(element_##t, n, gate, up, out);                                                                      \
    }                                                                                                               \
    void CK_NAME(ck_swiglu_backward_##t)(                                                                           \
        int64_t n, const memory_##t *gate, const memory_##t *up, const memory_##t *dout, memory_##t *dgate,         \
        memory_##t *dup) {                                                                                          \
        swiglu_backward(element_##t, n, gate, up, dout, dgate, dup);                                                \
    }
CK_SWIGLU(f32)
CK_SWIGLU(bf16)
#undef CK_SWIGLU

// The sum of the squares in double. Element i is added to lane i mod 16, so that every instruction set gives the same
// bits (the square of an f32 is exact in double).
double CK_NAME(ck_sum_squares_f32)(int64_t n, const float *x) {
    enum { LANES = 16 };
    typedef float floats __attribute__((vector_size(LANES * 4), aligned(4)));
    typedef double doubles __attribute__((vector_size(LANES * 8)));
    doubles sums = {0};
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        doubles values = __builtin_convertvector(*(const floats *)(x + i), doubles);
        sums += values * values;
    }
    double lanes[LANES];
    memcpy(lanes, &sums, sizeof lanes);
    for (int lane = 0; i < n; i++, lane++) lanes[lane] += (double)x[i] * x[i];
    for (int width = LANES / 2; width > 0; width /= 2) {
        for (int lane = 0; lane < width; lane++) lanes[lane] += lanes[lane + width];
    }
    return lanes[0];
}
