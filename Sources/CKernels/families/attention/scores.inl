// Between the products: blocks of scores [keys][TILE_COLUMNS lanes] become probabilities and their gradients.

// b where a is not larger, also where b is NaN.
CK_INLINE lanes_f32 larger(lanes_f32 a, lanes_f32 b) {
#if defined(CK_AVX512)
    return (lanes_f32)_mm512_max_ps((__m512)a, (__m512)b);
#elif defined(CK_AVX2)
    return (lanes_f32)_mm256_max_ps((__m256)a, (__m256)b);
#else
    lanes_i32 first = a > b;
    return (lanes_f32)((first & (lanes_i32)a) | (~first & (lanes_i32)b));
#endif
}

CK_INLINE lanes_f32 all_lanes(float x) { return (lanes_f32){0} + x; }

CK_INLINE lanes_f32 where(lanes_i32 mask, lanes_f32 x, lanes_f32 otherwise) {
    return (lanes_f32)((mask & (lanes_i32)x) | (~mask & (lanes_i32)otherwise));
}

// 2^x for x up to 127, within 1.5 ulp; 0 where the result would be subnormal. The fraction by a minimax polynomial that is
// 1 at 0, the whole part in the exponent, where the sum with the rounder leaves it in the last bits.
CK_INLINE lanes_f32 exp2_lanes(lanes_f32 x) {
    const lanes_f32 rounder = all_lanes(0x1.8p23f);
    x = larger(all_lanes(-127), x);
    lanes_f32 shifted = x + rounder, r = x - (shifted - rounder);
    lanes_f32 q = r * 1.32647273e-3f + 9.67151299e-3f;
    q = q * r + 5.55073358e-2f;
    q = q * r + 2.40222424e-1f;
    q = q * r + 6.93147004e-1f;
    q = q * r + 1.0f;
    return q * (lanes_f32)(((lanes_i32)shifted << 23) + 0x3f800000);
}

// What of a block's keys a panel of TILE_COLUMNS lanes sees: the first `clear` in every lane, none behind `rows`, and
// key i between them in lanes with visible > i.
typedef struct {
    int64_t rows, clear;
    lanes_i32 visible[2];
} panel_view;

// Running maximum and sum of the softmax of a panel's lanes, in powers of two.
typedef struct {
    lanes_f32 maximum[2], total[2];
} panel_softmax;

// Scales scores, hides what lanes must not see, and raises the maxima. Whether any rose; `factor` is then what earlier sums
// have to be multiplied by.
CK_INLINE bool raise_maximum(
    const panel_view *view, float scale, float *scores, panel_softmax *softmax, lanes_f32 factor[2]) {
    lanes_i32 rose = {0};
    for (int half = 0; half < 2; half++) {
        lanes_f32 most = softmax->maximum[half], before = most;
        float *column = scores + half * CK_LANES;
        int64_t key = 0;
        for (; key < view->clear; key++) {
            lanes_f32 s = *(lanes_f32 *)(column + key * TILE_COLUMNS) * scale;
            *(lanes_f32 *)(column + key * TILE_COLUMNS) = s;
            most = larger(most, s);
        }
        for (; key < view->rows; key++) {
            lanes_i32 seen = view->visible[half] > (int32_t)key;
            lanes_f32 s = *(lanes_f32 *)(column + key * TILE_COLUMNS) * scale;
            s = where(seen, s, all_lanes(-INFINITY));
            *(lanes_f32 *)(column + key * TILE_COLUMNS) = s;
            most = larger(most, s);
        }
        softmax->maximum[half] = most;
        rose |= before != most;
        factor[half] = exp2_lanes(before - most);
        softmax->total[half] *= factor[half];
    }
    int32_t any = 0;
    for (int i = 0; i < CK_LANES; i++) any |= rose[i];
    return any != 0;
}

#ifdef CK_AVX512BF16
// Two rows of 16 lanes as pairs (even, odd).
CK_INLINE __m512i pairs_of(lanes_f32 even, lanes_f32 odd) {
    const __m512i order = _mm512_set_epi32(
        0x1f000f, 0x1e000e, 0x1d000d, 0x1c000c, 0x1b000b, 0x1a000a, 0x190009, 0x180008, 0x170007, 0x160006, 0x150005,
        0x140004, 0x130003, 0x120002, 0x110001, 0x100000);
    return _mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh((__m512)odd, (__m512)even));
}
#endif

