// Attention of one key head over one segment: all query heads of its group.
//
// Queries lie along the lanes. A block of scores is kept transposed, [keys][TILE_COLUMNS queries]: that is what the tile
// kernel writes, the maximum and the sum over keys need no horizontal step, and it is at once the panel for the product
// with the values. Scores never leave the first-level cache.
//   columns form  of rows [n][d]: for every tile of rows [d][rows of the tile], as a tile kernel wants it to contract d
//   rows form     of rows [n][d]: for every tile of d [n][d of the tile], to contract n

enum { KEYS = 96 };  // in one block: a multiple of every tile width

typedef struct {
    const ck_attention *attention;
    const ck_segment *segment;
    int64_t group, head_dimension, first_head, kv_head;
    int64_t key_count;        // that the last query sees
    const int64_t *key_rows;  // where they lie, in the order of their positions
} attention_task;

static int64_t even_height(int64_t rows) {
    int64_t tiles = (rows + CK_TILE_ROWS - 1) / CK_TILE_ROWS;
    return (rows + tiles - 1) / tiles;
}

static const float *read_row(const ck_attention *a, const void *base, int64_t index, float *buffer) {
    if (a->type == CK_FLOAT32) return (const float *)base + index;
    CK_NAME(ck_convert_bf16_f32)(a->head_dimension, (const ck_bf16 *)base + index, buffer);
    return buffer;
}

static void write_row(const ck_attention *a, void *base, int64_t index, const float *row) {
    if (a->type == CK_FLOAT32) memcpy((float *)base + index, row, (size_t)a->head_dimension * 4);
    else CK_NAME(ck_convert_f32_bf16)(a->head_dimension, row, (ck_bf16 *)base + index);
}

static int64_t key_index(const attention_task *t, int64_t key) {
    return (t->key_rows[key] * t->attention->kv_heads + t->kv_head) * t->head_dimension;
}

static int64_t query_index(const attention_task *t, int64_t lane) {
    int64_t row = t->segment->query_start + lane % t->segment->query_count;
    return row * t->attention->heads + t->first_head + lane / t->segment->query_count;
}

// The last key a lane sees; lanes behind the last query see the first key only.
static int64_t last_key(const attention_task *t, int64_t lane) {
    const ck_segment *s = t->segment;
    if (lane >= s->query_count * t->group) return 0;
    return t->key_count - s->query_count + lane % s->query_count;
}

// Rows of a block of keys in columns form, in rows form, or both.
static void pack_keys(const attention_task *t, const void *base, int64_t first, int64_t count, float *columns, float *rows) {
    float buffer[t->head_dimension];
    int64_t d = t->head_dimension, height = even_height(count), slice = even_height(d);
    for (int64_t key = 0; key < count; key++) {
        const float *row = read_row(t->attention, base, key_index(t, first + key), buffer);
        if (columns) {
            int64_t tile = key / height, rows_here = count - tile * height < height ? count - tile * height : height;
            float *out = columns + tile * height * d + key % height;
            for (int64_t i = 0; i < d; i++) out[i * rows_here] = row[i];
        }
        if (rows) {
            for (int64_t i = 0; i < d; i += slice) {
                int64_t here = d - i < slice ? d - i : slice;
                memcpy(rows + i * count + key * here, row + i, (size_t)here * 4);
            }
        }
    }
}

// c [m][TILE_COLUMNS] (+)= packed a times a panel of k rows.
static void block_product(int64_t m, int64_t k, const float *a, const float *panel, float *c, bool accumulate) {
    int64_t height = even_height(m);
    for (int64_t row = 0; row < m; row += height) {
        int64_t here = m - row < height ? m - row : height;
        CK_NAME(ck_gemm_tile_f32)(
            (int)here, k, a + row * k, panel, c + row * TILE_COLUMNS, TILE_COLUMNS, accumulate, a + row * k);
    }
}

