import Files
import Foundation
import Testing

@Suite("signet synthesize")
struct SignetSynthesizeTests {
    @Test("what it writes goes through tasks as it is")
    func whole() throws {
        try withFolder { folder in
            let (made, rows) = (folder.appendingPathComponent("made").path, folder.appendingPathComponent("rows").path)
            let run = try signet("synthesize", "--profiles", "20", "--seed", "3", "--out", made)
            #expect(run.lines.prefix(2) == ["profiles.jsonl: 20 profiles", "texts.jsonl: 80 texts"])
            let tasks = try signet("tasks", made + "/trajectories.jsonl", "--out", rows)
            #expect(tasks.output.contains("held out: 2 profiles"))
        }
    }

    @Test("makes masking rows of marked texts, and refuses what it cannot do in one line")
    func spans() throws {
        try withFolder { folder in
            let data = try folder.file("a.conll", "Perth\tB-location\nis\tO\nfar\tO")
            let out = folder.appendingPathComponent("out").path
            let run = try signet("synthesize", "--spans", data, "--out", out)
            #expect(run.lines == ["masking.jsonl, instructions.jsonl: 1 rows each, of the types LOCATION"])
            try signetFails(["synthesize", "--out", out], 64, "--profiles or --spans")
            try signetFails(["synthesize", "--profiles", "2", "--spans", data, "--out", out], 64, "--spans")
            try signetFails(["synthesize", "--profiles", "0", "--out", out], 64, "--profiles")
            try signetFails(["synthesize", "--spans", folder.path + "/none.conll", "--out", out], 66, "no such file")
        }
    }
}
