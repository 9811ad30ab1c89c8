import ModelFiles
import Tensors

/// The weights of a model that are held in another form than their file's, and where each lies where they lie one after
/// the other.
package struct ConversionPlan: Sendable {
    /// What a weight becomes.
    enum Form: Sendable, Equatable {
        case quantized(QuantizationSettings)
        case dense(DType)
    }

    /// A weight [out, in].
    struct Weight: Sendable {
        let name: String
        let shape: [Int]
        let form: Form
        /// Where its parts begin.
        let offset: Int
    }

    private(set) var weights: [Weight] = []
    /// Bytes of all of them.
    package private(set) var byteCount = 0

    /// - Parameters:
    ///   - computeType: what blocks of a GGUF file become where they are neither quantized nor kept.
    ///   - quantization: of the projections; nil keeps them as they are stored.
    /// - Throws: `InputError` with `.data` where a weight is missing or has another shape.
    package init(_ location: ModelLocation, computeType: DType, quantization: QuantizationSettings?) throws {
        let configuration = location.configuration
        let reader = WeightReader(location, order: [])
        let table = [configuration.vocabularySize, configuration.hiddenSize]
        let tables = ["model.embed_tokens.weight"] + (configuration.tiesWordEmbeddings ? [] : ["lm_head.weight"])
        for name in tables where try !reader.keepsBlocks(name) {
            try append(name, table, reader.denseForm(name, shape: table, blockType: computeType))
        }
        for (name, shape) in configuration.projectionWeights
        where try reader.serialized4Bit(name, shape: shape) == nil {
            let form =
                try quantization.map(Form.quantized) ?? reader.denseForm(name, shape: shape, blockType: computeType)
            append(name, shape, form)
        }
    }

    private mutating func append(_ name: String, _ shape: [Int], _ form: Form?) {
        guard let form else { return }
        weights.append(Weight(name: name, shape: shape, form: form, offset: byteCount))
        byteCount += form.parts(of: shape).reduce(0) { $0 + Self.room(for: $1.byteCount) }
    }

    /// The weights that one of several processes converts: about as many bytes as each of the others.
    func share(_ index: Int, of count: Int) -> [Weight] {
        var loads = [Int](repeating: 0, count: count)
        return weights.filter { weight in
            let least = loads.indices.min { loads[$0] < loads[$1] }!
            loads[least] += weight.form.byteCount(of: weight.shape)
            return least == index
        }
    }

    /// Bytes that a part takes with what keeps the next one aligned.
    static func room(for byteCount: Int) -> Int { (byteCount + 63) / 64 * 64 }
}

extension ConversionPlan.Form {
    /// A tensor of which a weight consists.
    struct Part: Equatable {
        let shape: [Int]
        let dtype: DType

        init(_ shape: [Int], _ dtype: DType) { (self.shape, self.dtype) = (shape, dtype) }

        var byteCount: Int { shape.reduce(1, *) * dtype.byteCount }
    }

    /// Bytes of a weight of that shape.
    func byteCount(of shape: [Int]) -> Int { parts(of: shape).reduce(0) { $0 + $1.byteCount } }

    /// The parts of a weight of that shape.
    func parts(of shape: [Int]) -> [Part] {
        switch self {
        case .dense(let dtype): return [Part(shape, dtype)]
        case .quantized(let settings):
            let count = shape.reduce(1, *)
            let blocks = (count + settings.blockSize - 1) / settings.blockSize
            let runs = (blocks + QuantizedMatrix.nestedBlockSize - 1) / QuantizedMatrix.nestedBlockSize
            let codes = Part([(count + 1) / 2], .uint8)
            return settings.doubleQuantized
                ? [codes, Part([blocks], .uint8), Part([256], .float32), Part([runs], .float32), Part([1], .float32)]
                : [codes, Part([blocks], .float32)]
        }
    }
}

extension QuantizedMatrix {
    /// What the matrix consists of, as `ConversionPlan.Form.parts(of:)` says.
    var parts: [Tensor] {
        switch scales {
        case .plain(let absmax): [codes, absmax]
        case .nested(let scaleCodes, let map, let nested, let offset, _):
            [codes, scaleCodes, map, nested, Tensor([offset])]
        }
    }

    /// A matrix of such parts.
    init(_ shape: [Int], _ settings: QuantizationSettings, parts: [Tensor]) {
        let scales: BlockScales =
            settings.doubleQuantized
            ? .nested(
                codes: parts[1], map: parts[2], nested: parts[3], offset: parts[4].floats[0],
                nestedBlockSize: Self.nestedBlockSize)
            : .plain(parts[1])
        self.init(
            shape: shape, type: settings.type, blockSize: settings.blockSize, codes: parts[0], scales: scales)
    }
}
