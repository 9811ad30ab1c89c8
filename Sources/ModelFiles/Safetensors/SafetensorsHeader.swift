import Diagnostics
import Files

/// The header of a safetensors file: eight bytes of little-endian length, then that many bytes of JSON, then the data.
///
/// Reading is stricter than the format's reference reader, which accepts duplicate keys and leading blanks that its
/// own specification forbids.
struct SafetensorsHeader {
    private(set) var tensors: [String: SafetensorsFile.Entry] = [:]
    private(set) var metadata: [String: String] = [:]

    static let largestByteCount = 100_000_000
    static let largestRank = 8
    static let largestNameByteCount = 1024

    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - file: what errors name.
    /// - Throws: `InputError` with `.data`, naming the file and the byte or tensor.
    init(parsing bytes: UnsafeRawBufferPointer, file: String) throws {
        guard bytes.count >= 8 else {
            throw InputError(.data, at: file, "expected at least 8 bytes of header length, found \(bytes.count)")
        }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(Self.largestByteCount), Int(length) <= bytes.count - 8 else {
            throw InputError(
                .data, at: "\(file): byte 0",
                "expected a header length of at most \(min(bytes.count - 8, Self.largestByteCount)), found \(length)")
        }
        let dataStart = 8 + Int(length)
        let text = UnsafeRawBufferPointer(rebasing: bytes[8..<dataStart])
        guard text.first == UInt8(ascii: "{") else {
            throw InputError(
                .data, at: "\(file): byte 8", "expected '{', found \(text.first.map { "byte \($0)" } ?? "nothing")")
        }
        var scanner = JSONScanner(text, file: file, start: .byte(8))
        try scanner.object { scanner, key, _ throws(InputError) in
            if key == "__metadata__" {
                try scanner.object { scanner, key, _ throws(InputError) in
                    metadata[key] = try scanner.string()
                }
            } else {
                guard key.utf8.count <= Self.largestNameByteCount else {
                    throw scanner.failure(
                        "expected a name of at most \(Self.largestNameByteCount) bytes, found a longer one")
                }
                tensors[key] = try Self.entry(&scanner, name: key, dataStart: dataStart)
            }
        }
        guard text[scanner.position...].allSatisfy({ $0 == UInt8(ascii: " ") }) else {
            throw scanner.failure("expected blanks up to the end of the header, found other bytes")
        }
        try checkLayout(file: file, dataStart: dataStart, fileEnd: bytes.count)
    }

    private static func entry(
        _ scanner: inout JSONScanner, name: String, dataStart: Int
    ) throws(InputError) -> SafetensorsFile.Entry {
        var dtype: SafetensorsDType?
        var shape: [Int]?
        var offsets: [Int]?
        try scanner.object { scanner, key, _ throws(InputError) in
            switch key {
            case "dtype":
                let code = try scanner.string()
                dtype = SafetensorsDType(rawValue: code)
                if dtype == nil { throw scanner.failure("expected a known dtype, found \(quoted(code))") }
            case "shape": shape = try numbers(&scanner, atMost: largestRank)
            case "data_offsets": offsets = try numbers(&scanner, atMost: 2)
            default: throw scanner.failure("expected dtype, shape or data_offsets, found \(quoted(key))")
            }
        }
        guard let dtype, let shape, let offsets, offsets.count == 2 else {
            throw scanner.failure("expected dtype, shape and two data_offsets for \(quoted(name)), found less")
        }
        guard offsets[0] <= offsets[1] else {
            throw scanner.failure("expected ascending data_offsets for \(quoted(name)), found \(offsets)")
        }
        guard let byteCount = byteCount(of: dtype, shape: shape) else {
            throw scanner.failure("expected a shape of whole bytes within 2^63 for \(quoted(name)), found \(shape)")
        }
        guard byteCount == offsets[1] - offsets[0] else {
            throw scanner.failure(
                "expected \(byteCount) bytes of \(dtype.rawValue) \(shape) for \(quoted(name)), found data_offsets \(offsets)"
            )
        }
        return SafetensorsFile.Entry(
            dtype: dtype, shape: shape, byteRange: dataStart + offsets[0]..<dataStart + offsets[1])
    }

    private static func numbers(_ scanner: inout JSONScanner, atMost limit: Int) throws(InputError) -> [Int] {
        var numbers: [Int] = []
        try scanner.array { scanner throws(InputError) in
            guard numbers.count < limit else { throw scanner.failure("expected at most \(limit) numbers, found more") }
            numbers.append(try scanner.naturalNumber())
        }
        return numbers
    }

    /// Bytes that a tensor takes, or nil where the product of its extents does not fit or ends within a byte.
    ///
    /// Extents of 0 count as 1 for the overflow, so that the product of any of the extents fits.
    private static func byteCount(of dtype: SafetensorsDType, shape: [Int]) -> Int? {
        var bits = dtype.bitCount
        for extent in shape {
            let (product, overflow) = bits.multipliedReportingOverflow(by: max(extent, 1))
            if overflow { return nil }
            bits = product
        }
        if shape.contains(0) { return 0 }
        return bits % 8 == 0 ? bits / 8 : nil
    }

    /// Checks that the tensors cover the data exactly: no hole, no overlap, nothing behind the last.
    private func checkLayout(file: String, dataStart: Int, fileEnd: Int) throws {
        let ordered = tensors.sorted {
            ($0.value.byteRange.lowerBound, $0.value.byteRange.upperBound, $0.key)
                < ($1.value.byteRange.lowerBound, $1.value.byteRange.upperBound, $1.key)
        }
        var end = dataStart
        for (name, entry) in ordered {
            guard entry.byteRange.lowerBound == end else {
                throw InputError(
                    .data, at: "\(file): tensor \(quoted(name))",
                    "expected its data at offset \(end - dataStart), where the one before ends, "
                        + "found \(entry.byteRange.lowerBound - dataStart)")
            }
            end = entry.byteRange.upperBound
        }
        guard end == fileEnd else {
            throw InputError(.data, at: file, "expected \(end) bytes as its header says, found \(fileEnd)")
        }
    }
}
