import Diagnostics
import Files
import Foundation
import TestSupport
import Testing

/// A run of one of the built executables, as a shell would see it.
struct ProgramRun {
    let status: Int32
    let output: String
    /// Standard error but for what says which machine computes.
    let errors: String
    /// The lines of standard error that say that.
    let machineLines: [String]

    /// The lines of standard output.
    var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// Every line of standard output as JSON.
    func json() throws -> [JSONValue] {
        try lines.map { try JSONValue(text: $0) }
    }

    /// Runs `program` from the folder the tests were built into, in the repository's root.
    static func of(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], output: URL? = nil
    ) throws -> ProgramRun {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = [output ?? folder.appendingPathComponent("output"), folder.appendingPathComponent("errors")]
        for file in files where !FileManager.default.fileExists(atPath: file.path) {
            try Data().write(to: file)
        }
        let process = Process()
        process.executableURL = executables.appendingPathComponent(program)
        process.arguments = arguments
        process.currentDirectoryURL = Fixtures.root
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        try process.run()
        process.waitUntilExit()
        let lines = try String(contentsOf: files[1], encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false
        ).map(String.init)
        return ProgramRun(
            status: process.terminationStatus,
            output: output == nil ? try String(contentsOf: files[0], encoding: .utf8) : "",
            errors: lines.filter { !$0.hasPrefix("machine: ") }.joined(separator: "\n"),
            machineLines: lines.filter { $0.hasPrefix("machine: ") })
    }

    /// The test bundle is built beside the executables.
    static let executables = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent()
}

/// Runs `signet` and expects it to succeed without a word on standard error.
func signet(_ arguments: String...) throws -> ProgramRun {
    let run = try ProgramRun.of("signet", arguments)
    #expect(run.status == 0 && run.errors == "", "signet \(arguments): \(run.status) \(run.errors)")
    return run
}

/// Runs a program and expects it to fail with a status and one `error:` line that contains a text.
func signetFails(
    _ arguments: [String], _ status: Int32, _ text: String, environment: [String: String] = [:],
    program: String = "signet", sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let run = try ProgramRun.of(program, arguments, environment: environment)
    #expect(run.status == status, "\(arguments): \(run.errors)", sourceLocation: sourceLocation)
    #expect(
        run.errors.hasPrefix("error: ") && run.errors.hasSuffix("\n")
            && run.errors.dropLast().allSatisfy { !$0.isNewline },
        "\(arguments): expected one line, found \(run.errors)", sourceLocation: sourceLocation)
    #expect(run.errors.contains(text), "\(arguments): \(run.errors)", sourceLocation: sourceLocation)
}

/// The training goldens: little models with tokenizers and adapters.
enum Golden {
    static func path(_ name: String) -> String { Fixtures.golden(name, target: "TrainingTests").path }
    static let model = path("plain/model")
    static let rows = path("eval.jsonl")

    static func json(_ name: String) throws -> JSONValue {
        try JSONValue(text: String(contentsOfFile: path(name), encoding: .utf8))
    }

    /// A file under `Checkpoints` or beside the repository, or nil where there is none.
    static func optional(_ path: String) -> String? {
        let url = Fixtures.root.appendingPathComponent(path).standardized
        return FileManager.default.fileExists(atPath: url.path) ? url.path : nil
    }

    static var smolLM2: String? { optional("Checkpoints/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf") }
    static var llama3: String? { optional("Checkpoints/llama3/tokenizer.model") }
}

/// Calls `body` with an empty folder that is removed afterwards.
func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = try Fixtures.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}

extension URL {
    /// Writes lines to a file of this folder and returns its path.
    func file(_ name: String, _ lines: String...) throws -> String {
        let url = appendingPathComponent(name)
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: url)
        return url.path
    }
}

extension JSONValue {
    init(text: String) throws {
        try self.init(parsing: Array(text.utf8), file: "text", exitCode: .data)
    }
}
