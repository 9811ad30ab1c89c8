import ArgumentParser
import CommandSupport
import Foundation
import Signet

/// `signet tasks`: rows to train on, made of trajectories.
struct TasksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tasks",
        abstract: "Makes rows to train on of anonymization trajectories.",
        discussion: """
            Writes sft.jsonl (anonymize, infer and judge), dpo.jsonl (preferences), both again with -eval for the profiles \
            that are held out, and counts.json, which says what each rule kept and dropped. A pair of texts is kept where \
            the better one is more private and no less useful.
            """)

    @Argument(help: "The trajectories: a JSONL file.")
    var trajectories: String

    @Option(help: ArgumentHelp("The folder to write to.", valueName: "folder"))
    var out: String

    @OptionGroup var protection: ProtectionOptions

    @Option(help: ArgumentHelp("The least certainty, 1 to 5, of an inference that counts.", valueName: "n"))
    var certainty = TaskOptions().certainty

    @Option(help: ArgumentHelp("How much less useful, 0 to 1, the better text may be.", valueName: "u"))
    var utilitySlack = TaskOptions().utilitySlack

    @Option(
        help: ArgumentHelp(
            "How often rows of a task appear in sft.jsonl: twice for 2, every second for 0.5, never for 0.",
            valueName: "anonymize=1,infer=1,judge=1"))
    var weights = TaskWeights()

    @Option(help: ArgumentHelp("The part of the profiles to hold out, from 0 to below 1.", valueName: "part"))
    var heldOut = TaskOptions().heldOut

    @Option(help: ArgumentHelp("Draws the held-out profiles, and rows for weights.", valueName: "n"))
    var seed: UInt64 = 0

    func validate() throws {
        guard 1...5 ~= certainty else {
            throw ValidationError("--certainty: expected a number from 1 to 5, found \(certainty)")
        }
        guard 0...1 ~= utilitySlack else {
            throw ValidationError("--utility-slack: expected a number from 0 to 1, found \(utilitySlack)")
        }
        guard 0 <= heldOut, heldOut < 1 else {
            throw ValidationError("--held-out: expected a number from 0 to below 1, found \(heldOut)")
        }
    }

    func run() throws {
        var options = TaskOptions()
        options.protected = try protection.attributes()
        options.certainty = certainty
        options.utilitySlack = utilitySlack
        options.weights = weights.weights
        options.heldOut = heldOut
        options.seed = seed
        let (read, report) = try TrajectoryReader(path: trajectories).trajectories()
        let tasks = try TaskSet(read, report: report, options: options, path: trajectories)
        try tasks.write(to: URL(fileURLWithPath: out))
        for line in tasks.summary { try StandardOutput.writeLine(line) }
    }
}

/// Weights as `anonymize=2,judge=0.5`.
struct TaskWeights: ExpressibleByArgument {
    private static let largest = 100.0

    private(set) var weights: [TrainingTask: Double] = [:]

    init() {}

    init?(argument: String) {
        for part in argument.split(separator: ",") {
            let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
            guard sides.count == 2, let task = TrainingTask(rawValue: sides[0]), task != .prefer, weights[task] == nil,
                let weight = Double(sides[1]), 0...Self.largest ~= weight
            else { return nil }
            weights[task] = weight
        }
    }

    var defaultValueDescription: String { "1 each" }
}
