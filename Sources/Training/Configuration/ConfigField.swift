import Diagnostics
import Files
import Foundation

/// A key that a config may hold, with the keys below it.
package struct ConfigKey: Sendable {
    package let name: String
    let isRequired: Bool
    /// Whether two runs that differ here can give different results.
    let changesResult: Bool
    let keys: [ConfigKey]
}

/// One key of a section: where its value goes and how it is read and written.
package struct ConfigField<Section> {
    package let key: ConfigKey
    let read: (JSONValue, ConfigPlace, inout Section) throws -> Void
    /// What to do about a required key that is not there.
    let readMissing: (ConfigPlace, Int?, inout Section) throws -> Void
    let write: (Section) -> JSONValue

    /// - Parameters:
    ///   - name: the key.
    ///   - path: the property that holds its value.
    ///   - format: how the value looks.
    ///   - isRequired: whether the key has no default. A section is required where a key in it is, unless it may be null.
    ///   - changesResult: whether two runs that differ here can give different results.
    package init<Value>(
        _ name: String, _ path: WritableKeyPath<Section, Value>, _ format: ConfigFormat<Value>,
        isRequired: Bool = false, changesResult: Bool = true
    ) {
        let isRequired = isRequired || !format.isOptional && format.keys.contains(where: \.isRequired)
        key = ConfigKey(name: name, isRequired: isRequired, changesResult: changesResult, keys: format.keys)
        let read = { (value: JSONValue, place: ConfigPlace, section: inout Section) in
            guard let result = try format.read(value, place) else {
                throw place.mismatch(expected: format.expected, found: value)
            }
            section[keyPath: path] = result
        }
        self.read = read
        readMissing = { place, line, section in
            guard !format.keys.isEmpty else {
                throw place.error("missing, expected \(format.expected)", line: line)
            }
            // An absent section reads as an empty one, so that the error names the key that has no default.
            try read(JSONValue(.object([]), line: line), place, &section)
        }
        write = { format.write($0[keyPath: path]) }
    }
}

/// Where in which config a value stands.
package struct ConfigPlace {
    /// What errors call the file.
    let file: String
    /// What relative paths are relative to.
    let folder: URL
    /// Every key there is, to recognise one that stands in the wrong section.
    let allKeys: [ConfigKey]
    /// The keys down to the value.
    private(set) var keyPath: [String] = []

    init(file: String, folder: URL, allKeys: [ConfigKey]) {
        self.file = file
        self.folder = folder
        self.allKeys = allKeys
    }

    package func inside(_ key: String) -> ConfigPlace {
        var inner = self
        inner.keyPath.append(key)
        return inner
    }

    /// A path that is relative to the config's folder where it is not absolute.
    package func absolutePath(_ path: String) -> String {
        URL(fileURLWithPath: path, relativeTo: folder).standardizedFileURL.path
    }

    /// - Parameter line: the line in the file; nil where the value came from the command line.
    package func error(_ message: String, line: Int?) -> InputError {
        let keys = keyPath.joined(separator: ".")
        guard let line else { return InputError(.config, at: "--set \(keys)", message) }
        return InputError(.config, at: keys.isEmpty ? "\(file):\(line)" : "\(file):\(line): \(keys)", message)
    }

    package func mismatch(expected: String, found value: JSONValue) -> InputError {
        error("expected \(expected), found \(value.summary)", line: value.line)
    }

    func unknownKey(_ name: String, known: [ConfigKey], line: Int?) -> InputError {
        error("unknown key, did you mean \(nearestKey(to: name, among: known, anywhere: allKeys))?", line: line)
    }
}
