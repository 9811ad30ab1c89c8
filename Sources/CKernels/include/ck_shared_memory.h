// Memory that several processes have together.
#ifndef CK_SHARED_MEMORY_H
#define CK_SHARED_MEMORY_H

#include <stdint.h>

// A file in memory that no folder knows: it is gone with the last process that has it open or mapped, however that ends.
// Returns a descriptor, or -1 with errno set.
int ck_memory_file(const char *name, int64_t bytes);

#endif
