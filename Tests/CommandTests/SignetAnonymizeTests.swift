import Files
import Foundation
import Signet
import TestSupport
import Testing

/// A tiny model of random weights, whose answers are garbage, and texts for it.
private final class AnonymizeFolder {
    static let count = 6
    private let llama: LlamaFolder
    private let count: Int

    init(count: Int = AnonymizeFolder.count) throws {
        self.count = count
        var shape = try ModelLocation.open(URL(fileURLWithPath: Golden.model)).configuration
        shape.maxPositionEmbeddings = 4096
        shape.tiesWordEmbeddings = false
        llama = try LlamaFolder(shape, rowLengths: [])
        let lines = (0..<count).map {
            #"{"id": "t\#($0)", "profile": "p\#($0 % 2)", "text": "Text \#($0): I am 29 and live in Leeds.", "kept": [1.0]}"#
        }
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: input)
    }

    var model: String { llama.url.appendingPathComponent("model").path }
    var input: URL { llama.url.appendingPathComponent("in.jsonl") }

    func path(_ name: String) -> String { llama.url.appendingPathComponent(name).path }

    func arguments(_ out: String, _ more: String...) -> [String] {
        ["anonymize", "--model", model, input.path, "--out", path(out), "--max-tokens", "24", "--retries", "1"] + more
    }

    func contents(_ name: String) -> Data { (try? Data(contentsOf: URL(fileURLWithPath: path(name)))) ?? Data() }

    /// The whole lines of a file; 0 where there is none.
    func lineCount(_ name: String) -> Int { contents(name).count { $0 == 0x0A } }

    /// Whether a file has some texts, but not all.
    func isMidway(_ name: String) -> Bool { 1..<count ~= lineCount(name) }

    /// Takes an output away, with its settings.
    func remove(_ name: String) {
        for file in [name, name + ".settings.json"] { try? FileManager.default.removeItem(atPath: path(file)) }
    }

    func waitForLines(_ count: Int, in name: String) throws {
        for _ in 0..<30_000 {
            if lineCount(name) >= count { return }
            usleep(2000)
        }
        throw CocoaError(.fileReadNoSuchFile)
    }
}

