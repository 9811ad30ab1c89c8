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

bool ck_gemm_has_few_rows(int64_t m, int terms, const ck_gemm_term *term) {
    if (m > CK_FEW_ROWS_MOST || terms > CK_FEW_ROWS_TERMS) return false;
    for (int t = 0; t < terms; t++) {
        if (term[t].a_transposed || term[t].b_transposed) return false;
    }
    return true;
}

// Bytes of an element, rounded up.
static int64_t bytes_of(ck_type type) { return type == CK_FLOAT32 ? 4 : type == CK_NF4 || type == CK_FP4 ? 1 : 2; }

void ck_gemm_few_rows(ck_type compute, int64_t m, int64_t n, int terms, const ck_gemm_term *term, void *c, ck_type c_type,
                      int64_t ldc, bool accumulate) {
    if (m == 0 || n == 0) return;
    const ck_kernels *kernels = ck_active();
    product p = {
        .kernels = kernels,
        .job = {.compute = compute, .m = m, .terms = terms, .term = term, .c = c, .c_type = c_type, .ldc = ldc,
                .accumulate = accumulate},
        .n = n,
    };
    int64_t bytes = 0, bytes_of_column = 1;
    for (int t = 0; t < terms; t++) {
        bytes += m * kernels->ck_few_rows_bytes(compute, term[t].k);
        bytes_of_column += term[t].k * bytes_of(term[t].b.type);
    }
    char *packed = ck_scratch(CK_SCRATCH_PACKED, bytes);
    for (int t = 0; t < terms; t++) {
        kernels->ck_few_rows_pack(compute, term + t, m, packed);
        p.job.packed[t] = packed;
        packed += m * kernels->ck_few_rows_bytes(compute, term[t].k);
    }
    // Enough that handing a task over costs nothing, in whole lines of c.
    p.columns_of_task = (TASK_BYTES / bytes_of_column + TASK_COLUMNS) / TASK_COLUMNS * TASK_COLUMNS;
    ck_parallel((n + p.columns_of_task - 1) / p.columns_of_task, multiply, &p);
}
