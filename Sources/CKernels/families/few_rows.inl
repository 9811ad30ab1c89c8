// Products of a few rows with a weight that is read once, from memory into registers: c [m, n] = x [m, k] · Wᵀ.
// Lanes run along k, so that a row of W is read in order and never transposed. A sum has CK_LANES parts, each over every
// CK_LANES-th step along k in ascending order, over the terms one after the other; parts are added in a tree. The order
// depends on the instruction set, k and the type of W alone, not on m.
#include "few_rows/packing.inl"
#include "few_rows/tiles.inl"
#include "few_rows/scales.inl"
#include "few_rows/dense.inl"
#include "few_rows/codes.inl"
#include "few_rows/blocks8.inl"
#include "few_rows/terms.inl"
#include "few_rows/multiply.inl"
