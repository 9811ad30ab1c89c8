import Diagnostics

/// A key that is never shown: no description, mirror or error contains it.
struct APIKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: String

    /// - Parameters:
    ///   - variable: the environment variable that holds the key.
    ///   - environment: the process's variables.
    /// - Throws: `InputError(.config)` naming the variable where it is not set or holds what no header can.
    init(variable: String, environment: [String: String]) throws(InputError) {
        guard let value = environment[variable], !value.isEmpty else {
            throw InputError(
                .config, at: variable, "expected the endpoint's key in this environment variable, found none")
        }
        guard value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw InputError(
                .config, at: variable,
                "expected a key of ASCII letters, digits and marks in this environment variable, found other characters"
            )
        }
        self.value = value
    }

    /// The header `Authorization`.
    var authorization: String { "Bearer \(value)" }

    /// A text from the endpoint, which may repeat the key, without it.
    func removed(from text: String) -> String { text.replacing(value, with: "[key]") }

    var description: String { "[key]" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: []) }
}
