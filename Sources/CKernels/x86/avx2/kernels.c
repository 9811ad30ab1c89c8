#if defined(__x86_64__)
#define CK_AVX2 1
#define CK_LANES 8
#define CK_NAME(name) name##__avx2
#include <immintrin.h>

#define CK_TARGET "avx2,fma,f16c,bmi,bmi2,lzcnt,popcnt"
#include "../../families/all.inl"
#endif
