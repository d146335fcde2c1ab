#pragma once

/**
 * From now on libtorch's CPU tensors get their memory from a cache of freed blocks: the same sizes come again at each
 * step of a training, and their page faults and the system allocator's search can take as long as the arithmetic.
 */
void cacheFreedTensors();
