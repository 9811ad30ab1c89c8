import Files
import Foundation
import Testing

@Suite("signet tasks")
struct SignetTasksTests {
    private func trajectory(_ profile: Int) -> String {
        func state(_ text: String, _ certainty: Int) -> String {
            #"{"text": "\#(text) \#(profile)", "privacy": [{"type": "age", "inference": "why", "guess": ["40"], "#
                + #""certainty": "\#(certainty)."}], "utility": {"readability": 10, "meaning": 10, "hallucinations": 1}}"#
        }
        return
            #"{"username": "u\#(profile)", "texts": [\#(state("a", 5)), \#(state("b", 4)), \#(state("c", 3))]}"#
    }

    @Test("writes rows and counts, and prints what each rule did")
    func writes() throws {
        try withFolder { folder in
            let data = try folder.file("t.jsonl", trajectory(1), trajectory(2), trajectory(3))
            let out = folder.appendingPathComponent("out")
            let run = try signet("tasks", data, "--out", out.path, "--weights", "judge=0,infer=2", "--seed", "7")
            for line in [
                "anonymize: 9 candidates, 0 dropped by the privacy rule, 0 by the utility rule",
                "9 × certainty written as something like \"3.\" mended", "sft.jsonl: 18 rows (6 anonymize, 12 infer)",
                "dpo-eval.jsonl: 1 rows",
            ] {
                #expect(run.output.contains(line))
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: out.path).sorted()
            #expect(
                names == [
                    "counts.json", "dpo-eval.jsonl", "dpo.jsonl", "sft-eval.jsonl", "sft.jsonl", "texts-eval.jsonl",
                ])
            let heldOut = try String(contentsOfFile: out.path + "/texts-eval.jsonl", encoding: .utf8)
            #expect(heldOut.contains(#""text": "a "#) && heldOut.split(separator: "\n").count == 1)
        }
    }

    @Test("a text whose inferences could not be read gives no rows, and is counted")
    func notExamined() throws {
        try withFolder { folder in
            let lost =
                #"{"author": "u9", "rounds": [{"text": "Unread words", "privacy": [], "#
                + #""failure": {"role": "adversary", "reason": "no list"}}]}"#
            let data = try folder.file("t.jsonl", trajectory(1), lost, trajectory(2))
            let out = folder.appendingPathComponent("out").path
            let run = try signet("tasks", data, "--out", out, "--held-out", "0")
            #expect(run.output.contains("1 × trajectory dropped: what can be inferred from its original is not known"))
            #expect(try !String(contentsOfFile: out + "/sft.jsonl", encoding: .utf8).contains("Unread words"))
        }
    }

    @Test("refuses what it cannot do in one line")
    func refuses() throws {
        try withFolder { folder in
            let data = try folder.file("t.jsonl", trajectory(1))
            let out = folder.appendingPathComponent("out").path
            try signetFails(["tasks", data, "--out", out], 65, "t.jsonl: expected texts of two or more profiles")
            try signetFails(["tasks", folder.path + "/none", "--out", out], 66, "found no such file")
            for (name, value) in [
                ("--weights", "prefer=1"), ("--weights", "infer"), ("--weights", "infer=-1"), ("--certainty", "6"),
                ("--held-out", "1"), ("--utility-slack", "2"), ("--protect", "age,shoe"),
            ] {
                try signetFails(["tasks", data, "--out", out, name, value], 64, name)
            }
            #expect(!FileManager.default.fileExists(atPath: out))
        }
    }
}
