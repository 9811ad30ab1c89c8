import Files
import Layers

/// How one type of setting looks in a config: what is expected, how it is read, how it is written.
package struct ConfigFormat<Value> {
    /// What errors say is expected, such as "a whole number of at least 1".
    package let expected: String
    /// The keys below, for a section; empty for a plain value.
    package let keys: [ConfigKey]
    /// Whether a key of this format may be left out though keys below it may not.
    let isOptional: Bool
    /// The value read, or nil where it is not what is expected; sections throw their own errors.
    package let read: (JSONValue, ConfigPlace) throws -> Value?
    package let write: (Value) -> JSONValue

    package init(
        expected: String, keys: [ConfigKey] = [], isOptional: Bool = false,
        read: @escaping (JSONValue, ConfigPlace) throws -> Value?,
        write: @escaping (Value) -> JSONValue
    ) {
        self.expected = expected
        self.keys = keys
        self.isOptional = isOptional
        self.read = read
        self.write = write
    }

    /// The same format with `null` standing for nil.
    package var orNull: ConfigFormat<Value?> {
        ConfigFormat<Value?>(
            expected: "\(expected) or null", keys: keys, isOptional: true,
            read: { value, place in
                if value.isNull { return .some(nil) }
                return try read(value, place).map { .some($0) }
            },
            write: { $0.map(write) ?? .null })
    }
}

extension ConfigFormat {
    package static func flag() -> Self where Value == Bool {
        Self(expected: "true or false", read: { value, _ in value.bool }, write: { .bool($0) })
    }

    package static func text() -> Self where Value == String {
        Self(
            expected: "a non-empty string",
            read: { value, _ in value.string.flatMap { $0.isEmpty ? nil : $0 } }, write: { .string($0) })
    }

    /// A path, relative to the config's folder where it is not absolute; written as an absolute path.
    package static func path() -> Self where Value == String {
        Self(
            expected: "a path",
            read: { value, place in
                guard let path = value.string, !path.isEmpty, !path.utf8.contains(0) else { return nil }
                return place.absolutePath(path)
            },
            write: { .string($0) })
    }

    package static func wholeNumber(atLeast least: Int) -> Self where Value == Int {
        wholeNumber(in: least...1 << 53, expected: "a whole number of at least \(least)")
    }

    package static func wholeNumber(in range: ClosedRange<Int>, expected: String? = nil) -> Self where Value == Int {
        Self(
            expected: expected ?? "a whole number from \(range.lowerBound) to \(range.upperBound)",
            read: { value, _ in value.integer.flatMap { range.contains($0) ? $0 : nil } }, write: { .number($0) })
    }

    package static func powerOfTwo(in range: ClosedRange<Int>) -> Self where Value == Int {
        Self(
            expected: "a power of two from \(range.lowerBound) to \(range.upperBound)",
            read: { value, _ in
                value.integer.flatMap { range.contains($0) && $0.nonzeroBitCount == 1 ? $0 : nil }
            },
            write: { .number($0) })
    }

    /// A finite number for which `isAllowed` holds; `allowed` says that condition in words.
    package static func number(_ allowed: String, where isAllowed: @escaping (Double) -> Bool) -> Self
    where Value == Double {
        Self(
            expected: "a number \(allowed)",
            read: { value, _ in value.double.flatMap { isAllowed($0) ? $0 : nil } }, write: { .number($0) })
    }

    package static func positive() -> Self where Value == Double { .number("above 0") { $0 > 0 } }
    package static func nonNegative() -> Self where Value == Double { .number("of at least 0") { $0 >= 0 } }
    package static func fraction() -> Self where Value == Double {
        .number("of at least 0 and below 1") { (0..<1).contains($0) }
    }

    /// One of a few words.
    package static func choice(of choices: [Value]) -> Self where Value: RawRepresentable<String> {
        Self(
            expected: alternatives(choices.map { JSONValue.string($0.rawValue).compactText }),
            read: { value, _ in choices.first { $0.rawValue == value.string } },
            write: { .string($0.rawValue) })
    }

    /// An object of names, or patterns of names, and values; the order of the file is kept.
    package static func patterns<Element>(_ element: ConfigFormat<Element>) -> Self
    where Value == [NamePattern<Element>] {
        Self(
            expected: "an object whose values are each \(element.expected)",
            read: { value, place in
                try value.members?.map { member in
                    let inner = place.inside(member.key)
                    guard let read = try element.read(member.value, inner) else {
                        throw inner.mismatch(expected: element.expected, found: member.value)
                    }
                    return NamePattern(member.key, read)
                }
            },
            write: { .object($0.map { JSONValue.Member($0.pattern, element.write($0.value)) }) })
    }

    /// An object with known keys.
    ///
    /// - Parameters:
    ///   - initial: the section with every default filled in.
    ///   - fields: its keys.
    package static func section(_ initial: Value, _ fields: [ConfigField<Value>]) -> Self {
        Self(
            expected: "an object", keys: fields.map(\.key),
            read: { value, place in
                guard let members = value.members else { return nil }
                var section = initial
                for member in members {
                    let inner = place.inside(member.key)
                    guard let field = fields.first(where: { $0.key.name == member.key }) else {
                        throw inner.unknownKey(member.key, known: fields.map(\.key), line: member.line)
                    }
                    try field.read(member.value, inner, &section)
                }
                for field in fields where field.key.isRequired && value[field.key.name] == nil {
                    try field.readMissing(place.inside(field.key.name), value.line, &section)
                }
                return section
            },
            write: { section in .object(fields.map { JSONValue.Member($0.key.name, $0.write(section)) }) })
    }
}

/// `a`, `a or b`, `a, b or c`.
package func alternatives(_ choices: [String]) -> String {
    choices.count < 2
        ? choices.joined() : choices.dropLast().joined(separator: ", ") + " or " + choices[choices.count - 1]
}
