import Diagnostics
import Foundation
import Tensors
import TestSupport
import Testing

@testable import ModelFiles

let target = "ModelFilesTests"

/// Runs `body` with a folder that is removed afterwards.
func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = try Fixtures.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}

/// Writes a file anew: cutting an old one to nothing first would make the file system flush it to the disk.
func write(_ bytes: [UInt8], to url: URL) throws {
    unlink(url.path)
    try Data(bytes).write(to: url)
}

func write(_ text: String, to url: URL) throws { try write(Array(text.utf8), to: url) }

/// A whole weight as f32.
func readFloat32(_ weights: any WeightSource, _ name: String) throws -> [Float] {
    let count = try weights.entry(name).elementCount
    return try [Float](unsafeUninitializedCapacity: count) { buffer, initializedCount in
        try weights.readFloat32(name, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
        initializedCount = count
    }
}

/// A whole weight as the bits of bf16.
func readBFloat16(_ weights: any WeightSource, _ name: String) throws -> [UInt16] {
    let count = try weights.entry(name).elementCount
    return try [UInt16](unsafeUninitializedCapacity: count) { buffer, initializedCount in
        try weights.readBFloat16(name, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
        initializedCount = count
    }
}

/// The error that `body` throws, which has to be an `InputError` of the given code whose place names `place`.
@discardableResult
func expectInputError(
    _ code: ExitCode = .data, naming place: String, _ context: String = "",
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> InputError? {
    do {
        try body()
        Issue.record("nothing was thrown \(context)", sourceLocation: sourceLocation)
    } catch let error as InputError {
        #expect(error.exitCode == code, "\(context) \(error)", sourceLocation: sourceLocation)
        #expect(error.place.contains(place), "\(context) \(error)", sourceLocation: sourceLocation)
        #expect(
            error.message.contains("expected") || error.message.hasPrefix("could not be"), "\(context) \(error)",
            sourceLocation: sourceLocation)
        #expect(!error.description.contains { $0.isNewline }, "\(context)", sourceLocation: sourceLocation)
        return error
    } catch {
        Issue.record("\(error) \(context)", sourceLocation: sourceLocation)
    }
    return nil
}

extension Data {
    /// Without the blanks at the end.
    func trimmingBlanks() -> Data { self[...(lastIndex { $0 != UInt8(ascii: " ") } ?? startIndex)] }
}

/// Parses a file's header and reads all that its tensors hold.
enum WholeFile {
    static func readSafetensors(_ bytes: UnsafeRawBufferPointer, file: String) throws {
        for (_, entry) in try SafetensorsHeader(parsing: bytes, file: file).tensors {
            guard let dtype = entry.dtype.dtype, dtype.isFloatingPoint else { continue }
            let weight = WeightEntry(
                encoding: WeightEncoding(dtype), shape: entry.shape, byteCount: entry.byteRange.count)
            try read(weight, UnsafeRawBufferPointer(rebasing: bytes[entry.byteRange]))
        }
    }

    static func readGGUF(_ bytes: UnsafeRawBufferPointer, file: String) throws {
        for (_, entry) in try GGUFHeader(parsing: bytes, file: file).tensors where entry.encoding.isFloatingPoint {
            let weight = WeightEntry(encoding: entry.encoding, shape: entry.shape, byteCount: entry.byteRange.count)
            try read(weight, UnsafeRawBufferPointer(rebasing: bytes[entry.byteRange]))
        }
    }

    private static func read(_ weight: WeightEntry, _ bytes: UnsafeRawBufferPointer) throws {
        let reader = try RowReader(weight, bytes: bytes, place: "")
        withUnsafeTemporaryAllocation(of: Float.self, capacity: weight.elementCount) {
            reader.readFloat32(rows: 0..<weight.rowCount, into: $0)
        }
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: weight.elementCount) {
            reader.readBFloat16(rows: 0..<weight.rowCount, into: $0)
        }
    }
}
