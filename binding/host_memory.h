#pragma once

/**
 * Tells glibc to keep freed blocks for the next step instead of giving them back to the system: at each step of a
 * training the same sizes come again, and their page faults can take longer than the arithmetic. Does nothing
 * elsewhere.
 */
void keepFreedMemory();
