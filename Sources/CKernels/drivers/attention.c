// Divides attention into tasks and gives them to the pool. What a task does depends on the problem alone, so that results
// have the same bits on any number of threads.
#include <stdlib.h>
#include <string.h>

#include "../attention_work.h"
#include "operands.h"

enum { FEW_TASKS = 16 };  // wanted for segments with few lanes

typedef struct {
    ck_attention_work work;
    ck_attention_part *parts;
    int64_t *paths;
    ck_key_block *blocks;
    ck_lane_task *tasks;
    int64_t *turns, *few;
    int64_t segment_count, task_count, few_count;
    int64_t few_heads;  // key heads in a task for few lanes
    atomic_llong next;
} plan;

static void *reserve(int64_t count, size_t size) {
    void *memory = calloc(count > 0 ? (size_t)count : 1, size);
    if (!memory) abort();
    return memory;
}

static int64_t lanes_of(const plan *p, int64_t segment) {
    const ck_attention *a = p->work.attention;
    return p->work.segments[segment].query_count * (a->heads / a->kv_heads);
}

// Segments after their parents: positions and paths.
static void find_paths(plan *p) {
    const ck_segment *segments = p->work.segments;
    int64_t steps = 0;
    for (int64_t i = 0; i < p->segment_count; i++) {
        int64_t parent = segments[i].parent;
        ck_attention_part *part = p->parts + i;
        part->depth = parent < 0 ? 1 : p->parts[parent].depth + 1;
        part->position = parent < 0 ? 0 : p->parts[parent].position + segments[parent].key_count;
        part->path = steps;
        steps += part->depth;
    }
    p->paths = reserve(steps, sizeof *p->paths);
    for (int64_t i = 0; i < p->segment_count; i++) {
        int64_t end = p->parts[i].path + p->parts[i].depth;
        for (int64_t s = i; s >= 0; s = segments[s].parent) p->paths[--end] = s;
    }
}

// Blocks of about the same size for the keys of every packed segment.
static void find_blocks(plan *p) {
    int64_t count = 0, packed = 0;
    for (int64_t i = 0; i < p->segment_count; i++) count += ceiling_division(p->work.segments[i].key_count, CK_BLOCK_KEYS);
    p->blocks = reserve(count, sizeof *p->blocks);
    count = 0;
    for (int64_t i = 0; i < p->segment_count; i++) {
        const ck_segment *segment = p->work.segments + i;
        ck_attention_part *part = p->parts + i;
        part->first_block = count;
        if (!part->packed) continue;
        part->blocks = ceiling_division(segment->key_count, CK_BLOCK_KEYS);
        int64_t size = ceiling_division(ceiling_division(segment->key_count, part->blocks), 2) * 2;
        part->blocks = ceiling_division(segment->key_count, size);
        for (int64_t key = 0; key < segment->key_count; key += size) {
            int64_t here = smaller(size, segment->key_count - key);
            p->blocks[count++] = (ck_key_block){segment->key_start + key, packed, here};
            packed += size;
        }
    }
    p->work.block_count = count;
    p->work.packed_rows = packed;
}

// Long tasks first, so that the pool's last ones are short. Descendants see more keys than their ancestors and the later
// lanes of a segment more than the earlier: whoever sees a block comes before all of its segment who do not.
static int longer_first(const void *left, const void *right) {
    const ck_lane_task *a = left, *b = right;
    if (a->visible != b->visible) return a->visible > b->visible ? -1 : 1;
    if (a->segment != b->segment) return a->segment < b->segment ? -1 : 1;
    return a->first_lane > b->first_lane ? -1 : 1;
}

static void find_tasks(plan *p, bool gradients) {
    int64_t count = 0, group = p->work.attention->heads / p->work.attention->kv_heads, width = ck_active()->tile_columns;
    for (int64_t i = 0; i < p->segment_count; i++) count += ceiling_division(lanes_of(p, i), CK_BLOCK_LANES);
    p->tasks = reserve(count, sizeof *p->tasks);
    p->few = reserve(p->segment_count, sizeof *p->few);
    for (int64_t i = 0; i < p->segment_count; i++) {
        int64_t lanes = lanes_of(p, i);
        const ck_segment *segment = p->work.segments + i;
        p->parts[i].packed |= gradients;
        if (lanes == 0) continue;
        if (lanes <= CK_FEW_LANES && !gradients) {
            p->few[p->few_count++] = i;
            continue;
        }
        int64_t size = ceiling_division(ceiling_division(lanes, ceiling_division(lanes, CK_BLOCK_LANES)), width) * width;
        for (int64_t lane = 0; lane < lanes; lane += size) {
            int64_t here = smaller(size, lanes - lane);
            int64_t visible = p->parts[i].position + segment->key_count - segment->query_count + (lane + here - 1) / group + 1;
            p->tasks[p->task_count++] = (ck_lane_task){i, lane, here, visible, 0};
        }
        for (int64_t s = i; s >= 0; s = p->work.segments[s].parent) p->parts[s].packed = true;
    }
    // All key heads in one task read the caller's rows whole; where there are few segments they are divided.
    p->few_heads = ceiling_division(p->work.attention->kv_heads * smaller(p->few_count, FEW_TASKS), FEW_TASKS);
    if (p->few_heads < 1) p->few_heads = 1;
    qsort(p->tasks, (size_t)p->task_count, sizeof *p->tasks, longer_first);
}

