import Diagnostics

/// A GGUF file's metadata, read by key and type; errors name the file and the key.
struct GGUFMetadata {
    let file: String
    let values: [String: GGUFValue]

    init(_ file: GGUFFile) {
        self.file = file.path
        values = file.metadata
    }

    func integer(_ key: String) throws -> Int? {
        guard let value = values[key] else { return nil }
        guard let integer = value.integer else { throw failure(key, "a whole number") }
        return integer
    }

    /// A count within 1…2³¹ − 1; the bound keeps every product of two of them within 64 bits.
    func count(_ key: String) throws -> Int? {
        guard let value = try integer(key) else { return nil }
        guard (1...Int(Int32.max)).contains(value) else { throw failure(key, "a whole number from 1 to \(Int32.max)") }
        return value
    }

    func double(_ key: String) throws -> Double? {
        guard let value = values[key] else { return nil }
        guard let double = value.double, double.isFinite else { throw failure(key, "a finite number") }
        return double
    }

    func bool(_ key: String) throws -> Bool? {
        guard let value = values[key] else { return nil }
        guard case .bool(let bool) = value else { throw failure(key, "true or false") }
        return bool
    }

    func string(_ key: String) throws -> String? {
        guard let value = values[key] else { return nil }
        guard case .string(let string) = value else { throw failure(key, "a string") }
        return string
    }

    func strings(_ key: String) throws -> [String]? {
        guard let value = values[key] else { return nil }
        guard case .array(.string(let strings)) = value else { throw failure(key, "a list of strings") }
        return strings
    }

    func integers(_ key: String) throws -> [Int]? {
        guard let value = values[key] else { return nil }
        guard case .array(let array) = value, let integers = array.integers else {
            throw failure(key, "a list of whole numbers")
        }
        return integers
    }

    func required<Value>(_ key: String, _ value: Value?) throws -> Value {
        guard let value else { throw failure(key, "a value") }
        return value
    }

    /// An error at `key`: what was expected there, and what is there.
    func failure(_ key: String, _ expected: String) -> InputError {
        InputError(.data, at: "\(file): \(key)", "expected \(expected), found \(values[key]?.summary ?? "nothing")")
    }
}
