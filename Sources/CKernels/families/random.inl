// Counter-based random numbers: number i of a stream is a function of key, stream and i alone, so that it depends
// neither on threads nor on what was drawn before, and can be drawn again.

enum { PHILOX_BATCH = 32 };

// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). out[4b ..< 4b + 4] is the
// value of the 128-bit counter (stream, first_block + b), low word first, under the key.
CK_INLINE void philox(uint64_t key, uint64_t stream, uint64_t first_block, int64_t blocks, uint32_t *out) {
    for (int64_t b = 0; b < blocks; b++) {
        uint64_t block = first_block + (uint64_t)b;
        uint32_t c0 = (uint32_t)block, c1 = (uint32_t)(block >> 32), c2 = (uint32_t)stream;
        uint32_t c3 = (uint32_t)(stream >> 32), k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
#pragma clang loop unroll(full)
        for (int round = 0; round < 10; round++) {
            uint64_t product0 = (uint64_t)c0 * 0xd2511f53, product1 = (uint64_t)c2 * 0xcd9e8d57;
            c0 = (uint32_t)(product1 >> 32) ^ c1 ^ k0;
            c1 = (uint32_t)product1;
            c2 = (uint32_t)(product0 >> 32) ^ c3 ^ k1;
            c3 = (uint32_t)product0;
            k0 += 0x9e3779b9;
            k1 += 0xbb67ae85;
        }
        out[4 * b] = c0;
        out[4 * b + 1] = c1;
        out[4 * b + 2] = c2;
        out[4 * b + 3] = c3;
    }
}

// The 4 * blocks words of the counters (stream, first_block) ..< (stream, first_block + blocks).
void CK_NAME(ck_philox_u32)(uint64_t key, uint64_t stream, uint64_t first_block, int64_t blocks, uint32_t *out) {
    philox(key, stream, first_block, blocks, out);
}

// The words index ..< index + count of a stream, at most `count` and never more than a batch; returns how many.
static inline int64_t philox_batch(
    uint64_t key, uint64_t stream, uint64_t index, int64_t count, uint32_t batch[4 * PHILOX_BATCH],
    const uint32_t **words) {
    int64_t skip = (int64_t)(index % 4), room = 4 * PHILOX_BATCH - skip;
    philox(key, stream, index / 4, PHILOX_BATCH, batch);
    *words = batch + skip;
    return count < room ? count : room;
}

// The upper 24 bits as a number in [0, 1).
static inline float uniform_of(uint32_t word) { return (float)(int32_t)(word >> 8) * 0x1p-24f; }

// out[j] = number start + j of the stream, uniform in [0, 1) in steps of 2^-24.
void CK_NAME(ck_philox_uniform_f32)(uint64_t key, uint64_t stream, uint64_t start, int64_t n, float *out) {
    uint32_t batch[4 * PHILOX_BATCH];
    const uint32_t *words;
    for (int64_t i = 0; i < n;) {
        int64_t count = philox_batch(key, stream, start + (uint64_t)i, n - i, batch, &words);
        for (int64_t j = 0; j < count; j++) out[i + j] = uniform_of(words[j]);
        i += count;
    }
}

// Element j is kept, times 1 / (1 - probability), where number start + j of the stream is at least `probability`, and 0
// elsewhere. The same call on the output's gradient gives the input's. In place allowed.
CK_INLINE void dropout(
    ck_type type, uint64_t key, uint64_t stream, uint64_t start, int64_t n, float probability, const void *in,
    void *out) {
    float scale = 1.0f / (1.0f - probability);
    uint32_t batch[4 * PHILOX_BATCH];
    const uint32_t *words;
    for (int64_t i = 0; i < n;) {
        int64_t count = philox_batch(key, stream, start + (uint64_t)i, n - i, batch, &words);
        const void *from = element(type, in, i);
        void *to = element(type, out, i);
        CK_EACH_ELEMENT for (int64_t j = 0; j < count; j++) {
            store(type, to, j, uniform_of(words[j]) >= probability ? load(type, from, j) * scale : 0.0f);
        }
        i += count;
    }
}

void CK_NAME(ck_dropout_f32)(
    uint64_t key, uint64_t stream, uint64_t start, int64_t n, float probability, const float *in, float *out) {
    dropout(CK_FLOAT32, key, stream, start, n, probability, in, out);
}

void CK_NAME(ck_dropout_bf16)(
    uint64_t key, uint64_t stream, uint64_t start, int64_t n, float probability, const ck_bf16 *in, ck_bf16 *out) {
    dropout(CK_BFLOAT16, key, stream, start, n, probability, in, out);
}
