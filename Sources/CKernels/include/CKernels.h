#ifndef CKERNELS_H
#define CKERNELS_H

#include "ck_types.h"
#include "ck_processors.h"
#include "ck_shared_memory.h"
#include "ck_threads.h"
#include "ck_dispatch.h"
#include "ck_gemm.h"
#include "ck_onednn.h"
#include "ck_few_rows.h"
#include "ck_attention.h"
#include "ck_memory.h"
#include "ck_quantize4.h"
#include "ck_gguf.h"

#endif
