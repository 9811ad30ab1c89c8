#include "CKernels.h"

enum { TASK_BYTES = 48 << 10, TASK_COLUMNS = 16 };

typedef struct {
    const ck_kernels *kernels;
    ck_few_rows_job job;
    int64_t n, columns_of_task;
} product;

static void multiply(void *context, int64_t task) {
    const product *p = context;
    int64_t first = task * p->columns_of_task;
    int64_t count = p->n - first < p->columns_of_task ? p->n - first : p->columns_of_task;
    p->kernels->ck_few_rows_multiply(&p->job, first, count);
}

static bool is_along_k(const ck_gemm_output *o) {
    if (o->terms > CK_FEW_ROWS_TERMS) return false;
    for (int t = 0; t < o->terms; t++) {
        if (o->term[t].a_transposed || o->term[t].b_transposed) return false;
    }
    return true;
}

// Bytes of an element, rounded up.
static int64_t bytes_of(ck_type type) { return type == CK_FLOAT32 ? 4 : type == CK_NF4 || type == CK_FP4 ? 1 : 2; }

static void make_output(ck_type compute, int64_t m, const ck_gemm_output *o) {
    if (m == 0 || o->n == 0) return;
    const ck_kernels *kernels = ck_active();
    product p = {
        .kernels = kernels,
        .job = {.compute = compute, .m = m, .terms = o->terms, .term = o->term, .c = o->c, .c_type = o->c_type,
                .ldc = o->ldc, .accumulate = o->accumulate},
        .n = o->n,
    };
    int64_t bytes = 0, bytes_of_column = 1;
    for (int t = 0; t < o->terms; t++) {
        bytes += m * kernels->ck_few_rows_bytes(compute, o->term[t].k);
        bytes_of_column += o->term[t].k * bytes_of(o->term[t].b.type);
    }
    char *packed = ck_scratch(CK_SCRATCH_PACKED, bytes);
    for (int t = 0; t < o->terms; t++) {
        kernels->ck_few_rows_pack(compute, o->term + t, m, packed);
        p.job.packed[t] = packed;
        packed += m * kernels->ck_few_rows_bytes(compute, o->term[t].k);
    }
    // Enough that handing a task over costs nothing, in whole lines of c.
    p.columns_of_task = (TASK_BYTES / bytes_of_column + TASK_COLUMNS) / TASK_COLUMNS * TASK_COLUMNS;
    ck_parallel((o->n + p.columns_of_task - 1) / p.columns_of_task, multiply, &p);
}

bool ck_gemm_few_rows(ck_type compute, int64_t m, int count, const ck_gemm_output *outputs) {
    if (m > CK_FEW_ROWS_MOST) return false;
    for (int i = 0; i < count; i++) {
        if (!is_along_k(outputs + i)) return false;
    }
    for (int i = 0; i < count; i++) make_output(compute, m, outputs + i);
    return true;
}
