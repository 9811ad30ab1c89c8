import ArgumentParser
import Signet

/// How a model's answers are drawn.
struct AnswerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What draws depend on, beside the text: the same seed gives the same result.", valueName: "n"))
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
        help: ArgumentHelp("How often an answer that cannot be used is asked for again.", valueName: "n"))
    var retries = 2

    func validate() throws {
        try requireOption(
            "temperature", "a number of at least 0", temperature >= 0 && temperature.isFinite, temperature)
        try requireOption("top-p", "a number above 0 and at most 1", topP > 0 && topP <= 1, topP)
        try requireOption("max-tokens", "at least 1", maxTokens >= 1, maxTokens)
        try requireOption("retries", "a number from 0 to 100", 0...100 ~= retries, retries)
    }

    var settings: AnswerSettings {
        AnswerSettings(temperature: temperature, topP: topP, maxTokens: maxTokens, retries: retries, seed: seed)
    }
}
