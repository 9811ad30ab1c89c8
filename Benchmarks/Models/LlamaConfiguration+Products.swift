import Signet

extension LlamaConfiguration {
    /// The products of a layer, forward and for the gradients of inputs.
    func layerProducts(rows: Int) -> [ProductShape] {
        projectionShapes.flatMap { _, size in
            let shape = ProductShape(rows: rows, output: size[0], input: size[1])
            return [shape, shape.mirrored]
        }
    }
}
