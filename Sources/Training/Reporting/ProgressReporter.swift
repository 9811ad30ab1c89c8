import Foundation

/// Tells whoever watches a run how it gets on.
///
/// Progress goes to standard output, or to standard error where the output is for a result; warnings go to standard error.
/// A terminal gets one line that is redrawn; anything else, such as a log file, one line for every logged step.
public struct ProgressReporter: Sendable {
    /// How progress is shown.
    public enum Style: Sendable {
        /// One line that is redrawn after every step.
        case bar
        /// One line for every logged step.
        case lines
        /// Nothing but warnings and the final line.
        case quiet
        /// Nothing at all, where another process of the run speaks.
        case silent

        /// What suits the output.
        public static func automatic(quiet: Bool, on output: Output = .standardOutput) -> Style {
            quiet ? .quiet : output.isTerminal ? .bar : .lines
        }
    }

    /// Where text goes and where time and width come from.
    struct Surroundings: Sendable {
        var writeOutput: @Sendable (String) -> Void
        var writeWarning: @Sendable (String) -> Void
        /// The columns of the terminal.
        var width: @Sendable () -> Int
        /// Seconds from any fixed moment.
        var now: @Sendable () -> Double
    }

    private let style: Style
    private let totalSteps: Int
    private let firstStep: Int
    private let surroundings: Surroundings
    private var start: Double
    /// What stands on the redrawn line; empty where the cursor is at the beginning of a free line.
    private var barText = ""
    /// The last that `reportPercent` has shown.
    private var shownPercentage = -1

    /// A reporter whose clock starts now.
    ///
    /// - Parameters:
    ///   - totalSteps: the steps of the whole run.
    ///   - firstStep: the steps that were behind it when it was resumed.
    ///   - style: how progress is shown.
    ///   - output: where.
    public init(totalSteps: Int, firstStep: Int = 0, style: Style, on output: Output = .standardOutput) {
        self.init(totalSteps: totalSteps, firstStep: firstStep, style: style, surroundings: output.surroundings)
    }

    init(totalSteps: Int, firstStep: Int, style: Style, surroundings: Surroundings) {
        self.totalSteps = totalSteps
        self.firstStep = firstStep
        self.style = style
        self.surroundings = surroundings
        start = surroundings.now()
    }

    /// Starts the clock again: what has taken time so far was no step.
    public mutating func restartClock() { start = surroundings.now() }

    /// Shows a step, or an evaluation.
    ///
    /// - Parameters:
    ///   - record: what was measured.
    ///   - isLogged: whether the step is one that is logged; others only move the bar.
    public mutating func report(_ record: MetricsRecord, isLogged: Bool = true) {
        switch style {
        case .quiet, .silent: return
        case .lines: if isLogged { surroundings.writeOutput(line(for: record) + "\n") }
        case .bar:
            if let evaluation = record.evaluation {
                note((["step \(record.step)/\(totalSteps)"] + parts(of: evaluation)).joined(separator: "  "))
            }
            if let training = record.training { redraw(bar(step: record.step, training, record.preference)) }
        }
    }

    /// Shows how far a run of any kind has come.
    ///
    /// - Parameters:
    ///   - step: the steps that are behind it.
    ///   - numbers: what is told beside, parts two blanks apart.
    public mutating func report(step: Int, _ numbers: String) {
        switch style {
        case .quiet, .silent: return
        case .lines:
            let left = timeLeft(at: step).map { "  \($0) left" } ?? ""
            surroundings.writeOutput("\(step)/\(totalSteps)  \(numbers)\(left)\n")
        case .bar: redraw(bar(step: step, numbers))
        }
    }

    /// Shows how far a run of thousands of steps has come: in a log, which does not need a line for each, when another
    /// percent is done.
    ///
    /// - Parameters:
    ///   - step: the steps that are behind it.
    ///   - numbers: what is told beside.
    public mutating func reportPercent(step: Int, _ numbers: @autoclosure () -> String) {
        let percentage = 100 * step / max(1, totalSteps)
        guard style != .quiet, style != .silent, style == .bar || percentage > shownPercentage else { return }
        shownPercentage = percentage
        report(step: step, numbers())
    }

    /// Leaves the bar as it is and begins a new line.
    public mutating func endBar() {
        if !barText.isEmpty { surroundings.writeOutput("\n") }
        barText = ""
    }

    /// Shows a line that stays: the plan, a checkpoint written.
    public mutating func note(_ line: String) {
        guard style != .quiet, style != .silent else { return }
        surroundings.writeOutput(erasure + line + "\n")
        restoreBar()
    }

    /// Shows a warning, in every style but `silent`.
    public mutating func warn(_ message: String) {
        if style == .silent { return }
        if !barText.isEmpty { surroundings.writeOutput(erasure) }
        surroundings.writeWarning("warning: \(message)\n")
        restoreBar()
    }

