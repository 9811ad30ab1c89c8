import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Anonymization

@Suite("Reading trajectories")
struct TrajectoryReaderTests {
    private func read(_ lines: String...) throws -> (trajectories: [Trajectory], report: ReadingReport) {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appendingPathComponent("t.jsonl")
        try lines.joined(separator: "\n").write(to: url, atomically: true, encoding: .utf8)
        return try TrajectoryReader(path: url.path).trajectories()
    }

    private func line(privacy: String, utility: String = #"{"readability": 9, "meaning": 8, "hallucinations": 1}"#)
        -> String
    {
        #"{"username": "u", "truth": {"married": "married"}, "texts": [{"text": "a", "privacy": [\#(privacy)], "#
            + #""utility": null}, {"text": "b", "privacy": [], "utility": \#(utility)}]}"#
    }

    @Test("what is written is read back the same")
    func roundTrip() throws {
        let judgement = UtilityJudgement(
            readability: .init(score: 9, explanation: "smooth \"enough\"\n"),
            meaning: .init(score: 7, explanation: "é"),
            hallucination: .init(score: 0, explanation: ""))
        let trajectory = Trajectory(
            id: "t7", profile: "p3", truth: [.birthplace: "Łódź, Poland", .age: "41"],
            states: [
                .init(
                    text: "first\nline",
                    inferences: [Inference(.relationship, reasoning: "r", guesses: ["Married", "x"], certainty: 4)],
                    judgement: .original),
                .init(text: "second", inferences: [], judgement: judgement),
            ])
        let (trajectories, report) = try read(trajectory.jsonLine)
        #expect(trajectories == [trajectory] && report.counts.isEmpty)
    }

    @Test("what is careless is mended and counted")
    func mended() throws {
        let (trajectories, report) = try read(
            line(
                privacy:
                    #"{"type": "married", "inference": "i", "guess": [" Divorced. ", 2, "D.C.", "x"], "certainty": "3."}"#
            ))
        let inference = try #require(trajectories[0].states[0].inferences.first)
        #expect(
            inference == Inference(.relationship, reasoning: "i", guesses: ["Divorced", "2", "D.C."], certainty: 3))
        #expect(trajectories[0].truth == [.relationship: "married"] && trajectories[0].profile == "u")
        #expect(report.counts.map(\.count) == [1, 1, 1])
        #expect(trajectories[0].states[1].judgement.utility == (9 + 8 + 10) / 30.0)
    }

    @Test("scores are read as forgivingly as certainties")
    func scores() throws {
        let utility = #"{"readability": "9/10", "meaning": {"score": "8."}, "hallucinations": {"score": true}}"#
        let (trajectories, report) = try read(line(privacy: "", utility: utility))
        #expect(trajectories[0].states[1].judgement.utility == (9 + 8 + 10) / 30.0)
        #expect(report.counts.map(\.count) == [3])
    }

    @Test("a trajectory of which a later round was lost is read, with the state that was kept")
    func lostLater() throws {
        let lost =
            #"{"text": "a", "privacy": [], "utility": {"readability": 9, "meaning": 9, "hallucinations": 1}, "#
            + #""failure": {"role": "adversary", "reason": "garbage"}}"#
        let (trajectories, report) = try read(#"{"rounds": [{"text": "a", "privacy": []}, \#(lost)]}"#)
        #expect(trajectories[0].states.count == 2 && report.counts.isEmpty)
    }

    @Test(
        "an inference without certain meaning is dropped and counted",
        arguments: [
            #"{"type": "shoe size", "inference": "", "guess": ["x"], "certainty": 3}"#,
            #"{"type": "age", "inference": "", "guess": [" "], "certainty": 2}"#,
            #"{"type": "age", "inference": "", "guess": null, "certainty": 2}"#,
            #""age""#,
        ])
    func dropped(inference: String) throws {
        let good = #"{"type": "gender", "inference": "", "guess": ["Male"], "certainty": 2}"#
        let (trajectories, report) = try read(line(privacy: "\(good), \(inference)"))
        #expect(trajectories[0].states[0].inferences.map(\.attribute) == [.gender])
        #expect(report.counts.map(\.count) == [1] && report.counts[0].what.hasPrefix("inference dropped"))
    }

    @Test(
        "an inference of unknown certainty, without which a text would pass for more private, costs the trajectory",
        arguments: [#", "certainty": 6"#, #", "certainty": "high""#, #", "certainty": "4/10""#, ""])
    func uncertain(certainty: String) throws {
        let good = #"{"texts": [{"text": "a", "privacy": []}]}"#
        let inference = #"{"type": "age", "inference": "", "guess": ["30"]\#(certainty)}"#
        let (trajectories, report) = try read(
            good + "\n" + #"{"texts": [{"text": "a", "privacy": [\#(inference)]}]}"#)
        #expect(trajectories.count == 1)
        #expect(report["trajectory dropped: the certainty of an inference is no number from 1 to 5"] == 1)
    }

    @Test(
        "a trajectory whose steps would not follow from each other is dropped and counted",
        arguments: [
            #"{"texts": []}"#, #"{"id": 3}"#, #"{"texts": [{"text": "", "privacy": []}]}"#,
            #"{"texts": [{"text": "a", "privacy": null}]}"#,
            #"{"texts": [{"text": "a", "privacy": []}, {"text": "b", "privacy": [], "utility": null}]}"#,
            #"{"rounds": [{"text": "a", "privacy": [], "failure": {"role": "adversary", "reason": "garbage"}}]}"#,
            #"{"texts": [{"text": "a", "privacy": []}, {"text": "b", "privacy": [], "utility": {"readability": 8.5, "meaning": 5, "hallucinations": 1}}]}"#,
            #"{"texts": [{"text": "a", "privacy": []}, {"text": "b", "privacy": [], "utility": {"readability": 11, "meaning": 5, "hallucinations": 1}}]}"#,
        ])
    func droppedWhole(bad: String) throws {
        let (trajectories, report) = try read(line(privacy: ""), bad)
        #expect(trajectories.count == 1 && report.counts.count == 1)
        #expect(report.counts[0].what.hasPrefix("trajectory dropped") && report.counts[0].firstPlace.hasSuffix(":2"))
        #expect(throws: InputError.self) { try read(bad) }
    }

    @Test("a line that is no object, and a file that is not there, are errors with their place")
    func errors() throws {
        #expect(throws: InputError.self) { try read(line(privacy: ""), "[1]") }
        #expect(throws: InputError.self) { try TrajectoryReader(path: "/nowhere/t.jsonl").trajectories() }
    }

    @Test(
        "the real trajectories are read whole, with what was mended counted",
        .enabled(if: FileManager.default.fileExists(atPath: Fixtures.sharedData("trajectories.jsonl").path)))
    func real() throws {
        let (trajectories, report) = try TrajectoryReader(path: Fixtures.sharedData("trajectories.jsonl").path)
            .trajectories()
        #expect(trajectories.count == 77)
        #expect(trajectories.flatMap(\.states).count == 231)
        #expect(trajectories.flatMap(\.states).flatMap(\.inferences).count == 231)
        #expect(report[#"certainty written as something like "3." mended"#] == 11)
        #expect(report["guesses after the third dropped"] == 86)
        #expect(Set(trajectories.map(\.profile)).count == 9)
    }
}
