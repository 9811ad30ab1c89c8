import Diagnostics
import Foundation
import TestSupport
import Testing
import Tokenizers
import Training

@testable import Anonymization

@Suite("Examining a student on held-out rows")
struct ExaminationTests {
    /// The rows of one trajectory of three texts, as they are written and read again.
    private func rows() throws -> [ExaminationRow] {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let states = [state("I am 29.", [5]), state("I am grown up.", [3]), state("I am.", [])]
        let trajectory = Trajectory(id: "1", profile: "p", states: states)
        try TaskSet([trajectory], options: options(), path: "t.jsonl").write(to: folder)
        return try ExaminationRow.all(in: folder.appendingPathComponent("sft.jsonl").path)
    }

    @Test("rows come back with their task, and the question is all but the answer")
    func reading() throws {
        let rows = try rows()
        let tasks: [TrainingTask] = [.anonymize, .infer, .judge]
        #expect(rows.map(\.task) == tasks.flatMap { [$0, $0, $0] })
        #expect(rows.map(\.line) == Array(1...9))
        #expect(rows[3].question == RolePrompt.infer("I am 29."))
    }

    @Test("answers are in the order of the rows, and those that cannot be read are counted for each task")
    func counts() async throws {
        let rows = try rows()
        let model = ScriptedChatModel { role, request in
            try await Task.sleep(for: .milliseconds(request.messages[1].content.utf8.count % 7))
            switch (role, request.subject) {
            case (.anonymizer, "I am 29."): throw ChatRefusal("too long")
            case (.adversary, "I am."): return "I would rather not say."
            case (.judge, "I am 29."): return diligentAnswer(role, request) + "…"
            default: return diligentAnswer(role, request)
            }
        }
        var counts: [Int] = []
        let answers = try await Examination.answers(rows, by: model, concurrency: 2) { counts.append($0) }
        #expect(answers.map(\.row) == rows && counts == Array(1...9))
        #expect(model.requests.allSatisfy { $0.temperature == 0 })
        let refused = answers.filter { $0.flaw == "too long" }.count
        let scores = rows.indices.map {
            RowScore(tokenCount: 9, lossTokenCount: $0 + 1, logProbability: -Double($0 + 1) * Double($0))
        }
        let examination = Examination(answers, scores: scores)
        #expect(refused == 2 && answers.filter { $0.flaw?.hasPrefix("cut off") == true }.count == 1)
        #expect(examination.results.map(\.task) == [.anonymize, .infer, .judge, nil])
        #expect(examination.results.map(\.rowCount) == [3, 3, 3, 9])
        #expect(examination.results.map(\.readableCount) == [1, 2, 2, 5])
        // The mean over tokens, not over rows: (1·0 + 2·1 + 3·2) / 6.
        #expect(abs(examination.results[0].loss - 8.0 / 6) < 1e-12)
        #expect(examination.table.contains("judge      "))
    }

    @Test("rows without a task, preferences and files without rows are refused with their place")
    func refused() throws {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("rows.jsonl").path
        let messages = #""messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]"#
        for bad in [
            "{\(messages)}", #"{"task": "prefer", \#(messages)}"#, #"{"task": "dance", \#(messages)}"#,
            #"{"task": "infer", "text": "a"}"#,
        ] {
            try Data(bad.utf8).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: InputError.self) { try ExaminationRow.all(in: path) }
            #expect(error?.place == "\(path):1")
        }
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(throws: InputError.self) { try ExaminationRow.all(in: path) }
    }
}
