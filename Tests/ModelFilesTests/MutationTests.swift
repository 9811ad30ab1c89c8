import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import ModelFiles

/// A generator whose numbers are the same in every run.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// Damages files in the ways that defeat careless readers.
private struct Mutator {
    var generator: SeededGenerator

    private static let lies: [UInt64] = [
        0, 1, 2, 31, 33, 255, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 1 << 32, 1 << 53, 1 << 59, 1 << 61, (1 << 62) + 1,
        (1 << 63) - 1, 1 << 63, .max - 31, .max - 7, .max,
    ]
    private static let marks = Array(#"{}[]",:\0123456789-.eE null"#.utf8) + [0, 0x7f, 0x80, 0xc3, 0xff]

    /// One to three damages in a file, most of them in its first `headerCount` bytes.
    mutating func damage(_ original: [UInt8], headerCount: Int) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
            let inHeader = Int.random(in: 0..<8, using: &generator) > 0
            let position = Int.random(in: 0..<min(bytes.count, inHeader ? headerCount : bytes.count), using: &generator)
            let end = min(bytes.count, position + Int.random(in: 1...16, using: &generator))
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: bytes[position] = .random(in: 0...255, using: &generator)
            case 2: bytes[position] = Self.marks.randomElement(using: &generator)!
            case 3: bytes.insert(Self.marks.randomElement(using: &generator)!, at: position)
            case 4: bytes.removeSubrange(position..<end)
            case 5:
                bytes.insert(contentsOf: bytes[position..<end], at: Int.random(in: 0...bytes.count, using: &generator))
            case 6: bytes.removeSubrange(position...)
            default:
                let lie = Self.lies.randomElement(using: &generator)!
                let width = Bool.random(using: &generator) ? 8 : 4
                withUnsafeBytes(of: lie.littleEndian) { lie in
                    for offset in 0..<width where position + offset < bytes.count {
                        bytes[position + offset] = lie[offset]
                    }
                }
            }
        }
        return bytes
    }
}

@Suite struct MutationTests {
    /// Reads `count` damaged copies; each is read whole or refused with an error that names the file.
    private func survive(
        _ original: [UInt8], headerCount: Int, count: Int, seed: UInt64, file: String, _ read: ([UInt8]) throws -> Void
    ) {
        var mutator = Mutator(generator: SeededGenerator(state: seed))
        var accepted = 0
        var refused = 0
        for index in 0..<count {
            let bytes = mutator.damage(original, headerCount: headerCount)
            do {
                try read(bytes)
                accepted += 1
            } catch let error as InputError {
                refused += 1
                let isClear =
                    error.exitCode == .data && error.place.contains(file) && error.message.contains("expected")
                    && !error.description.contains { $0.isNewline }
                if !isClear { Issue.record("mutant \(index): \(error)") }
            } catch {
                Issue.record("mutant \(index): \(error)")
            }
        }
        #expect(accepted > 0 && refused > count / 4, "\(accepted) accepted, \(refused) refused")
    }

    @Test("no damaged safetensors file is read beyond its end or ends the process")
    func safetensors() {
        let memory = GuardedMemory(capacity: 4096)
        let sample = SafetensorsBytes.sample
        survive(sample, headerCount: sample.count - 40, count: 30_000, seed: 1, file: "x.safetensors") {
            try WholeFile.readSafetensors(memory.hold($0), file: "x.safetensors")
        }
    }

    @Test("no damaged GGUF file is read beyond its end or ends the process")
    func gguf() {
        var file = GGUFBytes()
        file.add("general.alignment", 32)
        file.add("names", ["a", "bc"])
        file.add(
            "nested", type: 9,
            GGUFBytes.array(type: 9, count: 1, GGUFBytes.array(type: 11, count: 1, [1, 2, 3, 4, 5, 6, 7, 8])))
        let block = (0..<210).map { UInt8($0) }
        file.addTensor("f32", type: 0, shape: [2, 2], Array(block[..<16]))
        file.addTensor("q4_1", type: 3, shape: [1, 32], Array(block[..<20]))
        file.addTensor("q6_k", type: 14, shape: [256], block)
        let sample = file.bytes()
        let memory = GuardedMemory(capacity: 4096)
        survive(sample, headerCount: sample.count - 320, count: 50_000, seed: 2, file: "x.gguf") {
            try WholeFile.readGGUF(memory.hold($0), file: "x.gguf")
        }
    }

    @Test("no damaged GGUF model ends the process while configuration, tokenizer and weights are read")
    func ggufModel() throws {
        let sample = GGUFBytes.llama {
            $0.add("tokenizer.ggml.merges", ["a b"])
            $0.add(
                "tokenizer.ggml.token_type", type: 9,
                GGUFBytes.array(type: 5, count: 3, [UInt8](repeating: 1, count: 12)))
        }.bytes()
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("x.gguf")
            survive(sample, headerCount: 1200, count: 2_000, seed: 3, file: "x.gguf") { bytes in
                try write(bytes, to: url)
                let model = try ModelLocation.open(url)
                for name in model.weights.names where try model.weights.entry(name).encoding.isFloatingPoint {
                    _ = try readFloat32(model.weights, name)
                }
            }
        }
    }

    @Test("no damaged folder ends the process while configuration, weights and 4-bit parts are read")
    func folder() throws {
        let weights = try [UInt8](Data(contentsOf: Fixtures.golden("fp4_nested.safetensors", target: target)))
        let config = try [UInt8](Data(contentsOf: Fixtures.golden("llama/config.json", target: target)))
        try withTemporaryFolder { folder in
            let weightsFile = folder.appendingPathComponent("model.safetensors")
            let configFile = folder.appendingPathComponent("config.json")
            survive(weights, headerCount: weights.count, count: 2_000, seed: 4, file: "model.safetensors") { bytes in
                try write(bytes, to: weightsFile)
                let weights = try SafetensorsWeights(folder: folder)
                for name in weights.names { _ = try weights.serialized4Bit(name) }
            }
            try write(weights, to: weightsFile)
            survive(config, headerCount: config.count, count: 2_000, seed: 5, file: "config.json") { bytes in
                try write(bytes, to: configFile)
                _ = try ModelLocation.open(folder)
            }
        }
    }
}
