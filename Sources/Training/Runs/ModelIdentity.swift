import CheckpointIO
import Files
import Foundation
import ModelFiles
import Models
import Tensors

extension ModelLocation {
    /// Bytes at either end of a tensor that its model's digest covers.
    private static let sampledByteCount = 64 << 10

    /// The digest by which a checkpoint knows its base model.
    ///
    /// It covers whole: `config.json`; the header of every file of weights (names, types, shapes and places of all tensors,
    /// in a GGUF file the metadata too) and the file's length; and the form the weights are computed in. Of every tensor it
    /// covers the first and the last 64 KiB, so that a start need not read a model of many GB. Another model, a model that
    /// was trained further, pruned, converted, cut short or downloaded only in part is noticed. What is not noticed is a
    /// change in the middle of a tensor of more than 128 KiB that leaves both its ends and the file's length as they were.
    ///
    /// - Parameters:
    ///   - form: what else makes a difference to the products, such as the quantization.
    /// - Throws: `InputError` with `.data` where a file was cut short since it was opened.
    package func digest(form: [String]) throws -> String {
        let stream = DigestStream()
        for part in form { stream.update(part) }
        if let configuration = try contents(ofFileNamed: "config.json") { stream.update(configuration) }
        for file in weights.files {
            try file.file.checkLength()
            let samples = file.samples(of: Self.sampledByteCount)
            // All at once: the disk has them together sooner than one after the other.
            for sample in samples { file.file.prefetch(sample) }
            stream.update(UInt64(file.file.byteCount))
            for sample in samples {
                stream.update(UnsafeRawBufferPointer(rebasing: file.file.bytes[sample]))
                file.file.release(sample)
            }
        }
        return stream.hex()
    }

    /// The digest of all that a model's answers depend on: its weights as `digest(form:)` covers them, the form they are
    /// computed in, its tokenizer and its adapter.
    ///
    /// - Parameter adapter: a PEFT folder.
    /// - Throws: `InputError` where a file cannot be read.
    public func generationDigest(
        adapter: URL?, computeType: DType, quantization: QuantizationSettings?
    ) throws -> String {
        var parts = [
            try digest(form: ["\(computeType)", quantization.map { "\($0)" } ?? "none"]), try tokenizerDigest(),
        ]
        if let adapter {
            for name in PEFTAdapter.fileNames {
                parts.append(try Digest.of(file: adapter.appendingPathComponent(name)))
            }
        }
        return Digest.of(text: parts.joined(separator: " "))
    }

    /// The digest of what the tokenizer and the chat template are made of: the tokenizer's files in a folder, which it
    /// covers whole, or the metadata of a GGUF file.
    ///
    /// - Throws: `InputError` where a file cannot be read.
    package func tokenizerDigest() throws -> String {
        let stream = DigestStream()
        if tokenizer != nil {
            for file in weights.files {
                stream.update(UnsafeRawBufferPointer(rebasing: file.file.bytes[file.headerRange]))
                file.file.release(file.headerRange)
            }
        } else {
            for name in Self.tokenizerFileNames {
                guard let bytes = try contents(ofFileNamed: name) else { continue }
                stream.update(name)
                stream.update(bytes)
            }
        }
        return stream.hex()
    }

    /// The bytes of a file of the folder; nil where there is none or the model is no folder.
    private func contents(ofFileNamed name: String) throws -> [UInt8]? {
        let file = url.appendingPathComponent(name)
        return FileManager.default.fileExists(atPath: file.path) ? try PosixFile.contents(of: file) : nil
    }
}

extension DigestStream {
    /// Takes the number of bytes and then the bytes.
    fileprivate func update(_ bytes: [UInt8]) {
        update(UInt64(bytes.count))
        bytes.withUnsafeBytes { update($0) }
    }
}

extension TensorFile {
    /// What lies before the tensors.
    fileprivate var headerRange: Range<Int> { 0..<(tensorRanges.first?.lowerBound ?? file.byteCount) }

    /// The header, and both ends of every tensor.
    fileprivate func samples(of byteCount: Int) -> [Range<Int>] {
        [headerRange]
            + tensorRanges.flatMap { range in
                range.count <= 2 * byteCount
                    ? [range]
                    : [
                        range.lowerBound..<range.lowerBound + byteCount,
                        range.upperBound - byteCount..<range.upperBound,
                    ]
            }
    }
}