// TILE_COLUMNS lanes of queries (or of output gradients), scaled, as a panel [d][lanes]; where rows is given also in rows form.
static void pack_lanes(const attention_task *t, const void *base, int64_t lane, float scale, float *panel, float *rows) {
    int64_t d = t->head_dimension, lanes = t->segment->query_count * t->group, slice = even_height(d);
    float buffer[d], wide[TILE_COLUMNS * d];
    for (int64_t i = 0; i < TILE_COLUMNS; i++) {
        float *out = wide + i * d;
        if (lane + i >= lanes) {
            memset(out, 0, (size_t)d * 4);
        } else {
            const float *row = read_row(t->attention, base, query_index(t, lane + i) * d, buffer);
            for (int64_t x = 0; x < d; x++) out[x] = row[x] * scale;
        }
        for (int64_t x = 0; rows && x < d; x += slice) {
            int64_t here = d - x < slice ? d - x : slice;
            memcpy(rows + x * TILE_COLUMNS + i * here, out + x, (size_t)here * 4);
        }
    }
    CK_NAME(ck_transpose_words)(TILE_COLUMNS, d, (const uint32_t *)wide, d, (uint32_t *)panel, TILE_COLUMNS);
}

// Writes lanes kept as [d][TILE_COLUMNS], each multiplied by its factor.
static void unpack_lanes(const attention_task *t, void *base, int64_t lane, const float *transposed, const float *factor) {
    int64_t d = t->head_dimension, lanes = t->segment->query_count * t->group;
    float wide[TILE_COLUMNS * d];
    CK_NAME(ck_transpose_words)(d, TILE_COLUMNS, (const uint32_t *)transposed, TILE_COLUMNS, (uint32_t *)wide, d);
    for (int64_t i = 0; i < TILE_COLUMNS && lane + i < lanes; i++) {
        for (int64_t x = 0; x < d; x++) wide[i * d + x] *= factor[i];
        write_row(t->attention, base, query_index(t, lane + i) * d, wide + i * d);
    }
}

// Hides the keys of a block that a lane must not see behind `value`.
static void hide(const attention_task *t, int64_t lane, int64_t first, int64_t count, float value, float *block) {
    for (int64_t i = 0; i < TILE_COLUMNS; i++) {
        int64_t visible = last_key(t, lane + i) + 1 - first;
        for (int64_t key = visible > 0 ? visible : 0; key < count; key++) block[key * TILE_COLUMNS + i] = value;
    }
}

static int64_t keys_for_lanes(const attention_task *t, int64_t lane) {
    int64_t most = 0;
    for (int64_t i = 0; i < TILE_COLUMNS; i++) {
        int64_t last = last_key(t, lane + i);
        most = last > most ? last : most;
    }
    return most + 1;
}

static attention_task task_of(const ck_attention *a, const ck_segment *segments, int64_t index, int64_t kv_head) {
    int64_t group = a->heads / a->kv_heads, count = 0;
    for (int64_t i = index; i >= 0; i = segments[i].parent) count += segments[i].key_count;
    int64_t *rows = ck_scratch(CK_SCRATCH_ROWS, count * 8), end = count;
    for (int64_t i = index; i >= 0; i = segments[i].parent) {
        end -= segments[i].key_count;
        for (int64_t key = 0; key < segments[i].key_count; key++) rows[end + key] = segments[i].key_start + key;
    }
    return (attention_task){a, segments + index, group, a->head_dimension, kv_head * group, kv_head, count, rows};
}

