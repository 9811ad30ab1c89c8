import Foundation
import Signet
import TestSupport
import Testing

@Suite struct ExampleTests {
    private static let model = Fixtures.root.appendingPathComponent(
        "Checkpoints/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")

    @Test(
        "the example of a custom loss makes the wanted answer likelier and the revealing one less likely",
        .enabled(if: FileManager.default.fileExists(atPath: model.path)))
    func unlikelihood() throws {
        let run = try ProgramRun.of("unlikelihood", [Self.model.path, "5"])
        #expect(run.status == 0, "\(run.errors)")
        let steps = run.lines.map { line in
            let fields = line.split(separator: " ")
            return (wanted: Double(fields[5])!, revealing: Double(fields[7])!)
        }
        try #require(steps.count == 5)
        #expect(steps[4].wanted < steps[0].wanted)
        #expect(steps[4].revealing > steps[0].revealing + 1)
    }

    @Test("the example of a custom loss takes less than 80 lines")
    func length() throws {
        let file = Fixtures.root.appendingPathComponent("Examples/unlikelihood/main.swift")
        #expect(try String(contentsOf: file, encoding: .utf8).split(separator: "\n").count < 80)
    }

    @Test(
        "the example of refinement shows every round and the text with its changes",
        .enabled(if: FileManager.default.fileExists(atPath: model.path)))
    func refinement() throws {
        let run = try ProgramRun.of("refinement", [Self.model.path])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.lines.contains("needs review: the text is empty"))
    }

    @Test("the README's lines on refinement are those of the example")
    func refinementLines() throws {
        func lines(_ path: String) throws -> [String] {
            try String(contentsOf: Fixtures.root.appendingPathComponent(path), encoding: .utf8).split(separator: "\n")
                .map(String.init)
        }
        let readme = try lines("README.md")
        let start = try #require(readme.firstIndex { $0.hasPrefix("let model = try LocalChatModel(") })
        let shown = readme[start...].prefix { $0 != "```" }
        let example = try lines("Examples/refinement/main.swift")
        #expect(shown.count == 4 && shown.allSatisfy(example.contains))
    }

    @Test("the configs of the examples are read without a word, and name the model that is fetched")
    func configs() throws {
        for name in ["sft", "dpo", "seal/sft", "seal/dpo"] {
            let path = Fixtures.root.appendingPathComponent("Examples/\(name).json").path
            #expect(try TrainConfiguration(contentsOfFile: path).model.path == Self.model.path, "\(name)")
        }
    }

    @Test("the script of the whole run says what it takes where it is asked for something else")
    func wholeRunOptions() throws {
        for (arguments, expected) in [
            (["--profile", "3"], "unknown option --profile"), (["--out"], "--out needs a value"),
            (["--trajectories", "/nowhere/t.jsonl"], "no such file: /nowhere/t.jsonl"),
        ] {
            let process = Process()
            let errors = Pipe()
            process.executableURL = URL(fileURLWithPath: "/bin/bash")
            process.arguments = [Fixtures.root.appendingPathComponent("Examples/seal.sh").path] + arguments
            process.standardError = errors
            try process.run()
            let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 1 && text.contains("error: \(expected)"), "\(text)")
        }
    }

    @Test("every file that the README names is there")
    func readmePaths() throws {
        let readme = try String(contentsOf: Fixtures.root.appendingPathComponent("README.md"), encoding: .utf8)
        let paths = readme.matches(of: /(?:Examples|Tests|Sources|Benchmarks)\/[A-Za-z0-9_.\/-]*[A-Za-z0-9]/).map {
            String($0.0)
        }
        #expect(paths.count > 5)
        for path in Set(paths) {
            #expect(FileManager.default.fileExists(atPath: Fixtures.root.appendingPathComponent(path).path), "\(path)")
        }
    }
}
