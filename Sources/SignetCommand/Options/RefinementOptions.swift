import ArgumentParser
import Signet

/// How texts are refined.
struct RefinementOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The most times that a text is rewritten.", valueName: "n"))
    var rounds = 3

    @OptionGroup var protection: ProtectionOptions

    @Option(help: ArgumentHelp("The least certainty, from 1 to 5, with which an inference counts.", valueName: "n"))
    var certainty = 3

    @Option(help: "What draws depend on, beside the text: the same seed gives the same result.")
    var seed: UInt64 = 0

    @Option(help: ArgumentHelp("Divides the logits; 0 always takes the most probable token.", valueName: "t"))
    var temperature: Double = 0

    @Option(
        help: ArgumentHelp(
            "Draw from the fewest most probable tokens that together reach this probability.", valueName: "p"))
    var topP: Double = 1

    @Option(help: ArgumentHelp("The most tokens of an answer.", valueName: "n"))
    var maxTokens = 1024

    @Option(
        help: ArgumentHelp("How often an answer that cannot be read is asked for again.", valueName: "n"))
    var retries = 2

    @Option(
        help: ArgumentHelp("The utility, from 0 to 1, below which a text is marked for a human's eye.", valueName: "u"))
    var utilityFloor: Double = 0.7

    func validate() throws {
        func require(_ option: String, _ expected: String, _ isRight: Bool, _ found: Any) throws {
            if !isRight { throw ValidationError("--\(option): expected \(expected), found \(found)") }
        }
        try require("rounds", "at least 1", rounds >= 1, rounds)
        try require("certainty", "a number from 1 to 5", 1...5 ~= certainty, certainty)
        try require(
            "temperature", "a number of at least 0", temperature >= 0 && temperature.isFinite, temperature)
        try require("top-p", "a number above 0 and at most 1", topP > 0 && topP <= 1, topP)
        try require("max-tokens", "at least 1", maxTokens >= 1, maxTokens)
        try require("retries", "a number from 0 to 100", 0...100 ~= retries, retries)
        try require("utility-floor", "a number from 0 to 1", 0...1 ~= utilityFloor, utilityFloor)
    }

    func settings() throws -> RefinementSettings {
        RefinementSettings(
            rounds: rounds, protected: try protection.attributes(), certainty: certainty, temperature: temperature,
            topP: topP, maxTokens: maxTokens, retries: retries, seed: seed, utilityFloor: utilityFloor)
    }
}
