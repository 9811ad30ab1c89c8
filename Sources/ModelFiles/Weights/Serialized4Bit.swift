import Diagnostics
import Files
import Tensors

/// A 4-bit weight in the parts that bitsandbytes stores.
///
/// The elements, flattened row-major, are cut into blocks; element `i` is `quantMap[code i] * scale[i / blockSize]`.
/// Codes and scales that were read from a file lie in its mapping where they fit their type.
public struct Serialized4Bit: Sendable {
    /// Which 16 values the codes stand for.
    public var quantType: QuantizationType
    /// Elements that share a scale.
    public var blockSize: Int
    /// The extents of the weight, `[out, in]`.
    public var shape: [Int]
    /// The element type the weight had before, and is to be dequantized to.
    public var dtype: DType
    /// Two codes a byte, the first in the high nibble; uint8 [bytes].
    public var codes: Tensor
    /// The scale of each block, the largest magnitude in it.
    public var scales: BlockScales
    /// The values of the 16 codes.
    public var quantMap: [Float]

    /// A weight of parts that fit each other: `(n + 1) / 2` bytes of codes, a scale for each block, 16 values.
    public init(
        quantType: QuantizationType, blockSize: Int, shape: [Int], dtype: DType, codes: Tensor, scales: BlockScales,
        quantMap: [Float]
    ) {
        self.quantType = quantType
        self.blockSize = blockSize
        self.shape = shape
        self.dtype = dtype
        self.codes = codes
        self.scales = scales
        self.quantMap = quantMap
    }

    /// A quantized matrix whose elements were of type `dtype`.
    public init(_ matrix: QuantizedMatrix, dtype: DType) {
        self.init(
            quantType: matrix.type, blockSize: matrix.blockSize, shape: matrix.shape, dtype: dtype,
            codes: matrix.codes, scales: matrix.scales, quantMap: matrix.type.values)
    }

    static let nestedMapCount = 256

    static func stateName(_ name: String, _ quantType: QuantizationType) -> String {
        "\(name).quant_state.bitsandbytes__\(quantType.rawValue)"
    }

    /// Reads the parts of `name`, or returns nil where there is no quantization state of that name.
    ///
    /// - Throws: `InputError` with `.data` where a part is missing or does not fit the others.
    init?(reading name: String, from weights: SafetensorsWeights, place: String) throws {
        guard let quantType = QuantizationType.allCases.first(where: { weights.contains(Self.stateName(name, $0)) })
        else {
            return nil
        }
        let text = try weights.part(Self.stateName(name, quantType), .uint8)
        let state = try JSONNode(parsing: Array(text), file: "\(place): quant_state")
        try state.refuseKeys(otherThan: [
            "quant_type", "blocksize", "dtype", "shape", "nested_blocksize", "nested_dtype", "nested_offset",
        ])
        guard try state.string("quant_type") == quantType.rawValue else {
            throw state.failure("quant_type", "\"\(quantType.rawValue)\"")
        }
        guard let blockSize = try state.count("blocksize"), QuantizedMatrix.blockSizes.contains(blockSize) else {
            throw state.failure("blocksize", "one of \(QuantizedMatrix.blockSizes)")
        }
        guard let dtype = DType(rawValue: try state.string("dtype") ?? ""), dtype.isFloatingPoint else {
            throw state.failure("dtype", "\"float32\", \"bfloat16\" or \"float16\"")
        }
        let (shape, elementCount) = try Self.shape(state)
        let blockCount = (elementCount - 1) / blockSize + 1
        let codes = try weights.tensor(name, .uint8)
        try Self.check(codes.count, elementCount / 2 + elementCount % 2, "bytes of codes", place)
        let quantMap = try weights.tensor("\(name).quant_map", .float32).floats
        try Self.check(quantMap.count, 16, "values in its quant_map", place)
        let scales: BlockScales
        if weights.contains("\(name).nested_absmax") {
            scales = try Self.nested(name, state, from: weights, blockCount: blockCount, place: place)
        } else {
            let absmax = try weights.tensor("\(name).absmax", .float32)
            try Self.check(absmax.count, blockCount, "scales", place)
            scales = .plain(absmax)
        }
        self.init(
            quantType: quantType, blockSize: blockSize, shape: shape, dtype: dtype, codes: codes, scales: scales,
            quantMap: quantMap)
    }

    private static func nested(
        _ name: String, _ state: JSONNode, from weights: SafetensorsWeights, blockCount: Int, place: String
    ) throws -> BlockScales {
        let blockSize = try state.required("nested_blocksize").count
        guard try state.string("nested_dtype") == "float32" else { throw state.failure("nested_dtype", "\"float32\"") }
        let offset = Float(try state.required("nested_offset").double)
        guard offset.isFinite else { throw state.failure("nested_offset", "a number within the range of f32") }
        let codes = try weights.tensor("\(name).absmax", .uint8)
        try check(codes.count, blockCount, "codes of scales", place)
        let nested = try weights.tensor("\(name).nested_absmax", .float32)
        try check(nested.count, (blockCount - 1) / blockSize + 1, "nested scales", place)
        let map = try weights.tensor("\(name).nested_quant_map", .float32)
        try check(map.count, nestedMapCount, "values in its nested_quant_map", place)
        return .nested(codes: codes, map: map, nested: nested, offset: offset, nestedBlockSize: blockSize)
    }

    private static func shape(_ state: JSONNode) throws -> (shape: [Int], elementCount: Int) {
        let expected = "1 to 8 extents whose product is within 2^63"
        guard let elements = state.value["shape"]?.array, (1...8).contains(elements.count) else {
            throw state.failure("shape", expected)
        }
        var shape: [Int] = []
        var product = 1
        for element in elements {
            guard let extent = element.integer, extent >= 1 else { throw state.failure("shape", expected) }
            let (next, overflow) = product.multipliedReportingOverflow(by: extent)
            guard !overflow else { throw state.failure("shape", expected) }
            product = next
            shape.append(extent)
        }
        return (shape, product)
    }

    private static func check(_ found: Int, _ expected: Int, _ what: String, _ place: String) throws {
        guard found == expected else {
            throw InputError(.data, at: place, "expected \(expected) \(what), found \(found)")
        }
    }
}

extension SafetensorsWeights {
    /// The bytes of one part of a 4-bit weight, read without their surroundings.
    fileprivate func part(_ name: String, _ encoding: WeightEncoding) throws -> UnsafeRawBufferPointer {
        try requireEncoding(name, encoding)
        prefetch(name)
        return try bytes(name)
    }

    /// One part of a 4-bit weight as a vector: over the mapped file, or copied where its address does not fit the type.
    fileprivate func tensor(_ name: String, _ dtype: DType) throws -> Tensor {
        try requireEncoding(name, WeightEncoding(dtype))
        let bytes = try bytes(name)
        let flat = [bytes.count / dtype.byteCount]
        return try mapped(name)?.reshaped(flat) ?? Tensor(copying: bytes, shape: flat, dtype: dtype)
    }

    private func requireEncoding(_ name: String, _ encoding: WeightEncoding) throws {
        let found = try entry(name).encoding
        guard found == encoding else {
            throw InputError(
                .data, at: try "\(path(of: name)): tensor \(quoted(name))",
                "expected \(encoding.rawValue), found \(found.rawValue)")
        }
    }
}