// Scaled scores become e^(score - maximum), in place, or for `pairs` the words [pairs of keys][TILE_COLUMNS] of what they
// round to in bf16; the sums take them unrounded.
CK_INLINE void exponentiate(
    const bool pairs, int64_t rows, float *scores, panel_softmax *softmax, uint32_t *words) {
    for (int half = 0; half < 2; half++) {
        const lanes_f32 maximum = softmax->maximum[half];
        lanes_f32 total = softmax->total[half];
        float *column = scores + half * CK_LANES;
        for (int64_t key = 0; key < rows; key += 2) {
            lanes_f32 *even = (lanes_f32 *)(column + key * TILE_COLUMNS);
            lanes_f32 *odd = (lanes_f32 *)(column + (key + 1) * TILE_COLUMNS);
            lanes_f32 p0 = exp2_lanes(*even - maximum), p1 = {0};
            if (key + 1 < rows) p1 = exp2_lanes(*odd - maximum);
            total += p0 + p1;
#ifdef CK_AVX512BF16
            if (pairs) {
                _mm512_store_si512(words + key / 2 * TILE_COLUMNS + half * CK_LANES, pairs_of(p0, p1));
                continue;
            }
#endif
            *even = p0;
            if (key + 1 < rows) *odd = p1;
        }
        softmax->total[half] = total;
    }
}

// Where a block's probabilities and score gradients go: rows of CK_BLOCK_LANES lanes, and for bf16 the score gradients
// once more as pairs of keys.
typedef struct {
    uint32_t *probabilities, *gradients, *gradient_pairs;
} block_rows;

// p = 2^(scale * score - maximum) * share, 0 where hidden, and p * (gradient - delta), for one panel.
CK_INLINE void differentiate(
    const bool pairs, const panel_view *view, float scale, const float *maximum, const float *share, const float *delta,
    float *scores, float *gradients, int64_t lds, block_rows out) {
    const lanes_f32 most[2] = {*(const lanes_f32 *)maximum, *(const lanes_f32 *)(maximum + CK_LANES)};
    const lanes_f32 part[2] = {*(const lanes_f32 *)share, *(const lanes_f32 *)(share + CK_LANES)};
    const lanes_f32 shift[2] = {*(const lanes_f32 *)delta, *(const lanes_f32 *)(delta + CK_LANES)};
    for (int64_t key = 0; key < view->rows; key += 2) {
        lanes_f32 p[2][2] = {0}, g[2][2] = {0};
        for (int odd = 0; odd < 2 && key + odd < view->rows; odd++) {
            for (int half = 0; half < 2; half++) {
                int64_t place = (key + odd) * lds + half * CK_LANES;
                // Rounded before the difference, as in the forward pass.
                lanes_f32 score = *(lanes_f32 *)(scores + place) * scale;
                lanes_f32 x = exp2_lanes(score - most[half]) * part[half];
                if (key + odd >= view->clear) {
                    x = where(view->visible[half] > (int32_t)(key + odd), x, (lanes_f32){0});
                }
                p[odd][half] = x;
                g[odd][half] = x * (*(lanes_f32 *)(gradients + place) - shift[half]);
                if (!pairs) {
                    *(lanes_f32 *)(scores + place) = x;
                    *(lanes_f32 *)(gradients + place) = g[odd][half];
                }
            }
        }
#ifdef CK_AVX512BF16
        if (pairs) {
            for (int odd = 0; odd < 2 && key + odd < view->rows; odd++) {
                int64_t place = (key + odd) * (CK_BLOCK_LANES / 2);
                _mm512_store_si512(
                    out.probabilities + place, (__m512i)_mm512_cvtne2ps_pbh((__m512)p[odd][1], (__m512)p[odd][0]));
                _mm512_store_si512(
                    out.gradients + place, (__m512i)_mm512_cvtne2ps_pbh((__m512)g[odd][1], (__m512)g[odd][0]));
            }
            for (int half = 0; half < 2; half++) {
                _mm512_store_si512(
                    out.gradient_pairs + key / 2 * TILE_COLUMNS + half * CK_LANES, pairs_of(g[0][half], g[1][half]));
            }
        }
#endif
    }
    (void)out;
}
