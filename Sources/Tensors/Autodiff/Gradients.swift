import Diagnostics

extension Tensor {
    /// The gradients of this scalar with respect to `parameters`, in their order.
    ///
    /// The record of the computation is freed on the way and cannot be used twice. A parameter that this scalar does
    /// not depend on has a gradient of zeros.
    public func gradients(of parameters: [Tensor]) -> [Tensor] {
        require(count == 1, "gradients(of:): expected a scalar, found shape \(shape)")
        require(node != nil, "gradients(of:): the scalar depends on nothing that tracks gradients")
        return gradients(of: parameters, upstream: Tensor.ones(shape).converted(to: dtype))
    }

    /// The product of `upstream` with the Jacobian of this tensor with respect to `parameters`.
    ///
    /// - Parameter upstream: a weight for every element of this tensor, of its shape and dtype.
    public func gradients(of parameters: [Tensor], upstream: Tensor) -> [Tensor] {
        require(
            upstream.shape == shape && upstream.dtype == dtype,
            "gradients(of:upstream:): \(shape) \(dtype) and \(upstream.shape) \(upstream.dtype) differ")
        var pass = BackwardPass()
        if let node { pass.add(upstream.detached, to: node) }
        noGradient { pass.run() }
        return parameters.map { parameter in
            guard let leaf = parameter.node, leaf.isLeaf else {
                fatalError("gradients(of:): shape \(parameter.shape) is not a leaf made by trackingGradient")
            }
            return pass.gradient(of: leaf) ?? Tensor.zeros(parameter.shape, dtype: parameter.dtype)
        }
    }
}

/// The gradients on their way from a result to its leaves.
private struct BackwardPass {
    private var gradients: [ObjectIdentifier: Tensor] = [:]
    /// Recorded nodes that wait for their turn, a heap with the latest operation on top.
    private var waiting: [GradientNode] = []

    func gradient(of leaf: GradientNode) -> Tensor? { gradients[ObjectIdentifier(leaf)] }

    mutating func add(_ gradient: Tensor, to node: GradientNode) {
        require(
            gradient.shape == node.shape && gradient.dtype == node.dtype,
            "gradient \(gradient.shape) \(gradient.dtype) for a value \(node.shape) \(node.dtype) of \(node.name)")
        let key = ObjectIdentifier(node)
        if var sum = gradients.removeValue(forKey: key) {
            sum.accumulate(gradient)
            gradients[key] = sum
        } else {
            gradients[key] = gradient
            if !node.isLeaf { push(node) }
        }
    }

    mutating func run() {
        while let node = pop() {
            let gradient = gradients.removeValue(forKey: ObjectIdentifier(node))!
            let (operands, backward) = node.consume()
            for (operand, value) in zip(operands, backward(gradient)) {
                if let operand, let value { add(value, to: operand) }
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
