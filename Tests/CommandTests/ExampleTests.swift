import Foundation
import TestSupport
import Testing

@Suite struct ExampleTests {
    @Test("the example of a custom loss makes the wanted answer likelier and the revealing one less likely")
    func unlikelihood() throws {
        let model = Fixtures.golden("plain/model", target: "TrainingTests").path
        let run = try ProgramRun.of("unlikelihood", [model, "20"])
        #expect(run.status == 0, "\(run.errors)")
        let steps = run.lines.map { line in
            let fields = line.split(separator: " ")
            return (wanted: Double(fields[5])!, revealing: Double(fields[7])!)
        }
        try #require(steps.count == 20)
        #expect(steps[19].wanted < steps[0].wanted)
        #expect(steps[19].revealing > steps[0].revealing)
    }

    @Test("the example of a custom loss takes less than 80 lines")
    func length() throws {
        let file = Fixtures.root.appendingPathComponent("Examples/unlikelihood/main.swift")
        #expect(try String(contentsOf: file, encoding: .utf8).split(separator: "\n").count < 80)
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
