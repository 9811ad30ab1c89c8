import Diagnostics
import Files
import Foundation
import ModelFiles
import Models
import Tokenizers

/// A 4-bit copy of a model: a Hugging Face folder in bitsandbytes' serialized form, with the model's tokenizer.
public enum FourBitCopy {
    /// Writes the copy of a model.
    ///
    /// The folder appears under its name only when it is complete.
    ///
    /// - Parameters:
    ///   - location: a model that is not quantized to 4 bits yet; blocks of a GGUF file count as not quantized.
    ///   - destination: a folder that does not exist or is empty; the folders above it are made.
    /// - Throws: `InputError` with `.usage` where something stands at the destination, `.data` where the model is
    ///   malformed or in 4 bits already, `.tryAgain` where the disk refuses.
    public static func write(
        _ location: ModelLocation, settings: QuantizationSettings, to destination: URL
    ) throws {
        try requireFree(destination)
        // A copy without a tokenizer that can be read would be of no use.
        _ = try Tokenizer(of: location)
        let staging = destination.deletingLastPathComponent()
            .appendingPathComponent(".\(destination.lastPathComponent).\(UUID().uuidString).partial")
        try make(staging)
        do {
            try location.writeFourBitWeights(settings, to: staging)
            for (name, bytes) in try tokenizerFiles(location) {
                try AtomicFile.write(bytes, to: staging.appendingPathComponent(name).path)
            }
            guard rename(staging.path, destination.path) == 0 else {
                throw InputError(
                    .tryAgain, at: destination.path, "the folder cannot be made: \(String(cString: strerror(errno)))")
            }
        } catch {
            try? FileManager.default.removeItem(at: staging)
            throw error
        }
    }

    private static func requireFree(_ destination: URL) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: destination.path, isDirectory: &isFolder) else { return }
        let contents = try? FileManager.default.contentsOfDirectory(atPath: destination.path)
        guard isFolder.boolValue, contents?.isEmpty == true else {
            throw InputError(
                .usage, at: destination.path,
                "expected a folder that does not exist or is empty, found \(isFolder.boolValue ? "one with files" : "a file")"
            )
        }
    }

    private static func make(_ folder: URL) throws {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw InputError(.tryAgain, at: folder.path, "the folder cannot be made: \(error.localizedDescription)")
        }
    }

    private static func tokenizerFiles(_ location: ModelLocation) throws -> [(name: String, bytes: [UInt8])] {
        if let metadata = location.tokenizer {
            return try GGUFVocabulary(metadata, place: location.url.path).huggingFaceFiles()
        }
        return ModelLocation.tokenizerFileNames.compactMap { name in
            FileManager.default.contents(atPath: location.url.appendingPathComponent(name).path).map {
                (name, Array($0))
            }
        }
    }
}
