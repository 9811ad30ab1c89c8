// Memory of tensors.
#ifndef CK_MEMORY_H
#define CK_MEMORY_H

#include <stdint.h>

// 64-byte aligned memory; NULL where the system has none left. Freed blocks stay with the process as long as they and the
// blocks in use take no more than those in use once took, because a training step asks for the same sizes again and fresh
// pages cost more than the arithmetic on them. Blocks of 4 MiB and more lie on huge pages where the system has them.
void *ck_allocate(int64_t bytes);
void ck_release(void *memory, int64_t bytes);

// Bytes in live blocks now, and the most there have been since the last ck_reset_peak_bytes.
int64_t ck_live_bytes(void);
int64_t ck_peak_bytes(void);
void ck_reset_peak_bytes(void);

#endif
