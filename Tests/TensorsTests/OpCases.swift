/// Every operation of Sources/Tensors/Ops, in the forms it has: what it gives is held against double precision, its
/// gradients against finite differences, and both against themselves on other thread counts and instruction sets.
enum OpCases {
    static let all: [OpCase] = arithmetic + unary + reductions + rows + indexing + shaping + products + transformer
}
