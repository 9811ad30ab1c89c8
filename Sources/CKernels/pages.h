// Whole pages, straight from the system.
#ifndef CK_PAGES_H
#define CK_PAGES_H

#include <stdint.h>

// Zeroed memory at the start of a page; NULL where the system has none left. Goes back with the same number of bytes.
void *ck_map(int64_t bytes);
void ck_unmap(void *memory, int64_t bytes);

#endif
