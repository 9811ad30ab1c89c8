import ArgumentParser
import Signet

/// Which kinds of personal data are masked.
struct MaskingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Put masks such as <PERSON> in the place of these kinds of personal data, such as PERSON,LOCATION, instead of "
                + "rewriting. all: those of the rows that synthesize makes ("
                + MaskingSettings.synthesizedTypes.joined(separator: ", ") + ").",
            valueName: "types"))
    var mask: String?

    func validate() throws { _ = try types() }

    /// Nil where nothing is to be masked.
    func types() throws -> [String]? {
        guard let mask else { return nil }
        if mask.lowercased() == "all" { return MaskingSettings.synthesizedTypes }
        return try mask.split(separator: ",", omittingEmptySubsequences: false).map { part in
            guard let type = MaskingSettings.typeName(String(part)) else {
                throw ValidationError(
                    "--mask: expected kinds such as PERSON,PHONE_NUMBER in Latin letters, found \"\(part)\"")
            }
            return type
        }
    }
}
