// glibc 2.32 tells libstdc++ here whether there is one thread only, which then counts a shared_ptr's owners without
// atomics. This definition comes before glibc's, so that none is needed; and libtorch has threads.
extern "C" {
__attribute__((visibility("hidden"))) char __libc_single_threaded = 0;
}
