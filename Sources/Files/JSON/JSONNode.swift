import Diagnostics
import Foundation

/// A JSON value with the place it stands at, read by type; errors name the file and the key's path.
///
/// Every error is an `InputError(.data)`.
package struct JSONNode: Sendable {
    package let value: JSONValue
    /// The file, as errors name it.
    package let file: String
    /// The path of keys from the document's root; empty for the root itself.
    package let key: String

    /// The object that a JSON file holds.
    ///
    /// - Throws: `InputError` with `.missingFile`, or with `.data` where the text is not JSON or no object.
    package init(contentsOf url: URL) throws(InputError) {
        try self.init(parsing: PosixFile.contents(of: url), file: url.path)
    }

    /// The object that a JSON text holds.
    package init(parsing bytes: [UInt8], file: String) throws(InputError) {
        self.init(try JSONValue(parsing: bytes, file: file), file: file, key: "")
        _ = try object
    }

    package init(_ value: JSONValue, file: String, key: String) {
        self.value = value
        self.file = file
        self.key = key
    }

    /// File and key, as errors name them.
    package var place: String { key.isEmpty ? file : "\(file): \(key)" }

    /// An error that says what was expected here and what is there.
    package func mismatch(_ expectation: String) -> InputError {
        InputError(.data, at: place, "\(expectation), found \(value.summary)")
    }

    private func typed<Value>(_ expectation: String, _ value: Value?) throws(InputError) -> Value {
        guard let value else { throw mismatch("expected \(expectation)") }
        return value
    }

    private func path(_ name: String) -> String {
        let name = String(quoted(name).dropFirst().dropLast())
        return key.isEmpty ? name : "\(key).\(name)"
    }
}

// MARK: - The value itself

extension JSONNode {
    package var object: [JSONValue.Member] {
        get throws(InputError) { try typed("an object", value.members) }
    }

    package var array: [JSONValue] {
        get throws(InputError) { try typed("a list", value.array) }
    }

    package var string: String {
        get throws(InputError) { try typed("a string", value.string) }
    }

    package var integer: Int {
        get throws(InputError) { try typed("a whole number", value.integer) }
    }

    package var double: Double {
        get throws(InputError) { try typed("a number", value.double) }
    }

    package var bool: Bool {
        get throws(InputError) { try typed("true or false", value.bool) }
    }

    /// The elements of a list.
    package func elements() throws(InputError) -> [JSONNode] {
        try array.enumerated().map { JSONNode($1, file: file, key: "\(key)[\($0)]") }
    }

    /// The members of an object, in the order of the file.
    package func members() throws(InputError) -> [(name: String, node: JSONNode)] {
        try object.map { ($0.key, JSONNode($0.value, file: file, key: path($0.key))) }
    }
}

// MARK: - Members of an object

extension JSONNode {
    /// The member `name`; nil where there is none or it is null.
    package func member(_ name: String) throws(InputError) -> JSONNode? {
        guard let value = try object.first(where: { $0.key == name })?.value, !value.isNull else { return nil }
        return JSONNode(value, file: file, key: path(name))
    }

    /// The member `name`, which has to be there.
    package func required(_ name: String) throws(InputError) -> JSONNode {
        guard let member = try member(name) else {
            throw InputError(.data, at: "\(file): \(path(name))", "expected a value, found nothing")
        }
        return member
    }

    package func string(_ name: String) throws(InputError) -> String? { try member(name)?.string }

    package func double(_ name: String) throws(InputError) -> Double? { try member(name)?.double }

    package func bool(_ name: String) throws(InputError) -> Bool? { try member(name)?.bool }

    /// Refuses any key that is not among `known`.
    package func refuseKeys(otherThan known: Set<String>) throws(InputError) {
        for member in try object where !known.contains(member.key) {
            throw InputError(
                .data, at: "\(file): \(path(member.key))",
                "expected one of \(known.sorted().joined(separator: ", ")), found this key")
        }
    }

    /// An error at the member `name`, which may be missing: what was expected there, and what is there.
    package func failure(_ name: String, _ expected: String) -> InputError {
        let found = value[name].map(\.summary) ?? "nothing"
        return InputError(.data, at: "\(file): \(path(name))", "expected \(expected), found \(found)")
    }
}
