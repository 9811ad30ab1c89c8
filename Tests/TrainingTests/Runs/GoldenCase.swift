import Foundation
import ModelFiles
import Models
import Tensors
import TestSupport

@testable import Training

/// A case of `TrainingTests/Goldens`: a little model with data, and what PyTorch and PEFT made of them.
struct GoldenCase {
    let name: String

    private func file(_ part: String) -> URL { Fixtures.golden("\(name)/\(part)", target: "TrainingTests") }

    /// The case's configuration, writing to another folder.
    func configuration(
        output: URL, _ change: (inout TrainConfiguration) throws -> Void = { _ in }
    ) throws -> TrainConfiguration {
        var configuration = try TrainConfiguration(contentsOfFile: file("config.json").path)
        configuration.outputDir = output.path
        try change(&configuration)
        return configuration
    }

    /// What a run is made of, in memory: it needs no folder.
    func setup(_ change: (inout TrainConfiguration) throws -> Void = { _ in }) throws -> RunSetup {
        try RunSetup(configuration(output: FileManager.default.temporaryDirectory, change))
    }

    /// The expected steps.
    func curve() throws -> [[String: Any]] { try Self.json(file("curve.json")) }

    /// The expected mean loss of the held-out rows at the end.
    func evaluationLoss() throws -> Double {
        let object: [String: Any] = try Self.json(file("eval.json"))
        return object["loss"] as! Double
    }

    /// The adapter folder that training starts from, or ends with.
    func adapter(_ part: String) -> URL { file("\(part)_adapter") }

    static func json<Value>(_ url: URL) throws -> Value {
        try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as! Value
    }
}

/// What a run has left in its folder.
struct RunOutput {
    let metrics: [[String: Any]]
    let adapter: Data

    init(of folder: URL) throws {
        let text = try String(contentsOf: folder.appendingPathComponent("metrics.jsonl"), encoding: .utf8)
        metrics = try text.split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as! [String: Any]
        }
        adapter = try Data(contentsOf: folder.appendingPathComponent("adapter/adapter_model.safetensors"))
    }

    /// The lines of optimizer steps.
    var steps: [[String: Any]] { metrics.filter { $0["loss"] != nil } }

    /// A key of every step.
    func values(_ key: String) -> [Double] { steps.map { $0[key] as! Double } }

    /// Everything that has to be the same in two runs that do the same: all but times and memory.
    var reproducible: [[String: Double]] {
        metrics.map { record in
            record.filter { $0.key != "tokens_per_second" && $0.key != "peak_memory_bytes" }.mapValues { $0 as! Double }
        }
    }
}

/// Runs a configuration to its end, in its output folder.
@discardableResult
func train(_ configuration: TrainConfiguration, from start: TrainingRun.Start = .fresh) throws -> RunOutput {
    var run = try TrainingRun(RunSetup(configuration), start: start, style: .quiet)
    try run.run()
    return try RunOutput(of: URL(fileURLWithPath: configuration.outputDir))
}

/// Calls `body` with a new folder and removes the folder.
func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = try Fixtures.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}

/// The float32 tensors of a safetensors file, by name.
func tensors(of url: URL) throws -> [String: Tensor] {
    let file = try SafetensorsFile(url)
    return try Dictionary(
        uniqueKeysWithValues: file.tensors.map {
            ($0, Tensor(copying: try file.bytes(of: $0), shape: $1.shape, dtype: .float32))
        })
}

/// |found / expected − 1|.
func relativeDifference(_ found: Double, _ expected: Double) -> Double {
    found == expected ? 0 : abs(found / expected - 1)
}
