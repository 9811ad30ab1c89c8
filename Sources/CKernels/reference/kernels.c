// Every kernel in plain C for the baseline of the processor family: the reference the others are held against.
#define CK_SCALAR 1
#define CK_LANES 4
#define CK_NAME(name) name##__scalar
#include "../families/all.inl"
