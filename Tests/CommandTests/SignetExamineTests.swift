import Files
import Foundation
import TestSupport
import Testing

@Suite("signet examine")
struct SignetExamineTests {
    @Test("the loss is that of signet score, and an untrained model's answers are unreadable, one line each")
    func untrained() throws {
        try withFolder { folder in
            let rows = try folder.file(
                "rows.jsonl",
                #"{"task": "infer", "messages": [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "None"}]}"#,
                #"{"task": "judge", "messages": [{"role": "user", "content": "Well?"}, {"role": "assistant", "content": "{}"}]}"#
            )
            let answers = folder.appendingPathComponent("answers.jsonl")
            let found = try signet(
                "examine", "--model", Golden.model, rows, "--max-tokens", "4", "--out", answers.path, "--json",
                "--quiet"
            ).json()[0]
            let scores = try signet("score", "--model", Golden.model, "--data", rows, "--json").json()
            for (task, score) in zip(["infer", "judge"], scores) {
                let (logp, tokens) = (
                    try #require(score["logp"]?.double), try #require(score["num_loss_tokens"]?.double)
                )
                let loss = try #require(found[task]?["loss"]?.double)
                #expect(abs(loss + logp / tokens) < 1e-5 * loss && found[task]?["readable"]?.double == 0)
            }
            #expect(found["all"]?["rows"]?.integer == 2)
            let lines = try String(contentsOf: answers, encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 2 && lines[1].contains(#""task": "judge""#) && lines[1].contains("cut off"))
        }
    }

    @Test("refuses rows that are no rows of signet tasks")
    func refuses() throws {
        try withFolder { folder in
            let rows = try folder.file("rows.jsonl", #"{"text": "a"}"#)
            try signetFails(
                ["examine", "--model", Golden.model, rows], 65, "rows.jsonl:1: expected messages with the task")
            try signetFails(["examine", "--model", Golden.model, rows, "--batch-size", "0"], 64, "--batch-size")
        }
    }
}