// One query at a time, for generation, where blocks of lanes would stay empty.
static void forward_few(const attention_task *t) {
    const ck_attention *a = t->attention;
    int64_t d = t->head_dimension, lanes = t->segment->query_count * t->group;
    float query[d], buffer[d], sum[d];
    float *scores = ck_scratch(CK_SCRATCH_ATTENTION, t->key_count * 4);
    for (int64_t lane = 0; lane < lanes; lane++) {
        int64_t index = query_index(t, lane), keys = last_key(t, lane) + 1;
        const float *row = read_row(a, a->queries, index * d, buffer);
        for (int64_t i = 0; i < d; i++) query[i] = row[i] * a->scale;
        float maximum = -INFINITY, total = 0;
        for (int64_t key = 0; key < keys; key++) {
            const float *k = read_row(a, a->keys, key_index(t, key), buffer);
            float score = 0;
            {
#pragma clang fp reassociate(on)
                for (int64_t i = 0; i < d; i++) score += query[i] * k[i];
            }
            scores[key] = score;
            maximum = score > maximum ? score : maximum;
        }
        memset(sum, 0, sizeof sum);
        for (int64_t key = 0; key < keys; key++) {
            float p = exp_f32(scores[key] - maximum);
            const float *v = read_row(a, a->values, key_index(t, key), buffer);
            total += p;
            for (int64_t i = 0; i < d; i++) sum[i] += p * v[i];
        }
        for (int64_t i = 0; i < d; i++) sum[i] /= total;
        write_row(a, a->output, index * d, sum);
        a->log_sum_exp[index] = maximum + logf(total);
    }
}

void CK_NAME(ck_attention_forward_head)(const ck_attention *a, const ck_segment *segments, int64_t index, int64_t kv_head) {
    const attention_task task = task_of(a, segments, index, kv_head), *t = &task;
    int64_t d = t->head_dimension, keys = t->key_count, lanes = t->segment->query_count * t->group;
    if (lanes <= 8) {
        forward_few(t);
        return;
    }
    float *packed_keys = ck_scratch(CK_SCRATCH_ATTENTION, (2 * keys * d + (2 * d + KEYS) * TILE_COLUMNS) * 4);
    float *packed_values = packed_keys + keys * d, *panel = packed_values + keys * d;
    float *output = panel + d * TILE_COLUMNS, *scores = output + d * TILE_COLUMNS;
    for (int64_t first = 0; first < keys; first += KEYS) {
        int64_t count = keys - first < KEYS ? keys - first : KEYS;
        pack_keys(t, a->keys, first, count, packed_keys + first * d, NULL);
        pack_keys(t, a->values, first, count, NULL, packed_values + first * d);
    }
    for (int64_t lane = 0; lane < lanes; lane += TILE_COLUMNS) {
        float maximum[TILE_COLUMNS], total[TILE_COLUMNS], factor[TILE_COLUMNS];
        pack_lanes(t, a->queries, lane, a->scale, panel, NULL);
        memset(output, 0, (size_t)(d * TILE_COLUMNS) * 4);
        for (int i = 0; i < TILE_COLUMNS; i++) {
            maximum[i] = -INFINITY;
            total[i] = 0;
        }
        int64_t visible = keys_for_lanes(t, lane);
        for (int64_t first = 0; first < visible; first += KEYS) {
            int64_t count = keys - first < KEYS ? keys - first : KEYS;
            block_product(count, d, packed_keys + first * d, panel, scores, false);
            hide(t, lane, first, count, -INFINITY, scores);
            float block_maximum[TILE_COLUMNS];
            memcpy(block_maximum, maximum, sizeof maximum);
            for (int64_t key = 0; key < count; key++) {
                for (int i = 0; i < TILE_COLUMNS; i++) {
                    float s = scores[key * TILE_COLUMNS + i];
                    block_maximum[i] = s > block_maximum[i] ? s : block_maximum[i];
                }
            }
            for (int i = 0; i < TILE_COLUMNS; i++) {
                factor[i] = exp_f32(maximum[i] - block_maximum[i]);
                maximum[i] = block_maximum[i];
                total[i] *= factor[i];
            }
            for (int64_t key = 0; key < count; key++) {
                float *row = scores + key * TILE_COLUMNS;
                for (int i = 0; i < TILE_COLUMNS; i++) {
                    row[i] = exp_f32(row[i] - maximum[i]);
                    total[i] += row[i];
                }
            }
            for (int64_t x = 0; first > 0 && x < d; x++) {
                for (int i = 0; i < TILE_COLUMNS; i++) output[x * TILE_COLUMNS + i] *= factor[i];
            }
            block_product(d, count, packed_values + first * d, scores, output, true);
        }
        for (int i = 0; i < TILE_COLUMNS; i++) factor[i] = 1 / total[i];
        unpack_lanes(t, a->output, lane, output, factor);
        for (int64_t i = 0; i < TILE_COLUMNS && lane + i < lanes; i++) {
            a->log_sum_exp[query_index(t, lane + i)] = maximum[i] + logf(total[i]);
        }
    }
}

