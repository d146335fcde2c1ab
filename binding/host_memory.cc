#include "host_memory.h"

#include <cstdlib>  // defines __GLIBC__ where it is

#ifdef __GLIBC__
#include <malloc.h>

void keepFreedMemory() {
  constexpr int kLargestMmapThreshold = 32 << 20;  // glibc takes no more
  constexpr int kKeptBytes = 512 << 20;
  mallopt(M_MMAP_THRESHOLD, kLargestMmapThreshold);
  mallopt(M_TRIM_THRESHOLD, kKeptBytes);
}
#else
void keepFreedMemory() {}
#endif
