// Columns of a product: their terms one after the other, and the sums.

static inline void few_store(const ck_few_rows_job *job, int64_t row, int64_t column, int64_t count, const float *sums) {
    int64_t index = row * job->ldc + column;
    if (job->c_type == CK_BFLOAT16) {
        for (int64_t i = 0; i < count; i++) ((ck_bf16 *)job->c)[index + i] = round_bf16(sums[i]);
    } else {
        float *c = (float *)job->c + index;
        for (int64_t i = 0; i < count; i++) c[i] = job->accumulate ? c[i] + sums[i] : sums[i];
    }
}

// The columns first..<first + count of c. `next`: the column that this thread is likely to be asked for next.
void CK_NAME(ck_few_rows_multiply)(const ck_few_rows_job *job, int64_t first, int64_t count, int64_t next) {
    int64_t m = job->m;
    vector_f32 *parts = ck_scratch(CK_SCRATCH_ACCUMULATOR, FEW_COLUMNS * m * (int64_t)(sizeof *parts + sizeof(float)));
    few_scale_map map = {.values = NULL};
    few_operands o = {.parts = parts, .ldp = m, .sums = (float *)(parts + FEW_COLUMNS * m)};
    int last_term = job->terms - 1;
    while (last_term >= 0 && job->term[last_term].k == 0) last_term--;
    if (last_term < 0) memset(o.sums, 0, (size_t)(FEW_COLUMNS * m) * sizeof *o.sums);
    for (int64_t column = first; column < first + count; column += FEW_COLUMNS) {
        int columns = first + count - column < FEW_COLUMNS ? (int)(first + count - column) : FEW_COLUMNS;
        few_place place = {column, first + count, next};
        o.first = true;
        for (int t = 0; t <= last_term; t++) {
            if (job->term[t].k == 0) continue;
            o.x = job->packed[t];
            o.last = t == last_term;
            few_term(job, job->term + t, o, &place, columns, &map);
            o.first = false;
        }
        for (int64_t row = 0; row < m; row++) {
            const float *sums = o.sums + row * FEW_COLUMNS;
            if (columns == FEW_COLUMNS) few_store(job, row, column, FEW_COLUMNS, sums);
            else few_store(job, row, column, columns, sums);
        }
    }
}
