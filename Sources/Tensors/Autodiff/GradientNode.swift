import Synchronization

/// One recorded operation, or a leaf.
///
/// Nodes point from results to operands only, so the record of a computation lives exactly as long as its results.
package final class GradientNode: @unchecked Sendable {
    /// From the gradient of the result to the gradients of the operands, nil where an operand needs none.
    package typealias Backward = (Tensor) -> [Tensor?]

    private static let counter = Atomic<UInt64>(0)

    /// Later operations have greater numbers: descending order is a topological order.
    let number: UInt64
    let name: String
    let shape: [Int]
    let dtype: DType
    private(set) var operands: [GradientNode?]
    private var backward: Backward?

    var isLeaf: Bool { name.isEmpty }

    init(leafOf shape: [Int], _ dtype: DType) {
        number = Self.counter.add(1, ordering: .relaxed).newValue
        name = ""
        self.shape = shape
        self.dtype = dtype
        operands = []
    }

    init(_ name: String, of value: Tensor, operands: [GradientNode?], backward: @escaping Backward) {
        number = Self.counter.add(1, ordering: .relaxed).newValue
        self.name = name
        shape = value.shape
        dtype = value.dtype
        self.operands = operands
        self.backward = backward
    }

    /// The operands and the backward function, given once: what they hold is freed as the backward pass moves on.
    func consume() -> (operands: [GradientNode?], backward: Backward) {
        guard let function = backward else {
            fatalError("gradients(of:): the record of \(name) was used before; compute the result again")
        }
        defer {
            backward = nil
            operands = []
        }
        return (operands, function)
    }

    deinit {
        // A long chain of nodes must not be freed by recursion.
        var pending = operands.compactMap { $0 }
        operands = []
        backward = nil
        while var node = pending.popLast() {
            if isKnownUniquelyReferenced(&node) {
                pending.append(contentsOf: node.operands.compactMap { $0 })
                node.operands = []
                node.backward = nil
            }
        }
    }
}

extension Tensor {
    /// Records `value` as the result of an operation, where gradients are on and an operand needs one.
    ///
    /// - Parameter backward: from the gradient of the result (same shape and dtype as `value`) to those of the operands,
    ///   in order, each with its operand's shape and dtype; nil for an operand that needs none.
    package static func recording(
        _ name: String, _ value: Tensor, operands: [Tensor], backward: @escaping (Tensor) -> [Tensor?]
    ) -> Tensor {
        guard GradientMode.isOn, operands.contains(where: \.requiresGradient) else { return value }
        var result = value
        result.node = GradientNode(name, of: value, operands: operands.map(\.node), backward: backward)
        return result
    }
}
