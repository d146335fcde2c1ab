// Binds what has a new version in newer releases of glibc to the old one, so that an add-on that was compiled there
// runs wherever libtorch does, on glibc 2.28. `npm run prebuild -- --glibc 2.28` fails when a symbol is missing here.
#pragma once

#ifdef __linux__
#include <features.h>
#endif

#if defined(__GLIBC__) && defined(__x86_64__)
#define USE_OLD_GLIBC(name) __asm__(".symver " #name "," #name "@GLIBC_2.2.5")
#elif defined(__GLIBC__) && defined(__aarch64__)
#define USE_OLD_GLIBC(name) __asm__(".symver " #name "," #name "@GLIBC_2.17")
#else
#define USE_OLD_GLIBC(name) static_assert(true)
#endif
