import CommandSupport
import Foundation
import Signet

/// What `signet anonymize` prints.
struct AnonymizeReport: Sendable {
    private let format: AnonymizeCommand.Format
    /// Texts in all, and those that an earlier process has anonymized.
    private let count: Int
    private let begun: Int
    private var toReview = 0
    private var progress: ProgressReporter

    init(format: AnonymizeCommand.Format, count: Int, begun: Int) {
        self.format = format
        self.count = count
        self.begun = begun
        progress = ProgressReporter(totalSteps: count, firstStep: begun, style: .automatic(quiet: false))
    }

    /// - Parameters:
    ///   - heading: which model does what.
    ///   - reading: what reading the texts mended and dropped; beside the format text it goes to standard error.
    mutating func begin(_ heading: String, out: String?, reading: ReadingReport) {
        guard format == .jsonl, let out else {
            let lines = reading.lines.map { $0 + "\n" }.joined()
            try? FileHandle.standardError.write(contentsOf: Data(lines.utf8))
            return
        }
        for line in reading.lines { progress.note(line) }
        progress.note(heading)
        if begun > 0 { progress.note("going on in \(out) behind \(begun) of \(count) texts") }
    }

    /// Says that what has taken time so far was no text.
    mutating func restartClock() { progress.restartClock() }

    /// Shows a text; in the format jsonl nothing of what it says.
    mutating func show(_ index: Int, _ text: ShownText) throws {
        if !text.reviewReasons.isEmpty { toReview += 1 }
        switch format {
        case .jsonl:
            let mark = text.reviewReasons.isEmpty ? [] : ["needs review"]
            progress.report(step: index + 1, (text.progress + mark).joined(separator: "  "))
        case .text: try StandardOutput.write(comparison(index, text))
        }
    }

    mutating func end() {
        guard format == .jsonl else { return }
        let before = begun > 0 ? ", \(begun) of them earlier" : ""
        progress.finish("done: \(count) texts\(before); \(toReview) of \(count - begun) need a human's eye")
    }

    /// Says where a run that was asked to stop has stopped.
    mutating func stop() {
        guard format == .jsonl else { return }
        progress.finish("stopped; the same command goes on from here")
    }

    /// The text before and after, and what a human should look at.
    private func comparison(_ index: Int, _ text: ShownText) -> String {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let difference = WordDifference(from: text.original, to: text.text)
        let notes = text.reviewReasons.map { "needs review: \($0)\n" }.joined()
        let heading = count > 1 ? "--- text \(index + 1)\n" : ""
        return heading + difference.text(isTerminal ? .colours : .brackets) + "\n" + notes
    }
}

/// What is shown of a text.
struct ShownText: Sendable {
    let original: String
    let text: String
    /// How it went, without a word of what the text says.
    let progress: [String]
    let reviewReasons: [String]

    init(_ refined: RefinedText, _ settings: RefinementSettings) {
        func inferable(_ round: RefinedText.Round) -> Int {
            PrivacyScore(
                round.state.inferences.filter { settings.protected.contains($0.attribute) },
                certainty: settings.certainty
            ).inferenceCount
        }
        let (first, last) = (refined.rounds[0], refined.rounds[refined.rounds.count - 1])
        original = refined.original
        text = refined.text
        progress = [
            "rounds \(refined.rounds.count - 1)", "inferable \(inferable(first)) -> \(inferable(last))",
            "utility \(last.state.judgement.utility.decimal(2))",
        ]
        reviewReasons = refined.reviewReasons.map(\.description)
    }

    init(_ masked: MaskingResult) {
        original = masked.original
        text = masked.text
        progress = ["masks \(masked.spans.count)"]
        reviewReasons = masked.reviewReasons.map(\.description)
    }
}
