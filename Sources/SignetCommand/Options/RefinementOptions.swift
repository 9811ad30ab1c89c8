import ArgumentParser
import Signet

/// How texts are refined.
struct RefinementOptions: ParsableArguments {
    private static let defaults = RefinementSettings()

    @Option(
        help: ArgumentHelp("The most times that a text is rewritten. (default: \(defaults.rounds))", valueName: "n"))
    var rounds: Int?

    @OptionGroup var protection: ProtectionOptions

    @Option(
        help: ArgumentHelp(
            "The least certainty, from 1 to 5, with which an inference counts. (default: \(defaults.certainty))",
            valueName: "n"))
    var certainty: Int?

    @Option(
        help: ArgumentHelp(
            "The utility, from 0 to 1, below which a text is marked for a human's eye. (default: \(defaults.utilityFloor))",
            valueName: "u"))
    var utilityFloor: Double?

    /// Those that were given.
    var given: [String] {
        [
            ("--rounds", rounds != nil), ("--protect", protection.protect != nil), ("--certainty", certainty != nil),
            ("--utility-floor", utilityFloor != nil),
        ].filter(\.1).map(\.0)
    }

    func validate() throws {
        try requireOption("rounds", "at least 1", rounds.map { $0 >= 1 }, rounds)
        try requireOption("certainty", "a number from 1 to 5", certainty.map { 1...5 ~= $0 }, certainty)
        try requireOption("utility-floor", "a number from 0 to 1", utilityFloor.map { 0...1 ~= $0 }, utilityFloor)
    }

    func settings(_ answers: AnswerSettings) throws -> RefinementSettings {
        RefinementSettings(
            rounds: rounds ?? Self.defaults.rounds, protected: try protection.attributes(),
            certainty: certainty ?? Self.defaults.certainty, answers: answers,
            utilityFloor: utilityFloor ?? Self.defaults.utilityFloor)
    }
}

/// - Throws: `ValidationError` for an option that was given and is wrong.
func requireOption(_ option: String, _ expected: String, _ isRight: Bool?, _ found: (some Any)?) throws {
    guard isRight == false, let found else { return }
    throw ValidationError("--\(option): expected \(expected), found \(found)")
}
