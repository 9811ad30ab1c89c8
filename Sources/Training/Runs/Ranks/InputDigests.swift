import Files
import Foundation
import ModelFiles
import Models

/// The digests of what a run reads.
struct InputDigests {
    let model: String
    let tokenizer: String
    let data: String
    /// Of evaluation rows and of the adapter that the run begins with, by the keys that name them.
    private let others: [String: String]

    /// - Throws: `InputError` naming a file that cannot be read.
    init(_ configuration: TrainConfiguration, _ location: ModelLocation) throws {
        let quantization = configuration.model.quantization.map { "\($0)" } ?? "none"
        model = try location.digest(form: [quantization, "\(configuration.model.computeDtype)"])
        tokenizer = try location.tokenizerDigest()
        func digest(_ path: String) throws -> String { try Digest.of(file: URL(fileURLWithPath: path)) }
        data = try digest(configuration.data.train)
        var others: [String: String] = [:]
        others["data.eval"] = try configuration.data.eval.map(digest)
        others["lora.adapter_path"] = try configuration.lora.adapterPath.map { path in
            // What is missing there is said by who reads the adapter.
            try PEFTAdapter.fileNames.map { path + "/" + $0 }
                .filter(FileManager.default.fileExists).map(digest).joined(separator: " ")
        }
        self.others = others
    }

    /// All of them, by the keys of the config that name what they are of.
    var contents: [String: String] {
        others.merging(["model.path": model, "model.path (tokenizer)": tokenizer, "data.train": data]) { $1 }
    }
}