@Suite("signet anonymize")
struct SignetAnonymizeTests {
    @Test("a model that answers garbage leaves every text as it is, marked, one object a line in the input's order")
    func garbage() throws {
        let folder = try AnonymizeFolder()
        let run = try ProgramRun.of("signet", folder.arguments("out.jsonl", "--protect", "location,age"))
        #expect(run.status == 0 && run.errors == "" && run.machineLines.count == 1, "\(run.errors)")
        let lines = String(decoding: folder.contents("out.jsonl"), as: UTF8.self).split(separator: "\n")
        let results = try lines.map { try JSONValue(text: String($0)) }
        #expect(results.map { $0["id"]?.string } == (0..<AnonymizeFolder.count).map { "t\($0)" })
        for (index, result) in results.enumerated() {
            #expect(
                result.members?.map(\.key) == ["id", "profile", "kept", "protect", "rounds", "text", "needs_review"])
            #expect(result["text"]?.string == "Text \(index): I am 29 and live in Leeds.")
            #expect(result["needs_review"]?.array?.isEmpty == false && result["kept"]?.compactText == "[1.0]")
            #expect(result["protect"]?.compactText == #"["age", "location"]"#)
        }
        // Nothing of what the texts say is printed.
        #expect(!run.output.contains("Leeds") && run.lines.count == AnonymizeFolder.count + 2)
        #expect(run.lines.last == "done: 6 texts; 6 of 6 need a human's eye")
    }

    @Test("the same bytes come out of any number of texts at once, and again from the same seed")
    func batches() throws {
        let folder = try AnonymizeFolder()
        for (name, size) in [("one", "1"), ("three", "3"), ("many", "32")] {
            let run = try ProgramRun.of(
                "signet", folder.arguments(name, "--batch-size", size, "--temperature", "0.8", "--seed", "5"))
            #expect(run.status == 0, "\(run.errors)")
        }
        #expect(folder.contents("one") == folder.contents("three"))
        #expect(folder.contents("one") == folder.contents("many") && !folder.contents("one").isEmpty)
    }

    @Test("killed again and again and started again, it ends with the same bytes as an unbroken run")
    func kill() throws {
        let folder = try AnonymizeFolder(count: 24)
        #expect(try ProgramRun.of("signet", folder.arguments("straight", "--batch-size", "1")).status == 0)
        let straight = folder.contents("straight")
        let arguments = folder.arguments("killed", "--batch-size", "1")
        var midway = 0
        // A process that was already done when the signal came tests nothing: such a round begins anew.
        for round in 0..<20 where midway < 2 {
            if folder.contents("killed") == straight { folder.remove("killed") }
            let lines = round == 0 ? 0 : folder.lineCount("killed") + 1
            let process = try TrainProcess(arguments, program: "signet")
            try folder.waitForLines(lines, in: "killed")
            process.send(SIGKILL)
            _ = try process.wait()
            #expect(straight.starts(with: folder.contents("killed")))
            if folder.isMidway("killed") { midway += 1 }
        }
        #expect(midway == 2)
        // A line that a power cut has torn.
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path("killed")))
        try handle.seekToEnd()
        if folder.contents("killed") != straight { try handle.write(contentsOf: Data(#"{"id": "t"#.utf8)) }
        try handle.close()
        let run = try ProgramRun.of("signet", arguments)
        #expect(run.status == 0 && folder.contents("killed") == straight, "\(run.errors)")
        let again = try ProgramRun.of("signet", arguments)
        #expect(again.status == 0 && again.machineLines.isEmpty && folder.contents("killed") == straight)
    }

    @Test("a signal to stop leaves whole lines behind, and the same command goes on")
    func stop() throws {
        let folder = try AnonymizeFolder(count: 24)
        let arguments = folder.arguments("stopped", "--batch-size", "1")
        var lastLine: String?
        for _ in 0..<20 where lastLine != "stopped; the same command goes on from here" {
            folder.remove("stopped")
            let process = try TrainProcess(arguments, program: "signet")
            try folder.waitForLines(1, in: "stopped")
            process.send(SIGTERM)
            let outcome = try process.wait()
            #expect(outcome.status == 0, "\(outcome.errors)")
            lastLine = outcome.outputLines.last
        }
        #expect(lastLine == "stopped; the same command goes on from here")
        #expect(folder.isMidway("stopped") && folder.contents("stopped").last == 0x0A)
        #expect(try ProgramRun.of("signet", arguments).status == 0)
        #expect(folder.lineCount("stopped") == 24)
    }

    @Test("an output of other settings or another adapter is refused and left as it is")
    func mixing() throws {
        let folder = try AnonymizeFolder()
        #expect(try ProgramRun.of("signet", folder.arguments("out")).status == 0)
        let before = folder.contents("out")
        try signetFails(folder.arguments("out", "--rounds", "2"), 78, "rounds 2, found some with 3")
        try signetFails(folder.arguments("out", "--protect", "age"), 78, "protect age, found some with age,education")
        try signetFails(folder.arguments("out", "--quantize", "nf4"), 78, "made with model")
        #expect(folder.contents("out") == before)
    }

    @Test("--format text prints every text with its changes marked, here none, and what is to be looked at")
    func text() throws {
        let folder = try AnonymizeFolder()
        let file = try folder.input.deletingLastPathComponent().file("note.txt", "I am 29.", "I live in Leeds.")
        let run = try signet(
            "anonymize", "--model", folder.model, file, "--format", "text", "--max-tokens", "8", "--retries", "0")
        #expect(run.output.hasPrefix("I am 29.\nI live in Leeds.\n"))
        #expect(run.output.contains("needs review: "))
    }

    @Test("what reading drops is counted, beside texts that are printed on standard error")
    func dropped() throws {
        let folder = try AnonymizeFolder()
        let file = try folder.input.deletingLastPathComponent().file("in.csv", "id,text", "a,I am 29.", "b,")
        let common = ["anonymize", "--model", folder.model, file, "--max-tokens", "8", "--retries", "0"]
        let note = "1 × text dropped: it is empty, first at \(file):3"
        let run = try ProgramRun.of("signet", common + ["--out", folder.path("out")])
        #expect(run.lines.first == note && run.lines.last == "done: 1 texts; 1 of 1 need a human's eye")
        let shown = try ProgramRun.of("signet", common + ["--format", "text"])
        #expect(shown.errors.contains(note) && !shown.output.contains(note))
    }

    @Test("wrong options and wrong texts end in one line")
    func errors() throws {
        let folder = try AnonymizeFolder()
        try signetFails(folder.arguments("out", "--protect", "age,shoe"), 64, "found \"shoe\"")
        try signetFails(folder.arguments("out", "--certainty", "6"), 64, "--certainty: expected a number from 1 to 5")
        try signetFails(["anonymize", "--model", folder.model, folder.input.path], 64, "--out")
        try signetFails(
            ["anonymize", "--model", folder.model, folder.path("none.jsonl"), "--out", folder.path("out")], 66,
            "none.jsonl")
        let bad = try folder.input.deletingLastPathComponent().file("bad.jsonl", #"{"text": "a"}"#, #"{"txt": "b"}"#)
        try signetFails(
            ["anonymize", "--model", folder.model, bad, "--out", folder.path("out")], 65, "bad.jsonl:2: expected")
        #expect(folder.contents("out").isEmpty)
    }
}
