import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Training

@Suite("The reference of a preference run")
struct ReferenceTests {
    private func configuration(
        _ output: URL, _ change: (inout TrainConfiguration) throws -> Void = { _ in }
    ) throws -> TrainConfiguration {
        try PreferenceCase(name: "sigmoid").configuration(output: output) {
            $0.data.packing = true
            $0.data.shuffle = true
            $0.training.evalSteps = 2
            $0.training.saveSteps = 1
            $0.training.saveTotalLimit = nil
            $0.training.maxSteps = 6
            try change(&$0)
        }
    }

    private func names(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    private func rewind(_ folder: URL, to step: Int, of last: Int = 6) throws {
        for later in (step + 1)...last {
            try FileManager.default.removeItem(at: folder.appendingPathComponent("checkpoint-\(later).h5"))
        }
    }

    private func text(_ folder: URL, _ name: String = "reference.json") throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }

    @Test("killed behind any step and resumed, the adapter has the same bytes and the metrics the same values")
    func resume() throws {
        try withFolder { folder in
            let straight = folder.appendingPathComponent("straight")
            let expected = try train(configuration(straight))
            #expect(
                try names(straight).filter { $0.hasPrefix("reference") } == ["reference-eval.json", "reference.json"])
            for (step, isLost) in [(1, false), (3, true), (5, false)] {
                let stopped = folder.appendingPathComponent("stopped-\(step)")
                try FileManager.default.copyItem(at: straight, to: stopped)
                try rewind(stopped, to: step)
                if isLost { try FileManager.default.removeItem(at: stopped.appendingPathComponent("reference.json")) }
                let output = try train(configuration(stopped), from: .latest)
                #expect(output.adapter == expected.adapter, "stopped at step \(step)")
                #expect(output.reproducible == expected.reproducible, "stopped at step \(step)")
                #expect(try text(stopped) == text(straight))
            }
        }
    }

    /// Moves every known log-probability of a file and makes the file whole again, so that it shows where it is used.
    private func shift(_ folder: URL, by distance: Double, of configuration: TrainConfiguration) throws {
        let setup = try RunSetup(configuration)
        var reference = try RunReference(setup, folders: [folder], resumed: nil, warn: { _ in })
        for row in reference.training.values.indices {
            reference.training.set(row, to: reference.training.values[row] + distance)
        }
        try reference.store(in: folder)
    }

    @Test("a fresh run takes it from the file, where that is of the same model, adapter, rows and streams")
    func reuse() throws {
        try withFolder { folder in
            let first = try train(configuration(folder))
            try shift(folder, by: 1, of: configuration(folder))
            let second = try train(configuration(folder))
            #expect(abs(second.values("rewards/chosen")[0] + 0.2) < 1e-6, "what the file says is what counts")
            let longest = try RunSetup(configuration(folder)).trainingRows.longestRow
            let changes: [(inout TrainConfiguration) -> Void] = [
                { $0.lora.adapterPath = GoldenCase(name: "plain").adapter("final").path },
                { $0.training.seed = 3 }, { $0.training.perDeviceTrainBatchSize = 3 },
                { $0.data.maxLength = longest - 1 },
                { $0.data.prefixSharing = .off }, { $0.model.quantization = .init() },
            ]
            for change in changes {
                let other = try train(configuration(folder) { change(&$0) })
                #expect(other.values("rewards/chosen")[0] == 0)
                try shift(folder, by: 1, of: configuration(folder) { change(&$0) })
            }
            let again = try train(configuration(folder))
            #expect(again.adapter == first.adapter && again.reproducible == first.reproducible)
        }
    }

    @Test("a file that is damaged or cut short is computed again")
    func damaged() throws {
        try withFolder { folder in
            let first = try train(configuration(folder))
            let file = folder.appendingPathComponent("reference.json")
            let whole = try text(folder)
            for broken in [whole.replacing("-1", with: "-2"), String(whole.prefix(300)), "", "{\"logps\": [[]]}"] {
                try Data(broken.utf8).write(to: file)
                let again = try train(configuration(folder))
                #expect(again.adapter == first.adapter && again.reproducible == first.reproducible)
                #expect(try text(folder) == whole)
            }
        }
    }

    @Test("without the file a run goes on from the adapter it began with, never from one that was trained")
    func lost() throws {
        try withFolder { folder in
            let expected = try train(configuration(folder))
            try rewind(folder, to: 3)
            try FileManager.default.removeItem(at: folder.appendingPathComponent("reference.json"))
            // The adapter that training begins with is not what it was.
            let moved = try configuration(folder) {
                $0.lora.adapterPath = folder.appendingPathComponent("adapter").path
            }
            let error = #expect(throws: InputError.self) { try train(moved, from: .latest) }
            #expect(error?.exitCode == .data && error?.place.hasSuffix("checkpoint-3.h5") == true)
            #expect(error?.message.contains("reference.json") == true)
            let output = try train(configuration(folder), from: .latest)
            #expect(output.adapter == expected.adapter && output.reproducible == expected.reproducible)
        }
    }

    @Test("with the file a run goes on though the adapter it began with is gone")
    func movedAdapter() throws {
        try withFolder { folder in
            let expected = try train(configuration(folder))
            try rewind(folder, to: 3)
            let moved = try configuration(folder) {
                $0.lora.adapterPath = folder.appendingPathComponent("adapter").path
            }
            let output = try train(moved, from: .latest)
            #expect(output.adapter == expected.adapter && output.reproducible == expected.reproducible)
        }
    }

    @Test("a checkpoint of another folder brings its reference along")
    func otherFolder() throws {
        try withFolder { folder in
            let first = folder.appendingPathComponent("first")
            let expected = try train(configuration(first))
            let second = folder.appendingPathComponent("second")
            try FileManager.default.createDirectory(at: second, withIntermediateDirectories: true)
            let moved = try configuration(second) { $0.lora.adapterPath = first.appendingPathComponent("adapter").path }
            let output = try train(moved, from: .checkpoint(first.appendingPathComponent("checkpoint-4.h5")))
            #expect(output.adapter == expected.adapter)
            for name in ["reference.json", "reference-eval.json"] {
                #expect(try text(second, name) == text(first, name))
            }
        }
    }

    @Test("only rows that the run visits are computed, and the rest when it goes on for longer")
    func longer() throws {
        try withFolder { folder in
            let straight = folder.appendingPathComponent("straight")
            let expected = try train(configuration(straight))
            let prolonged = folder.appendingPathComponent("prolonged")
            func steps(_ count: Int) throws -> TrainConfiguration {
                try configuration(prolonged) { $0.training.maxSteps = count }
            }
            try train(steps(2))
            #expect(try text(prolonged).split(separator: "null").count == 9, "a step's eight rows are not known")
            let output = try train(steps(6), from: .latest)
            #expect(output.adapter == expected.adapter)
            #expect(try text(prolonged) == text(straight))
        }
    }
}
