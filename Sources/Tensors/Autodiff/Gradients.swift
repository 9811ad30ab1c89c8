import Diagnostics

extension Tensor {
    /// The gradients of this scalar with respect to `parameters`, in their order.
    ///
    /// The record of the computation is freed on the way and cannot be used twice. A parameter that this scalar does
    /// not depend on has a gradient of zeros.
    public func gradients(of parameters: [Tensor]) -> [Tensor] {
        require(count == 1, "gradients(of:): expected a scalar, found shape \(shape)")
        require(requiresGradient, "gradients(of:): the scalar depends on nothing that tracks gradients")
        return gradients(of: parameters, upstream: Tensor.ones(shape).converted(to: dtype))
    }

    /// The product of `upstream` with the Jacobian of this tensor with respect to `parameters`.
    ///
    /// - Parameter upstream: a weight for every element of this tensor, of its shape and dtype.
    public func gradients(of parameters: [Tensor], upstream: Tensor) -> [Tensor] {
        var gradients = [Tensor?](repeating: nil, count: parameters.count)
        forEachGradient(of: parameters, upstream: upstream) { gradients[$0] = $1 }
        return gradients.map { $0! }
    }

    /// Hands out the gradients of `gradients(of:upstream:)` one by one, each as soon as nothing more is added to it.
    ///
    /// - Parameter body: gets the index of a parameter and its gradient, which is nobody else's; each parameter once.
    package func forEachGradient(
        of parameters: [Tensor], upstream: Tensor, _ body: (_ index: Int, _ gradient: Tensor) -> Void
    ) {
        require(
            upstream.shape == shape && upstream.dtype == dtype,
            "gradients(of:upstream:): \(shape) \(dtype) and \(upstream.shape) \(upstream.dtype) differ")
        let leaves = parameters.map { parameter in
            guard let leaf = parameter.origin?.node, leaf.isLeaf else {
                fatalError("gradients(of:): shape \(parameter.shape) is not a leaf made by trackingGradient")
            }
            return leaf
        }
        let indices = Dictionary(grouping: leaves.indices) { ObjectIdentifier(leaves[$0]) }
        var pass = BackwardPass()
        if let origin {
            pass.countUses(of: Set(indices.keys), below: origin.node)
            pass.add(upstream.detached, to: origin)
        }
        var isDone = [Bool](repeating: false, count: parameters.count)
        noGradient {
            pass.run { leaf, gradient in
                for index in indices[leaf]! {
                    isDone[index] = true
                    body(index, gradient)
                }
            }
        }
        for (index, leaf) in leaves.enumerated() where !isDone[index] {
            body(index, pass.gradient(of: leaf) ?? .zeros(parameters[index].shape, dtype: parameters[index].dtype))
        }
    }
}

/// The gradients on their way from a result to its leaves.
private struct BackwardPass {
    /// For every node that has been reached, the gradients of its results so far.
    private var gradients: [ObjectIdentifier: [Tensor?]] = [:]
    /// Recorded nodes that wait for their turn, a heap with the latest operation on top.
    private var waiting: [GradientNode] = []
    /// How many gradients may still come to each leaf that is asked for.
    private var uses: [ObjectIdentifier: Int] = [:]

    func gradient(of leaf: GradientNode) -> Tensor? { gradients[ObjectIdentifier(leaf)]?[0] }

    mutating func add(_ gradient: Tensor, to result: NodeResult) {
        let (node, index) = (result.node, result.index)
        let (shape, dtype) = node.results[index]
        require(
            gradient.shape == shape && gradient.dtype == dtype,
            "gradient \(gradient.shape) \(gradient.dtype) for a value \(shape) \(dtype) of \(node.name)")
        let key = ObjectIdentifier(node)
        var sums = gradients.removeValue(forKey: key)
        if sums == nil {
            sums = [Tensor?](repeating: nil, count: node.results.count)
            if !node.isLeaf { push(node) }
        }
        if sums![index] == nil {
            sums![index] = gradient
        } else {
            sums![index]!.accumulate(gradient)
        }
        gradients[key] = sums
    }

    /// Looks through the record for the operations that the leaves asked for are operands of.
    mutating func countUses(of leaves: Set<ObjectIdentifier>, below node: GradientNode) {
        var seen: Set = [ObjectIdentifier(node)]
        var pending = [node]
        while let node = pending.popLast() {
            for case let operand? in node.operands {
                let key = ObjectIdentifier(operand.node)
                if leaves.contains(key) { uses[key, default: 0] += 1 }
                if seen.insert(key).inserted, !operand.node.isLeaf { pending.append(operand.node) }
            }
        }
    }

    /// - Parameter completed: called for each leaf whose uses were counted, as soon as its gradient is complete.
    mutating func run(completed: (ObjectIdentifier, Tensor) -> Void) {
        while let node = pop() {
            var ofResults = gradients.removeValue(forKey: ObjectIdentifier(node))!
            let (operands, backward) = node.consume()
            var ofOperands = backward(&ofResults)
            ofResults = []
            for (index, operand) in operands.enumerated() {
                // Taken out, so that nothing but the sum holds it and it can be changed in place.
                guard let operand else { continue }
                if let value = ofOperands[index].take() { add(value, to: operand) }
                let key = ObjectIdentifier(operand.node)
                guard let left = uses[key] else { continue }
                uses[key] = left - 1
                if left == 1, let gradient = gradients.removeValue(forKey: key)?[0] { completed(key, gradient) }
            }
        }
    }

    private mutating func push(_ node: GradientNode) {
        waiting.append(node)
        var child = waiting.count - 1
        while child > 0, waiting[(child - 1) / 2].number < waiting[child].number {
            waiting.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func pop() -> GradientNode? {
        guard let top = waiting.first else { return nil }
        let last = waiting.removeLast()
        if waiting.isEmpty { return top }
        waiting[0] = last
        var parent = 0
        while 2 * parent + 1 < waiting.count {
            var child = 2 * parent + 1
            if child + 1 < waiting.count, waiting[child + 1].number > waiting[child].number { child += 1 }
            if waiting[parent].number > waiting[child].number { break }
            waiting.swapAt(parent, child)
            parent = child
        }
        return top
    }
}