// In which turn each task adds to the blocks of each segment of its path.
static void find_turns(plan *p) {
    int64_t count = 0;
    for (int64_t i = 0; i < p->task_count; i++) {
        p->tasks[i].turns = count;
        count += p->parts[p->tasks[i].segment].depth;
    }
    p->turns = reserve(count, sizeof *p->turns);
    int64_t *users = reserve(p->segment_count, sizeof *users);
    for (int64_t i = 0; i < p->task_count; i++) {
        const ck_attention_part *part = p->parts + p->tasks[i].segment;
        for (int64_t s = 0; s < part->depth; s++) p->turns[p->tasks[i].turns + s] = users[p->paths[part->path + s]]++;
    }
    free(users);
}

static void pack(void *context, int64_t index) {
    const plan *p = context;
    int64_t count = p->work.block_count;
    ck_active()->ck_attention_pack_block(&p->work, p->blocks + index % count, index / count);
}

static void forward(void *context, int64_t index) {
    const plan *p = context;
    int64_t heads = p->work.attention->kv_heads, few = index - heads * p->task_count;
    if (few < 0) {
        ck_active()->ck_attention_forward_lanes(&p->work, p->tasks + index / heads, index % heads);
    } else {
        int64_t parts = ceiling_division(heads, p->few_heads), head = few % parts * p->few_heads;
        int64_t here = smaller(p->few_heads, heads - head);
        ck_active()->ck_attention_forward_few(&p->work, p->few[few / parts], head, here);
    }
}

// Tasks wait for earlier ones, so they have to be begun in order, whatever the order of the pool.
static void backward(void *context, int64_t index) {
    plan *p = context;
    int64_t heads = p->work.attention->kv_heads, next = atomic_fetch_add(&p->next, 1);
    (void)index;
    ck_active()->ck_attention_backward_lanes(&p->work, p->tasks + next / heads, next % heads);
}

static void store(void *context, int64_t index) {
    const plan *p = context;
    int64_t count = p->work.block_count;
    ck_active()->ck_attention_store_block(&p->work, p->blocks + index % count, index / count);
}

static bool multiplies_pairs(ck_type type) { return type == CK_BFLOAT16 && ck_active()->bf16_products; }

static int64_t width_of_sums(int64_t head_dimension) {
    int64_t width = ck_active()->tile_columns;
    return ceiling_division(head_dimension, width) * width;
}

// For gradients every segment is packed, since each has its own; there are no kernels for few lanes.
static void prepare(plan *p, const ck_attention *attention, const ck_segment *segments, int64_t count, bool gradients) {
    *p = (plan){.segment_count = count};
    p->work.attention = attention;
    p->work.segments = segments;
    p->work.pairs = multiplies_pairs(attention->type);
    p->work.parts = p->parts = reserve(count, sizeof *p->parts);
    find_paths(p);
    find_tasks(p, gradients);
    find_blocks(p);
    find_turns(p);
    p->work.paths = p->paths;
    p->work.blocks = p->blocks;
    p->work.tasks = p->tasks;
    p->work.turns = p->turns;
    p->work.sum_width = width_of_sums(attention->head_dimension);
}

static void release(plan *p) {
    free(p->parts);
    free(p->paths);
    free(p->blocks);
    free(p->tasks);
    free(p->turns);
    free(p->few);
}

// Bytes of keys or values, packed for all key heads.
static int64_t packed_bytes(const plan *p) {
    int64_t d = p->work.attention->head_dimension, words = p->work.pairs ? ceiling_division(d, 2) : d;
    return ceiling_division(p->work.attention->kv_heads * p->work.packed_rows * words * 4, 64) * 64;
}

static char *allocate(int64_t bytes) {
    char *memory = ck_allocate(bytes);
    if (!memory) abort();
    return memory;
}

void ck_attention_forward(const ck_attention *attention, const ck_segment *segments, int64_t count) {
    plan p;
    prepare(&p, attention, segments, count, false);
    int64_t bytes = packed_bytes(&p), heads = attention->kv_heads;
    char *memory = allocate(2 * bytes);
    p.work.key_columns = (uint32_t *)memory;
    p.work.value_rows = (uint32_t *)(memory + bytes);
    ck_parallel(heads * p.work.block_count, pack, &p);
    ck_parallel(heads * p.task_count + p.few_count * ceiling_division(heads, p.few_heads), forward, &p);
    ck_release(memory, 2 * bytes);
    release(&p);
}

void ck_attention_backward(const ck_attention *attention, const ck_segment *segments, int64_t count) {
    plan p;
    prepare(&p, attention, segments, count, true);
    int64_t heads = attention->kv_heads, bytes = packed_bytes(&p);
    int64_t sums = heads * p.work.packed_rows * p.work.sum_width * 4;
    char *memory = allocate(3 * bytes + 2 * sums);
    p.work.key_sums = (float *)memory;
    p.work.value_sums = (float *)(memory + sums);
    p.work.key_columns = (uint32_t *)(memory + 2 * sums);
    p.work.key_rows = (uint32_t *)(memory + 2 * sums + bytes);
    p.work.value_columns = (uint32_t *)(memory + 2 * sums + 2 * bytes);
    p.work.turn = reserve(heads * p.work.block_count, sizeof *p.work.turn);
    ck_parallel(heads * p.work.block_count, pack, &p);
    ck_parallel(heads * p.task_count, backward, &p);
    ck_parallel(heads * p.work.block_count, store, &p);
    free(p.work.turn);
    ck_release(memory, 3 * bytes + 2 * sums);
    release(&p);
}

int64_t ck_attention_bytes_of_key(ck_type type, int64_t kv_heads, int64_t head_dimension) {
    int64_t words = multiplies_pairs(type) ? ceiling_division(head_dimension, 2) : head_dimension;
    return kv_heads * 4 * (3 * words + 2 * width_of_sums(head_dimension));
}
