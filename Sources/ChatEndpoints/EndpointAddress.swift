import Diagnostics
import Foundation

/// The address that completions are asked for at.
struct EndpointAddress: Sendable, CustomStringConvertible {
    /// The whole address; it holds no secret, and errors may name it.
    let description: String

    /// - Parameter baseURL: what `/chat/completions` is added to.
    /// - Throws: `InputError(.config)` for anything but an http or https address with a host. A user, a password or a
    ///   query is refused without being shown, as keys are hidden there.
    init(baseURL: String) throws(InputError) {
        guard let components = URLComponents(string: baseURL), let host = components.host, !host.isEmpty,
            components.scheme == "http" || components.scheme == "https", URL(string: baseURL) != nil
        else {
            throw InputError(
                .config, at: "base_url",
                "expected an address such as https://api.openai.com/v1, found \(Self.shown(baseURL))")
        }
        guard components.user == nil, components.password == nil, components.query == nil, components.fragment == nil
        else {
            throw InputError(
                .config, at: "base_url",
                "expected an address without user, password, query and fragment (a key belongs in an environment "
                    + "variable), found one at \(host)")
        }
        var address = baseURL
        while address.hasSuffix("/") { address.removeLast() }
        description = address + "/chat/completions"
    }

    /// What does not parse as an address may still hold a secret behind its marks.
    private static func shown(_ text: String) -> String {
        text.contains { "@?#".contains($0) } ? "something else" : quoted(text)
    }
}