    /// Shows the last line of the run, in every style but `silent`.
    public mutating func finish(_ line: String) {
        if style == .silent { return }
        endBar()
        surroundings.writeOutput(line + "\n")
    }

    private mutating func redraw(_ text: String) {
        let padding = String(repeating: " ", count: max(0, barText.count - text.count))
        surroundings.writeOutput("\r" + text + padding)
        barText = text
    }

    private func restoreBar() {
        if !barText.isEmpty { surroundings.writeOutput(barText) }
    }

    /// What empties the redrawn line and puts the cursor at its beginning.
    private var erasure: String {
        barText.isEmpty ? "" : "\r" + String(repeating: " ", count: barText.count) + "\r"
    }
}

extension ProgressReporter {
    private func line(for record: MetricsRecord) -> String {
        var parts = ["step \(record.step)/\(totalSteps)", "epoch \(Self.decimal(record.epoch, digits: 2))"]
        if let training = record.training {
            parts += [
                "loss \(Self.decimal(training.loss))", "grad_norm \(Self.decimal(training.gradNorm))",
                "lr \(String(format: "%.3e", training.learningRate))",
                "\(Self.decimal(training.tokensPerSecond, digits: 1)) tokens/s",
            ]
            if training.tokensComputed < training.numTokens {
                parts.append("\(training.tokensComputed) of \(training.numTokens) tokens computed")
            }
        }
        if let preference = record.preference { parts += self.parts(of: preference, prefix: "") }
        if let evaluation = record.evaluation { parts += self.parts(of: evaluation) }
        if let timeLeft = timeLeft(at: record.step) { parts.append("\(timeLeft) left") }
        return parts.joined(separator: "  ")
    }

    private func parts(of evaluation: ObjectiveMeasures) -> [String] {
        ["eval_loss \(Self.decimal(evaluation.loss))"]
            + (evaluation.preference.map { parts(of: $0, prefix: "eval_") } ?? [])
    }

    private func parts(of preference: MetricsRecord.Preference, prefix: String) -> [String] {
        [
            "\(prefix)margin \(Self.decimal(preference.rewardMargin))",
            "\(prefix)accuracy \(Self.decimal(preference.rewardAccuracy, digits: 2))",
        ]
    }

    private func bar(
        step: Int, _ training: MetricsRecord.Training, _ preference: MetricsRecord.Preference?
    ) -> String {
        let accuracy = preference.map { "accuracy \(Self.decimal($0.rewardAccuracy, digits: 2))" }
        let parts = [
            "loss \(Self.decimal(training.loss))", accuracy,
            "\(Self.decimal(training.tokensPerSecond, digits: 1)) tokens/s",
        ]
        return bar(step: step, parts.compactMap { $0 }.joined(separator: "  "))
    }

    /// The bar with its numbers, one column less than the terminal has, so that the cursor never wraps. What does not
    /// fit goes: first the bar itself, then the end of the numbers.
    private func bar(step: Int, _ text: String) -> String {
        var numbers = "\(step)/\(totalSteps)  \(text)"
        if let timeLeft = timeLeft(at: step) { numbers += "  \(timeLeft) left" }
        let columns = max(0, surroundings.width() - 1)
        let cells = min(40, columns - numbers.count - 3)
        guard cells >= 8 else { return String(numbers.prefix(columns)) }
        let filled = min(cells, totalSteps > 0 ? cells * step / totalSteps : cells)
        return "[" + String(repeating: "=", count: filled) + String(repeating: " ", count: cells - filled) + "] "
            + numbers
    }

    /// The time that the remaining steps take at the pace since the start; nil before the first step and after the last.
    private func timeLeft(at step: Int) -> String? {
        guard step > firstStep, step < totalSteps else { return nil }
        let pace = (surroundings.now() - start) / Double(step - firstStep)
        return Self.duration(pace * Double(totalSteps - step))
    }

    private static func decimal(_ value: Double, digits: Int = 4) -> String {
        String(format: "%.\(digits)f", value)
    }

    /// `42s`, `4m12s`, `2h05m` or `3d04h`.
    package static func duration(_ seconds: Double) -> String {
        let seconds = Int(max(0, min(seconds, 1e12)).rounded())
        func pair(_ large: Int, _ largeUnit: String, _ small: Int, _ smallUnit: String) -> String {
            "\(large)\(largeUnit)\(small < 10 ? "0" : "")\(small)\(smallUnit)"
        }
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3600: return pair(seconds / 60, "m", seconds % 60, "s")
        case ..<86400: return pair(seconds / 3600, "h", seconds / 60 % 60, "m")
        default: return pair(seconds / 86400, "d", seconds / 3600 % 24, "h")
        }
    }
}
