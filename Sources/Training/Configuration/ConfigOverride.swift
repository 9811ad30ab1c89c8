import Diagnostics
import Files

/// One `--set training.max_steps=20`: a key path and the value it gets.
struct ConfigOverride {
    let keyPath: [String]
    let value: JSONValue

    /// - Parameter argument: `KEY.PATH=VALUE`; the value is JSON, or a string where it does not parse as JSON.
    /// - Throws: `InputError(.usage)` where there is no key path or no `=`.
    init(_ argument: String) throws(InputError) {
        guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
            throw InputError(.usage, at: "--set", "expected KEY.PATH=VALUE, found \(argument)")
        }
        keyPath = argument[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let text = argument[argument.index(after: equals)...]
        let parsed = try? JSONValue(parsing: Array(text.utf8), file: "--set", exitCode: .config)
        value = (parsed ?? .string(String(text))).withoutLines
    }

    /// The config with the value put at the key path, sections on the way made where they are missing or null.
    ///
    /// - Throws: `InputError(.config)` where the path names no key, in the same words as for a key in the file.
    func applied(to root: JSONValue, place: ConfigPlace) throws(InputError) -> JSONValue {
        try Self.replacing(keyPath[...], in: root, with: value, known: place.allKeys, place: place)
    }

    private static func replacing(
        _ path: ArraySlice<String>, in value: JSONValue, with replacement: JSONValue, known: [ConfigKey],
        place: ConfigPlace
    ) throws(InputError) -> JSONValue {
        guard let name = path.first else { return replacement }
        let inner = place.inside(name)
        guard let key = known.first(where: { $0.name == name }) else {
            guard !known.isEmpty else {
                let parent = place.keyPath.joined(separator: ".")
                throw inner.error("unknown key, \(parent) takes a value as a whole", line: nil)
            }
            throw inner.unknownKey(name, known: known, line: nil)
        }
        guard value.isNull || value.members != nil else {
            throw place.mismatch(expected: "an object", found: value)
        }
        var members = value.members ?? []
        let position = members.firstIndex { $0.key == name }
        let old = position.map { members[$0].value } ?? JSONValue(.null, line: value.line)
        let new = try replacing(path.dropFirst(), in: old, with: replacement, known: key.keys, place: inner)
        if let position { members[position].value = new } else { members.append(JSONValue.Member(name, new)) }
        return JSONValue(.object(members), line: value.line)
    }
}

extension JSONValue {
    /// The value as one that was not read from a file.
    fileprivate var withoutLines: JSONValue {
        switch content {
        case .array(let values): .array(values.map(\.withoutLines))
        case .object(let members): .object(members.map { Member($0.key, $0.value.withoutLines) })
        default: JSONValue(content)
        }
    }
}
