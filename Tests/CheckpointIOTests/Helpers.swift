import CheckpointIO
import Files
import Foundation
import TestSupport

/// States and files the tests share.
enum Samples {
    static let identity = CheckpointIdentity(
        model: Digest.of(text: "model"), tokenizer: Digest.of(text: "tokenizer"), adapter: Digest.of(text: "adapter"),
        data: Digest.of(text: "data"), config: Digest.of(text: "config"))

    /// The smallest state there is.
    static func empty(step: Int) -> TrainingState {
        TrainingState(step: step, tensors: [], identity: identity)
    }

    /// A state with a little of everything. `Goldens/checkpoint-schema-2.h5` holds it, and that of schema 1 all but the
    /// tokenizer's digest.
    static func full(step: Int) -> TrainingState {
        TrainingState(
            step: step,
            tensors: [
                ramp("optimizer/second_moment/model.layers.0.self_attn.q_proj.lora_A", [2, 3], 0.125),
                ramp("adapter/model.layers.0.self_attn.q_proj.lora_A", [2, 3], 0.5),
                ramp("adapter/model.layers.0.self_attn.q_proj.lora_B", [3, 2], -0.25),
                NamedArray(
                    name: "special", shape: [6],
                    values: [
                        Float(bitPattern: 0x7FC1_2345), Float(bitPattern: 0xFFA0_0001), -0.0,
                        Float(bitPattern: 0x0000_0001), -.infinity, .greatestFiniteMagnitude,
                    ]),
                NamedArray(name: "scalar", shape: [], values: [7]),
                NamedArray(name: "nothing", shape: [0, 4], values: []),
            ],
            counters: ["data/epoch": 2, "data/row": .max, "random/counter": .min],
            metrics: ["loss": 0.1, "rewards/margins": -0.0, "strange": Double(bitPattern: 0x7FF0_0000_0000_0001)],
            texts: ["config.json": "{\"note\": \"Zürich, 東京, 👩‍🔬, e\u{301}\"}", "empty": "", "zero": "a\u{0}b\u{0}"],
            identity: identity)
    }

    /// Values `0, slope, 2 · slope, …`.
    static func ramp(_ name: String, _ shape: [Int], _ slope: Float) -> NamedArray {
        NamedArray(name: name, shape: shape, values: (0..<shape.reduce(1, *)).map { slope * Float($0) })
    }

    /// A state whose file takes a little more than this many bytes.
    static func large(step: Int, byteCount: Int) -> TrainingState {
        TrainingState(step: step, tensors: [ramp("large", [byteCount / 4], 1)], identity: identity)
    }
}

/// Runs `body` with a new folder and removes the folder.
func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = try Fixtures.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}

/// The names of all entries of a folder, hidden ones too, sorted.
func entries(of folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
}

/// A checkpoint's bytes with a seal that fits them, by the layout that `Seal` documents.
func resealed(_ bytes: [UInt8], schema: UInt64 = 2) -> [UInt8] {
    var header = Array("SIGNETCK".utf8)
    header += withUnsafeBytes(of: schema.littleEndian, Array.init)
    header += withUnsafeBytes(of: UInt64(bytes.count).littleEndian, Array.init)
    header += Array(Digest.of(bytes: Array(bytes[512...])).utf8)
    header += [UInt8](repeating: 0, count: 480 - header.count)
    header += Array(Digest.of(bytes: header).utf8)
    return header + bytes[512...]
}

extension Data {
    /// The bytes as an array.
    var bytes: [UInt8] { Array(self) }
}
