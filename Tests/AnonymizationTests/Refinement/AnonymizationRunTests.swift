import Diagnostics
import Files
import Foundation
import TestSupport
import Testing
import Tokenizers

@testable import Anonymization

@Suite("Refining many texts")
struct AnonymizationRunTests {
    private static let texts = (0..<23).map { "Text \($0): I am 29 and live in Leeds." }

    /// Answers that depend on the seed, after a wait that depends on the text.
    private static func unsteady(_ role: Role, _ request: ChatRequest) async throws -> String {
        try await Task.sleep(for: .milliseconds(request.messages[1].content.utf8.reduce(0) { ($0 + Int($1)) % 5 }))
        if role == .anonymizer { return RoleReply.answer(request.subject + " \(request.seed % 97)") }
        return request.seed % 5 == 0 ? "garbage" : diligentAnswer(role, request)
    }

    private func refined(_ concurrency: Int, seed: UInt64 = 1) async throws -> [RefinedText] {
        let run = AnonymizationRun(
            SelfRefinement(
                ScriptedChatModel(Self.unsteady), settings: RefinementSettings(rounds: 2, retries: 1, seed: seed)),
            concurrency: concurrency)
        var results: [RefinedText] = []
        try await run.anonymize(Self.texts) { index, text in
            #expect(index == results.count)
            results.append(text)
        }
        return results
    }

