import ArgumentParser
import Signet

/// Which attributes count.
struct ProtectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What must not be inferred any more, such as age,location: some of "
                + Attribute.allCases.map(\.rawValue).joined(separator: ", ") + ". All where it is not given.",
            valueName: "attributes"))
    var protect: String?

    func validate() throws { _ = try attributes() }

    func attributes() throws -> Set<Attribute> {
        guard let protect else { return Set(Attribute.allCases) }
        let names = protect.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        return Set(
            try names.map { name in
                guard let attribute = Attribute(named: name) else {
                    let known = Attribute.allCases.map(\.rawValue).joined(separator: ", ")
                    throw ValidationError("--protect: expected some of \(known), found \"\(name)\"")
                }
                return attribute
            })
    }
}
