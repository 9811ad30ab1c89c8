import CommandSupport
import Dispatch
import Foundation
import Signet

/// What `signet anonymize` prints.
struct AnonymizeReport: Sendable {
    let format: AnonymizeCommand.Format
    let settings: RefinementSettings
    /// Texts in all, and those that an earlier process has refined.
    let count: Int
    let begun: Int
    private let start = DispatchTime.now()
    private var toReview = 0

    init(format: AnonymizeCommand.Format, settings: RefinementSettings, count: Int, begun: Int) {
        self.format = format
        self.settings = settings
        self.count = count
        self.begun = begun
    }

    /// - Parameter reading: what reading the texts mended and dropped; beside the format text it goes to standard error.
    func begin(model: String, out: String?, reading: ReadingReport) throws {
        guard format == .jsonl, let out else {
            let lines = reading.lines.map { $0 + "\n" }.joined()
            return try FileHandle.standardError.write(contentsOf: Data(lines.utf8))
        }
        for line in reading.lines { try StandardOutput.writeLine(line) }
        try StandardOutput.writeLine(
            "model: \(model); up to \(settings.rounds) rounds, protecting "
                + settings.protected.sorted().map(\.rawValue).joined(separator: ", ")
                + " where inferred with certainty \(settings.certainty) or more")
        if begun > 0 { try StandardOutput.writeLine("going on in \(out) behind \(begun) of \(count) texts") }
    }

    /// Shows a text; in the format jsonl nothing of what it says.
    mutating func show(_ index: Int, _ text: RefinedText) throws {
        if !text.reviewReasons.isEmpty { toReview += 1 }
        switch format {
        case .jsonl: try StandardOutput.writeLine(progressLine(index, text))
        case .text: try StandardOutput.write(comparison(index, text))
        }
    }

    func end() throws {
        guard format == .jsonl else { return }
        let before = begun > 0 ? ", \(begun) of them earlier" : ""
        try StandardOutput.writeLine(
            "done: \(count) texts\(before); \(toReview) of \(count - begun) need a human's eye")
    }

    /// Says where a run that was asked to stop has stopped.
    func stop() throws {
        guard format == .jsonl else { return }
        try StandardOutput.writeLine("stopped; the same command goes on from here")
    }

    private func progressLine(_ index: Int, _ text: RefinedText) -> String {
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e9
        let pace = Double(index + 1 - begun) / max(seconds, 1e-9)
        func inferable(_ round: RefinedText.Round) -> Int {
            PrivacyScore(
                round.state.inferences.filter { settings.protected.contains($0.attribute) },
                certainty: settings.certainty
            ).inferenceCount
        }
        let (first, last) = (text.rounds[0], text.rounds[text.rounds.count - 1])
        var parts = [
            "text \(index + 1)/\(count)", "rounds \(text.rounds.count - 1)",
            "inferable \(inferable(first)) -> \(inferable(last))", "utility \(last.state.judgement.utility.decimal(2))",
        ]
        if !text.reviewReasons.isEmpty { parts.append("needs review") }
        parts.append("\((pace * 60).decimal(1)) texts/min")
        if index + 1 < count {
            parts.append("\(ProgressReporter.duration(Double(count - index - 1) / pace)) left")
        }
        return parts.joined(separator: "  ")
    }

    /// The text before and after, and what a human should look at.
    private func comparison(_ index: Int, _ text: RefinedText) -> String {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let difference = WordDifference(from: text.original, to: text.text)
        let notes = text.reviewReasons.map { "needs review: \($0)\n" }.joined()
        let heading = count > 1 ? "--- text \(index + 1)\n" : ""
        return heading + difference.text(isTerminal ? .colours : .brackets) + "\n" + notes
    }
}
