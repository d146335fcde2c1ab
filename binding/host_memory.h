#pragma once

#include <cstddef>

/**
 * From now on libtorch's CPU tensors get their memory from a cache of freed blocks: the same sizes come again at each
 * step of a training, and their page faults and the system allocator's search can take as long as the arithmetic.
 */
void cacheFreedTensors();

/** The bytes of the cache's free blocks, of all threads. */
size_t cachedBytes();

/** Gives the free blocks back. */
void emptyCache();
