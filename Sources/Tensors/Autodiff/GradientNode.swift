import Synchronization

/// One recorded operation with all its results, or a leaf.
///
/// Nodes point from results to operands only, so the record of a computation lives exactly as long as its results.
package final class GradientNode: @unchecked Sendable {
    /// From the gradients of the results, nil where none came, to those of the operands, nil where an operand needs none.
    /// What it takes out of the former is its own, to be changed in place or freed before it ends.
    package typealias Backward = (_ gradients: inout [Tensor?]) -> [Tensor?]

    private static let counter = Atomic<UInt64>(0)

    /// Later operations have greater numbers: descending order is a topological order.
    let number: UInt64
    let name: String
    let results: [(shape: [Int], dtype: DType)]
    private(set) var operands: [NodeResult?]
    private var backward: Backward?

    var isLeaf: Bool { name.isEmpty }

    init(leafOf shape: [Int], _ dtype: DType) {
        number = Self.counter.add(1, ordering: .relaxed).newValue
        name = ""
        results = [(shape, dtype)]
        operands = []
    }

    init(_ name: String, of values: [Tensor], operands: [NodeResult?], backward: @escaping Backward) {
        number = Self.counter.add(1, ordering: .relaxed).newValue
        self.name = name
        results = values.map { ($0.shape, $0.dtype) }
        self.operands = operands
        self.backward = backward
    }

    /// The operands and the backward function, given once: what they hold is freed as the backward pass moves on.
    func consume() -> (operands: [NodeResult?], backward: Backward) {
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
        var pending = operands.compactMap { $0?.node }
        operands = []
        backward = nil
        while var node = pending.popLast() {
            if isKnownUniquelyReferenced(&node) {
                pending.append(contentsOf: node.operands.compactMap { $0?.node })
                node.operands = []
                node.backward = nil
            }
        }
    }
}

/// One of the results of a recorded operation: where a tensor comes from, and where its gradient goes.
package struct NodeResult: Sendable {
    let node: GradientNode
    let index: Int
}

extension Tensor {
    /// Records `value` as the result of an operation, where gradients are on and an operand needs one.
    ///
    /// - Parameter backward: from the gradient of the result (same shape and dtype as `value`) to those of the operands,
    ///   in order, each with its operand's shape and dtype; nil for an operand that needs none.
    package static func recording(
        _ name: String, _ value: Tensor, operands: [Tensor], backward: @escaping (Tensor) -> [Tensor?]
    ) -> Tensor {
        recording(name, [value], operands: operands) { backward($0[0]!) }[0]
    }

    /// Records `values` as the results of one operation, whose backward function sees all their gradients together.
    ///
    /// Each result has memory of its own, freed when it is not needed any more, and is laid out as any other tensor is.
    package static func recording(
        _ name: String, _ values: [Tensor], operands: [Tensor], backward: @escaping GradientNode.Backward
    ) -> [Tensor] {
        guard GradientMode.isOn, operands.contains(where: \.requiresGradient) else { return values }
        let node = GradientNode(name, of: values, operands: operands.map(\.origin), backward: backward)
        return values.enumerated().map { index, value in
            var result = value
            result.origin = NodeResult(node: node, index: index)
            return result
        }
    }
}
