#if defined(__x86_64__)
#define CK_AVX512 1
#define CK_LANES 16
#define CK_NAME(name) name##__avx512
#include <immintrin.h>

#define CK_TARGET "avx2,fma,f16c,bmi,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512dq,avx512vl"
#include "../../families/all.inl"
#endif
