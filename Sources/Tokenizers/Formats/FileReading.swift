import Diagnostics
import Foundation

/// The bytes of a file.
///
/// - Throws: ``InputError`` with `missingFile` where there is none, with `data` where it cannot be read.
func readFile(_ url: URL) throws -> [UInt8] {
    guard FileManager.default.fileExists(atPath: url.path) else {
        throw InputError(.missingFile, at: url.path, "no such file")
    }
    do {
        return Array(try Data(contentsOf: url))
    } catch {
        throw InputError(.data, at: url.path, "cannot be read: \(error.localizedDescription)")
    }
}

/// A JSON value with the place it stands at, for errors that name the key.
struct JSONNode {
    let value: Any
    let file: String
    let key: String

    /// The object that a JSON file holds.
    init(file url: URL) throws {
        let bytes = try readFile(url)
        do {
            value = try JSONSerialization.jsonObject(with: Data(bytes))
        } catch {
            let reason = (error as NSError).userInfo["NSDebugDescription"] as? String ?? error.localizedDescription
            throw InputError(.data, at: url.path, "not valid JSON: \(reason)")
        }
        file = url.path
        key = ""
        _ = try object
    }

    init(_ value: Any, file: String, key: String) {
        self.value = value
        self.file = file
        self.key = key
    }

    /// File and key, as errors name them.
    var place: String { key.isEmpty ? file : "\(file): \(key)" }

    var object: [String: Any] {
        get throws { try typed("an object") }
    }

    var array: [Any] {
        get throws { try typed("a list") }
    }

    var string: String {
        get throws { try typed("a string") }
    }

    var integer: Int {
        get throws { try typed("an integer") }
    }

    var bool: Bool {
        get throws { try typed("true or false") }
    }

    /// The member `name`; nil where there is none or it is null.
    func member(_ name: String) throws -> JSONNode? {
        // `is NSNull` would first turn a list or object of any size into its Objective-C counterpart.
        guard let value = try object[name], type(of: value) != NSNull.self else { return nil }
        return JSONNode(value, file: file, key: key.isEmpty ? name : "\(key).\(name)")
    }

    /// The member `name`, which has to be there.
    func required(_ name: String) throws -> JSONNode {
        guard let member = try member(name) else {
            throw InputError(.data, at: place, "expected the key \"\(name)\", found none")
        }
        return member
    }

    /// The elements of a list.
    func elements() throws -> [JSONNode] {
        try array.enumerated().map { JSONNode($1, file: file, key: "\(key)[\($0)]") }
    }

    private func typed<Value>(_ expectation: String) throws -> Value {
        guard let value = value as? Value else { throw mismatch("expected \(expectation)") }
        return value
    }

    /// An error that says what was expected here and shows what was found.
    func mismatch(_ expectation: String) -> InputError {
        let found = quoted(String(describing: value))
        return InputError(.data, at: place, "\(expectation), found \(found)")
    }
}
