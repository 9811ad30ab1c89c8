import Diagnostics

/// An object of a JSON document whose members are read by name and type; errors name the file and the key's path.
struct JSONObject {
    let file: String
    private let path: String
    let members: [String: JSONValue]

    /// - Throws: `InputError` with `.data` where `value` is not an object.
    init(_ value: JSONValue, file: String, path: String = "") throws {
        guard case .object(let members) = value else {
            throw InputError(
                .data, at: path.isEmpty ? file : "\(file): \(path)", "expected an object, found \(value.summary)")
        }
        self.file = file
        self.path = path
        self.members = members
    }

    /// The member, or nil where it is absent or null.
    subscript(key: String) -> JSONValue? {
        guard let value = members[key], value != .null else { return nil }
        return value
    }

    /// The object under `key`, or nil where it is absent or null.
    func object(_ key: String) throws -> JSONObject? {
        try self[key].map { try JSONObject($0, file: file, path: name(key)) }
    }

    func integer(_ key: String) throws -> Int? {
        guard let value = self[key] else { return nil }
        guard case .integer(let integer) = value else { throw failure(key, "a whole number") }
        return integer
    }

    func double(_ key: String) throws -> Double? {
        switch self[key] {
        case nil: return nil
        case .integer(let value): return Double(value)
        case .number(let value): return value
        default: throw failure(key, "a number")
        }
    }

    func bool(_ key: String) throws -> Bool? {
        guard let value = self[key] else { return nil }
        guard case .bool(let bool) = value else { throw failure(key, "true or false") }
        return bool
    }

    func string(_ key: String) throws -> String? {
        guard let value = self[key] else { return nil }
        guard case .string(let string) = value else { throw failure(key, "a string") }
        return string
    }

    func required<Value>(_ key: String, _ value: Value?) throws -> Value {
        guard let value else { throw failure(key, "a value") }
        return value
    }

    /// A count within 1…2³¹ − 1; the bound keeps every product of two of them within 64 bits.
    func count(_ key: String) throws -> Int? {
        guard let value = try integer(key) else { return nil }
        guard (1...Int(Int32.max)).contains(value) else { throw failure(key, "a whole number from 1 to \(Int32.max)") }
        return value
    }

    /// Token ids: one, a list, or nothing. A negative id, as old files have it, means that there is no such token.
    func tokenIdentifiers(_ key: String) throws -> [Int]? {
        switch members[key] {
        case nil: return nil
        case .null: return []
        case .array(let elements):
            return try elements.map {
                guard case .integer(let identifier) = $0, identifier >= 0 else { throw failure(key, "token ids") }
                return identifier
            }
        case .integer(let identifier): return identifier < 0 ? [] : [identifier]
        default: throw failure(key, "a token id or a list of them")
        }
    }

    /// Refuses any key that is not among `known`.
    func refuseKeys(otherThan known: Set<String>) throws {
        for key in members.keys.sorted() where !known.contains(key) {
            throw InputError(
                .data, at: "\(file): \(name(key))",
                "expected one of \(known.sorted().joined(separator: ", ")), found this key")
        }
    }

    /// An error at `key`: what was expected there, and what is there.
    func failure(_ key: String, _ expected: String) -> InputError {
        let found = members[key].map(\.summary) ?? "nothing"
        return InputError(.data, at: "\(file): \(name(key))", "expected \(expected), found \(found)")
    }

    private func name(_ key: String) -> String {
        let key = String(quoted(key).dropFirst().dropLast())
        return path.isEmpty ? key : "\(path).\(key)"
    }
}