// Adds to the transposed gradient of a block of keys, [lane group][d][TILE_COLUMNS], what the block of scores
// [keys][TILE_COLUMNS queries] carries to it from `rows`, the queries' side in rows form.
static void add_key_gradient(int64_t d, int64_t count, const float *scores, const float *rows, float *turned, float *gradient) {
    for (int64_t first = 0; first < count; first += TILE_COLUMNS) {
        int64_t here = count - first < TILE_COLUMNS ? count - first : TILE_COLUMNS;
        if (here < TILE_COLUMNS) memset(turned, 0, TILE_COLUMNS * TILE_COLUMNS * 4);
        CK_NAME(ck_transpose_words)(here, TILE_COLUMNS, (const uint32_t *)scores + first * TILE_COLUMNS, TILE_COLUMNS,
                                    (uint32_t *)turned, TILE_COLUMNS);
        block_product(d, TILE_COLUMNS, rows, turned, gradient + first * d, true);
    }
}

// Adds one segment's gradient to sums [rows of keys][d].
static void add_segment_gradient(const attention_task *t, const float *gradient, float *sums) {
    int64_t d = t->head_dimension;
    float wide[TILE_COLUMNS * d];
    for (int64_t first = 0; first < t->key_count; first += TILE_COLUMNS) {
        CK_NAME(ck_transpose_words)(d, TILE_COLUMNS, (const uint32_t *)gradient + first * d, TILE_COLUMNS, (uint32_t *)wide, d);
        for (int64_t i = 0; i < TILE_COLUMNS && first + i < t->key_count; i++) {
            CK_NAME(ck_axpy_f32)(d, 1, wide + i * d, sums + t->key_rows[first + i] * d);
        }
    }
}

