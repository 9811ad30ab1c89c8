import Foundation
import Synchronization
import Testing

@testable import Training

/// What a reporter wrote, with a clock and a terminal of its own.
private final class Screen: Sendable {
    private let state = Mutex((output: "", warnings: "", now: 0.0, width: 80))

    var output: String { state.withLock { $0.output } }
    var warnings: String { state.withLock { $0.warnings } }

    init(width: Int = 80) { resize(to: width) }

    func resize(to width: Int) { state.withLock { $0.width = width } }
    func advance(seconds: Double) { state.withLock { $0.now += seconds } }

    /// What has been written since the last call.
    func take() -> String {
        state.withLock { state in
            defer { state.output = "" }
            return state.output
        }
    }

    var surroundings: ProgressReporter.Surroundings {
        ProgressReporter.Surroundings(
            writeOutput: { text in self.state.withLock { $0.output += text } },
            writeWarning: { text in self.state.withLock { $0.warnings += text } },
            width: { self.state.withLock { $0.width } }, now: { self.state.withLock { $0.now } })
    }

    func reporter(_ style: ProgressReporter.Style, totalSteps: Int = 10, firstStep: Int = 0) -> ProgressReporter {
        ProgressReporter(totalSteps: totalSteps, firstStep: firstStep, style: style, surroundings: surroundings)
    }
}

private func record(_ step: Int, tokensComputed: Int = 20, evalLoss: Double? = nil) -> MetricsRecord {
    MetricsRecord(
        step: step, epoch: 0.5,
        training: .init(
            loss: 2.34567, gradNorm: 0.83344, learningRate: 2e-4, numLossTokens: 7, numTokens: 20,
            tokensComputed: tokensComputed, tokensPerSecond: 163.25, peakMemoryBytes: nil),
        evaluation: evalLoss.map { ObjectiveMeasures(loss: $0) })
}

/// What a terminal shows after `text`: its lines, with carriage returns carried out.
private func shown(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        var cells: [Character] = []
        for part in line.split(separator: "\r", omittingEmptySubsequences: false) {
            cells.replaceSubrange(..<min(part.count, cells.count), with: part)
        }
        return String(cells).trimmingCharacters(in: .whitespaces)
    }
}

@Suite("Progress reporting")
struct ProgressReporterTests {
    @Test("of thousands of steps a log gets a line for each percent, a terminal every one")
    func percent() {
        for (style, count) in [(ProgressReporter.Style.lines, 101), (.bar, 5001), (.quiet, 0)] {
            let screen = Screen()
            var reporter = screen.reporter(style, totalSteps: 5000)
            for step in 0...5000 { reporter.reportPercent(step: step, "busy") }
            reporter.endBar()
            let lines = screen.output.split { $0 == "\n" || $0 == "\r" }
            #expect(lines.count == count && screen.output.hasSuffix("\n") == (count > 0))
        }
    }

