// What tiles of sums share: they stay in registers while rows of W and of x run along k.

enum {
    FEW_HEIGHT = 6,      // rows of x in a tile, at most
    FEW_SUMS = 24        // sums of a tile, at most
};

// What is fetched from memory meanwhile. Where one tile takes all rows of x, the rows of W that are wanted a while later, at
// the same place along k. Where there are more tiles, memory would rest while all but the first read caches: bytes in order,
// so many a step that those of the next FEW_COLUMNS rows are there in time.
typedef struct {
    int64_t rows, end, jump;  // so many rows ahead, and `jump` more from row `end` on, which another thread multiplies
    const char *next;         // or NULL, and what is fetched next
    int64_t bytes_of_step;
} few_fetch;

// What rows of W are multiplied as.
typedef struct {
    int64_t from, to;        // elements along k
    const void *w;           // the first row of W, element 0, dense or as codes
    int64_t ldw;             // bytes from row to row
    few_fetch fetch;
    const float *table;      // of the codes
    const float *scales;     // one for every step along k
    int64_t lds;             // from row to row
    const void *x;
    int64_t ldx;             // bytes from row to row
    vector_f32 *parts;       // of the sums, [FEW_COLUMNS][ldp]
    int64_t ldp;
    float *sums;             // [rows of x][FEW_COLUMNS]
    bool first, last;        // nothing has been added to the parts yet; nothing else will be
} few_operands;

// Up to eight rows that are walked together. Addresses are made of two pointers and two distances, which the processor
// adds as it loads; with a pointer for each row there are more than it has registers.
typedef struct {
    const char *row[2];
    int64_t ld, ld3;
} few_rows;

static inline __attribute__((always_inline)) few_rows few_rows_from(const void *data, int64_t ld, int64_t offset) {
    const char *row = (const char *)data + offset;
    return (few_rows){{row, row + 4 * ld}, ld, 3 * ld};
}

static inline __attribute__((always_inline)) const void *few_row(const few_rows *rows, const int i) {
    const char *base = rows->row[i / 4];
    return i % 4 == 3 ? base + rows->ld3 : base + i % 4 * rows->ld;
}

static inline __attribute__((always_inline)) void few_advance(few_rows *rows, int64_t bytes) {
    rows->row[0] += bytes;
    rows->row[1] += bytes;
    // Keeps the compiler from making a pointer for each row after all.
    __asm__("" : "+r"(rows->row[0]), "+r"(rows->row[1]), "+r"(rows->ld), "+r"(rows->ld3));
}

// Where a tile that begins at row `first` of W fetches: addresses beside those of its rows.
static inline __attribute__((always_inline)) few_rows few_fetch_from(const few_operands *o, int first, const few_rows *w) {
    if (o->fetch.next) return few_rows_from(o->fetch.next, 32, 0);
    int64_t rows = o->fetch.rows + (first + o->fetch.rows < o->fetch.end ? 0 : o->fetch.jump);
    return few_rows_from(w->row[0], o->ldw, rows * o->ldw);
}

#define FEW_UNROLLED _Pragma("clang loop unroll(full)")

// The sums of four times CK_LANES parts: halves are added to halves, down to one.
static inline __attribute__((always_inline)) void few_sums(const vector_f32 parts[4], float sums[4]) {
#if defined(CK_AVX512)
    __m512 a = (__m512)parts[0], b = (__m512)parts[1], c = (__m512)parts[2], d = (__m512)parts[3];
    __m512 ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
    __m512 cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
    __m512 all = _mm512_add_ps(_mm512_shuffle_ps(ab, cd, 0x44), _mm512_shuffle_ps(ab, cd, 0xee));
    __m256 halves = _mm256_add_ps(_mm512_castps512_ps256(all), _mm512_extractf32x8_ps(all, 1));
    _mm_storeu_ps(sums, _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps(halves, 1)));
#else
    for (int i = 0; i < 4; i++) {
        float sum[CK_LANES];
        memcpy(sum, parts + i, sizeof sum);
        for (int half = CK_LANES / 2; half > 0; half /= 2) {
            for (int lane = 0; lane < half; lane++) sum[lane] += sum[lane + half];
        }
        sums[i] = sum[0];
    }
#endif
}

// Where the sums of a tile begin, and where they go.
#define FEW_LOAD_SUMS(columns, rows)                          \
    vector_f32 sum[FEW_SUMS];                                 \
    FEW_UNROLLED for (int i = 0; i < (columns) * (rows); i++) \
        sum[i] = o->first ? (vector_f32){0} : o->parts[(first + i / (rows)) * o->ldp + i % (rows)];
#define FEW_STORE_SUMS(columns, rows) few_store_sums(columns, rows, o, first, sum);

static inline __attribute__((always_inline)) void few_store_sums(
    const int columns, const int rows, const few_operands *o, int first, const vector_f32 *sum) {
    if (!o->last) {
        FEW_UNROLLED for (int i = 0; i < columns * rows; i++) o->parts[(first + i / rows) * o->ldp + i % rows] = sum[i];
        return;
    }
    FEW_UNROLLED for (int r = 0; r < rows; r++) {
        FEW_UNROLLED for (int i = 0; i < columns; i += 4) {
            vector_f32 four[4];
            float sums[4];
            FEW_UNROLLED for (int j = 0; j < 4; j++) four[j] = sum[(i + j < columns ? i + j : i) * rows + r];
            few_sums(four, sums);
            memcpy(o->sums + r * FEW_COLUMNS + first + i, sums, (columns < 4 ? (size_t)columns : 4) * sizeof *sums);
        }
    }
}

// The columns of a tile whose sums, with what they are made from, fit the registers.
#if defined(CK_AVX512)
#define FEW_DENSE_COLUMNS(rows) ((rows) <= 2 ? 8 : 4)
#else
#define FEW_DENSE_COLUMNS(rows) ((rows) == 1 ? 4 : 2)
#endif

// Multiplies a tile of the rows of W from `first` on, or one row where `columns` are too few for it; how many it was.
typedef int few_tile(few_operands *operands, int first, int columns, int rows);

// One compiled body for every number of rows of x.
#define FEW_CASE(dot, width, height)          \
    case height:                              \
        if (columns < (width)) break;         \
        dot(width, height, o, first);         \
        return width;
#define FEW_SINGLE(dot, height) \
    case height: dot(1, height, o, first); return 1;
#define FEW_TILE(name, dot, width)                                                                               \
    static int name(few_operands *o, int first, int columns, int rows) {                                         \
        switch (rows) {                                                                                          \
            FEW_CASE(dot, width(1), 1) FEW_CASE(dot, width(2), 2) FEW_CASE(dot, width(3), 3)                     \
            FEW_CASE(dot, width(4), 4) FEW_CASE(dot, width(5), 5) FEW_CASE(dot, width(6), FEW_HEIGHT)            \
        }                                                                                                        \
        switch (rows) {                                                                                          \
            FEW_SINGLE(dot, 1) FEW_SINGLE(dot, 2) FEW_SINGLE(dot, 3)                                             \
            FEW_SINGLE(dot, 4) FEW_SINGLE(dot, 5) FEW_SINGLE(dot, FEW_HEIGHT)                                    \
        }                                                                                                        \
        __builtin_trap();                                                                                        \
    }
