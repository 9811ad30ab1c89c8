// Elementary functions without branches or look-ups, so that loops over them become vector code. Polynomials are
// minimax fits of the relative error, evaluated by Horner's rule. Arrays may be worked on in place.

// Loops over elements that may be in place: element i of the result depends on elements i of the operands alone. The
// width is said because the compiler's own guess for bf16 results is a quarter of a register.
#define CK_PRAGMA(text) _Pragma(#text)
#define CK_VECTORS_OF(lanes) CK_PRAGMA(clang loop vectorize(assume_safety) vectorize_width(lanes))
#define CK_EACH_ELEMENT CK_VECTORS_OF(CK_LANES)

// e^x within 1.5 ulp, subnormal results included; 0 below the smallest, infinity above the largest, NaN for NaN.
static inline float exp_f32(float x) {
    // Beyond these the result is 0 or infinite anyway; within them the exponents below cannot wrap.
    x = x < -105.0f ? -105.0f : x;
    x = x > 90.0f ? 90.0f : x;
    // x = n ln 2 + r: adding 1.5 * 2^23 leaves n, rounded, in the last bits. ln 2 is split in two parts of which the
    // first has few enough bits for n times it to be exact (Cody and Waite).
    const float rounder = 0x1.8p23f;
    float shifted = x * 1.44269504f + rounder, n = shifted - rounder;
    float r = x - n * 0.693359375f;
    r = r - n * -2.12194440e-4f;
    float q = 1.38146083e-3f;
    q = q * r + 8.36871031e-3f;
    q = q * r + 4.16683875e-2f;
    q = q * r + 1.66665207e-1f;
    q = q * r + 4.99999935e-1f;
    float power = r * r * q + r + 1.0f;
    // 2^n in two factors, each a normal number even where the result is subnormal or infinite.
    int32_t exponent = (int32_t)(bits_of(shifted) - bits_of(rounder)), half = exponent >> 1;
    float first = float_of((uint32_t)(half + 127) << 23), second = float_of((uint32_t)(exponent - half + 127) << 23);
    return power * first * second;
}

// e^x within 4 ulp from -87.6 to 88.3, 0 below and infinity above, NaN for NaN: half the work of exp_f32, for sums and
// sigmoids, where powers beyond count for nothing.
static inline float exp_bounded_f32(float x) {
    // At these ends the factor below is 0 and infinite.
    x = x < -88.1f ? -88.1f : x;
    x = x > 88.9f ? 88.9f : x;
    const float rounder = 0x1.8p23f;
    float shifted = x * 1.44269504f + rounder, n = shifted - rounder;
    float factor = float_of((bits_of(shifted) + 127) << 23);
    // n ln 2 is exact up to its last addition; ln 2 itself errs by 2e-9, which n makes 2.4e-7 at the ends.
    float r = x - n * 0.693147182f, square = r * r;
    float low = 1.66671157e-1f * r + 4.99992311e-1f, high = 8.31250194e-3f * r + 4.18903306e-2f;
    return ((high * square + low) * square + (r + 1.0f)) * factor;
}

// Elements whose powers are kept before they are used. The chain of operations from an element to its result is so long
// that a processor holds few of them at once; cut in two, each half runs more than twice as fast.
enum { POWERS = 512 };

// ln x within 2 ulp; -infinity for 0, NaN below 0 and for NaN, infinity for infinity.
static inline float log_f32(float x) {
    bool subnormal = x < FLT_MIN;
    float scaled = subnormal ? x * 0x1p23f : x;
    // x = 2^n (1 + f) with 1 + f from sqrt(1/2) to sqrt(2)
    int32_t exponent = (int32_t)(bits_of(scaled) - bits_of(0.707106781f)) >> 23;
    float f = float_of(bits_of(scaled) - ((uint32_t)exponent << 23)) - 1.0f;
    float n = (float)(subnormal ? exponent - 23 : exponent);
    float q = -7.63434429e-2f;
    q = q * f + 1.27615160e-1f;
    q = q * f + -1.31602113e-1f;
    q = q * f + 1.42017682e-1f;
    q = q * f + -1.66233554e-1f;
    q = q * f + 2.00012264e-1f;
    q = q * f + -2.50008211e-1f;
    q = q * f + 3.33333317e-1f;
    float square = f * f, small = square * f * q + n * -2.12194440e-4f;
    float result = small - 0.5f * square + f + n * 0.693359375f;
    result = x < INFINITY ? result : x;
    result = x == 0 ? -INFINITY : result;
    return x < 0 ? NAN : result;
}

// 1 / (1 + e^-x)
static inline float sigmoid_f32(float x) { return 1.0f / (1.0f + exp_bounded_f32(-x)); }

// tanh x within 3 ulp: a polynomial around 0, 1 - 2 / (e^2x + 1) elsewhere.
static inline float tanh_f32(float x) {
    float magnitude = fabsf(x), square = x * x;
    float q = -5.89514038e-3f;
    q = q * square + 2.07959556e-2f;
    q = q * square + -5.37838252e-2f;
    q = q * square + 1.33319241e-1f;
    q = q * square + -3.33332980e-1f;
    float near = magnitude * square * q + magnitude;
    float far = 1.0f - 2.0f / (exp_f32(2.0f * magnitude) + 1.0f);
    return copysignf(magnitude < 0.6f ? near : far, x);
}

#define CK_UNARY(name, function)                                                    \
    void CK_NAME(name)(int64_t n, const float *in, float *out) {                    \
        CK_EACH_ELEMENT for (int64_t i = 0; i < n; i++) out[i] = function(in[i]);   \
    }

static inline float silu_f32(float x) { return x * sigmoid_f32(x); }

// x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
static inline float gelu_tanh_f32(float x) {
    return 0.5f * x * (1.0f + tanh_f32(0.797884561f * (x + 0.044715f * x * x * x)));
}

CK_UNARY(ck_exp_f32, exp_f32)
CK_UNARY(ck_log_f32, log_f32)
CK_UNARY(ck_sigmoid_f32, sigmoid_f32)
CK_UNARY(ck_tanh_f32, tanh_f32)
CK_UNARY(ck_silu_f32, silu_f32)
CK_UNARY(ck_gelu_tanh_f32, gelu_tanh_f32)
#undef CK_UNARY

// x/2 (1 + erf(x / sqrt(2))), by the C library's erf.
void CK_NAME(ck_gelu_f32)(int64_t n, const float *in, float *out) {
    for (int64_t i = 0; i < n; i++) out[i] = 0.5f * in[i] * (1.0f + erff(in[i] * 0.707106781f));
}
