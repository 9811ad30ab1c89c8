// Packs the few rows once for all outputs, and divides the columns of all outputs into the tasks of one job.
#include "operands.h"

// A task has enough of a weight that handing it over costs nothing, and so little that threads end together.
enum { FEWEST_TASK_BYTES = 12 << 10, MOST_TASK_BYTES = 192 << 10, TASKS_PER_THREAD = 8, TASK_COLUMNS = 16 };

typedef struct {
    ck_few_rows_job job;
    int64_t n, bytes_of_column, columns_of_task, tasks;
} output_job;

typedef struct {
    const ck_kernels *kernels;
    const output_job *jobs;
} product;

static void multiply(void *context, int64_t task) {
    const product *p = context;
    const output_job *o = p->jobs;
    for (; task >= o->tasks; o++) task -= o->tasks;
    int64_t first = task * o->columns_of_task;
    p->kernels->ck_few_rows_multiply(
        &o->job, first, smaller(o->n - first, o->columns_of_task), first + ck_thread_count() * o->columns_of_task);
}

static bool is_along_k(const ck_gemm_output *o) {
    if (o->terms > CK_FEW_ROWS_TERMS) return false;
    for (int t = 0; t < o->terms; t++) {
        if (o->term[t].a_transposed || o->term[t].b_transposed) return false;
    }
    return true;
}

static int64_t bits_of(ck_type type) {
    return type == CK_FLOAT32 ? 32 : type == CK_NF4 || type == CK_FP4 ? 4 : type == CK_Q8_0 ? 8 : 16;
}

// Whether two terms are packed alike: how rows are ordered depends on what they are multiplied by.
static bool same_packing(const ck_gemm_term *a, const ck_gemm_term *b) {
    return same_matrix(a, b) && a->b.type == b->b.type && a->b.blocks.block_size == b->b.blocks.block_size;
}

// The place of a term's a among those that have been packed, from output 0 on; NULL where it is a new one.
static const void *packed_before(const ck_gemm_output *outputs, const output_job *jobs, int output, int term) {
    for (int o = 0; o <= output; o++) {
        for (int t = 0; t < (o < output ? outputs[o].terms : term); t++) {
            if (same_packing(outputs[o].term + t, outputs[output].term + term)) return jobs[o].job.packed[t];
        }
    }
    return NULL;
}

static output_job job_of(ck_type compute, int64_t m, const ck_gemm_output *o) {
    output_job result = {
        .job = {.compute = compute, .m = m, .terms = o->terms, .term = o->term, .c = o->c, .c_type = o->c_type,
                .ldc = o->ldc, .accumulate = o->accumulate},
        .n = o->n,
    };
    result.bytes_of_column = 1;
    for (int t = 0; t < o->terms; t++) result.bytes_of_column += o->term[t].k * bits_of(o->term[t].b.type) / 8;
    return result;
}

// Divides an output whose whole call has so many bytes of weights, in whole lines of c.
static void cut(output_job *job, int64_t bytes_of_call) {
    int64_t bytes = bytes_of_call / (TASKS_PER_THREAD * ck_thread_count());
    bytes = bytes < FEWEST_TASK_BYTES ? FEWEST_TASK_BYTES : smaller(bytes, MOST_TASK_BYTES);
    job->columns_of_task = (bytes / job->bytes_of_column + TASK_COLUMNS) / TASK_COLUMNS * TASK_COLUMNS;
    job->tasks = ceiling_division(job->n, job->columns_of_task);
}

bool ck_gemm_few_rows(ck_type compute, int64_t m, int count, const ck_gemm_output *outputs) {
    if (count > CK_GEMM_MATRICES) return false;
    for (int i = 0; i < count; i++) {
        if (!is_along_k(outputs + i)) return false;
    }
    if (m == 0) return true;
    const ck_kernels *kernels = ck_active();
    output_job jobs[CK_GEMM_MATRICES];
    int64_t bytes = 0, bytes_of_call = 0, tasks = 0;
    for (int i = 0; i < count; i++) {
        jobs[i] = job_of(compute, m, outputs + i);
        bytes_of_call += jobs[i].n * jobs[i].bytes_of_column;
        for (int t = 0; t < outputs[i].terms; t++) bytes += m * kernels->ck_few_rows_bytes(compute, outputs[i].term[t].k);
    }
    for (int i = 0; i < count; i++) {
        cut(jobs + i, bytes_of_call);
        tasks += jobs[i].tasks;
    }
    char *room = ck_scratch(CK_SCRATCH_PACKED, bytes);
    for (int i = 0; i < count; i++) {
        for (int t = 0; t < outputs[i].terms; t++) {
            const void *packed = packed_before(outputs, jobs, i, t);
            if (!packed) {
                kernels->ck_few_rows_pack(compute, outputs[i].term + t, m, room);
                packed = room;
                room += m * kernels->ck_few_rows_bytes(compute, outputs[i].term[t].k);
            }
            jobs[i].job.packed[t] = packed;
        }
    }
    product p = {kernels, jobs};
    ck_parallel(tasks, multiply, &p);
    return true;
}