    @Test("without a terminal every logged step is one line with the time left")
    func lines() {
        let screen = Screen()
        var reporter = screen.reporter(.lines)
        screen.advance(seconds: 30)
        reporter.report(record(1))
        reporter.report(record(2), isLogged: false)
        screen.advance(seconds: 30)
        reporter.report(record(10, evalLoss: 1.5))
        reporter.report(record(10, tokensComputed: 12))
        reporter.finish("done")
        #expect(
            screen.output == """
                step 1/10  epoch 0.50  loss 2.3457  grad_norm 0.8334  lr 2.000e-04  163.2 tokens/s  4m30s left
                step 10/10  epoch 0.50  loss 2.3457  grad_norm 0.8334  lr 2.000e-04  163.2 tokens/s  eval_loss 1.5000
                step 10/10  epoch 0.50  loss 2.3457  grad_norm 0.8334  lr 2.000e-04  163.2 tokens/s  12 of 20 tokens computed
                done

                """)
    }

    @Test("an evaluation alone, and a DPO step, have their own numbers")
    func otherRecords() {
        let screen = Screen()
        var reporter = screen.reporter(.lines)
        reporter.report(MetricsRecord(step: 0, epoch: 0, evaluation: ObjectiveMeasures(loss: 3)))
        #expect(screen.take() == "step 0/10  epoch 0.00  eval_loss 3.0000\n")
        var dpo = record(10)
        dpo.preference = .init(
            chosenReward: 0, rejectedReward: 0, rewardMargin: 0.25, rewardAccuracy: 0.75, chosenLogProbability: 0,
            rejectedLogProbability: 0)
        reporter.report(dpo)
        #expect(screen.take().hasSuffix("tokens/s  margin 0.2500  accuracy 0.75\n"))
        dpo.evaluation = ObjectiveMeasures(loss: 0.5, preference: dpo.preference)
        reporter.report(dpo)
        #expect(screen.take().hasSuffix("0.75  eval_loss 0.5000  eval_margin 0.2500  eval_accuracy 0.75\n"))
        reporter = screen.reporter(.bar)
        reporter.report(dpo)
        let lines = shown(screen.take())
        #expect(lines[0] == "step 10/10  eval_loss 0.5000  eval_margin 0.2500  eval_accuracy 0.75")
        #expect(lines[1].contains("loss 2.3457  accuracy 0.75  163.2 tokens/s"))
    }

    @Test("the time left counts only steps of this run")
    func resumed() {
        let screen = Screen()
        var reporter = screen.reporter(.lines, totalSteps: 104, firstStep: 100)
        screen.advance(seconds: 10)
        reporter.report(record(101))
        #expect(screen.take().hasSuffix("  30s left\n"))
    }

    @Test("the time left does not count what came before the clock was restarted")
    func restarted() {
        let screen = Screen()
        var reporter = screen.reporter(.lines, totalSteps: 4)
        screen.advance(seconds: 1000)
        reporter.restartClock()
        screen.advance(seconds: 10)
        reporter.report(record(1))
        #expect(screen.take().hasSuffix("  30s left\n"))
    }

    @Test("on a terminal one line is redrawn and never reaches the last column", arguments: [1, 2, 20, 55, 80, 200])
    func bar(width: Int) {
        let screen = Screen(width: width)
        var reporter = screen.reporter(.bar)
        for step in 1...10 {
            screen.advance(seconds: 1)
            reporter.report(record(step), isLogged: false)
            let drawn = screen.take()
            #expect(drawn.hasPrefix("\r") && !drawn.contains("\n"))
            // The last step has no time left to show, so it also wipes out what the longer line before it left.
            #expect(drawn.dropFirst().count <= width - 1)
        }
    }

    @Test("the bar fills with the steps and makes room for its numbers")
    func barContent() {
        let screen = Screen(width: 66)
        var reporter = screen.reporter(.bar)
        screen.advance(seconds: 1)
        reporter.report(record(5))
        #expect(screen.take() == "\r[==========          ] 5/10  loss 2.3457  163.2 tokens/s  1s left")
        screen.resize(to: 50)
        reporter.report(record(5))
        #expect(shown(screen.take()) == ["5/10  loss 2.3457  163.2 tokens/s  1s left"])
        screen.resize(to: 20)
        reporter.report(record(5))
        #expect(shown(screen.take()) == ["5/10  loss 2.3457"])
    }

    @Test("notes, warnings and evaluations stay above the bar")
    func notes() {
        let screen = Screen(width: 40)
        var reporter = screen.reporter(.bar)
        reporter.note("plan")
        reporter.report(record(10))
        reporter.note("saved")
        reporter.report(record(10, evalLoss: 1.5))
        reporter.warn("careful")
        reporter.finish("done")
        let bar = "10/10  loss 2.3457  163.2 tokens/s"
        #expect(shown(screen.output) == ["plan", "saved", "step 10/10  eval_loss 1.5000", bar, "done", ""])
        #expect(screen.warnings == "warning: careful\n")
    }

    @Test("quiet shows nothing but warnings and the final line")
    func quiet() {
        let screen = Screen()
        var reporter = screen.reporter(.quiet)
        reporter.note("plan")
        reporter.report(record(1, evalLoss: 1))
        reporter.warn("careful")
        reporter.finish("done")
        #expect(screen.output == "done\n")
        #expect(screen.warnings == "warning: careful\n")
    }

    @Test(
        "durations are short",
        arguments: [
            (0.4, "0s"), (59.4, "59s"), (59.6, "1m00s"), (252, "4m12s"), (7500, "2h05m"), (273_600, "3d04h"),
            (-1, "0s"),
        ])
    func durations(seconds: Double, text: String) {
        #expect(ProgressReporter.duration(seconds) == text)
    }
}

@Suite("Report of a value that is not finite")
struct NonFiniteReportTests {
    @Test("every row of the step is listed with its line and size")
    func rows() {
        let dataset = TokenizedDataset(
            path: "t.jsonl",
            rows: [
                TokenizedRow(tokens: [1, 2, 3], lossStart: 2, line: 1),
                TokenizedRow(tokens: [1, 2], lossStart: 1, line: 4), TokenizedRow(tokens: [1], lossStart: 1, line: 5),
            ])
        let report = nonFiniteReport("loss", value: .nan, step: 12, microBatches: [[1, 0], [2]], of: dataset)
        #expect(
            report == """
                loss is nan in step 12; the rows of that step:
                  micro-batch 1, t.jsonl:4: 2 tokens, 1 with loss
                  micro-batch 1, t.jsonl:1: 3 tokens, 1 with loss
                  micro-batch 2, t.jsonl:5: 1 tokens, 0 with loss
                """)
    }
}
