import Diagnostics
import Files
import Foundation
import TestSupport
import Testing
import Tokenizers
import Training

@testable import Anonymization

@Suite("Rows made of trajectories")
struct TaskSetTests {
    private func set(_ trajectories: [Trajectory], _ options: TaskOptions = options()) throws -> TaskSet {
        try TaskSet(trajectories, options: options, path: "t.jsonl")
    }

    private let states = [state("a", [5, 2]), state("b", [4]), state("c", [], (10, 10, 1))]

    @Test("prompts and answers are those that the roles are asked and read with")
    func words() throws {
        let rows = try set([Trajectory(id: "1", profile: "p", states: states)])
        let counted = [states[0].inferences[0]]
        let first = DatasetRow.messages(RolePrompt.anonymize("a", inferences: counted) + [.answer("#\nb")])
        #expect(rows.sft.rows.first?.row == first)
        let second = DatasetRow.messages(
            RolePrompt.anonymize("b", inferences: states[1].inferences, judgement: states[1].judgement)
                + [.answer("#\nc")])
        #expect(rows.sft.rows.filter { $0.task == .anonymize }.map(\.row).last == second)
        let inferring = rows.sft.rows.filter { $0.task == .infer }
        #expect(try inferring.map { try RoleReply.inferences(in: $0.answer ?? "") } == states.map(\.inferences))
        let judging = rows.sft.rows.filter { $0.task == .judge }
        #expect(try judging.map { try RoleReply.judgement(in: $0.answer ?? "") } == states.map(\.judgement))
        let preference = DatasetRow.preference(
            prompt: .messages(RolePrompt.anonymize("a", inferences: counted)), chosen: .messages([.answer("#\nc")]),
            rejected: .messages([.answer("#\nb")]))
        #expect(rows.dpo.rows.map(\.row) == [preference])
    }

    @Test("only inferences about protected attributes count for pairs and reach the anonymizer; infer has all")
    func protected() throws {
        // Age and education; only age becomes less certain from the first text to the second.
        let states = [state("a", [5, 4]), state("b", [3, 4]), state("c", [3])]
        let protected: Set<Attribute> = [.education]
        let rows = try set([Trajectory(id: "1", profile: "p", states: states)], options { $0.protected = protected })
        func expected(_ index: Int) -> DatasetRow {
            .messages(
                RolePrompt.anonymize(
                    states[index].text, inferences: [states[index].inferences[1]],
                    judgement: index == 0 ? nil : states[index].judgement, protecting: protected) + [.answer("#\nc")])
        }
        #expect(rows.sft.rows.filter { $0.task == .anonymize }.map(\.row) == [expected(0), expected(1)])
        let inferring = rows.sft.rows.filter { $0.task == .infer }
        #expect(try inferring.map { try RoleReply.inferences(in: $0.answer ?? "") } == states.map(\.inferences))
        #expect(rows.countsJSON["options"]?["protect"]?.compactText == #"["education"]"#)
    }

    @Test("the original's judgement, which files hold without a word, is explained")
    func original() throws {
        var states = states
        states[0].judgement = .original
        let rows = try set([Trajectory(id: "1", profile: "p", states: states)])
        let answer = try #require(rows.sft.rows.first { $0.task == .judge }?.answer)
        let judgement = try RoleReply.judgement(in: answer)
        #expect(judgement.utility == 1 && !judgement.readability.explanation.isEmpty)
        #expect(!judgement.meaning.explanation.isEmpty && !judgement.hallucination.explanation.isEmpty)
    }

    @Test("of equal rows one is kept, and the counts say so")
    func duplicates() throws {
        let rows = try set([
            Trajectory(id: "1", profile: "p", states: states), Trajectory(id: "2", profile: "p", states: states),
        ])
        #expect(rows.counts.rule(.infer).kept == 6 && rows.counts.rule(.infer).duplicates == 3)
        #expect(rows.sft.rows.filter { $0.task == .infer }.count == 3)
        #expect(rows.counts.rule(.prefer).duplicates == 1 && rows.dpo.rows.count == 1)
    }

    @Test("weights repeat rows, draw a part of them by the seed, and leave tasks out")
    func weights() throws {
        let many = (0..<10).map { Trajectory(id: "\($0)", profile: "p\($0)", states: [state("t\($0)", [3])]) }
        func rows(_ weights: [TrainingTask: Double], seed: UInt64 = 1) throws -> TaskSet {
            try set(many, options { ($0.weights, $0.seed, $0.heldOut) = (weights, seed, 0.2) })
        }
        let plain = try rows([:])
        #expect(plain.rowCounts(of: plain.sft) == [.infer: 8, .judge: 8])
        let weighted = try rows([.infer: 2.25, .judge: 0])
        #expect(weighted.rowCounts(of: weighted.sft) == [.infer: 18])
        #expect(weighted.rowCounts(of: weighted.sftEval) == [.infer: 2])
        let half = try rows([.infer: 0.5])
        #expect(half.rowCounts(of: half.sft) == [.infer: 4, .judge: 8])
        #expect(try half == rows([.infer: 0.5]))
        #expect(try half.sft != rows([.infer: 0.5], seed: 2).sft)
    }

    @Test("files are what training reads, and whole; rows equal to the bit each time")
    func files() throws {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let trajectories = (0..<4).map { number in
            Trajectory(
                id: "\(number)", profile: "p\(number)",
                states: [state("a\(number)", [5]), state("b\(number)", [4]), state("c \"é\n\(number)", [])])
        }
        let out = folder.appendingPathComponent("deep/out")
        let rows = try set(trajectories, options { $0.heldOut = 0.25 })
        try rows.write(to: out)
        for file in rows.files {
            let read = try DatasetReader(path: out.appendingPathComponent(file.name).path).rows().map(\.row)
            #expect(!read.isEmpty && read == file.rows.map(\.row), "\(file.name)")
        }
        let counts = try JSONValue(
            parsing: Array(Data(contentsOf: out.appendingPathComponent("counts.json"))), file: "counts.json")
        #expect(counts["read"]?["states"]?.integer == 12 && counts["read"]?["profiles"]?.integer == 4)
        #expect(counts["rules"]?["prefer"]?["kept"]?.integer == 4)
        #expect(counts["rules"]?["prefer"]?["candidates"]?.integer == 4)
        #expect(counts["files"]?["dpo-eval.jsonl"]?["prefer"]?.integer == 1)
        let first = try Data(contentsOf: out.appendingPathComponent("sft.jsonl"))
        try set(trajectories, options { $0.heldOut = 0.25 }).write(to: out)
        #expect(try Data(contentsOf: out.appendingPathComponent("sft.jsonl")) == first)
    }
}
