#define _GNU_SOURCE
#include "onednn_matmul.h"

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

typedef struct {
    int64_t rows, columns, depth;
    bool accumulate;
} matmul_shape;

typedef struct matmul {
    matmul_shape shape;
    dnnl_memory_desc_t a, b, sums, scratch;
    dnnl_primitive_t primitive;
    const char *implementation;  // oneDNN's, for as long as the process lives
    struct matmul *next;
} matmul;

enum { BUCKETS = 256 };

static dnnl_engine_t engine;
static const char *usable_implementation;
static pthread_once_t prepared = PTHREAD_ONCE_INIT;
static pthread_mutex_t made = PTHREAD_MUTEX_INITIALIZER;
static matmul *buckets[BUCKETS];

static void (*omp_set_threads)(int);
static int (*omp_get_threads)(void);

int ck_matmul_begin(void) {
    if (!omp_set_threads) return 0;
    int before = omp_get_threads();
    omp_set_threads(1);
    return before;
}

void ck_matmul_end(int before) {
    if (omp_set_threads) omp_set_threads(before);
}

static bool make_primitive(matmul *made, dnnl_primitive_desc_t description) {
    if (dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, &made->implementation) != dnnl_success) return false;
    // What is not one of the processor's own kernels is no gain and may be a loop in plain C++.
    if (strncmp(made->implementation, "brg:", 4) != 0) return false;
    made->scratch = *dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0);
    return dnnl_primitive_create(&made->primitive, description) == dnnl_success;
}

static matmul *make_matmul(const matmul_shape *shape) {
    matmul *made = calloc(1, sizeof *made);
    if (!made) return NULL;
    made->shape = *shape;
    dnnl_dims_t a = {shape->rows, shape->depth}, b = {shape->depth, shape->columns}, sums = {shape->rows, shape->columns};
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_post_ops_t add = NULL;
    dnnl_matmul_desc_t description;
    dnnl_primitive_desc_t primitive_description = NULL;
    bool done = dnnl_memory_desc_init_by_tag(&made->a, 2, a, dnnl_bf16, dnnl_ab) == dnnl_success &&
                dnnl_memory_desc_init_by_tag(&made->b, 2, b, dnnl_bf16, dnnl_BA16a32b2a) == dnnl_success &&
                dnnl_memory_desc_init_by_tag(&made->sums, 2, sums, dnnl_f32, dnnl_ab) == dnnl_success &&
                dnnl_primitive_attr_create(&attributes) == dnnl_success &&
                // Otherwise oneDNN's scratch memory would be the primitive's own and two threads could not share it.
                dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user) == dnnl_success &&
                dnnl_post_ops_create(&add) == dnnl_success &&
                (!shape->accumulate || dnnl_post_ops_append_sum(add, 1) == dnnl_success) &&
                dnnl_primitive_attr_set_post_ops(attributes, add) == dnnl_success &&
                dnnl_matmul_desc_init(&description, &made->a, &made->b, NULL, &made->sums) == dnnl_success &&
                dnnl_primitive_desc_create(&primitive_description, &description, attributes, engine, NULL) == dnnl_success &&
                make_primitive(made, primitive_description);
    if (primitive_description) dnnl_primitive_desc_destroy(primitive_description);
    if (add) dnnl_post_ops_destroy(add);
    if (attributes) dnnl_primitive_attr_destroy(attributes);
    if (done) return made;
    free(made);
    return NULL;
}

static void prepare(void) {
    if (dnnl_version()->cpu_runtime == DNNL_RUNTIME_OMP) {
        omp_set_threads = (void (*)(int))dlsym(RTLD_DEFAULT, "omp_set_num_threads");
        omp_get_threads = (int (*)(void))dlsym(RTLD_DEFAULT, "omp_get_max_threads");
        if (!omp_set_threads || !omp_get_threads) return;
    } else if (dnnl_version()->cpu_runtime != DNNL_RUNTIME_SEQ) {
        return;
    }
    if (dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success) return;
    int before = ck_matmul_begin();
    matmul *trial = make_matmul(&(matmul_shape){32, 128, 512, true});
    ck_matmul_end(before);
    if (!trial) return;
    usable_implementation = trial->implementation;
    dnnl_primitive_destroy(trial->primitive);
    free(trial);
}

const char *ck_onednn_implementation(void) {
    pthread_once(&prepared, prepare);
    return usable_implementation;
}

static bool is_shape(const matmul *made, const matmul_shape *shape) {
    return made->shape.rows == shape->rows && made->shape.columns == shape->columns &&
           made->shape.depth == shape->depth && made->shape.accumulate == shape->accumulate;
}

static const matmul *matmul_of(const matmul_shape *shape) {
    uint64_t hash = (uint64_t)((shape->rows * 31 + shape->columns) * 31 + shape->depth) * 2 + shape->accumulate;
    matmul **bucket = buckets + hash * 0x9e3779b97f4a7c15u % BUCKETS;
    pthread_mutex_lock(&made);
    matmul *found = *bucket;
    while (found && !is_shape(found, shape)) found = found->next;
    if (!found && (found = make_matmul(shape))) {
        found->next = *bucket;
        *bucket = found;
    }
    pthread_mutex_unlock(&made);
    return found;
}

void ck_matmul(int64_t rows, int64_t columns, int64_t depth, const ck_bf16 *a, const ck_bf16 *b, float *sums,
               bool accumulate) {
    const matmul *matmul = matmul_of(&(matmul_shape){rows, columns, depth, accumulate});
    if (!matmul) goto failed;
    void *scratch = ck_scratch(CK_SCRATCH_ONEDNN, (int64_t)dnnl_memory_desc_get_size(&matmul->scratch) + 1);
    const struct {
        int argument;
        const dnnl_memory_desc_t *description;
        void *data;
    } operands[] = {
        {DNNL_ARG_SRC, &matmul->a, (void *)a}, {DNNL_ARG_WEIGHTS, &matmul->b, (void *)b},
        {DNNL_ARG_DST, &matmul->sums, sums}, {DNNL_ARG_SCRATCHPAD, &matmul->scratch, scratch},
    };
    dnnl_exec_arg_t arguments[4];
    dnnl_stream_t stream;
    if (dnnl_stream_create(&stream, engine, dnnl_stream_default_flags) != dnnl_success) goto failed;
    for (int i = 0; i < 4; i++) {
        arguments[i].arg = operands[i].argument;
        if (dnnl_memory_create(&arguments[i].memory, operands[i].description, engine, operands[i].data) != dnnl_success) goto failed;
    }
    if (dnnl_primitive_execute(matmul->primitive, stream, 4, arguments) != dnnl_success) goto failed;
    for (int i = 0; i < 4; i++) dnnl_memory_destroy(arguments[i].memory);
    dnnl_stream_destroy(stream);
    return;
failed:
    fprintf(stderr, "oneDNN: a product [%lld, %lld] times [%lld, %lld] failed\n", (long long)rows, (long long)depth,
            (long long)depth, (long long)columns);
    abort();
}
