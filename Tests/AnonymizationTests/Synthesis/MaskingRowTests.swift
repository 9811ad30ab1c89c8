import Diagnostics
import Foundation
import TestSupport
import Testing
import Tokenizers
import Training

@testable import Anonymization

@Suite("Rows for masking and rewriting")
struct MaskingRowTests {
    private func rows(_ name: String, _ content: String) throws -> (masking: [DatasetRow], instructions: [DatasetRow]) {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent(name)
        try content.write(to: file, atomically: true, encoding: .utf8)
        let source = try MaskingSource(path: file.path)
        try source.write(to: folder)
        func read(_ name: String) throws -> [DatasetRow] {
            try DatasetReader(path: folder.appendingPathComponent(name).path).rows().map(\.row)
        }
        return (try read("masking.jsonl"), try read("instructions.jsonl"))
    }

    private func answer(_ row: DatasetRow) -> String? {
        if case .messages(let messages) = row { messages.last?.content } else { nil }
    }

    @Test("CoNLL sentences become masked texts, in the words of the mask role and as requests")
    func conll() throws {
        let rows = try rows("a.conll", "Anna\tB-person\nLee\tI-person\nflew\tO\nto\tO\nPerth\tB-geo-loc\n\nHello\tO\n")
        #expect(rows.masking.map(answer) == ["#\n<PERSON> flew to <GEO_LOC>", "#\nHello"])
        #expect(rows.instructions.map(answer) == ["<PERSON> flew to <GEO_LOC>", "Hello"])
        guard case .messages(let messages) = rows.masking[0] else { return }
        #expect(Array(messages.dropLast()) == RolePrompt.mask("Anna Lee flew to Perth", types: ["GEO_LOC", "PERSON"]))
        #expect(try RoleReply.text(in: messages[2].content) == "<PERSON> flew to <GEO_LOC>")
    }

    @Test("marked spans count Unicode scalars")
    func spans() throws {
        let rows = try rows(
            "a.jsonl",
            #"{"full_text": "🙂 é 李娜 called", "spans": [{"entity_type": "PERSON", "entity_value": "李娜", "#
                + #""start_position": 4, "end_position": 6}]}"#)
        #expect(rows.masking.map(answer) == ["#\n🙂 é <PERSON> called"])
    }

    @Test("texts without marked spans are refused")
    func refused() {
        #expect(throws: InputError.self) { try rows("a.jsonl", #"{"text": "nobody marked this"}"#) }
    }

    @Test("a rewriting hides what it was asked to and keeps the other clues")
    func rewriting() throws {
        let texts = (1...60).flatMap { Synthesis(profiles: 60, seed: 3).texts(of: $0) }
        let rewritings = texts.compactMap { text in text.rewriting.map { (text, $0) } }
        #expect(rewritings.count > 150)
        for (text, rewriting) in rewritings {
            #expect(rewriting.text != text.source.text)
            func certain(_ passage: Passage) -> Set<Attribute> {
                let adversary = ScriptedAdversary(persona: text.persona, passage: passage, seed: 0)
                return Set(adversary.inferences().filter { $0.certainty >= 3 }.map(\.attribute))
            }
            let (before, after) = (certain(text.passage), certain(rewriting.passage))
            #expect(before.isSuperset(of: rewriting.attributes) && after.isDisjoint(with: rewriting.attributes))
            // What tells of two attributes is softened for both.
            let others = before.subtracting(rewriting.attributes).subtracting(after)
            #expect(others.isSubset(of: [.gender, .relationship]), "\(text.source.id): \(others)")
        }
    }
}
