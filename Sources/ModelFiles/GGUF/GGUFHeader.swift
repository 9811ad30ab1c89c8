import Diagnostics

/// Everything of a GGUF file in front of the tensors' data: magic, version, metadata and the list of tensors.
struct GGUFHeader {
    private(set) var version = 0
    private(set) var alignment = 32
    private(set) var metadata: [String: GGUFValue] = [:]
    private(set) var tensors: [String: GGUFFile.Entry] = [:]

    private static let alignmentKey = "general.alignment"
    /// Key, type and one byte of value; name, rank, one extent, type and offset.
    private static let smallestPair = 13
    private static let smallestTensor = 32

    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - file: what errors name.
    /// - Throws: `InputError` with `.data`, naming the file and the byte, key or tensor.
    init(parsing bytes: UnsafeRawBufferPointer, file: String) throws {
        var scanner = GGUFScanner(bytes, file: file)
        guard bytes.starts(with: "GGUF".utf8) else {
            throw InputError(.data, at: "\(file): byte 0", "expected the letters GGUF, found others")
        }
        _ = try scanner.uint32()
        try readVersion(&scanner)
        let tensorCount = try scanner.count(of: "tensors", smallest: Self.smallestTensor)
        let pairCount = try scanner.count(of: "metadata keys", smallest: Self.smallestPair)
        for _ in 0..<pairCount {
            let start = scanner
            let key = try scanner.string()
            guard metadata[key] == nil else {
                throw start.failure("expected each key once, found \(quoted(key)) again")
            }
            metadata[key] = try scanner.value()
        }
        try readAlignment(file: file)

        var names: [String] = []
        names.reserveCapacity(tensorCount)
        for _ in 0..<tensorCount {
            let start = scanner
            let name = try scanner.string()
            guard tensors[name] == nil else {
                throw start.failure("expected each tensor once, found \(quoted(name)) again")
            }
            tensors[name] = try Self.entry(&scanner, place: "\(file): tensor \(quoted(name))")
            names.append(name)
        }
        try placeTensors(names, behind: scanner.position, fileEnd: bytes.count, file: file)
    }

    private mutating func readVersion(_ scanner: inout GGUFScanner) throws {
        let start = scanner
        let version = try scanner.uint32()
        guard version == 2 || version == 3 else {
            let isBigEndian = version.byteSwapped == 2 || version.byteSwapped == 3
            throw start.failure(
                "expected version 2 or 3, found \(isBigEndian ? "a big-endian file" : String(version))")
        }
        self.version = Int(version)
    }

    private mutating func readAlignment(file: String) throws {
        guard let value = metadata[Self.alignmentKey] else { return }
        guard case .uint32(let alignment) = value, alignment.nonzeroBitCount == 1 else {
            throw InputError(
                .data, at: "\(file): \(Self.alignmentKey)", "expected a power of two, found \(value.summary)")
        }
        self.alignment = Int(alignment)
    }

    /// Reads rank, extents, type and offset of a tensor; the byte range still counts from the start of the data.
    private static func entry(_ scanner: inout GGUFScanner, place: String) throws -> GGUFFile.Entry {
        func failure(_ message: String) -> InputError { InputError(.data, at: place, message) }
        let rank = try scanner.uint32()
        guard (1...4).contains(rank) else { throw failure("expected 1 to 4 extents, found \(rank)") }
        var shape: [Int] = []
        for _ in 0..<rank {
            let extent = try scanner.uint64()
            guard extent >= 1, extent <= UInt64(Int.max) else {
                throw failure("expected an extent from 1 to 2^63, found \(extent)")
            }
            shape.insert(Int(extent), at: 0)
        }
        let type = try scanner.uint32()
        guard let encoding = WeightEncoding(ggufType: type) else {
            let known = WeightEncoding.allCases.filter { $0.ggufType != nil }.map(\.rawValue).joined(separator: ", ")
            throw failure("expected one of the types \(known), found type \(type)")
        }
        guard shape.last! % encoding.blockElementCount == 0 else {
            throw failure(
                "expected rows of whole blocks of \(encoding.blockElementCount) elements, found rows of \(shape.last!)")
        }
        var elementCount = 1
        for extent in shape {
            let (product, overflow) = elementCount.multipliedReportingOverflow(by: extent)
            guard !overflow else { throw failure("expected fewer than 2^63 elements, found extents \(shape)") }
            elementCount = product
        }
        let (byteCount, overflow) = (elementCount / encoding.blockElementCount)
            .multipliedReportingOverflow(by: encoding.blockByteCount)
        let offset = try scanner.uint64()
        guard !overflow, offset <= UInt64(Int.max - byteCount) else {
            throw failure("expected data within 2^63 bytes, found extents \(shape) at offset \(offset)")
        }
        return GGUFFile.Entry(encoding: encoding, shape: shape, byteRange: Int(offset)..<Int(offset) + byteCount)
    }

    /// Moves the byte ranges behind the header and checks that they are aligned, inside the file and apart.
    private mutating func placeTensors(_ names: [String], behind headerEnd: Int, fileEnd: Int, file: String) throws {
        let dataStart = (headerEnd + alignment - 1) / alignment * alignment
        var end = 0
        var previous = ""
        for name in names.sorted(by: { tensors[$0]!.byteRange.lowerBound < tensors[$1]!.byteRange.lowerBound }) {
            let entry = tensors[name]!
            let place = "\(file): tensor \(quoted(name))"
            guard entry.byteRange.lowerBound % alignment == 0 else {
                throw InputError(
                    .data, at: place,
                    "expected an offset that is a multiple of \(alignment), found \(entry.byteRange.lowerBound)")
            }
            guard entry.byteRange.lowerBound >= end else {
                throw InputError(
                    .data, at: place,
                    "expected data behind offset \(end), where \(quoted(previous)) ends, found \(entry.byteRange.lowerBound)"
                )
            }
            guard dataStart <= fileEnd, entry.byteRange.upperBound <= fileEnd - dataStart else {
                throw InputError(
                    .data, at: place,
                    "expected \(entry.byteRange.count) bytes at offset \(entry.byteRange.lowerBound), "
                        + "found \(max(0, fileEnd - dataStart - entry.byteRange.lowerBound)) up to the end of the file")
            }
            end = entry.byteRange.upperBound
            previous = name
            tensors[name] = GGUFFile.Entry(
                encoding: entry.encoding, shape: entry.shape,
                byteRange: dataStart + entry.byteRange.lowerBound..<dataStart + entry.byteRange.upperBound)
        }
    }
}

extension WeightEncoding {
    /// The number that a GGUF file has for this encoding, or nil where it has none that is read here.
    var ggufType: UInt32? {
        switch self {
        case .float32: 0
        case .float16: 1
        case .q40: 2
        case .q41: 3
        case .q50: 6
        case .q51: 7
        case .q80: 8
        case .q4K: 12
        case .q5K: 13
        case .q6K: 14
        case .int32: 26
        case .int64: 27
        case .bfloat16: 30
        case .uint8: nil
        }
    }

    init?(ggufType: UInt32) {
        guard let encoding = Self.allCases.first(where: { $0.ggufType == ggufType }) else { return nil }
        self = encoding
    }
}