    @Test("texts come in their order and are the same whatever runs beside them; another seed gives others")
    func order() async throws {
        let alone = try await refined(1)
        #expect(alone.map(\.original) == Self.texts)
        #expect(Set(alone.map(\.reviewReasons.count)).count > 1)
        for concurrency in [2, 7, 100] { #expect(try await refined(concurrency) == alone) }
        #expect(try await refined(7, seed: 2) != alone)
    }

    @Test("an output is gone on with behind its last whole line, wherever it was cut")
    func resuming() async throws {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let records = Self.texts.prefix(4).enumerated().map { TextRecord(id: "t\($0)", text: $1) }
        let settings = RefinementSettings(rounds: 2, retries: 1)
        func run(_ path: String, _ model: ScriptedChatModel) async throws -> Int {
            let output = try AnonymizationOutput(path: path, records: records, settings: settings.named(digest: "m"))
            try await AnonymizationRun(SelfRefinement(model, settings: settings)).anonymize(records, to: output)
            return output.done
        }
        let whole = folder.appendingPathComponent("whole.jsonl").path
        #expect(try await run(whole, ScriptedChatModel(Self.unsteady)) == 0)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: whole))
        let ends = bytes.indices.filter { bytes[$0] == 0x0A }
        #expect(ends.count == 4)
        for count in [0, 1, ends[0] - 1, ends[0], ends[0] + 1, ends[1], ends[2] + 40, bytes.count - 1, bytes.count] {
            let cut = folder.appendingPathComponent("cut-\(count).jsonl")
            try bytes.prefix(count).write(to: cut)
            try FileManager.default.copyItem(atPath: whole + ".settings.json", toPath: cut.path + ".settings.json")
            let done = try await run(cut.path, ScriptedChatModel(Self.unsteady))
            #expect(done == ends.filter { $0 < count }.count)
            #expect(try Data(contentsOf: cut) == bytes, "cut behind \(count) bytes")
        }
        let silent = ScriptedChatModel { _, _ in throw InputError(.tryAgain, at: "model", "was asked") }
        #expect(try await run(whole, silent) == 4)
    }

    @Test("an output of other settings, another model, other texts or unknown origin is refused untouched")
    func mixing() async throws {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("out.jsonl").path
        let records = [TextRecord(id: "1", text: "I am 29."), TextRecord(id: "2", text: "It rains.")]
        let settings = RefinementSettings()
        func write() async throws {
            let output = try AnonymizationOutput(path: path, records: records, settings: settings.named(digest: "m"))
            try await AnonymizationRun(SelfRefinement(ScriptedChatModel(diligentAnswer))).anonymize(records, to: output)
        }
        try await write()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        func expectRefusal(_ message: String, _ records: [TextRecord], _ settings: [(name: String, value: String)]) {
            #expect {
                _ = try AnonymizationOutput(path: path, records: records, settings: settings)
            } throws: { error in
                let error = error as? InputError
                return error?.exitCode == .config && "\(error!)".contains(message)
            }
        }
        expectRefusal("model other, found some with m", records, settings.named(digest: "other"))
        expectRefusal("seed 5, found some with 0", records, RefinementSettings(seed: 5).named(digest: "m"))
        expectRefusal("text 2", [records[0], TextRecord(id: "2", text: "It snows.")], settings.named(digest: "m"))
        expectRefusal("text 2", [records[0]], settings.named(digest: "m"))
        try FileManager.default.removeItem(atPath: path + ".settings.json")
        expectRefusal("begun here", records, settings.named(digest: "m"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
    }

    @Test("a text's object keeps the fields of its record, and its rounds are states of a trajectory")
    func layout() async throws {
        let line =
            #"{"text": "I am 29.", "profile": {"a": [1]}, "n": 1.50, "id": 7, "rounds": 3, "truth": {"age": 29}}"#
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let input = folder.appendingPathComponent("in.jsonl")
        try Data((line + "\n\n" + #"{"text": "b"}"# + "\n").utf8).write(to: input)
        let (records, _) = try TextRecord.all(in: input.path)
        #expect(records.map(\.id) == ["7", "2"])
        let text = try await SelfRefinement(ScriptedChatModel(diligentAnswer)).refine(records[0].text)
        let json = text.json(of: records[0], protected: [.location, .age])
        #expect(
            json.members?.map(\.key) == ["id", "profile", "n", "truth", "protect", "rounds", "text", "needs_review"])
        #expect(json["profile"]?.compactText == #"{"a": [1]}"# && json["n"]?.compactText == "1.50")
        #expect(json["protect"]?.compactText == #"["age", "location"]"#)
        let rounds = try #require(json["rounds"]?.array)
        #expect(
            rounds.map { $0.members!.map(\.key) } == [
                ["text", "privacy", "utility"], ["text", "privacy", "utility", "diff"],
            ])
        #expect(
            rounds[1]["diff"]?["original"]?.compactText
                == #"[["=", "I am "], ["-", "29"], ["+", "an adult"], ["=", "."]]"#)
        // Its rounds, called texts, are a trajectory.
        let trajectory = JSONValue.object([.init("id", .string("7")), .init("texts", .array(rounds))])
        let file = folder.appendingPathComponent("trajectory.jsonl")
        try Data((trajectory.compactText + "\n").utf8).write(to: file)
        let (trajectories, report) = try TrajectoryReader(path: file.path).trajectories()
        #expect(trajectories[0].states == text.rounds.map(\.state) && report.counts.isEmpty)
    }

    @Test("rows of a CSV file bring their other columns along; a file of an unknown name is one text")
    func otherFiles() throws {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let table = folder.appendingPathComponent("in.csv")
        try Data("id,profile,text,age,date\na,p,\"I am 29,\nreally.\",29,3 May\nb,,It rains.,,\nc,, ,,\n".utf8).write(
            to: table)
        let (records, report) = try TextRecord.all(in: table.path)
        #expect(report["text dropped: it is empty"] == 1)
        #expect(records.map(\.text) == ["I am 29,\nreally.", "It rains."] && records.map(\.id) == ["a", "b"])
        #expect(
            JSONValue.object(records[0].fields).compactText
                == #"{"profile": "p", "truth": {"age": "29"}, "date": "3 May"}"#
                && records[1].fields.isEmpty)
        let note = folder.appendingPathComponent("note")
        try Data("I am 29.\n\nIt rains.\n".utf8).write(to: note)
        #expect(try TextRecord.all(in: note.path).records.map(\.text) == ["I am 29.\n\nIt rains."])
    }

    @Test("empty texts are left out and counted, their numbers too, and ids that come twice are told apart")
    func numbering() throws {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("texts.jsonl")
        let lines = [#"{"text": "a"}"#, #"{"text": " "}"#, #"{"text": null}"#, #"{"text": "b"}"#]
        try Data((lines + [#"{"id": "u", "text": "c"}"#, #"{"id": "u", "text": "d"}"#]).joined(separator: "\n").utf8)
            .write(to: file)
        let (records, report) = try TextRecord.all(in: file.path)
        #expect(records.map(\.id) == ["1", "4", "u", "u#2"] && report.counts.map(\.count) == [1, 1, 1])
        #expect(try SourceReader(path: file.path).texts().texts.map(\.id) == records.map(\.id))
    }

    @Test("lines with a text keep their other fields, marked spans too, and spans that are wrong cost no text")
    func spans() throws {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let lines = [
            #"{"id": "a", "profile": "p", "language": "de", "text": "Ann", "spans": [{"label": "name", "start": 0, "end": 3}]}"#,
            #"{"id": "b", "text": "Bo", "spans": [{"label": "name", "start": 0, "end": 9}]}"#,
        ]
        let file = folder.appendingPathComponent("texts.jsonl")
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
        let (records, report) = try TextRecord.all(in: file.path)
        let fields = [#""text": "Ann", "#, #""text": "Bo", "#].enumerated().map { lines[$0].replacing($1, with: "") }
        #expect(records.map { JSONValue.object($0.fields).compactText } == fields && report.counts.isEmpty)
        // The text's key, whichever it is, is not among the fields: it would give away what was anonymized.
        for key in ["full_text", "source_text"] {
            let other = folder.appendingPathComponent("\(key).jsonl")
            try Data(lines.joined(separator: "\n").replacing("\"text\"", with: "\"\(key)\"").utf8).write(to: other)
            let found = try TextRecord.all(in: other.path)
            #expect(found.records.map(\.text) == ["Ann", "Bo"] && found.report.counts.isEmpty)
            #expect(found.records.map { JSONValue.object($0.fields).compactText } == fields)
        }
    }

    @Test("two processes or runs never write to one output")
    func lock() throws {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("out.jsonl").path
        let first = try AnonymizationOutput(path: path, records: [], settings: [])
        #expect(throws: InputError.self) { _ = try AnonymizationOutput(path: path, records: [], settings: []) }
        withExtendedLifetime(first) {}
    }
}