static void backward_segment(
    const ck_attention *a, const ck_segment *segments, int64_t index, int64_t kv_head, float *key_sums, float *value_sums) {
    const attention_task task = task_of(a, segments, index, kv_head), *t = &task;
    int64_t d = t->head_dimension, keys = t->key_count, lanes = t->segment->query_count * t->group;
    int64_t padded = (keys + TILE_COLUMNS - 1) / TILE_COLUMNS * TILE_COLUMNS;
    float *memory = ck_scratch(CK_SCRATCH_ATTENTION,
                               (3 * keys * d + 2 * padded * d + (5 * d + 2 * KEYS + TILE_COLUMNS) * TILE_COLUMNS) * 4);
    float *key_columns = memory, *key_rows = key_columns + keys * d, *value_columns = key_rows + keys * d;
    float *key_gradient = value_columns + keys * d, *value_gradient = key_gradient + padded * d;
    float *query_panel = value_gradient + padded * d, *query_rows = query_panel + d * TILE_COLUMNS;
    float *output_panel = query_rows + d * TILE_COLUMNS, *output_rows = output_panel + d * TILE_COLUMNS;
    float *query_gradient = output_rows + d * TILE_COLUMNS, *scores = query_gradient + d * TILE_COLUMNS;
    float *score_gradient = scores + KEYS * TILE_COLUMNS, *turned = score_gradient + KEYS * TILE_COLUMNS;
    memset(key_gradient, 0, (size_t)(2 * padded * d) * 4);
    for (int64_t first = 0; first < keys; first += KEYS) {
        int64_t count = keys - first < KEYS ? keys - first : KEYS;
        pack_keys(t, a->keys, first, count, key_columns + first * d, key_rows + first * d);
        pack_keys(t, a->values, first, count, value_columns + first * d, NULL);
    }
    for (int64_t lane = 0; lane < lanes; lane += TILE_COLUMNS) {
        float log_sum_exp[TILE_COLUMNS] = {0}, delta[TILE_COLUMNS] = {0}, factor[TILE_COLUMNS];
        pack_lanes(t, a->queries, lane, a->scale, query_panel, query_rows);
        pack_lanes(t, a->output_gradient, lane, 1, output_panel, output_rows);
        for (int64_t i = 0; i < TILE_COLUMNS && lane + i < lanes; i++) {
            float buffers[2][d];
            int64_t index = query_index(t, lane + i);
            const float *output = read_row(a, a->output, index * d, buffers[0]);
            const float *gradient = read_row(a, a->output_gradient, index * d, buffers[1]);
            log_sum_exp[i] = a->log_sum_exp[index];
            {
#pragma clang fp reassociate(on)
                float sum = 0;
                for (int64_t x = 0; x < d; x++) sum += output[x] * gradient[x];
                delta[i] = sum;
            }
        }
        memset(query_gradient, 0, (size_t)(d * TILE_COLUMNS) * 4);
        int64_t visible = keys_for_lanes(t, lane);
        for (int64_t first = 0; first < visible; first += KEYS) {
            int64_t count = keys - first < KEYS ? keys - first : KEYS;
            block_product(count, d, key_columns + first * d, query_panel, scores, false);
            block_product(count, d, value_columns + first * d, output_panel, score_gradient, false);
            hide(t, lane, first, count, -INFINITY, scores);
            for (int64_t key = 0; key < count; key++) {
                float *p = scores + key * TILE_COLUMNS, *g = score_gradient + key * TILE_COLUMNS;
                for (int i = 0; i < TILE_COLUMNS; i++) {
                    p[i] = exp_f32(p[i] - log_sum_exp[i]);
                    g[i] = p[i] * (g[i] - delta[i]);
                }
            }
            block_product(d, count, key_rows + first * d, score_gradient, query_gradient, true);
            add_key_gradient(d, count, scores, output_rows, turned, value_gradient + first * d);
            add_key_gradient(d, count, score_gradient, query_rows, turned, key_gradient + first * d);
        }
        for (int i = 0; i < TILE_COLUMNS; i++) factor[i] = a->scale;
        unpack_lanes(t, a->query_gradient, lane, query_gradient, factor);
    }
    add_segment_gradient(t, key_gradient, key_sums);
    add_segment_gradient(t, value_gradient, value_sums);
}

void CK_NAME(ck_attention_backward_head)(const ck_attention *a, const ck_segment *segments, int64_t count, int64_t kv_head) {
    int64_t rows = 0, d = a->head_dimension;
    for (int64_t i = 0; i < count; i++) {
        int64_t end = segments[i].key_start + segments[i].key_count;
        rows = end > rows ? end : rows;
    }
    float *key_sums = ck_scratch(CK_SCRATCH_ACCUMULATOR, 2 * rows * d * 4), *value_sums = key_sums + rows * d;
    memset(key_sums, 0, (size_t)(2 * rows * d) * 4);
    for (int64_t i = 0; i < count; i++) backward_segment(a, segments, i, kv_head, key_sums, value_sums);
    for (int64_t i = 0; i < count; i++) {
        for (int64_t row = segments[i].key_start; row < segments[i].key_start + segments[i].key_count; row++) {
            write_row(a, a->key_gradient, (row * a->kv_heads + kv_head) * d, key_sums + row * d);
            write_row(a, a->value_gradient, (row * a->kv_heads + kv_head) * d, value_sums + row * d);
        }
    }
}
