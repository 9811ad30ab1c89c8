import Foundation
import ModelFiles
import Tensors
import TestSupport

/// A copy of a golden adapter folder that a test may change.
final class AdapterFolder {
    let url: URL

    private var configuration: URL { url.appendingPathComponent("adapter_config.json") }
    private var weights: URL { url.appendingPathComponent("adapter_model.safetensors") }

    static func golden(_ name: String) -> URL { Fixtures.golden(name, target: "LayersTests") }

    init(_ golden: String) throws {
        url = try Fixtures.temporaryFolder()
        for file in ["adapter_config.json", "adapter_model.safetensors"] {
            try FileManager.default.copyItem(
                at: Self.golden(golden).appendingPathComponent(file), to: url.appendingPathComponent(file))
        }
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Replaces a part of the configuration's text, which has to be there.
    func edit(_ part: String, to replacement: String) throws {
        let text = try String(contentsOf: configuration, encoding: .utf8)
        precondition(text.contains(part), "the configuration has no \(part)")
        try Data(text.replacingOccurrences(of: part, with: replacement).utf8).write(to: configuration)
    }

    /// Replaces the whole configuration.
    func write(configuration text: String) throws { try Data(text.utf8).write(to: configuration) }

    /// Writes the weights again with some changed.
    func change(_ change: (inout [String: Tensor]) throws -> Void) throws {
        var tensors = try Self.tensors(of: weights)
        try change(&tensors)
        var writer = try SafetensorsWriter(
            weights, entries: tensors.map { .init(name: $0, dtype: $1.dtype, shape: $1.shape) })
        for (name, tensor) in tensors { try tensor.withUnsafeBytes { try writer.append($0, to: name) } }
        try writer.finish()
    }

    /// The float32 tensors of a file.
    static func tensors(of url: URL) throws -> [String: Tensor] {
        let file = try SafetensorsFile(url)
        return try Dictionary(
            uniqueKeysWithValues: file.tensors.map {
                ($0, Tensor(copying: try file.bytes(of: $0), shape: $1.shape, dtype: .float32))
            })
    }
}
