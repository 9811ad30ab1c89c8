#ifndef CKERNELS_H
#define CKERNELS_H

#include "ck_gguf.h"

#endif
