import Files
import Tensors

extension Serialized4Bit {
    /// Bytes kept for `nested_offset`: no number of f64 takes more in JSON.
    private static let offsetByteCount = 24

    /// The tensors that hold a weight, as they have to be declared to a writer before the weight is quantized.
    ///
    /// - Parameters:
    ///   - name: the weight's name, which ends in `.weight`.
    ///   - nestedBlockSize: scales that share a scale, or nil where they stay f32.
    public static func entries(
        named name: String, shape: [Int], quantType: QuantizationType, blockSize: Int, nestedBlockSize: Int?,
        dtype: DType
    ) -> [SafetensorsWriter.Entry] {
        let elementCount = shape.reduce(1, *)
        let blockCount = (elementCount + blockSize - 1) / blockSize
        let state = stateBytes(
            shape: shape, quantType: quantType, blockSize: blockSize, dtype: dtype,
            nested: nestedBlockSize.map { ($0, 0) })
        var entries = [
            SafetensorsWriter.Entry(name: name, dtype: .uint8, shape: [(elementCount + 1) / 2, 1]),
            SafetensorsWriter.Entry(name: "\(name).quant_map", dtype: .float32, shape: [16]),
            SafetensorsWriter.Entry(name: stateName(name, quantType), dtype: .uint8, shape: [state.count]),
            SafetensorsWriter.Entry(
                name: "\(name).absmax", dtype: nestedBlockSize == nil ? .float32 : .uint8, shape: [blockCount]),
        ]
        if let nestedBlockSize {
            let count = (blockCount + nestedBlockSize - 1) / nestedBlockSize
            entries += [
                SafetensorsWriter.Entry(name: "\(name).nested_absmax", dtype: .float32, shape: [count]),
                SafetensorsWriter.Entry(name: "\(name).nested_quant_map", dtype: .float32, shape: [nestedMapCount]),
            ]
        }
        return entries
    }

    /// Writes the weight's tensors, which `entries(named:…)` declared.
    ///
    /// - Throws: `InputError` with `.tryAgain` where the disk is full.
    public func write(named name: String, to writer: inout SafetensorsWriter) throws {
        try writer.append(codes, to: name)
        try writer.append(quantMap, to: "\(name).quant_map")
        var nestedState: (blockSize: Int, offset: Float)?
        switch scales {
        case .plain(let absmax): try writer.append(absmax, to: "\(name).absmax")
        case .nested(let codes, let map, let nested, let offset, let nestedBlockSize):
            nestedState = (nestedBlockSize, offset)
            try writer.append(codes, to: "\(name).absmax")
            try writer.append(nested, to: "\(name).nested_absmax")
            try writer.append(map, to: "\(name).nested_quant_map")
        }
        let state = Self.stateBytes(
            shape: shape, quantType: quantType, blockSize: blockSize, dtype: dtype, nested: nestedState)
        try writer.append(state, to: Self.stateName(name, quantType))
    }

    /// The state as JSON, as bitsandbytes writes it.
    ///
    /// Blanks behind the text make up for the length of `nested_offset`, which is known only once the weight is
    /// quantized, while a writer needs the length before. Further ones fill up the weight's bytes (its codes, the codes of
    /// its scales and this state follow each other in the file) so that the next weight is aligned as this one is.
    private static func stateBytes(
        shape: [Int], quantType: QuantizationType, blockSize: Int, dtype: DType,
        nested: (blockSize: Int, offset: Float)?
    ) -> [UInt8] {
        let elementCount = shape.reduce(1, *)
        var members: [JSONValue.Member] = [
            .init("quant_type", .string(quantType.rawValue)), .init("blocksize", .number(blockSize)),
            .init("dtype", .string(dtype.rawValue)), .init("shape", .array(shape.map { .number($0) })),
        ]
        var byteCount = (elementCount + 1) / 2
        var room = 0
        if let nested {
            let offset = JSONValue.float(Double(nested.offset))
            members += [
                .init("nested_blocksize", .number(nested.blockSize)), .init("nested_dtype", .string("float32")),
                .init("nested_offset", offset),
            ]
            byteCount += (elementCount + blockSize - 1) / blockSize
            room = offsetByteCount - offset.compactText.utf8.count
        }
        let text = Array(JSONValue.object(members).compactText.utf8)
        let alignment = SafetensorsWriter.lineByteCount
        let excess = (byteCount + text.count + room) % alignment
        return text + repeatElement(UInt8(ascii: " "), count: room + (alignment - excess) % alignment)
    }
}
